"""The camera of a demo session: an ffmpeg that draws a card, published as a browser's camera is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from os import environ
from pathlib import Path

import orjson
import websockets
from websockets.asyncio.client import ClientConnection

from api.demo.picture_card import CHINA_TIME, MIME_TYPE, card_arguments
from api.media.camera_closes import CameraClose
from api.media.camera_sockets import SUBPROTOCOL
from domain.live.media_servers import format_stream_key
from domain.refusals import Busy
from realtime.background import Follower, Schedule

SCHEDULE = Schedule(first_retry_seconds=1.0, max_retry_seconds=15.0)
"""When the camera comes back after ffmpeg or its connection ended."""
_CONNECT_SECONDS = 60.0
"""The media process takes seconds to start, and its port is bound before."""
_PART_BYTES = 64 * 1024


class DemoCamera(Follower):
    """Publishes the card in ``folder`` as the picture of a session, until it is closed."""

    def __init__(
        self, session_id: str, secret: str, *, camera_url: str, folder: Path, program: str
    ) -> None:
        super().__init__("demo_camera", SCHEDULE)
        self._key = format_stream_key(session_id, secret)
        self._url = camera_url
        self._folder = folder
        self._program = program
        self.pid: int | None = None
        """The id of the ffmpeg that runs now."""

    async def follow(self) -> None:
        """Publish until ffmpeg or the connection ends.

        :raises Busy: the media process does not take the picture now, or ffmpeg has ended.
        """
        try:
            async with websockets.connect(
                self._url,
                subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
                open_timeout=_CONNECT_SECONDS,
                proxy=None,
            ) as socket:
                begin = {"type": "begin", "key": self._key, "mimeType": MIME_TYPE}
                await socket.send(orjson.dumps(begin).decode())
                await socket.recv()
                async with self._draw() as parts:
                    self.mark_connected()
                    await self._publish(socket, parts)
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise _put_off(error) from error

    @asynccontextmanager
    async def _draw(self) -> AsyncIterator[asyncio.StreamReader]:
        """Run the ffmpeg that draws the card; its recording is what is read."""
        process = await asyncio.create_subprocess_exec(
            self._program,
            *card_arguments(),
            cwd=self._folder,
            env={**environ, **CHINA_TIME},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdout is not None  # it was asked for
        self.pid = process.pid
        try:
            yield process.stdout
        finally:
            self.pid = None
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _publish(self, socket: ClientConnection, parts: asyncio.StreamReader) -> None:
        while part := await parts.read(_PART_BYTES):
            await socket.send(part)
        raise Busy("The ffmpeg of a demo picture has ended.", "演示画面的ffmpeg已退出。")


def _put_off(error: Exception) -> Busy:
    """Say why there is no picture now; the name of the close code is all that may be told."""
    code = getattr(getattr(error, "rcvd", None), "code", None)
    name = next((each.name for each in CameraClose if each == code), type(error).__name__)
    return Busy(
        f"The media process does not take the demo picture: {name}.",
        f"媒体进程暂未接收演示画面：{name}。",
    )
