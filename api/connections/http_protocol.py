"""An HTTP protocol for uvicorn (``http=``) that bounds a request before it is whole.

uvicorn's own protocol keeps whatever a client sends until the headers end, waits for ever for a
request to begin or to go on, and for an answer to be read. This protocol counts bytes before it
parses them, gives each part of a request a time, and holds a place for each connection.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.client_address import TrustedProxies, network_of
from api.connections.deadlines import ArrivalDeadline, WriteDeadline
from api.connections.limits import RequestLimits
from api.connections.places import ConnectionPlaces, Place
from api.connections.refused_requests import RequestRefused, has_one_host
from api.websocket.uvicorn_protocol import WireProtocol

TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection of an HTTP client.

    uvicorn builds the protocol, so what it needs are class attributes.
    """

    limits: ClassVar[RequestLimits] = RequestLimits()
    places: ClassVar[ConnectionPlaces] = ConnectionPlaces()
    proxies: ClassVar[TrustedProxies] = TrustedProxies(())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place: Place | None = None
        self._head_is_open = True
        """Whether the next byte belongs to a request line or to headers."""
        self._heads = 0
        """Heads that were whole."""
        self._head_bytes = 0
        self._body_bytes = 0
        self._framing_bytes = 0
        self._refusal: RequestRefused | None = None
        self._ignored_bytes = 0
        self._is_upgraded = False
        self._arrival = ArrivalDeadline(
            self.loop,
            self.limits,
            on_late_head=self._end_head,
            on_late_body=self._end_body,
            is_paused=lambda: self.flow.read_paused,
        )
        self._written: WriteDeadline

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place for the connection, or close it at once."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._written = WriteDeadline(self.loop, self.limits, self.transport)
        host = self.client[0] if self.client else None
        address = None if host in self.proxies else network_of(host or "")
        self._place = self.places.admit(address, self.transport.abort)
        if self._place is None:
            self.transport.abort()
        else:
            self._arrival.start_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free what the connection holds."""
        super().connection_lost(exc)
        self._arrival.stop()
        self._written.stop()
        if self._place is not None:
            self._place.release()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection and its place over to the WebSocket protocol."""
        self._is_upgraded = True
        self._arrival.stop()
        if self._place is not None:
            self._place.finish_request()
            # The application answers the handshake when it is this client's turn.
            self._place.set_silent(silent=False)
        protocol_class, place = self.ws_protocol_class, self._place
        assert protocol_class is not None  # the server has one

        def build(**options: Any) -> Any:
            protocol = protocol_class(**options)
            if isinstance(protocol, WireProtocol):
                protocol.place = place
            return protocol

        # uvicorn calls the class and feeds it the request before anything else can reach it.
        self.ws_protocol_class = cast("type[asyncio.Protocol]", build)
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        # Such a request is answered as if it had not asked; the access log has it.
        pass

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, in pieces that cannot exceed a limit unnoticed."""
        if self._refusal is not None:
            self._ignored_bytes += len(data)
            if self._ignored_bytes > self.limits.max_ignored_bytes:
                self.transport.abort()
            return
        position = 0
        while position < len(data) and not (self._refusal or self._is_upgraded):
            if self.transport.is_closing():
                return
            piece = data[position : position + self._piece_length()]
            position += len(piece)
            self._feed(piece)
            # Between two requests nothing is kept.
            if self._place is not None and not (self._head_is_open and not self._head_bytes):
                self._place.receive(len(piece))

    def _piece_length(self) -> int:
        if self._head_is_open:
            return max(1, self.limits.max_head_bytes - self._head_bytes)
        return self.limits.max_head_bytes

    def _feed(self, piece: bytes) -> None:
        was_head, heads_before, body_before = self._head_is_open, self._heads, self._body_bytes
        super().data_received(piece)
        if self._refusal or self._is_upgraded:
            return
        if self._head_is_open:
            if was_head and heads_before == self._heads:
                self._head_bytes += len(piece)
                self._arrival.start_head()
                if self._head_bytes >= self.limits.max_head_bytes:
                    self._refuse(TOO_LARGE, "Send fewer bytes of headers.")
        elif not was_head:
            self._framing_bytes += len(piece) - (self._body_bytes - body_before)
            if self._framing_bytes > self.limits.max_framing_bytes + self._body_bytes // 8:
                self._refuse(HTTPStatus.BAD_REQUEST, "Send the body in larger chunks.")

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self._refusal = RequestRefused(status, message)
        self.send_400_response(message)

    def send_400_response(self, msg: str) -> None:
        """Tell the client what is wrong with its request and close the connection."""
        refusal = self._refusal or RequestRefused(HTTPStatus.BAD_REQUEST, msg)
        self._refusal = refusal
        self._arrival.stop()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            # The application stops: it sees a client that is gone.
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or self.pipeline:
                self.transport.abort()
                return
        self.transport.write(refusal.encode())
        self._ignore_the_rest()

    def _ignore_the_rest(self) -> None:
        """Read on without parsing until the client has seen the end of the answer and closes."""
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._arrival.start_head()
        self._written.start()

    def on_message_begin(self) -> None:
        """A request line begins."""
        super().on_message_begin()
        self._head_is_open = True

    def on_url(self, url: bytes) -> None:
        """A part of the URL.

        :raises RequestRefused: it is too long.
        """
        if len(self.url) + len(url) > self.limits.max_url_bytes:
            raise self._keep(HTTPStatus.REQUEST_URI_TOO_LONG, "The URL is too long.")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is ignored: the application has the headers already.

        :raises RequestRefused: there are too many.
        """
        if not self._head_is_open:
            return
        if len(self.headers) >= self.limits.max_headers:
            raise self._keep(TOO_LARGE, "Send fewer headers.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The headers are whole: the application starts.

        :raises RequestRefused: there is not exactly one host, or too many requests wait.
        """
        if not has_one_host(self.headers, self.parser.get_http_version()):
            raise self._keep(HTTPStatus.BAD_REQUEST, "Send one Host header.")
        if len(self.pipeline) >= self.limits.max_pipelined:
            raise self._keep(HTTPStatus.TOO_MANY_REQUESTS, "Wait for answers before you ask again.")
        if self._place is not None:
            self.places.watch_for_proxy(self._place.address, self.headers)
        self._head_is_open = False
        self._heads += 1
        self._head_bytes = self._body_bytes = self._framing_bytes = 0
        self._arrival.start_body()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_bytes += len(body)
        self._arrival.count_body(len(body))
        if (
            self._is_answered()
            and self._body_bytes > self.limits.max_ignored_bytes
            and not self.transport.is_closing()
        ):
            self.transport.close()
            self._written.start()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: from now on the server is waited for, not the client."""
        self._head_is_open = True
        self._arrival.stop()
        if self._place is not None:
            self._place.finish_request()
            if not self._is_answered():
                self._place.set_silent(silent=False)
        super().on_message_complete()

    def _keep(self, status: HTTPStatus, message: str) -> RequestRefused:
        # The parser turns every exception of a callback into its own.
        self._refusal = RequestRefused(status, message)
        return self._refusal

    def on_response_complete(self) -> None:
        """The answer is written: the connection waits for its client again."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._written.start()
        elif self._is_answered() and self._place is not None:
            self._place.set_silent(silent=True)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection without a further request, also if its answer is not read."""
        super().timeout_keep_alive_handler()
        self._written.start()

    def shutdown(self) -> None:
        """Close the connection after the answer in progress."""
        super().shutdown()
        if self.transport.is_closing():
            self._written.start()

    def pause_writing(self) -> None:
        """The client takes less than is written."""
        super().pause_writing()
        self._written.start()

    def resume_writing(self) -> None:
        """The client has taken most of what was written."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._written.stop()

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _end_head(self) -> None:
        if self._refusal is not None:
            self.transport.abort()
            return
        if not self._is_answered():
            # The next request is awaited once this one is answered.
            return
        if self._head_bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The headers took too long to arrive.")
        else:
            self.transport.close()
            self._written.start()

    def _end_body(self) -> None:
        if self._is_answered():
            self.transport.abort()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive.")


def bounded_http_protocol(
    places: ConnectionPlaces,
    proxies: TrustedProxies,
    limits: RequestLimits | None = None,
) -> type[BoundedHttpProtocol]:
    """A protocol with these limits; uvicorn takes a class, without arguments for it."""
    attributes = {"places": places, "proxies": proxies, "limits": limits or RequestLimits()}
    return type("ConfiguredHttpProtocol", (BoundedHttpProtocol,), attributes)
