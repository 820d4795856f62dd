"""Values for every field that came with version 2 of the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

from domain.postings.media_links import MediaKind, MediaLink
from domain.postings.pay import (
    ComponentUnit,
    Pay,
    PayComponent,
    PayComponentKind,
    PayPeriod,
    PayRate,
    PaySettlement,
)
from domain.postings.postings import Benefit, InsuranceKind
from domain.postings.requirements import CodedText, RequiredEducation, Requirements
from domain.postings.work_schedule import (
    RestDays,
    ShiftTimes,
    WorkMode,
    Workplace,
    WorkSchedule,
)
from domain.reference.geo import Point
from domain.reference.weekdays import Weekday

FULL_PAY = Pay(
    from_fen=600_000,
    to_fen=850_050,
    period=PayPeriod.MONTH,
    guaranteed=PayRate(fen=300_000, period=PayPeriod.MONTH),
    months=Decimal(13),
    payday=15,
    settlement=PaySettlement.MONTHLY,
    components=(
        PayComponent(
            kind=PayComponentKind.MEAL_ALLOWANCE,
            from_fen=1_500,
            to_fen=2_000,
            unit=ComponentUnit.DAY,
        ),
        PayComponent(kind=PayComponentKind.COMMISSION, percent=Decimal("1.5"), note="按回款额"),
    ),
)
DAY_SHIFT = ShiftTimes(
    starts_at=time(8, 30),
    ends_at=time(17),
    days=(Weekday.MONDAY, Weekday.FRIDAY),
    break_minutes=30,
    name="白班",
)
FULL_PARTS: dict[str, Any] = {
    "pay": FULL_PAY,
    "probation_fen": 500_050,
    "insurance": tuple(InsuranceKind),
    "benefits": (Benefit.MEALS, Benefit.HOUSING_FUND),
    "further_places": (
        Workplace(
            place_code="310104",
            address="漕溪北路1号",
            point=Point(latitude=31.19, longitude=121.44),
        ),
    ),
    "work_mode": WorkMode.HYBRID,
    "schedule": WorkSchedule(
        shifts=(DAY_SHIFT, replace(DAY_SHIFT, ends_at=time(1), name="夜班", days=())),
        days_per_week=Decimal("5.5"),
        rest=RestDays.ALTERNATING,
        rest_days_per_month=6,
    ),
    "requirements": Requirements(
        education=RequiredEducation.VOCATIONAL,
        education_text="机电类专业优先",
        experience_months=24,
        experience_text="两年以上维修经验",
        licences=(CodedText(code="LOW_VOLTAGE", text="低压电工证"),),
        skills=(CodedText(code="PLC", text="PLC编程"),),
    ),
    "is_public_welfare": True,
    "media": (MediaLink(kind=MediaKind.VR, url="https://vr.example.cn/1", title="车间"),),
}
"""Arguments of ``posting_terms``, with a second shift past midnight and a second place."""
