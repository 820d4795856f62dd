from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import AlreadyExists, InvalidInput
from domain.postings.pay import Pay, PayPeriod
from domain.reference.regions import is_place_code
from domain.screening.minimum_wages import (
    KNOWN_WAGES,
    Grade,
    MinimumWage,
    Verdict,
    WageTable,
    monthly_equivalent,
    verdict,
    verified,
)
from tests.domain.samples import ON, hourly, monthly, pays, places
from tests.support import records

START = date(2026, 1, 1)


def row(region: str = "360000", tier: int = 1, amount: int = 2000, **changes: Any) -> MinimumWage:
    values: dict[str, Any] = {"effective_from": START, "grade": Grade.A} | changes
    return MinimumWage(region=region, tier=tier, monthly=amount, **values)


def table(*rows: MinimumWage) -> WageTable:
    return WageTable(rows=rows)


@pytest.mark.parametrize(
    ("place", "pay", "expected"),
    [
        ("310115", monthly(2740), Verdict.PASS),
        ("310115", monthly(2739), Verdict.BELOW),
        ("310115", hourly(25), Verdict.PASS),
        ("310115", hourly(24), Verdict.BELOW),
        ("110101", monthly(2540), Verdict.PASS),
        ("110101", hourly(28), Verdict.PASS),
        ("110101", hourly(27), Verdict.BELOW),
        ("440305", monthly(2700), Verdict.PASS),
        ("440305", monthly(2699), Verdict.BELOW),
        ("440300", hourly(25), Verdict.BELOW),
        ("520100", monthly(2130), Verdict.PASS),
        ("520100", monthly(2129), Verdict.TO_PERSON),
        ("520100", monthly(1890), Verdict.TO_PERSON),
        ("520100", monthly(1889), Verdict.BELOW),
        ("520100", hourly(19), Verdict.BELOW),
    ],
)
def test_a_trusted_figure_decides_to_the_yuan(place: str, pay: Pay, expected: Any) -> None:
    assert verdict(KNOWN_WAGES, place, pay, ON) is expected


def test_below_a_lowest_tier_that_is_not_known_a_person_decides() -> None:
    assert verdict(KNOWN_WAGES, "440106", monthly(2680), ON) is Verdict.PASS
    assert verdict(KNOWN_WAGES, "440106", monthly(2039), ON) is Verdict.TO_PERSON
    assert verdict(KNOWN_WAGES, "440106", hourly(1), ON) is Verdict.TO_PERSON


def test_a_job_anywhere_in_a_province_must_suit_each_region_in_it() -> None:
    assert verdict(KNOWN_WAGES, "440000", monthly(2690), ON) is Verdict.TO_PERSON
    assert verdict(KNOWN_WAGES, "440000", monthly(2700), ON) is Verdict.PASS


def test_the_first_tier_of_jiangsu_is_trusted_and_the_others_are_not() -> None:
    assert verdict(KNOWN_WAGES, "320500", monthly(2660), ON) is Verdict.PASS
    assert verdict(KNOWN_WAGES, "320500", monthly(2659), ON) is Verdict.TO_PERSON
    assert verdict(KNOWN_WAGES, "320500", monthly(1), ON) is Verdict.TO_PERSON


@pytest.mark.parametrize("place", ["330402", "610100", "230100", "350200", "510100", "500101"])
@given(pay=pays)
def test_an_unverified_figure_never_decides(place: str, pay: Pay) -> None:
    assert verdict(KNOWN_WAGES, place, pay, ON) is Verdict.TO_PERSON


@pytest.mark.parametrize("place", ["420100", "430100"])
@given(pay=pays)
def test_a_figure_without_its_date_never_decides(place: str, pay: Pay) -> None:
    assert verdict(KNOWN_WAGES, place, pay, ON) is Verdict.TO_PERSON


@given(pays)
def test_a_region_without_figures_goes_to_a_person(pay: Pay) -> None:
    assert verdict(KNOWN_WAGES, "540100", pay, ON) is Verdict.TO_PERSON


def test_a_figure_counts_from_its_first_day() -> None:
    day_before = date(2026, 8, 31)
    assert verdict(KNOWN_WAGES, "440305", monthly(9000), day_before) is Verdict.TO_PERSON
    assert verdict(KNOWN_WAGES, "440305", monthly(9000), date(2026, 9, 1)) is Verdict.PASS


def test_a_region_with_rows_of_its_own_is_never_judged_by_its_province() -> None:
    own = table(row(), row("360100", amount=2500, effective_from=date(2027, 1, 1)))
    assert verdict(own, "360102", monthly(2600), ON) is Verdict.TO_PERSON
    assert verdict(own, "360102", monthly(2600), date(2027, 1, 1)) is Verdict.PASS
    assert verdict(own, "360200", monthly(2600), ON) is Verdict.PASS


