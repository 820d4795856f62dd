"""A small HTTP server that serves playlists as a media server does."""

from __future__ import annotations

import asyncio
from typing import Self

from tests.support.webhook_receivers import http_response


def media_playlist(last: int, *, more: str = "") -> bytes:
    """Return a playlist of two segments of two seconds, whose last one has this number."""
    return (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{last - 1}\n"
        f"#EXTINF:2,\n{last - 1}.ts\n#EXTINF:2,\n{last}.ts\n{more}"
    ).encode()


class PlaylistServer:
    """Answers each path with ``answers``: a whole HTTP response, or nothing at all for None.

    A path that is not there is answered with 404. ``requests`` has the paths that were asked for.
    """

    def __init__(self) -> None:
        self.answers: dict[str, bytes | None] = {}
        self.requests: list[str] = []
        self._silence = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._silence.set()
        self._server.close()

    def put(self, path: str, content: bytes) -> str:
        """Serve this content at the path, and return its address."""
        self.answers[path] = http_response(200, body=content)
        return f"{self.origin}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.requests.append(path)
        answer = self.answers.get(path, http_response(404))
        if answer is None:
            await self._silence.wait()
        else:
            writer.write(answer)
        writer.close()
