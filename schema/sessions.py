"""Live sessions: reading them, scheduling one, and directing it while it is on air."""

from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from domain import cursors
from domain.accounts import Principal, Role
from domain.errors import InvalidInput, NotFound, NotPermitted, PostingNotOpen
from domain.events import session_topic
from domain.persons import check_name
from domain.postings import Posting as PostingRecord
from domain.scopes import check_directs, may_see_session
from domain.sessions import MAX_POSTINGS, Honour, SessionFormat, SessionStatus
from domain.sessions import Host as HostRecord
from domain.sessions import LiveSession as SessionRecord
from domain.texts import check_text
from domain.unions import Union as UnionRecord
from schema import errors
from schema.context import Context, Info
from schema.nodes import (
    Connection,
    Keyset,
    Node,
    connection,
    global_id,
    local_id,
    wanted_slice,
    whole_number,
)
from schema.postings import Posting, open_posting
from schema.unions import Union
from storage.client import new_id
from storage.pages import Page, Slice
from storage.sessions import BY_START, SessionQuery

ANNOUNCEMENT_MOST = 500


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
    format: SessionFormat
    status: SessionStatus
    starts_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    host: Host
    peak_viewers: int = strawberry.field(description="The most that ever watched at once.")
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: SessionRecord) -> Self:
        return cls(
            record=record,
            id=global_id("LiveSession", record.id),
            title=record.title,
            format=record.format,
            status=record.status,
            starts_at=record.starts_at,
            started_at=record.started_at,
            ended_at=record.ended_at,
            host=Host(name=record.host.name, honour=record.host.honour),
            peak_viewers=record.peak_viewers,
            synthetic=record.synthetic,
        )

    @strawberry.field(description="The union that holds it.")
    async def union(self, info: Info) -> Union:
        record = await info.context.loaders.unions.load(self.record.union_id)
        assert record is not None  # a union with sessions is never deleted
        return Union.of(record)

    @strawberry.field(description="Its open postings in running order.")
    async def postings(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Posting]:
        wanted = wanted_slice(_RUNNING_ORDER, first=first, after=after)
        services = info.context.services
        visible = await services.store.postings.visible_ids(
            self.record.posting_ids, services.today()
        )
        page = _running_page(self.record, visible, wanted)
        records = await info.context.loaders.postings.load_many([entry[1] for entry in page.items])
        shown = dict(zip(page.items, records, strict=True))
        return connection(page, _RUNNING_ORDER, lambda entry: Posting.of(_present(shown[entry])))

    @strawberry.field(description="The posting that is shown in the room now.")
    async def pinned_posting(self, info: Info) -> Posting | None:
        if self.record.pinned_posting_id is None:
            return None
        return await open_posting(info.context, self.record.pinned_posting_id)

    @strawberry.field(description="How many watch now, over all nodes; at most 2 seconds old.")
    async def viewers(self, info: Info) -> int:
        return await info.context.loaders.viewers.load(self.record.id)

    @strawberry.field(description="How many interests there are in all.")
    async def interests(self, info: Info) -> int:
        counts = await info.context.loaders.interests.load(self.record.id)
        return sum(counts.values()) if counts else 0

    @strawberry.field(description="Interests of those postings that have any, the most first.")
    async def tallies(self, info: Info, first: int = 20) -> list[PostingTally]:
        wanted_slice(_RUNNING_ORDER, first=first, after=None)
        counts = await info.context.loaders.interests.load(self.record.id) or {}
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [PostingTally.of(posting_id, count) for posting_id, count in ranked[:first]]

    @strawberry.field(
        description="The place in the event log that this state includes: pass it to "
        "`sessionEvents` as `after`, and nothing lies in between."
    )
    def cursor(self) -> str:
        return cursors.encode_seq(session_topic(self.record.id), self.record.seq)


_RUNNING_ORDER: Keyset[tuple[int, str]] = Keyset(
    name="running-order",
    order=(("place", 1),),
    key=lambda entry: (str(entry[0]),),
    parse=lambda parts: (whole_number(parts[0]),),
)


