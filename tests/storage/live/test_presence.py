from __future__ import annotations

from domain.live.presence import Crowd, crowd_of
from storage.live.presence import FRESH
from storage.store import Store
from tests.support.records import AT, Watch

_marks = iter(range(10**9))


def crowds(**counts: int) -> dict[str, Crowd]:
    """So many viewers of each session, whom no other node sees."""
    return {
        session: crowd_of([next(_marks) for _ in range(count)]) for session, count in counts.items()
    }


async def test_viewers_are_summed_over_the_nodes(store: Store) -> None:
    await store.presence.report("a", crowds(one=3, two=1), at=AT)
    await store.presence.report("b", crowds(one=4, none=0), at=AT)
    await store.presence.report("b", {}, at=AT)
    sums = await store.presence.totals(["one", "two", "none", "unheard"], at=AT)
    assert sums == {"one": 7, "two": 1, "none": 0}
    await store.presence.report("a", crowds(one=1), at=AT)
    assert await store.presence.totals(["one"], at=AT) == {"one": 5}


async def test_a_node_that_fell_silent_is_left_out(store: Store) -> None:
    watch = Watch()
    await store.presence.report("silent", crowds(one=3), at=watch())
    watch.forward(seconds=FRESH.total_seconds() - 1)
    await store.presence.report("b", crowds(one=4), at=watch())
    assert await store.presence.totals(["one"], at=watch()) == {"one": 7}
    watch.forward(seconds=1)
    assert await store.presence.totals(["one"], at=watch()) == {"one": 4}


async def test_a_node_that_leaves_takes_nobody_elses_viewers_along(store: Store) -> None:
    for node in ("a", "a0", "b"):
        await store.presence.report(node, crowds(one=1, two=1), at=AT)
    await store.presence.leave("a")
    assert await store.presence.totals(["one", "two"], at=AT) == {"one": 2, "two": 2}


async def test_who_is_seen_by_two_nodes_counts_once(either_store: Store) -> None:
    marks = [0, 1, 1 << 63, (1 << 64) - 1]
    await either_store.presence.report("a", {"one": crowd_of(marks[:3])}, at=AT)
    await either_store.presence.report("b", {"one": crowd_of(marks[1:])}, at=AT)
    assert await either_store.presence.totals(["one"], at=AT) == {"one": 4}


async def test_what_an_older_node_reports_is_added(store: Store) -> None:
    await store.presence.report("new", {"one": crowd_of([1, 2])}, at=AT)
    await store.mongo["presence"].insert_one(
        {"_id": "old/one", "session_id": "one", "viewers": 5, "at": AT}
    )
    assert await store.presence.totals(["one"], at=AT) == {"one": 7}
