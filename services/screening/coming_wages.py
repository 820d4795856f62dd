"""Use case: officers and employers see beforehand what coming minimum wages will take down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from domain.identity.accounts import Principal, Role
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.screening.coming_wages import ComingEffect, ComingWages, assume_proposals
from services.screening.minimum_wages import MinimumWages
from services.screening.wage_proposals import proposal_scope
from storage.clock import Clock
from storage.mongo.paging import Page, PageRequest
from storage.screening.low_paid_postings import employer_scope, union_scope
from storage.store import Store

MAX_POSTINGS_SCREENED = 2_000
"""Postings that one page or one count screens; only those of low pay are looked at."""
MAX_PROPOSALS_ASSUMED = 500
"""Open proposals that are taken into account, the oldest first."""
_BATCH = 50


@dataclass(frozen=True, kw_only=True)
class ComingCounts:
    """Open postings of a scope, and how many of them coming rows will hold.

    Of those screened are counted; ``is_complete`` is False if there are more to screen.
    """

    open_now: int
    affected: int
    is_complete: bool


class ComingWageEffects:
    """Finds the open postings in the caller's scope that rows of a later day will hold."""

    def __init__(
        self,
        store: Store,
        wages: MinimumWages,
        clock: Clock,
        *,
        max_screened: int = MAX_POSTINGS_SCREENED,
    ) -> None:
        self._store = store
        self._wages = wages
        self._clock = clock
        self._max_screened = max_screened

    async def page(
        self, caller: Principal, wanted: PageRequest, *, with_proposals: bool
    ) -> Page[ComingEffect]:
        """Postings of the caller's union and branches, or employer, in the order of ids.

        A page that has screened ``max_screened`` postings ends there, and says after which
        posting the next one starts. Proposals are taken into account for officers only.
        """
        coming = await self._expect(caller, with_proposals=with_proposals)
        after = "" if wanted.after is None else str(wanted.after[0])
        found: list[ComingEffect] = []
        screened, last = 0, after
        has_previous = wanted.after is not None
        async with aclosing(self._low_paid(caller, coming, after)) as postings:
            async for posting in postings:
                if screened == self._max_screened:
                    return Page(
                        items=found, has_next=True, has_previous=has_previous, next_after=(last,)
                    )
                effect = coming.find_effect(posting)
                if effect is not None:
                    if len(found) == wanted.limit:
                        return Page(items=found, has_next=True, has_previous=has_previous)
                    found.append(effect)
                screened, last = screened + 1, posting.id
        return Page(items=found, has_next=False, has_previous=has_previous)

    async def count(self, caller: Principal, *, with_proposals: bool) -> ComingCounts:
        """Count the open postings of the caller's scope, and those that will be held."""
        coming = await self._expect(caller, with_proposals=with_proposals)
        open_now = await self._store.low_paid_postings.count_open(_scope(caller), coming.on)
        screened = affected = 0
        async with aclosing(self._low_paid(caller, coming, "")) as postings:
            async for posting in postings:
                if screened == self._max_screened:
                    return ComingCounts(open_now=open_now, affected=affected, is_complete=False)
                affected += coming.find_effect(posting) is not None
                screened += 1
        return ComingCounts(open_now=open_now, affected=affected, is_complete=True)

    async def _low_paid(
        self, caller: Principal, coming: ComingWages, after: str
    ) -> AsyncGenerator[Posting, None]:
        if not coming.changes_anything:
            return
        below_fen = coming.passing_fen
        while True:
            batch = await self._store.low_paid_postings.batch(
                _scope(caller), coming.on, below_fen=below_fen, after=after, limit=_BATCH
            )
            for posting in batch:
                yield posting
            if len(batch) < _BATCH:
                return
            after = batch[-1].id
            # Screening is work of the processor: others have their turn between batches.
            await asyncio.sleep(0)

    async def _expect(self, caller: Principal, *, with_proposals: bool) -> ComingWages:
        proposals = []
        if with_proposals and caller.role is Role.OFFICER:
            union = await self._store.unions.by_id(caller.union_id or "")
            if union is not None:
                proposals = await self._store.wage_proposals.open_proposals(
                    **proposal_scope(union), limit=MAX_PROPOSALS_ASSUMED
                )
        return assume_proposals(self._wages.table, proposals, day_in_china(self._clock()))


def _scope(caller: Principal) -> dict[str, Any]:
    if caller.role is Role.RECRUITER:
        return employer_scope(caller.employer_id or "")
    return union_scope(caller.union_id or "")
