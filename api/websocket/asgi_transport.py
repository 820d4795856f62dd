"""The sending side of a WebSocket over plain ASGI, for servers other than our uvicorn protocol."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from starlette.types import Send

from realtime.outbox import LOW_WATER_BYTES, ignore_drained


class AsgiWire:
    """A ``Wire`` that queues messages and sends them one at a time, as the server accepts them."""

    def __init__(self, send: Send, *, close_timeout_seconds: float) -> None:
        self._send = send
        self._close_timeout_seconds = close_timeout_seconds
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
        """Bytes that the server has not accepted yet."""
        return self._bytes

    async def wait_drained(self) -> None:
        """Return once the queue is short, or the socket is closed."""
        await self._slack.wait()

    def close(self, code: int, reason: str) -> None:
        """Send a close after the queued messages; drop these if the timeout ends first."""
        if self._closing is not None:
            return
        self._closing = (code, reason)
        self._slack.set()
        self._ensure_sending()
        self._close_timer = asyncio.get_running_loop().call_later(
            self._close_timeout_seconds, self._drop
        )

    async def release(self) -> None:
        """Stop sending: the socket is closed."""
        self._slack.set()
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=self._close_timeout_seconds)
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
            # The client is gone: the reader is told so and ends the connection.
            self._slack.set()
