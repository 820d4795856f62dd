"""The counts of caps are exact, over two nodes and many requests at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from domain.identity.code_caps import HOUSE, Cap, CapWindow
from storage.store import Store
from tests.support.records import FIXED_NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def cap(hour: int, day: int, *, key: str = "device/a", hours_later: int = 0) -> Cap:
    at = FIXED_NOW + hours_later * HOUR
    return Cap(
        key=key,
        windows=(
            CapWindow(name="hour", limit=hour, until=at + HOUR),
            CapWindow(name="day", limit=day, until=at + DAY),
        ),
    )


async def test_exactly_as_many_are_admitted_as_the_cap_says(
    store: Store, other_store: Store
) -> None:
    nodes = (store, other_store)
    uses = await asyncio.gather(
        *(nodes[index % 2].code_caps.take(cap(7, 50), at=FIXED_NOW) for index in range(60))
    )
    assert sum(use.is_admitted for use in uses) == 7
    assert sorted(use.windows["hour"][0] for use in uses if use.is_admitted) == list(range(1, 8))
    assert {use.windows["hour"] for use in uses if not use.is_admitted} == {(7, FIXED_NOW + HOUR)}


async def test_a_full_window_keeps_the_others_from_counting(store: Store) -> None:
    for _ in range(5):
        use = await store.code_caps.take(cap(2, 3), at=FIXED_NOW)
    assert {name: count for name, (count, _) in use.windows.items()} == {"hour": 2, "day": 2}


async def test_a_window_that_has_ended_begins_again_and_the_longer_one_goes_on(
    store: Store,
) -> None:
    for _ in range(2):
        await store.code_caps.take(cap(2, 3), at=FIXED_NOW)
    nearly = FIXED_NOW + HOUR - timedelta(milliseconds=1)
    assert not (await store.code_caps.take(cap(2, 3), at=nearly)).is_admitted
    later = FIXED_NOW + HOUR
    first = await store.code_caps.take(cap(2, 3, hours_later=1), at=later)
    assert first.windows == {"hour": (1, later + HOUR), "day": (3, FIXED_NOW + DAY)}
    assert not (await store.code_caps.take(cap(2, 3, hours_later=1), at=later)).is_admitted


async def test_a_returned_code_makes_room_unless_its_window_has_ended(store: Store) -> None:
    first = await store.code_caps.take(cap(1, 9), at=FIXED_NOW)
    await store.code_caps.give_back(first.counted)
    second = await store.code_caps.take(cap(1, 9), at=FIXED_NOW)
    assert second.is_admitted
    assert second.windows["day"][0] == 1
    later = FIXED_NOW + HOUR
    await store.code_caps.take(cap(1, 9, hours_later=1), at=later)
    await store.code_caps.give_back(second.counted)
    use = await store.code_caps.take(cap(1, 9, hours_later=1), at=later)
    assert not use.is_admitted
    assert use.windows["day"][0] == 1


async def test_a_count_never_falls_below_zero(store: Store) -> None:
    first = await store.code_caps.take(cap(3, 3), at=FIXED_NOW)
    for _ in range(3):
        await store.code_caps.give_back(first.counted)
    assert (await store.code_caps.take(cap(3, 3), at=FIXED_NOW)).windows["hour"][0] == 1


async def test_the_budget_reads_as_zero_before_the_first_message_and_after_its_end(
    store: Store,
) -> None:
    assert await store.code_caps.read_house(at=FIXED_NOW) == {"day": 0, "month": 0}
    windows = (
        CapWindow(name="day", limit=9, until=FIXED_NOW + DAY),
        CapWindow(name="month", limit=9, until=FIXED_NOW + 9 * DAY),
    )
    for _ in range(3):
        await store.code_caps.take(Cap(key=HOUSE, windows=windows), at=FIXED_NOW)
    assert await store.code_caps.read_house(at=FIXED_NOW) == {"day": 3, "month": 3}
    assert await store.code_caps.read_house(at=FIXED_NOW + DAY) == {"day": 0, "month": 3}
