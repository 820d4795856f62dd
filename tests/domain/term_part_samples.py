"""Hypothesis strategies for the parts of terms that came with version 2."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

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
from domain.postings.requirements import CodedText, RequiredEducation, Requirements
from domain.postings.work_schedule import (
    RestDays,
    ShiftTimes,
    Workplace,
    WorkSchedule,
)
from domain.reference.geo import Point
from domain.reference.weekdays import Weekday

short_texts = st.text(max_size=8)
coordinates = st.builds(
    Point, latitude=st.floats(18, 53, width=32), longitude=st.floats(74, 134, width=32)
)
clock_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
fens = st.integers(min_value=-100, max_value=100_000_000)


@st.composite
def pay_ranges(draw: st.DrawFn) -> tuple[int, int | None]:
    """Draw a lower end in fen and an upper end that is not below it."""
    lowest = draw(fens)
    return lowest, draw(st.none() | st.just(lowest) | st.integers(lowest, 200_000_000))


def _component(ends: tuple[int, int | None], **values: Any) -> PayComponent:
    return PayComponent(from_fen=abs(ends[0]) + 1, to_fen=None, **values)


components = st.builds(
    _component,
    pay_ranges(),
    kind=st.sampled_from(PayComponentKind),
    unit=st.sampled_from(ComponentUnit),
    note=short_texts,
) | st.builds(
    PayComponent,
    kind=st.sampled_from(PayComponentKind),
    percent=st.none() | st.decimals("0.1", "100", places=1),
    note=short_texts,
)
rates = st.builds(
    PayRate,
    fen=st.integers(1, 100_000_000),
    period=st.sampled_from([PayPeriod.MONTH, PayPeriod.DAY, PayPeriod.HOUR, PayPeriod.YEAR]),
)


def _pay(ends: tuple[int, int | None], **values: Any) -> Pay:
    return Pay(from_fen=ends[0], to_fen=ends[1], **values)


pays = st.builds(
    _pay,
    pay_ranges(),
    period=st.sampled_from(PayPeriod),
    guaranteed=st.none() | rates,
    months=st.none() | st.integers(24, 40).map(lambda halves: Decimal(halves) / 2),
    payday=st.none() | st.integers(1, 31),
    settlement=st.none() | st.sampled_from(PaySettlement),
    components=st.lists(components, max_size=2).map(tuple),
)
coded_texts = st.builds(
    CodedText, code=st.sampled_from(["", "LOW_VOLTAGE", "C1"]), text=st.text(min_size=1, max_size=8)
)
requirements = st.builds(
    Requirements,
    education=st.none() | st.sampled_from(RequiredEducation),
    education_text=short_texts,
    experience_months=st.none() | st.integers(0, 600),
    experience_text=short_texts,
    licences=st.lists(coded_texts, max_size=2, unique=True).map(tuple),
    skills=st.lists(coded_texts, max_size=2, unique=True).map(tuple),
)
shift_times = st.builds(
    ShiftTimes,
    starts_at=clock_times,
    ends_at=clock_times,
    days=st.lists(st.sampled_from(Weekday), max_size=3, unique=True).map(tuple),
    break_minutes=st.none() | st.integers(0, 600),
    name=short_texts,
)
schedules = st.builds(
    WorkSchedule,
    shifts=st.lists(shift_times, max_size=3, unique=True).map(tuple),
    days_per_week=st.none() | st.integers(1, 14).map(lambda halves: Decimal(halves) / 2),
    rest=st.none() | st.sampled_from(RestDays),
    rest_days_per_month=st.none() | st.integers(0, 31),
)
further_places = st.lists(
    st.builds(
        Workplace,
        place_code=st.sampled_from(["310115", "110101", "440305", "440000", "330402"]),
        address=short_texts,
        point=st.none() | coordinates,
    ),
    max_size=2,
    unique=True,
).map(tuple)
media = st.lists(
    st.builds(
        MediaLink,
        kind=st.sampled_from(MediaKind),
        url=st.sampled_from(["https://v.example.cn/1", "https://vr.example.cn/2"]),
        title=short_texts,
    ),
    max_size=2,
    unique=True,
).map(tuple)
