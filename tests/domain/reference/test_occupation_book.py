"""Finding an occupation: in the title of an advert, by a word of a search, while typing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reference.occupation_additions import OccupationAddition
from domain.reference.occupation_book import LISTED_OCCUPATIONS, MatchKind, OccupationBook
from domain.reference.occupations import Occupation, find_occupation
from tests.support.records.clock import FIXED_NOW

TITLES = Path(__file__).parents[2] / "data" / "titles.tsv"


def addition(zh: str, occupation: str, number: int = 0) -> OccupationAddition:
    return OccupationAddition(
        id=zh,
        occupation=occupation,
        zh=zh,
        number=number,
        union_id="root",
        added_by="officer",
        added_at=FIXED_NOW,
    )


def test_titles_as_adverts_write_them_are_understood() -> None:
    lines = TITLES.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    found = {title: LISTED_OCCUPATIONS.find(title) for title, _ in rows}
    right = [title for title, code in rows if (match := found[title]) and match.occupation == code]
    assert (len(rows), len(rows) - len(right)) == (152, 4)


@pytest.mark.parametrize(
    ("title", "code", "kind"),
    [
        ("厨子", "COOK", MatchKind.EXACT),
        ("急聘！叉车司机（包吃住）", "FORKLIFT_DRIVER", MatchKind.PART),
        ("（叉车司机）", "FORKLIFT_DRIVER", MatchKind.PART),
        ("電焊工", "WELDER", MatchKind.EXACT),
        ("ＣＮＣ操作员", "CNC_OPERATOR", MatchKind.EXACT),
        ("锂电池涂布", "BATTERY_WORKER", MatchKind.STEM),
        ("电汗工", "WELDER", MatchKind.PINYIN),
    ],
)
def test_a_title_says_how_it_was_understood(title: str, code: str, kind: MatchKind) -> None:
    match = LISTED_OCCUPATIONS.find(title)
    assert match is not None
    assert (match.occupation.value, match.kind) == (code, kind)


@pytest.mark.parametrize("title", ["", "诚聘英才", "IQCX", "！！！", "高薪急聘"])
def test_a_title_without_a_name_gives_none(title: str) -> None:
    assert LISTED_OCCUPATIONS.find(title) is None


@given(st.text(max_size=300))
def test_any_title_can_be_read(title: str) -> None:
    match = LISTED_OCCUPATIONS.find(title)
    assert match is None or LISTED_OCCUPATIONS.has_occupation(match.occupation)


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("厨子", {"COOK", "HEAD_CHEF"}),
        ("开车", {"CAR_DRIVER", "TRUCK_DRIVER", "RIDE_HAILING_DRIVER"}),
        ("c1", {"CAR_DRIVER", "VAN_DELIVERY_DRIVER"}),
        ("保洁", {"CLEANER", "SANITATION_WORKER"}),
        ("焊接", {"WELDER"}),
        ("电汗工", {"WELDER"}),
        ("siji", {"CAR_DRIVER", "TRUCK_DRIVER"}),
        ("welder", {"WELDER"}),
    ],
)
def test_a_word_of_a_search_finds_every_fitting_occupation(word: str, codes: set[str]) -> None:
    assert codes <= set(LISTED_OCCUPATIONS.find_by_search_word(word))


def test_names_that_officers_added_are_found_everywhere() -> None:
    book = OccupationBook(
        [
            addition("宠物殡葬师", "ADDED_1", 1),
            addition("送宠师", "ADDED_1"),
            addition("烧电焊", "WELDER"),
        ]
    )
    added = find_occupation("ADDED_1")
    assert added is not None
    assert not LISTED_OCCUPATIONS.has_occupation(added)
    assert book.has_occupation(added)
    assert book.names_of(added) == ("宠物殡葬师", "送宠师")
    assert book.label_of(added) == "宠物殡葬师"
    for title in ("急招宠物殡葬师", "送宠师2名"):
        match = book.find(title)
        assert match is not None
        assert match.occupation == added
    assert book.find_by_search_word("烧电焊") == (Occupation.WELDER,)
    assert added in book.find_by_prefix("cwbz")


def test_a_name_belongs_to_its_first_owner() -> None:
    book = OccupationBook([addition("电焊工", "ADDED_1", 1)])
    assert book.owner_of("电 焊 工") is Occupation.WELDER


def test_what_is_typed_finds_names_pinyin_and_initials() -> None:
    for prefix in ("叉车", "chache", "ccsj"):
        assert Occupation["FORKLIFT_DRIVER"] in LISTED_OCCUPATIONS.find_by_prefix(prefix)
