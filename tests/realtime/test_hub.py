"""The numbers of topics and groups are limited, and unused ones are removed."""

from __future__ import annotations

import asyncio

import pytest

from domain.refusals import Busy
from realtime.limits import RealtimeLimits
from tests.support.hub_members import RecordingMember
from tests.support.hub_session import HubSession
from tests.support.waiting import running_coroutines, wait_until


async def test_a_group_ends_with_its_last_member(room: HubSession) -> None:
    first, second = (
        await room.join(RecordingMember(), key="a"),
        await room.join(RecordingMember(), key="a"),
    )
    other = await room.join(RecordingMember(), key="b")
    groups = room.followed().groups
    first.leave()
    assert set(groups) == {"a", "b"}
    second.leave()
    assert set(groups) == {"b"}
    other.leave()
    assert groups == {}
    assert room.hub.watched_session_ids() == set()


async def test_only_sessions_with_members_are_watched(room: HubSession) -> None:
    leads = f"leads/{room.session_id}x"
    await room.hub.join(
        leads,
        "key",
        room.rendering,
        RecordingMember(),
        session_id=room.session_id,
        after=None,
        by="somebody",
    )
    assert room.hub.watched_session_ids() == set()
    membership = await room.join(RecordingMember())
    assert room.hub.watched_session_ids() == {room.session_id}
    membership.leave()
    assert room.hub.watched_session_ids() == set()


async def test_a_group_over_the_limit_is_refused_and_leaves_no_state(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_groups_per_topic=2))
    membership = await room.join(RecordingMember(), key="a")
    await room.join(RecordingMember(), key="b")
    with pytest.raises(Busy, match="Very many people are watching") as caught:
        await room.join(RecordingMember(), key="c")
    assert "too many different subscriptions" in (caught.value.hint or "")
    await room.join(RecordingMember(), key="b")
    membership.leave()
    await room.join(RecordingMember(), key="c")
    assert room.hub.topics.user_counts == {room.topic: 3}


async def test_one_user_cannot_take_all_the_groups(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_groups_per_topic=4, max_groups_per_creator=2))
    first = await room.join(RecordingMember(), key="a", by="hostile")
    await room.join(RecordingMember(), key="b", by="hostile")
    with pytest.raises(Busy, match="Very many people are watching") as caught:
        await room.join(RecordingMember(), key="c", by="hostile")
    assert "too many different subscriptions" in (caught.value.hint or "")
    await room.join(RecordingMember(), key="c", by="viewer")
    # Anyone may join a group that another user began, and a leaving member frees a place.
    await room.join(RecordingMember(), key="c", by="hostile")
    first.leave()
    await room.join(RecordingMember(), key="d", by="hostile")


async def test_a_topic_over_the_limit_is_refused_and_leaves_no_state(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_session_topics=1))
    await room.join(RecordingMember())
    with pytest.raises(Busy, match="Very many people are watching") as caught:
        await room.hub.join(
            "session/x",
            "key",
            room.rendering,
            RecordingMember(),
            session_id="x",
            after=None,
            by="somebody",
        )
    assert "too many sessions" in (caught.value.hint or "")
    assert room.hub.topics.user_counts == {room.topic: 1}
    assert set(room.hub.topics.topics) == {room.topic}


async def test_an_idle_topic_is_kept_for_returning_members(room: HubSession) -> None:
    membership = await room.join(RecordingMember())
    before = room.log.reads
    membership.leave()
    await room.announce(2)
    member = await room.join_recorder(0)
    await room.announce(1)
    await room.wait_delivered(member)
    assert member.seqs == [1, 2, 3]
    assert room.log.reads == before


async def test_an_idle_topic_is_removed_when_no_member_returns(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(topic_linger_seconds=0.01))
    membership = await room.join(RecordingMember())
    assert running_coroutines("realtime") == ["Periodic._run_forever"]
    membership.leave()
    await wait_until(lambda: not room.hub.topics.topics and not running_coroutines("realtime"))
    assert (room.hub.topics.user_counts, room.hub.topics.lingering, room.hub.topics.opening) == (
        {},
        {},
        {},
    )
    await room.announce(1)
    assert (await room.join_recorder(0)).seqs == [1]


async def test_no_task_runs_after_the_hub_is_closed(room: HubSession) -> None:
    await room.join_recorder()
    (await room.join(RecordingMember(), key="gone")).leave()
    other = await room.hub.join(
        "session/x",
        "key",
        room.rendering,
        RecordingMember(),
        session_id="x",
        after=None,
        by="somebody",
    )
    other.leave()
    opening = asyncio.create_task(
        room.hub.join(
            "session/y",
            "key",
            room.rendering,
            RecordingMember(),
            session_id="y",
            after=None,
            by="somebody",
        )
    )
    await asyncio.sleep(0)
    assert "session/y" in room.hub.topics.opening
    await room.hub.close()
    await wait_until(lambda: not running_coroutines("realtime"))
    assert opening.cancelled()
    assert (room.hub.topics.topics, room.hub.topics.lingering, room.hub.topics.opening) == (
        {},
        {},
        {},
    )


async def test_a_join_that_is_cancelled_while_the_topic_opens_leaves_no_state(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(topic_linger_seconds=0))
    joining = asyncio.create_task(room.join(RecordingMember()))
    staying = asyncio.create_task(room.join(RecordingMember()))
    await asyncio.sleep(0)
    assert set(room.hub.topics.opening) == {room.topic}
    joining.cancel()
    (await staying).leave()
    gives_up = asyncio.create_task(
        room.hub.join(
            "session/x",
            "key",
            room.rendering,
            RecordingMember(),
            session_id="x",
            after=None,
            by="somebody",
        )
    )
    await asyncio.sleep(0)
    assert set(room.hub.topics.opening) == {"session/x"}
    gives_up.cancel()
    await wait_until(lambda: not room.hub.topics.topics and not running_coroutines("realtime"))
    assert joining.cancelled()
    assert gives_up.cancelled()
    assert (room.hub.topics.user_counts, room.hub.topics.lingering) == ({}, {})
