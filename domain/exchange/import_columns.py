"""The columns of import tables of postings and employers: headings, explanations and parsers.

The template for download, its explanations and the import (``import_rows``) all derive from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.exchange import (
    cell_parsers,
    group_cells,
    pay_amounts,
    pay_cells,
    provision_cells,
    schedule_cells,
    settlement_cells,
    word_cells,
)
from domain.exchange.cell_parsers import CellParser
from domain.exchange.imports import EXAMPLE_MARKER, ImportKind
from domain.labels import Labelled
from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, Intensity, Shift
from domain.postings.requirements import RequiredEducation
from domain.postings.work_schedule import NO_SCHEDULE, RestDays
from domain.reference.occupations import Occupation
from domain.seekers.seeker_groups import SeekerGroup


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """A column of an import table.

    ``key`` is the field name in the API. ``zh`` and ``aliases`` are further accepted headings.
    ``hint`` and ``hint_zh`` say what to enter. ``enumeration`` is the list that values come from;
    with ``multiple`` a cell may hold several of them, with ``takes_other_words`` anything else. An
    empty cell gives ``default``, or is a fault if the column is ``required``. A value
    ``of_one_row`` cannot be merged over several rows.
    """

    key: str
    zh: str
    parse: CellParser = cell_parsers.strip_text
    hint: str
    hint_zh: str
    example: str = ""
    required: bool = False
    default: Any = field(default="")
    enumeration: type[Labelled] | None = None
    multiple: bool = False
    takes_other_words: bool = False
    aliases: tuple[str, ...] = ()
    of_one_row: bool = False


def _enum_options(kind: type[Labelled], **options: Any) -> dict[str, Any]:
    """Return parser, default and hints of a column for ``kind``; ``options`` take precedence.

    A column for several values (``multiple``) brings its own parser.
    """
    terms = "、".join(member.zh for member in kind)
    values = ", ".join(member.value for member in kind)
    multiple = options.get("multiple", False)
    return {
        "parse": cell_parsers.make_enum_parser(kind),
        "default": () if multiple else None,
        "enumeration": kind,
        "hint": f"{'Any' if multiple else 'One'} of {values}.",
        "hint_zh": f"{'可多选，用顿号分隔' if multiple else '单选'}：{terms}。",
    } | options


POSTING_COLUMNS = (
    ImportColumn(
        key="externalId",
        zh="岗位编号",
        hint="Your own number of the job, at most 64 characters. A later import with the same "
        "number updates the same job. Without a number the whole row identifies the job.",
        hint_zh="贵单位自己的岗位编号，最多64个字符。再次导入时编号相同即为同一岗位；不填则以整行内容识别。",
        example=EXAMPLE_MARKER,
        aliases=("外部编号", "编号"),
        of_one_row=True,
    ),
    ImportColumn(
        key="creditCode",
        zh="统一社会信用代码",
        hint="Of a registered employer, 18 characters. May be empty if the import is for one "
        "employer.",
        hint_zh="已登记用人单位的18位代码；只为一家单位导入时可不填。",
        example="91310000MA1FL0000N",
        aliases=("信用代码",),
    ),
    ImportColumn(
        key="title",
        zh="岗位名称",
        hint="At most 120 characters.",
        hint_zh="最多120个字符。",
        example="电工",
        aliases=(
            "职位名称",
            "岗位",
            "职位",
            "招聘岗位",
            "招聘职位",
            "招聘工种",
            "用工岗位",
        ),
    ),
    ImportColumn(
        key="occupation",
        zh="职业类别",
        hint="An occupation of the list of occupations, by its code or any of its names. If empty, "
        "the title says it. What is not in the list is kept as you write it.",
        hint_zh="填写职业代码表中的职业名称、别名或代码；不填则按岗位名称识别。表中没有的职业按原文保留。",
        example="电工",
        enumeration=Occupation,
        takes_other_words=True,
        aliases=("职业", "职业名称", "工种"),
    ),
    ImportColumn(
        key="headcount",
        zh="招聘人数",
        parse=word_cells.parse_headcount,
        hint="A whole number, 1 to 100,000.",
        hint_zh="整数，1至100000。",
        aliases=("人数", "需求人数", "招工人数", "用工人数", "招聘数量", "需求数"),
        example="3",
        default=0,
        of_one_row=True,
    ),
    ImportColumn(
        key="duties",
        zh="工作内容",
        hint="At most 4,000 characters.",
        hint_zh="最多4000个字符。",
        example="负责车间电气设备的安装与检修。",
        aliases=("岗位职责", "工作职责", "岗位描述", "职位描述", "职责"),
    ),
    ImportColumn(
        key="conditions",
        zh="招聘条件",
        hint="Requirements for applicants, at most 4,000 characters; 不限 if there are none.",
        hint_zh="最多4000个字符；没有要求请填“不限”。",
        example="持低压电工作业证。",
        aliases=("任职要求", "任职条件", "岗位要求", "招聘要求", "要求", "其他要求"),
    ),
    ImportColumn(
        key="placeCode",
        zh="工作地点代码",
        parse=cell_parsers.normalise_text,
        hint="GB/T 2260, six digits.",
        hint_zh="六位行政区划代码（GB/T 2260）。",
        example="310115",
        aliases=("行政区划代码",),
    ),
    ImportColumn(
        key="address",
        zh="详细地址",
        hint="Below the county, at most 200 characters.",
        hint_zh="区县以下的地址，最多200个字符。",
        example="张江路1号",
        aliases=("工作地点", "工作地址", "地址", "上班地点"),
    ),
    ImportColumn(
        key="pay.amount",
        zh="基本工资",
        parse=pay_cells.parse_pay,
        hint="Yuan for normal hours, without overtime: 6500, 5000-8000, 6k-8k, 0.6万, 260元/天, "
        "底薪3000+提成3%.",
        hint_zh="正常工时的工资（元），不含加班费：如6500、5000-8000、0.6万、260元/天、底薪3000+提成3%。",
        example="6500",
        default=pay_cells.PayCell(),
        aliases=(
            *("payAmount", "工资", "薪资", "薪酬", "月薪", "待遇", "工资待遇", "薪资待遇"),
            *("薪酬待遇", "工资标准", "薪资范围", "工资范围", "月工资", "劳动报酬"),
        ),
    ),
    ImportColumn(
        key="pay.from",
        zh="工资下限",
        parse=pay_amounts.parse_amount,
        hint="Yuan: the lower end, instead of the column pay.amount.",
        hint_zh="工资范围的下限（元），代替“基本工资”列。",
        default=None,
        aliases=(
            "最低工资",
            "工资最低",
            "最低薪资",
            "薪资最低",
            "薪资下限",
            "月薪最低",
            "最低月薪",
        ),
    ),
    ImportColumn(
        key="pay.to",
        zh="工资上限",
        parse=pay_amounts.parse_amount,
        hint="Yuan: the upper end; empty for no upper end.",
        hint_zh="工资范围的上限（元）；不封顶请留空。",
        default=None,
        aliases=(
            "最高工资",
            "工资最高",
            "最高薪资",
            "薪资最高",
            "薪资上限",
            "月薪最高",
            "最高月薪",
        ),
    ),
    ImportColumn(
        key="pay.guaranteed",
        zh="底薪",
        parse=pay_amounts.parse_amount,
        hint="Yuan that everybody gets for normal hours; it is compared with the minimum wage.",
        hint_zh="正常工时下保底的工资（元），与最低工资比较。",
        default=None,
        aliases=("保底", "保底工资", "工资底薪"),
    ),
    ImportColumn(
        key="pay.period",
        zh="计薪周期",
        **_enum_options(
            PayPeriod,
            parse=cell_parsers.make_enum_parser(
                PayPeriod,
                **{
                    word: period
                    for period, words in {
                        PayPeriod.MONTH: ("月", "月薪", "按月", "每月"),
                        PayPeriod.HOUR: ("小时", "时", "时薪", "计时", "元/时"),
                        PayPeriod.DAY: ("天", "日", "日薪", "按天", "元/日"),
                        PayPeriod.YEAR: ("年", "年薪", "按年"),
                        PayPeriod.PIECE: ("件", "计件", "按件", "元/个", "元/单"),
                    }.items()
                    for word in words
                },
            ),
        ),
        example="元/月",
        aliases=("payPeriod", "工资周期", "计薪方式", "工资单位", "薪资单位"),
    ),
    ImportColumn(
        key="probationPay",
        zh="试用期工资",
        parse=pay_amounts.parse_probation,
        hint="Yuan in the same period, or a percentage such as 80%; empty without a probation.",
        hint_zh="金额（元），周期同基本工资，或百分比如80%；没有试用期请留空。",
        aliases=("试用期薪资", "试用期待遇"),
        default=None,
    ),
    ImportColumn(
        key="pay.settlement",
        zh="结算方式",
        **_enum_options(PaySettlement, parse=settlement_cells.parse_settlement),
        aliases=("工资结算", "结算周期", "工资结算方式", "薪资结算", "结薪方式", "发薪方式"),
    ),
    ImportColumn(
        key="employmentType",
        zh="用工形式",
        **_enum_options(
            EmploymentType,
            parse=cell_parsers.make_enum_parser(
                EmploymentType,
                全日制=EmploymentType.FULL_TIME,
                正式工=EmploymentType.FULL_TIME,
                长期工=EmploymentType.FULL_TIME,
                兼职=EmploymentType.PART_TIME,
                小时工=EmploymentType.PART_TIME,
                实习生=EmploymentType.INTERNSHIP,
                临时工=EmploymentType.GIG,
                日结工=EmploymentType.GIG,
                派遣=EmploymentType.DISPATCH,
            ),
        ),
        aliases=("用工性质", "用工类型", "工作性质", "用工方式"),
        example="全职",
        required=True,
    ),
    ImportColumn(
        key="shift",
        zh="班次",
        **_enum_options(Shift, parse=schedule_cells.parse_shift),
        example="白班",
        required=True,
        aliases=("班制", "工作班次", "上班班次"),
    ),
    ImportColumn(
        key="intensity",
        zh="劳动强度",
        **_enum_options(Intensity, default=Intensity.MEDIUM),
        example="中",
    ),
    ImportColumn(
        key="hoursPerDay",
        zh="每日工时",
        parse=cell_parsers.parse_hours,
        hint="Normal hours, above 0 and at most 24.",
        hint_zh="正常工作小时数，大于0且不超过24。",
        example="8",
        required=True,
    ),
    ImportColumn(
        key="hoursPerWeek",
        zh="每周工时",
        parse=cell_parsers.parse_hours,
        hint="Normal hours, above 0 and at most 168.",
        hint_zh="正常工作小时数，大于0且不超过168。",
        example="40",
        required=True,
    ),
    ImportColumn(
        key="insurance",
        zh="社会保险",
        **_enum_options(
            InsuranceKind,
            multiple=True,
            parse=provision_cells.parse_provisions,
            default=provision_cells.Provisions(),
        ),
        example="养老、医疗、失业、工伤、生育",
        aliases=("社保", "保险", "五险一金", "社保缴纳", "保险情况"),
    ),
    ImportColumn(
        key="benefits",
        zh="福利",
        **_enum_options(
            Benefit,
            multiple=True,
            parse=provision_cells.parse_provisions,
            default=provision_cells.Provisions(),
        ),
        example="包吃、包住",
        aliases=("福利待遇", "其他福利", "食宿", "食宿情况"),
    ),
    ImportColumn(
        key="validUntil",
        zh="有效期至",
        parse=word_cells.parse_last_day,
        hint="The last day on which the job is open, at most one year ahead, such as 2026-12-31.",
        hint_zh="招聘的最后一天，最多一年以后，格式2026-12-31。",
        example="2026-12-31",
        required=True,
        aliases=("截止日期", "有效期", "截止时间", "招聘截止日期", "招聘有效期"),
    ),
    ImportColumn(
        key="isRepost",
        zh="是否转载",
        parse=cell_parsers.parse_bool,
        hint="Yes or no; empty is no.",
        hint_zh="是或否；不填为否。",
        default=False,
    ),
    ImportColumn(
        key="repostSource",
        zh="转载来源",
        hint="The source of a repost, at most 200 characters.",
        hint_zh="转载信息的来源，最多200个字符。",
        default=None,
    ),
    ImportColumn(
        key="startsAt",
        zh="上班时间",
        parse=cell_parsers.parse_time,
        hint="China time such as 08:30; together with the end.",
        hint_zh="格式08:30；与下班时间一起填写。",
        example="08:30",
        default=None,
    ),
    ImportColumn(
        key="endsAt",
        zh="下班时间",
        parse=cell_parsers.parse_time,
        hint="China time such as 17:30; if earlier than the start, work goes past midnight.",
        hint_zh="格式17:30；与上班时间一起填写，早于上班时间表示跨夜。",
        example="17:30",
        default=None,
    ),
    ImportColumn(
        key="minAge",
        zh="最低年龄",
        parse=cell_parsers.parse_int,
        hint="Years, a whole number up to 100.",
        hint_zh="周岁，整数，不超过100。",
        default=None,
    ),
    ImportColumn(
        key="friendlyTo",
        zh="适合人群",
        **_enum_options(SeekerGroup, multiple=True, parse=group_cells.parse_groups),
        example="农民工",
        aliases=("欢迎人群", "面向人群", "适用人群", "招聘对象", "面向群体", "适合群体"),
    ),
    ImportColumn(
        key="restDays",
        zh="休息方式",
        **_enum_options(RestDays, parse=schedule_cells.parse_rest, default=NO_SCHEDULE),
        example="双休",
        aliases=("休息", "休息制度", "休息时间", "休假", "作息"),
    ),
    ImportColumn(
        key="education",
        zh="学历要求",
        **_enum_options(
            RequiredEducation,
            parse=word_cells.parse_education,
            default=word_cells.EducationCell(),
        ),
        example="学历不限",
        aliases=("学历", "文化程度", "最低学历"),
    ),
    ImportColumn(
        key="experienceMonths",
        zh="工作经验",
        parse=word_cells.parse_experience,
        hint="Such as 2年以上, 1-3年, 6个月 or 不限.",
        hint_zh="如2年以上、1-3年、6个月、不限。",
        example="不限",
        default=word_cells.ExperienceCell(),
        aliases=("经验", "经验要求", "工作年限", "工作经历"),
    ),
    ImportColumn(
        key="licences",
        zh="证书要求",
        parse=word_cells.parse_coded_texts,
        hint="Licences that are needed, separated by 、.",
        hint_zh="所需的证书、执照，用顿号分隔。",
        default=(),
        aliases=("证书", "资格证书", "持证要求", "职业资格", "资格证"),
    ),
    ImportColumn(
        key="skills",
        zh="技能要求",
        parse=word_cells.parse_coded_texts,
        hint="Skills that are needed, separated by 、.",
        hint_zh="所需的技能，用顿号分隔。",
        default=(),
        aliases=("技能", "专业技能"),
    ),
    ImportColumn(
        key="payConfirmed",
        zh="工资已核对",
        parse=cell_parsers.parse_bool,
        hint="Yes if a pay far from the usual one was checked and is right; empty is no.",
        hint_zh="工资与当地同类岗位相差十倍以上、经核对无误的填“是”；不填为否。",
        default=False,
    ),
    ImportColumn(
        key="point.latitude",
        zh="纬度",
        parse=cell_parsers.parse_degrees,
        hint="Degrees north from 3 to 54; together with the longitude.",
        hint_zh="北纬3至54度；与经度一起填写。",
        default=None,
        aliases=("latitude",),
    ),
    ImportColumn(
        key="point.longitude",
        zh="经度",
        parse=cell_parsers.parse_degrees,
        hint="Degrees east from 73 to 136; together with the latitude.",
        hint_zh="东经73至136度；与纬度一起填写。",
        default=None,
        aliases=("longitude",),
    ),
)

EMPLOYER_COLUMNS = (
    ImportColumn(
        key="creditCode",
        zh="统一社会信用代码",
        hint="18 characters, as on the business licence: the same code is the same employer.",
        hint_zh="营业执照上的18位代码，代码相同即为同一单位。",
        example=EXAMPLE_MARKER,
        required=True,
        aliases=("信用代码",),
    ),
    ImportColumn(
        key="name",
        zh="单位名称",
        hint="The registered name, at most 120 characters.",
        hint_zh="营业执照上的名称，最多120个字符。",
        example="某某机械有限公司",
        required=True,
        aliases=("企业名称",),
    ),
    ImportColumn(
        key="placeCode",
        zh="所在地代码",
        parse=cell_parsers.normalise_text,
        hint="GB/T 2260, six digits.",
        hint_zh="六位行政区划代码（GB/T 2260）。",
        example="310115",
        required=True,
        aliases=("行政区划代码",),
    ),
    ImportColumn(
        key="description",
        zh="单位简介",
        hint="At most 2,000 characters.",
        hint_zh="最多2000个字符。",
    ),
)

COLUMNS_BY_KIND: Mapping[ImportKind, tuple[ImportColumn, ...]] = {
    ImportKind.POSTINGS: POSTING_COLUMNS,
    ImportKind.EMPLOYERS: EMPLOYER_COLUMNS,
}
