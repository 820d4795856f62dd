"""The picture of a live session: its source, and one state machine from off air to ended.

Signals arrive late, twice, in any order or never. So each function takes what a signal says and
returns the next state, the same signal again changes nothing, and what was last seen on the media
server counts more than what was announced. The room goes on in every state: the picture never
changes the status of the session.

    OFFLINE ── picture seen ──> LIVE ── picture lost ──> INTERRUPTED ── seen again ──> LIVE
                                                              └── grace period over ──> OFFLINE
    any state ── cut off, or the session ended ──> ENDED
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.labels import Labelled

DEFAULT_GRACE = timedelta(minutes=5)
"""How long a lost picture may come back as the same broadcast: a phone that rings or sleeps."""


class StreamState(Labelled):
    """What a viewer can see of the picture."""

    OFFLINE = "OFFLINE", "没有画面"
    LIVE = "LIVE", "画面正常"
    INTERRUPTED = "INTERRUPTED", "画面中断"
    ENDED = "ENDED", "画面已结束"


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The stored picture of a session.

    ``hls_url`` is the playlist (RFC 8216) that shows it, or ``link_url`` the page of another
    platform; at most one of them is set. ``poster_url`` is shown instead of the picture; empty for
    the drawn cover. ``started_at`` is when this broadcast began, ``interrupted_at`` when its
    picture was last lost. ``latency_seconds`` is how far a player is behind the camera.
    ``cut_off_reason`` is what viewers read after an officer has cut it off at ``cut_off_at``.
    ``key_digest`` is that of the stream key, empty without one, and ``publisher`` the connection
    of the media server that publishes with it.
    """

    hls_url: str = ""
    link_url: str = ""
    poster_url: str = ""
    state: StreamState = StreamState.OFFLINE
    started_at: datetime | None = None
    interrupted_at: datetime | None = None
    latency_seconds: int | None = None
    cut_off_at: datetime | None = None
    cut_off_reason: str = ""
    key_digest: str = ""
    publisher: str = ""

    @property
    def is_cut_off(self) -> bool:
        """Whether an officer has cut the picture off."""
        return self.cut_off_at is not None


NO_STREAM = Stream()
"""The picture of a session that has no source yet."""


def choose_source(stream: Stream, *, hls_url: str, link_url: str, poster_url: str) -> Stream:
    """Return the stream with another source; the broadcast of a source that stays goes on.

    The stream key belongs to its source: it ends with it.
    """
    chosen = replace(stream, hls_url=hls_url, link_url=link_url, poster_url=poster_url)
    if (hls_url, link_url) == (stream.hls_url, stream.link_url):
        return chosen
    return replace(_take_off_air(chosen), key_digest="", publisher="")


def change_key(stream: Stream, key_digest: str, *, hls_url: str) -> Stream:
    """Return the stream with a new key for the playlist of the media server.

    The key of before ends, and so does the connection that publishes with it.
    """
    chosen = choose_source(stream, hls_url=hls_url, link_url="", poster_url=stream.poster_url)
    return replace(chosen, key_digest=key_digest, publisher="")


def begin_publishing(stream: Stream, publisher: str) -> Stream:
    """Return the stream after a connection began to publish; it takes the place of another one.

    That makes no picture yet: the first media does.
    """
    return stream if stream.is_cut_off else replace(stream, publisher=publisher)


def end_publishing(stream: Stream, publisher: str, *, at: datetime) -> Stream:
    """Return the stream after a connection stopped to publish.

    The end of a connection that another one has replaced, and a second one, change nothing.
    """
    if not publisher or publisher != stream.publisher:
        return stream
    return replace(lose_picture(stream, at=at), publisher="")


def see_picture(stream: Stream, *, at: datetime, latency_seconds: int | None = None) -> Stream:
    """Return the stream after new media was seen; within the grace period it is the same one."""
    if stream.is_cut_off:
        return stream
    return replace(
        stream,
        state=StreamState.LIVE,
        started_at=stream.started_at or at,
        interrupted_at=None,
        latency_seconds=latency_seconds or stream.latency_seconds,
    )


def lose_picture(stream: Stream, *, at: datetime) -> Stream:
    """Return the stream after no new media came; one that is not LIVE stays as it is."""
    if stream.is_cut_off or stream.state is not StreamState.LIVE:
        return stream
    return replace(stream, state=StreamState.INTERRUPTED, interrupted_at=at)


def expire_interruption(stream: Stream, *, at: datetime, grace: timedelta) -> Stream:
    """Return the stream off air if it was interrupted for longer than the grace period."""
    if stream.state is not StreamState.INTERRUPTED or stream.interrupted_at is None:
        return stream
    # The key stays: the host may begin again.
    return _take_off_air(stream) if at - stream.interrupted_at >= grace else stream


def cut_off(stream: Stream, *, at: datetime, reason: str) -> Stream:
    """Return the stream without picture until it is restored; its key ends.

    A second cut changes nothing.
    """
    if stream.is_cut_off:
        return stream
    return replace(
        _take_off_air(stream), cut_off_at=at, cut_off_reason=reason, key_digest="", publisher=""
    )


def restore(stream: Stream) -> Stream:
    """Return the stream as it may be seen again, off air until its picture is seen."""
    return replace(stream, cut_off_at=None, cut_off_reason="")


def _take_off_air(stream: Stream) -> Stream:
    return replace(
        stream,
        state=StreamState.OFFLINE,
        started_at=None,
        interrupted_at=None,
        latency_seconds=None,
    )
