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
    r"已(?:经)?(?:办理)?退休(?!年龄)[^，。；、]{0,8}(?:可|均|亦|也|优先|应聘)|"
    r"(?:欢迎|接受|聘用|招收?|招聘)(?:已|刚)?(?:退休|学徒)|学徒(?:工|岗|期|制)"
)
_RETIRED_OR_APPRENTICE_WANTED = re.compile(
    r"(?<!负责)(?<!协助)(?<!参与)(?:欢迎|接受|聘用|聘请|诚聘|招收|招聘)(?:已|刚)?(?:退休|学徒)"
)
"""In the duties, which are also about work for such people and with them."""
_RETIRED_OR_APPRENTICE_TITLE = re.compile(r"退休|返聘|学徒")
_REHIRE_TITLE = re.compile(r"返聘")
_PLACEMENT_TITLE = re.compile(r"实习生(?!管理|指导|带教|辅导)|[顶跟]岗实习|实习岗|[（(]实习[）)]")
_PLACEMENT = re.compile(
    r"[顶跟]岗实习(?!经历|经验|管理|指导|单位)|实习生(?:可|均可|也可|亦可|优先)|"
    r"(?:招收?|招聘|接受|欢迎|面向)[^，。；]{0,6}实习生"
)
_LASTING = re.compile(
    r"(?<![非不])长期(?:稳定|固定|合作|用工|工作|在岗|做|干|兼职|上班)|[能可需须要]长期|"
    r"合同期?[^，。；]{0,3}[一二三四五1-5]年|常年(?:用工|工作|在岗)"
)
"""That work lasts. 长期有效 and 长期招聘 are about the advert."""


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
    periods = {pay.period} | ({pay.guaranteed.period} if pay.guaranteed else set())
    is_lasting = (
        not periods.isdisjoint({PayPeriod.MONTH, PayPeriod.YEAR})
        or pay.settlement is PaySettlement.MONTHLY
        or pay.months is not None
        or terms.schedule.rest_days_per_month is not None
    )
    return _is_fixed_gig(terms) and is_lasting


def is_rehire(terms: PostingTerms) -> bool:
    """Whether the title says that retired people are rehired.

    They have a pension, and a labour service contract with cover for injuries at work.
    """
    return _REHIRE_TITLE.search(terms.title) is not None


def check_employment_type(terms: PostingTerms) -> Iterator[Finding]:
    """Yield what a person has to look at because of the form of employment."""
    if terms.employment_type is EmploymentType.PART_TIME and _have_valid_hours(terms):
        if terms.hours_per_day > MAX_PART_TIME_HOURS_PER_DAY:
            yield PART_TIME_DAILY_HOURS_LONG
        if terms.hours_per_week > MAX_PART_TIME_HOURS_PER_WEEK:
            yield PART_TIME_WEEKLY_HOURS_LONG
    if is_lasting_gig(terms) or (_is_fixed_gig(terms) and _says_lasting(terms)):
        yield GIG_IS_EMPLOYMENT
    if terms.employment_type is EmploymentType.INTERNSHIP or (
        _PLACEMENT_TITLE.search(terms.title) or _PLACEMENT.search(terms.conditions)
    ):
        yield PLACEMENT_TO_CHECK
    if (
        _RETIRED_OR_APPRENTICE_TITLE.search(terms.title)
        or _RETIRED_OR_APPRENTICE.search(terms.conditions)
        or _RETIRED_OR_APPRENTICE_WANTED.search(terms.duties)
    ):
        yield RETIRED_OR_APPRENTICE_TO_CHECK


def _is_fixed_gig(terms: PostingTerms) -> bool:
    """Whether gig work has fixed hours beyond part time; clock times are fixed, too."""
    is_fixed = terms.shift is not Shift.FLEXIBLE or bool(terms.shift_times)
    return (
        terms.employment_type is EmploymentType.GIG
        and is_fixed
        and _have_valid_hours(terms)
        and terms.hours_per_week > MAX_PART_TIME_HOURS_PER_WEEK
    )


def _says_lasting(terms: PostingTerms) -> bool:
    """Whether a text says that the work lasts. Words alone do not make it full time."""
    return any(_LASTING.search(text) is not None for text in (terms.duties, terms.conditions))


def _exceeds_part_time(terms: PostingTerms) -> bool:
    return _have_valid_hours(terms) and (
        terms.hours_per_day > MAX_PART_TIME_HOURS_PER_DAY
        or terms.hours_per_week > MAX_PART_TIME_HOURS_PER_WEEK
    )


def _have_valid_hours(terms: PostingTerms) -> bool:
    return has_valid_daily_hours(terms) and has_valid_weekly_hours(terms)
