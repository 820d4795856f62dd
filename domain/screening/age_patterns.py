"""Patterns for age limits, birth years, generations (90后) and work by children under 16."""

from __future__ import annotations

import re
from collections.abc import Callable

from domain.postings.postings import Finding
from domain.screening import phrase_findings
from domain.screening.pattern_syntax import (
    NUMBER,
    ONLY,
    PERSON_SUFFIX,
    REJECTED_AFTER,
    REJECTED_BEFORE,
    PhrasePattern,
)

_YEARS = r"周?岁"
_RANGE = r"(?:-|至|到)"
# An age of the customers is no limit for applicants.
_NOT_ABOUT_CUSTOMERS = (
    r"(?!的?(?:老|长者|儿童|孩|小孩|小朋友|幼|婴|宝|学员|青少年|少年|少儿"
    r"|客户|用户|患者|病人|顾客))"
)
_ADULT_AGE = 18
_WORKING_AGE = 16
_RETIREMENT_AGE = 60
"""An upper limit from this age on excludes nobody: pensions begin here."""


def _is_age_limit(numbers: tuple[int, ...]) -> bool:
    return _ADULT_AGE < numbers[-1] < _RETIREMENT_AGE


def _is_child_age(numbers: tuple[int, ...]) -> bool:
    # Below ten it is about children in the worker's care.
    return 10 <= numbers[0] < _WORKING_AGE


def _age_pattern(
    rule: Finding, expression: str, accepts_numbers: Callable[[tuple[int, ...]], bool]
) -> PhrasePattern:
    return PhrasePattern(rule, re.compile(expression + _NOT_ABOUT_CUSTOMERS), accepts_numbers)


def _is_birth_year_limit(numbers: tuple[int, ...]) -> bool:
    # A limit before 1970 or after 2005 excludes hardly any adult of working age.
    return 1970 <= numbers[0] <= 2005


_UP_TO = r"(?:以下|以内|之内|内|封顶|为限|为止|截止|止)"
AGE_LIMITS = (
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"{NUMBER}{_YEARS}(?:及|含|含本数)?{_UP_TO}",
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"(?:(?:不|不得|不能|不可|不要|不许|勿|别|未)(?:超过?|大于|高于|过)|小于|低于|最大|最高|上限)"
        rf"(?:为|是|到)?:?{NUMBER}{_YEARS}",
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"{NUMBER}(?:{_YEARS})?{_RANGE}{NUMBER}{_YEARS}",
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION, rf"限{NUMBER}{_YEARS}(?!以上|及以上|起)", _is_age_limit
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"{NUMBER}{_YEARS}(?:及|含)?(?:以上|往上|朝上){PERSON_SUFFIX}{REJECTED_AFTER}",
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"(?:超过?|大于|高于|满){NUMBER}{_YEARS}{PERSON_SUFFIX}{REJECTED_AFTER}",
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"{REJECTED_BEFORE}{NUMBER}{_YEARS}(?:及|含)?(?:以上|往上)",
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.UNDER_SIXTEEN,
        rf"{NUMBER}{_YEARS}(?:及|含)?(?:以上|起|即可|可|就可|就能|也可|均可)",
        _is_child_age,
    ),
    _age_pattern(phrase_findings.UNDER_SIXTEEN, rf"年?满{NUMBER}{_YEARS}", _is_child_age),
    _age_pattern(
        phrase_findings.UNDER_SIXTEEN,
        rf"{NUMBER}(?:{_YEARS})?{_RANGE}{NUMBER}{_YEARS}",
        _is_child_age,
    ),
    _age_pattern(
        phrase_findings.UNDER_SIXTEEN,
        rf"[未不]满(?:1[0-6]|十[一二三四五六]?){_YEARS}"
        r"(?:者|的)?(?:也|均|都|亦)?(?:可|能|行|欢迎|接受|招)",
        lambda _: True,
    ),
)
STATED_AGES = (
    PhrasePattern(
        phrase_findings.AGE_DISCRIMINATION,
        re.compile(rf"年龄(?:要求|在|限制?)?[:\n]?(\d\d){_RANGE}(\d\d)(?![\d岁周])"),
        _is_age_limit,
    ),
    _age_pattern(
        phrase_findings.AGE_DISCRIMINATION,
        rf"年龄(?:要求|在|限制?|须|需|应)*[:\n]?{NUMBER}(?:{_YEARS})?(?:及|含)?(?:{_UP_TO}|下)",
        _is_age_limit,
    ),
    # An age with nothing after it is a limit: "年龄<35" and "年龄：35岁" look like this here.
    PhrasePattern(
        phrase_findings.AGE_DISCRIMINATION,
        re.compile(rf"(?<!平均)年龄(?:要求|限制?)?[:\n]*(\d\d)(?:{_YEARS})?(?=[\n,。、]|$)"),
        _is_age_limit,
    ),
    PhrasePattern(
        phrase_findings.AGE_DISCRIMINATION,
        re.compile(
            rf"年龄(?:要求|限制?)?:?(?:不|不得|不能|不可|不要|勿)(?:超过?|大于|高于){NUMBER}(?!\d)"
        ),
        _is_age_limit,
    ),
)
GENERATIONS = (
    PhrasePattern(
        phrase_findings.AGE_DISCRIMINATION,
        re.compile(rf"{ONLY}(?:[6-9]|0)[05]后|(?:[6-9]|0)[05]后{PERSON_SUFFIX}(?:优先|为佳)"),
    ),
)
BIRTH_YEARS = (
    PhrasePattern(
        phrase_findings.AGE_DISCRIMINATION,
        re.compile(
            r"((?:19|20)\d\d)年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:及|含)?(?:以后|之后|后|以来)"
            r"(?:出生|生人)" + _NOT_ABOUT_CUSTOMERS
        ),
        _is_birth_year_limit,
    ),
)
AGES_BY_SEX = (
    PhrasePattern(
        phrase_findings.AGE_DISCRIMINATION,
        re.compile(
            rf"男(?:性|士)?(\d\d)(?:{_YEARS})?[,、\n]?女(?:性|士)?(\d\d)(?:{_YEARS})?(?:及|含)?{_UP_TO}"
        ),
        _is_age_limit,
    ),
)
