"""Stages of a lead: which may follow which, with reasons and versions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.leads.leads import (
    CLOSED_STAGES,
    ConsentGiven,
    Lead,
    LeadSource,
    LeadStage,
    RefusalReason,
    SealedContact,
    check_advance,
    list_next_stages,
)
from domain.refusals import ErrorCode, InvalidInput, LeadStageConflict
from tests.domain.posting_terms_samples import posting_terms

AT = datetime(2026, 10, 1, tzinfo=UTC)
FINAL = {LeadStage.WITHDRAWN, LeadStage.REFUSED, LeadStage.RETAINED_90}
AFTER_HIRE = {LeadStage.HIRED, LeadStage.RETAINED_30, LeadStage.RETAINED_90}


def lead(stage: LeadStage, version: int = 1) -> Lead:
    return Lead(
        id="l1",
        session_id="s1",
        posting_id="p1",
        employer_id="e1",
        union_path=("u1",),
        owner_id="a1",
        person="hash",
        contact=SealedContact(key_version=1, name=b"", phone=b""),
        consent=ConsentGiven(text_version="1", text_sha256="0" * 64, at=AT),
        source=LeadSource.LIVE_TAP,
        terms=posting_terms(),
        stage=stage,
        version=version,
        created_at=AT,
        updated_at=AT,
    )


class FollowUp(RuleBasedStateMachine):
    """A lead that tries one stage after another."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = LeadStage.INTERESTED
        self.past: list[LeadStage] = []

    @rule(wanted=st.sampled_from(LeadStage), reason=st.none() | st.sampled_from(RefusalReason))
    def push(self, wanted: LeadStage, reason: RefusalReason | None) -> None:
        if wanted not in list_next_stages(self.stage):
            with pytest.raises(LeadStageConflict):
                check_advance(lead(self.stage), wanted, reason, expected_version=1)
        elif (wanted is LeadStage.REFUSED) != (reason is not None):
            with pytest.raises(InvalidInput):
                check_advance(lead(self.stage), wanted, reason, expected_version=1)
        else:
            check_advance(lead(self.stage), wanted, reason, expected_version=1)
            self.past.append(self.stage)
            self.stage = wanted

    @invariant()
    def nothing_follows_a_final_stage(self) -> None:
        assert not FINAL & set(self.past)

    @invariant()
    def nobody_is_refused_after_the_hire(self) -> None:
        if AFTER_HIRE & set(self.past):
            assert self.stage in AFTER_HIRE | {LeadStage.WITHDRAWN}

    @invariant()
    def nobody_is_hired_without_an_offer(self) -> None:
        if self.stage in AFTER_HIRE:
            assert LeadStage.OFFERED in self.past


TestFollowUp = FollowUp.TestCase


def test_every_stage_can_be_reached_from_the_first_interest() -> None:
    reached = {LeadStage.INTERESTED}
    for _ in LeadStage:
        reached |= {wanted for stage in reached for wanted in list_next_stages(stage)}
    assert reached == set(LeadStage)


def test_the_final_stages_have_no_next_stage() -> None:
    assert {stage for stage in LeadStage if not list_next_stages(stage)} == FINAL


def test_no_stage_follows_itself() -> None:
    assert all(stage not in list_next_stages(stage) for stage in LeadStage)


def test_an_unreachable_person_can_be_contacted_again() -> None:
    assert list_next_stages(LeadStage.UNREACHABLE) == {LeadStage.CONTACTED}


def test_before_the_hire_every_closed_stage_may_follow() -> None:
    for stage in LeadStage:
        before_hire = stage not in AFTER_HIRE | CLOSED_STAGES
        assert (list_next_stages(stage) >= CLOSED_STAGES) is before_hire


def test_a_refused_stage_names_the_allowed_ones() -> None:
    with pytest.raises(LeadStageConflict, match=r"become RETAINED_30, WITHDRAWN\.") as caught:
        check_advance(lead(LeadStage.HIRED), LeadStage.REFUSED, None)
    assert caught.value.code is ErrorCode.LEAD_STAGE_CONFLICT
    with pytest.raises(LeadStageConflict, match=r"become nothing\."):
        check_advance(lead(LeadStage.WITHDRAWN), LeadStage.CONTACTED, None)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [(LeadStage.REFUSED, None), (LeadStage.CONTACTED, RefusalReason.NO_SHOW)],
)
def test_only_a_refusal_has_a_reason(wanted: LeadStage, reason: RefusalReason | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_advance(lead(LeadStage.INTERESTED), wanted, reason)
    assert caught.value.field == ("input", "reason")


def test_advancing_an_outdated_version_is_refused() -> None:
    with pytest.raises(LeadStageConflict, match="is at version 3 and CONTACTED"):
        check_advance(
            lead(LeadStage.CONTACTED, version=3),
            LeadStage.INTERVIEWED,
            None,
            expected_version=2,
        )
    check_advance(lead(LeadStage.CONTACTED, version=3), LeadStage.INTERVIEWED, None)
