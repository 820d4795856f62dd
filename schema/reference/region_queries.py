"""Queries for regions: by code, by the region around them, or by the start of their name."""

import strawberry

from domain.free_text import check_text
from domain.reference.regions import Region as RegionRecord
from domain.reference.regions import find_regions, list_children, region_of
from domain.refusals import BadPageSize, InvalidInput, NotFound
from schema.reference.region_types import Region
from schema.relay import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

MAX_SEARCH_LENGTH = 40
"""Characters of a search for regions."""


@strawberry.type
class RegionQueries:
    @strawberry.field(
        description="The region of a GB/T 2260 code; an old code gives the region of today. Null "
        "if no single region has the code."
    )
    def region(self, code: str) -> Region | None:
        return Region.of_code(code)

    @strawberry.field(
        description="The provinces. With `parent`: the regions directly below this code. With "
        "`search`: the regions whose name, pinyin, initials or former name start with it, the best "
        "first, `first` at most."
    )
    def regions(
        self, parent: str | None = None, search: str | None = None, first: int = DEFAULT_PAGE_SIZE
    ) -> list[Region]:
        if not 0 <= first <= MAX_PAGE_SIZE:
            raise BadPageSize(
                "This list cannot be that long. Ask for fewer regions.",
                "一次不能显示这么多地区，请减少数量。",
                field=("first",),
                hint=f"`first` is 0 to {MAX_PAGE_SIZE}.",
            )
        return [Region.of(record) for record in _list_regions(parent, search, first)]


def _list_regions(parent: str | None, search: str | None, most: int) -> tuple[RegionRecord, ...]:
    if search is None:
        around = region_of(parent) if parent is not None else None
        if parent is not None and around is None:
            raise NotFound("No region has this code.", "没有这个行政区划代码。", field=("parent",))
        return list_children(around.code if around else None)
    if parent is not None:
        raise InvalidInput(
            "Give parent or search, not both.", "上级区划与搜索词只能填写一个。", field=("search",)
        )
    check_text(search, MAX_SEARCH_LENGTH, ("search",))
    return find_regions(search, most)
