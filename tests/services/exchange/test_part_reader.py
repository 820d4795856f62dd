"""The parts of an import come in their order, and few of them are read before they are needed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from domain.exchange.imports import Import, RawRow
from services.exchange.import_planner import ImportPlanner
from services.exchange.part_reader import PARTS_READ_AHEAD, PartReader
from storage.clock import utc_now
from storage.mongo.client import StorageUnavailable
from storage.store import Store
from tests.support import records
from tests.support.waiting import wait_until

PARTS = 6


class Planner(ImportPlanner):
    """Records which rows it reads."""

    def __init__(self, store: Store, one: Import, read: list[int], gate: asyncio.Event) -> None:
        super().__init__(store, utc_now, one)
        self._read = read
        self._gate = gate

    async def read_ahead(self, rows: Sequence[RawRow]) -> None:
        self._read += [row.number for row in rows]
        await self._gate.wait()


class Reading:
    """The parts of a stored import, one row each, and the rows that were read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._record = records.import_record(id="one")
        self.gate = asyncio.Event()
        self.gate.set()
        self.read: list[int] = []

    def parts(self, number: int = PARTS) -> PartReader:
        def make_planner() -> Planner:
            return Planner(self._store, self._record, self.read, self.gate)

        return PartReader(self._store, "one", range(number), make_planner)


@pytest.fixture
async def reading(store: Store) -> Reading:
    for place in range(PARTS):
        row = RawRow(number=place, cells=("x",))
        await store.imports.add_chunk("one", place, [row], at=utc_now())
    return Reading(store)


async def test_parts_come_in_order_and_few_are_read_ahead(reading: Reading) -> None:
    taken = []
    async with reading.parts() as parts:
        while (part := await parts.take()) is not None:
            taken.append(part.rows[0].number)
            await wait_until(lambda: len(reading.read) >= min(PARTS, len(taken) + PARTS_READ_AHEAD))
            assert len(reading.read) == min(PARTS, len(taken) + PARTS_READ_AHEAD)
    assert taken == [*range(PARTS)]
    assert sorted(reading.read) == taken


async def test_a_part_that_was_deleted_is_none(reading: Reading) -> None:
    async with reading.parts(PARTS + 1) as parts:
        taken = [await parts.take() for _ in range(PARTS + 2)]
    assert [part is None for part in taken] == [False] * PARTS + [True, True]


async def test_the_block_ends_when_what_is_being_read_was_read(reading: Reading) -> None:
    async def use_one() -> None:
        async with reading.parts() as parts:
            await parts.take()
            reading.gate.clear()
            await parts.take()

    using = asyncio.create_task(use_one())
    await wait_until(lambda: len(reading.read) == 2 + PARTS_READ_AHEAD)
    assert not using.done()
    reading.gate.set()
    await using
    # A task that is cancelled does not wait, and neither does what it reads.
    reading.gate.clear()
    using = asyncio.create_task(use_one())
    await asyncio.sleep(0)
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using
    assert all(task.get_name() != "part of an import" for task in asyncio.all_tasks())


async def test_a_part_that_cannot_be_read_is_an_error_when_it_is_taken(
    reading: Reading, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise StorageUnavailable("gone")

    async with reading.parts() as parts:
        assert await parts.take() is not None
        await wait_until(lambda: len(reading.read) == 1 + PARTS_READ_AHEAD)
        monkeypatch.setattr(store.imports, "read_chunk", fails)
        for _ in range(PARTS_READ_AHEAD):
            assert await parts.take() is not None
        with pytest.raises(StorageUnavailable):
            await parts.take()
