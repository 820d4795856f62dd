"""The terms of the demo's postings: valid ones, and ones that break a rule on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import TypeVar

from api.demo.job_templates import JOB_TEMPLATES, JobTemplate
from domain.postings.pay import Pay, PayPeriod, PaySettlement, fixed_pay, to_fen
from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, PostingTerms, Shift
from domain.postings.work_schedule import RestDays, WorkSchedule
from domain.reference.occupations import Occupation
from domain.seekers.seeker_groups import SeekerGroup

_T = TypeVar("_T")
_FRIENDLY_TO: dict[Occupation, tuple[SeekerGroup, ...]] = {
    Occupation.GENERAL_WORKER: (SeekerGroup.MIGRANT_WORKER, SeekerGroup.LAID_OFF),
    Occupation.SECURITY_GUARD: (
        SeekerGroup.LAID_OFF,
        SeekerGroup.HARDSHIP_WORKER,
        SeekerGroup.VETERAN,
        SeekerGroup.OLDER_WORKER,
    ),
    Occupation.SANITATION_WORKER: (
        SeekerGroup.HARD_TO_EMPLOY,
        SeekerGroup.HARDSHIP_FAMILY,
        SeekerGroup.OLDER_WORKER,
    ),
    Occupation.CHILDCARE_WORKER: (SeekerGroup.TRANSFERRING,),
    Occupation.MATERNITY_NANNY: (SeekerGroup.LAID_OFF, SeekerGroup.MIGRANT_WORKER),
    Occupation.DELIVERY_RIDER: (SeekerGroup.NEW_FORM_WORKER, SeekerGroup.GIG_WORKER),
    Occupation.RIDE_HAILING_DRIVER: (SeekerGroup.NEW_FORM_WORKER,),
    Occupation.CLERK: (SeekerGroup.GRADUATE, SeekerGroup.DISABLED),
    Occupation.NETWORK_PROGRAMMER: (SeekerGroup.GRADUATE, SeekerGroup.DISABLED),
    Occupation.INDUSTRIAL_ROBOTICS: (SeekerGroup.GRADUATE, SeekerGroup.TRANSFERRING),
}
_FULL_INSURANCE = (
    InsuranceKind.PENSION,
    InsuranceKind.MEDICAL,
    InsuranceKind.UNEMPLOYMENT,
    InsuranceKind.WORK_INJURY,
    InsuranceKind.MATERNITY,
)


class Dice:
    """Uniform choices from a hash of a seed, the same on every machine and Python version."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._throws = count()

    def below(self, bound: int) -> int:
        throw = f"{self._seed}/{next(self._throws)}".encode()
        return int.from_bytes(sha256(throw).digest()[:8]) % bound

    def pick(self, choices: Sequence[_T]) -> _T:
        return choices[self.below(len(choices))]

    def sample(self, choices: Sequence[_T], most: int) -> tuple[_T, ...]:
        """Return one to ``most`` of the choices, in their own order."""
        wanted = {self.below(len(choices)) for _ in range(most)}
        return tuple(choice for place, choice in enumerate(choices) if place in wanted)


def make_terms(
    occupation: Occupation, *, counties: Sequence[str], source: str, today: date, dice: Dice
) -> PostingTerms:
    """Return valid terms for an occupation in one of the counties; one in twenty is a repost."""
    pattern = JOB_TEMPLATES[occupation]
    day, week = _hours(pattern)
    pay = _pay(pattern, dice)
    is_repost = dice.below(20) == 0
    friendly_to = _FRIENDLY_TO.get(occupation, ())
    terms = PostingTerms(
        title=f"{occupation.zh}{dice.pick(('', '（急聘）', '（长期）', '（应届可投）'))}",
        occupation=occupation,
        headcount=1 + dice.below(30),
        duties=pattern.duties,
        conditions=pattern.conditions,
        place_code=dice.pick(counties),
        address=f"合成产业园{1 + dice.below(20)}号楼",
        pay=pay,
        probation_fen=_probation(pattern, pay),
        employment_type=pattern.employment_type,
        shift=dice.pick(pattern.shifts),
        intensity=pattern.intensity,
        hours_per_day=day,
        hours_per_week=week,
        insurance=_insurance(pattern),
        benefits=_benefits(friendly_to, dice),
        valid_until=today + timedelta(days=20 + dice.below(90)),
        is_repost=is_repost,
        repost_source=source if is_repost else None,
        friendly_to=friendly_to,
        schedule=WorkSchedule(rest=_rest(pattern, dice)),
    )
    return _with_clock_times(terms) if terms.shift is Shift.DAY else terms


