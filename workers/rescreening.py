"""The worker that screens postings again after something that their verdict rests on has changed.

That is the minimum wages, the check of an employer, the last day of a posting, or the rules. One
node at a time does it, in bounded batches. The lease only saves the others the work: each posting
is written over the version that was read. Nobody sees a posting after its last day or after the
check of its employer has ended, even before this worker gives it the status that says why.

New rules take no posting off the air by themselves: see ``domain.postings.lifecycle``.
"""

from __future__ import annotations

from datetime import date, timedelta

import structlog

from domain.reference.calendar import day_in_china
from domain.screening.posting_rules import RULES_VERSION
from realtime.background import Leased, Schedule
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from storage.clock import Clock
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=30.0)
"""How often the worker looks for postings to screen."""
_LEASE_DURATION = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class Rescreener(Leased):
    """Screens postings again while there are any to screen; ``node`` names this process.

    On the day ``rules_apply_on`` the findings of new rules that were deferred begin to count. A
    day that is not later than the one on which the present rules were first used is ignored: it
    was set for earlier rules. None: they count when an officer refuses the posting.
    """

    def __init__(
        self,
        store: Store,
        session_control: LiveSessionControl,
        gate: PostingGate,
        clock: Clock,
        node: str,
        *,
        rules_apply_on: date | None = None,
    ) -> None:
        super().__init__(
            "rescreening", SCHEDULE, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._session_control = session_control
        self._gate = gate
        self._rules_apply_on = rules_apply_on
        self._rules_first_used: date | None = None

    async def run_once(self) -> None:
        """Screen what is due, and log how many postings changed."""
        changed = await self.run()
        if changed:
            _log.info("postings screened again", changed=changed)

    async def run(self) -> int:
        """Screen what is due now, and return how many postings were changed.

        It does nothing while another node has the lease.

        :raises StorageError: MongoDB does not answer; what was done stays.
        """
        changed = 0
        while await self._take_lease():
            if await self._continue_due():
                continue
            found = await self._rescreen_overdue()
            if found:
                changed += found
                continue
            changed += await self._rescreen_by_new_rules()
            changed += await self._end_deferral()
            # Postings also close by a date: their last day, or the end of a check.
            await self._session_control.refresh_all_openness()
            break
        return changed

    async def _continue_due(self) -> bool:
        """Work on one batch of a rescreening task; return False when none is due."""
        due = await self._store.rescreens.find_due(at=self._clock(), limit=1)
        for rescreen in due:
            await self._gate.continue_rescreen(rescreen)
        return bool(due)

    async def _rescreen_overdue(self) -> int:
        overdue = await self._store.postings.find_overdue(
            on=self._today(), limit=self._gate.limits.postings_per_batch
        )
        return await self._gate.rescreen_all(overdue)

    async def _rescreen_by_new_rules(self) -> int:
        """Screen what older rules let through; log how many postings are open before and after."""
        postings, limit = self._store.postings, self._gate.limits.postings_per_batch
        batch = await postings.find_screened_by_older_rules(RULES_VERSION, limit=limit)
        if not batch:
            return 0
        open_before = await postings.count_visible(self._today())
        _log.info("new rules: screening again", rules=RULES_VERSION, open=open_before)
        screened = 0
        while batch and await self._take_lease():
            changed = await self._gate.rescreen_all(batch)
            screened += changed
            if not changed:
                break  # others change these postings right now; the next look goes on
            batch = await postings.find_screened_by_older_rules(RULES_VERSION, limit=limit)
        _log.info(
            "new rules: screened again",
            rules=RULES_VERSION,
            screened=screened,
            open_before=open_before,
            open_after=await postings.count_visible(self._today()),
            for_review=await postings.count_deferred(),
        )
        return screened

    async def _end_deferral(self) -> int:
        """Let deferred findings count, if the day for that has come; log the counts."""
        if not await self._do_new_rules_apply():
            return 0
        postings, limit = self._store.postings, self._gate.limits.postings_per_batch
        batch = await postings.find_deferred(limit=limit)
        if not batch:
            return 0
        open_before = await postings.count_visible(self._today())
        applied = 0
        while batch and await self._take_lease():
            changed = await self._gate.rescreen_all(batch, ends_deferral=True)
            applied += changed
            if not changed:
                break  # as in _rescreen_by_new_rules
            batch = await postings.find_deferred(limit=limit)
        _log.info(
            "new rules: applied",
            rules=RULES_VERSION,
            applied=applied,
            open_before=open_before,
            open_after=await postings.count_visible(self._today()),
        )
        return applied

    async def _do_new_rules_apply(self) -> bool:
        if self._rules_first_used is None:
            first_used_at = await self._store.meta.first_use_of_rules(RULES_VERSION, self._clock())
            self._rules_first_used = day_in_china(first_used_at)
            if self._rules_apply_on is not None and self._rules_apply_on <= self._rules_first_used:
                _log.warning(
                    "SONGGANG_RULES_APPLY_ON ignored: these rules are not older than that day",
                    rules=RULES_VERSION,
                    first_used=self._rules_first_used.isoformat(),
                )
        day = self._rules_apply_on
        return day is not None and self._rules_first_used < day <= self._today()

    def _today(self) -> date:
        return day_in_china(self._clock())
