"""What the planners of employers and of postings share: recording outcomes, slices of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any

from domain.exchange.imports import (
    Import,
    ImportRow,
    RawRow,
    RowOutcome,
    make_row_id,
)
from domain.postings.postings import Finding
from services.exchange.import_plan import ImportPlan
from storage.clock import Clock
from storage.store import Store

TIME_SLICE_SECONDS = 0.004
"""How long rows are worked on before other tasks run: live sessions share the event loop."""


class TimeSlice:
    """Lets other tasks of the event loop run after each ``TIME_SLICE_SECONDS`` of work."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    async def yield_if_used_up(self) -> None:
        if time.perf_counter() - self._started > TIME_SLICE_SECONDS:
            await asyncio.sleep(0)
            self._started = time.perf_counter()


class ImportPlanner:
    """Plans one chunk of an import. A planner plans one chunk only."""

    def __init__(self, store: Store, clock: Clock, record: Import) -> None:
        self._store = store
        self._import = record
        self._at = clock()
        self._plan = ImportPlan()
        self._digests: dict[str, str] = {}
        """In a dry run: the digests of what earlier rows said, by key."""

    async def read_ahead(self, rows: Sequence[RawRow]) -> None:
        """Do for the rows of the chunk what can be done before earlier chunks are stored.

        ``plan`` does it if it was not done.

        :raises StorageError: MongoDB does not answer.
        """

    async def plan(self, rows: Sequence[RawRow]) -> ImportPlan:
        """Return the plan for the rows, with exactly one outcome for each, whatever they hold.

        :raises StorageError: MongoDB does not answer.
        """
        raise NotImplementedError

    def _record_outcome(
        self, number: int, outcome: RowOutcome, findings: Iterable[Finding] = (), **fields: Any
    ) -> None:
        """Add the outcome of a row to the plan; ``fields`` are further fields of ``ImportRow``."""
        self._plan.rows.append(
            ImportRow(
                id=make_row_id(self._import.id, number),
                import_id=self._import.id,
                number=number,
                outcome=outcome,
                findings=tuple(findings),
                at=self._at,
                **fields,
            )
        )
