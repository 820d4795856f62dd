"""Occupations through the API: documents of before, titles, classes, what officers add."""

from __future__ import annotations

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, gid

ENTRY = (
    "code zh en otherNames pinyin initials added classCode classChecked isco08 heavy dangerous "
    "classes { code level zh } licences { code zh }"
)


async def test_an_occupation_has_names_classes_and_licences(api: GraphQLClient) -> None:
    answer = await api.fetch_data(f"{{ occupation(code: WELDER) {{ {ENTRY} }} }}")
    found = answer["occupation"]
    assert (found["code"], found["zh"], found["en"]) == ("WELDER", "焊工", "Welder")
    assert "氩弧焊工" in found["otherNames"]
    assert (found["pinyin"], found["initials"]) == ("hangong", "hg")
    assert (found["classCode"], found["classChecked"]) == ("6-18-02-04", True)
    assert [each["code"] for each in found["classes"]] == ["6", "6-18", "6-18-02"]
    assert (found["dangerous"], found["added"]) == (True, False)
    assert found["licences"] == [{"code": "WELDING", "zh": "焊接与热切割作业证"}]


@pytest.mark.parametrize("code", ["WELDER", '"WELDER"', "TRUCK_DRIVER"])
async def test_a_code_is_written_as_an_enumeration_or_a_string(
    api: GraphQLClient, world: World, code: str
) -> None:
    # Of one employer: other tests have postings of these occupations, too.
    wanted = f'occupation: {code}, employerId: "{gid(world.employer)}"'
    document = f"{{ postings(filter: {{ {wanted} }}) {{ edges {{ cursor }} }} }}"
    assert (await api.fetch_data(document))["postings"]["edges"] == []


async def test_documents_of_before_declare_the_enumeration(
    api: GraphQLClient, world: World
) -> None:
    document = (
        "query($one: Occupation!, $many: [Occupation!], $employer: ID) { postings(filter: { "
        "occupation: $one, occupations: $many, employerId: $employer }) "
        "{ edges { node { occupation } } } }"
    )
    variables = {
        "one": "WELDER",
        "many": ["WELDER", "OTHER"],
        "employer": gid(world.employer),
    }
    answer = await api.fetch_data(document, variables)
    assert answer["postings"]["edges"] == []


@pytest.mark.parametrize("code", ["WELDR", "welder", "ADDED_0", "1", "null", "[WELDER, CLERK]"])
async def test_a_code_that_cannot_be_one_is_refused(api: GraphQLClient, code: str) -> None:
    response = await api.post({"query": f"{{ occupation(code: {code}) {{ zh }} }}"})
    answer = response.json()
    assert answer["errors"]
    assert not answer.get("data")


async def test_a_title_is_understood(api: GraphQLClient) -> None:
    answer = await api.fetch_data(
        '{ found: occupationOfTitle(title: "急招叉车工2名（包住）") { code zh } '
        'none: occupationOfTitle(title: "诚聘英才") { code } }'
    )
    assert answer == {"found": {"code": "FORKLIFT_DRIVER", "zh": "叉车司机"}, "none": None}


async def test_occupations_are_listed_by_class_and_word(api: GraphQLClient) -> None:
    answer = await api.fetch_data(
        '{ welding: occupations(classCode: "6-18-02") { code } '
        'typed: occupations(search: "chache", first: 3) { code } '
        "majors: occupationClasses { code level en } "
        'below: occupationClasses(parent: "6-18") { code zh } }'
    )
    assert {"WELDER", "FOUNDRY_WORKER"} <= {each["code"] for each in answer["welding"]}
    assert "FORKLIFT_DRIVER" in {each["code"] for each in answer["typed"]}
    assert [each["code"] for each in answer["majors"]] == list("12345678")
    assert {"code": "6-18-02", "zh": "机械热加工人员"} in answer["below"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('search: "电", classCode: "6"', "INVALID_INPUT"),
        ("first: 5", "INVALID_INPUT"),
        ('search: "电", first: 101', "BAD_PAGE_SIZE"),
        ('classCode: "9"', "NOT_FOUND"),
    ],
)
async def test_a_list_that_cannot_be_given_is_refused(
    api: GraphQLClient, arguments: str, code: str
) -> None:
    error = await api.fetch_error(f"{{ occupations({arguments}) {{ code }} }}")
    assert error["extensions"]["code"] == code
