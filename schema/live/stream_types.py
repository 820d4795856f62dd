"""The GraphQL types of a session's picture."""

from datetime import datetime
from typing import Self

import strawberry

from domain.live.room_pictures import show_picture
from domain.live.sessions import LiveSession as SessionRecord
from domain.live.stream_sites import StreamPlatform, find_platform
from domain.live.streams import StreamState
from schema.context import Context
from schema.relay import global_id


@strawberry.type(description="The page of another platform that shows the picture.")
class StreamLink:
    platform: StreamPlatform
    url: str


@strawberry.type(description="The picture of a live session, the same for every viewer.")
class Stream:
    state: StreamState = strawberry.field(
        description="OFFLINE: no picture yet, or none any more. INTERRUPTED: it was lost, and may "
        "come back as the same broadcast. ENDED: cut off, or the session is over."
    )
    hls_url: str | None = strawberry.field(
        description="A playlist of HTTP Live Streaming (RFC 8216); null while it holds no media."
    )
    link: StreamLink | None = strawberry.field(
        description="Where the picture is shown instead; null while the session is not on air."
    )
    poster_url: str = strawberry.field(description="An image to show instead of the picture.")
    started_at: datetime | None = strawberry.field(
        description="When this broadcast began; it may be before the start of the session."
    )
    latency: int | None = strawberry.field(
        description="Seconds that a player is behind the camera, about."
    )
    cut_off_reason: str | None = strawberry.field(
        description="Why an officer has cut the picture off, in words for viewers."
    )

    @classmethod
    def of(cls, record: SessionRecord, context: Context) -> Self:
        shown = show_picture(record)
        return cls(
            state=shown.state,
            hls_url=shown.hls_url,
            link=_build_link(shown.link_url),
            poster_url=shown.poster_url or drawn_cover_url(record.id, context),
            started_at=shown.started_at,
            latency=shown.latency_seconds,
            cut_off_reason=shown.cut_off_reason,
        )


def drawn_cover_url(session_id: str, context: Context) -> str:
    """Return the address of the cover that this service draws of a session."""
    return f"{context.services.public_url}/covers/{global_id('LiveSession', session_id)}.svg"


def _build_link(url: str | None) -> StreamLink | None:
    platform = find_platform(url) if url else None
    return StreamLink(platform=platform, url=url) if url and platform else None
