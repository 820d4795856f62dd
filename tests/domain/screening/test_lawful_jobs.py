"""Plain lawful jobs of many kinds open in every province, and nobody has to look at them."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from domain.postings.lifecycle import create_posting
from domain.postings.postings import Benefit, EmploymentType, PostingStatus, Shift
from domain.postings.work_schedule import RestDays, ShiftTimes, WorkSchedule
from domain.reference.regions import PROVINCES
from domain.screening.known_wages import KNOWN_WAGES
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records

MAINLAND = [code for code in PROVINCES if code[:2] not in {"71", "81", "82"}]


def shifts(*hours: tuple[int, int]) -> WorkSchedule:
    return WorkSchedule(
        shifts=tuple(
            ShiftTimes(starts_at=time(start % 24), ends_at=time(end % 24)) for start, end in hours
        )
    )


ROUND_THE_CLOCK = shifts((8, 16), (16, 24), (0, 8))
SIX_DAYS = {"hours_per_week": Decimal(44), "schedule": WorkSchedule(rest=RestDays.ONE_A_WEEK)}
JOBS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("数控车床操作工", "操作数控车床，按图纸加工零件并自检。", "会看图纸，有经验优先。", {}),
    ("焊工", "负责钢结构焊接。", "持焊工证。", SIX_DAYS),
    (
        "保安",
        "负责园区巡逻和门岗登记。",
        "身体健康，无犯罪记录。",
        {"shift": Shift.THREE_SHIFT, "schedule": ROUND_THE_CLOCK},
    ),
    ("餐饮店长", "负责门店排班和采购。", "三年以上管理经验。", {"schedule": shifts((9, 18))}),
    ("幼儿园教师", "负责班级教学和照护。", "持教师资格证。", {}),
    ("网约车司机", "驾驶公司车辆接送乘客。", "持驾驶证三年以上。", {}),
    ("会计", "负责账务、报税和押金账目核对。", "持初级会计证。", {"probation_fen": 400_000}),
    ("人事专员", "负责入职、社保办理和退休手续。", "本科以上学历。", {}),
    (
        "电商客服",
        "在线回答顾客问题，处理退换货。",
        "打字每分钟五十字。",
        {"shift": Shift.TWO_SHIFT, "schedule": shifts((8, 17), (13, 22))},
    ),
    ("护士", "负责病房护理和输液。", "持护士执业证。", {"shift": Shift.THREE_SHIFT}),
    ("快递员", "负责片区收派快件。", "会骑电动车，公司提供车辆并缴纳五险。", {}),
    ("缝纫工", "车缝服装，计件另有提成。", "熟练工优先，新手带薪培训。", {}),
    ("仓库管理员", "负责入库、出库和盘点。", "会用办公软件。", {"benefits": (Benefit.MEALS,)}),
    (
        "机器人运维员",
        "维护焊接机器人，处理报警。",
        "大专以上，机电专业优先。",
        {"employment_type": EmploymentType.DISPATCH},
    ),
    ("普工", "组装和包装产品，坐着操作。", "不限学历，不限经验，免费培训。", {}),
    ("养老护理员", "照护老人起居。", "有爱心，接受无经验者，带薪培训。", {}),
]


@pytest.mark.parametrize("job", JOBS, ids=[title for title, *_ in JOBS])
def test_it_opens_at_5000_yuan_in_every_province(
    job: tuple[str, str, str, dict[str, Any]],
) -> None:
    title, duties, conditions, changes = job
    assert len(MAINLAND) == 31
    for province in MAINLAND:
        terms = posting_terms(
            title=title,
            duties=duties,
            conditions=conditions,
            place_code=province,
            pay=monthly_pay(5_000),
            **changes,
        )
        made = create_posting(
            "p1",
            employer=records.employer(),
            union_path=("root",),
            terms=terms,
            table=KNOWN_WAGES,
            by="officer",
            at=records.FIXED_NOW,
        )
        assert (made.status, made.findings) == (PostingStatus.OPEN, ()), province
