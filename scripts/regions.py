"""Writes domain/reference/regions.tsv from the data of two packages; `make regions` calls it.

Usage: regions.py FOLDER, which contains the unpacked wheels of scripts/regions.txt. NOTICE names
the sources of the data and the changes that are made here.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

TARGET = Path(__file__).parent.parent / "domain" / "reference" / "regions.tsv"

RELIABLE_SINCE = 1984
"""Before this year codes were reassigned several times; the history says itself that it mixes them
up."""

REASSIGNED = "码位改派"
"""An event that gives a code to another place: neither place became the other."""

MOVED = {("44", "46"), ("51", "50")}
"""Places that changed their province: Hainan left Guangdong in 1988, Chongqing left Sichuan in
1997."""

NAMELESS = {"郊区", "城区", "市区", "市郊区", "市中区"}
"""Former names without meaning: many cities had a district of each name."""

CHARACTERS = {
    "都": "du",
    "长": "chang",
    "什": "shi",
    "勒": "le",
    "朝": "chao",
    "佛": "fo",
    "卡": "ka",
}
"""The pinyin of characters that place names pronounce differently from the dictionary."""

NAMES = {
    "单县": "shan xian",
    "浚县": "xun xian",
    "长子县": "zhang zi xian",
    "乐陵市": "lao ling shi",
    "南乐县": "nan le xian",
    "民乐县": "min le xian",
    "六合区": "lu he qu",
    "大城县": "dai cheng xian",
    "洪洞县": "hong tong xian",
    "繁峙县": "fan shi xian",
    "穆棱市": "mu ling shi",
    "涡阳县": "guo yang xian",
    "荥经县": "ying jing xian",
    "漯河市": "luo he shi",
    "召陵区": "shao ling qu",
    "曾都区": "zeng du qu",
    "龙圩区": "long xu qu",
    "覃塘区": "qin tang qu",
    "筠连县": "jun lian xian",
    "宕昌县": "tan chang xian",
    "红寺堡区": "hong si bu qu",
    "伽师县": "jia shi xian",
    "泊头市": "bo tou shi",
    "珲春市": "hun chun shi",
    "闵行区": "min hang qu",
    "马尾区": "ma wei qu",
    "蚌山区": "beng shan qu",
}
"""The pinyin of whole names with a local pronunciation."""

HEADER = """\
# Regions of China by GB/T 2260 code, written by `make regions`. NOTICE names the sources.
# First the codes in force: code, name, pinyin, latitude and longitude of the centre, former names.
# After the blank line the old codes: code, last name, last year, the code that replaces it.
"""


@dataclass
class Place:
    """A region in force."""

    name: str
    centre: str = ""
    former: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Change:
    """The change of a code in a year; ``after`` is the new code, or empty if there is none."""

    year: int
    before: str
    name: str
    after: str


def main() -> None:
    folder = Path(sys.argv[1])
    places = read_places(json.loads((folder / "data/divisions_v1.json").read_text("utf-8")))
    history = History(
        read_changes(json.loads((folder / "data/historical_changes_v1.json").read_text("utf-8"))),
        places,
    )
    for change in history.changes:
        add_former_name(change, history, places)
    replaced = {code: history.describe_end(code) for code in history.codes_no_longer_in_force()}
    replaced |= {code: ("市辖区、县", 0, province) for code, province in find_groupings(places)}
    centres = read_centres(folder / "cpca/resources/adcodes.csv")
    for code, place in places.items():
        place.centre = find_centre(code, centres, replaced)
    TARGET.write_text(HEADER + "\n".join(format_lines(places, replaced)) + "\n", "utf-8")
    print(f"{len(places)} regions in force, {len(replaced)} codes that no longer are")


def read_places(data: dict[str, Any]) -> dict[str, Place]:
    """The regions in force, in the order of their codes."""
    found = {}
    for province, inside in data["provinces"].items():
        found[inside["code"][:6]] = Place(province)
        for city, within in inside["cities"].items():
            if city:
                found[within["code"][:6]] = Place(city)
            for county, code in within["counties"].items():
                found[code[:6]] = Place(county)
    return dict(sorted(found.items()))


def read_changes(data: dict[str, Any]) -> Iterator[Change]:
    """The events in which a code was replaced or ended."""
    for event in data["events"]:
        before, after = event["old"]["code"], event["new"]["code"] or ""
        if not before or event["year"] < RELIABLE_SINCE or event["type"] == REASSIGNED:
            continue
        # Some events match by name only (two suburbs) and join places that are far from each other.
        is_sound = before[:2] == after[:2] or (before[:2], after[:2]) in MOVED
        yield Change(
            event["year"], before[:6], event["old"]["name"] or "", after[:6] if is_sound else ""
        )


class History:
    """Finds the codes in force that replaced an old code, over all changes since."""

    def __init__(self, found: Iterator[Change], places: dict[str, Place]) -> None:
        self.changes = sorted(found, key=lambda change: (change.year, change.before, change.after))
        self._places = places
        self._by_code: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.before != change.after:
                self._by_code[change.before].append(change)

    def codes_no_longer_in_force(self) -> list[str]:
        return [code for code in self._by_code if code not in self._places]

    def describe_end(self, code: str) -> tuple[str, int, str]:
        """The last name of a code, the year it ended, and its one successor or an empty text."""
        year = max(change.year for change in self._by_code[code])
        last = [change for change in self._by_code[code] if change.year == year]
        return last[0].name, year, self.find_successor(last)

    def find_successor(self, last: list[Change]) -> str:
        """The place that these changes lead to, if it is exactly one and not narrower; or empty."""
        ends = {end for change in last for end in self._ends(change.after, change.year, ())}
        if len(ends) != 1:
            return ""
        (end,) = ends
        # A city was divided if only a county kept its name.
        is_narrower = last[0].before.endswith("00") and not end.endswith("00")
        return "" if is_narrower else end

    def _ends(self, code: str, year: int, seen: tuple[str, ...]) -> set[str]:
        if code in self._places:
            return {code}
        later = [change for change in self._by_code.get(code, ()) if change.year >= year]
        if code in seen or not later:
            return set()
        soonest = min(change.year for change in later)
        return {
            end
            for change in later
            if change.year == soonest
            for end in self._ends(change.after, change.year, (*seen, code))
        }


def add_former_name(change: Change, history: History, places: dict[str, Place]) -> None:
    """Add the old name to the place that replaced it."""
    end = history.find_successor([change])
    if end and change.name and change.name not in {places[end].name, *NAMELESS}:
        places[end].former.add(change.name)


def find_groupings(places: dict[str, Place]) -> Iterator[tuple[str, str]]:
    """The codes that only group the counties directly below a province, such as 110100 市辖区."""
    for code in places:
        group = code[:4] + "00"
        if not code.endswith("00") and group not in places:
            yield group, code[:2] + "0000"


def read_centres(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["adcode"][:6]: f"{float(row['latitude']):.4f},{float(row['longitude']):.4f}"
            for row in csv.DictReader(file)
            if row["latitude"] and row["longitude"]
        }


def find_centre(
    code: str, centres: dict[str, str], replaced: dict[str, tuple[str, int, str]]
) -> str:
    """The centre of a region, or of its one predecessor, or of the city or province around it."""
    followed = {
        centres[old] for old, (_, _, now) in replaced.items() if now == code and old in centres
    }
    around = (code[:4] + "00", code[:2] + "0000")
    known = [
        centres.get(code),
        *(followed if len(followed) == 1 else ()),
        *map(centres.get, around),
    ]
    return next(filter(None, known))


def spell_pinyin(name: str) -> str:
    """The pinyin of a name without tones, syllables separated by spaces, ü as v."""
    if name in NAMES:
        return NAMES[name]
    syllables = zip(name, lazy_pinyin(name), strict=True)
    return " ".join(CHARACTERS.get(character, syllable) for character, syllable in syllables)


def format_lines(
    places: dict[str, Place], replaced: dict[str, tuple[str, int, str]]
) -> Iterator[str]:
    for code, place in places.items():
        former = ",".join(sorted(place.former))
        yield "\t".join((code, place.name, spell_pinyin(place.name), place.centre, former)).rstrip(
            "\t"
        )
    yield ""
    for code, (name, year, now) in sorted(replaced.items()):
        yield "\t".join((code, name, str(year or ""), now)).rstrip("\t")


if __name__ == "__main__":
    main()
