"""The usual pay of an occupation and place, and the check that finds slips of the pen.

A pay that is ten times the usual, or a tenth, mostly has a zero too many, or the wrong period.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from domain.postings.pay import (
    FEN_PER_YUAN,
    NORMAL_HOURS_PER_DAY,
    Pay,
    PayPeriod,
    PayRate,
    convert_to_monthly,
)
from domain.postings.pay_text import format_pay, format_pay_in_english
from domain.refusals import PayUnusual

USUAL_FACTOR = 10
MAX_POSTINGS_COMPARED = 500
"""The newest open postings that the median is of."""
MIN_POSTINGS_COMPARED = 10
"""With fewer open postings the usual pay of a wider region counts."""
NATIONAL_USUAL_YUAN = 5_790
"""Yuan a month, where no postings can be compared.

Average wage in urban private units in 2024, 69,476 yuan a year (国家统计局, 2025-05; taken from a
secondary source, so it only asks back and never decides).
"""


def find_usual_yuan(monthly_yuan: Sequence[int]) -> int | None:
    """Return the median of pays in yuan a month; None for too few of them. 0 is no pay."""
    known = [yuan for yuan in monthly_yuan if yuan > 0]
    return int(median(known)) if len(known) >= MIN_POSTINGS_COMPARED else None


def is_unusual(pay: Pay, usual_yuan: int) -> bool:
    """Whether an end of the pay is ten times ``usual_yuan`` a month or more, or a tenth or less.

    A pay of an hour or a day counts as full-time work. Piece work counts with its guaranteed pay.
    """
    usual_fen = usual_yuan * FEN_PER_YUAN
    ends = (pay.lowest, pay.highest) if pay.period is not PayPeriod.PIECE else (pay.guaranteed,)
    monthly = [_full_time_fen(rate) for rate in ends if rate is not None and rate.fen > 0]
    return any(
        fen >= usual_fen * USUAL_FACTOR or fen * USUAL_FACTOR <= usual_fen for fen in monthly
    )


def check_pay_is_usual(pay: Pay, usual_yuan: int) -> None:
    """Check that a pay is not ten times the usual or a tenth of it.

    :raises PayUnusual: it is.
    """
    if not is_unusual(pay, usual_yuan):
        return
    raise PayUnusual(
        f"{format_pay_in_english(pay).capitalize()} is far from the usual {usual_yuan} yuan per "
        "month of this occupation and place. Check the zeros and the period. If it is right, "
        "confirm it.",
        f"{format_pay(pay)}与当地同类岗位的通常水平（约{usual_yuan}元/月）相差十倍以上，请核对是否多写或"
        "少写了零、计薪周期是否选错；确认无误的，请勾选“工资已核对”后再提交。",
        field=("input", "pay"),
        hint="Send it again with `payConfirmed: true`.",
    )


def _full_time_fen(rate: PayRate) -> Decimal:
    monthly = convert_to_monthly(rate, NORMAL_HOURS_PER_DAY)
    return Decimal(monthly.fen if monthly else 0)