def _running_page(
    session: SessionRecord, visible: list[str], wanted: Slice
) -> Page[tuple[int, str]]:
    """Places and ids of the visible postings after the place that ``wanted`` names.

    The running order is fixed when the session is scheduled, so a place is a key: it names the
    same posting however many before it have closed.
    """
    start = wanted.after[0] if wanted.after else -1
    places = {posting_id: place for place, posting_id in enumerate(session.posting_ids)}
    later = [(places[shown], shown) for shown in visible if places[shown] > start]
    return Page(
        items=later[: wanted.limit],
        has_next=len(later) > wanted.limit,
        has_previous=wanted.after is not None,
    )


def _present(record: PostingRecord | None) -> PostingRecord:
    assert record is not None  # its id was just read, and postings are not deleted
    return record


@strawberry.input(description="All that are given must hold.")
class LiveSessionFilter:
    status: SessionStatus | None = strawberry.field(
        default=None, description="A DRAFT is listed with `mine` only."
    )
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="A union with all its branches."
    )
    mine: bool | None = strawberry.field(default=None, description="For hosts: my own.")


_LATEST_START: Keyset[SessionRecord] = Keyset(
    name="sessions",
    order=BY_START,
    key=lambda session: (session.starts_at.strftime("%Y%m%dT%H%M%S.%f"), session.id),
    parse=lambda parts: (
        datetime.strptime(parts[0], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC),
        parts[1],
    ),
)


async def visible_session(context: Context, session_id: str) -> LiveSession | None:
    """The session if the caller may see it."""
    record = await context.loaders.sessions.load(session_id)
    if record is None or not may_see_session(context.principal, record):
        return None
    return LiveSession.of(record)


@strawberry.type
class SessionQueries:
    @strawberry.field(description="One live session; null when there is none.")
    async def live_session(self, info: Info, id: strawberry.ID) -> LiveSession | None:
        return await visible_session(info.context, local_id(id, "LiveSession", "id"))

    @strawberry.field(description="Live sessions, the latest start first.")
    async def live_sessions(
        self,
        info: Info,
        filter: LiveSessionFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LiveSession]:
        wanted = wanted_slice(_LATEST_START, first=first, after=after)
        query = _query(info.context, filter or LiveSessionFilter())
        page = await info.context.services.store.sessions.page(query, wanted)
        return connection(page, _LATEST_START, LiveSession.of)


def _query(context: Context, filter: LiveSessionFilter) -> SessionQuery:
    union_id = filter.union_id
    return SessionQuery(
        status=filter.status,
        union_id=None if union_id is None else local_id(union_id, "Union", "filter", "unionId"),
        owner_id=context.require(Role.HOST).subject if filter.mine else None,
        drafts=bool(filter.mine),
    )


@strawberry.input
class HostInput:
    name: str
    honour: Honour | None = None


@strawberry.input
class ScheduleSessionInput:
    title: str
    format: SessionFormat
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="Your own union or a branch of it; your own when left out."
    )
    host: HostInput
    starts_at: datetime
    posting_ids: list[strawberry.ID] = strawberry.field(description="In running order.")


@strawberry.type
class SessionScheduled:
    session: LiveSession


ScheduleSessionResult = Annotated[
    SessionScheduled | errors.PostingNotOpen | errors.AnyRefusal,
    strawberry.union("ScheduleSessionResult"),
]


@strawberry.input
class SessionInput:
    session_id: strawberry.ID


@strawberry.input
class StartSessionInput(SessionInput): ...


@strawberry.input
class InterruptSessionInput(SessionInput): ...


@strawberry.input
class ResumeSessionInput(SessionInput): ...


@strawberry.input
class EndSessionInput(SessionInput): ...


@strawberry.input
class CancelSessionInput(SessionInput): ...


@strawberry.input
class PinPostingInput(SessionInput):
    posting_id: strawberry.ID


@strawberry.input
class UnpinPostingInput(SessionInput): ...


@strawberry.input
class AnnounceInput(SessionInput):
    body: str


