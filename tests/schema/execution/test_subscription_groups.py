"""Subscription groups: who shares one execution, and where a subscriber resumes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.live.log_position import LogPosition
from domain.live.log_topics import lead_topic, session_topic
from schema.live.subscriptions import UNREACHABLE
from tests.schema.execution.joining import EVENTS_SUBSCRIPTIONS, new_viewer, subscribe
from tests.support.log_cursors import cursor_at
from tests.support.services import RunningServices
from tests.support.world import World, gid

CURSOR_USED_TWICE = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    ... on Reset { snapshot { postings(after: $after) { edges { cursor } } } }
  }
}
"""


async def test_subscribers_that_differ_only_in_their_cursor_share_a_group(
    running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    cursors = [None, cursor_at(topic, 1, "a"), cursor_at(topic, 7)]
    joined = [
        await subscribe(running, new_viewer(running), session=session, after=after)
        for after in cursors
    ]
    joined.append(await subscribe(running, new_viewer(running), session=session))
    assert len({joining.group_key for joining in joined}) == 1
    assert [joining.log_source.after for joining in joined] == [
        None,
        LogPosition(seq=1, tag="a"),
        LogPosition(seq=7, tag=""),
        None,
    ]


async def test_undeclared_variables_do_not_change_the_group(
    running: RunningServices, readonly_world: World
) -> None:
    session = gid(readonly_world.live)
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    plain = await subscribe(running, new_viewer(running), session=session)
    odd = await subscribe(running, new_viewer(running), session=session, unknown=deep)
    assert odd.group_key == plain.group_key


async def test_another_session_document_operation_or_scope_is_another_group(
    running: RunningServices, readonly_world: World
) -> None:
    world, session = readonly_world, gid(readonly_world.live)
    viewer, host = new_viewer(running), world.principal(world.host)
    joined = [
        await subscribe(running, viewer, session=session),
        await subscribe(running, viewer, session=gid(world.ended)),
        await subscribe(running, viewer, EVENTS_SUBSCRIPTIONS + " ", session=session),
        await subscribe(running, viewer, EVENTS_SUBSCRIPTIONS, "b", session=session),
        await subscribe(running, host, session=session),
        await subscribe(running, world.principal(world.officer), session=session),
        await subscribe(running, replace(host, union_id=world.elsewhere.id), session=session),
        await subscribe(running, replace(host, employer_id=world.rival.id), session=session),
    ]
    assert len({joining.group_key for joining in joined}) == len(joined)


async def test_a_cursor_variable_with_a_second_use_separates_groups(
    running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    joined = [
        await subscribe(
            running,
            new_viewer(running),
            CURSOR_USED_TWICE,
            None,
            session=session,
            after=cursor_at(topic, n),
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
async def test_a_cursor_variable_may_be_required_or_have_a_default(
    query: str, running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    joined = [
        await subscribe(
            running, new_viewer(running), query, None, session=session, after=cursor_at(topic, n)
        )
        for n in (1, 2)
    ]
    assert joined[0].group_key == joined[1].group_key
    assert [joining.log_source.after.seq for joining in joined if joining.log_source.after] == [
        1,
        2,
    ]


async def test_a_literal_cursor_sets_the_resume_position(
    running: RunningServices, readonly_world: World
) -> None:
    cursor = cursor_at(session_topic(readonly_world.live.id), 3, "a")
    query = f'subscription ($session: ID!) {{ sessionEvents(sessionId: $session, after: "{cursor}") {{ seq }} }}'  # noqa: E501 - one document
    joined = await subscribe(
        running, new_viewer(running), query, None, session=gid(readonly_world.live)
    )
    assert joined.log_source.after == LogPosition(seq=3, tag="a")


async def test_a_cursor_of_another_log_is_after_the_end_of_this_one(
    running: RunningServices, readonly_world: World
) -> None:
    for topic in (session_topic(readonly_world.ended.id), lead_topic(readonly_world.live.id)):
        joined = await subscribe(
            running,
            new_viewer(running),
            session=gid(readonly_world.live),
            after=cursor_at(topic, 1),
        )
        assert joined.log_source.after == UNREACHABLE
