"""Parses cells that hold words rather than values: 若干人, 长期有效, 大专以上, 3年经验.

What is understood only with an assumption is returned as a ``CellReading``, which says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.exchange.cell_parsers import (
    CellFault,
    CellReading,
    normalise_text,
    parse_date,
    parse_int,
)
from domain.exchange.written_numbers import write_in_digits
from domain.postings.requirements import CodedText, RequiredEducation
from domain.screening.pattern_syntax import parse_number

OPEN_ENDED = date.max
"""Stands for the last day of a job without one (长期有效); the import makes it a year from now."""

_PEOPLE = re.compile(
    r"(?:(?:招聘?|需|急招)\s*)?(约|大约|大概|至少|不少于)?\s*(\d{1,6})\s*"
    r"([-~～—–至到]\s*\d{1,6}|余|多|来|几)?\s*(?:人|名|位|个)?\s*(以上|左右|上下|起)?",
    re.ASCII,
)
_LONE_NUMBER = re.compile(r"[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]")
_SOME_PEOPLE = frozenset(
    {
        *("若干", "若干人", "若干名", "多人", "多名", "数名", "数人", "几名", "几人"),
        *("大量", "批量", "不限", "人数不限", "名额不限", "不限人数"),
    }
)
_OPEN_ENDED_WORDS = frozenset(
    {
        "长期",
        "长期有效",
        "长期招聘",
        "长期招工",
        "长期招",
        "常年",
        "常年有效",
        "常年招聘",
        "常年招工",
        "招满为止",
        "招满即止",
        "招满截止",
        "招满结束",
        "招到为止",
        "额满为止",
        "不限",
        "无期限",
        "无限期",
        "永久",
        "永久有效",
    }
)
_AROUND_A_DAY = re.compile(r"^(?:有效期)?(?:截止到|截至|截止|至|到)\s*|\s*(?:止|前|之前|截止)$")
_EDUCATION_WORDS = {
    **dict.fromkeys(("不限", "无要求", "无学历要求", "不要求"), RequiredEducation.NONE),
    **dict.fromkeys(("初中",), RequiredEducation.JUNIOR),
    **dict.fromkeys(("中专", "技校", "职高", "中技", "中职"), RequiredEducation.VOCATIONAL),
    **dict.fromkeys(("高中",), RequiredEducation.SENIOR),
    **dict.fromkeys(("大专", "专科", "高职"), RequiredEducation.COLLEGE),
    **dict.fromkeys(("本科", "大学", "学士"), RequiredEducation.BACHELOR),
    **dict.fromkeys(("硕士", "研究生"), RequiredEducation.MASTER),
    "博士": RequiredEducation.DOCTOR,
}
_EDUCATION_FILLERS = re.compile(r"及以上|以上|学历|毕业|文化|程度|[()/、或及,]|\s")
_NO_EXPERIENCE = (
    "不限",
    "无经验",
    "无要求",
    "不要求",
    "无需经验",
    "应届",
    "小白",
    "生手",
    "零基础",
)
_EXPERIENCE = re.compile(
    r"(\d{1,3}|[一二两三四五六七八九十半])\s*(?:[-~至到]\s*[\d一二三四五六七八九十]+\s*)?(年|个月|月)",
    re.ASCII,
)
_EXPERIENCE_FILLERS = re.compile(r"及以上|以上|工作|相关|经验|经历|[(),，]|\s")


@dataclass(frozen=True, kw_only=True)
class EducationCell:
    """The lowest education, and the employer's words if they say more."""

    education: RequiredEducation | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class ExperienceCell:
    """The months of experience, and the employer's words if they say more."""

    months: int | None = None
    text: str = ""


def parse_headcount(cell: str) -> Any:
    """Parse a number of people: 3, 3人, 五名; 若干, 约10人 and 10-20人 with a note.

    :raises CellFault: the text is no number of people.
    """
    text = normalise_text(cell)
    if text in _SOME_PEOPLE:
        return CellReading(1, _headcount_note(1))
    plain = _LONE_NUMBER.sub(lambda found: str(parse_number(found[0])), write_in_digits(text))
    match = _PEOPLE.fullmatch(plain.replace(",", ""))
    if match is None:
        return parse_int(cell)
    number = int(match[2])
    is_exact = not (match[1] or match[3] or match[4])
    return number if is_exact else CellReading(number, _headcount_note(number))


def _headcount_note(number: int) -> CellFault:
    return CellFault(
        "HEADCOUNT_ASSUMED",
        f"The number of people is not exact and was taken as {number}. Give a whole number.",
        f"招聘人数不明确，已按{number}人处理，请填写整数。",
    )


def parse_last_day(cell: str) -> Any:
    """Parse the last day of a job, or 长期有效, which is ``OPEN_ENDED`` with a note.

    :raises CellFault: the text is neither.
    """
    if normalise_text(cell) in _OPEN_ENDED_WORDS:
        return CellReading(
            OPEN_ENDED,
            CellFault(
                "OPEN_FOR_A_YEAR",
                "A posting has a last day: this one is open for a year and can be renewed.",
                "岗位须有截止日期：“长期有效”按一年处理，到期可以续期。",
            ),
        )
    return parse_date(_AROUND_A_DAY.sub("", normalise_text(cell)))


def parse_education(cell: str) -> EducationCell:
    """Parse the lowest education: 大专及以上, 高中/中专, 不限. Of several the lowest one counts.

    A preference (本科优先) is no requirement and stays as text, like words that say more.
    """
    text = normalise_text(cell)
    if text in RequiredEducation.__members__:
        return EducationCell(education=RequiredEducation[text])
    if "优先" in text:
        return EducationCell(text=text)
    rest, found = text, None
    for word, education in _EDUCATION_WORDS.items():
        if word in rest:
            found = found or education
            rest = rest.replace(word, "")
    rest = _EDUCATION_FILLERS.sub("", rest)
    return EducationCell(education=found, text=text if rest or found is None else "")


def parse_experience(cell: str) -> ExperienceCell:
    """Parse the experience that is needed: 2年以上, 1-3年, 6个月, 不限. Other words are kept."""
    text = normalise_text(cell)
    if any(word in text for word in _NO_EXPERIENCE):
        return ExperienceCell(months=0, text="" if text in _NO_EXPERIENCE else text)
    match = _EXPERIENCE.search(text)
    if match is None or "优先" in text:
        return ExperienceCell(text=text)
    months = 6 if match[1] == "半" else parse_number(match[1]) * (12 if match[2] == "年" else 1)
    rest = _EXPERIENCE_FILLERS.sub("", text[: match.start()] + text[match.end() :])
    return ExperienceCell(months=months, text=text if rest else "")


def parse_coded_texts(cell: str) -> tuple[CodedText, ...]:
    """Parse licences or skills, separated by 、 or a comma, as the employer's own words."""
    words = [word.strip() for word in re.split(r"[、,;；，\n]+", normalise_text(cell))]
    return tuple(CodedText(text=word) for word in dict.fromkeys(words) if word)
