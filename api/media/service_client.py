"""Asks the service whether a camera may publish, and tells it when one has stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import quote

import httpcore
import orjson

from api.media.recording_folder import RECORDING_NAME

_TIMEOUT_SECONDS = 3.0
_MAX_CONNECTIONS = 8
_TIMEOUTS = {
    "timeout": dict.fromkeys(("connect", "read", "write", "pool"), _TIMEOUT_SECONDS),
}


class Answer(Enum):
    """What the service says about a camera."""

    ADMITTED = auto()
    REFUSED = auto()
    NONE = auto()
    """It does not answer now."""


@dataclass(frozen=True, kw_only=True)
class KeyAnswer:
    """An answer, and the name under which the picture is to be kept from now on.

    The name is empty when nothing may be kept, and None when the service did not say.
    """

    answer: Answer
    recording: str | None = None


class ServiceClient:
    """Calls ``/stream-callbacks/songgang-media`` of the service at ``url`` with the shared key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = f"{url}/stream-callbacks/songgang-media?key={quote(key, safe='')}"
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpcore.default_ssl_context(), max_connections=_MAX_CONNECTIONS
        )

    async def may_begin(self, name: str, secret: str, connection: str) -> KeyAnswer:
        """Ask whether a connection may begin to publish the stream with this name."""
        return await self._call("publish", name, secret, connection)

    async def may_go_on(self, name: str, secret: str, connection: str) -> KeyAnswer:
        """Ask whether a connection that publishes may go on."""
        return await self._call("update", name, secret, connection)

    async def tell_end(self, name: str, connection: str) -> None:
        """Tell that a connection stopped. If nobody hears it, the playlist says so 10 s later."""
        await self._call("end", name, "", connection)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _call(self, action: str, name: str, secret: str, connection: str) -> KeyAnswer:
        told = {"action": action, "name": name, "key": secret, "connection": connection}
        try:
            answer = await self._pool.request(
                "POST",
                self._url,
                headers={"content-type": "application/json", "user-agent": "Songgang"},
                content=orjson.dumps(told),
                extensions=_TIMEOUTS,
            )
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            OSError,
        ):
            return KeyAnswer(answer=Answer.NONE)
        if answer.status == 200:
            return KeyAnswer(answer=Answer.ADMITTED, recording=_read_recording(answer.content))
        is_away = answer.status >= 500 or answer.status == 429
        return KeyAnswer(answer=Answer.NONE if is_away else Answer.REFUSED)


def _read_recording(content: bytes) -> str | None:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    name = told.get("recording") if isinstance(told, dict) else None
    if not isinstance(name, str):
        return None
    return name if RECORDING_NAME.fullmatch(name) else ""
