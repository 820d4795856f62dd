"""Who joins is told exactly what comes after its cursor: in order, once, and nothing lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Busy
from domain.events import (
    Announcement,
    LoggedEvent,
    Placed,
    PresenceChanged,
    TallyChanged,
    session_topic,
)
from realtime import hub as hubs
from realtime import topic as topics
from realtime.feed import Feed
from realtime.hub import Hub, Membership
from realtime.topic import Group
from storage.client import Session, new_id
from storage.clock import utc_now
from storage.log import EventLog
from storage.store import Store
from tests.realtime.conftest import group_commit
from tests.support.members import Lagging, Recorder, Rendering
from tests.support.records import AT
from tests.support.waiting import tasks_of, until

BEYOND_EVERY_LOG = 1 << 62


class CountingLog(EventLog):
    """The log, which counts how often it is read."""

    reads = 0

    async def read(self, topic: str, *, after: int, limit: int) -> list[Placed]:
        self.reads += 1
        return await super().read(topic, after=after, limit=limit)


class Room:
    """A session of its own with one hub, told of what is logged by hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.session_id = new_id()
        self.topic = session_topic(self.session_id)
        self.log = CountingLog(store.mongo)
        self.hub = Hub(self.log, utc_now)
        self.rendering = Rendering()
        self.last = 0

    async def say(self, count: int = 1, *, hint: bool = True) -> list[Placed]:
        happened: list[LoggedEvent] = [
            Announcement(session_id=self.session_id, body="你好") for _ in range(count)
        ]

        async def body(session: Session) -> list[Placed]:
            return await self.store.log.append(self.topic, happened, at=AT, session=session)

        placed = await self.store.mongo.transaction(body)
        self.last = placed[-1].seq
        if hint:
            for each in placed:
                self.hub.hint(each)
        return placed

    async def join(
        self, member: Recorder, after: int | None = None, key: str = "key"
    ) -> Membership:
        return await self.hub.join(
            self.topic, key, self.rendering, member, session_id=self.session_id, after=after
        )

    async def joined(self, after: int | None = None, key: str = "key") -> Recorder:
        member = Recorder()
        await self.join(member, after, key)
        return member

    async def spread(self, *members: Recorder) -> None:
        """Wait until each of them has the last event."""
        await until(lambda: all(member.seqs[-1:] == [self.last] for member in members))


@pytest.fixture
async def room(store: Store) -> AsyncIterator[Room]:
    room = Room(store)
    yield room
    await room.hub.close()


