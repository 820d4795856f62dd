"""How a lead is followed up: by whom, by when, what was done, and what proves the hire.

Every change is a function from the lead to a ``Change``: the lead one version on, and the entry
of its timeline with that version. So a timeline has no gap, and whoever writes one writes both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.errors import InvalidInput, LeadStageConflict, RetentionTooEarly
from domain.free_text import check_text
from domain.identity.accounts import Role
from domain.identity.persons import holds_mobile_number
from domain.leads.leads import (
    HireSide,
    Lead,
    LeadStage,
    RefusalReason,
    check_advance,
    check_not_erased,
    find_furthest_stage,
)
from domain.leads.timeline import LeadChange, TimelineEntryKind, make_change
from domain.reference.calendar import day_in_china

_GRACE_DAYS = 7
STAGE_DEADLINES: Mapping[LeadStage, timedelta] = {
    # Who tapped in a live session has forgotten it within days.
    LeadStage.INTERESTED: timedelta(days=3),
    # An interview, and its answer, within a working week each.
    LeadStage.CONTACTED: timedelta(days=7),
    LeadStage.INTERVIEWED: timedelta(days=7),
    # Two weeks to give notice and to move.
    LeadStage.OFFERED: timedelta(days=14),
    # From the hire: the days that must have passed, and a week to ask.
    LeadStage.HIRED: timedelta(days=30 + _GRACE_DAYS),
    LeadStage.RETAINED_30: timedelta(days=90 + _GRACE_DAYS),
}
"""How long a lead may rest at each open stage: since it came there, after the hire since that."""
ESCALATION_INTERVAL = timedelta(days=3)
"""How long each level of the tree has before the next one above is told."""
MIN_DAYS_SINCE_HIRE: Mapping[LeadStage, int] = {
    LeadStage.RETAINED_30: 30,
    LeadStage.RETAINED_90: 90,
}
"""Days that must have passed since the day of the hire, as days are counted in China."""
MAX_NOTE_LENGTH = 500
"""Characters of a note."""
MAX_NEXT_ACTION_AHEAD = timedelta(days=365)

_AFTER_HIRE = frozenset({LeadStage.HIRED, LeadStage.RETAINED_30, LeadStage.RETAINED_90})
_CONFIRMABLE_STAGES = _AFTER_HIRE | {LeadStage.OFFERED}


def compute_deadline(
    stage: LeadStage, *, since: datetime, hired_at: datetime | None
) -> datetime | None:
    """When a lead that came to ``stage`` at ``since`` is overdue; None for a closed stage."""
    allowed = STAGE_DEADLINES.get(stage)
    if allowed is None:
        return None
    return (hired_at if stage in _AFTER_HIRE and hired_at else since) + allowed


def start_follow_up(lead: Lead) -> Lead:
    """A new lead with its first deadline."""
    return _with_deadline(lead, since=lead.created_at)


def hire_side_of(role: Role) -> HireSide:
    """The side that a member of staff speaks for: a recruiter the employer's, the union the
    seeker's."""
    return HireSide.EMPLOYER if role is Role.RECRUITER else HireSide.SEEKER


def advance_lead(
    lead: Lead,
    wanted: LeadStage,
    reason: RefusalReason | None,
    *,
    side: HireSide,
    by: str,
    at: datetime,
    expected_version: int | None = None,
) -> LeadChange:
    """The lead at its next stage, with a new deadline and no escalation.

    Whoever says HIRED has confirmed the hire for ``side``, so that no hire stands unconfirmed.

    :raises LeadStageConflict: the stage does not follow, or the version is not the expected one.
    :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
    :raises RetentionTooEarly: not that many days have passed since the hire.
    """
    check_advance(lead, wanted, reason, expected_version=expected_version)
    _check_retention(lead, wanted, at)
    hired = wanted is LeadStage.HIRED
    after = replace(
        lead,
        stage=wanted,
        reached=find_furthest_stage(LeadStage.INTERESTED, lead.reached, lead.stage, wanted),
        steps=lead.steps + 1,
        reason=reason,
        hired_at=at if hired else lead.hired_at,
        hire=lead.hire.with_statement(side, hired=True) if hired else lead.hire,
        next_action_on=None,
        escalated_to=None,
    )
    after = _with_deadline(after, since=at)
    return make_change(
        after,
        TimelineEntryKind.ADVANCED,
        at=at,
        by=by,
        from_stage=lead.stage,
        to_stage=wanted,
        reason=reason,
        side=side if hired else None,
    )


