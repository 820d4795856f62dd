"""Pay as text for people: amounts without needless zeros, ranges, components."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.postings.pay import (
    FEN_PER_YUAN,
    Pay,
    PayComponent,
    PayPeriod,
    PayRate,
)

_ENGLISH_PERIODS = {
    PayPeriod.MONTH: "per month",
    PayPeriod.HOUR: "per hour",
    PayPeriod.DAY: "per day",
    PayPeriod.YEAR: "per year",
    PayPeriod.PIECE: "per piece",
}


def format_yuan(fen: int) -> str:
    """Return an amount in yuan: 6500, 25.4, 0.05."""
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return format_decimal(Decimal(fen) / FEN_PER_YUAN) if rest else str(yuan)


def yuan_number(fen: int | None) -> int | float | None:
    """Return an amount in yuan as a number for data: whole where it is whole, None for none."""
    if fen is None:
        return None
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return yuan if not rest else fen / FEN_PER_YUAN


def format_decimal(number: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    return f"{number.normalize():f}"


def format_rate(rate: PayRate) -> str:
    """Return an amount with its period in Chinese: 25.4元/小时."""
    return f"{format_yuan(rate.fen)}{rate.period.zh}"


def format_pay(pay: Pay) -> str:
    """Return the usual pay in Chinese: 6500元/月, 5000-8000元/月, 5000元/月起."""
    if pay.to_fen is None:
        return f"{format_rate(pay.lowest)}起"
    return f"{_format_range(pay.from_fen, pay.to_fen)}{pay.period.zh}"


def format_pay_in_english(pay: Pay) -> str:
    """Return the usual pay in English: 5000 to 8000 yuan per month."""
    amount = _format_range(pay.from_fen, pay.to_fen).replace("-", " to ")
    start = "from " if pay.to_fen is None else ""
    return f"{start}{amount} yuan {_ENGLISH_PERIODS[pay.period]}"


def describe_pay(pay: Pay) -> str:
    """Return everything about the pay in Chinese, in one line."""
    return "；".join((format_pay(pay), *describe_pay_details(pay)))


def describe_pay_details(pay: Pay) -> Iterator[str]:
    """Yield what is known of the pay beside its amounts, each as a Chinese phrase."""
    if pay.guaranteed is not None:
        yield f"底薪{format_rate(pay.guaranteed)}"
    if pay.months is not None:
        yield f"{format_decimal(pay.months)}薪"
    yield from map(describe_component, pay.components)
    if pay.settlement is not None:
        yield pay.settlement.zh
    if pay.payday is not None:
        yield f"每月{pay.payday}日发薪"


def describe_component(component: PayComponent) -> str:
    """Return a component in Chinese: 提成3%（按销售额）, 餐补300元/月."""
    text = component.kind.zh
    if component.percent is not None:
        text += f"{format_decimal(component.percent)}%"
    if component.from_fen is not None:
        unit = component.unit.zh if component.unit is not None else "元"
        text += f"{_format_range(component.from_fen, component.to_fen)}{unit}"
        text += "起" if component.to_fen is None else ""
    return f"{text}（{component.note}）" if component.note else text


def _format_range(from_fen: int, to_fen: int | None) -> str:
    lowest = format_yuan(from_fen)
    return lowest if to_fen in {None, from_fen} else f"{lowest}-{format_yuan(to_fen or 0)}"
