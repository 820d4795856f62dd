"""The columns of the open data on postings: names, meaning, data types and code lists.

The employer is public. No column tells who wrote a posting or who was interested in it, and mobile
numbers in free text are masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time

from domain.employers.employers import Employer
from domain.identity.persons import mask_phones_in_text
from domain.labels import Labelled
from domain.postings.pay import PayPeriod
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Occupation,
    Posting,
    Shift,
)
from domain.reference.calendar import day_in_china
from domain.reference.code_lists import CodeList, build_code_list
from domain.reference.regions import region_of
from domain.seekers.seeker_groups import SeekerGroup

ColumnValue = str | int | float | bool | None

CODE_SEPARATOR = "|"
"""Separates the codes in a column that may hold several."""


@dataclass(frozen=True, kw_only=True)
class OpenDataColumn:
    """A column of the open data. ``zh`` and ``en`` are its titles.

    ``datatype`` is an XML Schema type as named by CSV on the Web. ``code_kind`` is the code list of
    the values, ``separator`` is set if there may be several. After each column of codes follow two
    columns with their Chinese and English names.
    """

    name: str
    zh: str
    en: str
    datatype: str
    value: Callable[[Posting, Employer], ColumnValue]
    code_kind: type[Labelled] | None = None
    separator: str | None = None


def _code_columns(
    name: str,
    zh: str,
    en: str,
    kind: type[Labelled],
    members: Callable[[Posting], Iterable[Labelled]],
    *,
    multiple: bool = False,
) -> tuple[OpenDataColumn, ...]:
    """Return a column of codes and the columns of their Chinese and English names."""
    variants: tuple[tuple[str, str, str, Callable[[Labelled], str]], ...] = (
        (name, zh, en, lambda member: member.value),
        (f"{name}_zh", f"{zh}（中文）", f"{en}, in Chinese", lambda member: member.zh),
        (f"{name}_en", f"{zh}（英文）", f"{en}, in English", lambda member: member.en),
    )
    return tuple(
        OpenDataColumn(
            name=column,
            zh=column_zh,
            en=column_en,
            datatype="string",
            value=_join_codes(members, label),
            code_kind=kind if column == name else None,
            separator=CODE_SEPARATOR if multiple else None,
        )
        for column, column_zh, column_en, label in variants
    )


def _join_codes(
    members: Callable[[Posting], Iterable[Labelled]], label: Callable[[Labelled], str]
) -> Callable[[Posting, Employer], str]:
    return lambda posting, _: CODE_SEPARATOR.join(label(member) for member in members(posting))


def _column(
    name: str, zh: str, en: str, datatype: str, value: Callable[[Posting, Employer], ColumnValue]
) -> OpenDataColumn:
    return OpenDataColumn(name=name, zh=zh, en=en, datatype=datatype, value=value)


def _place_name(code: str) -> str:
    region = region_of(code)
    return region.full_name if region else ""


def _format_time(at: time | None) -> str | None:
    return None if at is None else at.isoformat("minutes")


COLUMNS: tuple[OpenDataColumn, ...] = (
    _column("id", "岗位标识", "Identifier of the posting", "string", lambda job, _: job.id),
    _column("employer", "用人单位", "Employer", "string", lambda _, firm: firm.name),
    _column(
        "employer_code",
        "统一社会信用代码",
        "Unified social credit code of the employer (GB 32100-2015)",
        "string",
        lambda _, firm: firm.credit_code,
    ),
    _column(
        "title", "岗位名称", "Title", "string", lambda job, _: mask_phones_in_text(job.terms.title)
    ),
    *_code_columns(
        "occupation", "职业类别", "Occupation", Occupation, lambda job: [job.terms.occupation]
    ),
    _column(
        "headcount", "招聘人数", "People wanted", "integer", lambda job, _: job.terms.headcount
    ),
    _column(
        "duties",
        "工作内容",
        "Duties",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.duties),
    ),
    _column(
        "conditions",
        "招聘条件",
        "Requirements for applicants",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.conditions),
    ),
    _column(
        "place_code",
        "工作地点代码",
        "Place of work, GB/T 2260",
        "string",
        lambda job, _: job.terms.place_code,
    ),
    _column(
        "place_zh",
        "工作地点",
        "Place of work, in Chinese",
        "string",
        lambda job, _: _place_name(job.terms.place_code),
    ),
    _column(
        "address",
        "详细地址",
        "Address",
        "string",
        lambda job, _: mask_phones_in_text(job.terms.address),
    ),
    _column(
        "pay",
        "基本工资（元）",
        "Basic pay in yuan, before overtime and allowances",
        "integer",
        lambda job, _: job.terms.pay.amount,
    ),
    *_code_columns(
        "pay_period", "计薪周期", "Period of the pay", PayPeriod, lambda job: [job.terms.pay.period]
    ),
    _column(
        "probation_pay",
        "试用期工资（元）",
        "Pay in the probation, in the same period",
        "integer",
        lambda job, _: job.terms.probation_pay,
    ),
    *_code_columns(
        "employment_type",
        "用工形式",
        "Type of employment",
        EmploymentType,
        lambda job: [job.terms.employment_type],
    ),
    *_code_columns("shift", "班次", "Shift", Shift, lambda job: [job.terms.shift]),
    *_code_columns(
        "intensity", "劳动强度", "Intensity", Intensity, lambda job: [job.terms.intensity]
    ),
    _column(
        "hours_per_day",
        "每日工时",
        "Normal hours a day",
        "decimal",
        lambda job, _: float(job.terms.hours_per_day),
    ),
    _column(
        "hours_per_week",
        "每周工时",
        "Normal hours a week",
        "decimal",
        lambda job, _: float(job.terms.hours_per_week),
    ),
    *_code_columns(
        "insurance",
        "社会保险",
        "Social insurance",
        InsuranceKind,
        lambda job: job.terms.insurance,
        multiple=True,
    ),
    *_code_columns(
        "benefits", "福利", "Benefits", Benefit, lambda job: job.terms.benefits, multiple=True
    ),
    *_code_columns(
        "friendly_to",
        "适合人群",
        "Groups that are welcome",
        SeekerGroup,
        lambda job: job.terms.friendly_to,
        multiple=True,
    ),
    _column(
        "starts_at",
        "上班时间",
        "Start of a normal working day",
        "string",
        lambda job, _: _format_time(job.terms.starts_at),
    ),
    _column(
        "ends_at",
        "下班时间",
        "End of a normal working day",
        "string",
        lambda job, _: _format_time(job.terms.ends_at),
    ),
    _column("min_age", "最低年龄", "Lowest age", "integer", lambda job, _: job.terms.min_age),
    _column(
        "latitude",
        "纬度",
        "Degrees north of the place of work",
        "decimal",
        lambda job, _: job.terms.point.latitude if job.terms.point else None,
    ),
    _column(
        "longitude",
        "经度",
        "Degrees east of the place of work",
        "decimal",
        lambda job, _: job.terms.point.longitude if job.terms.point else None,
    ),
    _column(
        "published_on",
        "发布日期",
        "Day of publication",
        "date",
        lambda job, _: day_in_china(job.created_at).isoformat(),
    ),
    _column(
        "valid_until",
        "有效期至",
        "Last day on which it is open",
        "date",
        lambda job, _: job.terms.valid_until.isoformat(),
    ),
    _column(
        "repost_source",
        "转载来源",
        "Where a repost was taken from",
        "string",
        lambda job, _: job.terms.repost_source,
    ),
    _column("revision", "版次", "Grows with each change", "integer", lambda job, _: job.revision),
    _column(
        "synthetic", "是否合成数据", "Made up for a demo", "boolean", lambda job, _: job.synthetic
    ),
)
"""All columns. New ones go at the end, because users read columns by position."""

CODE_LISTS: tuple[CodeList, ...] = tuple(
    build_code_list(column.code_kind) for column in COLUMNS if column.code_kind is not None
)
