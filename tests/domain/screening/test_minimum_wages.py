"""Minimum wages: which rows count, and how pay is compared with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from domain.postings.pay import Pay, PayPeriod
from domain.reference.regions import is_place_code
from domain.refusals import AlreadyExists, InvalidInput
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import (
    Grade,
    MinimumWage,
    WageComparison,
    WageTable,
    compare_with_minimum,
    verify_wage,
)
from tests.domain.posting_terms_samples import FIXED_TODAY, hourly_pay, monthly_pay, places
from tests.domain.term_part_samples import pays
from tests.support import records

START = date(2026, 1, 1)


def row(region: str = "360000", tier: int = 1, amount: int = 2000, **changes: Any) -> MinimumWage:
    values: dict[str, Any] = {"effective_from": START, "grade": Grade.A} | changes
    return MinimumWage(region=region, tier=tier, monthly=amount, **values)


def table(*rows: MinimumWage) -> WageTable:
    return WageTable(rows=rows)


def compare(
    place: str, pay: Pay, on: date = FIXED_TODAY, *, wages: WageTable = KNOWN_WAGES
) -> WageComparison:
    return compare_with_minimum(wages, place, pay.lowest, on)


@pytest.mark.parametrize(
    ("place", "pay", "expected"),
    [
        ("310115", monthly_pay(2740), WageComparison.PASS),
        ("310115", monthly_pay(2739), WageComparison.BELOW),
        ("310115", hourly_pay(25), WageComparison.PASS),
        ("310115", hourly_pay(24), WageComparison.BELOW),
        ("110101", monthly_pay(2540), WageComparison.PASS),
        ("110101", hourly_pay(28), WageComparison.PASS),
        ("110101", hourly_pay(27), WageComparison.BELOW),
        ("440305", monthly_pay(2700), WageComparison.PASS),
        ("440305", monthly_pay(2699), WageComparison.BELOW),
        ("440300", hourly_pay(25), WageComparison.BELOW),
        ("520100", monthly_pay(2130), WageComparison.PASS),
        ("520100", monthly_pay(2129), WageComparison.UNDECIDED),
        ("520100", monthly_pay(1890), WageComparison.UNDECIDED),
        ("520100", monthly_pay(1889), WageComparison.BELOW),
        ("520100", hourly_pay(19), WageComparison.BELOW),
    ],
)
def test_a_trusted_figure_decides_to_the_yuan(place: str, pay: Pay, expected: Any) -> None:
    assert compare(place, pay) is expected


def test_an_unknown_lowest_tier_leaves_low_pay_undecided() -> None:
    assert compare("440106", monthly_pay(2680)) is WageComparison.PASS
    assert compare("440106", monthly_pay(2039)) is WageComparison.UNDECIDED
    assert compare("440106", hourly_pay(1)) is WageComparison.UNDECIDED


def test_a_job_anywhere_in_a_province_is_compared_with_each_region_in_it() -> None:
    assert compare("440000", monthly_pay(2690)) is WageComparison.UNDECIDED
    assert compare("440000", monthly_pay(2700)) is WageComparison.PASS


def test_the_first_tier_of_jiangsu_is_trusted_and_the_others_are_not() -> None:
    assert compare("320500", monthly_pay(2660)) is WageComparison.PASS
    assert compare("320500", monthly_pay(2659)) is WageComparison.UNDECIDED
    assert compare("320500", monthly_pay(1)) is WageComparison.UNDECIDED


@pytest.mark.parametrize("place", ["330402", "610100", "230100", "350200", "510100", "500101"])
@given(pay=pays)
def test_an_unverified_figure_never_decides(place: str, pay: Pay) -> None:
    assert compare(place, pay) is WageComparison.UNDECIDED


@pytest.mark.parametrize("place", ["420100", "430100"])
@given(pay=pays)
def test_a_figure_without_its_date_never_decides(place: str, pay: Pay) -> None:
    assert compare(place, pay) is WageComparison.UNDECIDED


@given(pays)
def test_a_region_without_figures_is_undecided(pay: Pay) -> None:
    assert compare("540100", pay) is WageComparison.UNDECIDED


def test_a_figure_counts_from_its_first_day() -> None:
    day_before = date(2026, 8, 31)
    assert compare("440305", monthly_pay(9000), day_before) is WageComparison.UNDECIDED
    assert compare("440305", monthly_pay(9000), date(2026, 9, 1)) is WageComparison.PASS


def test_a_region_with_rows_of_its_own_is_not_compared_with_its_province() -> None:
    own = table(row(), row("360100", amount=2500, effective_from=date(2027, 1, 1)))
    assert compare("360102", monthly_pay(2600), wages=own) is WageComparison.UNDECIDED
    assert compare("360102", monthly_pay(2600), date(2027, 1, 1), wages=own) is WageComparison.PASS
    assert compare("360200", monthly_pay(2600), wages=own) is WageComparison.PASS


def test_a_county_with_a_row_is_compared_with_that_row() -> None:
    own = table(row(amount=2500), row("360102", amount=2100))
    assert compare("360102", monthly_pay(2100), wages=own) is WageComparison.PASS
    assert compare("360103", monthly_pay(2100), wages=own) is WageComparison.BELOW


def test_the_latest_row_of_a_tier_counts() -> None:
    rows = [
        row(amount=1900, effective_from=None),
        row(amount=2000),
        row(amount=2200, effective_from=date(2026, 7, 1)),
        row(amount=2400, effective_from=date(2027, 1, 1)),
    ]
    for order in (rows, rows[::-1]):
        assert table(*order).tiers_in_force("360000", FIXED_TODAY) == (rows[2],)
        assert compare("360102", monthly_pay(2200), wages=table(*order)) is WageComparison.PASS


def test_a_verified_row_precedes_others_of_the_same_day() -> None:
    rows = [row(amount=2000), row(amount=2500, grade=Grade.UNVERIFIED)]
    for order in (rows, rows[::-1]):
        assert table(*order).tiers_in_force("360000", FIXED_TODAY) == (rows[0],)


def test_a_later_correction_replaces_a_row() -> None:
    wrong, right = row(amount=2000), row(amount=2100)
    assert table(wrong, right).tiers_in_force("360000", FIXED_TODAY) == (right,)


def test_without_its_first_tier_nothing_passes() -> None:
    assert (
        compare("360102", monthly_pay(9999), wages=table(row(tier=2))) is WageComparison.UNDECIDED
    )


def test_only_a_verified_row_with_a_date_is_trusted() -> None:
    assert row().is_trusted
    assert not row(effective_from=None).is_trusted
    assert not row(grade=Grade.UNVERIFIED).is_trusted
    assert row().trusted_minimum(PayPeriod.MONTH) == 2000
    assert row().trusted_minimum(PayPeriod.HOUR) is None


def test_known_wages_are_ordered_graded_and_have_valid_regions() -> None:
    tiers: dict[str, list[MinimumWage]] = {}
    for known in KNOWN_WAGES.rows:
        assert is_place_code(known.region)
        tiers.setdefault(known.region, []).append(known)
    assert len(tiers) == 17
    for rows in tiers.values():
        assert [known.tier for known in rows] == list(range(1, len(rows) + 1))
        monthly_figures = [known.monthly for known in rows if known.monthly is not None]
        assert monthly_figures == sorted(monthly_figures, reverse=True)
    trusted = {known.region for known in KNOWN_WAGES.rows if known.is_trusted}
    assert trusted == {"310000", "110000", "440000", "440300", "320000", "520000"}
    assert sum(known.grade is Grade.A for known in KNOWN_WAGES.rows) == 13


@given(pays, pays, places.filter(is_place_code))
def test_more_pay_never_worsens_the_comparison(one: Pay, other: Pay, place: str) -> None:
    rank = [WageComparison.BELOW, WageComparison.UNDECIDED, WageComparison.PASS]
    less, more = sorted((one.from_fen, other.from_fen))
    of_less = compare(place, Pay(from_fen=less, to_fen=None, period=one.period))
    of_more = compare(place, Pay(from_fen=more, to_fen=None, period=one.period))
    assert rank.index(of_less) <= rank.index(of_more)


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
    ):
        with pytest.raises(InvalidInput):
            verify_wage(bare, "next", by="officer", at=records.FIXED_NOW)


def test_a_later_row_replaces_one_for_the_same_day() -> None:
    old, new = row(amount=2000), row(amount=2100)
    assert table(old, new).tiers_in_force(old.region, FIXED_TODAY) == (new,)
    assert table(new, old).tiers_in_force(old.region, FIXED_TODAY) == (old,)


def test_figures_are_described_by_region_and_tier() -> None:
    assert (
        KNOWN_WAGES.describe_figures("310115", PayPeriod.MONTH, FIXED_TODAY) == "310000 2740元/月"
    )
    assert KNOWN_WAGES.describe_figures("440000", PayPeriod.HOUR, FIXED_TODAY) == (
        "440000 25.4/21.9/20.2/?元/小时；440300 25.4元/小时"
    )
    assert KNOWN_WAGES.describe_figures("540100", PayPeriod.MONTH, FIXED_TODAY) == "540000 ?元/月"
