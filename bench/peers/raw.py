"""Peer: the limit of asyncio itself. uvicorn, and one pre-built frame written to every transport.

There is no GraphQL: whatever the client sends first is answered with an acknowledgement, and
each posted body becomes one frame, the same bytes for all. Usage: raw.py PORT
"""

import asyncio
import base64
import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from itertools import count
from typing import Any, cast

import uvicorn

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
KEY = re.compile(rb"sec-websocket-key:\s*(\S+)", re.IGNORECASE)
ACK = b'{"type":"connection_ack"}'
ANNOUNCED = b'{"data":{"announce":{"__typename":"Announced"}}}'

numbers = count(1)
followers: set[asyncio.Transport] = set()


def frame(text: bytes) -> bytes:
    length = len(text)
    header = b"\x81%c" % length if length < 126 else b"\x81\x7e" + length.to_bytes(2, "big")
    return header + text


class Followed(asyncio.Protocol):
    """Completes the handshake, acknowledges, and then only receives the broadcast frames."""

    transport: asyncio.Transport

    def __init__(self, **_: Any) -> None:
        self._shaken = self._acknowledged = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport has the methods of asyncio.Transport but not its base class.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._shaken:
            self._shaken = True
            key = KEY.search(data)
            assert key is not None
            accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())  # noqa: S324 - RFC 6455
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
        elif not self._acknowledged:
            self._acknowledged = True
            self.transport.write(frame(ACK))
            followers.add(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        followers.discard(self.transport)


async def app(_: Any, receive: Any, send: Any) -> None:
    """Accept an ``announce`` mutation and broadcast its body."""
    posted = b""
    more = True
    while more:
        message = await receive()
        posted += message.get("body", b"")
        more = message.get("more_body", False)
    announced = json.loads(posted)["variables"]["input"] if posted else None
    if announced:
        spread(announced["sessionId"], announced["body"])
    headers = [(b"content-length", b"%d" % len(ANNOUNCED))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANNOUNCED})


def spread(session_id: str, body: str) -> None:
    seq = next(numbers)
    cursor = base64.urlsafe_b64encode(f"log:{seq}:session:{session_id}".encode()).decode()
    event = {
        "__typename": "Announcement",
        "seq": seq,
        "at": datetime.now(UTC).isoformat(),
        "cursor": cursor,
        "body": body,
    }
    payload = {"data": {"sessionEvents": event}}
    # As long as the ids of the clients, so that frames have the same length as those of peers.
    message = {"id": "0" * 36, "type": "next", "payload": payload}
    built = frame(json.dumps(message, separators=(",", ":")).encode())
    for transport in followers:
        transport.write(built)


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws=Followed,
        lifespan="off",
        backlog=4096,
        access_log=False,
        log_level="warning",
    )
