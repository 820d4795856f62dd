"""A pay that is ten times the usual, or a tenth, is asked back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.pay import Pay, PayPeriod, PayRate, fixed_pay
from domain.postings.usual_pay import check_pay_is_usual, find_usual_yuan, is_unusual
from domain.refusals import PayUnusual


def pay(from_yuan: int, to_yuan: int | None = None, period: PayPeriod = PayPeriod.MONTH) -> Pay:
    upper = None if to_yuan is None else to_yuan * 100
    return Pay(from_fen=from_yuan * 100, to_fen=upper, period=period)


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (pay(6_000), False),
        (pay(59_999), False),
        (pay(60_000), True),
        (pay(601), False),
        (pay(600), True),
        (pay(5_000, 60_000), True),
        (pay(600, 6_000), True),
        (pay(6_000, period=PayPeriod.HOUR), True),
        (pay(25, period=PayPeriod.HOUR), False),
        (pay(25, period=PayPeriod.MONTH), True),
        (pay(300, period=PayPeriod.DAY), False),
        (pay(72_000, period=PayPeriod.YEAR), False),
        (pay(6_000, period=PayPeriod.YEAR), True),
        (pay(0), False),
        (pay(1, period=PayPeriod.PIECE), False),
    ],
)
def test_both_ends_are_compared_as_full_time_work(offered: Pay, *, expected: bool) -> None:
    assert is_unusual(offered, 6_000) is expected


def test_piece_work_counts_with_its_guaranteed_pay() -> None:
    basic = PayRate(fen=60_000, period=PayPeriod.MONTH)
    piece = Pay(from_fen=50, to_fen=50, period=PayPeriod.PIECE, guaranteed=basic)
    assert is_unusual(piece, 6_000)


def test_the_refusal_says_what_to_check() -> None:
    check_pay_is_usual(pay(6_000), 6_000)
    with pytest.raises(PayUnusual) as caught:
        check_pay_is_usual(fixed_pay(65_000, PayPeriod.MONTH), 6_000)
    assert caught.value.field == ("input", "pay")
    assert "65000 yuan per month is far from the usual 6000 yuan" in caught.value.message
    assert "65000元/月" in caught.value.message_zh


def test_the_median_needs_ten_postings_with_a_pay() -> None:
    assert find_usual_yuan([5_000] * 9) is None
    assert find_usual_yuan([5_000] * 9 + [0]) is None
    assert find_usual_yuan([5_000] * 5 + [6_000] * 5 + [900_000]) == 6_000


@given(st.integers(700, 59_000))
def test_a_pay_within_the_factor_is_never_asked_back(yuan: int) -> None:
    assert not is_unusual(pay(yuan), 6_000)
