"""Invariants of a lead's follow-up under any sequence of changes."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.leads.follow_up import (
    add_note,
    advance_lead,
    assign_lead,
    confirm_hire,
    escalate_lead,
)
from domain.leads.leads import (
    CLOSED_STAGES,
    NO_HIRE_PROOF,
    HireSide,
    LeadStage,
    RefusalReason,
    list_next_stages,
)
from domain.leads.timeline import LeadChange, TimelineEntry, TimelineEntryKind, make_first_entry
from domain.refusals import LeadStageConflict, RetentionTooEarly
from tests.domain.leads.follow_up_samples import AT, OPEN_STAGES, TODAY, lead_in_follow_up

SIDES = st.sampled_from(HireSide)


class FollowUp(RuleBasedStateMachine):
    """A lead to which any change can happen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.at = AT
        self.lead = lead_in_follow_up()
        self.entries: list[TimelineEntry] = [make_first_entry(self.lead)]

    def take(self, change: LeadChange | None) -> None:
        if change is not None:
            assert change.lead.version == self.lead.version + 1
            assert change.lead.updated_at == change.entry.at == self.at
            self.lead = change.lead
            self.entries.append(change.entry)

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(wanted=st.sampled_from(LeadStage), side=SIDES)
    def push(self, wanted: LeadStage, side: HireSide) -> None:
        reason = RefusalReason.OTHER if wanted is LeadStage.REFUSED else None
        try:
            self.take(advance_lead(self.lead, wanted, reason, side=side, by="a", at=self.at))
        except LeadStageConflict:
            assert wanted not in list_next_stages(self.lead.stage)
        except RetentionTooEarly:
            assert self.lead.hired_at is not None
            days = 30 if wanted is LeadStage.RETAINED_30 else 90
            assert self.at - self.lead.hired_at < timedelta(days=days)

    @precondition(lambda self: self.lead.stage in OPEN_STAGES)
    @rule()
    def go_on(self) -> None:
        for wanted in sorted(list_next_stages(self.lead.stage) - CLOSED_STAGES):
            self.push(wanted, HireSide.EMPLOYER)

    @rule(to=st.none() | st.sampled_from(["a", "b"]))
    def assign(self, to: str | None) -> None:
        self.take(assign_lead(self.lead, to, by="a", at=self.at))
        assert self.lead.assignee_id == to

    @rule(on=st.none() | st.just(TODAY))
    def note(self, on: date | None) -> None:
        self.take(add_note(self.lead, "已电话联系", on, by="a", at=self.at))

    @rule(side=SIDES, hired=st.booleans())
    def confirm(self, side: HireSide, hired: bool) -> None:
        try:
            self.take(confirm_hire(self.lead, side, hired=hired, by="a", at=self.at))
        except LeadStageConflict:
            assert self.lead.stage not in {
                LeadStage.OFFERED,
                LeadStage.HIRED,
                LeadStage.RETAINED_30,
                LeadStage.RETAINED_90,
            }

    @rule()
    def sweep(self) -> None:
        due = self.lead.escalate_at is not None and self.lead.escalate_at <= self.at
        change = escalate_lead(self.lead, at=self.at)
        assert (change is not None) is due
        self.take(change)

    @invariant()
    def the_timeline_has_an_entry_a_version(self) -> None:
        versions = [entry.version for entry in self.entries]
        assert versions == list(range(1, self.lead.version + 1))

    @invariant()
    def an_open_stage_and_no_other_has_a_deadline(self) -> None:
        assert (self.lead.due_at is not None) is (self.lead.stage in OPEN_STAGES)

    @invariant()
    def nothing_is_escalated_before_it_is_due(self) -> None:
        if self.lead.escalate_at is not None:
            assert self.lead.due_at is not None
            assert self.lead.due_at <= self.lead.escalate_at
        if self.lead.escalated_to is not None:
            assert self.lead.due_at is not None
            assert self.lead.due_at <= self.at

    @invariant()
    def a_stage_is_escalated_once_a_level_and_upwards(self) -> None:
        escalations: list[str | None] = []
        for entry in self.entries:
            if entry.kind is TimelineEntryKind.ADVANCED:
                escalations = []
            elif entry.kind is TimelineEntryKind.ESCALATED:
                escalations.append(entry.escalated_to)
        assert escalations == ["province", "national"][: len(escalations)]
        assert self.lead.escalated_to == (escalations[-1] if escalations else None)

    @invariant()
    def no_hire_stands_without_a_word_of_either_side(self) -> None:
        if self.lead.hired_at is not None:
            assert self.lead.hire != NO_HIRE_PROOF

    @invariant()
    def agreement_and_disagreement_exclude_each_other(self) -> None:
        proof = self.lead.hire
        assert not (proof.is_agreed and proof.disagreement)
        statements = {proof.employer, proof.seeker}
        assert proof.disagreement is (statements == {True, False})
        assert proof.is_agreed is (statements == {True})


TestFollowUp = FollowUp.TestCase
