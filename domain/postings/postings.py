"""Postings: a job's terms, its status, and the findings about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from domain.labels import Labelled
from domain.postings.media_links import MediaLink
from domain.postings.officer_review import Appeal, Review
from domain.postings.pay import Pay
from domain.postings.requirements import NO_REQUIREMENTS, Requirements
from domain.postings.work_schedule import NO_SCHEDULE, ShiftTimes, WorkMode, Workplace, WorkSchedule
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.seekers.seeker_groups import SeekerGroup


class EmploymentType(Labelled):
    """The legal form of the work (用工形式)."""

    FULL_TIME = "FULL_TIME", "全职"
    PART_TIME = "PART_TIME", "非全日制"
    INTERNSHIP = "INTERNSHIP", "实习"
    GIG = "GIG", "零工", "Gig work"
    DISPATCH = "DISPATCH", "劳务派遣", "Labour dispatch"


class Shift(Labelled):
    """The pattern of working hours (班次)."""

    DAY = "DAY", "白班", "Day shift"
    TWO_SHIFT = "TWO_SHIFT", "两班倒", "Two shifts"
    THREE_SHIFT = "THREE_SHIFT", "三班倒", "Three shifts"
    FLEXIBLE = "FLEXIBLE", "弹性"


class Intensity(Labelled):
    """How heavy the physical work is (劳动强度)."""

    LIGHT = "LIGHT", "轻"
    MEDIUM = "MEDIUM", "中"
    HEAVY = "HEAVY", "重"


class Benefit(Labelled):
    """What the employer provides beyond pay and statutory insurance (福利)."""

    MEALS = "MEALS", "包吃"
    DORMITORY = "DORMITORY", "包住"
    SHUTTLE_BUS = "SHUTTLE_BUS", "班车"
    HOUSING_FUND = "HOUSING_FUND", "住房公积金", "Housing provident fund"
    PAID_LEAVE = "PAID_LEAVE", "带薪年假"
    PAID_TRAINING = "PAID_TRAINING", "带薪培训"
    HEALTH_CHECK = "HEALTH_CHECK", "年度体检"
    HEAT_ALLOWANCE = "HEAT_ALLOWANCE", "高温补贴"
    NIGHT_ALLOWANCE = "NIGHT_ALLOWANCE", "夜班补贴"
    CHILD_CARE = "CHILD_CARE", "托育"
    FESTIVAL_GIFTS = "FESTIVAL_GIFTS", "节日福利"
    BARRIER_FREE = "BARRIER_FREE", "无障碍设施", "Barrier-free workplace"


class InsuranceKind(Labelled):
    """The statutory kinds of social insurance (劳动法 art. 70 to 73; 社会保险法 art. 2)."""

    PENSION = "PENSION", "养老", "Old-age pension"
    MEDICAL = "MEDICAL", "医疗"
    UNEMPLOYMENT = "UNEMPLOYMENT", "失业"
    WORK_INJURY = "WORK_INJURY", "工伤"
    MATERNITY = "MATERNITY", "生育"


FULL_INSURANCE = tuple(kind for kind in InsuranceKind if kind is not InsuranceKind.MATERNITY)
"""The kinds that an employee must have.

Maternity is not listed: medical insurance covers it since 国办发〔2019〕10号.
"""


class PostingStatus(Labelled):
    """Where a posting stands; only an OPEN posting can be seen, pinned or streamed.

    SUSPENDED: not refused, but hidden for now, because its employer is not verified or because the
    rules or minimum wages have changed. It opens automatically once it passes screening.
    """

    OPEN = "OPEN", "招聘中"
    IN_REVIEW = "IN_REVIEW", "待人工审核"
    SUSPENDED = "SUSPENDED", "暂停展示"
    REFUSED = "REFUSED", "未通过"
    CLOSED = "CLOSED", "已关闭"


TERMS_VERSION = 2
"""The version of the terms that this code writes.

