"""Pay converted between hour and month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.pay import Pay, PayPeriod, convert_pay, convert_to_monthly
from tests.domain.posting_terms_samples import hourly_pay, monthly_pay


@pytest.mark.parametrize(
    ("pay", "hours_per_day", "expected"),
    [
        (monthly_pay(2740), Decimal(3), 2740),
        (hourly_pay(20), Decimal(8), 3480),
        (hourly_pay(20), Decimal(12), 3480),
        (hourly_pay(20), Decimal("7.5"), 3262),
        (hourly_pay(15), Decimal(8), 2610),
    ],
)
def test_hourly_pay_is_converted_with_normal_hours_and_21_75_days(
    pay: Pay, hours_per_day: Decimal, expected: Any
) -> None:
    assert convert_to_monthly(pay, hours_per_day) == monthly_pay(expected)


@given(st.integers(1, 10_000), st.integers(1, 24), st.integers(1, 240_000))
def test_rounding_down_never_changes_the_comparison_with_a_minimum(
    amount: int, per_day: int, minimum: int
) -> None:
    exact = amount * min(per_day, 8) * Decimal("21.75")
    rounded = convert_to_monthly(hourly_pay(amount), Decimal(per_day)).amount
    assert (rounded >= minimum) == (exact >= minimum)


def test_pay_is_converted_to_a_month_and_an_hour() -> None:
    assert convert_pay(6000, PayPeriod.MONTH, Decimal(40)) == (6000, 34)
    assert convert_pay(30, PayPeriod.HOUR, Decimal(20)) == (2600, 30)
