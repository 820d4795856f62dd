"""GraphQL type of a region: what a GB/T 2260 place code stands for."""

from collections.abc import Iterable
from functools import cache
from typing import Self

import strawberry

from domain.reference.regions import Region as RegionRecord
from domain.reference.regions import RegionLevel, find_current_code, list_ancestors, region_of
from schema.reference.point_types import Point


@strawberry.type(description="A province, city or county of China.")
class Region:
    record: strawberry.Private[RegionRecord]
    code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    name: str
    full_name: str = strawberry.field(description="With the names of the regions around it.")
    level: RegionLevel
    pinyin: str = strawberry.field(description="Without tones; ü is written v.")
    initials: str = strawberry.field(description="The first letter of each syllable.")
    former_names: list[str]
    centre: Point = strawberry.field(
        description="Centre of the region or its seat. If unknown: of its predecessor, or of the "
        "region around it."
    )

    @classmethod
    def of(cls, record: RegionRecord) -> Self:
        return cls(
            record=record,
            code=record.code,
            name=record.name,
            full_name=record.full_name,
            level=record.level,
            pinyin=record.pinyin,
            initials=record.initials,
            former_names=list(record.former_names),
            centre=Point.of(record.centre),
        )

    @classmethod
    def of_code(cls, code: str) -> "Region | None":
        """Return the region of a code, old codes included; None if no single region has it."""
        current = find_current_code(code)
        return _cached_region(current) if current else None

    @strawberry.field(description="The regions around it, the province first.")
    def ancestors(self) -> "list[Region]":
        return [Region.of(around) for around in list_ancestors(self.record)]


def list_full_names(codes: Iterable[str]) -> list[str]:
    """Return the full names of the regions of these codes; a code of none is left out."""
    found = map(region_of, codes)
    return [region.full_name for region in found if region is not None]


@cache
def _cached_region(code: str) -> Region:
    """Return the region of a code in force. Every posting shows one; there are about 3,200."""
    record = region_of(code)
    assert record is not None  # the code is in force
    return Region.of(record)
