"""The sending side of a WebSocket through plain ASGI: works under every server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from starlette.types import Send

from realtime.outbox import LOW_WATER_BYTES, ignore_drained

CLOSE_TIMEOUT_SECONDS = 2.0
"""For a closed peer to take what is queued; then it is dropped."""


class AsgiWire:
    """Queues messages and sends them in order, one at a time, as the server takes them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.on_drained: Callable[[], None] = ignore_drained
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._closing: tuple[int, str] | None = None
        self._close_timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None
        self._slack = asyncio.Event()
        self._slack.set()

    def write(self, *texts: bytes) -> None:
        """Queue text messages."""
        if self._closing is not None:
            return
        self._queue.extend(texts)
        self._bytes += sum(map(len, texts))
        if self._bytes > LOW_WATER_BYTES:
            self._slack.clear()
        self._ensure_sending()

    def queued_bytes(self) -> int:
        """Bytes that the server has not taken yet."""
        return self._bytes

    async def wait_drained(self) -> None:
        """Return once little waits, or the socket is closed."""
        await self._slack.wait()

    def close(self, code: int, reason: str) -> None:
        """Close behind what is queued, which is dropped if it is not taken in ``CLOSE_SECONDS``."""
        if self._closing is not None:
            return
        self._closing = (code, reason)
        self._slack.set()
        self._ensure_sending()
        self._close_timer = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_SECONDS, self._drop)

    async def release(self) -> None:
        """The socket is gone: stop sending."""
        self._slack.set()
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=CLOSE_TIMEOUT_SECONDS)
            self._sending.cancel()
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._drop()

    def _drop(self) -> None:
        self._bytes -= sum(map(len, self._queue))
        self._queue.clear()

    def _ensure_sending(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._queue:
                text = self._queue.popleft()
                await self._send({"type": "websocket.send", "text": text.decode()})
                self._bytes -= len(text)
                if self._bytes <= LOW_WATER_BYTES and not self._slack.is_set():
                    self._slack.set()
                    self.on_drained()
            if self._closing is not None:
                code, reason = self._closing
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (OSError, RuntimeError):
            # The peer is gone: the reader learns of it and ends the connection.
            self._slack.set()