def test_a_county_named_by_a_row_is_judged_by_that_row() -> None:
    own = table(row(amount=2500), row("360102", amount=2100))
    assert verdict(own, "360102", monthly(2100), ON) is Verdict.PASS
    assert verdict(own, "360103", monthly(2100), ON) is Verdict.BELOW


def test_the_latest_row_of_a_tier_counts() -> None:
    rows = [
        row(amount=1900, effective_from=None),
        row(amount=2000),
        row(amount=2200, effective_from=date(2026, 7, 1)),
        row(amount=2400, effective_from=date(2027, 1, 1)),
    ]
    for order in (rows, rows[::-1]):
        assert table(*order).in_force("360000", ON) == (rows[2],)
        assert verdict(table(*order), "360102", monthly(2200), ON) is Verdict.PASS


def test_of_rows_of_the_same_day_a_verified_one_counts() -> None:
    rows = [row(amount=2000), row(amount=2500, grade=Grade.UNVERIFIED)]
    for order in (rows, rows[::-1]):
        assert table(*order).in_force("360000", ON) == (rows[0],)


def test_a_correction_further_down_the_table_counts() -> None:
    wrong, right = row(amount=2000), row(amount=2100)
    assert table(wrong, right).in_force("360000", ON) == (right,)


def test_without_its_first_tier_nothing_passes() -> None:
    assert verdict(table(row(tier=2)), "360102", monthly(9999), ON) is Verdict.TO_PERSON


def test_only_a_verified_row_with_a_date_is_trusted() -> None:
    assert row().is_trusted
    assert not row(effective_from=None).is_trusted
    assert not row(grade=Grade.UNVERIFIED).is_trusted
    assert row().minimum(PayPeriod.MONTH) == 2000
    assert row().minimum(PayPeriod.HOUR) is None


def test_the_known_figures_are_ordered_marked_and_placed() -> None:
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
def test_more_pay_never_makes_a_verdict_worse(one: Pay, other: Pay, place: str) -> None:
    rank = [Verdict.BELOW, Verdict.TO_PERSON, Verdict.PASS]
    less, more = sorted((one.amount, other.amount))
    of_less = verdict(KNOWN_WAGES, place, type(one)(amount=less, period=one.period), ON)
    of_more = verdict(KNOWN_WAGES, place, type(one)(amount=more, period=one.period), ON)
    assert rank.index(of_less) <= rank.index(of_more)


@pytest.mark.parametrize(
    ("pay", "hours_per_day", "expected"),
    [
        (monthly(2740), Decimal(3), 2740),
        (hourly(20), Decimal(8), 3480),
        (hourly(20), Decimal(12), 3480),
        (hourly(20), Decimal("7.5"), 3262),
        (hourly(15), Decimal(8), 2610),
    ],
)
def test_hour_pay_comes_to_its_normal_hours_on_21_75_days(
    pay: Pay, hours_per_day: Decimal, expected: Any
) -> None:
    assert monthly_equivalent(pay, hours_per_day) == monthly(expected)


@given(st.integers(1, 10_000), st.integers(1, 24), st.integers(1, 240_000))
def test_rounding_down_never_changes_the_comparison_with_a_minimum(
    amount: int, per_day: int, minimum: int
) -> None:
    exact = amount * min(per_day, 8) * Decimal("21.75")
    rounded = monthly_equivalent(hourly(amount), Decimal(per_day)).amount
    assert (rounded >= minimum) == (exact >= minimum)


def test_a_row_is_verified_once_and_only_with_its_notice() -> None:
    added = records.wage_row()
    vouched = verified(added, "next", by="officer", at=records.AT)
    assert (vouched.id, vouched.grade, vouched.verified_by) == ("next", Grade.A, "officer")
    assert vouched.is_trusted
    with pytest.raises(AlreadyExists):
        verified(vouched, "third", by="officer", at=records.AT)
    for bare in (
        replace(added, doc_no=None),
        replace(added, source_url=None),
        replace(added, effective_from=None),
    ):
        with pytest.raises(InvalidInput):
            verified(bare, "next", by="officer", at=records.AT)


def test_a_later_row_takes_the_place_of_one_for_the_same_day() -> None:
    old, new = row(amount=2000), row(amount=2100)
    assert table(old, new).in_force(old.region, ON) == (new,)
    assert table(new, old).in_force(old.region, ON) == (old,)


def test_what_a_pay_was_compared_with_is_told() -> None:
    assert KNOWN_WAGES.told("310115", PayPeriod.MONTH, ON) == "310000 2740元/月"
    assert KNOWN_WAGES.told("440000", PayPeriod.HOUR, ON) == (
        "440000 25.4/21.9/20.2/?元/小时；440300 25.4元/小时"
    )
    assert KNOWN_WAGES.told("540100", PayPeriod.MONTH, ON) == "540000 ?元/月"
