"""Facets: codes stored as characters, and their counts."""

from __future__ import annotations

from collections import Counter

import pytest

from domain.labels import Labelled
from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, Intensity, Shift
from domain.reference.occupations import Occupation, find_occupation
from domain.search.facets import (
    FACET_KINDS,
    facet_character,
    facet_characters,
    group_facet_counts,
    is_facet_character,
)
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.posting_terms_samples import posting_terms

STORED: dict[type[Labelled], str] = {
    Occupation: "ELECTRICIAN WELDER CRANE_OPERATOR NETWORK_PROGRAMMER CHILDCARE_WORKER "
    "ECOMMERCE_STREAMER CATERING_SUPERVISOR REFINERY_ELECTRICIAN PASTRY_COOK GENERAL_WORKER "
    "SECURITY_GUARD CLERK SALES DELIVERY_RIDER MATERNITY_NANNY COURIER RIDE_HAILING_DRIVER "
    "SANITATION_WORKER INDUSTRIAL_ROBOTICS INDUSTRIAL_DESIGNER OTHER",
    EmploymentType: "FULL_TIME PART_TIME INTERNSHIP GIG DISPATCH",
    Shift: "DAY TWO_SHIFT THREE_SHIFT FLEXIBLE",
    Intensity: "LIGHT MEDIUM HEAVY",
    Benefit: "MEALS DORMITORY SHUTTLE_BUS HOUSING_FUND PAID_LEAVE PAID_TRAINING HEALTH_CHECK "
    "HEAT_ALLOWANCE NIGHT_ALLOWANCE CHILD_CARE FESTIVAL_GIFTS BARRIER_FREE",
    InsuranceKind: "PENSION MEDICAL UNEMPLOYMENT WORK_INJURY MATERNITY",
    SeekerGroup: "GRADUATE MIGRANT_WORKER REGISTERED_UNEMPLOYED LAID_OFF TRANSFERRING "
    "NEW_FORM_WORKER HARDSHIP_WORKER HARDSHIP_FAMILY GIG_WORKER HARD_TO_EMPLOY VETERAN DISABLED "
    "OLDER_WORKER",
}
"""Codes in existing databases: new codes come after these, new enumerations after the last."""


def test_stored_characters_keep_their_meaning() -> None:
    for place, (kind, codes) in enumerate(STORED.items()):
        assert FACET_KINDS[place] is kind
        assert list(kind)[: len(codes.split())] == codes.split()
    assert facet_character(Occupation.ELECTRICIAN) == "\u0400"
    assert facet_character(EmploymentType.FULL_TIME) == "\u0440"
    assert facet_character(SeekerGroup.GRADUATE) == "\u0580"


def test_every_code_has_a_character_of_its_own() -> None:
    codes = [code for kind in FACET_KINDS for code in kind]
    assert len({facet_character(code) for code in codes}) == len(codes)
    assert all(len(kind) <= 64 for kind in FACET_KINDS if kind is not Occupation)


def test_occupations_that_officers_added_are_counted() -> None:
    added = find_occupation("ADDED_7")
    assert added is not None
    counts = group_facet_counts(Counter(facet_characters(posting_terms(occupation=added))))
    assert counts[Occupation] == [(added, 1)]
    assert is_facet_character(facet_character(added))
    assert not is_facet_character("电")


def test_codes_are_counted_the_most_frequent_first() -> None:
    welder = posting_terms(
        occupation=Occupation.WELDER, benefits=(Benefit.MEALS, Benefit.DORMITORY)
    )
    electrician = posting_terms(benefits=(Benefit.DORMITORY,), friendly_to=(SeekerGroup.LAID_OFF,))
    counts = group_facet_counts(
        Counter(
            facet_characters(welder) + facet_characters(electrician) + facet_characters(electrician)
        )
    )
    assert counts[Occupation] == [(Occupation.ELECTRICIAN, 2), (Occupation.WELDER, 1)]
    assert counts[Benefit] == [(Benefit.DORMITORY, 3), (Benefit.MEALS, 1)]
    assert counts[SeekerGroup] == [(SeekerGroup.LAID_OFF, 2)]
    assert counts[Shift] == [(welder.shift, 3)]


@pytest.mark.parametrize("unknown", ["\u07ff", "a"])
def test_an_unknown_character_is_ignored(unknown: str) -> None:
    assert all(not counts for counts in group_facet_counts({unknown: 1}).values())
