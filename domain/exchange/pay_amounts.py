"""Finds amounts of yuan in texts: 6500元, 5000-8000/月, 6k-8k, 0.6万, 5000起, 260元/天."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from domain.exchange.cell_parsers import CellFault, normalise_text
from domain.postings.pay import FEN_PER_YUAN, PayPeriod

_PERIODS_OF_WORDS = {
    **dict.fromkeys(("月", "个月", "month"), PayPeriod.MONTH),
    **dict.fromkeys(("小时", "时", "钟头", "h", "hour"), PayPeriod.HOUR),
    **dict.fromkeys(("天", "日", "工", "day"), PayPeriod.DAY),
    **dict.fromkeys(("年", "year"), PayPeriod.YEAR),
    **dict.fromkeys(("件", "个", "单", "趟", "只", "条", "票", "台"), PayPeriod.PIECE),
}
_NUMBER = r"(?<![\d.])(\d{1,9}(?:\.\d{1,4})?)(?![\d.])\s*(万|w|k|千|百)?\s*(?:元|块钱?|rmb|¥)?"
_PERIOD = rf"(?:\s*(?:/|每|一|p)\s*({'|'.join(sorted(_PERIODS_OF_WORDS, key=len, reverse=True))}))?"
_AMOUNT = re.compile(
    rf"(?:¥\s*)?{_NUMBER}{_PERIOD}(?:\s*-\s*{_NUMBER}{_PERIOD})?\s*(起|以上|\+|及以上|以下|以内|封顶)?",
    re.ASCII,
)
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*%", re.ASCII)
THOUSANDS_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.ASCII)
_MULTIPLES = {"万": 10_000, "w": 10_000, "k": 1_000, "千": 1_000, "百": 100, "": 1}
_UPPER_ONLY = ("最高", "高达", "不超过")


@dataclass(frozen=True)
class Amount:
    """An amount or a range in fen, and the text around it.

    ``to_fen`` is None for "or more".
    """

    from_fen: int
    to_fen: int | None
    period: PayPeriod | None
    rest: str
    is_upper_only: bool


def parse_amount(cell: str) -> int:
    """Parse a single amount of yuan in fen: 6500, 6,500元, 0.6万, 6.5k, 25.4.

    :raises CellFault: the text is no such amount.
    """
    amount = find_amount(THOUSANDS_SEPARATOR.sub("", normalise_text(cell).lower()))
    if amount is None or amount.rest.strip() or amount.from_fen != amount.to_fen:
        raise CellFault("NOT_AN_AMOUNT", "Give one amount in yuan.", "请填写一个金额（元）。")
    return amount.from_fen


def parse_probation(cell: str) -> int | Decimal:
    """Parse the pay of the probation: an amount in fen, or a percentage of the pay as a Decimal.

    :raises CellFault: the text is neither.
    """
    percent = PERCENT.fullmatch(normalise_text(cell).removeprefix("转正工资"))
    return Decimal(percent[1]) if percent else parse_amount(cell)


def find_amount(text: str) -> Amount | None:
    """Return the first amount or range of a text; None without a number.

    :raises CellFault: an amount is not a whole number of fen.
    """
    match = _AMOUNT.search(text)
    if match is None:
        return None
    low, low_unit, low_period, high, high_unit, high_period, suffix = match.groups()
    if high is not None and not low_unit and high_unit and Decimal(low) < Decimal(high):
        low_unit = high_unit
    from_fen = _to_whole_fen(low, low_unit)
    to_fen = from_fen if high is None else _to_whole_fen(high, high_unit)
    word = high_period or low_period
    is_open = suffix in {"起", "以上", "+", "及以上"}
    return Amount(
        from_fen=from_fen,
        to_fen=None if is_open and high is None else to_fen,
        period=_PERIODS_OF_WORDS[word] if word else None,
        rest=f"{text[: match.start()]} {text[match.end() :]}",
        is_upper_only=high is None
        and (suffix in {"以下", "以内", "封顶"} or any(each in text for each in _UPPER_ONLY)),
    )


def _to_whole_fen(number: str, unit: str | None) -> int:
    fen = Decimal(number) * _MULTIPLES[unit or ""] * FEN_PER_YUAN
    if fen % 1:
        raise CellFault(
            "NOT_A_WHOLE_FEN",
            "Give at most two decimals of a yuan.",
            "金额最多保留两位小数（分）。",
        )
    return int(fen)
