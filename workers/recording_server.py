"""Asks the media process for recordings, and deletes them there."""

from __future__ import annotations

from dataclasses import dataclass

import httpcore
import orjson

from domain.live.media_servers import CameraServer

_TIMEOUT_SECONDS = 10.0
"""A long recording has ten thousand files to delete."""
_MAX_CONNECTIONS = 4
_TIMEOUTS = {
    "timeout": dict.fromkeys(("connect", "read", "write", "pool"), _TIMEOUT_SECONDS),
}


class RecordingServerAway(Exception):
    """The media process does not answer, or not as it should; no caller of the API sees this."""


@dataclass(frozen=True, kw_only=True)
class FoundRecording:
    """How much the media process has of a recording."""

    duration_seconds: int
    byte_count: int


class RecordingServer:
    """Calls the media process of this service."""

    def __init__(self, cameras: CameraServer) -> None:
        self._cameras = cameras
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpcore.default_ssl_context(), max_connections=_MAX_CONNECTIONS
        )

    async def find(self, name: str) -> FoundRecording | None:
        """Return how much there is of a recording; None if there is none.

        :raises RecordingServerAway: it does not answer.
        """
        answer = await self._call("GET", name)
        if answer.status == 404:
            return None
        try:
            told = orjson.loads(answer.content)
            return FoundRecording(
                duration_seconds=int(told["durationSeconds"]), byte_count=int(told["byteCount"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RecordingServerAway from error

    async def delete(self, name: str) -> bool:
        """Delete a recording; False if there was nothing of it any more.

        :raises RecordingServerAway: it does not answer.
        """
        return (await self._call("DELETE", name)).status != 404

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _call(self, method: str, name: str) -> httpcore.Response:
        try:
            answer = await self._pool.request(
                method,
                self._cameras.internal_recording(name),
                headers={
                    "user-agent": "Songgang",
                    "authorization": f"Bearer {self._cameras.key}",
                },
                extensions=_TIMEOUTS,
            )
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            OSError,
        ) as error:
            raise RecordingServerAway from error
        if answer.status not in {200, 204, 404}:
            raise RecordingServerAway
        return answer
