"""What statements about fees, papers and applicants break: code, severity, advice, legal basis.

The findings here have an empty ``field``; ``domain.screening.text_screening`` fills it in.
"""

from __future__ import annotations

from domain.postings.postings import Finding, Severity

_MARKET_REGULATION = "人力资源市场暂行条例第24条"
_EQUAL_EMPLOYMENT = "就业促进法第26条"


def build_text_finding(code: str, message: str, message_zh: str, basis: str) -> Finding:
    """Build a finding about words in a text; a person decides unless they are beyond doubt."""
    return Finding(
        code=code,
        severity=Severity.REVIEW,
        field="",
        message=message,
        message_zh=message_zh,
        basis=basis,
    )


DEPOSIT_OR_FEE = build_text_finding(
    "DEPOSIT_OR_FEE",
    "Charging workers a deposit or fee is forbidden. Delete this text.",
    "不得向劳动者收取押金、保证金、服装费、培训费等任何财物，请删除。",
    "劳动合同法第9条",
)
DOCUMENTS_KEPT = build_text_finding(
    "DOCUMENTS_KEPT",
    "Keeping workers' identity cards or other documents is forbidden. Delete this text.",
    "不得扣押劳动者的居民身份证和其他证件，请删除。",
    "劳动合同法第9条",
)
UNDER_SIXTEEN = build_text_finding(
    "UNDER_SIXTEEN",
    "Employing anyone under 16 is forbidden. Set the minimum age to 16 or more.",
    "禁止招用未满16周岁的未成年人，请改正。",
    "劳动法第15条",
)
SEX_DISCRIMINATION = build_text_finding(
    "SEX_DISCRIMINATION",
    "Do not restrict applicants by sex. If one of the legal exceptions applies, name it.",
    "不得以性别为由限制应聘，请修改；属于法律规定的例外的，请写明依据。",
    "就业促进法第27条；妇女权益保障法第43条",
)
FAMILY_DISCRIMINATION = build_text_finding(
    "FAMILY_DISCRIMINATION",
    "Do not ask about marriage, children or pregnancy, and require no pregnancy test.",
    "不得询问或限定婚育情况，不得要求孕检，请修改。",
    "妇女权益保障法第43条；就业促进法第27条",
)
AGE_DISCRIMINATION = build_text_finding(
    "AGE_DISCRIMINATION",
    "Remove the upper age limit. If a rule sets one for the job, name it.",
    "请勿设置年龄上限；法律法规对该岗位年龄另有规定的，请写明依据。",
    f"{_EQUAL_EMPLOYMENT}；{_MARKET_REGULATION}",
)
ORIGIN_DISCRIMINATION = build_text_finding(
    "ORIGIN_DISCRIMINATION",
    "Do not restrict applicants by origin or household registration.",
    "不得以户籍、地域为由限制应聘，请修改。",
    f"就业促进法第31条；{_MARKET_REGULATION}",
)
ETHNIC_DISCRIMINATION = build_text_finding(
    "ETHNIC_DISCRIMINATION",
    "Do not restrict applicants by ethnic group.",
    "各民族劳动者享有平等的劳动权利，请修改。",
    "就业促进法第28条",
)
HEALTH_DISCRIMINATION = build_text_finding(
    "HEALTH_DISCRIMINATION",
    "Require no hepatitis B test, and do not exclude people for an illness or a disability.",
    "不得要求乙肝检测，不得歧视残疾人和病原携带者，请修改。",
    "就业促进法第29条、第30条",
)
APPEARANCE_DISCRIMINATION = build_text_finding(
    "APPEARANCE_DISCRIMINATION",
    "Do not require a height or an appearance that the work does not need.",
    "请勿设置与岗位无关的身高、容貌要求。",
    f"{_EQUAL_EMPLOYMENT}；{_MARKET_REGULATION}",
)
EDUCATION_DISCRIMINATION = build_text_finding(
    "EDUCATION_DISCRIMINATION",
    "Require the skills that the work needs, not a certain school or first degree.",
    "请勿限定毕业院校或第一学历，请改为岗位需要的能力要求。",
    f"{_EQUAL_EMPLOYMENT}；{_MARKET_REGULATION}",
)
LURE = build_text_finding(
    "LURE",
    "State the real pay and how applicants are really selected, without promises that lure.",
    "请如实说明待遇和录用方式，勿用“月入过万”“保录用”等诱导性表述。",
    "人力资源社会保障部等五部门通知（2026年1月）",
)
