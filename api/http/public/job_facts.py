"""The facts of a posting as pairs of a name and a text, for its public page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from domain.employers.employers import Employer
from domain.exchange.schema_org import describe_place
from domain.postings.pay import PayRate
from domain.postings.pay_text import format_decimal, format_rate
from domain.postings.postings import Posting, PostingTerms
from domain.postings.requirements import Requirements
from domain.postings.term_changes import format_coded_text, format_shift
from domain.postings.work_schedule import WorkMode


def list_facts(posting: Posting, employer: Employer) -> Iterable[tuple[str, str]]:
    """Yield the facts of a posting beside its texts, each with its Chinese name."""
    terms = posting.terms
    yield "用人单位", employer.name
    yield "工作地点", describe_place(terms)
    yield "职业类别", terms.occupation.zh
    yield "招聘人数", f"{terms.headcount}人"
    yield "用工形式", terms.employment_type.zh
    if terms.is_public_welfare:
        yield "岗位性质", "公益性岗位"
    if terms.work_mode is not WorkMode.ON_SITE:
        yield "办公方式", terms.work_mode.zh
    if terms.probation_fen is not None:
        probation = PayRate(fen=terms.probation_fen, period=terms.pay.period)
        yield "试用期工资", format_rate(probation)
    yield "社会保险", "、".join(kind.zh for kind in terms.insurance)
    if terms.benefits:
        yield "福利", "、".join(benefit.zh for benefit in terms.benefits)
    hours = (
        f"每日{terms.hours_per_day.normalize():f}小时，每周{terms.hours_per_week.normalize():f}小时"
    )
    yield "班次", f"{terms.shift.zh}，{hours}"
    if terms.shift_times:
        yield "上下班", "；".join(map(format_shift, terms.shift_times))
    yield from _schedule_facts(terms)
    yield from _requirement_facts(terms.requirements)
    yield "劳动强度", terms.intensity.zh
    if terms.friendly_to:
        yield "适合人群", "、".join(group.zh for group in terms.friendly_to)
    if terms.repost_source:
        yield "信息来源", terms.repost_source
    yield "有效期至", terms.valid_until.isoformat()


def _schedule_facts(terms: PostingTerms) -> Iterable[tuple[str, str]]:
    schedule = terms.schedule
    if schedule.rest is not None:
        yield "休息", schedule.rest.zh
    if schedule.rest_days_per_month is not None:
        yield "每月休息", f"{schedule.rest_days_per_month}天"
    if schedule.days_per_week is not None:
        yield "每周工作", f"{format_decimal(schedule.days_per_week)}天"


def _requirement_facts(requirements: Requirements) -> Iterable[tuple[str, str]]:
    if requirements.education is not None or requirements.education_text:
        education = requirements.education.zh if requirements.education else ""
        yield "学历", "，".join(filter(None, (education, requirements.education_text)))
    if requirements.experience_months is not None or requirements.experience_text:
        yield "经验", "，".join(filter(None, _describe_experience(requirements)))
    if requirements.licences:
        yield "证书", "、".join(map(format_coded_text, requirements.licences))
    if requirements.skills:
        yield "技能", "、".join(map(format_coded_text, requirements.skills))


def _describe_experience(requirements: Requirements) -> Iterable[str]:
    months = requirements.experience_months
    if months is not None:
        years = format_decimal(Decimal(months) / 12) if months % 6 == 0 else ""
        yield (f"{years}年以上" if years else f"{months}个月以上") if months else "不限"
    yield requirements.experience_text
