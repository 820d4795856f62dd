"""The way from a phone to the service, as bytes: it can be cut, unplugged, and go deaf."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_CHUNK_BYTES = 65_536


class Cable:
    """Forwards connections to ``target``, which may change: a service that comes back."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.connections = 0
        """Connections that were made through it."""
        self._plugged = True
        self._answers = asyncio.Event()
        self._answers.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._deaf: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Reset all connections. New ones can be made at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    def unplug(self) -> None:
        """Reset all connections, and every new one until ``plug``."""
        self._plugged = False
        self.cut()

    def plug(self) -> None:
        """Connect again."""
        self._plugged = True

    def deafen(self) -> None:
        """Forward nothing more on the connections of now, and close none, as a dead way does."""
        self._deaf |= self._writers

    def hold_answers(self) -> None:
        """Keep back what the service sends, until ``release_answers`` or a cut."""
        self._answers.clear()

    def release_answers(self) -> None:
        """Forward what the service sends."""
        self._answers.set()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection to its end."""
        if not self._plugged:
            writer.transport.abort()
            return
        self.connections += 1
        parts = urlsplit(self.target)
        try:
            back, forth = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, forth}
        self._writers |= both
        up = asyncio.create_task(self._pump(reader, forth, writer, held=False))
        down = asyncio.create_task(self._pump(back, writer, writer, held=True))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            self._writers -= both
            self._deaf -= both
            for each in both:
                each.transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: asyncio.StreamWriter,
        *,
        held: bool,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                if held:
                    await self._answers.wait()
                if connection in self._deaf:
                    continue
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def laid_cable(target: str) -> AsyncIterator[Cable]:
    """Lay a cable to the service with this URL until the block ends."""
    cable = Cable(target)
    server = await asyncio.start_server(cable.connect, "127.0.0.1", 0)
    cable.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield cable
    finally:
        cable.unplug()
        server.close()
        await server.wait_closed()
