"""What coming minimum wages will take down: when, why, and how much is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from domain.postings.pay import PayPeriod, PayRate, fixed_pay
from domain.postings.postings import EmploymentType, PostingTerms
from domain.postings.work_schedule import Workplace
from domain.screening.coming_wages import ComingEffect, ComingWages, assume_proposals
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from domain.screening.wage_comparison import (
    WageComparison,
    compare_with_minimum,
    find_passing_pay,
)
from domain.screening.wage_proposals import WageProposal
from domain.screening.wage_table import WageTable
from tests.domain.posting_terms_samples import (
    FIXED_TODAY,
    monthly_pay,
    part_time_terms,
    places,
    posting_terms,
)
from tests.domain.screening.coming_rows import LATER, TABLE
from tests.support import records

SHANGHAI, JIAXING = "310115", "330402"
LATEST = date(2026, 11, 20)
BELOW, TO_CHECK = "PAY_BELOW_MINIMUM_WAGE", "MINIMUM_WAGE_TO_CHECK"


def proposal(monthly: int, start: date, region: str = "310000") -> WageProposal:
    made = records.wage_proposal()
    row = replace(made.row, region=region, monthly=monthly, hourly=None, effective_from=start)
    return replace(made, row=row)


def effect(terms: PostingTerms, *proposals: WageProposal) -> ComingEffect | None:
    coming = assume_proposals(TABLE, proposals, FIXED_TODAY)
    return coming.find_effect(records.posting(terms=terms))


def job(yuan: int, place: str = SHANGHAI, **changes: Any) -> PostingTerms:
    return posting_terms(place_code=place, pay=monthly_pay(yuan), **changes)


@pytest.mark.parametrize(
    ("terms", "codes", "missing"),
    [
        (job(2_899), [BELOW], PayRate(fen=100, period=PayPeriod.MONTH)),
        (job(2_740), [BELOW], PayRate(fen=16_000, period=PayPeriod.MONTH)),
        (
            job(3_500, probation_fen=280_000),
            ["PROBATION_PAY_BELOW_MINIMUM_WAGE"],
            PayRate(fen=10_000, period=PayPeriod.MONTH),
        ),
        # The national pass rises to 3,190 yuan; nothing else is verified there.
        (job(3_100, JIAXING), [TO_CHECK], PayRate(fen=9_000, period=PayPeriod.MONTH)),
        # The worst of several places
        (
            job(3_050, further_places=(Workplace(place_code=JIAXING),)),
            [TO_CHECK],
            PayRate(fen=14_000, period=PayPeriod.MONTH),
        ),
        (
            part_time_terms(place_code=SHANGHAI, pay=fixed_pay(Decimal(26), PayPeriod.HOUR)),
            [BELOW],
            PayRate(fen=100, period=PayPeriod.HOUR),
        ),
    ],
)
def test_a_coming_row_takes_down_what_lacks_its_figure(
    terms: PostingTerms, codes: list[str], missing: PayRate
) -> None:
    found = effect(terms)
    assert found is not None
    assert (found.starts_on, found.is_proposed, found.missing) == (LATER, False, missing)
    assert [finding.code for finding in found.findings] == codes


@pytest.mark.parametrize(
    "terms",
    [
        job(2_900),
        job(5_000, JIAXING),
        # Below today's figure as well: nothing new.
        job(2_700),
        job(2_800, valid_until=date(2026, 11, 14)),
        job(2_800, employment_type=EmploymentType.INTERNSHIP),
    ],
)
def test_other_postings_are_not_listed(terms: PostingTerms) -> None:
    assert effect(terms) is None


def test_a_proposal_is_assumed_to_be_verified_but_stored_rows_go_first() -> None:
    for start, expected in ((LATEST, LATEST), (date(2026, 1, 1), FIXED_TODAY)):
        found = effect(job(3_000), proposal(3_050, start))
        assert found is not None
        assert (found.starts_on, found.is_proposed) == (expected, True)
        assert found.missing == PayRate(fen=5_000, period=PayPeriod.MONTH)
    # The stored row takes it down before the proposed one starts.
    found = effect(job(2_800), proposal(3_050, LATEST))
    assert found is not None
    assert (found.starts_on, found.is_proposed) == (LATER, False)
    assert effect(job(3_060), proposal(3_050, LATEST)) is None


def test_the_first_row_of_a_county_holds_its_postings_before_its_first_day() -> None:
    # No figure is known for the county until then, and its province no longer judges it.
    found = effect(job(3_000), proposal(2_950, LATEST, region=SHANGHAI))
    assert found is not None
    assert (found.starts_on, found.is_proposed) == (FIXED_TODAY, True)
    assert [finding.code for finding in found.findings] == [TO_CHECK]
    in_force = proposal(2_800, date(2026, 1, 1), region=SHANGHAI)
    assert effect(job(3_000), in_force, proposal(2_950, LATEST, region=SHANGHAI)) is None


def test_without_coming_rows_and_proposals_there_is_nothing_to_look_for() -> None:
    def coming(*proposals: WageProposal, table: WageTable = KNOWN_WAGES) -> ComingWages:
        return assume_proposals(table, proposals, FIXED_TODAY)

    assert not coming().changes_anything
    assert coming(table=TABLE).changes_anything
    assert coming(proposal(3_050, LATEST)).changes_anything
    # 2,740 and 2,900 by 1.1; a proposal counts as if it were verified.
    assert coming().passing_fen == 301_400
    assert coming(table=TABLE).passing_fen == 319_000
    assert coming(proposal(3_050, LATEST), table=TABLE).passing_fen == 335_500
    assert coming(table=WageTable(rows=())).passing_fen is None


@settings(max_examples=40)
@given(place=places)
def test_the_passing_pay_passes_and_a_fen_less_does_not(place: str) -> None:
    for period in (PayPeriod.MONTH, PayPeriod.HOUR):
        passing = find_passing_pay(TABLE, place, period, LATER)
        assert passing is not None
        less = replace(passing, fen=passing.fen - 1)
        results = [
            compare_with_minimum(TABLE, place, rate, LATER).comparison for rate in (passing, less)
        ]
        assert results[0] is WageComparison.PASS
        assert results[1] is not WageComparison.PASS


@pytest.mark.parametrize("yuan", [2_740, 2_900, 3_013])
def test_what_is_listed_is_what_screening_finds_on_that_day(yuan: int) -> None:
    for place in (SHANGHAI, JIAXING, "520100", "440305"):
        found = effect(job(yuan, place))
        before = screen_terms(job(yuan, place), TABLE, FIXED_TODAY)
        then = screen_terms(job(yuan, place), TABLE, LATER)
        assert (found is not None) is (
            [each.code for each in then] != [each.code for each in before]
        )
