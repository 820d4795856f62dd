"""Places: the six-digit codes of GB/T 2260, province, city and county in two digits each.

What the codes stand for is in ``regions.tsv``, read once when this module is imported. A code that
is no longer in force counts as the one that stands for it now, where that is a single one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from domain.errors import InvalidInput
from domain.labels import Labelled
from domain.reference.geo import Point


class RegionLevel(Labelled):
    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "地级"
    COUNTY = "COUNTY", "县级"


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A region in force.

    ``full_name`` begins with the names of the regions around it. ``parent`` is the code of the
    next of them: a county may stand directly below a province. ``centre`` is that of the region
    or of its seat; where it is not known, that of the region before or around it. ``pinyin`` has
    no tones, blanks between the syllables and v for ü. ``former_names`` are those of the places
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
    """A code that is no longer in force; ``now`` is the one that stands for it, if it is one."""

    code: str
    name: str
    replacement: str | None


def province_of(code: str) -> str:
    """The code of the province that a place lies in."""
    return code[:2] + "0000"


def city_of(code: str) -> str:
    """The code of the city that a place lies in; of a province, the province itself."""
    return code[:4] + "00"


def _load_regions() -> tuple[dict[str, Region], dict[str, FormerCode]]:
    text = files("domain.reference").joinpath("regions.tsv").read_text("utf-8")
    in_force, _, former = text.partition("\n\n")
    regions: dict[str, Region] = {}
    for line in in_force.splitlines():
        if not line.startswith("#"):
            region = _parse_region(line.split("\t"), regions)
            regions[region.code] = region
    codes = (line.split("\t") for line in former.splitlines())
    return regions, {
        code: FormerCode(code=code, name=name, replacement=now[0] if now else None)
        for code, name, _, *now in codes
    }


def _parse_region(parts: list[str], before: dict[str, Region]) -> Region:
    """The region of a row; those around it come before it."""
    code, name, pinyin, centre, *former = parts
    north, east = centre.split(",")
    around = (around for around in (city_of(code), province_of(code)) if around in before)
    parent = next(around, None)
    return Region(
        code=code,
        name=name,
        full_name=(before[parent].full_name if parent else "") + name,
        level=_level(code),
        parent=parent,
        centre=Point(latitude=float(north), longitude=float(east)),
        pinyin=pinyin,
        former_names=tuple(former[0].split(",")) if former else (),
    )


def _level(code: str) -> RegionLevel:
    if code.endswith("0000"):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if code.endswith("00") else RegionLevel.COUNTY


_REGIONS, _FORMER_CODES = _load_regions()

PROVINCES: dict[str, str] = {
    code: region.name for code, region in _REGIONS.items() if region.level is RegionLevel.PROVINCE
}
"""The 34 provinces by code, in the order of GB/T 2260."""


def find_current_code(code: str) -> str | None:
    """The code itself while it is in force, else the one that stands for it now, if it is one."""
    if code in _REGIONS:
        return code
    former = _FORMER_CODES.get(code)
    return former.replacement if former else None


def replace_former_code(code: str) -> str:
    """The code that stands for it now; one that cannot be told stays as it is."""
    return find_current_code(code) or code


def region_of(code: str) -> Region | None:
    """The region in force that a code stands for, also if it is an old one."""
    current = find_current_code(code)
    return _REGIONS[current] if current else None


def list_ancestors(region: Region) -> tuple[Region, ...]:
    """The regions around it, the province first."""
    if region.parent is None:
        return ()
    above = _REGIONS[region.parent]
    return *list_ancestors(above), above


def list_children(code: str | None) -> tuple[Region, ...]:
    """The regions directly below it in the order of their codes; of None, the provinces."""
    return tuple(region for region in _REGIONS.values() if region.parent == code)


def list_counties() -> tuple[Region, ...]:
    """Every county in force, in the order of their codes."""
    return tuple(region for region in _REGIONS.values() if region.level is RegionLevel.COUNTY)


def is_place_code(code: str) -> bool:
    """Whether it is the code of a place, or an old one for which a single one stands now."""
    return find_current_code(code) is not None


def check_place_code(code: str, field: tuple[str, ...]) -> str:
    """The code that is in force for the place.

    :raises InvalidInput: there is no such place, or none by itself; ``field`` says where the code
        was given.
    """
    current = find_current_code(code)
    if current is None:
        raise InvalidInput(_place_code_advice(code), field=field)
    return current


def _place_code_advice(code: str) -> str:
    former = _FORMER_CODES.get(code)
    if former is not None:
        return (
            f"{code} ({former.name}) is no longer a GB/T 2260 code, and no single one has taken "
            "its place. Give that of the city or county as it is today."
        )
    if len(code) == 6 and code.isascii() and code.isdigit():
        near = next(
            (_REGIONS[at] for at in (city_of(code), province_of(code)) if at in _REGIONS), None
        )
        if near is not None:
            return (
                f"{code} is not a GB/T 2260 code. Look the place up among the regions of "
                f"{near.full_name}, or give {near.code} for all of it."
            )
    return (
        "Give the place as a six-digit GB/T 2260 code of a province, city or county in "
        "China, such as 330402."
    )


def significant_digits(region_code: str) -> str:
    """The digits that every place in the region begins with: 2, 4 or all 6."""
    if region_code.endswith("0000"):
        return region_code[:2]
    return region_code[:4] if region_code.endswith("00") else region_code


def is_within(code: str, region_code: str) -> bool:
    """Whether a place is the region or lies in it: a province, a city, or one county."""
    return code.startswith(significant_digits(region_code))


def _search_keys(region: Region) -> Iterator[tuple[str, int]]:
    """What somebody may begin to type for a region, and how good such a match is, 0 the best."""
    yield region.name, 0
    yield region.full_name, 1
    yield region.pinyin.replace(" ", ""), 2
    yield region.initials, 3
    for name in region.former_names:
        yield name, 4


_PREFIX_INDEX: list[tuple[str, int, str]] = sorted(
    (key, rank, region.code) for region in _REGIONS.values() for key, rank in _search_keys(region)
)


def find_regions(text: str, most: int) -> tuple[Region, ...]:
    """Regions whose name, pinyin, initials or former name begins like ``text``, at most ``most``.

    First those whose name does, then by the full name, the pinyin, the initials and a former
    name; among equals provinces come before cities and these before counties, then by code.
    """
    start = "".join(text.split()).casefold().replace("ü", "v")
    best: dict[str, int] = {}
    for place in range(bisect_left(_PREFIX_INDEX, (start,)), len(_PREFIX_INDEX)):
        key, rank, code = _PREFIX_INDEX[place]
        if not start or not key.startswith(start):
            break
        best[code] = min(rank, best.get(code, rank))
    order = sorted(best, key=lambda code: (best[code], *_size_and_code(code)))
    return tuple(_REGIONS[code] for code in order[:most])


def _size_and_code(code: str) -> tuple[int, str]:
    return tuple(RegionLevel).index(_level(code)), code
