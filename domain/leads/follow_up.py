"""The follow-up of a lead: stages, deadlines, assignment, notes, hire confirmation, escalation.

Each function returns a ``LeadChange``: the lead in its next version, and the timeline entry of that
version. Both are written together, so a timeline has no gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.free_text import check_text
from domain.identity.accounts import Role
from domain.identity.persons import holds_mobile_number
from domain.leads.leads import (
    HIRED_STAGES,
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
from domain.refusals import InvalidInput, LeadStageConflict, RetentionTooEarly

_GRACE_DAYS = 7
STAGE_DEADLINES: Mapping[LeadStage, timedelta] = {
    # Viewers who tapped in a live session forget it within days.
    LeadStage.INTERESTED: timedelta(days=3),
    # A working week for the interview, and another for its result.
    LeadStage.CONTACTED: timedelta(days=7),
    LeadStage.INTERVIEWED: timedelta(days=7),
    # Two weeks to give notice and move.
    LeadStage.OFFERED: timedelta(days=14),
    # Counted from the hire: MIN_DAYS_SINCE_HIRE and a week to ask.
    LeadStage.HIRED: timedelta(days=30 + _GRACE_DAYS),
    LeadStage.RETAINED_30: timedelta(days=90 + _GRACE_DAYS),
}
"""How long a lead may stay at each open stage, since it reached the stage, or since the hire for
HIRED and later stages."""
CROWDED_DELAY = timedelta(days=1)
"""How much later a crowded lead is due: by then the others have been called."""
ESCALATION_INTERVAL = timedelta(days=3)
"""How long each union has before the union above it is notified."""
MIN_DAYS_SINCE_HIRE: Mapping[LeadStage, int] = {
    LeadStage.RETAINED_30: 30,
    LeadStage.RETAINED_90: 90,
}
"""Days that must have passed since the day of the hire, in China time."""
MAX_NOTE_LENGTH = 500
"""Maximum length of a note, in characters."""
MAX_NEXT_ACTION_AHEAD = timedelta(days=365)

_CONFIRMABLE_STAGES = HIRED_STAGES | {LeadStage.OFFERED}


def compute_deadline(
    stage: LeadStage, *, since: datetime, hired_at: datetime | None
) -> datetime | None:
    """Return when a lead that reached ``stage`` at ``since`` is overdue; None if it is closed."""
    time_allowed = STAGE_DEADLINES.get(stage)
    if time_allowed is None:
        return None
    return (hired_at if stage in HIRED_STAGES and hired_at else since) + time_allowed


def start_follow_up(lead: Lead) -> Lead:
    """Return a new lead with its first deadline, which is later for a crowded lead."""
    delay = CROWDED_DELAY if lead.crowded else timedelta()
    return _with_deadline(lead, since=lead.created_at + delay)


def hire_side_of(role: Role) -> HireSide:
    """Return the side that a member of staff speaks for.

    Recruiters speak for the employer, union staff for the seeker.
    """
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
    """Return the lead at the stage ``wanted``, with a new deadline and without escalation.

    HIRED also confirms the hire for ``side``.

    :raises LeadStageConflict: the lead cannot go to that stage, or has another version.
    :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
    :raises RetentionTooEarly: the days since the hire that the stage requires have not passed.
    """
    check_advance(lead, wanted, reason, expected_version=expected_version)
    _check_retention(lead, wanted, at)
    is_hire = wanted is LeadStage.HIRED
    after = replace(
        lead,
        stage=wanted,
        reached=find_furthest_stage(LeadStage.INTERESTED, lead.reached, lead.stage, wanted),
        steps=lead.steps + 1,
        reason=reason,
        hired_at=at if is_hire else lead.hired_at,
        hire=lead.hire.with_statement(side, hired=True) if is_hire else lead.hire,
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
        side=side if is_hire else None,
    )


def assign_lead(lead: Lead, assignee_id: str | None, *, by: str, at: datetime) -> LeadChange | None:
    """Return the lead assigned to ``assignee_id`` or to nobody; None if it already is."""
    if lead.assignee_id == assignee_id:
        return None
    after = replace(lead, assignee_id=assignee_id)
    return make_change(after, TimelineEntryKind.ASSIGNED, at=at, by=by, assignee_id=assignee_id)


def check_note(body: str, next_action_on: date | None, *, today: date) -> str:
    """Return the text of a note without blanks at its ends.

    :raises InvalidInput: the text is empty, has over 500 characters, or holds control characters,
        an identity-card number or a mobile number; or the next action is before ``today`` or more
        than a year later.
    """
    field = ("input", "body")
    body = body.strip()
    if not body:
        raise InvalidInput(
            "Write what was done or agreed.", "请填写办理或约定的内容。", field=field
        )
    check_text(body, MAX_NOTE_LENGTH, field)
    if holds_mobile_number(body):
        raise InvalidInput(
            "Remove the phone number: only the lead's contact holds it, encrypted.",
            "请删除手机号码，联系方式只加密保存在线索的联系人信息中。",
            field=field,
        )
    if next_action_on is not None and not today <= next_action_on <= today + MAX_NEXT_ACTION_AHEAD:
        raise InvalidInput(
            "Give a day from today on, within a year.",
            "请填写今天起一年以内的日期。",
            field=("input", "nextActionOn"),
        )
    return body


def add_note(
    lead: Lead, body: str, next_action_on: date | None, *, by: str, at: datetime
) -> LeadChange:
    """Return the lead with a note. A new next action replaces the previous one.

    :raises LeadStageConflict: the person's data was erased; a note could identify them again.
    """
    check_not_erased(lead)
    after = replace(lead, next_action_on=next_action_on or lead.next_action_on)
    return make_change(
        after, TimelineEntryKind.NOTED, at=at, by=by, body=body, next_action_on=next_action_on
    )


def confirm_hire(
    lead: Lead, side: HireSide, *, hired: bool, by: str | None, at: datetime
) -> LeadChange | None:
    """Return the lead with one side's statement on the hire; None if the statement is not new.

    ``by`` is the member of staff who speaks for the side, None for the person themselves.

    :raises LeadStageConflict: there was no offer yet, the lead is closed, or the person's data was
        erased.
    """
    check_not_erased(lead)
    if lead.stage not in _CONFIRMABLE_STAGES:
        raise LeadStageConflict(
            "A hire can be confirmed once a job was offered.",
            f"线索当前为“{lead.stage.zh}”；发出录用通知后才能确认录用。",
            hint=f"The lead is {lead.stage}; a hire can be confirmed from OFFERED on.",
        )
    proof = lead.hire.with_statement(side, hired=hired)
    if proof == lead.hire:
        return None
    after = replace(lead, hire=proof)
    return make_change(after, TimelineEntryKind.CONFIRMED, at=at, by=by, side=side, hired=hired)


def escalate_lead(lead: Lead, *, at: datetime) -> LeadChange | None:
    """Return the overdue lead escalated to the union above; None if it is not due for that yet."""
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
    """Return the unions above the one that is responsible now, starting with the root."""
    path = lead.union_path
    return path[: path.index(lead.escalated_to)] if lead.escalated_to else path[:-1]


def _with_deadline(lead: Lead, *, since: datetime) -> Lead:
    # Without consent nobody may call, so nothing is due at any stage.
    may_call = lead.withdrawn_at is None
    due = compute_deadline(lead.stage, since=since, hired_at=lead.hired_at) if may_call else None
    return replace(lead, due_at=due, escalate_at=due if _levels_above(lead) else None)


def _check_retention(lead: Lead, wanted: LeadStage, at: datetime) -> None:
    days = MIN_DAYS_SINCE_HIRE.get(wanted)
    if days is None:
        return
    # Leads from before ``hired_at`` was recorded use the time of their last change.
    earliest = day_in_china(lead.hired_at or lead.updated_at) + timedelta(days=days)
    if day_in_china(at) < earliest:
        raise RetentionTooEarly(
            f"{wanted} needs {days} days since the hire: from {earliest.isoformat()} on.",
            f"录用满{days}天后才能登记“{wanted.zh}”：请于{earliest.isoformat()}起办理。",
            field=("input", "stage"),
        )
