"""Presence reports of several nodes."""

from __future__ import annotations

from domain.live.presence import ViewerSketch, sketch_viewers
from storage.live.presence import REPORT_LIFETIME
from storage.store import Store
from tests.support.records import FIXED_NOW, ManualClock

_marks = iter(range(10**9))


def crowds(**counts: int) -> dict[str, ViewerSketch]:
    """Sketches of so many viewers per session, which no other node reports."""
    return {
        session: sketch_viewers([next(_marks) for _ in range(count)])
        for session, count in counts.items()
    }


async def test_viewers_are_summed_over_the_nodes(store: Store) -> None:
    await store.presence_reports.report("a", crowds(one=3, two=1), at=FIXED_NOW)
    await store.presence_reports.report("b", crowds(one=4, none=0), at=FIXED_NOW)
    await store.presence_reports.report("b", {}, at=FIXED_NOW)
    sums = await store.presence_reports.count_viewers(
        ["one", "two", "none", "unheard"], at=FIXED_NOW
    )
    assert sums == {"one": 7, "two": 1, "none": 0}
    await store.presence_reports.report("a", crowds(one=1), at=FIXED_NOW)
    assert await store.presence_reports.count_viewers(["one"], at=FIXED_NOW) == {"one": 5}


async def test_a_node_without_recent_reports_is_left_out(store: Store) -> None:
    clock = ManualClock()
    await store.presence_reports.report("silent", crowds(one=3), at=clock())
    clock.advance(seconds=REPORT_LIFETIME.total_seconds() - 1)
    await store.presence_reports.report("b", crowds(one=4), at=clock())
    assert await store.presence_reports.count_viewers(["one"], at=clock()) == {"one": 7}
    clock.advance(seconds=1)
    assert await store.presence_reports.count_viewers(["one"], at=clock()) == {"one": 4}


async def test_a_report_from_the_future_is_left_out(store: Store) -> None:
    clock = ManualClock()
    clock.advance(seconds=REPORT_LIFETIME.total_seconds())
    await store.presence_reports.report("ahead", crowds(one=3), at=clock())
    await store.presence_reports.report("right", crowds(one=4), at=FIXED_NOW)
    assert await store.presence_reports.count_viewers(["one"], at=FIXED_NOW) == {"one": 4}
    assert await store.presence_reports.count_viewers(["one"], at=clock()) == {"one": 3}


async def test_removing_a_node_keeps_the_viewers_of_the_others(store: Store) -> None:
    for node in ("a", "a0", "b"):
        await store.presence_reports.report(node, crowds(one=1, two=1), at=FIXED_NOW)
    await store.presence_reports.delete_node("a")
    assert await store.presence_reports.count_viewers(["one", "two"], at=FIXED_NOW) == {
        "one": 2,
        "two": 2,
    }


async def test_a_viewer_seen_by_two_nodes_counts_once(either_store: Store) -> None:
    marks = [0, 1, 1 << 63, (1 << 64) - 1]
    await either_store.presence_reports.report(
        "a", {"one": sketch_viewers(marks[:3])}, at=FIXED_NOW
    )
    await either_store.presence_reports.report(
        "b", {"one": sketch_viewers(marks[1:])}, at=FIXED_NOW
    )
    assert await either_store.presence_reports.count_viewers(["one"], at=FIXED_NOW) == {"one": 4}


async def test_the_report_of_a_node_of_an_older_version_is_added(store: Store) -> None:
    await store.presence_reports.report("new", {"one": sketch_viewers([1, 2])}, at=FIXED_NOW)
    await store.mongo["presence"].insert_one(
        {"_id": "old/one", "session_id": "one", "viewers": 5, "at": FIXED_NOW}
    )
    assert await store.presence_reports.count_viewers(["one"], at=FIXED_NOW) == {"one": 7}
