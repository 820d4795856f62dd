"""Pay: whole yuan with a period, and the conversion between a month and an hour."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import floor

from domain.labels import Labelled

PAID_DAYS_PER_MONTH = Decimal("21.75")
"""A monthly wage pays 21.75 days (劳社部发〔2008〕3号, based on 劳动法 art. 51)."""
NORMAL_HOURS_PER_DAY = Decimal(8)
"""劳动法 art. 36."""
PAID_HOURS_PER_MONTH = int(PAID_DAYS_PER_MONTH * NORMAL_HOURS_PER_DAY)
"""174 hours."""
WEEKS_PER_YEAR = 52


class PayPeriod(Labelled):
    """The period that an amount of pay is for."""

    MONTH = "MONTH", "元/月"
    HOUR = "HOUR", "元/小时"


@dataclass(frozen=True, kw_only=True)
class Pay:
    """Basic pay in whole yuan per ``period``, without overtime, shift and heat allowances."""

    amount: int
    period: PayPeriod


def convert_to_monthly(pay: Pay, hours_per_day: Decimal) -> Pay:
    """Return what full-time work pays in a month, rounded down to whole yuan.

    An hourly pay is multiplied by the normal hours of a day and by 21.75 days. Hours above eight
    do not count: pay for overtime is not part of the minimum wage (最低工资规定 art. 12). Minimum
    wages are whole yuan, so rounding down never changes a comparison with them.
    """
    if pay.period is PayPeriod.MONTH:
        return pay
    hours = min(hours_per_day, NORMAL_HOURS_PER_DAY)
    return Pay(amount=floor(pay.amount * hours * PAID_DAYS_PER_MONTH), period=PayPeriod.MONTH)


def convert_pay(amount: int, period: PayPeriod, hours_per_week: Decimal) -> tuple[int, int]:
    """Return a pay per month and per hour, in whole yuan, rounded down.

    An hourly pay is multiplied by the hours that are really worked in an average month.
    """
    if period is PayPeriod.MONTH:
        return amount, amount // PAID_HOURS_PER_MONTH
    return int(amount * hours_per_week * WEEKS_PER_YEAR / 12), amount
