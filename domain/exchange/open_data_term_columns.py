"""The columns of the open data that came with version 2 of the terms."""

from __future__ import annotations

from domain.exchange.open_data_table import (
    CODE_SEPARATOR,
    OpenDataColumn,
    code_columns,
    column,
)
from domain.identity.persons import mask_phones_in_text
from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.pay_text import describe_component, yuan_number
from domain.postings.postings import Posting
from domain.postings.requirements import RequiredEducation
from domain.postings.term_changes import format_coded_text, format_shift
from domain.postings.work_schedule import RestDays, WorkMode


def _mask_and_join(texts: list[str]) -> str:
    return CODE_SEPARATOR.join(mask_phones_in_text(text) for text in texts)


def _guaranteed_fen(posting: Posting) -> int | None:
    guaranteed = posting.terms.pay.guaranteed
    return guaranteed.fen if guaranteed else None


TERM_COLUMNS: tuple[OpenDataColumn, ...] = (
    column(
        "pay_to",
        "工资上限（元）",
        'Upper end of the pay in yuan; empty for "or more"',
        "decimal",
        lambda job, _: yuan_number(job.terms.pay.to_fen),
    ),
    column(
        "guaranteed_pay",
        "底薪（元）",
        "Guaranteed basic pay in yuan",
        "decimal",
        lambda job, _: yuan_number(_guaranteed_fen(job)),
    ),
    *code_columns(
        "guaranteed_pay_period",
        "底薪计薪周期",
        "Period of the guaranteed pay",
        PayPeriod,
        lambda job: [job.terms.pay.guaranteed.period] if job.terms.pay.guaranteed else [],
    ),
    column(
        "pay_months",
        "年薪月数",
        "Monthly wages a year",
        "decimal",
        lambda job, _: float(job.terms.pay.months) if job.terms.pay.months else None,
    ),
    column("payday", "发薪日", "Day of the month", "integer", lambda job, _: job.terms.pay.payday),
    *code_columns(
        "pay_settlement",
        "结算方式",
        "When the pay is handed over",
        PaySettlement,
        lambda job: [job.terms.pay.settlement] if job.terms.pay.settlement else [],
    ),
    column(
        "pay_components",
        "工资组成",
        "Components of the pay",
        "string",
        lambda job, _: _mask_and_join(
            [describe_component(each) for each in job.terms.pay.components]
        ),
    ),
    column(
        "further_place_codes",
        "其他工作地点代码",
        "Further places of work, GB/T 2260",
        "string",
        lambda job, _: CODE_SEPARATOR.join(place.place_code for place in job.terms.further_places),
    ),
    column(
        "further_addresses",
        "其他详细地址",
        "Addresses of the further places",
        "string",
        lambda job, _: _mask_and_join([place.address for place in job.terms.further_places]),
    ),
    *code_columns(
        "work_mode", "办公方式", "On site or remote", WorkMode, lambda job: [job.terms.work_mode]
    ),
    column(
        "shift_times",
        "各班次时间",
        "Clock times of the shifts",
        "string",
        lambda job, _: _mask_and_join([format_shift(each) for each in job.terms.schedule.shifts]),
    ),
    column(
        "days_per_week",
        "每周工作天数",
        "Working days a week",
        "decimal",
        lambda job, _: (
            float(job.terms.schedule.days_per_week) if job.terms.schedule.days_per_week else None
        ),
    ),
    *code_columns(
        "rest_days",
        "休息方式",
        "Days of rest",
        RestDays,
        lambda job: [job.terms.schedule.rest] if job.terms.schedule.rest else [],
    ),
    column(
        "rest_days_per_month",
        "每月休息天数",
        "Days of rest a month",
        "integer",
        lambda job, _: job.terms.schedule.rest_days_per_month,
    ),
    *code_columns(
        "education",
        "学历要求",
        "Lowest education",
        RequiredEducation,
        lambda job: [job.terms.requirements.education] if job.terms.requirements.education else [],
    ),
    column(
        "education_text",
        "学历说明",
        "Education in the employer's words",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.requirements.education_text),
    ),
    column(
        "experience_months",
        "工作经验（月）",
        "Experience in months; 0: none needed",
        "integer",
        lambda job, _: job.terms.requirements.experience_months,
    ),
    column(
        "experience_text",
        "经验说明",
        "Experience in the employer's words",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.requirements.experience_text),
    ),
    column(
        "licences",
        "证书要求",
        "Licences",
        "string",
        lambda job, _: _mask_and_join(
            [format_coded_text(each) for each in job.terms.requirements.licences]
        ),
    ),
    column(
        "skills",
        "技能要求",
        "Skills",
        "string",
        lambda job, _: _mask_and_join(
            [format_coded_text(each) for each in job.terms.requirements.skills]
        ),
    ),
    column(
        "public_welfare",
        "公益性岗位",
        "A job that public money pays for",
        "boolean",
        lambda job, _: job.terms.is_public_welfare,
    ),
    column(
        "media",
        "视频和全景链接",
        "Links to videos, tours and pictures",
        "string",
        lambda job, _: CODE_SEPARATOR.join(link.url for link in job.terms.media),
    ),
)
"""In the order in which they follow the columns of version 1."""
