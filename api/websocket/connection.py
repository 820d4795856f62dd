"""WebSocket connections: the server side of graphql-transport-ws.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. One reader a connection takes the
messages in order; whatever it answers goes through the bounded outbox. A subscription holds no
task: it is a membership in the hub until it completes or the socket closes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from api.client_address import peer_of
from api.graphql_requests import MalformedRequest, parse_request
from api.websocket.asgi_transport import AsgiWire
from api.websocket.operation import Operation
from api.websocket.uvicorn_protocol import WIRE_EXTENSION
from domain.errors import Busy, Unauthenticated
from domain.identity.accounts import Principal
from realtime.admission import Admission
from realtime.close_codes import CloseCode
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.outbox import Outbox, Wire
from realtime.protocol_messages import CONNECTION_ACK, PONG, error_message
from schema.context import Services
from schema.execution.engine import Engine, format_refusal

SUBPROTOCOL = "graphql-transport-ws"
INIT_TIMEOUT_SECONDS = 5.0
"""For connection_init to come."""
MAX_OPERATIONS_PER_CONNECTION = 100
"""Operations under way on one connection."""
MAX_OPERATION_ID_LENGTH = 128
DRAIN_SECONDS = 3.0
"""Over which the clients of a stopping node are sent away, not all at once."""
DRAIN_BATCHES = 60

Authenticate = Callable[[str | None], Principal | None]


class WebSocketServer:
    """The open connections of one process."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        authenticate: Authenticate,
        limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        self._engine = engine
        self._services = services
        self._authenticate = authenticate
        self._open: set[WebSocketConnection] = set()
        self._draining = False
        self._limits = limits
        self._pace = Admission(limits)
        self.closed_counts: Counter[CloseCode | None] = Counter()
        """Connections that have ended, by our code; None stands for the peer, or a lost one."""

    def __len__(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def queued_bytes(self) -> list[int]:
        """The bytes that wait for each open connection."""
        return [connection.outbox.queued_bytes() for connection in self._open]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection from its handshake to its end."""
        await receive()
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            code = CloseCode.SUBPROTOCOL_REQUIRED
            await send({"type": "websocket.close", "code": code.value, "reason": code.reason})
            self.closed_counts[code] += 1
            return
        await self._pace.wait_turn()
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        peer = peer_of(scope)
        wire: Wire = scope["extensions"].get(WIRE_EXTENSION) or AsgiWire(send)
        connection = WebSocketConnection(
            self._engine,
            self._services,
            self._authenticate,
            wire,
            peer=peer,
            max_outbox_bytes=self._limits.max_outbox_bytes,
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
        """Close every connection with ``DRAINING``, spread over ``DRAIN_SECONDS``."""
        self._draining = True
        leaving = list(self._open)
        share = len(leaving) // DRAIN_BATCHES + 1
        for start in range(0, len(leaving), share):
            for connection in leaving[start : start + share]:
                connection.outbox.close(CloseCode.DRAINING)
            await asyncio.sleep(DRAIN_SECONDS / DRAIN_BATCHES)


class WebSocketConnection:
    """One socket: its state in the protocol, and its operations."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        authenticate: Authenticate,
        wire: Wire,
        *,
        peer: str,
        max_outbox_bytes: int = DEFAULT_LIMITS.max_outbox_bytes,
    ) -> None:
        self._engine = engine
        self._services = services
        self._authenticate = authenticate
        self._peer = peer
        self._wire = wire
        self.outbox = Outbox(wire, max_outbox_bytes)
        wire.on_drained = self.outbox.flush
        self._initialised = False
        self._acknowledged = False
        self._principal: Principal | None = None
        self._operations: dict[str, Operation] = {}
        self._pending_subscription: asyncio.Task[None] | None = None
        self._timer = self._close_after(INIT_TIMEOUT_SECONDS, CloseCode.INIT_TIMEOUT)

    async def read_messages(self, receive: Receive) -> None:
        """Take messages until the peer or we close."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if not self.outbox.closed:
                self._handle_message(message)
            # Messages that came together are read without a pause: let others have a turn.
            await asyncio.sleep(0)

    async def release(self) -> None:
        """Give up everything that the connection held."""
        self.outbox.closed = True
        self._timer.cancel()
        for operation in list(self._operations.values()):
            operation.stop()
        await self._wire.release()

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
        authorization = {name.lower(): value for name, value in (payload or {}).items()}.get(
            "authorization"
        )
        try:
            self._principal = self._authenticate(
                authorization if isinstance(authorization, str) else None
            )
        except Unauthenticated:
            self.outbox.close(CloseCode.FORBIDDEN)
            return
        self._acknowledged = True
        self._watch_expiry()
        self.outbox.send(CONNECTION_ACK)

    def _watch_expiry(self) -> None:
        self._timer.cancel()
        if self._principal is not None and self._principal.expires_at is not None:
            left = self._principal.expires_at - self._services.clock()
            self._timer = self._close_after(left.total_seconds(), CloseCode.TOKEN_EXPIRED)

    def _handle_subscribe(self, message: dict[str, Any]) -> None:
        if not self._acknowledged:
            self.outbox.close(CloseCode.UNAUTHORIZED)
            return
        operation_id = message.get("id")
        if (
            not isinstance(operation_id, str)
            or not 0 < len(operation_id) <= MAX_OPERATION_ID_LENGTH
        ):
            self._refuse(f"The id is a text of 1 to {MAX_OPERATION_ID_LENGTH} characters")
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
        if len(self._operations) >= MAX_OPERATIONS_PER_CONNECTION:
            busy = Busy(
                f"At most {MAX_OPERATIONS_PER_CONNECTION} operations at once on one connection."
            )
            self.outbox.send(error_message(operation_id, format_refusal(busy)))
            return
        operation = Operation(
            operation_id, self.outbox, self._engine, self._services, on_end=self._forget_operation
        )
        self._operations[operation_id] = operation
        self._pending_subscription = operation.start(
            request, self._principal, peer=self._peer, joining=self._pending_subscription
        )

    def _forget_operation(self, operation_id: str) -> None:
        self._operations.pop(operation_id, None)

    def _handle_complete(self, message: dict[str, Any]) -> None:
        operation_id = message.get("id")
        if not isinstance(operation_id, str):
            self._refuse("The id is a text")
            return
        operation = self._operations.get(operation_id)
        # One that has just completed on our side is no error: the messages have crossed.
        if operation is not None:
            operation.stop()
