"""WebSocket connections: the server side of the protocol graphql-transport-ws.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. Each connection has one reader,
which takes messages in order. All answers go through its bounded outbox. A subscription holds no
task: it is a membership in the hub until it completes or the connection closes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from api.client_address import peer_of
from api.connections.places import Place
from api.graphql_requests import MalformedRequest, parse_request
from api.websocket.asgi_transport import AsgiWire
from api.websocket.connection_init import Caller, ConnectionInit, handshake_language
from api.websocket.limits import WebSocketLimits, too_many_operations
from api.websocket.operation import Operation
from api.websocket.uvicorn_protocol import PLACE_EXTENSION, WIRE_EXTENSION
from domain.identity.accounts import Principal
from domain.refusals import Busy, Refusal
from realtime.admission import Admission
from realtime.close_codes import CloseCode
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.outbox import Outbox, Wire
from realtime.protocol_messages import CONNECTION_ACK, PONG, error_message
from schema.context import Services
from schema.execution.engine import Engine
from schema.execution.results import format_refusal
from services.identity.tokens import EXPIRY_ALLOWANCE

SUBPROTOCOL = "graphql-transport-ws"

Authenticate = Callable[[str | None], Principal | None]
FindRefusal = Callable[[Principal | None], Refusal | None]


class WebSocketServer:
    """The open connections of one process."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        authenticate: Authenticate,
        limits: WebSocketLimits,
        realtime_limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        self._engine = engine
        self._services = services
        self._authenticate = authenticate
        self.limits = limits
        self._open: set[WebSocketConnection] = set()
        self._draining = False
        self._max_outbox_bytes = realtime_limits.max_outbox_bytes
        self._admission = Admission(realtime_limits)
        self.closed_counts: Counter[CloseCode | None] = Counter()
        """Ended connections by the server's code; None if the client closed, or it was lost."""

    def __len__(self) -> int:
        """The number of open connections."""
        return len(self._open)

    def close_refused(self, find_refusal: FindRefusal) -> None:
        """Close the connections whose callers are no longer accepted."""
        for connection in list(self._open):
            connection.close_if_refused(find_refusal)

    def queued_bytes(self) -> list[int]:
        """The bytes queued for each open connection."""
        return [connection.outbox.queued_bytes() for connection in self._open]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection from handshake to close."""
        await receive()
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            code = CloseCode.SUBPROTOCOL_REQUIRED
            await send({"type": "websocket.close", "code": code.value, "reason": code.reason})
            self.closed_counts[code] += 1
            return
        peer = peer_of(scope)
        place: Place | None = scope["extensions"].get(PLACE_EXTENSION)
        if place is not None and not place.assign(peer):
            await send({"type": "websocket.close", "reason": "Too many connections"})
            return
        await self._admission.wait_turn()
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        wire: Wire = scope["extensions"].get(WIRE_EXTENSION) or AsgiWire(
            send, close_timeout_seconds=self.limits.close_timeout_seconds
        )
        connection = WebSocketConnection(
            self._engine,
            self._services,
            self._authenticate,
            wire,
            caller=Caller(principal=None, peer=peer, language=handshake_language(scope)),
            place=place,
            limits=self.limits,
            max_outbox_bytes=self._max_outbox_bytes,
        )
        self._open.add(connection)
        try:
            if self._draining:
                connection.outbox.close(CloseCode.DRAINING)
            await connection.read_messages(receive)
        finally:
            self._open.discard(connection)
            self.closed_counts[connection.outbox.close_code] += 1
            await connection.release()

    async def drain(self) -> None:
        """Close every connection with ``DRAINING``, spread over ``drain_seconds``."""
        self._draining = True
        connections = list(self._open)
        batch = len(connections) // self.limits.drain_batches + 1
        for start in range(0, len(connections), batch):
            for connection in connections[start : start + batch]:
                connection.outbox.close(CloseCode.DRAINING)
            await asyncio.sleep(self.limits.drain_seconds / self.limits.drain_batches)


class WebSocketConnection:
    """One connection: its state in the protocol, and its operations."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        authenticate: Authenticate,
        wire: Wire,
        *,
        caller: Caller,
        place: Place | None = None,
        limits: WebSocketLimits,
        max_outbox_bytes: int = DEFAULT_LIMITS.max_outbox_bytes,
    ) -> None:
        """``caller`` is nobody yet. ``place`` is None if places are not counted."""
        self._engine = engine
        self._services = services
        self._authenticate = authenticate
        self._caller = caller
        self._place = place
        self._limits = limits
        self._wire = wire
        self.outbox = Outbox(wire, max_outbox_bytes)
        wire.on_drained = self.outbox.flush
        self._initialised = False
        self._acknowledged = False
        self._operations: dict[str, Operation] = {}
        self._pending_subscription: asyncio.Task[None] | None = None
        self._timer = self._close_after(limits.init_timeout_seconds, CloseCode.INIT_TIMEOUT)

    async def read_messages(self, receive: Receive) -> None:
        """Handle messages until the client disconnects."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if not self.outbox.closed:
                self._handle_message(message)
            # Buffered messages arrive without a pause: let other connections run in between.
            await asyncio.sleep(0)

    async def release(self) -> None:
        """Stop all operations and release the wire."""
        self.outbox.closed = True
        self._timer.cancel()
        for operation in list(self._operations.values()):
            operation.stop()
        await self._wire.release()

    def close_if_refused(self, find_refusal: FindRefusal) -> None:
        """Close if the caller is no longer accepted."""
        refusal = find_refusal(self._caller.principal)
        if refusal is not None:
            self.outbox.close(_refused_code(refusal, CloseCode.SIGNED_OUT))

    def _close_after(self, seconds: float, code: CloseCode) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self.outbox.close, code)

    def _handle_message(self, message: Message) -> None:
        text = message.get("text")
        if text is None:
            self._refuse("Send text messages only")
            return
        try:
            parsed = orjson.loads(text)
        except orjson.JSONDecodeError:
            self._refuse("The message is not JSON")
            return
        kind = parsed.get("type") if isinstance(parsed, dict) else None
        match kind:
            case "connection_init":
                self._handle_init(parsed)
            case "subscribe":
                self._handle_subscribe(parsed)
            case "complete":
                self._handle_complete(parsed)
            case "ping":
                self.outbox.send(PONG)
            case "pong":
                pass
            case _:
                self._refuse("The message has no known type")

    def _refuse(self, why: str) -> None:
        self.outbox.close(CloseCode.BAD_REQUEST, why)

    def _handle_init(self, message: dict[str, Any]) -> None:
        if self._initialised:
            self.outbox.close(CloseCode.TOO_MANY_INITS)
            return
        self._initialised = True
        payload = message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            self._refuse("The payload of connection_init is an object or null")
            return
        init = ConnectionInit.parse(payload)
        try:
            principal = self._authenticate(init.authorization)
        except Refusal as refusal:
            self.outbox.close(_refused_code(refusal, CloseCode.FORBIDDEN))
            return
        self._caller = init.complete(self._caller, principal)
        self._acknowledged = True
        self._watch_expiry()
        self.outbox.send(CONNECTION_ACK)

    def _watch_expiry(self) -> None:
        self._timer.cancel()
        principal = self._caller.principal
        if principal is not None and principal.expires_at is not None:
            left = principal.expires_at + EXPIRY_ALLOWANCE - self._services.clock()
            self._timer = self._close_after(left.total_seconds(), CloseCode.TOKEN_EXPIRED)

    def _handle_subscribe(self, message: dict[str, Any]) -> None:
        if not self._acknowledged:
            self.outbox.close(CloseCode.UNAUTHORIZED)
            return
        operation_id = message.get("id")
        if (
            not isinstance(operation_id, str)
            or not 0 < len(operation_id) <= self._limits.max_operation_id_length
        ):
            self._refuse(
                f"The id is a string of 1 to {self._limits.max_operation_id_length} characters"
            )
            return
        if operation_id in self._operations:
            # A reason has at most 123 bytes (RFC 6455, section 5.5).
            shown = operation_id.encode()[:80].decode(errors="ignore")
            self.outbox.close(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {shown} already exists")
            return
        try:
            request = parse_request(message.get("payload"))
        except MalformedRequest as malformed:
            self._refuse(str(malformed))
            return
        if len(self._operations) >= self._limits.max_operations:
            busy = too_many_operations(self._limits)
            self.outbox.send(
                error_message(operation_id, format_refusal(busy, self._caller.language))
            )
            return
        parts = (self.outbox, self._engine, self._services)
        operation = Operation(
            operation_id, *parts, place=self._place, on_end=self._forget_operation
        )
        self._operations[operation_id] = operation
        self._pending_subscription = operation.start(
            request, self._caller, joining=self._pending_subscription
        )

    def _forget_operation(self, operation_id: str) -> None:
        self._operations.pop(operation_id, None)

    def _handle_complete(self, message: dict[str, Any]) -> None:
        operation_id = message.get("id")
        if not isinstance(operation_id, str):
            self._refuse("The id is a string")
            return
        operation = self._operations.get(operation_id)
        # An unknown id is no error: the operation may have completed while the message travelled.
        if operation is not None:
            operation.stop()


def _refused_code(refusal: Refusal, otherwise: CloseCode) -> CloseCode:
    return CloseCode.TRY_AGAIN_LATER if isinstance(refusal, Busy) else otherwise
