"""The parts of an import in order, whose rows are read ahead of the one that is planned."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from domain.exchange.imports import RawRow
from services.exchange.import_plan import ImportPlan
from services.exchange.import_planner import ImportPlanner
from storage.store import Store

PARTS_READ_AHEAD = 2
"""Parts whose rows are read while an earlier part is planned and another one is stored."""
_MakePlanner = Callable[[], ImportPlanner]


@dataclass(frozen=True, kw_only=True)
class ImportPart:
    """The rows of a part, which a planner has read."""

    rows: Sequence[RawRow]
    planner: ImportPlanner
    make_planner: _MakePlanner

    async def plan(self) -> ImportPlan:
        """Return the plan for the part. Call it once.

        :raises StorageError: MongoDB does not answer.
        """
        return await self.planner.plan(self.rows)

    async def plan_again(self) -> ImportPlan:
        """Return the plan from what is stored now.

        :raises StorageError: MongoDB does not answer.
        """
        return await self.make_planner().plan(self.rows)


class PartReader:
    """Reads the parts at some places of an import, at most ``PARTS_READ_AHEAD`` of them ahead.

    The block ends when what is being read has been read, as a read that is cancelled ends the row
    process that works on it; only a task that is cancelled itself does not wait.
    """

    def __init__(
        self, store: Store, import_id: str, places: Iterable[int], make_planner: _MakePlanner
    ) -> None:
        self._store = store
        self._import_id = import_id
        self._places = iter(places)
        self._make_planner = make_planner
        self._reading: deque[asyncio.Task[ImportPart | None]] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            for task in self._reading:
                task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def take(self) -> ImportPart | None:
        """Return the next part; None when it was deleted, or after the last place.

        :raises StorageError: MongoDB does not answer.
        """
        while len(self._reading) <= PARTS_READ_AHEAD:
            place = next(self._places, None)
            if place is None:
                break
            reading = asyncio.create_task(self._read(place), name="part of an import")
            self._reading.append(reading)
        return await self._reading.popleft() if self._reading else None

    async def _read(self, place: int) -> ImportPart | None:
        rows = await self._store.imports.read_chunk(self._import_id, place)
        if rows is None:
            return None
        planner = self._make_planner()
        await planner.read_ahead(rows)
        return ImportPart(rows=rows, planner=planner, make_planner=self._make_planner)
