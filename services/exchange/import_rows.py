"""What becomes of the rows of one part of an import: decided first, then written in one step.

Nothing is written while it is decided: the decision is made from what is stored, and names the
postings and employers to write. Whoever writes them learns, within the transaction, whether what
it was made from still holds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.employers.employers import Employer
from domain.exchange.import_rows import parse_row
from domain.exchange.imports import (
    EXAMPLE_MARKER,
    EXAMPLE_ROW_FINDING,
    Import,
    ImportRow,
    RawRow,
    RowOutcome,
    make_row_id,
)
from domain.postings.postings import Finding, Posting
from services.postings.posting_gate import queue_posting_notices
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store

TIME_SLICE_SECONDS = 0.004
"""Work on rows after which everybody else on the loop has a turn: rooms are on air."""
POSTINGS_PER_INSERT = 25
"""Postings made into documents before everybody else has a turn."""


@dataclass(kw_only=True)
class ImportPlan:
    """The outcome of each row, and what is to be written for them, by the keys of the things.

    ``changed`` has each posting as it is stored and as it is to be. ``keys`` are those of all rows
    that could be read.
    """

    rows: list[ImportRow] = field(default_factory=list)
    new_postings: dict[str, Posting] = field(default_factory=dict)
    changed_postings: dict[str, tuple[Posting, Posting]] = field(default_factory=dict)
    new_employers: dict[str, Employer] = field(default_factory=dict)
    row_keys: set[str] = field(default_factory=set)

    def depends_on(self, earlier: ImportPlan) -> bool:
        """Whether it is about something that the earlier part has made or changed."""
        made = (
            earlier.new_postings.keys()
            | earlier.changed_postings.keys()
            | earlier.new_employers.keys()
        )
        return not self.row_keys.isdisjoint(made)

    async def write(
        self, store: Store, transaction: Transaction, *, at: datetime, findable: bool
    ) -> bool:
        """Write what was decided, ``findable`` at once or soon after.

        False when it does not hold any more: then nothing may stay.

        :raises Duplicate: the same, because somebody else has just brought one of them.
        """
        employers, postings = list(self.new_employers.values()), list(self.new_postings.values())
        if employers:
            await store.employers.add(employers, transaction=transaction)
        for start in range(0, len(postings), POSTINGS_PER_INSERT):
            await store.postings.add(
                postings[start : start + POSTINGS_PER_INSERT],
                transaction=transaction,
                findable=findable,
            )
        changes = list(self.changed_postings.values())
        made = [(None, posting) for posting in postings]
        await queue_posting_notices(store, [*made, *changes], at=at, transaction=transaction)
        return await store.postings.update_all_if_unchanged(
            changes, transaction=transaction, findable=findable
        )


class TimeSlice:
    """Gives everybody else a turn once ``SLICE_SECONDS`` are used up."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    async def yield_if_used_up(self) -> None:
        if time.perf_counter() - self._began > TIME_SLICE_SECONDS:
            await asyncio.sleep(0)
            self._began = time.perf_counter()


class ImportPlanner:
    """Notes the outcome of each row of a part."""

    def __init__(self, store: Store, clock: Clock, one: Import) -> None:
        self._store = store
        self._import = one
        self._at = clock()
        self._plan = ImportPlan()
        self._digests: dict[str, str] = {}

    async def plan(self, rows: Sequence[RawRow]) -> ImportPlan:
        """The outcome of each of the rows, each exactly once; whatever they hold.

        :raises StorageError: what is stored already cannot be read.
        """
        raise NotImplementedError

    def _record_outcome(
        self, number: int, outcome: RowOutcome, findings: Iterable[Finding] = (), **more: Any
    ) -> None:
        self._plan.rows.append(
            ImportRow(
                id=make_row_id(self._import.id, number),
                import_id=self._import.id,
                number=number,
                outcome=outcome,
                findings=tuple(findings),
                at=self._at,
                **more,
            )
        )

    def _read_cells(
        self, row: RawRow, example_key: str
    ) -> tuple[dict[str, Any], tuple[Finding, ...]]:
        found, faults = parse_row(self._import.kind, self._import.columns, row.cells)
        if found.get(example_key) == EXAMPLE_MARKER:
            return {}, (EXAMPLE_ROW_FINDING,)
        return found, faults
