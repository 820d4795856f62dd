"""A change stream whose reads can be cancelled without losing a change."""

import asyncio
from contextlib import suppress
from typing import Self

from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import PyMongoError

from storage.mongo.drivers import Document
from storage.mongo.errors import translate_errors

CLOSE_TIMEOUT_SECONDS = 1.5
"""Longer than an idle read of Motor, which cannot be cancelled."""
_CLOSING: set[asyncio.Task[None]] = set()
"""Streams that are being closed: the event loop alone would not keep their tasks."""


class ChangeStream:
    """An open change stream: an iterator over the changes, in the order of their commits.

    A cancelled read (by a timeout, for example) loses nothing: the next read continues it. The
    driver reconnects by itself. What it cannot repair is raised as ``StorageUnavailable`` or
    ``HistoryLost``; the stream has ended then. It also ends when the collection is dropped.
    """

    def __init__(self, stream: AsyncChangeStream[Document], *, cancellable: bool) -> None:
        """Wrap the driver's open stream; ``cancellable``: its reads may be cancelled."""
        self._stream = stream
        self._cancellable = cancellable
        self._read: asyncio.Task[Document | None] | None = None
        self._token = stream.resume_token

    @property
    def resume_token(self) -> Document | None:
        """The token to resume from: after the last change returned, or after later idle time."""
        return None if self._token is None else dict(self._token)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Document:
        while self._read is not None or self._stream.alive:
            if self._read is None:
                self._read = asyncio.ensure_future(self._stream.try_next())
            await asyncio.wait({self._read})
            read, self._read = self._read, None
            with translate_errors():
                change = read.result()
            # Updated only here: a read whose caller was cancelled must not advance the token.
            self._token = self._stream.resume_token
            if change is not None:
                return change
        raise StopAsyncIteration

    async def close(self) -> None:
        """Close the stream and its cursor on the server; Motor takes up to ``max_await_ms``.

        It waits ``CLOSE_TIMEOUT_SECONDS`` for a server that does not answer; what is left then ends
        in the background.
        """
        closing = asyncio.create_task(self._close())
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)
        await asyncio.wait({closing}, timeout=CLOSE_TIMEOUT_SECONDS)
        if self._cancellable:
            closing.cancel()

    async def _close(self) -> None:
        try:
            if self._read is not None:
                if self._cancellable:
                    self._read.cancel()
                # Motor reads in a thread that cannot be stopped; closing during the read would
                # reopen the cursor.
                await asyncio.wait({self._read})
                if not self._read.cancelled():
                    self._read.exception()
        finally:
            with suppress(PyMongoError):
                await self._stream.close()
