"""Findings on pay compared with the minimum wage: their codes, texts and basis."""

from __future__ import annotations

from dataclasses import dataclass

from domain.postings.pay import PayPeriod
from domain.postings.postings import Finding, Severity
from domain.screening.wage_comparison import WageBasis, WageComparison, WageVerdict
from domain.screening.wage_table import NationalPass


@dataclass(frozen=True, kw_only=True)
class ComparedPay:
    """A pay that is compared with the minimum wage, with the codes of its findings."""

    below_code: str
    to_check_code: str
    field: str
    name: str
    name_zh: str
    law: str


BASIC_PAY = ComparedPay(
    below_code="PAY_BELOW_MINIMUM_WAGE",
    to_check_code="MINIMUM_WAGE_TO_CHECK",
    field="pay.amount",
    name="basic pay",
    name_zh="基本工资",
    law="劳动法第48条",
)
PROBATION_PAY = ComparedPay(
    below_code="PROBATION_PAY_BELOW_MINIMUM_WAGE",
    to_check_code="PROBATION_MINIMUM_WAGE_TO_CHECK",
    field="probationPay",
    name="probation pay",
    name_zh="试用期工资",
    law="劳动合同法第20条",
)
_DOUBTS = {
    WageBasis.TIER_UNKNOWN: (
        "The {name} lies between the tiers of the region. Check which tier the place is in.",
        "{name_zh}介于当地最低工资的最高档与最低档之间，需核对工作地点适用哪一档。",
    ),
    WageBasis.NOT_VERIFIED: (
        "The local minimum wage is not verified. Compare the {name} with the notice in force.",
        "当地适用的最低工资标准尚未核实，需对照现行文件核对{name_zh}。",
    ),
    WageBasis.NO_FIGURE: (
        "The local minimum wage is not recorded. Compare the {name} with the notice in force.",
        "系统中没有当地适用的最低工资标准，需对照现行文件核对{name_zh}。",
    ),
}
_PERIODS = {PayPeriod.MONTH: "a month", PayPeriod.HOUR: "an hour"}


def build_wage_finding(
    pay: ComparedPay, verdict: WageVerdict, national: NationalPass | None, detail: str
) -> Finding | None:
    """Build the finding of a comparison; None if the pay passes.

    The texts are for the employer and for the officer who decides. They name the pay that passes
    everywhere, ``national``, if there is one. ``detail`` has the figures of the place.
    """
    if verdict.comparison is WageComparison.PASS:
        return None
    is_below = verdict.comparison is WageComparison.BELOW
    if is_below:
        message = f"Raise the {pay.name} to at least the local minimum wage."
        message_zh = f"{pay.name_zh}低于当地最低工资标准，请提高。"
    else:
        message, message_zh = (
            text.format(name=pay.name, name_zh=pay.name_zh) for text in _DOUBTS[verdict.basis]
        )
        if national is not None:
            figure = f"{national.yuan:f}"
            message += f" From {figure} yuan {_PERIODS[national.period]} on, it passes everywhere."
            message_zh += f"不低于{figure}{national.period.zh}的，在全国各地直接通过。"
    return Finding(
        code=pay.below_code if is_below else pay.to_check_code,
        severity=Severity.REFUSE if is_below else Severity.REVIEW,
        field=pay.field,
        message=message,
        message_zh=message_zh,
        basis=pay.law,
        detail=detail,
    )