def assign_lead(lead: Lead, assignee_id: str | None, *, by: str, at: datetime) -> LeadChange | None:
    """The lead in the hands of ``assignee_id``, or of nobody; None when it is already."""
    if lead.assignee_id == assignee_id:
        return None
    after = replace(lead, assignee_id=assignee_id)
    return make_change(after, TimelineEntryKind.ASSIGNED, at=at, by=by, assignee_id=assignee_id)


def check_note(body: str, next_action_on: date | None, *, today: date) -> str:
    """The note without blanks around it.

    :raises InvalidInput: empty, over 500 characters, unreadable, with an identity-card or mobile
        number, or a next action before ``today`` or more than a year after it.
    """
    field = ("input", "body")
    body = body.strip()
    if not body:
        raise InvalidInput("Write what was done or agreed.", field=field)
    check_text(body, MAX_NOTE_LENGTH, field)
    if holds_mobile_number(body):
        raise InvalidInput(
            "Take the phone number out: contacts are kept in the lead alone, encrypted.",
            field=field,
        )
    if next_action_on is not None and not today <= next_action_on <= today + MAX_NEXT_ACTION_AHEAD:
        raise InvalidInput(
            "Give a day from today on, within a year.", field=("input", "nextActionOn")
        )
    return body


def add_note(
    lead: Lead, body: str, next_action_on: date | None, *, by: str, at: datetime
) -> LeadChange:
    """The lead with a note; a next action takes the place of the one before.

    :raises LeadStageConflict: the person was erased: a note could tell who it was.
    """
    check_not_erased(lead)
    after = replace(lead, next_action_on=next_action_on or lead.next_action_on)
    return make_change(
        after, TimelineEntryKind.NOTED, at=at, by=by, body=body, next_action_on=next_action_on
    )


def confirm_hire(
    lead: Lead, side: HireSide, *, hired: bool, by: str | None, at: datetime
) -> LeadChange | None:
    """The lead with what one side says of the hire; None when it says nothing new.

    ``by`` is the member of staff who says it for the side, None for the person.

    :raises LeadStageConflict: nothing was offered yet, it was closed, or the person was erased.
    """
    check_not_erased(lead)
    if lead.stage not in _CONFIRMABLE_STAGES:
        raise LeadStageConflict(
            f"The lead is {lead.stage}; a hire can be confirmed from OFFERED on."
        )
    proof = lead.hire.with_statement(side, hired=hired)
    if proof == lead.hire:
        return None
    after = replace(lead, hire=proof)
    return make_change(after, TimelineEntryKind.CONFIRMED, at=at, by=by, side=side, hired=hired)


def escalate_lead(lead: Lead, *, at: datetime) -> LeadChange | None:
    """The overdue lead at the next level above; None when its time has not come."""
    if lead.escalate_at is None or at < lead.escalate_at:
        return None
    above = _levels_above(lead)
    after = replace(
        lead,
        escalated_to=above[-1],
        escalate_at=at + ESCALATION_INTERVAL if len(above) > 1 else None,
    )
    return make_change(after, TimelineEntryKind.ESCALATED, at=at, by=None, escalated_to=above[-1])


def _levels_above(lead: Lead) -> tuple[str, ...]:
    """The unions above the one that has the lead now, from the root on."""
    path = lead.union_path
    return path[: path.index(lead.escalated_to)] if lead.escalated_to else path[:-1]


def _with_deadline(lead: Lead, *, since: datetime) -> Lead:
    # Without consent nobody may call, so nothing is due whatever stage it comes to.
    may_call = lead.withdrawn_at is None
    due = compute_deadline(lead.stage, since=since, hired_at=lead.hired_at) if may_call else None
    return replace(lead, due_at=due, escalate_at=due if _levels_above(lead) else None)


def _check_retention(lead: Lead, wanted: LeadStage, at: datetime) -> None:
    days = MIN_DAYS_SINCE_HIRE.get(wanted)
    if days is None:
        return
    # Who was hired before that day was kept has it from the last change.
    earliest = day_in_china(lead.hired_at or lead.updated_at) + timedelta(days=days)
    if day_in_china(at) < earliest:
        raise RetentionTooEarly(
            f"{wanted} needs {days} days since the hire: from {earliest.isoformat()} on.",
            field=("input", "stage"),
        )
