"""The GraphQL endpoint: queries over HTTP GET, queries and mutations over HTTP POST, all operations
over WebSocket.

HTTP follows "GraphQL over HTTP" (https://graphql.github.io/graphql-over-http/draft/). For a request
that cannot be executed, a client that accepts ``application/graphql-response+json`` gets 400; a
client that prefers ``application/json`` gets 200 with ``errors``. No answer may be stored by a
cache: a posting that closes vanishes from every answer at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.client_address import peer_of
from api.graphql_requests import MalformedRequest, parse_request, parse_url_parameters
from api.http.content_negotiation import choose_language, choose_media_type
from api.websocket.connection import WebSocketServer
from api.websocket.limits import WebSocketLimits
from domain.identity.accounts import Principal
from domain.refusals import Refusal
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from schema.context import Context, Services
from schema.execution.engine import Engine, GraphQLRequest
from schema.execution.results import RequestInvalid

JSON_MEDIA_TYPE = "application/json"
GRAPHQL_RESPONSE_MEDIA_TYPE = "application/graphql-response+json"
_MEDIA_TYPES = (GRAPHQL_RESPONSE_MEDIA_TYPE, JSON_MEDIA_TYPE)

Authenticate = Callable[[str | None], Principal | None]


class GraphQLEndpoint:
    """An ASGI application for ``/graphql``."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        authenticate: Authenticate,
        *,
        origins: Sequence[str],
        websocket_limits: WebSocketLimits | None = None,
        realtime_limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        """``origins`` are those of the foreign pages that may open a WebSocket."""
        self._engine = engine
        self._services = services
        self._authenticate = authenticate
        self._origins = frozenset(origins)
        self.sockets = WebSocketServer(
            engine, services, authenticate, websocket_limits or WebSocketLimits(), realtime_limits
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if not self._is_origin_allowed(scope):
                # Before the handshake is answered, a close is a 403.
                await receive()
                await send({"type": "websocket.close", "code": 4403, "reason": "Foreign origin"})
                return
            await self.sockets.serve(scope, receive, send)
            return
        response = await self._execute(HttpRequest(scope, receive))
        response.headers["vary"] = "Accept, Accept-Language"
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def drain(self) -> None:
        """Close every WebSocket connection; the clients reconnect to another node."""
        await self.sockets.drain()

    def _is_origin_allowed(self, scope: Scope) -> bool:
        """Whether the page may open a WebSocket; only browsers send an origin."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin or origin in self._origins:
            return True
        host = headers.get(b"host", b"").decode("latin-1")
        # A proxy in front may terminate TLS.
        return origin in {f"http://{host}", f"https://{host}"}

    async def _execute(self, http: HttpRequest) -> Response:
        media_type = choose_media_type(", ".join(http.headers.getlist("accept")), _MEDIA_TYPES)
        if media_type is None:
            return _error_response(
                f"Accept {GRAPHQL_RESPONSE_MEDIA_TYPE} or {JSON_MEDIA_TYPE}.", 406, JSON_MEDIA_TYPE
            )
        try:
            request = await _read_request(http)
            if http.method == "GET":
                self._check_no_mutation(request)
            context = self._context(http)
            result = await self._engine.execute(request, context)
        except _Unsupported as unsupported:
            return _error_response(
                str(unsupported), unsupported.status, media_type, **unsupported.headers
            )
        except (MalformedRequest, ClientDisconnect) as malformed:
            return _error_response(str(malformed), 400, media_type)
        except RequestInvalid as invalid:
            status = 400 if media_type == GRAPHQL_RESPONSE_MEDIA_TYPE else 200
            return Response(orjson.dumps({"errors": invalid.errors}), status, media_type=media_type)
        response = Response(result, media_type=media_type)
        if context.retry_after is not None:
            response.headers["retry-after"] = str(context.retry_after)
        return response

    def _check_no_mutation(self, request: GraphQLRequest) -> None:
        """Check that the operation changes nothing: links and caches repeat a GET.

        :raises _Unsupported: it is a mutation.
        """
        _, operation = self._engine.prepare(request)
        if operation.operation is OperationType.MUTATION:
            raise _Unsupported("Send mutations by POST.", 405, allow="POST")

    def _context(self, http: HttpRequest) -> Context:
        peer = peer_of(http.scope)
        language = choose_language(", ".join(http.headers.getlist("accept-language")))
        try:
            principal = self._authenticate(http.headers.get("authorization"))
        except Refusal as refused:
            return Context(self._services, None, peer=peer, language=language, token_error=refused)
        return Context(self._services, principal, peer=peer, language=language)


class _Unsupported(Exception):
    """A method or media type that this endpoint does not take."""

    def __init__(self, message: str, status: int, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


async def _read_request(http: HttpRequest) -> GraphQLRequest:
    """The request in the URL or the body.

    :raises MalformedRequest: it is none.
    :raises _Unsupported: the method is another one, or the body has another media type.
    """
    if http.method == "GET":
        return parse_url_parameters(http.query_params.multi_items())
    if http.method != "POST":
        raise _Unsupported(
            "Send a POST request with a JSON body, or a query by GET.", 405, allow="GET, POST"
        )
    if _content_type(http) != JSON_MEDIA_TYPE:
        raise _Unsupported(f"Send the body as {JSON_MEDIA_TYPE}.", 415)
    return parse_request(_parse_json(await http.body()))


def _content_type(http: HttpRequest) -> str:
    return http.headers.get("content-type", "").partition(";")[0].strip().lower()


def _parse_json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedRequest("The body is not JSON.") from None


def _error_response(message: str, status: int, media_type: str, **headers: str) -> Response:
    body = {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
    return Response(orjson.dumps(body), status, headers=headers, media_type=media_type)
