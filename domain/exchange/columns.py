"""The columns of a table of postings or employers: headings, what goes into them, how it is read.

The template, its explanations and the import (domain/exchange/import_rows.py) all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.exchange import cells
from domain.exchange.cells import Reader
from domain.exchange.imports import EXAMPLE, ImportKind
from domain.labels import Labelled
from domain.postings.pay import PayPeriod
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Occupation,
    Shift,
)
from domain.reference.occupations import SYNONYMS
from domain.seekers.groups import SeekerGroup

_FIVE = tuple(InsuranceKind)
_SYNONYMS = {word: occupation for occupation, words in SYNONYMS.items() for word in words}


@dataclass(frozen=True, kw_only=True)
class Column:
    """``key`` is the field as the API spells it, ``hint`` and ``hint_zh`` say what goes into it.

    ``listed`` is the enumeration that its cells are taken from, ``several`` whether one cell may
    name more than one of them. An empty cell is ``default``, or a fault where it is ``needed``.
    """

    key: str
    zh: str
    read: Reader = cells.text
    hint: str
    hint_zh: str
    example: str = ""
    needed: bool = False
    default: Any = field(default="")
    listed: type[Labelled] | None = None
    several: bool = False
    aliases: tuple[str, ...] = ()


def _listed(kind: type[Labelled], **more: Any) -> dict[str, Any]:
    terms = "、".join(member.zh for member in kind)
    values = ", ".join(member.value for member in kind)
    several = more.get("several", False)
    return {
        "read": cells.some_of(kind) if several else cells.one_of(kind),
        "default": () if several else None,
        "listed": kind,
        "hint": f"{'Any' if several else 'One'} of {values}.",
        "hint_zh": f"{'可多选，用顿号分隔' if several else '单选'}：{terms}。",
    } | more


POSTING_COLUMNS = (
    Column(
        key="externalId",
        zh="岗位编号",
        hint="Your own number of the job, at most 64 characters: the same number is the same job "
        "when the table is brought again. Without one, the whole row stands for it.",
        hint_zh="贵单位自己的岗位编号，最多64个字符。再次导入时编号相同即为同一岗位；不填则以整行内容识别。",
        example=EXAMPLE,
        aliases=("外部编号", "编号"),
    ),
    Column(
        key="creditCode",
        zh="统一社会信用代码",
        hint="Of an employer that is known here, 18 characters. May be left out where the import "
        "is for one employer.",
        hint_zh="已登记用人单位的18位代码；只为一家单位导入时可不填。",
        example="91310000MA1FL0000N",
        aliases=("信用代码",),
    ),
    Column(
        key="title",
        zh="岗位名称",
        hint="At most 120 characters.",
        hint_zh="最多120个字符。",
        example="电工",
        aliases=("职位名称", "岗位"),
    ),
    Column(
        key="occupation",
        zh="职业类别",
        **_listed(Occupation, read=cells.one_of(Occupation, **_SYNONYMS)),
        example="电工",
        needed=True,
    ),
    Column(
        key="headcount",
        zh="招聘人数",
        read=cells.whole,
        hint="A whole number, 1 to 100,000.",
        hint_zh="整数，1至100000。",
        example="3",
        default=0,
    ),
    Column(
        key="duties",
        zh="工作内容",
        hint="At most 4,000 characters.",
        hint_zh="最多4000个字符。",
        example="负责车间电气设备的安装与检修。",
        aliases=("岗位职责",),
    ),
    Column(
        key="conditions",
        zh="招聘条件",
        hint="What is asked of applicants, at most 4,000 characters; 不限 is an answer.",
        hint_zh="最多4000个字符；没有要求请填“不限”。",
        example="持低压电工作业证。",
        aliases=("任职要求",),
    ),
    Column(
        key="placeCode",
        zh="工作地点代码",
        read=cells.plain,
        hint="GB/T 2260, six digits.",
        hint_zh="六位行政区划代码（GB/T 2260）。",
        example="310115",
        aliases=("行政区划代码",),
    ),
    Column(
        key="address",
        zh="详细地址",
        hint="Below the county, at most 200 characters.",
        hint_zh="区县以下的地址，最多200个字符。",
        example="张江路1号",
    ),
    Column(
        key="pay.amount",
        zh="基本工资",
        read=cells.whole,
        hint="Whole yuan, without overtime and allowances.",
        hint_zh="整数元，不含加班费和津贴。",
        example="6500",
        default=0,
        aliases=("payAmount", "工资"),
    ),
    Column(
        key="pay.period",
        zh="计薪周期",
        **_listed(PayPeriod, read=cells.one_of(PayPeriod, 月=PayPeriod.MONTH, 小时=PayPeriod.HOUR)),
        example="元/月",
        needed=True,
        aliases=("payPeriod",),
    ),
    Column(
        key="probationPay",
        zh="试用期工资",
        read=cells.whole,
        hint="Whole yuan in the same period; empty without a probation.",
        hint_zh="整数元，周期同基本工资；没有试用期请留空。",
        default=None,
    ),
    Column(
        key="employmentType", zh="用工形式", **_listed(EmploymentType), example="全职", needed=True
    ),
    Column(key="shift", zh="班次", **_listed(Shift), example="白班", needed=True),
    Column(
        key="intensity",
        zh="劳动强度",
        **_listed(Intensity, default=Intensity.MEDIUM),
        example="中",
    ),
    Column(
        key="hoursPerDay",
        zh="每日工时",
        read=cells.hours,
        hint="Normal hours, above 0 and at most 24.",
        hint_zh="正常工作小时数，大于0且不超过24。",
        example="8",
        needed=True,
    ),
    Column(
        key="hoursPerWeek",
        zh="每周工时",
        read=cells.hours,
        hint="Normal hours, above 0 and at most 168.",
        hint_zh="正常工作小时数，大于0且不超过168。",
        example="40",
        needed=True,
    ),
    Column(
        key="insurance",
        zh="社会保险",
        **_listed(
            InsuranceKind,
            several=True,
            read=cells.some_of(InsuranceKind, "保险", {"五险": _FIVE}),
        ),
        example="养老、医疗、失业、工伤、生育",
    ),
    Column(key="benefits", zh="福利", **_listed(Benefit, several=True), example="包吃、包住"),
    Column(
        key="validUntil",
        zh="有效期至",
        read=cells.day,
        hint="The last day on which it is open, at most one year ahead, as 2026-12-31.",
        hint_zh="招聘的最后一天，最多一年以后，格式2026-12-31。",
        example="2026-12-31",
        needed=True,
        aliases=("截止日期",),
    ),
    Column(
        key="isRepost",
        zh="是否转载",
        read=cells.yes_or_no,
        hint="Yes or no; empty is no.",
        hint_zh="是或否；不填为否。",
        default=False,
    ),
    Column(
        key="repostSource",
        zh="转载来源",
        hint="Where a repost was taken from, at most 200 characters.",
        hint_zh="转载信息的来源，最多200个字符。",
        default=None,
    ),
    Column(
        key="startsAt",
        zh="上班时间",
        read=cells.clock,
        hint="As 08:30, in China; together with the end.",
        hint_zh="格式08:30；与下班时间一起填写。",
        example="08:30",
        default=None,
    ),
    Column(
        key="endsAt",
        zh="下班时间",
        read=cells.clock,
        hint="As 17:30, in China; before the begin, it goes over midnight.",
        hint_zh="格式17:30；与上班时间一起填写，早于上班时间表示跨夜。",
        example="17:30",
        default=None,
    ),
    Column(
        key="minAge",
        zh="最低年龄",
        read=cells.whole,
        hint="Years, a whole number up to 100.",
        hint_zh="周岁，整数，不超过100。",
        default=None,
    ),
    Column(key="friendlyTo", zh="适合人群", **_listed(SeekerGroup, several=True), example="农民工"),
    Column(
        key="point.latitude",
        zh="纬度",
        read=cells.degrees,
        hint="Degrees north from 3 to 54; together with the longitude.",
        hint_zh="北纬3至54度；与经度一起填写。",
        default=None,
        aliases=("latitude",),
    ),
    Column(
        key="point.longitude",
        zh="经度",
        read=cells.degrees,
        hint="Degrees east from 73 to 136; together with the latitude.",
        hint_zh="东经73至136度；与纬度一起填写。",
        default=None,
        aliases=("longitude",),
    ),
)

EMPLOYER_COLUMNS = (
    Column(
        key="creditCode",
        zh="统一社会信用代码",
        hint="18 characters, as on the business licence: the same code is the same employer.",
        hint_zh="营业执照上的18位代码，代码相同即为同一单位。",
        example=EXAMPLE,
        needed=True,
        aliases=("信用代码",),
    ),
    Column(
        key="name",
        zh="单位名称",
        hint="The registered name, at most 120 characters.",
        hint_zh="营业执照上的名称，最多120个字符。",
        example="某某机械有限公司",
        needed=True,
        aliases=("企业名称",),
    ),
    Column(
        key="placeCode",
        zh="所在地代码",
        read=cells.plain,
        hint="GB/T 2260, six digits.",
        hint_zh="六位行政区划代码（GB/T 2260）。",
        example="310115",
        needed=True,
        aliases=("行政区划代码",),
    ),
    Column(
        key="description",
        zh="单位简介",
        hint="At most 2,000 characters.",
        hint_zh="最多2000个字符。",
    ),
)

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.POSTINGS: POSTING_COLUMNS,
    ImportKind.EMPLOYERS: EMPLOYER_COLUMNS,
}
