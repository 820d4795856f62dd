"""Rows of minimum wages: their bounds, and their verification."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.postings.pay import PayPeriod
from domain.reference.regions import PROVINCES, is_place_code, is_within
from domain.refusals import AlreadyExists, InvalidInput
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import (
    MAX_PLACES_OF_TIER,
    Grade,
    MinimumWage,
    check_wage,
    verify_wage,
)
from tests.domain.posting_terms_samples import FIXED_TODAY
from tests.support import records

SEEDS = {known.id: known for known in KNOWN_WAGES.rows}


def test_only_a_verified_row_that_is_in_force_is_trusted() -> None:
    added = replace(records.minimum_wage(hourly=None), grade=Grade.A)
    assert added.is_trusted
    assert not replace(added, effective_from=None).is_trusted
    assert replace(added, effective_from=None, verified_by="officer").is_trusted
    assert not replace(added, grade=Grade.UNVERIFIED).is_trusted
    assert added.trusted_minimum(PayPeriod.MONTH) == 2660
    assert added.trusted_minimum(PayPeriod.HOUR) is None


def test_known_wages_cover_every_province_of_the_mainland() -> None:
    tiers: dict[str, list[MinimumWage]] = {}
    for known in KNOWN_WAGES.rows:
        tiers.setdefault(known.region, []).append(known)
    mainland = set(PROVINCES) - {"710000", "810000", "820000"}
    assert set(tiers) == mainland | {"440300"}
    for region, rows in tiers.items():
        assert [known.tier for known in rows] == list(range(1, len(rows) + 1))
        monthly_figures = [known.monthly for known in rows if known.monthly is not None]
        assert monthly_figures == sorted(monthly_figures, reverse=True)
        codes = [code for known in rows for code in known.places]
        assert len(codes) == len(set(codes))
        assert all(is_place_code(code) and is_within(code, region) for code in codes)
    trusted = {known.region for known in KNOWN_WAGES.rows if known.is_trusted}
    assert trusted == {"310000", "110000", "440000", "440300", "320000", "520000"}
    assert sum(known.grade is Grade.A for known in KNOWN_WAGES.rows) == 13
    assert not any(known.places_verified for known in KNOWN_WAGES.rows)
    assert (SEEDS["seed1100001"].includes_insurance, SEEDS["seed3100001"].includes_insurance) == (
        True,
        False,
    )


def test_a_row_is_verified_once_and_only_with_its_notice() -> None:
    added = records.minimum_wage()
    vouched = verify_wage(added, "next", by="officer", at=records.FIXED_NOW)
    assert (vouched.id, vouched.grade, vouched.verified_by) == ("next", Grade.A, "officer")
    assert vouched.is_trusted
    with pytest.raises(AlreadyExists):
        verify_wage(vouched, "third", by="officer", at=records.FIXED_NOW)
    for bare in (
        replace(added, doc_no=None),
        replace(added, source_url=None),
        replace(added, effective_from=None),
        replace(added, monthly=None, hourly=None),
    ):
        with pytest.raises(InvalidInput):
            verify_wage(bare, "next", by="officer", at=records.FIXED_NOW)


@pytest.mark.parametrize("known", ["seed3300001", "seed4200001", "seed5100002", "seed3200001"])
def test_a_row_of_the_software_is_verified_as_it_is(known: str) -> None:
    verified = verify_wage(SEEDS[known], "next", by="officer", at=records.FIXED_NOW)
    assert verified.is_trusted
    assert (verified.monthly, verified.places) == (SEEDS[known].monthly, SEEDS[known].places)
    assert verified.places_verified is bool(verified.places)


def test_a_row_of_the_software_without_a_figure_is_not_verified() -> None:
    with pytest.raises(InvalidInput):
        verify_wage(SEEDS["seed4400004"], "next", by="officer", at=records.FIXED_NOW)
    with pytest.raises(AlreadyExists):
        verify_wage(SEEDS["seed3100001"], "next", by="officer", at=records.FIXED_NOW)


@pytest.mark.parametrize(
    ("places", "field"),
    [
        (("330400", "330400"), ("input", "places")),
        (("330000",), ("input", "places", "0")),
        (("330400", "320500"), ("input", "places", "1")),
        (("999999",), ("input", "places", "0")),
        (("330400",) * (MAX_PLACES_OF_TIER + 1), ("input", "places")),
    ],
)
def test_the_places_of_a_tier_lie_within_its_region(places: Any, field: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_wage(records.minimum_wage(places=places), FIXED_TODAY)
    assert refused.value.field == field


def test_a_row_with_cities_and_counties_is_accepted() -> None:
    added = records.minimum_wage(places=("330400", "330521"))
    assert check_wage(added, FIXED_TODAY) == added
