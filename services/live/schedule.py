"""Scheduling a live session: title, union, host, start and running order of postings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.free_text import check_text
from domain.identity.accounts import Principal
from domain.identity.persons import check_name
from domain.live.session_edits import check_honour
from domain.live.sessions import (
    MAX_SESSION_POSTINGS,
    Honour,
    Host,
    LiveSession,
    SessionFormat,
    SessionStatus,
)
from domain.live.stream_sites import NO_STREAM_SITE, StreamRules, check_stream_url
from domain.reference.calendar import check_time, day_in_china
from domain.refusals import InvalidInput, PostingNotOpen
from domain.screening.text_screening import check_public_text
from services.identity.union_choice import choose_union
from services.live.recruitment_campaigns import find_campaign_id
from services.live.shown_texts import check_shown_text
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

MAX_SESSION_TITLE_LENGTH = 120
"""Characters in the title of a session."""
MAX_SESSION_DESCRIPTION_LENGTH = 2_000
"""Characters in the description of a session."""
START_TOLERANCE = timedelta(minutes=1)
"""How far the clock of a client may be behind."""
_START_FIELD = ("input", "startsAt")


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    """A session as its host or an officer plans it. Ids are local ids.

    ``union_id`` is None for the caller's own union. ``posting_ids`` is the running order.
    """

    title: str
    format: SessionFormat
    union_id: str | None
    host_name: str
    host_honour: Honour | None
    starts_at: datetime
    posting_ids: Sequence[str]
    campaign_id: str | None = None
    description: str = ""
    cover_url: str | None = None


class SessionSchedule:
    """Schedules live sessions for hosts and officers."""

    def __init__(self, store: Store, clock: Clock, rules: StreamRules = NO_STREAM_SITE) -> None:
        """``rules`` are the sites that covers may come from."""
        self._store = store
        self._clock = clock
        self._rules = rules

    async def add(self, caller: Principal, plan: SessionPlan) -> LiveSession:
        """Store a SCHEDULED session that the caller owns.

        :raises NotFound: there is no such union or campaign.
        :raises NotPermitted: the union is neither the caller's own nor one below it.
        :raises InvalidInput: title, description, cover, host, start or running order cannot be
            right.
        :raises TextRefused: title or description break a rule for public texts.
        :raises PostingNotOpen: a posting is not open.
        """
        union = await choose_union(self._store, caller, plan.union_id)
        session = LiveSession(
            id=new_id(),
            title=check_title(plan.title),
            format=plan.format,
            status=SessionStatus.SCHEDULED,
            union_id=union.id,
            union_path=union.path,
            host=check_host(plan.format, plan.host_name, plan.host_honour),
            owner_id=caller.subject,
            starts_at=check_start(plan.starts_at, self._clock()),
            posting_ids=await check_running_order(self._store, plan.posting_ids, self._clock()),
            created_at=self._clock(),
            campaign_id=await find_campaign_id(self._store, plan.campaign_id),
            description=check_shown_text(
                plan.description, MAX_SESSION_DESCRIPTION_LENGTH, ("input", "description")
            ),
            cover_url=check_stream_url(plan.cover_url, self._rules, ("input", "coverUrl")),
        )
        await self._store.live_sessions.add([session])
        return session


async def check_running_order(
    store: Store, posting_ids: Sequence[str], now: datetime, *, known: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the running order of a session, given as local ids; ``known`` are in it already.

    :raises InvalidInput: it is empty, too long, or names a posting twice.
    :raises PostingNotOpen: a posting that was not in it is not open.
    """
    field = ("input", "postingIds")
    if not 1 <= len(posting_ids) <= MAX_SESSION_POSTINGS:
        raise InvalidInput(
            f"A session presents 1 to {MAX_SESSION_POSTINGS} postings.",
            f"一个场次可展示1到{MAX_SESSION_POSTINGS}个岗位。",
            field=field,
        )
    if len(set(posting_ids)) != len(posting_ids):
        raise InvalidInput("Name each posting once.", "每个岗位只能列入一次。", field=field)
    await check_new_are_open(store, posting_ids, now, field, known=known)
    return tuple(posting_ids)


async def check_new_are_open(
    store: Store,
    posting_ids: Sequence[str],
    now: datetime,
    field: tuple[str, ...],
    *,
    known: Collection[str],
) -> None:
    """Check that postings that a session does not know yet can be presented.

    ``field`` is the path of the input that named them.

    :raises PostingNotOpen: one of them is not open.
    """
    open_ids = set(await store.postings.visible_ids(list(posting_ids), day_in_china(now)))
    for place, posting_id in enumerate(posting_ids):
        if posting_id not in open_ids and posting_id not in known:
            raise PostingNotOpen(
                "Only open postings can be presented.",
                "只有开放中的岗位才能列入场次。",
                field=(*field, str(place)),
            )


def check_title(given: str) -> str:
    """Return the title of a session without spaces around it.

    :raises InvalidInput: it is empty, over 120 characters, or cannot be shown.
    :raises TextRefused: it breaks a rule for public texts.
    """
    title, field = given.strip(), ("input", "title")
    if not title:
        raise InvalidInput("Give the session a title.", "请填写场次标题。", field=field)
    check_text(title, MAX_SESSION_TITLE_LENGTH, field)
    check_public_text(title, field)
    return title


def check_start(given: datetime, now: datetime) -> datetime:
    """Return the time in UTC, in milliseconds as it is stored.

    :raises InvalidInput: it has no zone, is not of this century, or has passed.
    """
    check_time(given, _START_FIELD)
    if given < now - START_TOLERANCE:
        raise InvalidInput(
            "This time has passed. Give a start from now on.",
            "开播时间已过，请填写现在或以后的时间。",
            field=_START_FIELD,
        )
    return given.astimezone(UTC).replace(microsecond=given.microsecond // 1000 * 1000)


def check_host(kind: SessionFormat, name: str, honour: Honour | None) -> Host:
    """Return the host of a session of this format.

    :raises InvalidInput: the name cannot be right, or the format needs an honour.
    """
    check_honour(kind, honour)
    return Host(name=check_name(name, field=("input", "host", "name")), honour=honour)
