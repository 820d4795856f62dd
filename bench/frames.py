"""Reads and builds WebSocket frames for a load-generating client, with little work per frame."""

from __future__ import annotations

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
"""First bytes of unfragmented frames (RFC 6455, section 5.2)."""


def frames(data: bytes) -> tuple[list[tuple[int, int, int]], int]:
    """Return first byte and payload bounds of each complete frame, and the end of the last."""
    found = []
    start, size = 0, len(data)
    while size - start >= 2:
        length = data[start + 1]
        begin = start + 2
        if length == 126:
            begin = start + 4
            length = int.from_bytes(data[start + 2 : begin], "big")
        elif length == 127:
            begin = start + 10
            length = int.from_bytes(data[start + 2 : begin], "big")
        end = begin + length
        if end > size or begin > size:
            break
        found.append((data[start], begin, end))
        start = end
    return found, start


def client_frame(first: int, payload: bytes) -> bytes:
    """Build a client frame with an all-zero mask; the payload has at most 65,535 bytes."""
    length = len(payload)
    if length < 126:
        return bytes((first, 0x80 | length)) + bytes(4) + payload
    return bytes((first, 0xFE)) + length.to_bytes(2, "big") + bytes(4) + payload
