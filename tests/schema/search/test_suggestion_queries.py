"""Suggestions for the beginning of a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.postings.postings import PostingStatus
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, today


async def suggest(api: GraphQLClient, prefix: str, first: int = 20) -> list[dict[str, Any]]:
    answer = await api.fetch_data(
        "query ($prefix: String!, $first: Int!) { "
        "postingSuggestions(prefix: $prefix, first: $first) { kind text code } }",
        {"prefix": prefix, "first": first},
    )
    found: list[dict[str, Any]] = answer["postingSuggestions"]
    return found


async def test_the_beginning_of_a_word_gives_suggestions(
    api: GraphQLClient, readonly_world: World
) -> None:
    assert {"kind": "OCCUPATION", "text": "电工", "code": "ELECTRICIAN"} in await suggest(
        api, "dian"
    )
    assert {"kind": "TITLE", "text": "焊工", "code": None} in await suggest(api, "焊")
    assert {"kind": "PLACE", "text": "上海市", "code": "310000"} in await suggest(api, "shangh")
    employers = [each for each in await suggest(api, "合成") if each["kind"] == "EMPLOYER"]
    assert employers
    node = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { ... on Employer { name } } }",
        {"id": employers[0]["code"]},
    )
    assert node["node"]["name"] == employers[0]["text"]
    assert await suggest(api, "，") == await suggest(api, "zzzz") == []
    assert len(await suggest(api, "d", first=1)) == 1


async def test_a_title_is_suggested_only_while_it_is_shown(
    api: GraphQLClient, world: World
) -> None:
    title = "特种潜水焊接员"
    hidden = records.posting(
        employer_id=world.employer.id,
        terms=posting_terms(title=title, valid_until=today() + timedelta(days=9)),
        verified_until=today() + timedelta(days=9),
        status=PostingStatus.IN_REVIEW,
    )
    await world.running.store.postings.add([hidden])
    assert await suggest(api, "特种潜水") == []


@pytest.mark.parametrize(
    ("prefix", "first", "field"), [("长" * 21, 10, ["prefix"]), ("a", 21, ["first"])]
)
async def test_an_invalid_prefix_is_refused(
    api: GraphQLClient, prefix: str, first: int, field: list[str]
) -> None:
    error = await api.fetch_error(
        "query ($prefix: String!, $first: Int!) { "
        "postingSuggestions(prefix: $prefix, first: $first) { text } }",
        {"prefix": prefix, "first": first},
    )
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == field
