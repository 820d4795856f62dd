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
from domain.identity.audit import AuditAction, AuditEntry, staff
from domain.postings.postings import CloseReason, Posting, PostingStatus, PostingTerms
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import WageTable
from domain.screening.rescreening import Rescreen, RescreenScope
from domain.screening.verdicts import changed, closed, screened_again
from domain.webhooks.messages import of_posting
from services.live.sessions import Desk
from services.screening.minimum_wages import LiveWages
from storage.clock import Clock
from storage.mongo.client import Session, StorageError, new_id
from storage.store import Store

AT_ONCE = 200
"""Postings that are read for screening at a time."""
PATIENCE_SECONDS = 5.0
"""For whoever asked to see the postings of an employer brought up to its check."""
_TRIES = 10

_log = structlog.get_logger(__name__)


class PostingGate:
    """Lets postings in, changes and closes them, and screens them again."""

    def __init__(self, store: Store, desk: Desk, wages: LiveWages, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._wages = wages
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def wages(self) -> WageTable:
        """All rows of minimum wages that there are now."""
        table = self._wages.table
        return table if await self._wages.is_current(table) else await self._wages.refresh()

    async def admit(self, posting: Posting, table: WageTable) -> Posting:
        """Store a new posting, and give it as it is then.

        ``domain.screening.verdicts.admitted`` made it with this table.
        """
        await self._add(posting)
        (posting,) = await self.settle([posting], table)
        return posting

    async def settle(self, postings: Sequence[Posting], table: WageTable) -> list[Posting]:
        """Give postings that have just been written with this table as they are then."""
        stale = await self._stale(postings, table)
        return [
            await self.look_again(posting.id) if posting.id in stale else posting
            for posting in postings
        ]

    async def change(
        self, before: Posting, terms: PostingTerms, employer: Employer
    ) -> Posting | None:
        """Give the posting other terms; None when it is not as ``before`` any more."""
        table = self._wages.table
        after = changed(before, terms, employer=employer, table=table, at=self._clock())
        if not await self.write(before, after):
            return None
        (after,) = await self.settle([after], table)
        await self._desk.show_again(after.id)
        return after

    async def close(self, before: Posting) -> Posting | None:
        """Close the posting; None when it is not as ``before`` any more."""
        after = closed(before, CloseReason.WITHDRAWN, self._clock())
        if not await self.write(before, after):
            return None
        await self._desk.take_away(after.id)
        return after

    async def write(self, before: Posting, after: Posting) -> bool:
        """Store what has become of the posting, and have webhooks told of it.

        False when it is not as ``before`` any more.
        """

        async def body(session: Session) -> bool:
            if not await self._store.postings.write(before, after, session=session):
                return False
            await tell(self._store, [(before, after)], at=self._clock(), session=session)
            return True

        return await self._store.mongo.transaction(body)

    async def _add(self, posting: Posting) -> None:
        async def body(session: Session) -> None:
            await self._store.postings.add([posting], session=session)
            await tell(self._store, [(None, posting)], at=self._clock(), session=session)

        await self._store.mongo.transaction(body)

    async def look_again(self, posting_id: str) -> Posting:
        """Screen a posting by what holds now, and give it as it is then.

        When it fails, the rooms that show it are told that it is gone.

        :raises NotFound: there is no such posting.
        :raises Busy: others change it all the time.
        """
        for _ in range(_TRIES):
            found = await self._store.postings.by_ids([posting_id])
            if posting_id not in found:
                raise NotFound("There is no such posting.")
            before = found[posting_id]
            employers = await self._store.employers.by_ids([before.employer_id])
            table = await self.wages()
            after = self._screened(before, employers, table)
            if after is before:
                return before
            if not await self.write(before, after):
                continue
            await self._desk.take_away(posting_id)
            if not await self._stale([after], table):
                return after
        raise Busy("Others change this posting just now. Try again in a moment.")

    async def catch(self, posting_id: str) -> None:
        """Take an open posting away if it fails by what holds at this very moment.

        For before it is shown to a room, whatever is still to be screened again.
        """
        found = await self._store.postings.by_ids([posting_id])
        if posting_id not in found or not found[posting_id].is_open(day_in_china(self._clock())):
            return
        employers = await self._store.employers.by_ids([found[posting_id].employer_id])
        after = self._screened(found[posting_id], employers, await self.wages())
        if after.status is not PostingStatus.OPEN:
            await self.look_again(posting_id)

    async def look_through(self, postings: Sequence[Posting]) -> int:
        """Screen many postings again, and give how many came to something else.

        Only those are written.
        """
        changed = 0
        employers = await self._store.employers.by_ids({each.employer_id for each in postings})
        table = await self.wages()
        for posting in postings:
            if self._screened(posting, employers, table) is posting:
                # Rules take the time of many other answers.
                await asyncio.sleep(0)
                continue
            try:
                await self.look_again(posting.id)
                changed += 1
            except Busy:
                # Whoever changes it screens it themselves.
                continue
        return changed

    async def verify(self, employer: Employer, check: EmployerCheck, caller: Principal) -> None:
        """Keep a check of an employer, and bring its postings up to it.

        ``employer`` is as ``domain.employers.employers.checked`` gives it. Those that take longer
        than ``PATIENCE_SECONDS`` follow by themselves.
        """
        rescreen = Rescreen(
            id=new_id(),
            scope=RescreenScope.EMPLOYER,
            key=employer.id,
            due_at=check.at,
            requested_at=check.at,
        )

        entry = AuditEntry(
            actor=staff(caller),
            action=AuditAction.VERIFY_EMPLOYER,
            subject_type="Employer",
            subject_id=employer.id,
            detail="passed" if check.is_passed else "not passed",
        )

        async def body(session: Session) -> None:
            await self._store.employers.keep_check(employer, check, session)
            await self._store.rescreens.ask_for(rescreen, session=session)
            await self._store.audit.append([entry], at=check.at, session=session)

        await self._store.mongo.transaction(body)
        await self._rescreened(rescreen)

    async def carry_on(self, rescreen: Rescreen) -> Rescreen | None:
        """Do the next batch of a rescreening, and give how far it has come then.

        None when somebody else has brought it further: several nodes may work on it, as each
        posting is written over the version that was read.
        """
        batch = await self._store.postings.to_screen(rescreen, limit=AT_ONCE)
        await self.look_through(batch)
        further = replace(
            rescreen,
            cursor=batch[-1].id if batch else rescreen.cursor,
            screened=rescreen.screened + len(batch),
            done_at=None if len(batch) == AT_ONCE else self._clock(),
        )
        return further if await self._store.rescreens.note(rescreen, further) else None

    async def finish(self) -> None:
        """Wait for what was begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _rescreened(self, rescreen: Rescreen) -> None:
        task = asyncio.create_task(self._carried_out(rescreen))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)

    async def _carried_out(self, rescreen: Rescreen) -> None:
        left: Rescreen | None = rescreen
        try:
            while left is not None and left.done_at is None:
                left = await self.carry_on(left)
        except StorageError as error:
            # It is asked for: the node that holds the lease goes on with it.
            _log.warning("screening again put off", error=type(error).__name__)

    def _screened(
        self, before: Posting, employers: Mapping[str, Employer], table: WageTable
    ) -> Posting:
        employer = employers[before.employer_id]
        return screened_again(before, employer=employer, table=table, at=self._clock())

    async def _stale(self, postings: Sequence[Posting], table: WageTable) -> set[str]:
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


async def tell(
    store: Store,
    changes: Sequence[tuple[Posting | None, Posting]],
    *,
    at: datetime,
    session: Session,
) -> None:
    """Have webhooks told, within the transaction, of postings that are new or in another status."""
    moved = [
        after for before, after in changes if before is None or before.status is not after.status
    ]
    unions = await store.unions.by_ids({posting.union_id for posting in moved})
    paths = {union.id: union.path for union in unions.values()}
    notices = [of_posting(each, paths.get(each.union_id, ()), at=at) for each in moved]
    await store.deliveries.put(notices, session=session)
