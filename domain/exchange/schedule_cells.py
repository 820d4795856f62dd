"""Parses cells about working time: 长白班, 两班倒, 双休, 大小周, 月休4天, 做六休一."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.exchange.cell_parsers import (
    CellFault,
    make_enum_parser,
    normalise_text,
    shorten_for_message,
    split_words,
)
from domain.postings.postings import Shift
from domain.postings.work_schedule import NO_SCHEDULE, RestDays, WorkSchedule
from domain.screening.pattern_syntax import parse_number

_REST_WORDS = {
    **dict.fromkeys(("双休", "周末双休", "双休日", "五天制"), RestDays.TWO_A_WEEK),
    **dict.fromkeys(("单休", "六天制", "周日休息", "周末单休"), RestDays.ONE_A_WEEK),
    **dict.fromkeys(("大小周", "单双休", "大小休"), RestDays.ALTERNATING),
    **dict.fromkeys(("轮休", "排班", "调休", "排休", "排班轮休", "轮班休息"), RestDays.BY_ROSTER),
}
_DAYS_IN_AND_OUT = re.compile(r"[做上]([一二三四五六123456])休([一二三四五六123456])")
_REST_OF_MONTH = re.compile(r"(?:每)?月休([一二三四五六七八九\d]|\d\d)[天日]?", re.ASCII)
_SHIFT_WORDS = {
    **dict.fromkeys(
        ("长白班", "常白班", "正常班", "日班", "行政班", "固定白班", "朝九晚五"), Shift.DAY
    ),
    **dict.fromkeys(
        ("两班", "二班倒", "两班制", "白夜班", "白夜两班", "四班两运转", "三班两运转"),
        Shift.TWO_SHIFT,
    ),
    **dict.fromkeys(("三班", "三班制", "三班轮换", "四班三运转", "四班三倒"), Shift.THREE_SHIFT),
    **dict.fromkeys(("弹性工作", "弹性工作制", "时间自由", "自由排班", "弹性时间"), Shift.FLEXIBLE),
}
_DAYTIME = re.compile(r"[早朝][七八九789]晚[四五六456]")
"""From morning to evening: 早九晚六, 朝8晚5."""
_parse_shift_member = make_enum_parser(Shift, **_SHIFT_WORDS)


@dataclass(frozen=True, kw_only=True)
class ShiftCell:
    """The pattern of working hours, and the rest days if the cell has them."""

    shift: Shift
    schedule: WorkSchedule = NO_SCHEDULE


def parse_rest(cell: str) -> WorkSchedule:
    """Parse days of rest: 双休, 单休, 大小周, 排班轮休, 月休4天, 做六休一.

    :raises CellFault: a word is none of them.
    """
    schedule = NO_SCHEDULE
    for word in split_words(normalise_text(cell)):
        found = read_rest_word(word, schedule)
        if found is None:
            shown = shorten_for_message(word, 20)
            raise CellFault(
                "NOT_IN_THE_LIST",
                f"“{shown}” is not understood. Write for example 双休, 单休, 大小周, 轮休, "
                "月休4天.",
                f"无法识别“{shown}”，请填写如：双休、单休、大小周、轮休、月休4天。",
            )
        schedule = found
    return schedule


def read_rest_word(word: str, schedule: WorkSchedule) -> WorkSchedule | None:
    """Return the schedule with what a word says about rest days; None if it says nothing."""
    if word in _REST_WORDS:
        return replace(schedule, rest=_REST_WORDS[word])
    if word in RestDays.__members__:
        return replace(schedule, rest=RestDays[word])
    if match := _REST_OF_MONTH.fullmatch(word):
        return replace(schedule, rest_days_per_month=parse_number(match[1]))
    match = _DAYS_IN_AND_OUT.fullmatch(word)
    if match is None:
        return None
    days_in, days_out = map(parse_number, match.groups())
    if days_in + days_out != 7:
        return replace(schedule, rest=RestDays.BY_ROSTER)
    rest = {1: RestDays.ONE_A_WEEK, 2: RestDays.TWO_A_WEEK}.get(days_out)
    return replace(schedule, days_per_week=Decimal(days_in), rest=schedule.rest or rest)


def parse_shift(cell: str) -> ShiftCell:
    """Parse a pattern of working hours, with rest days if the cell has them: 长白班，双休.

    :raises CellFault: there is no pattern, or a word is not understood.
    """
    shift: Shift | None = None
    schedule = NO_SCHEDULE
    for word in split_words(normalise_text(cell)):
        rest = read_rest_word(word, schedule)
        if rest is not None:
            schedule = rest
        else:
            shift = Shift.DAY if _DAYTIME.fullmatch(word) else _parse_shift_member(word)
    if shift is None:
        shift = _parse_shift_member(cell)
    return ShiftCell(shift=shift, schedule=schedule)
