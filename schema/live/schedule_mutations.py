"""Planning a live session: its title, union, host, start, and postings in running order."""

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from domain.errors import InvalidInput, NotFound, NotPermitted, PostingNotOpen
from domain.free_text import check_text
from domain.identity.accounts import Principal, Role
from domain.identity.persons import check_name
from domain.identity.unions import Union as UnionRecord
from domain.live.sessions import MAX_SESSION_POSTINGS, Honour, SessionFormat, SessionStatus
from domain.live.sessions import Host as HostRecord
from domain.live.sessions import LiveSession as SessionRecord
from domain.screening.text_rules import check_public_text
from schema import errors
from schema.context import Context, Info
from schema.live.session_types import LiveSession
from schema.relay import parse_global_id
from storage.mongo.client import new_id


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
    SessionScheduled | errors.PostingNotOpen | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("ScheduleSessionResult"),
]


@strawberry.type
class ScheduleMutations:
    @strawberry.mutation(description="For hosts and officers: plan a session.")
    async def schedule_session(
        self, info: Info, input: ScheduleSessionInput
    ) -> ScheduleSessionResult:
        caller = info.context.require(Role.HOST, Role.OFFICER)
        union = await _choose_union(info.context, caller, input.union_id)
        title = input.title.strip()
        if not title:
            raise InvalidInput("Give the session a title.", field=("input", "title"))
        check_text(title, 120, ("input", "title"))
        check_public_text(title, ("input", "title"))
        record = SessionRecord(
            id=new_id(),
            title=title,
            format=input.format,
            status=SessionStatus.SCHEDULED,
            union_id=union.id,
            union_path=union.path,
            host=_check_host(input.host, input.format),
            owner_id=caller.subject,
            starts_at=_check_start(input.starts_at),
            posting_ids=await _require_open_postings(info.context, input.posting_ids),
            created_at=info.context.services.clock(),
        )
        await info.context.services.store.live_sessions.add([record])
        return SessionScheduled(session=LiveSession.of(record))


async def _choose_union(
    context: Context, caller: Principal, union_id: strawberry.ID | None
) -> UnionRecord:
    assert caller.union_id is not None  # every host and officer belongs to a union
    wanted = caller.union_id
    if union_id is not None:
        wanted = parse_global_id(union_id, "Union", "input", "unionId")
    union = await context.loaders.unions.load(wanted)
    if union is None:
        raise NotFound("There is no such union.", field=("input", "unionId"))
    if not union.is_within(caller.union_id):
        raise NotPermitted("Your own union and its branches only.", field=("input", "unionId"))
    return union


def _check_start(given: datetime) -> datetime:
    """The time in UTC, in the precision that is stored."""
    if given.tzinfo is None:
        raise InvalidInput(
            "Give the time with its zone, such as 2026-11-23T19:00:00+08:00.",
            field=("input", "startsAt"),
        )
    if not 2000 <= given.year < 2100:
        raise InvalidInput("Give a time of this century.", field=("input", "startsAt"))
    return given.astimezone(UTC).replace(microsecond=given.microsecond // 1000 * 1000)


def _check_host(given: HostInput, format: SessionFormat) -> HostRecord:
    if format is SessionFormat.MODEL_WORKER_LIVE and given.honour is None:
        raise InvalidInput(
            "A model worker's session names the host's honour.", field=("input", "host", "honour")
        )
    name = check_name(given.name, field=("input", "host", "name"))
    return HostRecord(name=name, honour=given.honour)


async def _require_open_postings(context: Context, given: list[strawberry.ID]) -> tuple[str, ...]:
    if not 1 <= len(given) <= MAX_SESSION_POSTINGS:
        raise InvalidInput(
            f"A session presents 1 to {MAX_SESSION_POSTINGS} postings.",
            field=("input", "postingIds"),
        )
    wanted = [
        parse_global_id(posting_id, "Posting", "input", "postingIds", str(place))
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
