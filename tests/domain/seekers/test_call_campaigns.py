"""Calls: the day of the next one, and when no further call is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.leads import SealedContact
from domain.refusals import InvalidInput, StatusConflict
from domain.seekers.call_campaigns import (
    CALL_AGAIN_OUTCOMES,
    FINAL_OUTCOMES,
    MAX_CALLS_PER_PERSON,
    CallCampaign,
    CallEntry,
    CallOutcome,
    add_call,
    check_can_enter_profile,
)
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.matching_samples import FIXED_NOW

TODAY = date(2026, 10, 1)
ENTRY = CallEntry(
    id="entry",
    campaign_id="campaign",
    union_path=("root", "union"),
    person="person",
    contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
    group=SeekerGroup.LAID_OFF,
    next_call_on=TODAY,
    created_by="officer",
    created_at=FIXED_NOW,
    updated_at=FIXED_NOW,
)


def call(
    entry: CallEntry, outcome: CallOutcome, on: date | None = None, note: str = ""
) -> CallEntry:
    later = FIXED_NOW + timedelta(hours=1)
    return add_call(entry, outcome, note, on, by="officer", at=later, today=TODAY)


@pytest.mark.parametrize("outcome", CallOutcome)
def test_no_call_is_recorded_after_an_erasure(outcome: CallOutcome) -> None:
    erased = replace(ENTRY, person="erased/entry", contact=None, outcome=CallOutcome.REACHED)
    with pytest.raises(StatusConflict):
        call(erased, outcome, TODAY if outcome is CallOutcome.CALL_BACK else None, "来电的是孙丽")


@given(st.lists(st.sampled_from(CallOutcome), max_size=MAX_CALLS_PER_PERSON + 3))
def test_every_call_is_kept_and_a_final_outcome_ends_them(outcomes: list[CallOutcome]) -> None:
    entry = ENTRY
    for number, outcome in enumerate(outcomes):
        on = TODAY if outcome is CallOutcome.CALL_BACK else None
        if entry.outcome in FINAL_OUTCOMES or number >= MAX_CALLS_PER_PERSON:
            with pytest.raises(StatusConflict):
                call(entry, outcome, on)
            return
        entry = call(entry, outcome, on)
        assert [each.outcome for each in entry.calls] == outcomes[: number + 1]
        assert (entry.outcome, entry.version) == (outcome, number + 2)
        assert (entry.contact is None) is (outcome in FINAL_OUTCOMES)
        assert (entry.next_call_on is None) is (outcome not in CALL_AGAIN_OUTCOMES)


def test_after_no_answer_the_next_call_is_tomorrow_or_as_given() -> None:
    assert call(ENTRY, CallOutcome.NO_ANSWER).next_call_on == TODAY + timedelta(days=1)
    later = TODAY + timedelta(days=9)
    assert call(ENTRY, CallOutcome.NO_ANSWER, later).next_call_on == later


@pytest.mark.parametrize("outcome", sorted(FINAL_OUTCOMES))
def test_the_last_call_for_good_leaves_no_text_about_the_person(outcome: CallOutcome) -> None:
    remembered = replace(ENTRY, remark="王小明，家里有两个孩子")
    called = call(remembered, CallOutcome.NO_ANSWER)
    called = replace(called, calls=(replace(called.calls[0], note="王小明的爱人接的"),))
    done = add_call(called, outcome, "王小明不再找工作", None, by="o", at=FIXED_NOW, today=TODAY)
    assert (done.contact, done.remark, done.person) == (None, "", ENTRY.person)
    assert [each.note for each in done.calls] == ["", ""]
    assert [each.outcome for each in done.calls] == [CallOutcome.NO_ANSWER, outcome]


WRONG: list[tuple[CallOutcome, Any]] = [
    (CallOutcome.CALL_BACK, None),
    (CallOutcome.CALL_BACK, TODAY - timedelta(days=1)),
    (CallOutcome.CALL_BACK, TODAY + timedelta(days=367)),
    (CallOutcome.REACHED, TODAY),
    (CallOutcome.DO_NOT_CALL, TODAY),
]


@pytest.mark.parametrize(("outcome", "on"), WRONG)
def test_the_next_call_day_must_fit_the_outcome(outcome: CallOutcome, on: date | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        call(ENTRY, outcome, on)
    assert refused.value.field == ("input", "nextCallOn")


def test_a_profile_is_entered_only_after_the_person_was_reached() -> None:
    reached = call(ENTRY, CallOutcome.REACHED)
    check_can_enter_profile(reached)
    for entry in (ENTRY, call(ENTRY, CallOutcome.NOT_SEEKING), replace(reached, contact=None)):
        with pytest.raises(StatusConflict):
            check_can_enter_profile(entry)


def test_a_campaign_belongs_to_the_last_union_of_its_path() -> None:
    campaign = CallCampaign(
        id="campaign",
        title="回访",
        union_path=("root", "union"),
        created_by="o",
        created_at=FIXED_NOW,
    )
    assert campaign.union_id == "union"


def test_after_twenty_calls_no_call_is_recorded() -> None:
    entry = ENTRY
    for _ in range(MAX_CALLS_PER_PERSON):
        entry = call(entry, CallOutcome.NO_ANSWER)
    with pytest.raises(StatusConflict, match="called 20 times"):
        call(entry, CallOutcome.REACHED)
