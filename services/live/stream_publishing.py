"""Publishing a picture with a stream key: making the key, and what the media server reports."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from domain.identity.accounts import Principal
from domain.live.media_servers import (
    MAX_PUBLISHER_LENGTH,
    CameraServer,
    MediaServer,
    digest_stream_key,
    format_stream_key,
    is_stream_key,
)
from domain.live.sessions import ON_AIR_STATUSES, LiveSession, SessionStatus
from domain.live.streams import Stream, begin_publishing, change_key, end_publishing
from domain.refusals import InvalidInput, NotFound, NotPermitted
from services.live.session_access import require_directed_session
from services.live.stream_control import StreamControl
from services.live.stream_direction import check_source_can_change
from storage.clock import Clock
from storage.store import Store

_KEY_BYTES = 24
_PUBLISHED_STATUSES = ON_AIR_STATUSES | {SessionStatus.SCHEDULED}


@dataclass(frozen=True, kw_only=True)
class StreamKey:
    """A new stream key, in the two parts that camera programs ask for. It is shown once."""

    session: LiveSession
    ingest_url: str
    stream_key: str


@dataclass(frozen=True, kw_only=True)
class CameraKey:
    """A new key for the camera of a browser, and where it opens a socket. It is shown once."""

    session: LiveSession
    camera_url: str
    camera_key: str


class StreamPublishing:
    """Makes stream keys, and admits who publishes with one.

    ``server`` is the operator's media server, ``cameras`` the media process of this service; None
    while there is none.
    """

    def __init__(
        self,
        store: Store,
        control: StreamControl,
        server: MediaServer | None,
        clock: Clock,
        *,
        cameras: CameraServer | None = None,
    ) -> None:
        self._store = store
        self._control = control
        self._server = server
        self._cameras = cameras
        self._clock = clock

    async def create_key(self, caller: Principal, session_id: str) -> StreamKey:
        """Make a new key for a session, whose picture then comes from the media server.

        The key of before ends; a connection that publishes with it is refused from now on.

        :raises NotFound: there is no such session for the caller.
        :raises NotPermitted: the caller does not direct it.
        :raises InvalidInput: the operator has no media server.
        :raises SessionStateConflict: the session is over, or its picture was cut off.
        """
        await require_directed_session(self._store, caller, session_id, ("input", "sessionId"))
        server = self._server
        if server is None:
            raise InvalidInput(
                "This service has no media server. Ask its operator for one, or give a playlist.",
                "本系统尚未配置推流服务器，请联系系统管理员，或填写直播流地址。",
                field=("input", "sessionId"),
            )
        session, key = await self._change_key(session_id, server.playlist_of(session_id))
        return StreamKey(session=session, ingest_url=server.ingest_url, stream_key=key)

    async def create_camera_key(self, caller: Principal, session_id: str) -> CameraKey:
        """Make a new key for a session, whose picture then comes from the camera of a browser.

        The key of before ends; a camera that publishes with it is closed within seconds.

        :raises NotFound: there is no such session for the caller.
        :raises NotPermitted: the caller does not direct it.
        :raises InvalidInput: this service takes no cameras of browsers.
        :raises SessionStateConflict: the session is over, or its picture was cut off.
        """
        await require_directed_session(self._store, caller, session_id, ("input", "sessionId"))
        cameras = self._cameras
        if cameras is None:
            raise InvalidInput(
                "This service takes no cameras of browsers. Ask its operator, or use a stream key.",
                "本系统尚未开通网页摄像头直播，请联系系统管理员，或使用推流密钥。",
                field=("input", "sessionId"),
            )
        session, key = await self._change_key(session_id, cameras.playlist_of(session_id))
        return CameraKey(session=session, camera_url=cameras.camera_url, camera_key=key)

    async def _change_key(self, session_id: str, hls_url: str) -> tuple[LiveSession, str]:
        secret = secrets.token_urlsafe(_KEY_BYTES)

        def change(session: LiveSession) -> Stream:
            check_source_can_change(session)
            return change_key(session.stream, digest_stream_key(secret), hls_url=hls_url)

        session = await self._control.change(session_id, change)
        return session, format_stream_key(session_id, secret)

    async def admit(self, name: str, secret: str, publisher: str) -> LiveSession:
        """Admit a connection that wants to publish, or goes on to; it replaces another one.

        Return the session that it publishes for.

        ``name`` is that of the stream, ``publisher`` what the media server calls the connection.

        :raises NotPermitted: the key is not that of the session, or the session takes no picture.
        """
        session = await self._store.live_sessions.by_id(name)
        if session is None or not _may_publish(session, secret):
            raise _not_permitted()
        publisher = publisher[:MAX_PUBLISHER_LENGTH]
        if session.stream.publisher == publisher:
            return session

        def change(current: LiveSession) -> Stream:
            if not _may_publish(current, secret):
                raise _not_permitted()
            return begin_publishing(current.stream, publisher)

        return await self._control.change(name, change)

    async def note_end(self, name: str, publisher: str) -> None:
        """Note that a connection stopped to publish. One that was replaced changes nothing."""
        session = await self._store.live_sessions.by_id(name)
        publisher = publisher[:MAX_PUBLISHER_LENGTH]
        if session is None or session.stream.publisher != publisher:
            return
        at = self._clock()
        try:
            await self._control.change(
                name, lambda current: end_publishing(current.stream, publisher, at=at)
            )
        except NotFound:
            return


def _may_publish(session: LiveSession, secret: str) -> bool:
    return (
        session.status in _PUBLISHED_STATUSES
        and not session.stream.is_cut_off
        and is_stream_key(secret, session.stream.key_digest)
    )


def _not_permitted() -> NotPermitted:
    return NotPermitted(
        "This stream key is not valid now. Make a new one for the session.",
        "推流密钥无效，请为该场次重新生成。",
    )
