"""Leads as rows of a spreadsheet: names and phones masked, codes as words, formulas escaped."""

from __future__ import annotations

from datetime import datetime

from domain.identity.persons import mask_name, mask_phone
from domain.leads.leads import Contact, Lead, LeadStage, find_furthest_stage
from domain.postings.pay_text import describe_pay, yuan_number
from domain.reference.calendar import CHINA_TIMEZONE

Cell = str | int | float

LEAD_HEADINGS = (
    "线索编号 Lead",
    "场次 Session",
    "用人单位 Employer",
    "岗位 Posting",
    "地区代码 Place code",
    "基本工资（元） Basic pay (yuan)",
    "计薪周期 Pay period",
    "姓名 Name (masked)",
    "手机 Phone (masked)",
    "来源 Source",
    "阶段 Stage",
    "最远阶段 Furthest stage",
    "未录用原因 Reason refused",
    "同意书版本 Consent version",
    "提交时间 Given at (UTC+8)",
    "更新时间 Updated at (UTC+8)",
    "人群 Group",
    "本人核实 Confirmation",
    "工资说明 Pay in words",
)
"""The headings. New columns go at the end, because users read columns by position."""

MISSING_RECORD = "（记录已不存在 no record）"
"""Shown in place of a name whose record no longer exists."""

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def build_lead_row(
    lead: Lead, contact: Contact | None, *, lead_id: str, session: str, employer: str
) -> tuple[Cell, ...]:
    """Return the cells of a lead in the order of ``LEAD_HEADINGS``.

    ``session`` and ``employer`` are names to show. Without ``contact`` its cells are empty.
    """
    return (
        escape_formula(lead_id),
        escape_formula(session),
        escape_formula(employer),
        escape_formula(lead.terms.title),
        escape_formula(lead.terms.place_code),
        yuan_number(lead.terms.pay.from_fen) or 0,
        lead.terms.pay.period.zh,
        escape_formula(mask_name(contact.name)) if contact else "",
        escape_formula(mask_phone(contact.phone)) if contact else "",
        lead.source.zh,
        lead.stage.zh,
        find_furthest_stage(LeadStage.INTERESTED, lead.reached, lead.stage).zh,
        lead.reason.zh if lead.reason else "",
        escape_formula(lead.consent.text_version),
        _format_china_time(lead.created_at),
        _format_china_time(lead.updated_at),
        lead.group.zh if lead.group else "",
        lead.confirmation.zh,
        escape_formula(describe_pay(lead.terms.pay)),
    )


def escape_formula(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would read it as a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection. Full-width signs are escaped too,
    because Chinese spreadsheets treat them like the plain ones.
    """
    return f"'{text}" if text.startswith(_FORMULA_PREFIXES) else text


def _format_china_time(at: datetime) -> str:
    return at.astimezone(CHINA_TIMEZONE).strftime("%Y-%m-%d %H:%M:%S")