Version 1 had a single pay in whole yuan by month or hour, and nothing of what is listed from
``further_places`` on. It is read as version 2 without the rest.
"""


@dataclass(frozen=True, kw_only=True)
class PostingTerms:
    """The terms of a job as the employer wrote them; a lead keeps a copy of those shown.

    ``hours_per_day`` and ``hours_per_week`` are normal hours without overtime. ``place_code`` is a
    six-digit GB/T 2260 code, ``address`` free text below that level. ``probation_fen`` is whole
    fen per period of ``pay``. ``valid_until`` is the last day on which the posting is open.

    ``starts_at`` and ``ends_at`` are the working times of a normal day in China time; an end before
    the start is on the next day. ``point`` is the place of work if it is known more precisely than
    the county. ``friendly_to`` lists groups that the employer welcomes and is prepared for.
    ``place_code``, ``address`` and ``point`` are the first place of work, ``further_places`` the
    others. ``is_public_welfare`` marks 公益性岗位, jobs that public money pays for. ``version`` is
    the version of the terms as they were stored.

    ``occupation_text`` is the employer's word for an occupation that the list lacks, or the name
    of one that officers added.
    """

    title: str
    occupation: Occupation
    headcount: int
    duties: str
    conditions: str
    place_code: str
    address: str = ""
    pay: Pay
    probation_fen: int | None = None
    employment_type: EmploymentType
    shift: Shift
    intensity: Intensity
    hours_per_day: Decimal
    hours_per_week: Decimal
    insurance: tuple[InsuranceKind, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    valid_until: date
    is_repost: bool = False
    repost_source: str | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    min_age: int | None = None
    friendly_to: tuple[SeekerGroup, ...] = ()
    point: Point | None = None
    further_places: tuple[Workplace, ...] = ()
    work_mode: WorkMode = WorkMode.ON_SITE
    schedule: WorkSchedule = NO_SCHEDULE
    requirements: Requirements = NO_REQUIREMENTS
    is_public_welfare: bool = False
    media: tuple[MediaLink, ...] = ()
    occupation_text: str = ""
    version: int = TERMS_VERSION

    @property
    def occupation_zh(self) -> str:
        """The Chinese name of the occupation; of one that is not in the list the stored word."""
        is_listed = self.occupation is not Occupation.OTHER and self.occupation.added_number is None
        return self.occupation.zh if is_listed else self.occupation_text or self.occupation.zh

    @property
    def places(self) -> tuple[Workplace, ...]:
        """All places of work, the first one first."""
        first = Workplace(place_code=self.place_code, address=self.address, point=self.point)
        return (first, *self.further_places)

    @property
    def shift_times(self) -> tuple[ShiftTimes, ...]:
        """The clock times of all shifts; empty if they are not stated."""
        if self.schedule.shifts or self.starts_at is None or self.ends_at is None:
            return self.schedule.shifts
        return (ShiftTimes(starts_at=self.starts_at, ends_at=self.ends_at),)


class CloseReason(Labelled):
    """Why a posting is closed."""

    WITHDRAWN = "WITHDRAWN", "单位关闭"
    EXPIRED = "EXPIRED", "已过有效期"
    FILLED = "FILLED", "已招满"


class Severity(Labelled):
    """The effect of a finding on the posting's status; WARN has none."""

    REFUSE = "REFUSE", "拒绝"
    REVIEW = "REVIEW", "转人工"
    SUSPEND = "SUSPEND", "暂停"
    WARN = "WARN", "提示"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place in a text: the words that a finding is about, and their offsets.

    ``start`` and ``end`` count characters (code points) from 0; ``end`` is exclusive.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that a posting breaks: its code, severity, advice, legal basis and field.

    ``marks`` are the words at fault if the field is a text. ``detail`` is the figure that the
    value was compared with, such as the minimum wage.
    """

    code: str
    severity: Severity
    field: str
    message: str
    message_zh: str
    basis: str
    marks: tuple[Mark, ...] = ()
    detail: str = ""

    @property
    def key(self) -> str:
        """Identifies the finding: a review settles findings with the same key."""
        return "|".join((self.code, self.field, self.detail, *(mark.text for mark in self.marks)))


@dataclass(frozen=True, kw_only=True)
class Posting:
    """An employer's job with its terms, status, findings and last review.

    ``version`` grows by one with every change of the record, ``revision`` with every change of the
    terms. ``review`` is the last decision of an officer; it may be about an earlier revision.

    ``union_path`` is the path of the union that the posting belongs to. ``verified_until`` is the
    last day on which the verification of the employer is valid; None if there is none. ``reports``
    counts independent reports without a decision, ``report_weight`` is what they weigh, None if a
    version that did not weigh them counted last, ``hires`` the people hired. ``waiting_since`` is
    when it entered the officers' queue, ``rules`` the ``RULES_VERSION`` it was last screened with.

    ``changed_at`` is when the terms last changed; None for the first terms. ``external_id`` is the
    number it has in the import file, unique per employer.

    ``deferred`` are the keys of findings that newer rules made on terms that were let through
    before. They do not count until an officer refuses the posting, or the day comes on which the
    new rules apply. ``grace_until`` is the last day on which a posting from before employer checks
    may be shown although its employer was never checked. ``job_key`` recognises the same job of the
    employer (``job_keys``); None while the posting is closed or refused. ``appeal`` is the last one
    against a refusal by text.

    A posting is never deleted; Order 44 requires three years after it is closed.
    """

    id: str
    employer_id: str
    terms: PostingTerms
    status: PostingStatus
    findings: tuple[Finding, ...] = field(default=())
    review: Review | None = None
    revision: int = 1
    union_id: str
    created_by: str
    created_at: datetime
    synthetic: bool = False
    version: int = 1
    union_path: tuple[str, ...] = ()
    verified_until: date | None = None
    reports: int = 0
    hires: int = 0
    waiting_since: datetime | None = None
    close_reason: CloseReason | None = None
    closed_at: datetime | None = None
    rules: int = 0
    changed_at: datetime | None = None
    external_id: str | None = None
    deferred: tuple[str, ...] = ()
    grace_until: date | None = None
    job_key: str | None = None
    campaign_id: str | None = None
    report_weight: int | None = None
    appeal: Appeal | None = None

    def is_open(self, on: date) -> bool:
        """Whether the public may see the posting on a day."""
        return (
            self.status is PostingStatus.OPEN
            and self.terms.valid_until >= on
            and self.verified_until is not None
            and self.verified_until >= on
        )
