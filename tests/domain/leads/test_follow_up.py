"""Rules of a lead's follow-up: deadlines, escalation, hire answers and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.leads.follow_up import (
    ESCALATION_INTERVAL,
    STAGE_DEADLINES,
    add_note,
    advance_lead,
    check_note,
    confirm_hire,
    escalate_lead,
    start_follow_up,
)
from domain.leads.leads import (
    CLOSED_STAGES,
    HireProof,
    HireSide,
    LeadStage,
    list_next_stages,
)
from domain.leads.personal_data import withdraw_consent
from domain.refusals import InvalidInput, LeadStageConflict, RetentionTooEarly
from tests.domain.leads.follow_up_samples import (
    AT,
    OPEN_STAGES,
    TODAY,
    advance_by_employer,
    lead_in_follow_up,
)


def test_exactly_the_open_stages_have_a_deadline() -> None:
    assert set(STAGE_DEADLINES) == OPEN_STAGES


@pytest.mark.parametrize(
    ("stage", "days"),
    [
        (LeadStage.INTERESTED, 3),
        (LeadStage.CONTACTED, 7),
        (LeadStage.INTERVIEWED, 7),
        (LeadStage.OFFERED, 14),
        (LeadStage.HIRED, 37),
    ],
)
def test_a_deadline_counts_from_the_stage_change(stage: LeadStage, days: int) -> None:
    lead = lead_in_follow_up()
    at = AT
    while lead.stage is not stage:
        at += timedelta(hours=1)
        (following,) = list_next_stages(lead.stage) - CLOSED_STAGES
        lead = advance_by_employer(lead, following, at)
    assert lead.due_at == at + timedelta(days=days)


def test_deadlines_after_the_hire_count_from_the_hire() -> None:
    hired = advance_by_employer(lead_in_follow_up(stage=LeadStage.OFFERED), LeadStage.HIRED)
    retained = advance_by_employer(hired, LeadStage.RETAINED_30, AT + timedelta(days=50))
    assert retained.due_at == AT + timedelta(days=97)


@pytest.mark.parametrize(
    ("before", "wanted", "days"),
    [
        (LeadStage.HIRED, LeadStage.RETAINED_30, 30),
        (LeadStage.RETAINED_30, LeadStage.RETAINED_90, 90),
    ],
)
def test_retention_days_are_counted_in_china_time(
    before: LeadStage, wanted: LeadStage, days: int
) -> None:
    # 2026-10-01 23:30 in China; the day ends half an hour later.
    hired_at = datetime(2026, 10, 1, 15, 30, tzinfo=UTC)
    lead = lead_in_follow_up(stage=before, hired_at=hired_at)
    day = TODAY + timedelta(days=days)
    midnight = datetime(2026, 9, 30, 16, tzinfo=UTC) + timedelta(days=days)
    with pytest.raises(RetentionTooEarly, match=f"from {day} on") as caught:
        advance_by_employer(lead, wanted, midnight - timedelta(milliseconds=1))
    assert caught.value.field == ("input", "stage")
    assert advance_by_employer(lead, wanted, midnight).stage is wanted


@pytest.mark.parametrize(
    ("side", "proof"),
    [
        (HireSide.EMPLOYER, HireProof(employer=True, seeker=None, disagreement=False)),
        (HireSide.SEEKER, HireProof(employer=None, seeker=True, disagreement=False)),
    ],
)
def test_advancing_to_hired_confirms_the_hire_for_that_side(
    side: HireSide, proof: HireProof
) -> None:
    offered = lead_in_follow_up(stage=LeadStage.OFFERED)
    change = advance_lead(offered, LeadStage.HIRED, None, side=side, by="a", at=AT)
    assert (change.lead.hire, change.entry.side) == (proof, side)


def test_a_later_statement_of_a_side_replaces_the_earlier_one() -> None:
    lead = lead_in_follow_up(stage=LeadStage.HIRED, hired_at=AT)
    for side, hired, shown in (
        (HireSide.EMPLOYER, True, (True, None, False)),
        (HireSide.SEEKER, False, (True, False, True)),
        (HireSide.SEEKER, True, (True, True, False)),
        (HireSide.EMPLOYER, False, (False, True, True)),
    ):
        change = confirm_hire(lead, side, hired=hired, by=None, at=AT)
        assert change is not None
        lead = change.lead
        assert (lead.hire.employer, lead.hire.seeker, lead.hire.disagreement) == shown
        assert confirm_hire(lead, side, hired=hired, by=None, at=AT) is None


def test_an_overdue_lead_escalates_one_level_every_three_days() -> None:
    lead = lead_in_follow_up()
    due = AT + timedelta(days=3)
    assert (lead.due_at, lead.escalate_at) == (due, due)
    assert escalate_lead(lead, at=due - timedelta(milliseconds=1)) is None
    for union, following in (("province", due + ESCALATION_INTERVAL), ("national", None)):
        change = escalate_lead(lead, at=lead.escalate_at or due)
        assert change is not None
        lead = change.lead
        assert (lead.escalated_to, lead.escalate_at, lead.due_at) == (union, following, due)
    assert escalate_lead(lead, at=due + timedelta(days=900)) is None
    moved = advance_by_employer(lead, LeadStage.CONTACTED, due)
    assert (moved.escalated_to, moved.escalate_at) == (None, due + timedelta(days=7))


@pytest.mark.parametrize("path", [(), ("national",)])
def test_a_lead_of_the_root_union_never_escalates(path: tuple[str, ...]) -> None:
    lead = start_follow_up(lead_in_follow_up(union_path=path))
    assert (lead.due_at, lead.escalate_at) == (AT + timedelta(days=3), None)
    assert escalate_lead(lead, at=AT + timedelta(days=900)) is None


def test_a_closed_lead_is_never_due() -> None:
    for stage in CLOSED_STAGES:
        closed = advance_by_employer(lead_in_follow_up(), stage)
        assert (closed.due_at, closed.escalate_at) == (None, None)


def test_without_consent_no_later_change_sets_a_deadline() -> None:
    hired = replace(lead_in_follow_up(), stage=LeadStage.HIRED, hired_at=AT)
    withdrawn = withdraw_consent(hired, at=AT).lead
    retained = advance_by_employer(withdrawn, LeadStage.RETAINED_30, AT + timedelta(days=31))
    assert (retained.due_at, retained.escalate_at, retained.escalated_to) == (None, None, None)


def test_advancing_clears_the_next_action() -> None:
    planned = add_note(lead_in_follow_up(), "周五再联系", TODAY, by="a", at=AT).lead
    assert planned.next_action_on == TODAY
    assert add_note(planned, "未接通", None, by="a", at=AT).lead.next_action_on == TODAY
    assert advance_by_employer(planned, LeadStage.CONTACTED).next_action_on is None


def test_a_note_is_stripped() -> None:
    assert check_note(" 已约周五面试\n", TODAY, today=TODAY) == "已约周五面试"
    assert check_note("长" * 500, TODAY + timedelta(days=365), today=TODAY) == "长" * 500
    assert check_note("2026-11-02 14:30，工号 20261102143055", None, today=TODAY)


@pytest.mark.parametrize(
    ("body", "on", "field"),
    [
        ("", None, "body"),
        (" \n", None, "body"),
        ("长" * 501, None, "body"),
        ("a\x07", None, "body"),
        ("身份证 11010519491231002X", None, "body"),
        ("电话13800138000", None, "body"),
        ("好", TODAY - timedelta(days=1), "nextActionOn"),
        ("好", TODAY + timedelta(days=366), "nextActionOn"),
    ],
)
def test_an_invalid_note_is_refused(body: str, on: date | None, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_note(body, on, today=TODAY)
    assert caught.value.field == ("input", field)


@pytest.mark.parametrize("stage", [LeadStage.INTERESTED, LeadStage.REFUSED])
def test_a_hire_is_confirmed_only_from_the_offer_on(stage: LeadStage) -> None:
    with pytest.raises(LeadStageConflict, match="once a job was offered"):
        confirm_hire(lead_in_follow_up(stage=stage), HireSide.EMPLOYER, hired=True, by=None, at=AT)
