"""Server messages of graphql-transport-ws as bytes.

Protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import orjson

CONNECTION_ACK = b'{"type":"connection_ack"}'
PONG = b'{"type":"pong"}'


def next_prefix(operation_id: str) -> bytes:
    """The bytes before the payload of a ``next`` message; ``}`` follows the payload."""
    return b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'


def error_message(operation_id: str, errors: list[dict[str, object]]) -> bytes:
    """An ``error`` message: the operation did not start."""
    return orjson.dumps({"id": operation_id, "type": "error", "payload": errors})


def complete_message(operation_id: str) -> bytes:
    """A ``complete`` message: the operation sends nothing more."""
    return orjson.dumps({"id": operation_id, "type": "complete"})
