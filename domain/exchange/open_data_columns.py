"""The columns of the open data on postings: names, meaning, data types and code lists.

The employer is public. No column tells who wrote a posting or who was interested in it, and mobile
numbers in free text are masked.
"""

from __future__ import annotations

from datetime import time

from domain.exchange.open_data_table import OpenDataColumn, code_columns, column
from domain.exchange.open_data_term_columns import TERM_COLUMNS
from domain.identity.persons import mask_phones_in_text
from domain.postings.pay import PayPeriod
from domain.postings.pay_text import yuan_number
from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, Intensity, Shift
from domain.reference.calendar import day_in_china
from domain.reference.code_lists import CodeList, build_code_list
from domain.reference.occupations import Occupation
from domain.reference.regions import region_of
from domain.seekers.seeker_groups import SeekerGroup


def _place_name(code: str) -> str:
    region = region_of(code)
    return region.full_name if region else ""


def _format_time(at: time | None) -> str | None:
    return None if at is None else at.isoformat("minutes")


COLUMNS: tuple[OpenDataColumn, ...] = (
    column("id", "岗位标识", "Identifier of the posting", "string", lambda job, _: job.id),
    column("employer", "用人单位", "Employer", "string", lambda _, firm: firm.name),
    column(
        "employer_code",
        "统一社会信用代码",
        "Unified social credit code of the employer (GB 32100-2015)",
        "string",
        lambda _, firm: firm.credit_code,
    ),
    column(
        "title", "岗位名称", "Title", "string", lambda job, _: mask_phones_in_text(job.terms.title)
    ),
    *code_columns(
        "occupation", "职业类别", "Occupation", Occupation, lambda job: [job.terms.occupation]
    ),
    column("headcount", "招聘人数", "People wanted", "integer", lambda job, _: job.terms.headcount),
    column(
        "duties",
        "工作内容",
        "Duties",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.duties),
    ),
    column(
        "conditions",
        "招聘条件",
        "Requirements for applicants",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.conditions),
    ),
    column(
        "place_code",
        "工作地点代码",
        "Place of work, GB/T 2260",
        "string",
        lambda job, _: job.terms.place_code,
    ),
    column(
        "place_zh",
        "工作地点",
        "Place of work, in Chinese",
        "string",
        lambda job, _: _place_name(job.terms.place_code),
    ),
    column(
        "address",
        "详细地址",
        "Address",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.address),
    ),
    column(
        "pay",
        "工资（元）",
        "Pay in yuan for normal hours; of a range the lower end",
        "decimal",
        lambda job, _: yuan_number(job.terms.pay.from_fen),
    ),
    *code_columns(
        "pay_period", "计薪周期", "Period of the pay", PayPeriod, lambda job: [job.terms.pay.period]
    ),
    column(
        "probation_pay",
        "试用期工资（元）",
        "Pay in the probation, in the same period",
        "decimal",
        lambda job, _: yuan_number(job.terms.probation_fen),
    ),
    *code_columns(
        "employment_type",
        "用工形式",
        "Type of employment",
        EmploymentType,
        lambda job: [job.terms.employment_type],
    ),
    *code_columns("shift", "班次", "Shift", Shift, lambda job: [job.terms.shift]),
    *code_columns(
        "intensity", "劳动强度", "Intensity", Intensity, lambda job: [job.terms.intensity]
    ),
    column(
        "hours_per_day",
        "每日工时",
        "Normal hours a day",
        "decimal",
        lambda job, _: float(job.terms.hours_per_day),
    ),
    column(
        "hours_per_week",
        "每周工时",
        "Normal hours a week",
        "decimal",
        lambda job, _: float(job.terms.hours_per_week),
    ),
    *code_columns(
        "insurance",
        "社会保险",
        "Social insurance",
        InsuranceKind,
        lambda job: job.terms.insurance,
        multiple=True,
    ),
    *code_columns(
        "benefits", "福利", "Benefits", Benefit, lambda job: job.terms.benefits, multiple=True
    ),
    *code_columns(
        "friendly_to",
        "适合人群",
        "Groups that are welcome",
        SeekerGroup,
        lambda job: job.terms.friendly_to,
        multiple=True,
    ),
    column(
        "starts_at",
        "上班时间",
        "Start of a normal working day",
        "string",
        lambda job, _: _format_time(job.terms.starts_at),
    ),
    column(
        "ends_at",
        "下班时间",
        "End of a normal working day",
        "string",
        lambda job, _: _format_time(job.terms.ends_at),
    ),
    column("min_age", "最低年龄", "Lowest age", "integer", lambda job, _: job.terms.min_age),
    column(
        "latitude",
        "纬度",
        "Degrees north of the place of work",
        "decimal",
        lambda job, _: job.terms.point.latitude if job.terms.point else None,
    ),
    column(
        "longitude",
        "经度",
        "Degrees east of the place of work",
        "decimal",
        lambda job, _: job.terms.point.longitude if job.terms.point else None,
    ),
    column(
        "published_on",
        "发布日期",
        "Day of publication",
        "date",
        lambda job, _: day_in_china(job.created_at).isoformat(),
    ),
    column(
        "valid_until",
        "有效期至",
        "Last day on which it is open",
        "date",
        lambda job, _: job.terms.valid_until.isoformat(),
    ),
    column(
        "repost_source",
        "转载来源",
        "Where a repost was taken from",
        "string",
        lambda job, _: job.terms.repost_source,
    ),
    column("revision", "版次", "Grows with each change", "integer", lambda job, _: job.revision),
    column(
        "synthetic", "是否合成数据", "Made up for a demo", "boolean", lambda job, _: job.synthetic
    ),
    *TERM_COLUMNS,
)
"""All columns. New ones go at the end, because users read columns by position."""

CODE_LISTS: tuple[CodeList, ...] = tuple(
    build_code_list(kind)
    for kind in dict.fromkeys(each.code_kind for each in COLUMNS)
    if kind is not None
)
