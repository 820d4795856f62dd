"""A phone number reaches a room in no writing: neither from viewers nor from the host."""

from __future__ import annotations

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, gid

PLAIN = "请加 13800138000"
SPELT = "加我 幺三八 零零零零 幺二三四"


@pytest.mark.parametrize("body", [PLAIN, SPELT, "①③⑧⓪⓪①③⑧⓪⓪⓪", "１３８００１３８０００"])
async def test_a_question_with_a_phone_number_is_refused(
    body: str, api: GraphQLClient, readonly_world: World
) -> None:
    given = {"sessionId": gid(readonly_world.live), "body": body}
    answer = await api.mutate("askQuestion", given, readonly_world.viewer_token())
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", ["input", "body"])


@pytest.mark.parametrize("body", [PLAIN, SPELT, "电话：138-0013-8000"])
async def test_an_announcement_with_a_phone_number_is_refused(
    body: str, api: GraphQLClient, readonly_world: World
) -> None:
    given = {"sessionId": gid(readonly_world.live), "body": body}
    answer = await api.mutate("announce", given, readonly_world.token(readonly_world.host))
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", ["input", "body"])


@pytest.mark.parametrize("title", ["\u3164", "\u200b", "招聘\u202e会"])
async def test_a_title_that_shows_nothing_or_another_text_is_refused(
    title: str, api: GraphQLClient, readonly_world: World
) -> None:
    given = {"sessionId": gid(readonly_world.live), "segment": "QA", "title": title}
    answer = await api.mutate("setSegment", given, readonly_world.token(readonly_world.host))
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", ["input", "title"])
