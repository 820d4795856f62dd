"""Who watches is counted once, over all nodes, and told to the rooms when it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.live.presence import crowd_of
from realtime import presence as presences
from realtime.hub import Hub
from realtime.presence import REPEAT, Presence
from storage.live.presence import FRESH
from storage.mongo.client import StorageUnavailable
from storage.store import Store
from tests.support import records
from tests.support.bare_nodes import Node, node
from tests.support.members import Recorder
from tests.support.records import Watch
from tests.support.waiting import tasks_of, until


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presences, "TICK", 0.01)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def one(store: Store, watch: Watch) -> AsyncIterator[Node]:
    await store.sessions.add([records.live_session(id="session")])
    async with node(store, clock=watch, name="one") as running:
        yield running


@pytest.fixture
async def two(other_store: Store, watch: Watch) -> AsyncIterator[Node]:
    async with node(other_store, clock=watch, name="two") as running:
        yield running


def counts(member: Recorder) -> list[tuple[int, int]]:
    return [(told["viewers"], told["peak_viewers"]) for told in member.told]


async def test_a_viewer_with_many_sockets_counts_once(one: Node) -> None:
    member = Recorder()
    await one.follow("session", member)
    await until(lambda: counts(member) == [(0, 0)])
    for viewer in ("w", "w", "x"):
        one.presence.enter("session", viewer)
    await until(lambda: counts(member)[-1] == (2, 2))
    one.presence.leave("session", "w")
    one.presence.leave("session", "x")
    await until(lambda: counts(member)[-1] == (1, 2))
    one.presence.leave("session", "w")
    await until(lambda: counts(member)[-1] == (0, 2))
    assert member.kinds == ["PresenceChanged"] * len(member.kinds)
    assert counts(member) == sorted(set(counts(member)), key=counts(member).index)
    session = await one.store.sessions.by_id("session")
    assert session is not None
    assert session.peak_viewers == 2


async def views(store: Store) -> int:
    session = await store.sessions.by_id("session")
    assert session is not None
    return session.views


async def test_who_begins_to_watch_is_a_view_and_another_socket_is_none(
    one: Node, two: Node
) -> None:
    for viewer in ("w", "w", "x"):
        one.presence.enter("session", viewer)
    for viewer in ("w", "w", "x"):
        one.presence.leave("session", viewer)
    one.presence.enter("session", "w")
    two.presence.enter("session", "y")
    await until(lambda: _viewed(one.store, 4))


async def test_what_was_viewed_last_is_added_at_the_end(
    one: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presences, "TICK", 1000)
    presence = Presence(one.store, one.hub, records.Watch(), node="three")
    presence.start()
    presence.enter("session", "w")
    await presence.close()
    assert await views(one.store) == 1


async def test_views_that_could_not_be_added_are_added_later(
    one: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_views = one.store.sessions.add_views
    failures = iter([StorageUnavailable("away")] * 2)

    async def failing(*given: Any) -> None:
        for failure in failures:
            raise failure
        await add_views(*given)

    monkeypatch.setattr(one.store.sessions, "add_views", failing)
    one.presence.enter("session", "w")
    await until(lambda: _viewed(one.store, 1))


async def _viewed(store: Store, count: int) -> bool:
    return await views(store) == count


async def test_viewers_of_two_nodes_are_summed_on_both(one: Node, two: Node) -> None:
    members = [Recorder(), Recorder()]
    for each, member in zip((one, two), members, strict=True):
        await each.follow("session", member)
        for viewer in range(2):
            each.presence.enter("session", f"{id(each)}-{viewer}")
    await until(lambda: all(counts(member)[-1:] == [(4, 4)] for member in members))
    await two.presence.close()
    await until(lambda: counts(members[0])[-1] == (2, 4))


async def test_who_watches_at_two_nodes_counts_once(one: Node, two: Node) -> None:
    member = Recorder()
    await one.follow("session", member)
    for each in (one, two):
        for viewer in ("here and there", f"{id(each)}"):
            each.presence.enter("session", viewer)
    await until(lambda: counts(member)[-1:] == [(3, 3)])
    # As many as before, and others: who is left is not seen twice any more.
    two.presence.enter("session", "somebody else")
    two.presence.leave("session", "here and there")
    await until(lambda: counts(member)[-1] == (4, 4))
    one.presence.leave("session", "here and there")
    await until(lambda: counts(member)[-1] == (3, 4))


async def test_a_report_that_failed_is_made_again(
    one: Node, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = one.store.presence.report
    failures = iter([StorageUnavailable("away")] * 2)

    async def failing(*given: Any, **named: Any) -> None:
        for failure in failures:
            raise failure
        await report(*given, **named)

    monkeypatch.setattr(one.store.presence, "report", failing)
    one.presence.enter("session", "w")
    await until(lambda: _sums(one.store, watch, 1))


async def test_a_node_that_vanished_is_left_out_when_it_is_no_longer_fresh(
    one: Node, watch: Watch
) -> None:
    await one.store.presence.report("vanished", {"session": crowd_of(range(5))}, at=watch())
    member = Recorder()
    await one.follow("session", member)
    one.presence.enter("session", "w")
    await until(lambda: counts(member)[-1:] == [(6, 6)])
    for _ in range(3):
        # One that lives says again what it counts, and stays.
        watch.forward(seconds=REPEAT.total_seconds())
        await until(lambda: _reported_at(one.store, watch))
    assert watch() - records.AT >= FRESH
    await until(lambda: counts(member)[-1] == (1, 6))


async def _reported_at(store: Store, watch: Watch) -> bool:
    found = await store.mongo["presence"].find_one({"_id": "one/session", "at": watch()})
    return found is not None


async def test_a_count_is_reported_when_it_changes_and_not_at_every_tick(
    one: Node, watch: Watch
) -> None:
    one.presence.enter("session", "w")
    await until(lambda: _reported_at(one.store, watch))
    reported = watch()
    watch.forward(seconds=REPEAT.total_seconds() - 1)
    one.presence.enter("other", "w")
    await until(lambda: one.store.mongo["presence"].find_one({"_id": "one/other"}))
    document = await one.store.mongo["presence"].find_one({"_id": "one/session"})
    assert document is not None
    assert document["at"] == reported


async def test_a_room_that_nobody_follows_is_told_nothing_and_forgotten(one: Node) -> None:
    member = Recorder()
    membership = await one.follow("session", member)
    other = await one.follow("other", Recorder())
    one.presence.enter("session", "w")
    await until(lambda: counts(member)[-1:] == [(1, 1)])
    membership.leave()
    told = len(member.told)
    one.presence.enter("session", "x")
    await until(lambda: one.presence._told == {"other": 0})
    other.leave()
    await until(lambda: one.presence._told == {})
    assert len(member.told) == told
    one.presence.leave("session", "w")
    one.presence.leave("session", "x")
    await until(lambda: one.presence._reported == {})


async def test_to_close_what_was_never_started_is_nothing(store: Store) -> None:
    hub = Hub(store.log, Watch())
    await Presence(store, hub, Watch(), node="idle").close()


async def test_nothing_is_counted_for_a_node_that_has_closed(
    one: Node, two: Node, watch: Watch
) -> None:
    two.presence.enter("session", "w")
    await until(lambda: _sums(one.store, watch, 1))
    await two.presence.close()
    assert await one.store.presence.totals(["session"], at=watch()) == {}
    assert tasks_of("realtime").count("Presence._run") == 1


async def _sums(store: Store, watch: Watch, viewers: int) -> bool:
    return await store.presence.totals(["session"], at=watch()) == {"session": viewers}
