"""Regions through the API: by code, by level, by name, and on postings and employers."""

from __future__ import annotations

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import posting_input
from tests.support.world import World, gid


async def test_a_code_gives_its_region_and_the_regions_around_it(api: GraphQLClient) -> None:
    answer = await api.fetch_data(
        """{ region(code: "330402") {
            code name fullName level pinyin initials formerNames
            centre { latitude longitude } ancestors { code name ancestors { name } }
        } }"""
    )
    assert answer["region"] == {
        "code": "330402",
        "name": "南湖区",
        "fullName": "浙江省嘉兴市南湖区",
        "level": "COUNTY",
        "pinyin": "nan hu qu",
        "initials": "nhq",
        "formerNames": ["秀城区"],
        "centre": {"latitude": 30.7478, "longitude": 120.783},
        "ancestors": [
            {"code": "330000", "name": "浙江省", "ancestors": []},
            {"code": "330400", "name": "嘉兴市", "ancestors": [{"name": "浙江省"}]},
        ],
    }


async def test_an_old_code_gives_the_region_of_today_and_an_unknown_code_null(
    api: GraphQLClient,
) -> None:
    answer = await api.fetch_data(
        '{ old: region(code: "510124") { code } unknown: region(code: "990000") { code } }'
    )
    assert answer == {"old": {"code": "510117"}, "unknown": None}


async def test_regions_are_listed_by_level_and_searched(api: GraphQLClient) -> None:
    answer = await api.fetch_data(
        """{
            provinces: regions { code }
            cities: regions(parent: "330000") { name }
            found: regions(search: "jiax", first: 2) { fullName }
        }"""
    )
    assert len(answer["provinces"]) == 34
    assert [city["name"] for city in answer["cities"]][:4] == [
        "杭州市",
        "宁波市",
        "温州市",
        "嘉兴市",
    ]
    assert answer["found"] == [{"fullName": "浙江省嘉兴市"}, {"fullName": "山东省济宁市嘉祥县"}]


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ('parent: "999999"', "NOT_FOUND", ["parent"]),
        ('parent: "330000", search: "jia"', "INVALID_INPUT", ["search"]),
        (f'search: "{"长" * 41}"', "INVALID_INPUT", ["search"]),
        ('search: "j", first: 101', "BAD_PAGE_SIZE", ["first"]),
        ('search: "j", first: -1', "BAD_PAGE_SIZE", ["first"]),
    ],
)
async def test_invalid_arguments_for_regions_are_refused(
    api: GraphQLClient, arguments: str, code: str, field: list[str]
) -> None:
    error = await api.fetch_error(f"{{ regions({arguments}) {{ code }} }}")
    assert error["extensions"]["code"] == code
    assert error["extensions"]["field"] == field


async def test_postings_and_employers_show_their_region(
    api: GraphQLClient, readonly_world: World
) -> None:
    answer = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { ... on Posting "
        "{ place { fullName } employer { place { fullName } } } } }",
        {"id": gid(readonly_world.open)},
    )
    assert answer["node"] == {
        "place": {"fullName": "上海市浦东新区"},
        "employer": {"place": {"fullName": "浙江省嘉兴市南湖区"}},
    }


async def test_an_old_place_code_of_a_new_posting_is_updated(
    api: GraphQLClient, world: World
) -> None:
    given = posting_input(world, placeCode="310225")
    result = await api.mutate(
        "submitPosting",
        given,
        world.token(world.officer),
        "... on PostingAccepted { posting { placeCode place { name } } }",
    )
    assert result["posting"] == {"placeCode": "310115", "place": {"name": "浦东新区"}}
