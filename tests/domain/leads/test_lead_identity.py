"""What happens to the leads of one phone when its owner confirms one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.leads.lead_identity import (
    PLACES_BESIDE,
    check_request_id,
    confirm_claim,
    find_own_claim,
    key_of,
    place_beside,
    supersede_lead,
)
from domain.leads.leads import Lead, LeadStage
from domain.leads.timeline import TimelineEntryKind
from domain.refusals import InvalidInput
from tests.support import records

AT = records.FIXED_NOW + timedelta(hours=1)
CODE = ConfirmationMethod.CODE


def claim(giver: str, **changes: object) -> Lead:
    made = records.lead(person="w", giver=giver, confirmation=LeadConfirmation.UNCONFIRMED)
    return replace(made, **changes)  # type: ignore[arg-type] # each test names fields of it


def confirm(own: Lead, *others: Lead) -> dict[str, Lead]:
    """Confirm ``own`` and return the leads that changed, by id."""
    changes = confirm_claim(own, [own, *others], CODE, by=None, at=AT)
    return {before.id: change.lead for before, change in changes}


def test_the_owners_lead_is_confirmed_and_takes_the_place() -> None:
    squatter, own = claim("squatter"), claim("owner", made_way=place_beside("owner"))
    other = claim("other", made_way=place_beside("other"))
    after = confirm(own, squatter, other)
    assert after.keys() == {squatter.id, own.id, other.id}
    kept = after[own.id]
    assert (kept.confirmation, kept.made_way) == (LeadConfirmation.CONFIRMED, None)
    assert (kept.confirmed_at, kept.confirmed_by, kept.version) == (AT, CODE, 2)
    assert kept.reaches_employer
    for ended in (after[squatter.id], after[other.id]):
        assert ended.confirmation is LeadConfirmation.SUPERSEDED
        assert (ended.stage, ended.made_way) == (LeadStage.WITHDRAWN, ended.id)
        assert (ended.contact, ended.due_at, ended.escalate_at) == (None, None, None)
        assert (ended.person, ended.erased_at) == (f"superseded/{ended.id}", AT)
        assert not ended.reaches_employer


def test_places_are_freed_before_they_are_taken() -> None:
    squatter, own = claim("squatter"), claim("owner", made_way=place_beside("owner"))
    changes = confirm_claim(own, [own, squatter], CODE, by=None, at=AT)
    assert [before.id for before, _ in changes] == [squatter.id, own.id]
    kinds = [change.entry.kind for _, change in changes]
    assert kinds == [TimelineEntryKind.SUPERSEDED, TimelineEntryKind.PHONE_CONFIRMED]


def test_a_person_with_a_confirmed_lead_keeps_that_one() -> None:
    first = claim("phone", confirmation=LeadConfirmation.CONFIRMED)
    own = claim("tablet", made_way=place_beside("tablet"))
    after = confirm(own, first)
    assert after.keys() == {own.id}
    assert after[own.id].confirmation is LeadConfirmation.SUPERSEDED


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({}, True),
        ({"steps": 1, "stage": LeadStage.CONTACTED}, False),
        ({"steps": 1, "stage": LeadStage.REFUSED}, False),
    ],
)
def test_a_lead_from_before_stays_if_staff_worked_on_it(
    changes: dict[str, object], ends: bool
) -> None:
    legacy = claim("gone", confirmation=LeadConfirmation.LEGACY, **changes)
    own = claim("owner", made_way=place_beside("owner"))
    after = confirm(own, legacy)
    assert (legacy.id in after) is ends
    assert after[own.id].confirmation is LeadConfirmation.CONFIRMED
    # The place is taken as long as the lead from before stands.
    assert after[own.id].made_way == (None if ends else place_beside("owner"))


def test_the_oldest_standing_lead_of_the_device_is_its_claim() -> None:
    late = claim("a", created_at=AT)
    early = claim("a", created_at=AT - timedelta(minutes=1))
    gone = claim("a", stage=LeadStage.WITHDRAWN, created_at=AT - timedelta(days=1))
    legacy = claim("b", confirmation=LeadConfirmation.LEGACY)
    done = claim("c", confirmation=LeadConfirmation.CONFIRMED)
    leads = [late, early, gone, legacy, done]
    assert find_own_claim(leads, "a") == early
    assert find_own_claim(leads, "b") == legacy
    assert find_own_claim(leads, "c") is None
    assert find_own_claim(leads, "d") is None


def test_a_retry_of_a_superseded_tap_is_known_by_its_request() -> None:
    tap = claim("squatter", request_id="request-1")
    ended = supersede_lead(tap, at=AT).lead
    assert key_of(tap).find_same([ended]) == ended
    assert key_of(replace(tap, request_id=None)).find_same([ended]) is None
    assert key_of(replace(tap, giver="other")).find_same([ended]) is None


def test_the_confirmed_lead_is_the_same_interest_for_a_proven_device_only() -> None:
    confirmed = claim("phone", confirmation=LeadConfirmation.CONFIRMED)
    tap = key_of(claim("tablet"))
    assert tap.find_same([confirmed]) is None
    assert replace(tap, is_proven=True).find_same([confirmed]) == confirmed
    elsewhere = replace(confirmed, posting_id="another")
    assert replace(tap, is_proven=True).find_same([elsewhere]) is None


@given(st.text(max_size=40))
def test_a_place_beside_lies_in_its_range(giver: str) -> None:
    first, last = PLACES_BESIDE
    assert first <= place_beside(giver) < last


@pytest.mark.parametrize("request_id", [None, "a" * 8, "A-z_0" * 12, "f" * 64])
def test_a_request_id_is_accepted(request_id: str | None) -> None:
    check_request_id(request_id)


@pytest.mark.parametrize(
    "request_id", ["", "a" * 7, "a" * 65, "with space", "编号编号编号编号", "a" * 8 + "\n"]
)
def test_other_texts_are_no_request_ids(request_id: str) -> None:
    with pytest.raises(InvalidInput):
        check_request_id(request_id)
