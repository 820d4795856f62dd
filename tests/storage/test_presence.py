from __future__ import annotations

from storage.presence import FRESH
from storage.store import Store
from tests.support.records import AT, Watch


async def test_viewers_are_summed_over_the_nodes(store: Store) -> None:
    await store.presence.report("a", {"one": 3, "two": 1}, at=AT)
    await store.presence.report("b", {"one": 4, "none": 0}, at=AT)
    await store.presence.report("b", {}, at=AT)
    sums = await store.presence.totals(["one", "two", "none", "unheard"], at=AT)
    assert sums == {"one": 7, "two": 1, "none": 0}
    await store.presence.report("a", {"one": 1}, at=AT)
    assert await store.presence.totals(["one"], at=AT) == {"one": 5}


async def test_a_node_that_fell_silent_is_left_out(store: Store) -> None:
    watch = Watch()
    await store.presence.report("silent", {"one": 3}, at=watch())
    watch.forward(seconds=FRESH.total_seconds() - 1)
    await store.presence.report("b", {"one": 4}, at=watch())
    assert await store.presence.totals(["one"], at=watch()) == {"one": 7}
    watch.forward(seconds=1)
    assert await store.presence.totals(["one"], at=watch()) == {"one": 4}


async def test_a_node_that_leaves_takes_nobody_elses_viewers_along(store: Store) -> None:
    for node in ("a", "a0", "b"):
        await store.presence.report(node, {"one": 1, "two": 1}, at=AT)
    await store.presence.leave("a")
    assert await store.presence.totals(["one", "two"], at=AT) == {"one": 2, "two": 2}
