"""A lawful wording for each finding about a text, for a form to offer in place of the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LawfulWording:
    """What a posting may say instead, in both languages; empty means: delete the words."""

    zh: str
    en: str


DELETE = LawfulWording(zh="", en="")

LAWFUL_WORDINGS: Mapping[str, LawfulWording] = {
    "SOCIAL_INSURANCE_WITHHELD": LawfulWording(
        "入职当月起依法缴纳社会保险", "Social insurance from the month of the first day"
    ),
    "NO_BASE_PAY": LawfulWording(
        "底薪不低于当地最低工资标准，另有提成",
        "A base pay of at least the minimum wage, plus commission",
    ),
    "UNPAID_TRIAL": LawfulWording(
        "试岗、培训期间照发工资", "Trial days and training are paid in full"
    ),
    "PROBATION": LawfulWording(
        "试用期依法约定，工资不低于转正工资的80%",
        "A probation as the law allows, at 80 % of the pay or more",
    ),
    "PAY_FORFEITED": LawfulWording(
        "离职时按实际出勤一次结清工资", "On leaving, all days worked are paid at once"
    ),
    "PAY_WITHHELD": LawfulWording("工资按月足额发放", "Wages are paid in full every month"),
    "PAY_IN_KIND": LawfulWording("工资以货币按月发放", "Wages are paid in money every month"),
    "FINE": LawfulWording(
        "按依法制定的规章制度管理，不罚款", "Lawful rules of work apply, and there are no fines"
    ),
    "DEPOSIT_OR_FEE": LawfulWording("入职不收取任何费用", "Starting the job costs nothing"),
    "DOCUMENTS_KEPT": LawfulWording(
        "证件核对后当场归还", "Papers are checked and given back at once"
    ),
    "NO_CONTRACT": LawfulWording(
        "入职一个月内签订书面劳动合同，员工留存一份",
        "A written contract within a month, with a copy for the worker",
    ),
    "INJURY_AT_OWN_RISK": LawfulWording(
        "依法参加工伤保险", "Work injury insurance as the law requires"
    ),
    "DISGUISED_EMPLOYMENT": LawfulWording(
        "与公司签订劳动合同", "An employment contract with the company"
    ),
    "EXCESSIVE_HOURS": LawfulWording(
        "每天8小时，每周至少休息一天，加班依法支付加班费",
        "8 hours a day, at least one rest day a week, overtime paid by law",
    ),
    "NON_COMPETE_UNPAID": LawfulWording(
        "仅限负有保密义务的岗位，按月支付补偿",
        "Only for people with trade secrets, with monthly compensation",
    ),
    "UNDER_SIXTEEN": LawfulWording("年满16周岁", "Aged 16 or over"),
    "MINOR_AT_RISK": LawfulWording("年满18周岁", "Aged 18 or over"),
    "SEX_DISCRIMINATION": LawfulWording("男女不限", "All sexes"),
    "FAMILY_DISCRIMINATION": LawfulWording("婚育情况不限", "Family status does not matter"),
    "AGE_DISCRIMINATION": LawfulWording(
        "年满18周岁，能胜任岗位即可", "Aged 18 or over, able to do the job"
    ),
    "ORIGIN_DISCRIMINATION": LawfulWording("户籍不限", "From anywhere"),
    "ETHNIC_DISCRIMINATION": LawfulWording("各民族求职者均可应聘", "All ethnic groups"),
    "HEALTH_DISCRIMINATION": LawfulWording("身体条件能胜任岗位即可", "Able to do the work"),
    "APPEARANCE_DISCRIMINATION": LawfulWording(
        "着装整洁，服务热情", "Tidy clothes and friendly service"
    ),
    "EDUCATION_DISCRIMINATION": LawfulWording(
        "具备岗位需要的能力，学习形式不限", "The skills that the job needs, from any school"
    ),
    "CONTACT_DETAILS": LawfulWording("有意者请点“我有意向”", "Tap “I am interested”"),
}
"""By the code of the finding; the words of codes that are not listed can only be deleted."""


def find_lawful_wording(code: str) -> LawfulWording:
    """Return the lawful wording for a finding; an empty one if the words have to go."""
    return LAWFUL_WORDINGS.get(code, DELETE)
