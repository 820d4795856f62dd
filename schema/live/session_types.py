"""The GraphQL type of a live session."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Self

import strawberry

from domain import cursors
from domain.identity.scopes import may_see_session
from domain.live.events import Announcement
from domain.live.log_position import LOG_START, LogPosition
from domain.live.log_topics import session_topic
from domain.live.questions import PUBLIC_STATUSES
from domain.live.sessions import (
    ON_AIR_STATUSES,
    Honour,
    Segment,
    SessionFormat,
    SessionStatus,
)
from domain.live.sessions import LiveSession as SessionRecord
from schema.context import Context, Info
from schema.identity.union_types import Union
from schema.live.question_types import Question, list_questions
from schema.live.recording_types import Replay
from schema.live.recruitment_campaign_types import (
    RecruitmentCampaign,
    find_recruitment_campaign,
)
from schema.live.stream_types import Stream, drawn_cover_url
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    parse_page_arguments,
    parse_whole_number,
)
from schema.search.posting_connection import PostingConnection, build_posting_connection
from storage.mongo.paging import Page, PageRequest
from storage.search.search_query import SearchQuery


@strawberry.type(description="The announcement that was sent last.")
class LastAnnouncement:
    body: str
    at: datetime
    seq: int = strawberry.field(
        description="That of its event: the subscription may deliver the same one again."
    )


@strawberry.type(description="The person in front of the camera.")
class Host:
    name: str
    honour: Honour | None


@strawberry.type(description="How many people are interested in one posting of a session.")
class PostingTally:
    posting_id: strawberry.ID
    interests: int

    @classmethod
    def of(cls, posting_id: str, interests: int) -> Self:
        return cls(posting_id=global_id("Posting", posting_id), interests=interests)


@strawberry.type(description="A live session that presents postings.")
class LiveSession(Node):
    record: strawberry.Private[SessionRecord]
    title: str
    description: str = strawberry.field(description="What the session is about; may be empty.")
    format: SessionFormat
    status: SessionStatus
    starts_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    host: Host
    segment: Segment | None = strawberry.field(
        description="What is on air; null before the host has set it."
    )
    segment_title: str
    slow_mode_seconds: int = strawberry.field(
        description="Seconds between two questions of one viewer; 0 without slow mode."
    )
    peak_viewers: int = strawberry.field(description="The highest number of viewers at once.")
    views: int = strawberry.field(
        description="How often somebody began to watch; returning viewers count again."
    )
    synthetic: bool = strawberry.field(description="Invented for a demo.")

    @classmethod
    def of(cls, record: SessionRecord) -> Self:
        return cls(
            record=record,
            id=global_id("LiveSession", record.id),
            title=record.title,
            description=record.description,
            format=record.format,
            status=record.status,
            starts_at=record.starts_at,
            started_at=record.started_at,
            ended_at=record.ended_at,
            host=Host(name=record.host.name, honour=record.host.honour),
            segment=record.segment,
            segment_title=record.segment_title,
            slow_mode_seconds=record.slow_mode_seconds,
            peak_viewers=record.peak_viewers,
            views=record.views,
            synthetic=record.synthetic,
        )

    @strawberry.field(
        description="An image of the session; one that this service draws unless its host gave one."
    )
    def cover_url(self, info: Info) -> str:
        return self.record.cover_url or drawn_cover_url(self.record.id, info.context)

    @strawberry.field(description="Its picture.")
    def stream(self, info: Info) -> Stream:
        return Stream.of(self.record, info.context)

    @strawberry.field(
        description="Its recording; null before the end, and when there is none or none any more."
    )
    def replay(self, info: Info) -> Replay | None:
        return Replay.of(self.record, info.context)

    @strawberry.field(description="The union that holds the session.")
    async def union(self, info: Info) -> Union:
        record = await info.context.loaders.unions.load(self.record.union_id)
        assert record is not None  # a union with sessions is never deleted
        return Union.of(record)

    @strawberry.field(description="The recruitment campaign that it belongs to, if any.")
    async def campaign(self, info: Info) -> RecruitmentCampaign | None:
        return await find_recruitment_campaign(info.context, self.record.campaign_id)

    @strawberry.field(description="Its open postings in running order.")
    async def postings(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> PostingConnection:
        wanted = parse_page_arguments(RUNNING_ORDER_KEYSET, first=first, after=after)
        page, visible = await page_of_running_order(info.context, self.record, wanted)
        postings = await asyncio.gather(
            *(find_open_posting(info.context, posting_id) for _, posting_id in page.items)
        )
        # A posting may have closed since the ids were read.
        shown = {entry: each for entry, each in zip(page.items, postings, strict=True) if each}
        return build_posting_connection(
            replace(page, items=[*shown]),
            RUNNING_ORDER_KEYSET,
            SearchQuery(on=info.context.services.today(), ids=tuple(visible)),
            node=shown.__getitem__,
        )

    @strawberry.field(description="The posting that is shown in the room now.")
    async def pinned_posting(self, info: Info) -> Posting | None:
        if self.record.pinned_posting_id is None:
            return None
        return await find_open_posting(info.context, self.record.pinned_posting_id)

    @strawberry.field(description="Viewers now, over all nodes; at most 2 seconds old.")
    async def viewers(self, info: Info) -> int:
        return await info.context.loaders.viewer_counts.load(self.record.id)

    @strawberry.field(description="Number of interests in all its postings.")
    async def interests(self, info: Info) -> int:
        counts = await info.context.loaders.interest_counts.load(self.record.id)
        return sum(counts.values()) if counts else 0

    @strawberry.field(description="Interests of each posting that has any, highest first.")
    async def tallies(self, info: Info, first: int = 20) -> list[PostingTally]:
        parse_page_arguments(RUNNING_ORDER_KEYSET, first=first, after=None)
        counts = await info.context.loaders.interest_counts.load(self.record.id) or {}
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [PostingTally.of(posting_id, count) for posting_id, count in ranked[:first]]

    @strawberry.field(description="Its published questions, newest first.")
    async def questions(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Question]:
        return await list_questions(info, self.record.id, PUBLIC_STATUSES, first, after)

    @strawberry.field(
        description="For those who join late; null without one, or when the session is not on air."
    )
    async def last_announcement(self, info: Info) -> "LastAnnouncement | None":
        if self.record.status not in ON_AIR_STATUSES:
            return None
        found = await info.context.services.last_announcements.load(self.record.id)
        if found is None or not isinstance(found.event, Announcement):
            return None
        return LastAnnouncement(body=found.event.body, at=found.at, seq=found.seq)

    @strawberry.field(
        description="The last logged event that this state includes. Pass it to `sessionEvents` as "
        "`after` to receive every later event."
    )
    async def cursor(self, info: Info) -> str:
        topic = session_topic(self.record.id)
        seq, position = self.record.seq, self.record.position or LOG_START
        if position.seq != seq:
            # A version without tags logged the last event: its position is only in the log.
            found = await info.context.loaders.log_positions.load((topic, seq))
            position = found or LogPosition(seq=seq, tag="")
        return cursors.encode_position(topic, position)


RUNNING_ORDER_KEYSET: Keyset[tuple[int, str]] = Keyset(
    name="running-order",
    order=(("place", 1),),
    key=lambda entry: (str(entry[0]),),
    parse=lambda parts: (parse_whole_number(parts[0]),),
)


async def page_of_running_order(
    context: Context, session: SessionRecord, wanted: PageRequest
) -> tuple[Page[tuple[int, str]], list[str]]:
    """The places and ids of the open postings on a page, and the ids of all open ones."""
    services = context.services
    visible = await services.store.postings.visible_ids(session.posting_ids, services.today())
    return _slice_running_order(session, visible, wanted), visible


def _slice_running_order(
    session: SessionRecord, visible: list[str], wanted: PageRequest
) -> Page[tuple[int, str]]:
    """Return a page of (place, posting id) of the visible postings after the requested place.

    A place is a stable key while the running order stays the same, also when postings before it
    close. An edit of the order is told by SessionEdited, after which pages are read again.
    """
    start = wanted.after[0] if wanted.after else -1
    places = {posting_id: place for place, posting_id in enumerate(session.posting_ids)}
    later = [(places[shown], shown) for shown in visible if places[shown] > start]
    return Page(
        items=later[: wanted.limit],
        has_next=len(later) > wanted.limit,
        has_previous=wanted.after is not None,
    )


async def find_visible_session(context: Context, session_id: str) -> LiveSession | None:
    """Return the session if the caller may see it; else None."""
    record = await context.loaders.sessions.load(session_id)
    if record is None or not may_see_session(context.principal, record):
        return None
    return LiveSession.of(record)
