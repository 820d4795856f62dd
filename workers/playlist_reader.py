"""The reader of playlists on media servers: from named origins only, within seconds."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin

import httpcore

from domain.live.hls_playlists import (
    MAX_PLAYLIST_BYTES,
    Playlist,
    PlaylistInvalid,
    parse_playlist,
)
from domain.live.media_servers import CameraServer
from domain.live.stream_sites import StreamRules, is_from_stream_site
from workers.outgoing_http import (
    AddressRefused,
    AnswerLimits,
    PublicAddressBackend,
    get_bounded,
)

READ_TIMEOUT_SECONDS = 3.0
"""For one playlist, from the lookup to the end of the answer, with the one that it names."""
MAX_CONNECTIONS = 16
_LIMITS = AnswerLimits(timeout_seconds=READ_TIMEOUT_SECONDS, max_answer_bytes=MAX_PLAYLIST_BYTES)
_HEADERS = {"user-agent": "Songgang", "accept": "application/vnd.apple.mpegurl"}


class PlaylistReader:
    """Reads playlists over one connection pool. The operator has named every origin it asks.

    Those of ``cameras``, the media process of this service, are read at its internal address.
    """

    def __init__(self, rules: StreamRules, cameras: CameraServer | None = None) -> None:
        self._rules = rules
        self._cameras = cameras
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=30.0,
            # Media servers stand in the same network: their addresses may be private.
            network_backend=PublicAddressBackend(private=True),
        )

    async def __call__(self, url: str) -> Playlist | None:
        """The playlist that lists segments: that of ``url``, or the first that it names.

        None if there is none: no answer in time, another status than 200, or no playlist.
        """
        try:
            async with asyncio.timeout(READ_TIMEOUT_SECONDS):
                playlist = await self._read(url)
                if playlist is None or not playlist.variants:
                    return playlist
                found = await self._read(urljoin(url, playlist.variants[0]))
                return None if found is None or found.variants else found
        except (
            AddressRefused,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            httpcore.UnsupportedProtocol,
            OSError,  # asyncio's TimeoutError is one
            ValueError,  # no address: a playlist may name anything
        ):
            return None

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _read(self, url: str) -> Playlist | None:
        if not is_from_stream_site(url, self._rules):
            return None
        headers = _HEADERS
        cameras = self._cameras
        if cameras is not None and (internal := cameras.internal_playlist(url)) is not None:
            # The key says that this reader is no viewer.
            url, headers = internal, {**_HEADERS, "authorization": f"Bearer {cameras.key}"}
        answer = await get_bounded(self._pool, url, headers, _LIMITS)
        if answer.status != 200 or answer.content is None:
            return None
        try:
            return parse_playlist(answer.content.decode("utf-8", "replace"))
        except PlaylistInvalid:
            return None
