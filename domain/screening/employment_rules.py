"""The rules on the form of employment: what a posting is by law, whatever it calls itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import EmploymentType, Finding, PostingTerms, Shift
from domain.postings.term_bounds import has_valid_daily_hours, has_valid_weekly_hours
from domain.screening.hours_findings import (
    GIG_IS_EMPLOYMENT,
    PART_TIME_DAILY_HOURS_LONG,
    PART_TIME_WEEKLY_HOURS_LONG,
    PLACEMENT_TO_CHECK,
    RETIRED_OR_APPRENTICE_TO_CHECK,
)

MAX_PART_TIME_HOURS_PER_DAY = 4
MAX_PART_TIME_HOURS_PER_WEEK = 24
"""劳动合同法 art. 68; work beyond either is full time."""
EMPLOYEE_TYPES = frozenset({EmploymentType.FULL_TIME, EmploymentType.DISPATCH})
"""Work under an employment contract that is not part time."""
_RETIRED_OR_APPRENTICE = re.compile(
    r"返聘|退休(?:人员|职工|工人|教师|医生|护士|干部|师傅|老师)?(?:可|也|亦|均|都|皆|优先|来|欢迎)|"
    r"(?:欢迎|接受|聘用|招收?|招聘)(?:已|刚)?(?:退休|学徒)|学徒(?:工|岗|期|制)"
)
_APPRENTICE_TITLE = re.compile(r"退休|学徒")


def find_legal_type(terms: PostingTerms) -> EmploymentType:
    """Return the form of employment whose rules apply to the terms.

    Part time beyond 4 hours a day or 24 hours a week, and gig work with a fixed schedule for a long
    time, are full time. Every other posting is what it says.
    """
    is_full_time = (
        terms.employment_type is EmploymentType.PART_TIME and _exceeds_part_time(terms)
    ) or is_lasting_gig(terms)
    return EmploymentType.FULL_TIME if is_full_time else terms.employment_type


def is_lasting_gig(terms: PostingTerms) -> bool:
    """Whether gig work is employment: fixed hours, beyond part time, paid month by month.

    Who must come at fixed times week after week and is paid by the month works under the
    employer's direction (劳社部发〔2005〕12号; 人社部发〔2021〕56号).
    """
    pay = terms.pay
    is_lasting = (
        pay.period in {PayPeriod.MONTH, PayPeriod.YEAR}
        or pay.settlement is PaySettlement.MONTHLY
        or pay.months is not None
        or terms.schedule.rest_days_per_month is not None
    )
    return (
        terms.employment_type is EmploymentType.GIG
        and terms.shift is not Shift.FLEXIBLE
        and _have_valid_hours(terms)
        and terms.hours_per_week > MAX_PART_TIME_HOURS_PER_WEEK
        and is_lasting
    )


def check_employment_type(terms: PostingTerms) -> Iterator[Finding]:
    """Yield what a person has to look at because of the form of employment."""
    if terms.employment_type is EmploymentType.PART_TIME and _have_valid_hours(terms):
        if terms.hours_per_day > MAX_PART_TIME_HOURS_PER_DAY:
            yield PART_TIME_DAILY_HOURS_LONG
        if terms.hours_per_week > MAX_PART_TIME_HOURS_PER_WEEK:
            yield PART_TIME_WEEKLY_HOURS_LONG
    if is_lasting_gig(terms):
        yield GIG_IS_EMPLOYMENT
    if terms.employment_type is EmploymentType.INTERNSHIP:
        yield PLACEMENT_TO_CHECK
    if _APPRENTICE_TITLE.search(terms.title) or _RETIRED_OR_APPRENTICE.search(terms.conditions):
        yield RETIRED_OR_APPRENTICE_TO_CHECK


def _exceeds_part_time(terms: PostingTerms) -> bool:
    return _have_valid_hours(terms) and (
        terms.hours_per_day > MAX_PART_TIME_HOURS_PER_DAY
        or terms.hours_per_week > MAX_PART_TIME_HOURS_PER_WEEK
    )


def _have_valid_hours(terms: PostingTerms) -> bool:
    return has_valid_daily_hours(terms) and has_valid_weekly_hours(terms)
