"""What the room of a session shows of its picture, which is the same for all viewers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.live.sessions import OVER_STATUSES, LiveSession, SessionStatus
from domain.live.streams import Stream, StreamState

_ON_AIR = {
    SessionStatus.LIVE: StreamState.LIVE,
    SessionStatus.INTERRUPTED: StreamState.INTERRUPTED,
}


@dataclass(frozen=True, kw_only=True)
class RoomPicture:
    """The picture as viewers get it.

    ``hls_url`` is there only while a player would find media, ``link_url`` while the session is on
    air. ``poster_url`` is None for the drawn cover.
    """

    state: StreamState
    hls_url: str | None = None
    link_url: str | None = None
    poster_url: str | None = None
    started_at: datetime | None = None
    latency_seconds: int | None = None
    cut_off_reason: str | None = None


def show_picture(session: LiveSession) -> RoomPicture:
    """Return what viewers get of the session's picture.

    Before the session starts they see nothing of a rehearsal. A link to another platform has no
    signal of its own: it is on air while the session is.
    """
    stream = session.stream
    poster = stream.poster_url or session.cover_url or None
    if stream.is_cut_off:
        reason = stream.cut_off_reason
        return RoomPicture(state=StreamState.ENDED, poster_url=poster, cut_off_reason=reason)
    if session.status in OVER_STATUSES:
        return RoomPicture(state=StreamState.ENDED, poster_url=poster)
    if session.status not in _ON_AIR:
        return RoomPicture(state=StreamState.OFFLINE, poster_url=poster)
    if stream.link_url:
        return RoomPicture(
            state=_ON_AIR[session.status],
            link_url=stream.link_url,
            poster_url=poster,
            started_at=session.started_at,
        )
    return RoomPicture(
        state=stream.state,
        hls_url=_playable_url(stream),
        poster_url=poster,
        started_at=stream.started_at,
        latency_seconds=stream.latency_seconds,
    )


def _playable_url(stream: Stream) -> str | None:
    has_media = stream.state in {StreamState.LIVE, StreamState.INTERRUPTED}
    return stream.hls_url if has_media and stream.hls_url else None
