"""Regions of China by GB/T 2260 code: six digits, two each for province, city and county.

The data is in ``regions.tsv``, read once at import. A code that is no longer in force is replaced
by its successor if there is exactly one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from domain.labels import Labelled
from domain.reference.geo import Point, is_plausible_in_china
from domain.refusals import InvalidInput


class RegionLevel(Labelled):
    """The administrative level of a region."""

    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "地级"
    COUNTY = "COUNTY", "县级"


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A region whose code is in force.

    ``full_name`` starts with the names of the regions above it. ``parent`` is the code of the
    region directly above; for some counties this is a province. ``centre`` is the centre of the
    region or its seat; if not known, that of a predecessor or of the region above. ``pinyin`` has
    no tones, a blank between syllables, and v for ü. ``former_names`` are the names of the regions
    that became this one.
    """

    code: str
    name: str
    full_name: str
    level: RegionLevel
    parent: str | None
    centre: Point
    pinyin: str
    former_names: tuple[str, ...]

    @property
    def initials(self) -> str:
        """The first letter of each syllable."""
        return "".join(syllable[0] for syllable in self.pinyin.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerCode:
    """A code that is no longer in force; ``replacement`` is its single successor, if any."""

    code: str
    name: str
    replacement: str | None


def province_of(code: str) -> str:
    """Return the code of the province of a place."""
    return code[:2] + "0000"


def city_of(code: str) -> str:
    """Return the code of the city of a place; for a province, the province itself."""
    return code[:4] + "00"


def _load_regions() -> tuple[dict[str, Region], dict[str, FormerCode]]:
    text = files("domain.reference").joinpath("regions.tsv").read_text("utf-8")
    in_force, _, former = text.partition("\n\n")
    regions: dict[str, Region] = {}
    for line in in_force.splitlines():
        if not line.startswith("#"):
            region = _parse_region(line.split("\t"), regions)
            regions[region.code] = region
    rows = (line.split("\t") for line in former.splitlines())
    return regions, {
        code: FormerCode(code=code, name=name, replacement=successors[0] if successors else None)
        for code, name, _, *successors in rows
    }


def _parse_region(columns: list[str], parsed: dict[str, Region]) -> Region:
    """Parse a row; the regions above it must have been parsed before."""
    code, name, pinyin, centre, *former_names = columns
    latitude, longitude = centre.split(",")
    above = (above for above in (city_of(code), province_of(code)) if above in parsed)
    parent = next(above, None)
    return Region(
        code=code,
        name=name,
        full_name=(parsed[parent].full_name if parent else "") + name,
        level=_level_of(code),
        parent=parent,
        centre=Point(latitude=float(latitude), longitude=float(longitude)),
        pinyin=pinyin,
        former_names=tuple(former_names[0].split(",")) if former_names else (),
    )


def _level_of(code: str) -> RegionLevel:
    if code.endswith("0000"):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if code.endswith("00") else RegionLevel.COUNTY


_REGIONS, _FORMER_CODES = _load_regions()

PROVINCES: dict[str, str] = {
    code: region.name for code, region in _REGIONS.items() if region.level is RegionLevel.PROVINCE
}
"""The 34 provinces by code, in the order of GB/T 2260."""


def find_current_code(code: str) -> str | None:
    """Return the code if it is in force, else its single successor; None if there is none."""
    if code in _REGIONS:
        return code
    former = _FORMER_CODES.get(code)
    return former.replacement if former else None


def replace_former_code(code: str) -> str:
    """Return the successor of a former code; any other code is returned unchanged."""
    return find_current_code(code) or code


def region_of(code: str) -> Region | None:
    """Return the region of a code or of its successor; None if there is none."""
    current = find_current_code(code)
    return _REGIONS[current] if current else None


def list_ancestors(region: Region) -> tuple[Region, ...]:
    """Return the regions above a region, the province first."""
    if region.parent is None:
        return ()
    above = _REGIONS[region.parent]
    return *list_ancestors(above), above


def list_children(code: str | None) -> tuple[Region, ...]:
    """Return the regions directly below a code, in code order; for None, the provinces."""
    return tuple(region for region in _REGIONS.values() if region.parent == code)


def list_counties() -> tuple[Region, ...]:
    """Return all counties in force, in code order."""
    return tuple(region for region in _REGIONS.values() if region.level is RegionLevel.COUNTY)


def is_place_code(code: str) -> bool:
    """Whether a code is in force or has a single successor."""
    return find_current_code(code) is not None


def check_place_code(code: str, field: tuple[str, ...]) -> str:
    """Return the code in force for a place code.

    :raises InvalidInput: the code does not exist, or has no single successor; ``field`` is the
        input that it came from.
    """
    current = find_current_code(code)
    if current is None:
        raise _refuse_place_code(code, field)
    return current


def check_point(point: Point, field: tuple[str, ...]) -> None:
    """Check that a point can lie in China.

    :raises InvalidInput: it cannot.
    """
    if not is_plausible_in_china(point):
        raise InvalidInput(
            "Give a point within China: latitude from 3 to 54, longitude from 73 to 136 degrees.",
            "请填写中国境内的坐标：纬度3至54度，经度73至136度。",
            field=field,
        )


def _refuse_place_code(code: str, field: tuple[str, ...]) -> InvalidInput:
    """Build the refusal of a place code; it says which code to give instead."""
    former = _FORMER_CODES.get(code)
    if former is not None:
        return InvalidInput(
            f"{code} ({former.name}) is no longer a GB/T 2260 code and has no single successor. "
            "Give the code of the city or county as it is today.",
            f"行政区划代码{code}（{former.name}）已停用，且没有唯一对应的新代码，"
            "请填写现行的市或县（区）代码。",
            field=field,
        )
    if len(code) == 6 and code.isascii() and code.isdigit():
        above = (city_of(code), province_of(code))
        nearest = next((_REGIONS[known] for known in above if known in _REGIONS), None)
        if nearest is not None:
            return InvalidInput(
                f"{code} is not a GB/T 2260 code. Look the place up among the regions of "
                f"{nearest.full_name}, or give {nearest.code} for all of it.",
                f"行政区划代码{code}不存在，请在{nearest.full_name}所辖地区中查找，"
                f"或填写{nearest.code}表示{nearest.full_name}全境。",
                field=field,
            )
    return InvalidInput(
        "Give the place as a six-digit GB/T 2260 code of a province, city or county in "
        "China, such as 330402.",
        "请填写六位行政区划代码（GB/T 2260），例如330402。",
        field=field,
    )


def significant_digits(region_code: str) -> str:
    """Return the 2, 4 or 6 digits that the code of every place in a region starts with."""
    if region_code.endswith("0000"):
        return region_code[:2]
    return region_code[:4] if region_code.endswith("00") else region_code


def is_within(code: str, region_code: str) -> bool:
    """Whether a place is the region itself or lies in it."""
    return code.startswith(significant_digits(region_code))


def _search_keys(region: Region) -> Iterator[tuple[str, int]]:
    """Yield what people may type for a region, with the rank of such a match; 0 is best."""
    yield region.name, 0
    yield region.full_name, 1
    yield region.pinyin.replace(" ", ""), 2
    yield region.initials, 3
    for name in region.former_names:
        yield name, 4


_PREFIX_INDEX: list[tuple[str, int, str]] = sorted(
    (key, rank, region.code) for region in _REGIONS.values() for key, rank in _search_keys(region)
)


def find_regions(text: str, limit: int) -> tuple[Region, ...]:
    """Return up to ``limit`` regions whose name, pinyin, initials or former name has a prefix.

    Matches of the name come first, then of the full name, the pinyin, the initials and a former
    name. Among equals provinces come before cities and cities before counties, then by code.
    """
    prefix = "".join(text.split()).casefold().replace("ü", "v")
    if not prefix:
        return ()
    rank_by_code: dict[str, int] = {}
    for index in range(bisect_left(_PREFIX_INDEX, (prefix,)), len(_PREFIX_INDEX)):
        key, rank, code = _PREFIX_INDEX[index]
        if not key.startswith(prefix):
            break
        rank_by_code[code] = min(rank, rank_by_code.get(code, rank))
    levels = tuple(RegionLevel)
    codes = sorted(
        rank_by_code, key=lambda code: (rank_by_code[code], levels.index(_level_of(code)), code)
    )
    return tuple(_REGIONS[code] for code in codes[:limit])