@strawberry.type
class SessionChanged:
    session: LiveSession


@strawberry.type
class PostingShown:
    session: LiveSession
    posting: Posting


@strawberry.type
class Announced:
    session: LiveSession


MoveRefusal = errors.SessionStateConflict | errors.AnyRefusal
StartSessionResult = Annotated[SessionChanged | MoveRefusal, strawberry.union("StartSessionResult")]
InterruptSessionResult = Annotated[
    SessionChanged | MoveRefusal, strawberry.union("InterruptSessionResult")
]
ResumeSessionResult = Annotated[
    SessionChanged | MoveRefusal, strawberry.union("ResumeSessionResult")
]
EndSessionResult = Annotated[SessionChanged | MoveRefusal, strawberry.union("EndSessionResult")]
CancelSessionResult = Annotated[
    SessionChanged | MoveRefusal, strawberry.union("CancelSessionResult")
]
PinPostingResult = Annotated[
    PostingShown
    | errors.SessionNotLive
    | errors.PostingNotOpen
    | errors.PostingNotInSession
    | errors.AnyRefusal,
    strawberry.union("PinPostingResult"),
]
UnpinPostingResult = Annotated[
    SessionChanged | errors.SessionNotLive | errors.AnyRefusal,
    strawberry.union("UnpinPostingResult"),
]
AnnounceResult = Annotated[
    Announced | errors.SessionNotLive | errors.AnyRefusal, strawberry.union("AnnounceResult")
]


async def directed(context: Context, session_id: strawberry.ID) -> str:
    """The local id of a session that the caller may direct.

    :raises NotFound: there is no such session.
    :raises NotPermitted: the caller may not.
    """
    caller = context.require(Role.HOST, Role.OFFICER)
    wanted = local_id(session_id, "LiveSession", "input", "sessionId")
    record = await context.loaders.sessions.load(wanted)
    if record is None:
        raise NotFound("There is no such session.", field=("input", "sessionId"))
    check_directs(caller, record)
    return wanted


async def _moved(info: Info, given: SessionInput, wanted: SessionStatus) -> SessionChanged:
    session_id = await directed(info.context, given.session_id)
    moved = await info.context.services.desk.move(session_id, wanted)
    return SessionChanged(session=LiveSession.of(moved))


@strawberry.type
class SessionMutations:
    @strawberry.mutation(description="For hosts and officers: plan a session.")
    async def schedule_session(
        self, info: Info, input: ScheduleSessionInput
    ) -> ScheduleSessionResult:
        caller = info.context.require(Role.HOST, Role.OFFICER)
        union = await _chosen_union(info.context, caller, input.union_id)
        title = input.title.strip()
        if not title:
            raise InvalidInput("Give the session a title.", field=("input", "title"))
        check_text(title, 120, ("input", "title"))
        record = SessionRecord(
            id=new_id(),
            title=title,
            format=input.format,
            status=SessionStatus.SCHEDULED,
            union_id=union.id,
            union_path=union.path,
            host=_checked_host(input.host, input.format),
            owner_id=caller.subject,
            starts_at=_checked_start(input.starts_at),
            posting_ids=await _open_postings(info.context, input.posting_ids),
            created_at=info.context.services.clock(),
        )
        await info.context.services.store.sessions.add([record])
        return SessionScheduled(session=LiveSession.of(record))

    @strawberry.mutation(description="Go on air.")
    async def start_session(self, info: Info, input: StartSessionInput) -> StartSessionResult:
        return await _moved(info, input, SessionStatus.LIVE)

    @strawberry.mutation(description="The picture is gone for a while.")
    async def interrupt_session(
        self, info: Info, input: InterruptSessionInput
    ) -> InterruptSessionResult:
        return await _moved(info, input, SessionStatus.INTERRUPTED)

    @strawberry.mutation(description="Go on after an interruption.")
    async def resume_session(self, info: Info, input: ResumeSessionInput) -> ResumeSessionResult:
        return await _moved(info, input, SessionStatus.LIVE)

    @strawberry.mutation(description="Go off air for good.")
    async def end_session(self, info: Info, input: EndSessionInput) -> EndSessionResult:
        return await _moved(info, input, SessionStatus.ENDED)

    @strawberry.mutation(description="Call a session off before it has begun.")
    async def cancel_session(self, info: Info, input: CancelSessionInput) -> CancelSessionResult:
        return await _moved(info, input, SessionStatus.CANCELLED)

    @strawberry.mutation(description="Show a posting in the room.")
    async def pin_posting(self, info: Info, input: PinPostingInput) -> PinPostingResult:
        session_id = await directed(info.context, input.session_id)
        posting_id = local_id(input.posting_id, "Posting", "input", "postingId")
        session = await info.context.services.desk.pin(session_id, posting_id)
        posting = await open_posting(info.context, posting_id)
        if posting is None:
            raise PostingNotOpen("The posting was closed at this very moment.")
        return PostingShown(session=LiveSession.of(session), posting=posting)

    @strawberry.mutation(description="Take the shown posting away.")
    async def unpin_posting(self, info: Info, input: UnpinPostingInput) -> UnpinPostingResult:
        session_id = await directed(info.context, input.session_id)
        session = await info.context.services.desk.unpin(session_id)
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Say something to everybody in the room.")
    async def announce(self, info: Info, input: AnnounceInput) -> AnnounceResult:
        session_id = await directed(info.context, input.session_id)
        body = input.body.strip()
        if not body:
            raise InvalidInput("Say something.", field=("input", "body"))
        check_text(body, ANNOUNCEMENT_MOST, ("input", "body"))
        session = await info.context.services.desk.announce(session_id, body)
        return Announced(session=LiveSession.of(session))