def _with_clock_times(terms: PostingTerms) -> PostingTerms:
    """Return the terms with start and end of work, including an hour's break in eight hours."""
    begins = 8 + terms.headcount % 2
    lasts = int(terms.hours_per_day) + int(terms.hours_per_day) // 8
    return replace(terms, starts_at=time(begins), ends_at=time(begins + lasts))


def _pay(pattern: JobTemplate, dice: Dice) -> Pay:
    step = 100 if pattern.period is PayPeriod.MONTH else 1
    more = dice.below(pattern.pay_range // step + 1) * step
    pay = fixed_pay(pattern.lowest_pay + more, pattern.period)
    if pattern.employment_type is EmploymentType.GIG:
        return replace(pay, settlement=dice.pick((PaySettlement.DAILY, PaySettlement.WEEKLY)))
    return pay


def _benefits(friendly_to: Sequence[SeekerGroup], dice: Dice) -> tuple[Benefit, ...]:
    """Return one to four benefits; a barrier-free workplace where disabled people are welcome."""
    others = [benefit for benefit in Benefit if benefit is not Benefit.BARRIER_FREE]
    chosen = dice.sample(others, 4)
    return (*chosen, Benefit.BARRIER_FREE) if SeekerGroup.DISABLED in friendly_to else chosen


def _rest(pattern: JobTemplate, dice: Dice) -> RestDays | None:
    if pattern.employment_type is EmploymentType.FULL_TIME:
        return dice.pick((RestDays.TWO_A_WEEK, RestDays.TWO_A_WEEK, RestDays.BY_ROSTER))
    return None


def _probation(pattern: JobTemplate, pay: Pay) -> int | None:
    """Return 85 % of the pay in fen, rounded up to whole yuan, for jobs with a probation."""
    is_employed = pattern.employment_type in {EmploymentType.FULL_TIME, EmploymentType.DISPATCH}
    return -(-pay.from_fen * 85 // 10_000) * 100 if is_employed else None


def _hours(pattern: JobTemplate) -> tuple[Decimal, Decimal]:
    if pattern.employment_type is EmploymentType.PART_TIME:
        return Decimal(4), Decimal(20)
    return Decimal(8), Decimal(40)


def _insurance(pattern: JobTemplate) -> tuple[InsuranceKind, ...]:
    if pattern.employment_type in {EmploymentType.FULL_TIME, EmploymentType.DISPATCH}:
        return _FULL_INSURANCE
    return (InsuranceKind.WORK_INJURY,)


def _without_insurance(terms: PostingTerms) -> PostingTerms:
    return replace(terms, insurance=())


def _below_minimum(terms: PostingTerms) -> PostingTerms:
    return replace(
        terms,
        employment_type=EmploymentType.FULL_TIME,
        insurance=_FULL_INSURANCE,
        pay=fixed_pay(1500, PayPeriod.MONTH),
        probation_fen=None,
    )


def _low_probation(terms: PostingTerms) -> PostingTerms:
    return replace(
        terms,
        employment_type=EmploymentType.FULL_TIME,
        insurance=_FULL_INSURANCE,
        pay=fixed_pay(6000, PayPeriod.MONTH),
        probation_fen=to_fen(3600),
    )


def _without_conditions(terms: PostingTerms) -> PostingTerms:
    return replace(terms, conditions="")


def _part_time_by_the_month(terms: PostingTerms) -> PostingTerms:
    return replace(
        terms,
        employment_type=EmploymentType.PART_TIME,
        hours_per_day=Decimal(4),
        hours_per_week=Decimal(20),
        pay=fixed_pay(2800, PayPeriod.MONTH),
        probation_fen=None,
    )


TERM_DEFECTS = (
    _without_insurance,
    _below_minimum,
    _low_probation,
    _without_conditions,
    _part_time_by_the_month,
)
"""The functions that break one rule each; a region has one posting of each."""
