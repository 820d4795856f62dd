"""Makes domain/reference/regions.tsv from the data of two packages; `make regions` calls it.

Usage: regions.py FOLDER, where the wheels that scripts/regions.txt names are unpacked. NOTICE says
where the data come from and what is changed here.
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
"""Before, codes were dealt out anew several times, and the history mixes them up (its own note)."""

REASSIGNED = "码位改派"
"""An event in which a code passed to another place: neither place became the other."""

MOVED = {("44", "46"), ("51", "50")}
"""Places that changed their province: Hainan left Guangdong in 1988, Chongqing Sichuan in 1997."""

NAMELESS = {"郊区", "城区", "市区", "市郊区", "市中区"}
"""Former names that say nothing: many cities had one of each."""

CHARACTERS = {
    "都": "du",
    "长": "chang",
    "什": "shi",
    "勒": "le",
    "朝": "chao",
    "佛": "fo",
    "卡": "ka",
}
"""How a character sounds in the name of a place where the dictionary has it otherwise."""

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
"""Names that are spoken in a way of their own."""

HEADER = """\
# Regions of China by GB/T 2260 code, made by `make regions`. NOTICE says from what.
# First those in force: code, name, pinyin, latitude and longitude of the centre, former names.
# After the blank line those that are not: code, last name, its last year, what stands for it now.
"""


@dataclass
class Place:
    """A region in force."""

    name: str
    centre: str = ""
    former: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Change:
    """What became of a code in a year; ``after`` is empty where nothing did."""

    year: int
    before: str
    name: str
    after: str


def main() -> None:
    folder = Path(sys.argv[1])
    places = current(json.loads((folder / "data/divisions_v1.json").read_text("utf-8")))
    history = History(
        changes(json.loads((folder / "data/historical_changes_v1.json").read_text("utf-8"))),
        places,
    )
    for change in history.changes:
        name_before(change, history, places)
    replaced = {code: history.end_of(code) for code in history.codes_no_longer_in_force()}
    replaced |= {code: ("市辖区、县", 0, province) for code, province in groupings(places)}
    centres = read_centres(folder / "cpca/resources/adcodes.csv")
    for code, place in places.items():
        place.centre = centre(code, centres, replaced)
    TARGET.write_text(HEADER + "\n".join(lines(places, replaced)) + "\n", "utf-8")
    print(f"{len(places)} regions in force, {len(replaced)} codes that no longer are")


def current(data: dict[str, Any]) -> dict[str, Place]:
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


def changes(data: dict[str, Any]) -> Iterator[Change]:
    """The events that say what a code became, or that it ended."""
    for event in data["events"]:
        before, after = event["old"]["code"], event["new"]["code"] or ""
        if not before or event["year"] < RELIABLE_SINCE or event["type"] == REASSIGNED:
            continue
        # Some matches by name alone (a suburb here, one there) join places far from each other.
        is_sound = before[:2] == after[:2] or (before[:2], after[:2]) in MOVED
        yield Change(
            event["year"], before[:6], event["old"]["name"] or "", after[:6] if is_sound else ""
        )


class History:
    """Follows codes through the years to those in force."""

    def __init__(self, found: Iterator[Change], places: dict[str, Place]) -> None:
        self.changes = sorted(found, key=lambda change: (change.year, change.before, change.after))
        self._places = places
        self._by_code: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.before != change.after:
                self._by_code[change.before].append(change)

    def codes_no_longer_in_force(self) -> list[str]:
        return [code for code in self._by_code if code not in self._places]

    def end_of(self, code: str) -> tuple[str, int, str]:
        """Last name, the year it ended, and the one code that stands for it now or nothing."""
        year = max(change.year for change in self._by_code[code])
        last = [change for change in self._by_code[code] if change.year == year]
        return last[0].name, year, self.single(last)

    def single(self, last: list[Change]) -> str:
        """Where these changes lead to, if that is one place which is no narrower."""
        ends = {end for change in last for end in self._ends(change.after, change.year, ())}
        if len(ends) != 1:
            return ""
        (end,) = ends
        # A city of which only a county kept the name was divided.
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


def name_before(change: Change, history: History, places: dict[str, Place]) -> None:
    """Note the name of before at the place that it became."""
    end = history.single([change])
    if end and change.name and change.name not in {places[end].name, *NAMELESS}:
        places[end].former.add(change.name)


def groupings(places: dict[str, Place]) -> Iterator[tuple[str, str]]:
    """The codes that only group what stands directly below a province, such as 110100 市辖区."""
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


def centre(code: str, centres: dict[str, str], replaced: dict[str, tuple[str, int, str]]) -> str:
    """Its own, that of the one code it followed, or that of the city or province around it."""
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


def spoken(name: str) -> str:
    """Its pinyin without tones, syllables apart, ü as v."""
    if name in NAMES:
        return NAMES[name]
    syllables = zip(name, lazy_pinyin(name), strict=True)
    return " ".join(CHARACTERS.get(character, syllable) for character, syllable in syllables)


def lines(places: dict[str, Place], replaced: dict[str, tuple[str, int, str]]) -> Iterator[str]:
    for code, place in places.items():
        former = ",".join(sorted(place.former))
        yield "\t".join((code, place.name, spoken(place.name), place.centre, former)).rstrip("\t")
    yield ""
    for code, (name, year, now) in sorted(replaced.items()):
        yield "\t".join((code, name, str(year or ""), now)).rstrip("\t")


if __name__ == "__main__":
    main()
