"""Reports and decisions: each with what becomes of its posting in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from domain.errors import AlreadyExists, NotFound, PostingNotOpen, TooManyAttempts
from domain.live.events import LoggedEvent
from domain.postings.lifecycle import apply_reports, apply_review
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.screening.reviews import (
    MAX_REPORTS_PER_ADDRESS_HOUR,
    MAX_REPORTS_PER_VIEWER_HOUR,
    Decision,
    DecisionKind,
    Report,
    ReportState,
    awaits_decision,
    check_unchanged,
    resolve_report,
)
from realtime.commit import GroupCommit
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import queue_posting_notices
from storage.clock import Clock
from storage.mongo.client import Duplicate, Transaction, new_id
from storage.store import Store

_HOUR = timedelta(hours=1)


class PostingReview:
    """Takes reports, and the decisions of officers. Who may is for the caller to check."""

    def __init__(
        self, store: Store, commit: GroupCommit, desk: LiveSessionControl, clock: Clock
    ) -> None:
        self._store = store
        self._commit = commit
        self._desk = desk
        self._clock = clock

    async def decide(self, seen: Posting, *, approved: bool, reason: str, by: str) -> Posting:
        """Open or refuse a posting that waits for a person, as it was ``seen``.

        All its reports are decided with it.

        :raises PostingNotOpen: it does not wait for a decision.
        :raises PostingConflict: it has changed since it was seen.
        """

        async def change(before: Posting, transaction: Transaction) -> Posting:
            if not awaits_decision(before):
                raise PostingNotOpen("The posting does not wait for a decision; reload it.")
            check_unchanged(before, seen)
            kind = DecisionKind.APPROVED if approved else DecisionKind.REFUSED
            return await self._apply_decision(before, kind, reason, by, transaction)

        return await self._change(seen.id, change)

    async def report(self, report: Report) -> Report:
        """Keep a report; enough independent ones hold the posting until a person has decided.

        :raises PostingNotOpen: nobody sees the posting now.
        :raises AlreadyExists: this viewer has reported it before.
        :raises TooManyAttempts: too many reports in an hour of one viewer or from one address.
        """

        async def change(before: Posting, transaction: Transaction) -> Posting:
            if not before.is_open(day_in_china(report.at)):
                raise PostingNotOpen("This posting is no longer open.")
            await self._check_rate(report, transaction)
            await self._store.reviews.add_report(report, transaction=transaction)
            count = await self._store.reviews.count_independent_reports(
                before.id, transaction=transaction
            )
            return apply_reports(before, count, report.at)

        try:
            await self._change(report.posting_id, change)
        except Duplicate:
            raise AlreadyExists("You have reported this posting. Thank you.") from None
        return report

    async def resolve_report(
        self, report: Report, *, upheld: bool, reason: str, by: str
    ) -> Posting:
        """Decide on a report: one that is upheld refuses the posting, with all reports of it.

        :raises PostingConflict: somebody has decided on it already.
        """

        async def change(before: Posting, transaction: Transaction) -> Posting:
            found = await self._store.reviews.report_by_id(report.id, transaction=transaction)
            assert found is not None  # reports are not deleted
            state = ReportState.UPHELD if upheld else ReportState.DISMISSED
            closed = resolve_report(found, state, by=by, at=self._clock())
            await self._store.reviews.resolve_report(closed, transaction=transaction)
            if upheld:
                return await self._apply_decision(
                    before, DecisionKind.REFUSED, reason, by, transaction, report_id=report.id
                )
            await self._store_decision(
                before, DecisionKind.REPORT_DISMISSED, reason, by, transaction, report_id=report.id
            )
            count = await self._store.reviews.count_independent_reports(
                before.id, transaction=transaction
            )
            return apply_reports(before, count, self._clock())

        return await self._change(report.posting_id, change)

    async def _change(
        self, posting_id: str, rule: Callable[[Posting, Transaction], Awaitable[Posting]]
    ) -> Posting:
        async def change(transaction: Transaction) -> tuple[Posting, Sequence[LoggedEvent]]:
            found = await self._store.postings.by_ids([posting_id], transaction=transaction)
            if posting_id not in found:
                raise NotFound("There is no such posting.")
            before = found[posting_id]
            after = await rule(before, transaction)
            written = await self._store.postings.update_if_unchanged(
                before, after, transaction=transaction
            )
            assert written  # the version was read in this very snapshot
            await queue_posting_notices(
                self._store, [(before, after)], at=self._clock(), transaction=transaction
            )
            return after, []

        # Not for events: so that of those who change one posting at once none is run again.
        after = await self._commit(f"posting/{posting_id}", change)
        await self._desk.unpin_closed(posting_id)
        return after

    async def _apply_decision(
        self,
        before: Posting,
        kind: DecisionKind,
        reason: str,
        by: str,
        transaction: Transaction,
        *,
        report_id: str | None = None,
    ) -> Posting:
        at = self._clock()
        approved = kind is DecisionKind.APPROVED
        state = ReportState.DISMISSED if approved else ReportState.UPHELD
        await self._store.reviews.resolve_open_reports(
            before.id, state, by=by, at=at, transaction=transaction
        )
        await self._store_decision(before, kind, reason, by, transaction, report_id=report_id)
        return apply_review(before, by=by, at=at, approved=approved, reason=reason)

    async def _store_decision(
        self,
        posting: Posting,
        kind: DecisionKind,
        reason: str,
        by: str,
        transaction: Transaction,
        *,
        report_id: str | None,
    ) -> None:
        decision = Decision(
            id=new_id(),
            posting_id=posting.id,
            revision=posting.revision,
            kind=kind,
            by=by,
            at=self._clock(),
            reason=reason,
            findings=posting.findings,
            report_id=report_id,
        )
        await self._store.reviews.add_decision(decision, transaction=transaction)

    async def _check_rate(self, report: Report, transaction: Transaction) -> None:
        since: datetime = report.at - _HOUR
        for most, whose in (
            (MAX_REPORTS_PER_VIEWER_HOUR, {"by": report.by}),
            (MAX_REPORTS_PER_ADDRESS_HOUR, {"origin": report.origin}),
        ):
            count = await self._store.reviews.count_reports_since(
                since, most, transaction=transaction, **whose
            )
            if count >= most:
                raise TooManyAttempts("You have reported many postings. Wait for an hour.")
