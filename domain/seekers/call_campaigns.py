"""Call campaigns: a list of people is called, one by one, and asked whether they look for work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain.errors import InvalidInput, StatusConflict
from domain.labels import Labelled
from domain.leads.leads import SealedContact
from domain.seekers.groups import SeekerGroup

MAX_CALL_LIST_ROWS = 1_000
"""Rows in one import; a longer list comes in parts."""
MAX_CALLS_PER_PERSON = 20
"""Calls of one person in one campaign."""
MAX_NEXT_CALL_AHEAD = timedelta(days=366)


class CallOutcome(Labelled):
    """What became of a call."""

    REACHED = "REACHED", "已接通"
    NO_ANSWER = "NO_ANSWER", "无人接听"
    CALL_BACK = "CALL_BACK", "约定再呼"
    NOT_SEEKING = "NOT_SEEKING", "无求职意向"
    WRONG_NUMBER = "WRONG_NUMBER", "号码有误"
    DO_NOT_CALL = "DO_NOT_CALL", "请勿再呼"


FINAL_OUTCOMES = frozenset({CallOutcome.WRONG_NUMBER, CallOutcome.DO_NOT_CALL})
"""Nobody calls again, so that name and phone are erased at once."""
CALL_AGAIN_OUTCOMES = frozenset({CallOutcome.NO_ANSWER, CallOutcome.CALL_BACK})


class RunStatus(Labelled):
    """How far the matching of a whole campaign is."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "进行中"
    DONE = "DONE", "已完成"


@dataclass(frozen=True, kw_only=True)
class MatchRun:
    """One matching of a campaign's seekers: ``done`` of ``total``, the last of them ``after``."""

    status: RunStatus
    requested_by: str
    requested_at: datetime
    total: int = 0
    done: int = 0
    after: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CallCampaign:
    """People called for one purpose by a union."""

    id: str
    title: str
    union_path: tuple[str, ...]
    created_by: str
    created_at: datetime
    run: MatchRun | None = None
    synthetic: bool = False

    @property
    def union_id(self) -> str:
        return self.union_path[-1]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call that was made."""

    at: datetime
    by: str
    outcome: CallOutcome
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CallEntry:
    """Somebody on the list.

    ``next_call_on`` is the day from which they may be called, None when nobody calls any more;
    ``outcome`` that of the last call. ``seeker_id`` is the profile that came of it.
    """

    id: str
    campaign_id: str
    union_path: tuple[str, ...]
    person: str
    contact: SealedContact | None
    group: SeekerGroup
    remark: str = ""
    outcome: CallOutcome | None = None
    calls: tuple[Call, ...] = ()
    next_call_on: date | None = None
    seeker_id: str | None = None
    version: int = 1
    created_by: str
    created_at: datetime
    updated_at: datetime
    synthetic: bool = False


def add_call(
    entry: CallEntry,
    outcome: CallOutcome,
    note: str,
    next_call_on: date | None,
    *,
    by: str,
    at: datetime,
    today: date,
) -> CallEntry:
    """The entry after a call.

    :raises StatusConflict: nobody may call any more, who it was was erased, or they were called
        20 times.
    :raises InvalidInput: CALL_BACK without a day, a day that is past, more than a year away, or
        that does not go with the outcome.
    """
    if entry.outcome in FINAL_OUTCOMES or entry.contact is None:
        raise StatusConflict("This person is not called any more.")
    if len(entry.calls) >= MAX_CALLS_PER_PERSON:
        raise StatusConflict(
            f"{MAX_CALLS_PER_PERSON} calls are enough: leave this person in peace."
        )
    field = ("input", "nextCallOn")
    if outcome is CallOutcome.CALL_BACK and next_call_on is None:
        raise InvalidInput("Say on which day to call back.", field=field)
    if next_call_on is not None:
        if outcome not in CALL_AGAIN_OUTCOMES:
            raise InvalidInput(
                f"After {outcome} nobody calls again: leave the day out.", field=field
            )
        if not today <= next_call_on <= today + MAX_NEXT_CALL_AHEAD:
            raise InvalidInput("Give a day from today on, within a year.", field=field)
    if outcome is CallOutcome.NO_ANSWER and next_call_on is None:
        next_call_on = today + timedelta(days=1)
    return replace(
        entry,
        outcome=outcome,
        calls=(*entry.calls, Call(at=at, by=by, outcome=outcome, note=note)),
        next_call_on=next_call_on,
        contact=None if outcome in FINAL_OUTCOMES else entry.contact,
        version=entry.version + 1,
        updated_at=at,
    )


def check_can_enter_profile(entry: CallEntry) -> None:
    """Pass when a profile may be entered for somebody on the list.

    :raises StatusConflict: they were not reached, or are not called any more.
    """
    if entry.outcome is not CallOutcome.REACHED or entry.contact is None:
        raise StatusConflict(
            "Record a call as REACHED first: a profile needs the consent of the person."
        )
