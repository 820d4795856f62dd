"""Generates hundreds of thousands of synthetic postings, and realistic searches over them.

Occupations, regions and employers are skewed as on real boards: a few of each have most of the
postings. The same seed gives the same postings and searches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from api.demo.job_templates import JOB_TEMPLATES, FirmKind
from api.demo.terms import Dice, make_terms
from domain.employers.employers import Employer, compute_check_character
from domain.identity.unions import Union, UnionLevel
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    Intensity,
    Posting,
    PostingStatus,
    Shift,
)
from domain.postings.postings import PostingTerms as Terms
from domain.reference.occupations import Occupation, occupation_names
from domain.reference.regions import Region, RegionLevel, list_children, province_of
from domain.screening.posting_rules import RULES_VERSION
from domain.seekers.seeker_groups import SeekerGroup

SEED = 2026
UNION = "bench-union"
_CHECKED_DAYS = 180
_FIRMS = {
    FirmKind.MAKING: ("智能装备", "精密机械", "新材料", "电子"),
    FirmKind.SERVING: ("生活服务", "餐饮管理", "物业服务", "家政"),
    FirmKind.MOVING: ("物流", "供应链", "快运", "配送"),
    FirmKind.DESIGNING: ("数字科技", "信息技术", "网络", "工业设计"),
}
_WORDS = ("恒达", "华信", "东方", "金桥", "远大", "新力", "安泰", "瑞丰", "天成", "众合")
_PREFIX = ("", "", "", "高级", "初级", "资深", "夜班", "兼职", "储备", "熟练")
_SUFFIX = ("", "", "", "（包住）", "（长白班）", "急招", "学徒", "班长", "（五险一金）")


def dice_of(seed: int) -> Random:
    """Return a random generator that gives the same numbers for the same seed."""
    return Random(seed)  # noqa: S311 - nothing here is a secret


@dataclass(frozen=True, kw_only=True)
class Market:
    """The employers and regions that postings are generated from."""

    union: Union
    employers: Sequence[Employer]
    counties: Sequence[Region]
    at: datetime


def market(at: datetime, *, employers: int = 3_000) -> Market:
    """Generate employers in counties of all provinces, most of them in few counties."""
    dice = dice_of(SEED)
    provinces = list_children(None)
    counties = [
        county
        for province in provinces
        for city in list_children(province.code)
        for county in ((city,) if city.level is RegionLevel.COUNTY else list_children(city.code))
    ]
    dice.shuffle(counties)
    return Market(
        union=Union(
            id=UNION, name="合成总工会", level=UnionLevel.CITY, place_code="330400", path=(UNION,)
        ),
        employers=[_employer(number, dice, counties, at) for number in range(employers)],
        counties=counties,
        at=at,
    )


def _employer(number: int, dice: Random, counties: Sequence[Region], at: datetime) -> Employer:
    county = counties[min(int(dice.expovariate(1 / 250)), len(counties) - 1)]
    trade = dice.choice(tuple(FirmKind))
    head = f"91330400{number:09d}"
    name = f"{county.name}{dice.choice(_WORDS)}{dice.choice(_FIRMS[trade])}有限公司"
    return Employer(
        id=f"{number:024x}",
        name=name,
        credit_code=head + compute_check_character(head),
        place_code=county.code,
        union_id=UNION,
        created_by=UNION,
        created_at=at,
        synthetic=True,
        verified_until=at.date() + timedelta(days=_CHECKED_DAYS),
    )


def _skewed(items: Sequence[Any]) -> list[float]:
    return list(accumulate(1 / (place + 2) for place in range(len(items))))


def postings(made_of: Market, number: int) -> Iterator[Posting]:
    """Generate that many open postings, with ids in order of their number."""
    dice = dice_of(SEED + 1)
    rolls = Dice(SEED)
    occupations = list(JOB_TEMPLATES)
    dice.shuffle(occupations)
    occupation_weights = _skewed(occupations)
    employer_weights = _skewed(made_of.employers)
    for each in range(number):
        (occupation,) = dice.choices(occupations, cum_weights=occupation_weights)
        (employer,) = dice.choices(made_of.employers, cum_weights=employer_weights)
        yield Posting(
            id=f"{0x60000000 + each:024x}",
            employer_id=employer.id,
            terms=_terms(occupation, employer, dice=dice, rolls=rolls, today=made_of.at.date()),
            status=PostingStatus.OPEN,
            union_id=UNION,
            union_path=(UNION,),
            verified_until=made_of.at.date() + timedelta(days=_CHECKED_DAYS),
            rules=RULES_VERSION,
            created_by=UNION,
            created_at=made_of.at,
            synthetic=True,
        )


def _terms(
    occupation: Occupation, employer: Employer, *, dice: Random, rolls: Dice, today: date
) -> Terms:
    names = occupation_names(occupation)
    name = dice.choice((occupation.zh, occupation.zh, *names))
    made = make_terms(
        occupation,
        counties=(employer.place_code,),
        source="",
        today=today,
        dice=rolls,
    )
    return replace(
        made,
        title=f"{dice.choice(_PREFIX)}{name}{dice.choice(_SUFFIX)}",
        benefits=tuple(dice.sample(tuple(Benefit), dice.randrange(1, 5))),
        friendly_to=tuple(dice.sample(tuple(SeekerGroup), dice.choice((0, 0, 1, 2)))),
        employment_type=dice.choices(
            (made.employment_type, EmploymentType.DISPATCH), weights=(5, 1)
        )[0],
        valid_until=today + timedelta(days=dice.randrange(10, 120)),
    )


def searches(made_of: Market, number: int) -> Iterator[dict[str, Any]]:
    """Generate search filters: mostly common words, each with two more filters."""
    dice = dice_of(SEED + 2)
    occupations = list(JOB_TEMPLATES)
    weights = _skewed(occupations)
    for _ in range(number):
        (occupation,) = dice.choices(occupations, cum_weights=weights)
        others: dict[str, Any] = {
            "employmentTypes": [dice.choice(("FULL_TIME", "FULL_TIME", "PART_TIME", "DISPATCH"))],
            "shifts": [dice.choice(tuple(Shift)).value],
            "payFrom": dice.choice((3_000, 4_000, 5_000, 6_000)),
            "intensities": [each.value for each in dice.sample(tuple(Intensity), 2)],
            "benefits": [dice.choice(tuple(Benefit)).value],
        }
        kept = dict(dice.sample(list(others.items()), 2))
        # People look for work near home: three of four searches name a city or a province.
        if dice.randrange(4):
            county = made_of.counties[min(int(dice.expovariate(1 / 250)), 2_000)]
            kept.popitem()
            kept["placeCode"] = dice.choice((county.parent, province_of(county.code)))
        yield {"search": dice.choice(occupation_names(occupation)), **kept}
