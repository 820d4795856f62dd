"""What becomes of postings, and of the rooms that show them.

A verdict rests on the posting, the check of its employer and the minimum wages. Each is written by
somebody else, so whoever stores a verdict looks at the other two once more afterwards: either this
look finds what has changed, or whoever changed it finds the posting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from domain.employers.employers import Employer, EmployerCheck
from domain.errors import Busy, NotFound
from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.postings.lifecycle import change_terms, close_posting, rescreen_posting
from domain.postings.postings import CloseReason, Posting, PostingStatus, PostingTerms
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import WageTable
from domain.screening.rescreening import RescreeningTask, RescreenScope
from domain.webhooks.messages import build_posting_notice
from services.live.sessions import LiveSessionControl
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.mongo.client import StorageError, Transaction, new_id
from storage.store import Store

POSTINGS_PER_BATCH = 200
"""Postings that are read for screening at a time."""
RESCREEN_WAIT_SECONDS = 5.0
"""For whoever asked to see the postings of an employer brought up to its check."""
_MAX_ATTEMPTS = 10

_log = structlog.get_logger(__name__)


class PostingGate:
    """Lets postings in, changes and closes them, and screens them again."""

    def __init__(
        self, store: Store, desk: LiveSessionControl, wages: MinimumWages, clock: Clock
    ) -> None:
        self._store = store
        self._desk = desk
        self._wages = wages
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def current_wages(self) -> WageTable:
        """All rows of minimum wages that there are now."""
        table = self._wages.table
        return table if await self._wages.is_current(table) else await self._wages.refresh()

    async def admit(self, posting: Posting, table: WageTable) -> Posting:
        """Store a new posting, and give it as it is then.

        ``domain.postings.lifecycle.create_posting`` made it with this table.
        """
        await self._add(posting)
        (posting,) = await self.rescreen_stale([posting], table)
        return posting

    async def rescreen_stale(self, postings: Sequence[Posting], table: WageTable) -> list[Posting]:
        """Give postings that have just been written with this table as they are then."""
        stale = await self._stale_ids(postings, table)
        return [
            await self.rescreen(posting.id) if posting.id in stale else posting
            for posting in postings
        ]

    async def change(
        self, before: Posting, terms: PostingTerms, employer: Employer
    ) -> Posting | None:
        """Give the posting other terms; None when it is not as ``before`` any more."""
        table = self._wages.table
        after = change_terms(before, terms, employer=employer, table=table, at=self._clock())
        if not await self.write(before, after):
            return None
        (after,) = await self.rescreen_stale([after], table)
        await self._desk.refresh_pinned(after.id)
        return after

    async def close(self, before: Posting) -> Posting | None:
        """Close the posting; None when it is not as ``before`` any more."""
        after = close_posting(before, CloseReason.WITHDRAWN, self._clock())
        if not await self.write(before, after):
            return None
        await self._desk.unpin_closed(after.id)
        return after

    async def write(self, before: Posting, after: Posting) -> bool:
        """Store what has become of the posting, and have webhooks told of it.

        False when it is not as ``before`` any more.
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

    async def rescreen(self, posting_id: str) -> Posting:
        """Screen a posting by what holds now, and give it as it is then.

        When it fails, the rooms that show it are told that it is gone.

        :raises NotFound: there is no such posting.
        :raises Busy: others change it all the time.
        """
        for _ in range(_MAX_ATTEMPTS):
            found = await self._store.postings.by_ids([posting_id])
            if posting_id not in found:
                raise NotFound("There is no such posting.")
            before = found[posting_id]
            employers = await self._store.employers.by_ids([before.employer_id])
            table = await self.current_wages()
            after = self._screen(before, employers, table)
            if after is before:
                return before
            if not await self.write(before, after):
                continue
            await self._desk.unpin_closed(posting_id)
            if not await self._stale_ids([after], table):
                return after
        raise Busy("Others change this posting just now. Try again in a moment.")

    async def rescreen_before_showing(self, posting_id: str) -> None:
        """Take an open posting away if it fails by what holds at this very moment.

        For before it is shown to a room, whatever is still to be screened again.
        """
        found = await self._store.postings.by_ids([posting_id])
        if posting_id not in found or not found[posting_id].is_open(day_in_china(self._clock())):
            return
        employers = await self._store.employers.by_ids([found[posting_id].employer_id])
        after = self._screen(found[posting_id], employers, await self.current_wages())
        if after.status is not PostingStatus.OPEN:
            await self.rescreen(posting_id)

    async def rescreen_all(self, postings: Sequence[Posting]) -> int:
        """Screen many postings again, and give how many came to something else.

        Only those are written.
        """
        changed = 0
        employers = await self._store.employers.by_ids({each.employer_id for each in postings})
        table = await self.current_wages()
        for posting in postings:
            if self._screen(posting, employers, table) is posting:
                # Rules take the time of many other answers.
                await asyncio.sleep(0)
                continue
            try:
                await self.rescreen(posting.id)
                changed += 1
            except Busy:
                # Whoever changes it screens it themselves.
                continue
        return changed

    async def record_employer_check(
        self, employer: Employer, check: EmployerCheck, caller: Principal
    ) -> None:
        """Keep a check of an employer, and bring its postings up to it.

        ``employer`` is as ``domain.employers.employers.checked`` gives it. Those that take longer
        than ``PATIENCE_SECONDS`` follow by themselves.
        """
        rescreen = RescreeningTask(
            id=new_id(),
            scope=RescreenScope.EMPLOYER,
            key=employer.id,
            due_at=check.at,
            requested_at=check.at,
        )

        entry = AuditEntry(
            actor=staff_actor(caller),
            action=AuditAction.VERIFY_EMPLOYER,
            subject_type="Employer",
            subject_id=employer.id,
            detail="passed" if check.is_passed else "not passed",
        )

        async def body(transaction: Transaction) -> None:
            await self._store.employers.save_check(employer, check, transaction)
            await self._store.rescreens.add(rescreen, transaction=transaction)
            await self._store.audit_log.append([entry], at=check.at, transaction=transaction)

        await self._store.mongo.run_transaction(body)
        await self._start_rescreen(rescreen)

    async def continue_rescreen(self, rescreen: RescreeningTask) -> RescreeningTask | None:
        """Do the next batch of a rescreening, and give how far it has come then.

        None when somebody else has brought it further: several nodes may work on it, as each
        posting is written over the version that was read.
        """
        batch = await self._store.postings.find_to_rescreen(rescreen, limit=POSTINGS_PER_BATCH)
        await self.rescreen_all(batch)
        further = replace(
            rescreen,
            cursor=batch[-1].id if batch else rescreen.cursor,
            screened=rescreen.screened + len(batch),
            done_at=None if len(batch) == POSTINGS_PER_BATCH else self._clock(),
        )
        return further if await self._store.rescreens.save_progress(rescreen, further) else None

    async def wait_for_rescreens(self) -> None:
        """Wait for what was begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _start_rescreen(self, rescreen: RescreeningTask) -> None:
        task = asyncio.create_task(self._run_rescreen(rescreen))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=RESCREEN_WAIT_SECONDS)

    async def _run_rescreen(self, rescreen: RescreeningTask) -> None:
        left: RescreeningTask | None = rescreen
        try:
            while left is not None and left.done_at is None:
                left = await self.continue_rescreen(left)
        except StorageError as error:
            # It is asked for: the node that holds the lease goes on with it.
            _log.warning("screening again put off", error=type(error).__name__)

    def _screen(
        self, before: Posting, employers: Mapping[str, Employer], table: WageTable
    ) -> Posting:
        employer = employers[before.employer_id]
        return rescreen_posting(before, employer=employer, table=table, at=self._clock())

    async def _stale_ids(self, postings: Sequence[Posting], table: WageTable) -> set[str]:
        """The ids of those that were screened by what holds no more."""
        is_current, employers = await asyncio.gather(
            self._wages.is_current(table),
            self._store.employers.by_ids({posting.employer_id for posting in postings}),
        )
        return {
            posting.id
            for posting in postings
            if not is_current
            or employers[posting.employer_id].verified_until != posting.verified_until
        }


async def queue_posting_notices(
    store: Store,
    changes: Sequence[tuple[Posting | None, Posting]],
    *,
    at: datetime,
    transaction: Transaction,
) -> None:
    """Have webhooks told, within the transaction, of postings that are new or in another status."""
    moved = [
        after for before, after in changes if before is None or before.status is not after.status
    ]
    unions = await store.unions.by_ids({posting.union_id for posting in moved})
    paths = {union.id: union.path for union in unions.values()}
    notices = [build_posting_notice(each, paths.get(each.union_id, ()), at=at) for each in moved]
    await store.deliveries.enqueue(notices, transaction=transaction)
