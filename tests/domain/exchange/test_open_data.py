"""Open data: values and descriptions of the columns, without personal data."""

from __future__ import annotations

from datetime import time

import pytest

from domain.exchange.open_data import build_code_lists, build_csvw_metadata, build_row
from domain.exchange.open_data_columns import CODE_LISTS, COLUMNS
from domain.identity.persons import mask_phones_in_text
from domain.postings.postings import Benefit
from domain.reference.geo import Point
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records


def test_a_row_has_every_column_with_codes_and_names_in_both_languages() -> None:
    full = posting_terms(
        benefits=(Benefit.MEALS, Benefit.DORMITORY),
        friendly_to=(SeekerGroup.MIGRANT_WORKER,),
        starts_at=time(8, 30),
        ends_at=time(17, 30),
        min_age=18,
        point=Point(latitude=31.2, longitude=121.5),
        duties="检修，电话 138-0013-8000",
    )
    found = build_row(records.posting(id="a", terms=full), records.employer(credit_code="c"))
    assert list(found) == [column.name for column in COLUMNS]
    assert (
        found
        | {
            "id": "a",
            "employer": "合成电机有限公司",
            "employer_code": "c",
            "title": "电工",
            "occupation": "ELECTRICIAN",
            "occupation_zh": "电工",
            "occupation_en": "Electrician",
            "duties": "检修，电话 138****8000",
            "place_code": "310115",
            "place_zh": "上海市浦东新区",
            "pay": 6000,
            "pay_period": "MONTH",
            "pay_period_zh": "元/月",
            "probation_pay": None,
            "hours_per_day": 8.0,
            "insurance": "PENSION|MEDICAL|UNEMPLOYMENT|WORK_INJURY",
            "insurance_zh": "养老|医疗|失业|工伤",
            "benefits": "MEALS|DORMITORY",
            "benefits_zh": "包吃|包住",
            "friendly_to": "MIGRANT_WORKER",
            "starts_at": "08:30",
            "ends_at": "17:30",
            "min_age": 18,
            "latitude": 31.2,
            "longitude": 121.5,
            "published_on": "2026-10-01",
            "valid_until": "2026-12-31",
            "revision": 1,
            "synthetic": False,
        }
        == found
    )


def test_author_and_reviewer_are_in_no_column() -> None:
    posting = records.posting(created_by="the officer", union_id="the union")
    assert not {"the officer", "the union"} & set(build_row(posting, records.employer()).values())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13800138000，微信同号", "电话138****8000，微信同号"),
        ("138 0013 8000", "138****8000"),
        ("订单 1380013800012", "订单 1380013800012"),
        ("年产12345678901件", "年产12345678901件"),
    ],
)
def test_mobile_numbers_in_free_text_are_masked(text: str, shown: str) -> None:
    assert mask_phones_in_text(text) == shown


def test_a_missing_value_is_none() -> None:
    found = build_row(records.posting(), records.employer())
    empty = ("starts_at", "ends_at", "min_age", "latitude", "longitude", "repost_source")
    assert [found[name] for name in empty] == [None] * 6
    assert (
        build_row(records.posting(terms=posting_terms(place_code="x")), records.employer())[
            "place_zh"
        ]
        == ""
    )


def test_every_column_has_titles_and_its_code_list() -> None:
    description = build_csvw_metadata("https://x.example/open-data/")
    columns = description["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == [column.name for column in COLUMNS]
    assert all(column["titles"].keys() == {"zh", "en"} for column in columns)
    (shift,) = (column for column in columns if column["name"] == "shift")
    assert shift["dc:conformsTo"] == "https://x.example/open-data/code-lists.json#Shift"
    (benefits,) = (column for column in columns if column["name"] == "benefits")
    assert benefits["separator"] == "|"


def test_every_code_of_a_row_is_in_its_list() -> None:
    lists = build_code_lists()
    assert len(lists) == len(CODE_LISTS) == 12
    found = build_row(records.posting(), records.employer())
    for column in COLUMNS:
        if column.code_kind is not None:
            codes = {entry["code"] for entry in lists[column.code_kind.__name__]["codes"]}
            row_codes = str(found[column.name]).split("|") if found[column.name] else []
            assert set(row_codes) <= codes
    assert (lists["Shift"]["codes"][0]["code"], lists["Shift"]["codes"][0]["zh"]) == ("DAY", "白班")
