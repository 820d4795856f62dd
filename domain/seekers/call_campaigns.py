"""Call campaigns: officers call the people on a list and ask whether they look for work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain.labels import Labelled
from domain.leads.leads import SealedContact
from domain.refusals import InvalidInput, StatusConflict
from domain.seekers.seeker_groups import SeekerGroup

MAX_CALL_LIST_ROWS = 1_000
"""Maximum rows of one import of a call list. A longer list is imported in parts."""
MAX_CALLS_PER_PERSON = 20
"""Maximum calls to one person in one campaign."""
MAX_NEXT_CALL_AHEAD = timedelta(days=366)


class CallOutcome(Labelled):
    """The outcome of a call."""

    REACHED = "REACHED", "已接通"
    NO_ANSWER = "NO_ANSWER", "无人接听"
    CALL_BACK = "CALL_BACK", "约定再呼"
    NOT_SEEKING = "NOT_SEEKING", "无求职意向"
    WRONG_NUMBER = "WRONG_NUMBER", "号码有误"
    DO_NOT_CALL = "DO_NOT_CALL", "请勿再呼"


FINAL_OUTCOMES = frozenset({CallOutcome.WRONG_NUMBER, CallOutcome.DO_NOT_CALL})
"""The outcomes after which nobody calls again. Name and phone are erased at once."""
CALL_AGAIN_OUTCOMES = frozenset({CallOutcome.NO_ANSWER, CallOutcome.CALL_BACK})
"""The outcomes after which the person is called again."""


class RunStatus(Labelled):
    """The status of a match run."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "进行中"
    DONE = "DONE", "已完成"


@dataclass(frozen=True, kw_only=True)
class MatchRun:
    """One run that matches all seekers of a campaign with postings.

    ``done`` of ``total`` seekers are matched. ``after`` is the id of the last one, from which an
    interrupted run continues.
    """

    status: RunStatus
    requested_by: str
    requested_at: datetime
    total: int = 0
    done: int = 0
    after: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CallCampaign:
    """A list of people that a union calls for one purpose."""

    id: str
    title: str
    union_path: tuple[str, ...]
    created_by: str
    created_at: datetime
    run: MatchRun | None = None
    synthetic: bool = False

    @property
    def union_id(self) -> str:
        """The id of the union that runs the campaign."""
        return self.union_path[-1]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call to a person on the list."""

    at: datetime
    by: str
    outcome: CallOutcome
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CallEntry:
    """One person on a call list.

    ``next_call_on`` is the day from which the person may be called, None if no call is due.
    ``outcome`` is that of the last call. ``seeker_id`` is the seeker whose profile was entered
    during a call.
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
    """Return the entry after a call.

    After NO_ANSWER without a day the next call is due tomorrow. After the last call for good, the
    contact goes, and with it every text about the person: the remark and the notes of all calls.

    :raises StatusConflict: the person may not be called any more, their contact was erased, or they
        were called ``MAX_CALLS_PER_PERSON`` times.
    :raises InvalidInput: CALL_BACK has no day, or the day is in the past, more than a year ahead,
        or does not fit the outcome.
    """
    if entry.outcome in FINAL_OUTCOMES or entry.contact is None:
        raise StatusConflict("This person may not be called any more.", "此人不能再呼叫。")
    if len(entry.calls) >= MAX_CALLS_PER_PERSON:
        raise StatusConflict(
            f"This person was called {MAX_CALLS_PER_PERSON} times, the most that is allowed.",
            f"已呼叫{MAX_CALLS_PER_PERSON}次，达到上限，请勿再打扰。",
        )
    field = ("input", "nextCallOn")
    if outcome is CallOutcome.CALL_BACK and next_call_on is None:
        raise InvalidInput(
            "Give the day on which to call back.", "请填写再次呼叫的日期。", field=field
        )
    if next_call_on is not None:
        if outcome not in CALL_AGAIN_OUTCOMES:
            raise InvalidInput(
                f"Leave out the day: nobody calls again after {outcome}.",
                f"结果为“{outcome.zh}”时不再呼叫，请不要填写日期。",
                field=field,
            )
        if not today <= next_call_on <= today + MAX_NEXT_CALL_AHEAD:
            raise InvalidInput(
                "Give a day from today on, within a year.",
                "请填写今天起一年以内的日期。",
                field=field,
            )
    if outcome is CallOutcome.NO_ANSWER and next_call_on is None:
        next_call_on = today + timedelta(days=1)
    called = replace(
        entry,
        outcome=outcome,
        calls=(*entry.calls, Call(at=at, by=by, outcome=outcome, note=note)),
        next_call_on=next_call_on,
        version=entry.version + 1,
        updated_at=at,
    )
    return _without_person(called) if outcome in FINAL_OUTCOMES else called


def _without_person(entry: CallEntry) -> CallEntry:
    """Return the entry without contact and texts; the hash stays, so nobody calls again."""
    calls = tuple(replace(call, note="") for call in entry.calls)
    return replace(entry, contact=None, remark="", calls=calls)


def check_can_enter_profile(entry: CallEntry) -> None:
    """Check that an officer may enter a profile for a person on the list.

    :raises StatusConflict: the last call did not reach the person, or the contact was erased.
    """
    if entry.outcome is not CallOutcome.REACHED or entry.contact is None:
        raise StatusConflict(
            "Record a call that reached the person first: a profile needs the person's consent.",
            "请先登记“已接通”的呼叫，登记求职信息须征得本人同意。",
            hint="The outcome of such a call is REACHED.",
        )