def seqs(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


async def test_without_a_cursor_one_gets_only_what_comes(room: Room) -> None:
    await room.say(3)
    member = await room.joined()
    await room.say(2)
    await room.spread(member)
    assert member.seqs == [4, 5]
    assert member.kinds == [None, None]


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_with_a_cursor_one_gets_what_was_missed_and_then_what_comes(
    room: Room, after: int
) -> None:
    await room.say(3)
    member = await room.joined(after)
    assert member.seqs == seqs(after + 1, 3)
    await room.say(2)
    await room.spread(member)
    assert member.seqs == seqs(after + 1, 5)


async def test_an_empty_log_is_followed_from_its_first_event(room: Room) -> None:
    members = [await room.joined(), await room.joined(0)]
    await room.say(1)
    await room.spread(*members)
    assert [member.seqs for member in members] == [[1], [1]]


steps = st.one_of(
    st.tuples(st.just("say"), st.integers(1, 12)),
    st.tuples(st.just("join"), st.integers(0, 1), st.integers(0, 60)),
    st.tuples(st.just("hint"), st.integers(0, 1), st.integers(0, 40)),
    st.tuples(st.just("gap"), st.integers(0, 1)),
    st.tuples(st.just("pause"), st.integers(1, 4)),
)


@settings(
    max_examples=60,
    # Each example has a topic of its own, so that what the fixtures hold may stay.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=st.lists(steps, max_size=25))
async def test_whatever_comes_in_between_each_member_gets_every_event_once(
    store: Store, other_store: Store, plan: list[Any]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Small, so that short plans reach past the window and over several reads.
        patch.setattr(topics, "WINDOW", 4)
        patch.setattr(topics, "READ", 3)
        patch.setattr(topics, "PENDING", 3)
        patch.setattr(topics, "TURN", 1)
        rooms = [Room(store), Room(other_store)]
        rooms[1].session_id, rooms[1].topic = rooms[0].session_id, rooms[0].topic
        logged: list[Placed] = []
        joins: list[tuple[int, Recorder, asyncio.Task[Membership]]] = []
        for step in plan:
            match step:
                case ("say", count):
                    logged += await rooms[0].say(count, hint=False)
                case ("join", node, back):
                    member, after = Recorder(), max(0, len(logged) - back)
                    task = asyncio.create_task(rooms[node].join(member, after))
                    joins.append((after, member, task))
                case ("hint", node, back) if logged:
                    rooms[node].hub.hint(logged[max(0, len(logged) - 1 - back)])
                case ("gap", node):
                    rooms[node].hub.hint_gap()
                case ("pause", turns):
                    for _ in range(turns):
                        await asyncio.sleep(0)
        await asyncio.gather(*(task for _, _, task in joins))
        for room in rooms:
            room.hub.hint_gap()
        whole = [(member, seqs(after + 1, len(logged))) for after, member, _ in joins]
        await until(lambda: all(len(member.told) >= len(told) for member, told in whole), within=5)
        for room in rooms:
            await room.hub.close()
        assert [member.seqs for member, _ in whole] == [told for _, told in whole]


@asynccontextmanager
async def fed(room: Room) -> AsyncIterator[None]:
    feed = Feed(room.store.mongo, on_event=room.hub.hint, on_gap=room.hub.hint_gap)
    await feed.start()
    yield
    await feed.stop()
    await room.hub.close()


async def test_members_of_two_nodes_get_every_event_once_while_four_write(
    store: Store, other_store: Store
) -> None:
    rooms = [Room(store), Room(other_store)]
    rooms[1].session_id, rooms[1].topic = rooms[0].session_id, rooms[0].topic
    commits = [group_commit(room.store) for room in rooms]
    dice = random.Random(2026)  # noqa: S311 - chance, not a secret
    joined: list[tuple[int, Recorder]] = []

    async def write(number: int) -> None:
        async def change(_: Session) -> tuple[None, list[LoggedEvent]]:
            return None, [Announcement(session_id=rooms[0].session_id, body="你好")]

        for _ in range(25):
            await commits[number % 2](rooms[0].topic, change)

    async def come_and_go(number: int) -> None:
        room = rooms[number % 2]
        after = dice.randint(0, await room.log.head(room.topic))
        passer_by = Recorder()
        membership = await room.join(passer_by, after, key=str(number % 3))
        membership.leave()
        assert passer_by.seqs == seqs(after + 1, after + len(passer_by.told))
        member = await room.joined(after, key=str(number % 3))
        joined.append((after, member))

    async def come(first: int) -> None:
        for number in range(first, first + 15):
            await come_and_go(number)

    async with AsyncExitStack() as stack:
        for room in rooms:
            await stack.enter_async_context(fed(room))
        await asyncio.gather(*(write(n) for n in range(4)), *(come(n * 15) for n in range(4)))
        await until(lambda: all(member.seqs[-1:] == [100] for _, member in joined))
        assert len(joined) == 60
        for after, member in joined:
            assert member.seqs == seqs(after + 1, 100)


async def test_a_cursor_beyond_the_log_is_answered_with_one_reset(room: Room) -> None:
    await room.say(3)
    for after in (4, BEYOND_EVERY_LOG):
        member = await room.joined(after)
        assert (member.what, member.seqs) == (["Reset"], [3])
    await room.say(2)
    await room.spread(member)
    assert member.what == ["Reset", "Announcement", "Announcement"]
    assert member.seqs == [3, 4, 5]


async def test_a_cursor_that_this_node_does_not_know_yet_is_no_reset(room: Room) -> None:
    first = await room.joined()
    await room.say(2, hint=False)
    member = await room.joined(2)
    await room.say(1)
    await room.spread(first, member)
    assert first.seqs == [1, 2, 3]
    assert member.seqs == [3]


async def test_a_cursor_too_far_back_is_answered_with_one_reset(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "BACKLOG", 5)
    await room.say(10)
    near, far = await room.joined(5), await room.joined(4)
    assert near.seqs == seqs(6, 10)
    assert (far.what, far.seqs) == (["Reset"], [10])
    await room.say(1)
    await room.spread(near, far)
    assert far.seqs == [10, 11]


async def test_a_log_whose_beginning_is_gone_is_answered_with_one_reset(room: Room) -> None:
    placed = await room.say(9)
    for after, told in ((3, [9]), (4, seqs(5, 9))):
        await room.store.mongo["events"].delete_many({"seq": {"$lte": placed[3].seq}})
        fresh = Room(room.store)
        fresh.session_id, fresh.topic = room.session_id, room.topic
        member = await fresh.joined(after)
        assert member.seqs == told
        assert member.what[0] == ("Reset" if after == 3 else "Announcement")
        await fresh.hub.close()


async def test_a_log_that_is_gone_counts_on(room: Room) -> None:
    await room.say(3)
    await room.store.mongo["events"].delete_many({})
    late, reset = await room.joined(), await room.joined(1)
    await room.say(1)
    await room.spread(late, reset)
    assert late.seqs == [4]
    assert (reset.what, reset.seqs) == (["Reset", "Announcement"], [3, 4])


async def test_those_who_are_reset_together_share_one_rendering(room: Room) -> None:
    await room.say(2)
    members = await asyncio.gather(*(room.joined(BEYOND_EVERY_LOG) for _ in range(50)))
    assert all(member.what == ["Reset"] for member in members)
    assert room.rendering.calls == [2]
    await room.say(1)
    await room.spread(*members)
    await room.joined(BEYOND_EVERY_LOG)
    assert room.rendering.calls == [2, 3, 3]


async def test_a_reset_is_rendered_anew_when_it_is_no_longer_fresh(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "RESET_SHARED", -1.0)
    await room.joined(BEYOND_EVERY_LOG)
    await room.joined(BEYOND_EVERY_LOG)
    assert room.rendering.calls == [0, 0]


async def test_a_hint_that_was_lost_is_made_up_for_by_the_next(room: Room) -> None:
    member = await room.joined()
    await room.say(2, hint=False)
    await room.say(1)
    await room.spread(member)
    assert member.seqs == [1, 2, 3]


async def test_a_hint_that_was_lost_is_made_up_for_when_told_of_a_gap(room: Room) -> None:
    member = await room.joined()
    await room.say(2, hint=False)
    room.hub.hint_gap()
    await room.spread(member)
    assert member.seqs == [1, 2]


async def test_hints_that_come_twice_or_late_are_told_once(room: Room) -> None:
    member = await room.joined()
    placed = await room.say(3, hint=False)
    for each in (*reversed(placed), *placed):
        room.hub.hint(each)
    await room.say(1)
    await room.spread(member)
    assert member.seqs == [1, 2, 3, 4]


async def test_more_hints_than_are_kept_cost_a_read_and_no_event(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "PENDING", 4)
    member = await room.joined()
    await room.say(11)
    await room.spread(member)
    assert member.seqs == seqs(1, 11)


async def test_a_hint_for_what_nobody_follows_is_let_go(room: Room) -> None:
    await room.say(1)
    room.hub.tell(room.topic, TallyChanged(session_id=room.session_id, total=1, interests={}))
    assert room.log.reads == 0


async def test_a_thousand_who_come_back_do_not_read_the_log(room: Room) -> None:
    await room.say(600)
    await room.joined()
    before = room.log.reads
    # From the very edge of the window on, most of them from near its end.
    cursors = [88, *(500 + n % 101 for n in range(999))]
    members = await asyncio.gather(*(room.joined(after) for after in cursors))
    assert room.log.reads == before
    assert all(
        member.seqs == seqs(after + 1, 600) for after, member in zip(cursors, members, strict=True)
    )
    assert room.rendering.calls == seqs(89, 600)


async def test_those_further_back_share_few_reads(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WINDOW", "READ"):
        monkeypatch.setattr(topics, name, 50)
    await room.say(320)
    await room.joined()
    before = room.log.reads
    cursors = [n * 10 for n in range(25)]
    members = await asyncio.gather(*(room.joined(after) for after in cursors))
    assert all(
        member.seqs == seqs(after + 1, 320) for after, member in zip(cursors, members, strict=True)
    )
    assert room.log.reads - before <= 320 / topics.READ


async def test_blocks_of_the_log_are_kept_within_their_bound(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, bound in (("WINDOW", 5), ("READ", 5), ("BLOCKS", 2)):
        monkeypatch.setattr(topics, name, bound)
    await room.say(40)
    assert (await room.joined(0)).seqs == seqs(1, 40)
    assert (await room.joined(0)).seqs == seqs(1, 40)
    assert len(room.hub._topics[room.topic]._blocks) == 2


async def test_an_event_is_rendered_once_a_group(room: Room) -> None:
    renderings = {key: Rendering() for key in "ab"}
    members = [Recorder() for _ in range(40)]
    for number, member in enumerate(members):
        key = "ab"[number % 2]
        await room.hub.join(
            room.topic, key, renderings[key], member, session_id=room.session_id, after=None
        )
    await room.say(30)
    await room.spread(*members)
    late = [await room.joined(after, key="a") for after in (0, 10, 29)]
    assert [member.seqs for member in late] == [seqs(1, 30), seqs(11, 30), [30]]
    assert [renderings[key].calls for key in "ab"] == [seqs(1, 30), seqs(1, 30)]
    assert room.rendering.calls == []


async def test_rendered_payloads_are_kept_within_their_bound(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await room.joined()
    placed = await room.say(15, hint=False)
    size = len(await Rendering()(placed[-1]))
    monkeypatch.setattr(topics, "MEMO_BYTES", 3 * size)
    room.hub.hint_gap()
    await room.spread(member)
    (group,) = room.hub._topics[room.topic].groups.values()
    assert list(group._memo) == [13, 14, 15]
    assert group._memo_bytes == 3 * size


async def test_a_payload_that_is_still_being_made_is_not_thrown_away(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "MEMO_BYTES", 0)
    await room.joined()
    await room.say(2)
    (group,) = room.hub._topics[room.topic].groups.values()
    await until(lambda: not group._memo)
    placed = await room.log.read(room.topic, after=0, limit=2)
    room.rendering.go.clear()
    slow = asyncio.create_task(group.rendered(placed[0]))
    await until(lambda: room.rendering.calls == [1, 2, 1])
    quick = Rendering()
    group._render = quick
    await group.rendered(placed[1])
    assert list(group._memo) == [1, 2]
    room.rendering.go.set()
    await slow
    assert (list(group._memo), group._memo_bytes) == ([], 0)


async def test_who_has_left_is_told_nothing_more(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "TURN", 1)
    stays, leaves = Recorder(), Recorder()

    class Pusher(Recorder):
        """Makes the other one leave while the event is being spread."""

        def deliver(self, *delivered: Any) -> None:
            super().deliver(*delivered)
            membership.leave()
            membership.leave()

    pusher = Pusher()
    for each in (stays, pusher):
        await room.join(each)
    membership = await room.join(leaves)
    await room.say(2)
    await room.spread(stays, pusher)
    assert leaves.told == []


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
        leads, "key", room.rendering, Recorder(), session_id=room.session_id, after=None
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


async def test_too_many_topics_are_refused_and_leave_nothing_behind(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "TOPICS", 1)
    await room.join(Recorder())
    with pytest.raises(Busy, match="too many sessions"):
        await room.hub.join(
            "session/x", "key", room.rendering, Recorder(), session_id="x", after=None
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
        "session/x", "key", room.rendering, Recorder(), session_id="x", after=None
    )
    other.leave()
    opening = asyncio.create_task(
        room.hub.join("session/y", "key", room.rendering, Recorder(), session_id="y", after=None)
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
        room.hub.join("session/x", "key", room.rendering, Recorder(), session_id="x", after=None)
    )
    await asyncio.sleep(0)
    assert set(room.hub._opening) == {"session/x"}
    gives_up.cancel()
    await until(lambda: not room.hub._topics and not tasks_of("realtime"))
    assert joining.cancelled()
    assert gives_up.cancelled()
    assert (room.hub._users, room.hub._lingering) == ({}, {})


async def test_one_that_lags_is_brought_up_as_fast_as_it_reads(room: Room) -> None:
    await room.say(3)
    lagging, member = Lagging(), await room.joined()
    joining = asyncio.create_task(room.join(lagging, 0))
    await lagging.waits.wait()
    await room.say(2)
    await room.spread(member)
    assert lagging.seqs == [1]
    lagging.reads.set()
    await joining
    assert lagging.seqs == seqs(1, 5)
    await room.say(1)
    await room.spread(lagging)
    assert lagging.seqs == seqs(1, 6)


async def test_who_gives_up_while_it_is_brought_up_is_told_nothing_more(room: Room) -> None:
    await room.say(3)
    lagging, member = Lagging(), await room.joined()
    joining = asyncio.create_task(room.join(lagging, 0, key="other"))
    await lagging.waits.wait()
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    await room.say(1)
    await room.spread(member)
    assert lagging.seqs == [1]
    assert set(room.hub._topics[room.topic].groups) == {"key"}
    assert room.hub._users == {room.topic: 1}


async def test_state_is_told_at_the_place_of_the_last_event_and_a_newer_one_replaces_it(
    room: Room,
) -> None:
    await room.say(2)
    members = [await room.joined(), await room.joined(key="other")]

    def viewers(count: int) -> PresenceChanged:
        return PresenceChanged(session_id=room.session_id, viewers=count, peak_viewers=9)

    for count in range(5):
        room.hub.tell(room.topic, viewers(count))
    room.hub.tell(room.topic, TallyChanged(session_id=room.session_id, total=1, interests={}))
    await until(lambda: all(len(member.told) == 2 for member in members))
    await room.say(1)
    await room.spread(*members)
    for member in members:
        assert member.what == ["PresenceChanged", "TallyChanged", "Announcement"]
        assert member.kinds == ["PresenceChanged", "TallyChanged", None]
        assert member.seqs == [2, 2, 3]


async def test_an_event_of_all_groups_waits_for_the_slowest_rendering(room: Room) -> None:
    slow, told = Rendering(), await room.joined()
    slow.go.clear()
    member = Recorder()
    await room.hub.join(room.topic, "slow", slow, member, session_id=room.session_id, after=None)
    await room.say(2)
    await until(lambda: slow.calls == [1])
    late = asyncio.create_task(room.joined(0))
    await asyncio.sleep(0)
    slow.go.set()
    await room.spread(told, member, await late)
    assert [each.seqs for each in (told, member, late.result())] == [[1, 2], [1, 2], [1, 2]]
    assert slow.calls == [1, 2]


async def test_a_rendering_that_ends_with_the_loop_weighs_nothing(room: Room) -> None:
    (placed,) = await room.say(1)
    room.rendering.go.clear()
    group = Group(room.rendering)
    asking = asyncio.create_task(group.rendered(placed))
    await asyncio.sleep(0)
    group._memo[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert group._memo_bytes == 0
