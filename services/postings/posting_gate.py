"""The gate that every posting passes: screens the posting and stores the verdict.

A verdict rests on three things that different people write: the terms, the check of the employer
and the minimum wages. After it has stored a verdict, the gate reads the other two once more, and
screens again when they have changed. If the process stops before that, the rescreening tasks that
the other change has written find the posting (services/screening/rescreening_tasks.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from domain.employers.employers import Employer
from domain.postings.deferral import employer_check_day
from domain.postings.lifecycle import (
    change_terms,
    close_posting,
    rescreen_posting,
)
from domain.postings.postings import CloseReason, Posting, PostingStatus, PostingTerms
from domain.reference.calendar import day_in_china
from domain.refusals import Busy, NotFound
from domain.screening.rescreening import RescreeningTask
from domain.screening.wage_table import WageTable
from services.live.sessions import LiveSessionControl
from services.postings.posting_notices import queue_posting_notices
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.mongo.client import StorageError, Transaction
from storage.store import Store

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RescreeningLimits:
    """How much screening is done at a time."""

    postings_per_batch: int = 200
    """Postings that are read and screened before progress is stored."""
    wait_seconds: float = 5.0
    """How long a request waits for the postings that it has screened again."""
    max_attempts: int = 10
    """How often one posting is screened while others change it at the same time."""


class PostingGate:
    """Stores new and changed postings with their verdict, and screens stored postings again.

    It does not check who calls: the use cases do.
    """

    def __init__(
        self,
        store: Store,
        session_control: LiveSessionControl,
        wages: MinimumWages,
        clock: Clock,
        *,
        limits: RescreeningLimits | None = None,
    ) -> None:
        self.limits = limits or RescreeningLimits()
        self._store = store
        self._session_control = session_control
        self._wages = wages
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def current_wages(self) -> WageTable:
        """Return all rows of minimum wages that are stored now."""
        table = self._wages.table
        return table if await self._wages.is_current(table) else await self._wages.refresh()

    async def admit(self, posting: Posting, table: WageTable) -> Posting:
        """Store a new posting, and return it with the verdict that holds after that.

        ``domain.postings.lifecycle.create_posting`` made it with this table.

        :raises Duplicate: another posting has its job key.
        """
        await self._add(posting)
        (posting,) = await self.rescreen_stale([posting], table)
        return posting

    async def rescreen_stale(self, postings: Sequence[Posting], table: WageTable) -> list[Posting]:
        """Screen those postings again whose verdict rests on an older check or wage table.

        The postings have just been stored with verdicts made with ``table``. Returns all of them
        as they are now, in the order given.
        """
        stale = await self._find_stale(postings, table)
        return [
            await self.rescreen(posting.id) if posting.id in stale else posting
            for posting in postings
        ]

    async def change(
        self,
        before: Posting,
        terms: PostingTerms,
        employer: Employer,
        *,
        job_key: str | None = None,
    ) -> Posting | None:
        """Give the posting other terms and screen it; return None when ``before`` is outdated.

        Rooms that show the posting get the new terms, or learn that it is gone.

        :raises Duplicate: another posting has the job key.
        """
        table = self._wages.table
        after = change_terms(
            before, terms, employer=employer, table=table, at=self._clock(), job_key=job_key
        )
        if not await self.write(before, after):
            return None
        (after,) = await self.rescreen_stale([after], table)
        await self._session_control.refresh_posting(after.id)
        return after

    async def close(self, before: Posting) -> Posting | None:
        """Close the posting and unpin it everywhere; return None when ``before`` is outdated."""
        after = close_posting(before, CloseReason.WITHDRAWN, self._clock())
        if not await self.write(before, after):
            return None
        await self._session_control.refresh_openness(after.id)
        return after

    async def write(self, before: Posting, after: Posting) -> bool:
        """Store the posting and its webhook notices in one transaction.

        Returns False, and stores nothing, when the stored posting is not ``before`` any more.
        """

        async def body(transaction: Transaction) -> bool:
            if not await self._store.postings.update_if_unchanged(
                before, after, transaction=transaction
            ):
                return False
            await queue_posting_notices(
                self._store, [(before, after)], at=self._clock(), transaction=transaction
            )
            return True

        return await self._store.mongo.run_transaction(body)

    async def _add(self, posting: Posting) -> None:
        async def body(transaction: Transaction) -> None:
            await self._store.postings.add([posting], transaction=transaction)
            await queue_posting_notices(
                self._store, [(None, posting)], at=self._clock(), transaction=transaction
            )

        await self._store.mongo.run_transaction(body)

    async def rescreen(self, posting_id: str, *, ends_deferral: bool = False) -> Posting:
        """Screen a stored posting by what holds now, store the verdict and return the posting.

        A posting that fails is unpinned in the rooms that show it. With ``ends_deferral`` the
        findings of new rules that were deferred count from now on.

        :raises NotFound: no posting has this id.
        :raises Busy: the posting changed during every attempt.
        """
        for _ in range(self.limits.max_attempts):
            before = (await self._store.postings.by_ids([posting_id])).get(posting_id)
            if before is None:
                raise NotFound(
                    "No posting has this id. Check the id.", "没有这个岗位，请核对编号。"
                )
            employers = await self._store.employers.by_ids([before.employer_id])
            table = await self.current_wages()
            after = self._screen(before, employers, table, ends_deferral=ends_deferral)
            if after is before:
                return before
            if not await self.write(before, after):
                continue
            await self._session_control.refresh_openness(posting_id)
            if not await self._find_stale([after], table):
                return after
        raise Busy(
            "Others change this posting right now. Try again in a moment.",
            "该岗位正被他人修改，请稍后重试。",
        )

    async def rescreen_before_showing(self, posting_id: str) -> None:
        """Screen an open posting again if it would fail now. Call it before a room sees it.

        It does not wait for the rescreening tasks that are still due.
        """
        posting = (await self._store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None or not posting.is_open(day_in_china(self._clock())):
            return
        employers = await self._store.employers.by_ids([posting.employer_id])
        after = self._screen(posting, employers, await self.current_wages())
        if after.status is not PostingStatus.OPEN:
            await self.rescreen(posting_id)

    async def rescreen_all(
        self, postings: Sequence[Posting], *, ends_deferral: bool = False
    ) -> int:
        """Screen many stored postings again, and return how many have a new verdict.

        Only those are written. ``ends_deferral`` is that of ``rescreen``.
        """
        changed = 0
        employers = await self._store.employers.by_ids({each.employer_id for each in postings})
        table = await self.current_wages()
        for posting in postings:
            after = self._screen(posting, employers, table, ends_deferral=ends_deferral)
            if after is posting:
                # Screening uses the processor for long: let other tasks run between postings.
                await asyncio.sleep(0)
                continue
            try:
                await self.rescreen(posting.id, ends_deferral=ends_deferral)
                changed += 1
            except Busy:
                # The change that got in between screens the posting itself.
                continue
        return changed

    async def start_rescreen(self, task: RescreeningTask) -> None:
        """Work on a stored rescreening task now, and wait at most ``limits.wait_seconds`` for it.

        It goes on in the background after that.
        """
        running = asyncio.create_task(self._run_rescreen(task))
        self._tasks.add(running)
        running.add_done_callback(self._tasks.discard)
        await asyncio.wait({running}, timeout=self.limits.wait_seconds)

    async def continue_rescreen(self, task: RescreeningTask) -> RescreeningTask | None:
        """Screen the next batch of a rescreening task, and return the task with its progress.

        Returns None when another node has stored progress since: several nodes may work on one
        task, because each posting is written over the version that was read.
        """
        batch_size = self.limits.postings_per_batch
        batch = await self._store.postings.find_to_rescreen(task, limit=batch_size)
        await self.rescreen_all(batch)
        further = replace(
            task,
            cursor=batch[-1].id if batch else task.cursor,
            screened=task.screened + len(batch),
            done_at=None if len(batch) == batch_size else self._clock(),
        )
        return further if await self._store.rescreens.save_progress(task, further) else None

    async def wait_for_rescreens(self) -> None:
        """Wait until the rescreening tasks that this process has started are done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _run_rescreen(self, task: RescreeningTask) -> None:
        left: RescreeningTask | None = task
        try:
            while left is not None and left.done_at is None:
                left = await self.continue_rescreen(left)
        except StorageError as error:
            # The task is stored: the node that holds the rescreening lease finishes it.
            _log.warning("rescreening postponed", error=type(error).__name__)

    def _screen(
        self,
        before: Posting,
        employers: Mapping[str, Employer],
        table: WageTable,
        *,
        ends_deferral: bool = False,
    ) -> Posting:
        return rescreen_posting(
            before,
            employer=employers[before.employer_id],
            table=table,
            at=self._clock(),
            ends_deferral=ends_deferral,
        )

    async def _find_stale(self, postings: Sequence[Posting], table: WageTable) -> set[str]:
        """Return the ids of the postings whose employer check or wage table is outdated."""
        is_current, employers = await asyncio.gather(
            self._wages.is_current(table),
            self._store.employers.by_ids({posting.employer_id for posting in postings}),
        )
        return {
            posting.id
            for posting in postings
            if not is_current
            or employer_check_day(posting, employers[posting.employer_id]) != posting.verified_until
        }
