"""The limits of WebSocket connections."""

from __future__ import annotations

from dataclasses import dataclass

from domain.refusals import Busy


@dataclass(frozen=True, kw_only=True)
class WebSocketLimits:
    """The limits of one connection, and how a stopping node closes its connections."""

    init_timeout_seconds: float = 5.0
    """Time for ``connection_init`` to arrive."""
    max_operations: int = 100
    """Operations in progress on one connection, subscriptions included."""
    max_operation_id_length: int = 128
    """Characters of an operation's id, which every message of the operation repeats."""
    max_message_bytes: int = 64 * 1024
    """Bytes of one message from a client: a document with its variables."""
    max_fragments: int = 1_024
    """Fragments of one message. An empty one adds nothing to its size, but takes memory."""
    max_waiting_messages: int = 512
    """Messages of one client that are parsed before the first is read."""
    bytes_per_parse: int = 4 * 1024
    """Bytes that are parsed before the limits are looked at again: at most 700 frames."""
    max_pings: int = 100
    """Pings of one client in ``ping_interval_seconds``. Libraries send one."""
    ping_interval_seconds: float = 20.0
    """Time between pings, and time for a pong to arrive."""
    close_timeout_seconds: float = 2.0
    """Time for a closed client to read what is queued. After it the connection is cut."""
    drain_seconds: float = 3.0
    """Time over which a stopping node closes its connections, so that clients do not reconnect
    to other nodes all at once."""
    drain_batches: int = 60
    """Groups of connections that are closed one after the other in that time."""


def too_many_operations(limits: WebSocketLimits) -> Busy:
    """The refusal of one operation more than a connection may have in progress."""
    return Busy(
        "Very much is loading at once. Wait a moment.",
        "正在加载的内容过多，请稍等片刻。",
        hint=f"A connection has at most {limits.max_operations} operations in progress. "
        "Complete one first.",
    )
