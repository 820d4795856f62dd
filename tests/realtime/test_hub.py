"""Topics and groups are bounded, and go when nobody needs them."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import Busy
from realtime import hub as hubs
from tests.support.members import Recorder
from tests.support.rooms import Room
from tests.support.waiting import tasks_of, until


async def test_the_last_of_a_group_takes_it_along(room: Room) -> None:
    first, second = await room.join(Recorder(), key="a"), await room.join(Recorder(), key="a")
    other = await room.join(Recorder(), key="b")
    groups = room.hub._topics[room.topic].groups
    first.leave()
    assert set(groups) == {"a", "b"}
    second.leave()
    assert set(groups) == {"b"}
    other.leave()
    assert groups == {}
    assert room.hub.watched_sessions() == set()


async def test_only_sessions_that_somebody_follows_are_watched(room: Room) -> None:
    leads = f"leads/{room.session_id}x"
    await room.hub.join(
        leads,
        "key",
        room.rendering,
        Recorder(),
        session_id=room.session_id,
        after=None,
        by="somebody",
    )
    assert room.hub.watched_sessions() == set()
    membership = await room.join(Recorder())
    assert room.hub.watched_sessions() == {room.session_id}
    membership.leave()
    assert room.hub.watched_sessions() == set()


async def test_too_many_groups_are_refused_and_leave_nothing_behind(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "GROUPS", 2)
    membership = await room.join(Recorder(), key="a")
    await room.join(Recorder(), key="b")
    with pytest.raises(Busy, match="Too many different subscriptions"):
        await room.join(Recorder(), key="c")
    await room.join(Recorder(), key="b")
    membership.leave()
    await room.join(Recorder(), key="c")
    assert room.hub._users == {room.topic: 3}


async def test_nobody_alone_can_begin_so_many_groups_that_others_find_no_place(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "GROUPS", 4)
    monkeypatch.setattr(hubs, "GROUPS_OF_ONE", 2)
    first = await room.join(Recorder(), key="a", by="hostile")
    await room.join(Recorder(), key="b", by="hostile")
    with pytest.raises(Busy, match="Too many different subscriptions"):
        await room.join(Recorder(), key="c", by="hostile")
    await room.join(Recorder(), key="c", by="viewer")
    # What somebody else has begun is there for everybody, and who leaves makes room.
    await room.join(Recorder(), key="c", by="hostile")
    first.leave()
    await room.join(Recorder(), key="d", by="hostile")


async def test_too_many_topics_are_refused_and_leave_nothing_behind(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "TOPICS", 1)
    await room.join(Recorder())
    with pytest.raises(Busy, match="too many sessions"):
        await room.hub.join(
            "session/x",
            "key",
            room.rendering,
            Recorder(),
            session_id="x",
            after=None,
            by="somebody",
        )
    assert room.hub._users == {room.topic: 1}
    assert set(room.hub._topics) == {room.topic}


async def test_a_topic_stays_for_those_who_come_back(room: Room) -> None:
    membership = await room.join(Recorder())
    before = room.log.reads
    membership.leave()
    await room.say(2)
    member = await room.joined(0)
    await room.say(1)
    await room.spread(member)
    assert member.seqs == [1, 2, 3]
    assert room.log.reads == before


async def test_a_topic_goes_when_nobody_comes_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "LINGER", 0.01)
    membership = await room.join(Recorder())
    assert tasks_of("realtime") == ["Topic._run"]
    membership.leave()
    await until(lambda: not room.hub._topics and not tasks_of("realtime"))
    assert (room.hub._users, room.hub._lingering, room.hub._opening) == ({}, {}, {})
    await room.say(1)
    assert (await room.joined(0)).seqs == [1]


async def test_nothing_runs_on_after_the_hub_is_closed(room: Room) -> None:
    await room.joined()
    (await room.join(Recorder(), key="gone")).leave()
    other = await room.hub.join(
        "session/x", "key", room.rendering, Recorder(), session_id="x", after=None, by="somebody"
    )
    other.leave()
    opening = asyncio.create_task(
        room.hub.join(
            "session/y",
            "key",
            room.rendering,
            Recorder(),
            session_id="y",
            after=None,
            by="somebody",
        )
    )
    await asyncio.sleep(0)
    assert "session/y" in room.hub._opening
    await room.hub.close()
    await until(lambda: not tasks_of("realtime"))
    assert opening.cancelled()
    assert (room.hub._topics, room.hub._lingering, room.hub._opening) == ({}, {}, {})


async def test_who_gives_up_while_the_topic_opens_leaves_nothing_behind(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "LINGER", 0)
    joining = asyncio.create_task(room.join(Recorder()))
    staying = asyncio.create_task(room.join(Recorder()))
    await asyncio.sleep(0)
    assert set(room.hub._opening) == {room.topic}
    joining.cancel()
    (await staying).leave()
    gives_up = asyncio.create_task(
        room.hub.join(
            "session/x",
            "key",
            room.rendering,
            Recorder(),
            session_id="x",
            after=None,
            by="somebody",
        )
    )
    await asyncio.sleep(0)
    assert set(room.hub._opening) == {"session/x"}
    gives_up.cancel()
    await until(lambda: not room.hub._topics and not tasks_of("realtime"))
    assert joining.cancelled()
    assert gives_up.cancelled()
    assert (room.hub._users, room.hub._lingering) == ({}, {})
