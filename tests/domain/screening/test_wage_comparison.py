"""How a pay is compared with the minimum wages of its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from domain.postings.pay import Pay, PayPeriod, fixed_pay
from domain.reference.regions import PROVINCES, is_place_code, list_counties
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.wage_comparison import (
    WageBasis,
    WageComparison,
    WageVerdict,
    compare_with_minimum,
)
from domain.screening.wage_table import WageTable
from tests.domain.posting_terms_samples import FIXED_TODAY, hourly_pay, monthly_pay, places
from tests.domain.term_part_samples import pays

START = date(2026, 1, 1)
PASS, BELOW, UNDECIDED = WageComparison.PASS, WageComparison.BELOW, WageComparison.UNDECIDED
# Beijing has a verified row far above the others, so that the national pass decides none of these.
CAPITAL = MinimumWage(
    region="110000",
    tier=1,
    monthly=9_000,
    hourly=Decimal(90),
    effective_from=START,
    grade=Grade.A,
)


def row(region: str = "360000", tier: int = 1, amount: int = 2000, **changes: Any) -> MinimumWage:
    values: dict[str, Any] = {"effective_from": START, "grade": Grade.A} | changes
    return MinimumWage(region=region, tier=tier, monthly=amount, **values)


def table(*rows: MinimumWage) -> WageTable:
    return WageTable(rows=(CAPITAL, *rows))


def verdict(
    place: str, pay: Pay, on: date = FIXED_TODAY, *, wages: WageTable = KNOWN_WAGES
) -> WageVerdict:
    return compare_with_minimum(wages, place, pay.lowest, on)


def compare(
    place: str, pay: Pay, on: date = FIXED_TODAY, *, wages: WageTable = KNOWN_WAGES
) -> WageComparison:
    return verdict(place, pay, on, wages=wages).comparison


def an_hour(yuan: str) -> Pay:
    return fixed_pay(Decimal(yuan), PayPeriod.HOUR)


@pytest.mark.parametrize(
    ("place", "pay", "expected"),
    [
        ("310115", monthly_pay(2740), PASS),
        ("310115", monthly_pay(2739), BELOW),
        ("310115", an_hour("25"), PASS),
        ("310115", an_hour("24.99"), BELOW),
        ("110101", monthly_pay(2540), PASS),
        ("110101", monthly_pay(2539), BELOW),
        ("110101", an_hour("27.7"), PASS),
        ("110101", an_hour("27.69"), BELOW),
        ("440305", monthly_pay(2700), PASS),
        ("440305", monthly_pay(2699), BELOW),
        ("440300", an_hour("25.4"), PASS),
        ("440300", an_hour("25.39"), BELOW),
        ("440106", monthly_pay(2680), PASS),
        ("440106", monthly_pay(2679), UNDECIDED),
        ("440106", an_hour("25.4"), PASS),
        # The fourth tier of Guangdong has no figure.
        ("440106", monthly_pay(2039), UNDECIDED),
        ("440106", an_hour("1"), UNDECIDED),
        # Anywhere in Guangdong may be in Shenzhen.
        ("440000", monthly_pay(2690), UNDECIDED),
        ("440000", monthly_pay(2700), PASS),
        ("520100", monthly_pay(2130), PASS),
        ("520100", monthly_pay(2129), UNDECIDED),
        ("520100", monthly_pay(1890), UNDECIDED),
        ("520100", monthly_pay(1889), BELOW),
        ("520100", an_hour("22.4"), PASS),
        ("520100", an_hour("19.8"), UNDECIDED),
        ("520100", an_hour("19.79"), BELOW),
        # Only the first tier of Jiangsu is verified.
        ("320500", monthly_pay(2660), PASS),
        ("320500", monthly_pay(2659), UNDECIDED),
        ("320500", monthly_pay(1), UNDECIDED),
        # 10 % above Shanghai by month and Beijing by hour, in every place.
        ("330402", monthly_pay(3014), PASS),
        ("330402", monthly_pay(3013), UNDECIDED),
        ("540100", an_hour("30.47"), PASS),
        ("540100", an_hour("30.46"), UNDECIDED),
        ("810000", monthly_pay(3014), PASS),
    ],
)
def test_a_trusted_figure_decides_to_the_fen(place: str, pay: Pay, expected: Any) -> None:
    assert compare(place, pay) is expected


@given(pay=pays)
@pytest.mark.parametrize("place", ["330402", "610100", "230100", "350200", "420100", "540100"])
def test_without_trusted_figures_only_the_national_pass_decides(place: str, pay: Pay) -> None:
    found = verdict(place, pay)
    assert found.comparison is not BELOW
    if found.comparison is PASS:
        national = KNOWN_WAGES.national_pass(pay.period, FIXED_TODAY)
        assert found.basis is WageBasis.NATIONAL_PASS
        assert national is not None
        assert pay.lowest.yuan >= national.yuan


def test_every_county_passes_a_pay_well_above_the_highest_minimum() -> None:
    found = {
        verdict(place, monthly_pay(5000))
        for place in (*PROVINCES, *(county.code for county in list_counties()))
    }
    assert found == {WageVerdict(comparison=PASS, basis=WageBasis.NATIONAL_PASS)}


def test_a_figure_counts_from_its_first_day() -> None:
    assert compare("440305", monthly_pay(2900), date(2026, 8, 31)) is UNDECIDED
    assert compare("440305", monthly_pay(2900), date(2026, 9, 1)) is PASS


def test_a_region_with_rows_of_its_own_is_not_compared_with_its_province() -> None:
    own = table(row(), row("360100", amount=2500, effective_from=date(2027, 1, 1)))
    assert compare("360102", monthly_pay(2600), wages=own) is UNDECIDED
    assert compare("360102", monthly_pay(2600), date(2027, 1, 1), wages=own) is PASS
    assert compare("360200", monthly_pay(2600), wages=own) is PASS


def test_a_county_with_a_row_is_compared_with_that_row() -> None:
    own = table(row(amount=2500), row("360102", amount=2100))
    assert compare("360102", monthly_pay(2100), wages=own) is PASS
    assert compare("360103", monthly_pay(2100), wages=own) is BELOW


def test_without_its_first_tier_a_region_passes_nothing() -> None:
    assert compare("360102", monthly_pay(8_999), wages=table(row(tier=2))) is UNDECIDED


TIERS = table(
    row(tier=1, amount=2400, places=("360100",), places_verified=True),
    row(tier=2, amount=2200, places=("360200", "360121"), places_verified=True),
    row(tier=3, amount=2000, places=("360300",)),
)


@pytest.mark.parametrize(
    ("place", "yuan", "expected", "basis"),
    [
        # The city of a county, unless the county itself is in another tier.
        ("360102", 2400, PASS, WageBasis.TIER),
        ("360102", 2399, BELOW, WageBasis.TIER),
        ("360121", 2200, PASS, WageBasis.TIER),
        ("360121", 2199, BELOW, WageBasis.TIER),
        ("360200", 2200, PASS, WageBasis.TIER),
        ("360203", 2199, BELOW, WageBasis.TIER),
        # A city whose counties are in two tiers, a province, and places of no verified tier.
        ("360100", 2399, UNDECIDED, WageBasis.TIER_UNKNOWN),
        ("360100", 2400, PASS, WageBasis.ALL_TIERS),
        ("360000", 2399, UNDECIDED, WageBasis.TIER_UNKNOWN),
        ("360302", 2000, UNDECIDED, WageBasis.TIER_UNKNOWN),
        ("360302", 1999, BELOW, WageBasis.ALL_TIERS),
    ],
)
def test_the_tier_of_the_place_decides(
    place: str, yuan: int, expected: Any, basis: WageBasis
) -> None:
    found = verdict(place, monthly_pay(yuan), wages=TIERS)
    assert (found.comparison, found.basis) == (expected, basis)


def test_a_doubt_says_why() -> None:
    assert verdict("330402", monthly_pay(2000)).basis is WageBasis.NOT_VERIFIED
    assert verdict("520100", monthly_pay(2000)).basis is WageBasis.TIER_UNKNOWN
    assert verdict("440106", monthly_pay(2100)).basis is WageBasis.NOT_VERIFIED
    assert verdict("810000", monthly_pay(2000)).basis is WageBasis.NO_FIGURE
    assert verdict("320500", hourly_pay(20)).basis is WageBasis.NOT_VERIFIED
    hourless = table(row())
    assert verdict("360100", hourly_pay(20), wages=hourless).basis is WageBasis.NO_FIGURE


@given(pays, pays, places.filter(is_place_code))
def test_more_pay_never_worsens_the_comparison(one: Pay, other: Pay, place: str) -> None:
    rank = [BELOW, UNDECIDED, PASS]
    less, more = sorted((one.from_fen, other.from_fen))
    of_less = compare(place, Pay(from_fen=less, to_fen=None, period=one.period))
    of_more = compare(place, Pay(from_fen=more, to_fen=None, period=one.period))
    assert rank.index(of_less) <= rank.index(of_more)
