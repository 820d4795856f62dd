"""Regions: what a place code stands for, and finding one by the beginning of its name."""

from functools import cache
from typing import Self

import strawberry

from domain.errors import BadPageSize, InvalidInput, NotFound
from domain.free_text import check_text
from domain.reference.regions import Region as RegionRecord
from domain.reference.regions import (
    RegionLevel,
    find_current_code,
    find_regions,
    list_ancestors,
    list_children,
    region_of,
)
from schema.reference.geo import Point
from schema.relay import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

MAX_SEARCH_LENGTH = 40


@strawberry.type(description="A province, city or county of China.")
class Region:
    record: strawberry.Private[RegionRecord]
    code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    name: str
    full_name: str = strawberry.field(description="With the names of the regions around it.")
    level: RegionLevel
    pinyin: str = strawberry.field(description="Without tones; ü is v.")
    initials: str = strawberry.field(description="The first letter of each syllable.")
    former_names: list[str]
    centre: Point = strawberry.field(
        description="Of the region or its seat; if unknown, of the region before or around it."
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
        """The region of a code, also of an old one; None when there is no single one."""
        current = find_current_code(code)
        return _cached_region(current) if current else None

    @strawberry.field(description="The regions around it, the province first.")
    def ancestors(self) -> "list[Region]":
        return [Region.of(around) for around in list_ancestors(self.record)]


@cache
def _cached_region(code: str) -> Region:
    """The region of a code in force: every posting shows one, and there are but some thousand."""
    record = region_of(code)
    assert record is not None  # the code is in force
    return Region.of(record)


@strawberry.type
class RegionQueries:
    @strawberry.field(
        description="The region that a GB/T 2260 code stands for; an old code gives the region of "
        "today. Null when there is no single one."
    )
    def region(self, code: str) -> Region | None:
        return Region.of_code(code)

    @strawberry.field(
        description="The provinces; with `parent` the regions directly below that code; with "
        "`search` those whose name, pinyin, initials or former name begin so, the best first."
    )
    def regions(
        self, parent: str | None = None, search: str | None = None, first: int = DEFAULT_PAGE_SIZE
    ) -> list[Region]:
        if not 0 <= first <= MAX_PAGE_SIZE:
            raise BadPageSize(f"first is 0 to {MAX_PAGE_SIZE}.", field=("first",))
        return [Region.of(record) for record in _list_regions(parent, search, first)]


def _list_regions(parent: str | None, search: str | None, most: int) -> tuple[RegionRecord, ...]:
    if search is None:
        around = region_of(parent) if parent is not None else None
        if parent is not None and around is None:
            raise NotFound("There is no region with this code.", field=("parent",))
        return list_children(around.code if around else None)
    if parent is not None:
        raise InvalidInput("Give parent or search, not both.", field=("search",))
    check_text(search, MAX_SEARCH_LENGTH, ("search",))
    return find_regions(search, most)
