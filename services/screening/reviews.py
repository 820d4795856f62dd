"""Reports and decisions: each with what becomes of its posting in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from domain.errors import AlreadyExists, NotFound, PostingNotOpen, TooManyAttempts
from domain.live.events import LoggedEvent
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.screening.reviews import (
    REPORTS_AN_HOUR,
    REPORTS_AN_HOUR_FROM_ONE_ADDRESS,
    Decision,
    DecisionKind,
    Report,
    ReportState,
    awaits_decision,
    check_seen,
    resolved,
)
from domain.screening.verdicts import decided, reported
from realtime.commit import GroupCommit
from services.live.sessions import Desk
from services.postings.posting_gate import tell
from storage.clock import Clock
from storage.mongo.client import Duplicate, Session, new_id
from storage.store import Store

_HOUR = timedelta(hours=1)


class Reviews:
    """Takes reports, and the decisions of officers. Who may is for the caller to check."""

    def __init__(self, store: Store, commit: GroupCommit, desk: Desk, clock: Clock) -> None:
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

        async def change(before: Posting, session: Session) -> Posting:
            if not awaits_decision(before):
                raise PostingNotOpen("The posting does not wait for a decision; reload it.")
            check_seen(before, seen)
            kind = DecisionKind.APPROVED if approved else DecisionKind.REFUSED
            return await self._decided(before, kind, reason, by, session)

        return await self._change(seen.id, change)

    async def report(self, report: Report) -> Report:
        """Keep a report; enough independent ones hold the posting until a person has decided.

        :raises PostingNotOpen: nobody sees the posting now.
        :raises AlreadyExists: this viewer has reported it before.
        :raises TooManyAttempts: too many reports in an hour of one viewer or from one address.
        """

        async def change(before: Posting, session: Session) -> Posting:
            if not before.is_open(day_in_china(report.at)):
                raise PostingNotOpen("This posting is no longer open.")
            await self._check_rate(report, session)
            await self._store.reviews.add_report(report, session=session)
            count = await self._store.reviews.independent(before.id, session=session)
            return reported(before, count, report.at)

        try:
            await self._change(report.posting_id, change)
        except Duplicate:
            raise AlreadyExists("You have reported this posting. Thank you.") from None
        return report

    async def resolve(self, report: Report, *, upheld: bool, reason: str, by: str) -> Posting:
        """Decide on a report: one that is upheld refuses the posting, with all reports of it.

        :raises PostingConflict: somebody has decided on it already.
        """

        async def change(before: Posting, session: Session) -> Posting:
            found = await self._store.reviews.report(report.id, session=session)
            assert found is not None  # reports are not deleted
            state = ReportState.UPHELD if upheld else ReportState.DISMISSED
            closed = resolved(found, state, by=by, at=self._clock())
            await self._store.reviews.resolve(closed, session=session)
            if upheld:
                return await self._decided(
                    before, DecisionKind.REFUSED, reason, by, session, report_id=report.id
                )
            await self._keep(
                before, DecisionKind.REPORT_DISMISSED, reason, by, session, report_id=report.id
            )
            count = await self._store.reviews.independent(before.id, session=session)
            return reported(before, count, self._clock())

        return await self._change(report.posting_id, change)

    async def _change(
        self, posting_id: str, rule: Callable[[Posting, Session], Awaitable[Posting]]
    ) -> Posting:
        async def change(session: Session) -> tuple[Posting, Sequence[LoggedEvent]]:
            found = await self._store.postings.by_ids([posting_id], session=session)
            if posting_id not in found:
                raise NotFound("There is no such posting.")
            before = found[posting_id]
            after = await rule(before, session)
            written = await self._store.postings.write(before, after, session=session)
            assert written  # the version was read in this very snapshot
            await tell(self._store, [(before, after)], at=self._clock(), session=session)
            return after, []

        # Not for events: so that of those who change one posting at once none is run again.
        after = await self._commit(f"posting/{posting_id}", change)
        await self._desk.take_away(posting_id)
        return after

    async def _decided(
        self,
        before: Posting,
        kind: DecisionKind,
        reason: str,
        by: str,
        session: Session,
        *,
        report_id: str | None = None,
    ) -> Posting:
        at = self._clock()
        approved = kind is DecisionKind.APPROVED
        state = ReportState.DISMISSED if approved else ReportState.UPHELD
        await self._store.reviews.resolve_all(before.id, state, by=by, at=at, session=session)
        await self._keep(before, kind, reason, by, session, report_id=report_id)
        return decided(before, by=by, at=at, approved=approved, reason=reason)

    async def _keep(
        self,
        posting: Posting,
        kind: DecisionKind,
        reason: str,
        by: str,
        session: Session,
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
        await self._store.reviews.keep(decision, session=session)

    async def _check_rate(self, report: Report, session: Session) -> None:
        since: datetime = report.at - _HOUR
        for most, whose in (
            (REPORTS_AN_HOUR, {"by": report.by}),
            (REPORTS_AN_HOUR_FROM_ONE_ADDRESS, {"origin": report.origin}),
        ):
            count = await self._store.reviews.count_since(since, most, session=session, **whose)
            if count >= most:
                raise TooManyAttempts("You have reported many postings. Wait for an hour.")
