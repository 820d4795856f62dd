"""Pay converted between hour and month."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.pay import (
    Pay,
    PayPeriod,
    PayRate,
    convert_pay,
    convert_to_hourly,
    convert_to_monthly,
    fixed_pay,
)
from tests.domain.posting_terms_samples import hourly_pay, monthly_pay


@pytest.mark.parametrize(
    ("pay", "hours_per_day", "expected"),
    [
        (monthly_pay(2740), Decimal(3), 2740),
        (hourly_pay(20), Decimal(8), 3480),
        (hourly_pay(20), Decimal(12), 3480),
        (hourly_pay(20), Decimal("7.5"), Decimal("3262.5")),
        (hourly_pay(15), Decimal(8), 2610),
    ],
)
def test_hourly_pay_is_converted_with_normal_hours_and_21_75_days(
    pay: Pay, hours_per_day: Decimal, expected: Any
) -> None:
    assert convert_to_monthly(pay.lowest, hours_per_day) == monthly_pay(expected).lowest


def rate(fen: int, period: PayPeriod) -> PayRate:
    return PayRate(fen=fen, period=period)


@pytest.mark.parametrize(
    ("given_rate", "hours_per_day", "monthly_fen", "hourly_fen"),
    [
        (rate(20_000, PayPeriod.DAY), Decimal(8), 435_000, 2_500),
        # Two of ten hours are overtime.
        (rate(20_000, PayPeriod.DAY), Decimal(10), 348_000, 2_000),
        (rate(7_200_000, PayPeriod.YEAR), Decimal(8), 600_000, 3_448),
        (rate(2_540, PayPeriod.HOUR), Decimal(8), 441_960, 2_540),
        (rate(600_001, PayPeriod.MONTH), Decimal(8), 600_001, 3_448),
    ],
)
def test_every_period_is_converted_to_a_month_and_an_hour(
    given_rate: PayRate, hours_per_day: Decimal, monthly_fen: int, hourly_fen: int
) -> None:
    monthly = convert_to_monthly(given_rate, hours_per_day)
    assert monthly == rate(monthly_fen, PayPeriod.MONTH)
    assert convert_to_hourly(given_rate, hours_per_day) == rate(hourly_fen, PayPeriod.HOUR)


def test_piece_work_cannot_be_converted() -> None:
    piece = rate(50, PayPeriod.PIECE)
    assert convert_to_monthly(piece, Decimal(8)) is None
    assert convert_to_hourly(piece, Decimal(8)) is None
    assert convert_pay(piece, Decimal(8), Decimal(40)) is None


@given(st.integers(1, 1_000_000), st.integers(1, 24), st.integers(1, 24_000_000))
def test_rounding_down_never_changes_the_comparison_with_a_minimum(
    fen: int, per_day: int, minimum: int
) -> None:
    exact = fen * min(per_day, 8) * Decimal("21.75")
    rounded = convert_to_monthly(rate(fen, PayPeriod.HOUR), Decimal(per_day))
    assert rounded is not None
    assert (rounded.fen >= minimum) == (exact >= minimum)


def test_pay_is_converted_to_whole_yuan_of_a_month_and_an_hour() -> None:
    assert convert_pay(monthly_pay(6000).lowest, Decimal(8), Decimal(40)) == (6000, 34)
    assert convert_pay(hourly_pay(30).lowest, Decimal(4), Decimal(20)) == (2600, 30)
    assert convert_pay(rate(20_050, PayPeriod.DAY), Decimal(10), Decimal(60)) == (5213, 20)
    assert convert_pay(rate(7_200_000, PayPeriod.YEAR), Decimal(8), Decimal(40)) == (6000, 34)


def test_the_guaranteed_pay_is_what_is_certain() -> None:
    usual = fixed_pay(6000, PayPeriod.MONTH)
    basic = rate(274_000, PayPeriod.MONTH)
    assert usual.certain == usual.lowest
    assert replace(usual, guaranteed=basic).certain == basic
    piece = fixed_pay(Decimal("0.05"), PayPeriod.PIECE)
    assert piece.certain is None
    assert replace(piece, guaranteed=basic).certain == basic
    assert (piece.from_fen, piece.lowest.yuan) == (5, Decimal("0.05"))


def test_an_open_range_has_its_lower_end_twice() -> None:
    pay = Pay(from_fen=500_000, to_fen=None, period=PayPeriod.MONTH)
    assert pay.lowest == pay.highest == rate(500_000, PayPeriod.MONTH)
