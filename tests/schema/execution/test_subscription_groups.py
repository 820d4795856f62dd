"""Subscription groups: who shares one execution, and where a subscriber resumes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.cursors import encode_seq
from domain.live.events import lead_topic, session_topic
from tests.schema.execution.joining import EVENTS, _join, _viewer
from tests.support.services import RunningServices
from tests.support.world import World, gid

USED_TWICE = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    ... on Reset { snapshot { postings(after: $after) { edges { cursor } } } }
  }
}
"""


async def test_subscribers_who_differ_in_their_cursor_alone_share_a_group(
    running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    cursors = [None, encode_seq(topic, 1), encode_seq(topic, 7)]
    joined = [
        await _join(running, _viewer(running), session=session, after=after) for after in cursors
    ]
    joined.append(await _join(running, _viewer(running), session=session))
    assert len({joining.group_key for joining in joined}) == 1
    assert [joining.source.after_seq for joining in joined] == [None, 1, 7, None]


async def test_variables_that_the_operation_does_not_know_make_no_group(
    running: RunningServices, readonly_world: World
) -> None:
    session = gid(readonly_world.live)
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    plain = await _join(running, _viewer(running), session=session)
    odd = await _join(running, _viewer(running), session=session, unknown=deep)
    assert odd.group_key == plain.group_key


async def test_whoever_sees_or_asks_for_something_else_is_in_another_group(
    running: RunningServices, readonly_world: World
) -> None:
    world, session = readonly_world, gid(readonly_world.live)
    viewer, host = _viewer(running), world.principal(world.host)
    joined = [
        await _join(running, viewer, session=session),
        await _join(running, viewer, session=gid(world.ended)),
        await _join(running, viewer, EVENTS + " ", session=session),
        await _join(running, viewer, EVENTS, "b", session=session),
        await _join(running, host, session=session),
        await _join(running, world.principal(world.officer), session=session),
        await _join(running, replace(host, union_id=world.elsewhere.id), session=session),
        await _join(running, replace(host, employer_id=world.rival.id), session=session),
    ]
    assert len({joining.group_key for joining in joined}) == len(joined)


async def test_a_cursor_that_stands_elsewhere_too_parts_groups(
    running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    joined = [
        await _join(
            running, _viewer(running), USED_TWICE, None, session=session, after=encode_seq(topic, n)
        )
        for n in (1, 2)
    ]
    assert joined[0].group_key != joined[1].group_key


@pytest.mark.parametrize(
    "query",
    [
        "subscription ($session: ID!, $after: String!) { sessionEvents(sessionId: $session, after: $after) { seq } }",  # noqa: E501 - one document
        'subscription ($session: ID!, $after: String = "") { sessionEvents(sessionId: $session, after: $after) { seq } }',  # noqa: E501 - one document
    ],
)
async def test_a_cursor_may_be_a_variable_of_any_kind(
    query: str, running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    joined = [
        await _join(
            running, _viewer(running), query, None, session=session, after=encode_seq(topic, n)
        )
        for n in (1, 2)
    ]
    assert joined[0].group_key == joined[1].group_key
    assert [joining.source.after_seq for joining in joined] == [1, 2]


async def test_a_cursor_in_the_document_is_followed(
    running: RunningServices, readonly_world: World
) -> None:
    cursor = encode_seq(session_topic(readonly_world.live.id), 3)
    query = f'subscription ($session: ID!) {{ sessionEvents(sessionId: $session, after: "{cursor}") {{ seq }} }}'  # noqa: E501 - one document
    joined = await _join(running, _viewer(running), query, None, session=gid(readonly_world.live))
    assert joined.source.after_seq == 3


async def test_a_cursor_of_another_log_lies_beyond_every_end(
    running: RunningServices, readonly_world: World
) -> None:
    for topic in (session_topic(readonly_world.ended.id), lead_topic(readonly_world.live.id)):
        joined = await _join(
            running, _viewer(running), session=gid(readonly_world.live), after=encode_seq(topic, 1)
        )
        assert joined.source.after_seq == 1 << 62
