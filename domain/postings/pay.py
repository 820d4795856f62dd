"""Pay: amounts in whole fen (0.01 yuan) for a period, and conversions to a month and an hour."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import floor

from domain.labels import Labelled

FEN_PER_YUAN = 100
PAID_DAYS_PER_MONTH = Decimal("21.75")
"""A monthly wage pays 21.75 days (劳社部发〔2008〕3号, based on 劳动法 art. 51)."""
NORMAL_HOURS_PER_DAY = Decimal(8)
"""劳动法 art. 36."""
PAID_HOURS_PER_MONTH = int(PAID_DAYS_PER_MONTH * NORMAL_HOURS_PER_DAY)
"""174 hours."""
WEEKS_PER_YEAR = 52
MONTHS_PER_YEAR = 12


class PayPeriod(Labelled):
    """What an amount of pay is for: a period, or a piece of work."""

    MONTH = "MONTH", "元/月"
    HOUR = "HOUR", "元/小时"
    DAY = "DAY", "元/天"
    YEAR = "YEAR", "元/年"
    PIECE = "PIECE", "元/件"


class PaySettlement(Labelled):
    """When the pay is handed over (结算方式)."""

    DAILY = "DAILY", "日结"
    WEEKLY = "WEEKLY", "周结"
    MONTHLY = "MONTHLY", "月结"
    PER_JOB = "PER_JOB", "完工结", "When the job is done"


class PayComponentKind(Labelled):
    """A part of the pay beyond the amounts of ``Pay`` (工资组成)."""

    COMMISSION = "COMMISSION", "提成"
    BONUS = "BONUS", "奖金"
    PIECE_RATE = "PIECE_RATE", "计件"
    PERFORMANCE = "PERFORMANCE", "绩效"
    OVERTIME = "OVERTIME", "加班费", "Overtime pay"
    FULL_ATTENDANCE = "FULL_ATTENDANCE", "全勤奖"
    YEAR_END_BONUS = "YEAR_END_BONUS", "年终奖", "Year-end bonus"
    SENIORITY = "SENIORITY", "工龄工资", "Seniority pay"
    MEAL_ALLOWANCE = "MEAL_ALLOWANCE", "餐补"
    HOUSING_ALLOWANCE = "HOUSING_ALLOWANCE", "房补"
    TRANSPORT_ALLOWANCE = "TRANSPORT_ALLOWANCE", "交通补贴"
    NIGHT_ALLOWANCE = "NIGHT_ALLOWANCE", "夜班补贴"
    HEAT_ALLOWANCE = "HEAT_ALLOWANCE", "高温补贴"
    SKILL_ALLOWANCE = "SKILL_ALLOWANCE", "技能津贴"
    OTHER = "OTHER", "其他"


class ComponentUnit(Labelled):
    """What the amount of a component is for."""

    HOUR = "HOUR", "元/小时"
    SHIFT = "SHIFT", "元/班"
    DAY = "DAY", "元/天"
    MONTH = "MONTH", "元/月"
    YEAR = "YEAR", "元/年"
    PIECE = "PIECE", "元/件"
    ONCE = "ONCE", "元（一次性）"


@dataclass(frozen=True, kw_only=True)
class PayRate:
    """An amount in whole fen for a period."""

    fen: int
    period: PayPeriod

    @property
    def yuan(self) -> Decimal:
        """The amount in yuan, exact to the fen."""
        return Decimal(self.fen) / FEN_PER_YUAN


@dataclass(frozen=True, kw_only=True)
class PayComponent:
    """A part of the pay, such as a commission, with an amount or a percentage if one is stated.

    ``from_fen`` and ``to_fen`` are whole fen per ``unit``; equal for a single amount, and
    ``to_fen`` None for "or more". ``percent`` is of what ``note`` says. ``note`` is free text.
    """

    kind: PayComponentKind
    from_fen: int | None = None
    to_fen: int | None = None
    unit: ComponentUnit | None = None
    percent: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Pay:
    """What is usually paid for normal hours: from ``from_fen`` to ``to_fen`` per ``period``.

    The amounts are whole fen; equal for a single amount, and ``to_fen`` None for "or more".
    ``guaranteed`` is the basic pay that everybody gets for normal hours. It alone is compared with
    the minimum wage; without it ``from_fen`` is. ``months`` is the number of monthly wages a year
    (13薪), ``payday`` the day of the month. ``components`` come in the order of the advert.
    """

    from_fen: int
    to_fen: int | None
    period: PayPeriod
    guaranteed: PayRate | None = None
    months: Decimal | None = None
    payday: int | None = None
    settlement: PaySettlement | None = None
    components: tuple[PayComponent, ...] = ()

    @property
    def lowest(self) -> PayRate:
        """The lower end of the range."""
        return PayRate(fen=self.from_fen, period=self.period)

    @property
    def highest(self) -> PayRate:
        """The upper end of the range; the lower one if there is no upper one."""
        fen = self.from_fen if self.to_fen is None else self.to_fen
        return PayRate(fen=fen, period=self.period)

    @property
    def certain(self) -> PayRate | None:
        """What is compared with the minimum wage; None for piece work without a guaranteed pay."""
        if self.guaranteed is not None:
            return self.guaranteed
        return None if self.period is PayPeriod.PIECE else self.lowest


def to_fen(yuan: Decimal | int) -> int:
    """Return an amount of yuan, exact to the fen, in fen."""
    return int(yuan * FEN_PER_YUAN)


def fixed_pay(yuan: Decimal | int, period: PayPeriod) -> Pay:
    """Return the pay of a single amount."""
    fen = to_fen(yuan)
    return Pay(from_fen=fen, to_fen=fen, period=period)


def convert_to_monthly(rate: PayRate, hours_per_day: Decimal) -> PayRate | None:
    """Return what full-time work pays in a month, rounded down to whole fen; None for piece work.

    Pay of an hour or a day is multiplied by the normal hours of a day and by 21.75 days. Hours
    above eight do not count: pay for overtime is not part of the minimum wage (最低工资规定
    art. 12). Minimum wages are whole fen, so rounding down never changes a comparison with them.
    """
    if rate.period is PayPeriod.MONTH:
        return rate
    if rate.period is PayPeriod.YEAR:
        return PayRate(fen=rate.fen // MONTHS_PER_YEAR, period=PayPeriod.MONTH)
    if rate.period is PayPeriod.PIECE:
        return None
    normal_hours = min(hours_per_day, NORMAL_HOURS_PER_DAY)
    fen = rate.fen * normal_hours * PAID_DAYS_PER_MONTH
    if rate.period is PayPeriod.DAY:
        fen /= hours_per_day
    return PayRate(fen=floor(fen), period=PayPeriod.MONTH)


def convert_to_hourly(rate: PayRate, hours_per_day: Decimal) -> PayRate | None:
    """Return what an hour of normal work pays, rounded down to whole fen; None for piece work."""
    if rate.period is PayPeriod.HOUR:
        return rate
    if rate.period is PayPeriod.DAY:
        return PayRate(fen=floor(rate.fen / hours_per_day), period=PayPeriod.HOUR)
    monthly = convert_to_monthly(rate, hours_per_day)
    if monthly is None:
        return None
    return PayRate(fen=monthly.fen // PAID_HOURS_PER_MONTH, period=PayPeriod.HOUR)


def convert_pay(
    rate: PayRate, hours_per_day: Decimal, hours_per_week: Decimal
) -> tuple[int, int] | None:
    """Return a pay per month and per hour, in whole yuan, rounded down; None for piece work.

    Pay of an hour or a day is multiplied by the hours that are really worked in an average month.
    """
    hourly = convert_to_hourly(rate, hours_per_day)
    if hourly is None:
        return None
    if rate.period in {PayPeriod.MONTH, PayPeriod.YEAR}:
        per_month = rate.fen // (1 if rate.period is PayPeriod.MONTH else MONTHS_PER_YEAR)
    else:
        per_week = rate.fen * hours_per_week
        if rate.period is PayPeriod.DAY:
            per_week /= hours_per_day
        per_month = floor(per_week * WEEKS_PER_YEAR / MONTHS_PER_YEAR)
    return per_month // FEN_PER_YUAN, hourly.fen // FEN_PER_YUAN
