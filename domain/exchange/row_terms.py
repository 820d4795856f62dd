"""Builds the terms of a posting from the values of a row (``import_rows.parse_row``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from domain.exchange.occupation_cells import resolve_occupation
from domain.exchange.pay_cells import MIN_MONTHLY_FEN, PayCell
from domain.exchange.provision_cells import Provisions
from domain.postings.pay import Pay, PayPeriod, PayRate
from domain.postings.postings import Benefit, InsuranceKind, PostingTerms
from domain.postings.requirements import Requirements
from domain.postings.work_schedule import NO_SCHEDULE, WorkSchedule
from domain.reference.geo import Point
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.reference.regions import replace_former_code
from domain.refusals import InvalidInput


def build_terms(
    values: Mapping[str, Any], book: OccupationBook = LISTED_OCCUPATIONS
) -> PostingTerms:
    """Return the posting terms for the values of a row. A job without an end has ``OPEN_ENDED``.

    ``book`` has the names of occupations.

    :raises InvalidInput: cells about the pay contradict each other, or leave its period open.
    """
    latitude, longitude = values["point.latitude"], values["point.longitude"]
    point = None
    if latitude is not None or longitude is not None:
        # With one coordinate missing, the point is outside China and refused later.
        point = Point(latitude=latitude or 0.0, longitude=longitude or 0.0)
    insurance, benefits = values["insurance"], values["benefits"]
    kinds, given = insurance.insurance | benefits.insurance, insurance.benefits | benefits.benefits
    pay = _build_pay(values, insurance, benefits)
    shift = values["shift"]
    occupation, occupation_text = resolve_occupation(values["occupation"], values["title"], book)
    return PostingTerms(
        title=values["title"],
        occupation=occupation,
        occupation_text=occupation_text,
        headcount=values["headcount"],
        duties=values["duties"],
        conditions=values["conditions"],
        place_code=replace_former_code(values["placeCode"]),
        address=values["address"],
        pay=pay,
        probation_fen=_probation_fen(values, pay),
        employment_type=values["employmentType"],
        shift=shift.shift,
        intensity=values["intensity"],
        hours_per_day=values["hoursPerDay"],
        hours_per_week=values["hoursPerWeek"],
        insurance=_order_insurance(kinds),
        benefits=_order_benefits(given),
        valid_until=values["validUntil"],
        is_repost=values["isRepost"],
        repost_source=values["repostSource"],
        starts_at=values["startsAt"],
        ends_at=values["endsAt"],
        min_age=values["minAge"],
        friendly_to=values["friendlyTo"],
        point=point,
        schedule=_join_schedules(
            insurance.schedule, benefits.schedule, shift.schedule, values["restDays"]
        ),
        requirements=_build_requirements(values),
    )


@lru_cache(maxsize=32)
def _order_insurance(kinds: frozenset[InsuranceKind]) -> tuple[InsuranceKind, ...]:
    return tuple(kind for kind in InsuranceKind if kind in kinds)


@lru_cache(maxsize=1_024)
def _order_benefits(given: frozenset[Benefit]) -> tuple[Benefit, ...]:
    return tuple(benefit for benefit in Benefit if benefit in given)


def _build_requirements(values: Mapping[str, Any]) -> Requirements:
    education, experience = values["education"], values["experienceMonths"]
    return Requirements(
        education=education.education,
        education_text=education.text,
        experience_months=experience.months,
        experience_text=experience.text,
        licences=values["licences"],
        skills=values["skills"],
    )


def _join_schedules(*schedules: WorkSchedule) -> WorkSchedule:
    """Return what all of them say; of two statements about the same the later one counts."""
    joined = NO_SCHEDULE
    for each in schedules:
        if each is not NO_SCHEDULE:
            joined = replace(
                joined,
                days_per_week=each.days_per_week or joined.days_per_week,
                rest=each.rest or joined.rest,
                rest_days_per_month=joined.rest_days_per_month
                if each.rest_days_per_month is None
                else each.rest_days_per_month,
            )
    return joined


def _build_pay(values: Mapping[str, Any], insurance: Provisions, benefits: Provisions) -> Pay:
    cell: PayCell = values["pay.amount"]
    lower, upper = values["pay.from"], values["pay.to"]
    guaranteed_fen = values["pay.guaranteed"]
    if cell.from_fen is not None and lower is not None:
        raise InvalidInput(
            "The pay stands in two columns. Leave one of them empty.",
            "工资在两列中重复填写，请只保留一列。",
            field=("input", "pay", "from"),
        )
    if lower is None and upper is not None and cell.from_fen is None:
        raise InvalidInput(
            "Give the lower end of the pay, too.",
            "请同时填写工资下限。",
            field=("input", "pay", "from"),
        )
    from_fen = cell.from_fen if lower is None else lower
    to_fen = cell.to_fen if upper is None else upper
    if from_fen is None:
        from_fen = guaranteed_fen or 0
        to_fen = None if guaranteed_fen else 0
    period = _find_period(values["pay.period"], cell, from_fen)
    guaranteed = cell.guaranteed
    if guaranteed_fen is not None:
        # Nobody is guaranteed pieces: the basic pay of piece work is that of a month.
        of_piece = period is PayPeriod.PIECE
        guaranteed = PayRate(fen=guaranteed_fen, period=PayPeriod.MONTH if of_piece else period)
    components, further = cell.components, (*insurance.components, *benefits.components)
    if further:
        kinds = {each.kind for each in components}
        components = (*components, *(each for each in further if each.kind not in kinds))
    return Pay(
        from_fen=from_fen,
        to_fen=to_fen,
        period=period,
        guaranteed=guaranteed,
        months=cell.months,
        payday=cell.payday,
        settlement=values["pay.settlement"]
        or cell.settlement
        or insurance.settlement
        or benefits.settlement,
        components=components,
    )


def _find_period(stated: PayPeriod | None, cell: PayCell, from_fen: int) -> PayPeriod:
    """Return the period of the pay: of its column, of its cell, or a month for large amounts.

    :raises InvalidInput: column and cell name different periods, or nothing tells it.
    """
    if stated is not None and cell.is_period_stated and cell.period is not stated:
        raise InvalidInput(
            "The column of the period and the cell of the pay name different periods. Correct one.",
            "计薪周期与工资一栏写的周期不一致，请核对。",
            field=("input", "pay", "period"),
        )
    period = stated or cell.period
    if period is None and 0 < from_fen < MIN_MONTHLY_FEN:
        raise InvalidInput(
            "Say whether this is the pay of an hour, a day or a piece.",
            "请注明是每小时、每天还是每件的工资。",
            field=("input", "pay", "period"),
        )
    return period or PayPeriod.MONTH


def _probation_fen(values: Mapping[str, Any], pay: Pay) -> int | None:
    given = values["probationPay"]
    cell: PayCell = values["pay.amount"]
    if given is None:
        given = cell.probation_percent if cell.probation_fen is None else cell.probation_fen
    return int(pay.from_fen * given / 100) if isinstance(given, Decimal) else given
