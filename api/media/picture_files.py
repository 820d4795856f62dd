"""Serves playlists and segments to players: types, ranges, caching, and seats for a bounded number.

``index.m3u8`` names ``live.m3u8`` with a ticket for a seat, so that players are counted by what
they do. Segments never change and may be kept by caches on the way; playlists may not. Pages of
all origins may read them: who has the unguessable address of a picture may see it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from api.bearer_keys import shows_bearer
from api.client_address import peer_of
from api.media.hls_encoder import PLAYLIST
from api.media.limits import MediaLimits
from api.media.media_folder import MediaFolder
from api.media.stored_pictures import StoredPictures
from api.media.viewer_seats import ViewerSeats
from realtime.single_flight import SingleFlight

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
SEGMENT_TYPE: Final = "video/mp2t"
_OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "content-length, content-range, retry-after",
    "cross-origin-resource-policy": "cross-origin",
}
CHANGING = {**_OPEN, "cache-control": "no-store"}
LASTING = {**_OPEN, "cache-control": "public, max-age=300, immutable", "accept-ranges": "bytes"}
_RETRY_SECONDS = 15


class PictureFiles:
    """Answers players, and the service, which shows ``key``.

    ``stored`` is what an object store has, when players read from there.
    """

    def __init__(
        self,
        folder: MediaFolder,
        seats: ViewerSeats,
        limits: MediaLimits,
        key: str,
        stored: StoredPictures | None = None,
    ) -> None:
        self._folder = folder
        self._seats = seats
        self._limits = limits
        self._key = key
        self._stored = stored
        self._cached: OrderedDict[Path, bytes] = OrderedDict()
        self._cached_bytes = 0
        self._reads: SingleFlight[bytes] = SingleFlight()

    async def respond(self, request: Request) -> Response:
        """Answer with a file of a picture.

        404: there is none. 403: the ticket is of another process; read ``index.m3u8`` again.
        503: all seats are taken.
        """
        picture, name = request.path_params["picture"], request.path_params["name"]
        if name == "index.m3u8":
            return await self._respond_index(request, picture)
        path = self._folder.locate(picture, name)
        if path is None:
            return refuse(HTTPStatus.NOT_FOUND)
        if name != PLAYLIST:
            return await self._respond_segment(request, path)
        kept = self._seats.keep(request.query_params.get("seat", "")[:64], peer_of(request.scope))
        if not kept:
            return refuse(HTTPStatus.FORBIDDEN if kept is None else HTTPStatus.SERVICE_UNAVAILABLE)
        return await self._respond_playlist(path)

    async def _respond_index(self, request: Request, picture: str) -> Response:
        path = self._folder.locate(picture, PLAYLIST)
        if path is None or not await run_in_threadpool(path.exists):
            return refuse(HTTPStatus.NOT_FOUND)
        if shows_bearer(request, self._key):
            return await self._respond_to_service(picture, path)
        ticket = self._seats.issue(peer_of(request.scope))
        if ticket is None:
            return refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        bandwidth = self._limits.max_bits_per_second
        lines = ("#EXTM3U", f"#EXT-X-STREAM-INF:BANDWIDTH={bandwidth}", f"{PLAYLIST}?seat={ticket}")
        return Response("\n".join((*lines, "")), media_type=PLAYLIST_TYPE, headers=CHANGING)

    async def _respond_to_service(self, picture: str, path: Path) -> Response:
        """Answer with the playlist that players get."""
        if self._stored is None:
            return await self._respond_playlist(path)
        listed = self._stored.find_playlist(picture)
        if listed is None:
            return refuse(HTTPStatus.NOT_FOUND)
        return Response(listed, media_type=PLAYLIST_TYPE, headers=CHANGING)

    async def _respond_playlist(self, path: Path) -> Response:
        try:
            listed = await run_in_threadpool(path.read_bytes)
        except OSError:
            return refuse(HTTPStatus.NOT_FOUND)
        return Response(listed, media_type=PLAYLIST_TYPE, headers=CHANGING)

    async def _respond_segment(self, request: Request, path: Path) -> Response:
        if "range" in request.headers:
            if not await run_in_threadpool(path.is_file):
                return refuse(HTTPStatus.NOT_FOUND)
            return FileResponse(path, media_type=SEGMENT_TYPE, headers=LASTING)
        segment = self._cached.get(path)
        if segment is None:
            try:
                # All players ask for a new segment within the same second.
                segment = await self._reads.run(path, lambda: self._read_segment(path))
            except OSError:
                return refuse(HTTPStatus.NOT_FOUND)
        return Response(segment, media_type=SEGMENT_TYPE, headers=LASTING)

    async def _read_segment(self, path: Path) -> bytes:
        segment = self._cached.get(path)
        if segment is None:
            segment = await run_in_threadpool(path.read_bytes)
            self._keep_segment(path, segment)
        return segment

    def _keep_segment(self, path: Path, segment: bytes) -> None:
        """Keep a segment for the next player; the oldest ones go."""
        if path not in self._cached:
            self._cached[path] = segment
            self._cached_bytes += len(segment)
        while self._cached_bytes > self._limits.max_cached_bytes:
            self._cached_bytes -= len(self._cached.popitem(last=False)[1])

    def forget(self, picture: str) -> None:
        """Forget the segments of a picture that was deleted."""
        self._forget([each for each in self._cached if each.parent.name == picture])

    async def forget_deleted(self) -> None:
        """Forget the segments that are in the folder no more: nothing outlives its file."""
        kept = tuple(self._cached)
        self._forget(await run_in_threadpool(lambda: [each for each in kept if not each.exists()]))

    def _forget(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._cached_bytes -= len(self._cached.pop(path, b""))


_TEXTS = {
    HTTPStatus.NOT_FOUND: (
        "NOT_FOUND",
        "There is no such picture, or not any more.",
        "没有这个画面，或画面已结束。",
    ),
    HTTPStatus.FORBIDDEN: (
        "SEAT_NOT_VALID",
        "Open the picture again.",
        "请重新打开画面。",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "VIEWERS_FULL",
        "As many people as the server can take watch the picture. The room goes on without it.",
        "观看画面的人数已达上限，直播间其他功能可正常使用。",
    ),
}


def refuse(status: HTTPStatus) -> Response:
    """Return a refusal with a code, and a text in both languages."""
    code, message, message_zh = _TEXTS[status]
    headers = dict(CHANGING)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(_RETRY_SECONDS)
    content = {"error": message, "messageZh": message_zh, "code": code}
    return JSONResponse(content, status, headers=headers)
