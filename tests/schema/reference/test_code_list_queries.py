"""Code lists through the API: every enumeration of the schema, in both languages."""

from __future__ import annotations

from schema.enums import ENUM_DESCRIPTIONS
from schema.reference.code_list_queries import TABLE_DESCRIPTIONS
from tests.support.graphql_clients import GraphQLClient

LIST = "name description version entries { code zh en synonyms }"


async def test_every_enumeration_is_published_in_both_languages(api: GraphQLClient) -> None:
    lists = (await api.fetch_data(f"{{ codeLists {{ {LIST} }} }}"))["codeLists"]
    assert [found["name"] for found in lists] == [
        *(kind.__name__ for kind in ENUM_DESCRIPTIONS),
        *TABLE_DESCRIPTIONS,
    ]
    for found in lists:
        assert len(found["version"]) == 12
        assert found["description"]
        assert all(entry["zh"] and entry["en"] for entry in found["entries"])


async def test_a_code_list_is_found_by_its_name(api: GraphQLClient) -> None:
    answer = await api.fetch_data(
        'query { campaign: codeList(name: "Campaign") { entries { code zh en } } '
        f'occupation: codeList(name: "Occupation") {{ {LIST} }} '
        'none: codeList(name: "Nothing") { name } }'
    )
    assert [entry["code"] for entry in answer["campaign"]["entries"]] == [
        "TRAINING",
        "ENTREPRENEURSHIP",
        "COLLABORATION",
        "ASSISTANCE",
        "AI",
    ]
    nanny = next(
        entry for entry in answer["occupation"]["entries"] if entry["code"] == "MATERNITY_NANNY"
    )
    assert (nanny["zh"], nanny["en"]) == ("月嫂", "Maternity nanny")
    assert "产妇护理" in nanny["synonyms"]
    assert answer["none"] is None
