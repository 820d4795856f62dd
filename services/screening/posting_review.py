"""Use cases of posting review: reports from the public, and the decisions of officers.

Each writes the report or decision and the posting in one transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from domain.identity.accounts import Principal
from domain.postings.lifecycle import apply_reports, apply_review
from domain.postings.postings import Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.refusals import AlreadyExists, NotFound, PostingNotOpen
from domain.screening.decision_batches import prior_state
from domain.screening.reviews import (
    DecisionKind,
    Report,
    ReportReason,
    ReportState,
    awaits_decision,
    check_decision_reason,
    check_report_text,
    check_unchanged,
    make_decision,
    resolve_report,
)
from realtime.group_commit import GroupCommit
from services.live.sessions import LiveSessionControl
from services.postings.managed_postings import (
    check_revision,
    find_managed_posting,
    list_managed_postings,
)
from services.postings.posting_gate import PostingGate
from services.postings.posting_notices import queue_posting_notices
from services.screening.report_rate import check_report_rate
from storage.clock import Clock
from storage.mongo.client import Duplicate, Transaction, new_id
from storage.store import Store

_POSTING_FIELD = ("input", "postingId")
_REASON_FIELD = ("input", "reason")


class PostingReview:
    """Takes reports of postings, and the decisions of officers on reported and held postings."""

    def __init__(
        self,
        store: Store,
        commit: GroupCommit,
        session_control: LiveSessionControl,
        gate: PostingGate,
        clock: Clock,
    ) -> None:
        self._store = store
        self._commit = commit
        self._session_control = session_control
        self._gate = gate
        self._clock = clock

    async def review_posting(
        self,
        caller: Principal,
        posting_id: str,
        *,
        approved: bool,
        reason: str,
        expected_revision: int | None,
    ) -> Posting:
        """Open or refuse a posting in the caller's scope that waits for a decision.

        :raises NotFound: no posting with this id is in the caller's scope.
        :raises PostingNotOpen: the posting does not wait for a decision.
        :raises PostingConflict: the posting is not at ``expected_revision``, or changes right now.
        :raises InvalidInput: the reason is missing, too long or unreadable.
        """
        seen = await find_managed_posting(self._store, caller, posting_id, _POSTING_FIELD)
        check_revision(seen, expected_revision)
        reason = check_decision_reason(reason, _REASON_FIELD)
        return await self.decide(seen, approved=approved, reason=reason, by=caller.subject)

    async def decide(
        self,
        seen: Posting,
        *,
        approved: bool,
        reason: str,
        by: str,
        batch_id: str | None = None,
    ) -> Posting:
        """Open or refuse the posting ``seen``, and resolve all its open reports.

        The caller has checked who decides. With ``batch_id`` the decision can be undone. A posting
        that a text refused is screened as of now.

        :raises PostingNotOpen: the posting does not wait for a decision.
        :raises PostingConflict: the terms or the findings have changed since ``seen`` was read.
        """

        async def change(before: Posting, transaction: Transaction) -> Posting:
            if not awaits_decision(before):
                raise PostingNotOpen(
                    "The posting does not wait for a decision. Reload it.",
                    "该岗位无需审核，请刷新后查看。",
                )
            check_unchanged(before, seen)
            kind = DecisionKind.APPROVED if approved else DecisionKind.REFUSED
            return await self._apply_decision(
                before, kind, reason, by, transaction, batch_id=batch_id
            )

        after = await self.change(seen.id, change)
        is_appeal = approved and seen.status is PostingStatus.REFUSED
        return await self._gate.rescreen(after.id) if is_appeal else after

    async def report_posting(
        self,
        caller: Principal,
        posting_id: str,
        *,
        reason: ReportReason,
        body: str,
        client_address: str,
    ) -> Report:
        """Store a viewer's report of a posting. Only a keyed hash of the address is kept.

        A report weighs more if the viewer's device has confirmed a phone.

        :raises NotFound: no posting has this id.
        :raises InvalidInput: the text is missing where it is needed, or cannot be right.
        :raises PostingNotOpen: the posting is not open now.
        :raises AlreadyExists: this viewer has reported the posting before.
        :raises TooManyAttempts: too many reports in an hour, by the viewer or from the address.
        """
        body = check_report_text(body, reason, ("input", "body"))
        posting = (await self._store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None:
            raise _posting_not_found()
        at = self._clock()
        person = await self._store.phone_proofs.find_person(caller.subject, at=at)
        return await self.report(
            Report(
                id=new_id(),
                posting_id=posting_id,
                revision=posting.revision,
                reason=reason,
                body=body,
                by=caller.subject,
                origin=self._store.keyring.digest_audit_row(f"report/{client_address}".encode()),
                at=at,
                reporter=None if person is None else self._name_reporter(posting_id, person),
            )
        )

    async def report(self, report: Report) -> Report:
        """Store a report. Reports that weigh enough hold the posting until an officer decides.

        :raises PostingNotOpen: the posting is not open now.
        :raises AlreadyExists: this viewer has reported the posting before.
        :raises TooManyAttempts: too many reports in an hour, by the viewer or from the address.
        """

        async def change(before: Posting, transaction: Transaction) -> Posting:
            if not before.is_open(day_in_china(report.at)):
                raise PostingNotOpen(
                    "This posting is not open any more. It need not be reported.",
                    "该岗位已不再展示，无需举报。",
                )
            await check_report_rate(self._store.reviews, report, transaction)
            await self._store.reviews.add_report(report, transaction=transaction)
            reports = await self._store.reviews.count_independent_reports(
                before.id, transaction=transaction
            )
            return apply_reports(before, reports, report.at)

        try:
            await self.change(report.posting_id, change)
        except Duplicate:
            raise AlreadyExists(
                "You have already reported this posting. An officer will look at it.",
                "您已举报过该岗位，工会工作人员会核实处理。",
            ) from None
        return report

    def _name_reporter(self, posting_id: str, person: str) -> str:
        # Bound to the posting: nobody can tell what else the person has reported or applied for.
        return self._store.keyring.digest_audit_row(f"reporter/{posting_id}/{person}".encode())

    async def resolve_report(
        self, caller: Principal, report_id: str, *, upheld: bool, reason: str
    ) -> Posting:
        """Uphold or dismiss a report, and return its posting.

        A report that is upheld refuses the posting and upholds all other open reports of it.

        :raises NotFound: no report with this id is in the caller's scope.
        :raises PostingConflict: the report is resolved already.
        :raises InvalidInput: the reason is missing, too long or unreadable.
        """
        report = await self._find_managed_report(caller, report_id)
        reason = check_decision_reason(reason, _REASON_FIELD)
        by, reviews = caller.subject, self._store.reviews

        async def change(before: Posting, transaction: Transaction) -> Posting:
            found = await reviews.report_by_id(report.id, transaction=transaction)
            assert found is not None  # reports are never deleted
            state = ReportState.UPHELD if upheld else ReportState.DISMISSED
            resolved = resolve_report(found, state, by=by, at=self._clock())
            await reviews.resolve_report(resolved, transaction=transaction)
            if upheld:
                return await self._apply_decision(
                    before, DecisionKind.REFUSED, reason, by, transaction, report_id=report.id
                )
            dismissed = make_decision(
                new_id(),
                before,
                DecisionKind.REPORT_DISMISSED,
                reason,
                by=by,
                at=self._clock(),
                report_id=report.id,
            )
            await reviews.add_decision(dismissed, transaction=transaction)
            reports = await reviews.count_independent_reports(before.id, transaction=transaction)
            return apply_reports(before, reports, self._clock())

        return await self.change(report.posting_id, change)

    async def _find_managed_report(self, caller: Principal, report_id: str) -> Report:
        report = await self._store.reviews.report_by_id(report_id)
        if report is not None and await list_managed_postings(
            self._store, caller, [report.posting_id]
        ):
            return report
        raise NotFound(
            "No report with this id is in your scope. Check the id.",
            "您的管理范围内没有这条举报，请核对编号。",
            field=("input", "reportId"),
        )

    async def change(
        self, posting_id: str, rule: Callable[[Posting, Transaction], Awaitable[Posting]]
    ) -> Posting:
        """Write what ``rule`` makes of the posting, together with what ``rule`` itself writes."""

        async def change(transaction: Transaction) -> Posting:
            found = await self._store.postings.by_ids([posting_id], transaction=transaction)
            if posting_id not in found:
                raise _posting_not_found()
            before = found[posting_id]
            after = await rule(before, transaction)
            written = await self._store.postings.update_if_unchanged(
                before, after, transaction=transaction
            )
            assert written  # the version was read in this very snapshot
            await queue_posting_notices(
                self._store, [(before, after)], at=self._clock(), transaction=transaction
            )
            return after

        # Changes of one posting wait for each other, so that no transaction runs twice.
        after = await self._commit.serialised(f"posting/{posting_id}", change)
        await self._session_control.refresh_openness(posting_id)
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
        batch_id: str | None = None,
    ) -> Posting:
        decision = make_decision(
            new_id(), before, kind, reason, by=by, at=self._clock(), report_id=report_id
        )
        approved = kind is DecisionKind.APPROVED
        state = ReportState.DISMISSED if approved else ReportState.UPHELD
        await self._store.reviews.resolve_open_reports(
            before.id, state, by=by, at=decision.at, transaction=transaction
        )
        after = apply_review(before, by=by, at=decision.at, approved=approved, reason=reason)
        if batch_id is not None:
            prior = prior_state(before, decided=after)
            decision = replace(decision, batch_id=batch_id, prior=prior)
        await self._store.reviews.add_decision(decision, transaction=transaction)
        return after


def _posting_not_found() -> NotFound:
    return NotFound(
        "No posting has this id. Check the id.", "没有这个岗位，请核对编号。", field=_POSTING_FIELD
    )
