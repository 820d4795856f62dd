"""The catalogue of findings on a posting's fields: code, severity, advice and legal basis.

Codes and fields are part of the API. ``field`` is the path of the input in API spelling, such as
``pay.amount``. Each message is in English and in Chinese. Findings about words in a text are in
``domain.screening.phrase_findings``.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.postings.postings import Finding, InsuranceKind, Severity

_BASIS_REQUIRED_CONTENT = "人力资源市场暂行条例第24条"
ONLINE_RECRUITMENT_RULES = "网络招聘服务管理规定（人社部令第44号）"


def build_field_finding(  # noqa: PLR0917 - positional, so that an entry reads as one row of a table
    severity: Severity, code: str, field: str, message: str, message_zh: str, basis: str
) -> Finding:
    """Build a finding on a field of a posting."""
    return Finding(
        code=code,
        severity=severity,
        field=field,
        message=message,
        message_zh=message_zh,
        basis=basis,
    )


def build_insurance_finding(missing: Sequence[InsuranceKind], *, is_employed: bool) -> Finding:
    """Build the finding that names the kinds of social insurance that are missing."""
    return build_field_finding(
        Severity.REFUSE,
        "SOCIAL_INSURANCE_MISSING",
        "insurance",
        f"Provide social insurance for {', '.join(kind.value for kind in missing)}.",
        f"请为劳动者缴纳{'、'.join(kind.zh for kind in missing)}保险。",
        "劳动法第72条；社会保险法第58条" if is_employed else "劳动法第72条；社会保险法第33条",
    )


TITLE_MISSING = build_field_finding(
    Severity.REFUSE,
    "TITLE_MISSING",
    "title",
    "Enter the name of the job as the title.",
    "请填写岗位名称。",
    _BASIS_REQUIRED_CONTENT,
)
HEADCOUNT_MISSING = build_field_finding(
    Severity.REFUSE,
    "HEADCOUNT_MISSING",
    "headcount",
    "Enter how many people are wanted, at least 1.",
    "请填写招聘人数，至少1人。",
    _BASIS_REQUIRED_CONTENT,
)
DUTIES_MISSING = build_field_finding(
    Severity.REFUSE,
    "DUTIES_MISSING",
    "duties",
    "Describe the work to be done.",
    "请填写工作内容。",
    _BASIS_REQUIRED_CONTENT,
)
CONDITIONS_MISSING = build_field_finding(
    Severity.REFUSE,
    "CONDITIONS_MISSING",
    "conditions",
    'Enter the requirements for applicants. If there are none, enter "none".',
    "请填写招聘条件；没有要求的请写“不限”。",
    _BASIS_REQUIRED_CONTENT,
)
PLACE_MISSING = build_field_finding(
    Severity.REFUSE,
    "PLACE_MISSING",
    "placeCode",
    "Enter the place of work as a six-digit GB/T 2260 code.",
    "请用六位行政区划代码（GB/T 2260）填写工作地点。",
    _BASIS_REQUIRED_CONTENT,
)
PAY_MISSING = build_field_finding(
    Severity.REFUSE,
    "PAY_MISSING",
    "pay.amount",
    "Enter the pay: one amount, or the least (from) and the most (to) for normal hours. "
    "Negotiable alone is not a pay: state the least that you pay, and agree on more later.",
    "请填写劳动报酬：一个数额，或最低、最高数额（正常工时，不含加班费）。不能只写“面议”：请写明最低多少，面试时再商定具体数额。",
    _BASIS_REQUIRED_CONTENT,
)
HOURS_PER_DAY_MISSING = build_field_finding(
    Severity.REFUSE,
    "HOURS_PER_DAY_MISSING",
    "hoursPerDay",
    "Enter the normal working hours per day, above 0 and at most 24.",
    "请填写每日正常工作小时数，大于0且不超过24。",
    ONLINE_RECRUITMENT_RULES,
)
HOURS_PER_WEEK_MISSING = build_field_finding(
    Severity.REFUSE,
    "HOURS_PER_WEEK_MISSING",
    "hoursPerWeek",
    "Enter the normal working hours per week, above 0 and at most 168.",
    "请填写每周正常工作小时数，大于0且不超过168。",
    ONLINE_RECRUITMENT_RULES,
)
VALID_UNTIL_PAST = build_field_finding(
    Severity.REFUSE,
    "VALID_UNTIL_PAST",
    "validUntil",
    "Enter a last day that is today or later.",
    "招聘有效期已过，请填写今天或以后的日期。",
    ONLINE_RECRUITMENT_RULES,
)
REPOST_SOURCE_MISSING = build_field_finding(
    Severity.REFUSE,
    "REPOST_SOURCE_MISSING",
    "repostSource",
    "Enter the source that this posting was copied from.",
    "转载的招聘信息请注明来源。",
    ONLINE_RECRUITMENT_RULES,
)
PART_TIME_PAY_NOT_HOURLY = build_field_finding(
    Severity.REFUSE,
    "PART_TIME_PAY_NOT_HOURLY",
    "pay.period",
    "Enter the pay of part-time work per hour.",
    "非全日制用工请填写小时工资。",
    "劳动合同法第68条、第72条",
)
PIECE_PAY_NOT_GUARANTEED = build_field_finding(
    Severity.REVIEW,
    "PIECE_PAY_NOT_GUARANTEED",
    "pay.guaranteed",
    "State the guaranteed pay of a month or an hour beside the piece rate. Without it, check "
    "that normal hours reach the minimum wage.",
    "计件工资请写明保底工资（元/月或元/小时）；未写明的，需核对正常工时能否达到最低工资。",
    "劳动法第37条、第48条",
)
PART_TIME_PROBATION = build_field_finding(
    Severity.REFUSE,
    "PART_TIME_PROBATION",
    "probationPay",
    "Remove the probation pay: part-time work has no probation.",
    "非全日制用工不得约定试用期，请删除试用期工资。",
    "劳动合同法第70条",
)
PROBATION_PAY_TOO_LOW = build_field_finding(
    Severity.REFUSE,
    "PROBATION_PAY_TOO_LOW",
    "probationPay",
    "Raise the probation pay to at least 80 % of the agreed pay.",
    "试用期工资不得低于约定工资的80%，请提高。",
    "劳动合同法第20条",
)
EMPLOYER_NOT_VERIFIED = build_field_finding(
    Severity.SUSPEND,
    "EMPLOYER_NOT_VERIFIED",
    "employerId",
    "Ask the union to verify the employer's licence and the handler's identity and authority. "
    "The posting then opens automatically.",
    "用人单位资质（营业执照、经办人身份及授权）未核验或已满六个月，核验后自动恢复展示。",
    "人力资源市场暂行条例第26条；人社部令第44号；五部门通知（2026年1月）",
)
