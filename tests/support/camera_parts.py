"""A running media process with its cameras: recordings come from ffmpeg, keys from a stand-in."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx
import websockets
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection

from api.media.app import create_media_app
from api.media.camera_sockets import SUBPROTOCOL
from api.media.hls_encoder import find_ffmpeg
from api.media.limits import MediaLimits
from api.media.server import create_media_server_config
from api.settings import Settings
from api.wiring.media import MediaNode
from domain.live.media_servers import format_stream_key, name_picture
from tests.support.graphql_clients import EmbeddedUvicorn
from tests.support.webhook_receivers import http_response

SECRET = "the secret of a stream key"
KEY = "the key of both processes"
_SUBPROTOCOL = websockets.Subprotocol(SUBPROTOCOL)
MP4 = "video/mp4;codecs=avc1.42E01F,mp4a.40.2"
WEBM = "video/webm;codecs=vp8,opus"
MATROSKA = "video/x-matroska;codecs=avc1,opus"
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5")
FRAGMENTED = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
"""An MP4 that can be played while it is made, as a browser records it."""
_RECORDERS = {
    MP4: ("mp4", (*_H264, "-c:a", "aac", *FRAGMENTED)),
    WEBM: ("webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")),
    MATROSKA: ("matroska", (*_H264, "-c:a", "libopus")),
    "a codec nobody knows": ("mp4", ("-c:v", "mpeg4", "-c:a", "aac", *FRAGMENTED)),
}


@cache
def record(mime_type: str) -> bytes:
    """Return a recording of three seconds, as a browser makes it; that in VP8 has odd sizes."""
    container, codecs = _RECORDERS[mime_type]
    source = "testsrc=size=161x91" if mime_type == WEBM else "testsrc2=size=160x90"
    return run_ffmpeg(
        *("-f", "lavfi", "-i", f"{source}:rate=5", "-f", "lavfi", "-i", "sine"),
        *("-t", "3", *codecs, "-f", container, "pipe:1"),
    )


def run_ffmpeg(*arguments: str, given: bytes = b"") -> bytes:
    """Return what ffmpeg writes with these arguments."""
    done = subprocess.run(
        [find_ffmpeg(), "-loglevel", "error", *arguments],
        input=given,
        capture_output=True,
        check=True,
    )
    return done.stdout


def decode_frames(segment: bytes) -> int:
    """Return how many frames of H.264 a segment holds; it has to be decoded without a fault."""
    raw = run_ffmpeg(
        *("-xerror", "-f", "mpegts", "-i", "pipe:0", "-map", "0:v:0", "-vf", "scale=16:16"),
        *("-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"),
        given=segment,
    )
    return len(raw) // 256


def find_darkest(recording: bytes, box: str) -> int:
    """Return the darkest of 256 greys in a box, as width:height:x:y, of the first frame."""
    raw = run_ffmpeg(
        *("-xerror", "-i", "pipe:0", "-map", "0:v:0", "-frames:v", "1", "-vf", f"crop={box}"),
        *("-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"),
        given=recording,
    )
    return min(raw)


@asynccontextmanager
async def open_camera(url: str, key: str) -> AsyncIterator[tuple[ClientConnection, dict[str, Any]]]:
    """Connect as a camera of H.264; yield the socket and what it is told first."""
    async with websockets.connect(url, subprotocols=[_SUBPROTOCOL]) as socket:
        begin = {"type": "begin", "key": key, "mimeType": "video/mp4;codecs=avc1"}
        await socket.send(json.dumps(begin))
        yield socket, json.loads(await socket.recv())


class AdmittingService:
    """Answers the calls of the media process: ``secret`` admits, while ``admits`` is set.

    None admits with every key.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []
        """Action, name of the stream, and connection."""
        self.admits = True
        self.secret: str | None = SECRET
        self.recording = ""
        """The name under which pictures are to be kept."""
        self.is_away = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        call = json.loads(await reader.readexactly(length))
        self.calls.append((call["action"], call["name"], call["connection"]))
        if self.is_away:
            writer.write(http_response(503))
            writer.close()
            return
        is_admitted = self.admits and self.secret in {None, call["key"]}
        told = json.dumps({"code": 0, "recording": self.recording}).encode()
        status = 200 if is_admitted or call["action"] == "end" else 403
        writer.write(http_response(status, body=told))
        writer.close()


@dataclass(frozen=True, kw_only=True)
class MediaStudio:
    """A running media process, and the service that it asks."""

    service: AdmittingService
    node: MediaNode
    url: str
    http: httpx.AsyncClient

    def open_socket(self) -> websockets.connect:
        """Return a socket for a camera, to be opened with ``async with``."""
        return websockets.connect(
            f"{self.url.replace('http', 'ws')}/camera",
            subprotocols=[_SUBPROTOCOL],
            ping_interval=None,
        )

    @asynccontextmanager
    async def camera(
        self, session: str = "1", *, secret: str = SECRET, mime_type: str = MP4
    ) -> AsyncIterator[ClientConnection]:
        """Open a camera that has sent its first message."""
        async with self.open_socket() as socket:
            key = format_stream_key(session, secret)
            await socket.send(json.dumps({"type": "begin", "key": key, "mimeType": mime_type}))
            yield socket

    def picture(self, session: str = "1") -> str:
        """Return the path of a session's picture."""
        return f"/live/{name_picture(KEY, session)}"

    async def read_playlist(self, session: str = "1") -> list[str]:
        """Return the lines of the playlist that lists segments, as a player gets to it."""
        picture = self.picture(session)
        index = await self.http.get(f"{picture}/index.m3u8")
        assert index.status_code == 200
        listed = await self.http.get(f"{picture}/{index.text.splitlines()[-1]}")
        assert listed.status_code == 200
        return listed.text.splitlines()

    async def read_segments(self, session: str = "1") -> list[bytes]:
        """Return the segments that the playlist lists."""
        names = [line for line in await self.read_playlist(session) if not line.startswith("#")]
        answers = [await self.http.get(f"{self.picture(session)}/{name}") for name in names]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.content for answer in answers]


@asynccontextmanager
async def running_media(
    folder: Path, limits: MediaLimits, **given: str
) -> AsyncIterator[MediaStudio]:
    """Run a media process with these settings in this loop, until the block ends."""
    async with AdmittingService() as service:
        own = {"SONGGANG_MEDIA_DIR": str(folder), "SONGGANG_MEDIA_SERVICE_URL": service.url}
        async with (
            serving_media(limits, **own, **given) as (node, url),
            httpx.AsyncClient(base_url=url) as http,
        ):
            yield MediaStudio(service=service, node=node, url=url, http=http)


@asynccontextmanager
async def serving_media(limits: MediaLimits, **given: str) -> AsyncIterator[tuple[MediaNode, str]]:
    """Run a media process with these settings in this loop; yield it and its address."""
    settings = Settings.model_validate({"SONGGANG_MEDIA_KEY": KEY, **given})
    app: Starlette = create_media_app(settings, limits)
    async with app.router.lifespan_context(app):
        config = create_media_server_config(app, settings, limits)
        config.port = 0
        server = EmbeddedUvicorn(config)
        task = asyncio.create_task(server.serve())
        await server.listening.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield app.state.node, f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task


async def end_of(socket: ClientConnection) -> tuple[int, str]:
    """Return the close code of a camera, and the name of the refusal before it, if there is one."""
    told: dict[str, Any] = {}
    try:
        async for text in socket:
            told = json.loads(text)
    except websockets.ConnectionClosedError:
        pass
    await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code, str(told.get("code", ""))