async def _chosen_union(
    context: Context, caller: Principal, union_id: strawberry.ID | None
) -> UnionRecord:
    assert caller.union_id is not None  # every host and officer belongs to a union
    wanted = caller.union_id
    if union_id is not None:
        wanted = local_id(union_id, "Union", "input", "unionId")
    union = await context.loaders.unions.load(wanted)
    if union is None:
        raise NotFound("There is no such union.", field=("input", "unionId"))
    if not union.is_within(caller.union_id):
        raise NotPermitted("Your own union and its branches only.", field=("input", "unionId"))
    return union


def _checked_start(given: datetime) -> datetime:
    """The time in UTC, in the precision that is stored."""
    if given.tzinfo is None:
        raise InvalidInput(
            "Give the time with its zone, such as 2026-11-23T19:00:00+08:00.",
            field=("input", "startsAt"),
        )
    if not 2000 <= given.year < 2100:
        raise InvalidInput("Give a time of this century.", field=("input", "startsAt"))
    return given.astimezone(UTC).replace(microsecond=given.microsecond // 1000 * 1000)


def _checked_host(given: HostInput, format: SessionFormat) -> HostRecord:
    if format is SessionFormat.MODEL_WORKER_LIVE and given.honour is None:
        raise InvalidInput(
            "A model worker's session names the host's honour.", field=("input", "host", "honour")
        )
    name = check_name(given.name, field=("input", "host", "name"))
    return HostRecord(name=name, honour=given.honour)


async def _open_postings(context: Context, given: list[strawberry.ID]) -> tuple[str, ...]:
    if not 1 <= len(given) <= MAX_POSTINGS:
        raise InvalidInput(
            f"A session presents 1 to {MAX_POSTINGS} postings.", field=("input", "postingIds")
        )
    wanted = [
        local_id(posting_id, "Posting", "input", "postingIds", str(place))
        for place, posting_id in enumerate(given)
    ]
    if len(set(wanted)) != len(wanted):
        raise InvalidInput("Name each posting once.", field=("input", "postingIds"))
    services = context.services
    visible = set(await services.store.postings.visible_ids(wanted, services.today()))
    for place, posting_id in enumerate(wanted):
        if posting_id not in visible:
            raise PostingNotOpen(
                "Only open postings can be presented.",
                field=("input", "postingIds", str(place)),
            )
    return tuple(wanted)
