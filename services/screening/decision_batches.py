"""Use cases of decisions on many postings of the review queue: decide, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.identity.accounts import Principal
from domain.postings.list_checks import check_each_once, check_list_length
from domain.postings.postings import Posting
from domain.reference.regions import check_place_code
from domain.refusals import Busy, NotFound, PostingConflict, PostingNotOpen
from domain.screening.decision_batches import (
    MAX_POSTINGS_DECIDED,
    UNDO_WITHIN,
    check_choice,
    check_undoable,
    is_meant,
    is_settled_by,
    undo_decision,
)
from domain.screening.reviews import Decision, awaits_decision, check_decision_reason
from services.postings.managed_postings import find_managed_postings, list_managed_postings
from services.postings.posting_gate import PostingGate
from services.screening.posting_review import PostingReview
from storage.clock import Clock
from storage.mongo.client import Duplicate, Transaction, new_id
from storage.mongo.paging import PageRequest
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class DecidedBatch:
    """Decisions that were made together: their id, the postings, and the end of the undoing.

    ``skipped`` are postings in the queue that need a look of their own, or have just changed.
    """

    id: str
    decided: list[Posting]
    skipped: list[Posting]
    undo_until: datetime


@dataclass(frozen=True, kw_only=True)
class UndoneBatch:
    """The postings that are as they were, and those that have changed since and stay."""

    restored: list[Posting]
    kept: list[Posting]


class DecisionBatches:
    """Decides on many postings of the review queue. Each is a transaction of its own."""

    def __init__(
        self, store: Store, reviews: PostingReview, gate: PostingGate, clock: Clock
    ) -> None:
        self._store = store
        self._reviews = reviews
        self._gate = gate
        self._clock = clock

    async def decide(
        self,
        caller: Principal,
        *,
        approved: bool,
        reason: str,
        code: str | None,
        place_code: str | None,
        posting_ids: Sequence[str] | None,
    ) -> DecidedBatch:
        """Open or refuse up to 100 postings of the caller's queue, the longest waiting first.

        They have a finding with the ``code``, a place of work in the region ``place_code``, and are
        among ``posting_ids``, as far as each is given. An approval by code skips postings with
        other doubts.

        :raises InvalidInput: neither code nor place nor postings are given, the reason is missing
            or the place does not exist.
        """
        reason = check_decision_reason(reason, ("input", "reason"))
        check_choice(code, place_code, posting_ids)
        region = (
            None if place_code is None else check_place_code(place_code, ("input", "placeCode"))
        )
        assert caller.union_id is not None  # every officer belongs to a union
        if posting_ids is None:
            page = await self._store.postings.page_of_review_queue(
                caller.union_id,
                PageRequest(limit=MAX_POSTINGS_DECIDED),
                code=code,
                region=region,
            )
            chosen = list(page.items)
        else:
            field = ("input", "postingIds")
            check_list_length(posting_ids, MAX_POSTINGS_DECIDED, field)
            check_each_once(posting_ids, field)
            fields = [(*field, str(index)) for index in range(len(posting_ids))]
            chosen = await find_managed_postings(self._store, caller, posting_ids, fields)
        batch_id, decided, skipped = new_id(), list[Posting](), list[Posting]()
        began = self._clock()
        for posting in chosen:
            is_simple = awaits_decision(posting) and is_settled_by(posting, code, approved=approved)
            if not (is_simple and is_meant(posting, region)):
                skipped.append(posting)
                continue
            try:
                after = await self._reviews.decide(
                    posting, approved=approved, reason=reason, by=caller.subject, batch_id=batch_id
                )
                decided.append(after)
            except (PostingConflict, PostingNotOpen, Busy):
                skipped.append(posting)
        return DecidedBatch(
            id=batch_id, decided=decided, skipped=skipped, undo_until=began + UNDO_WITHIN
        )

    async def undo(self, caller: Principal, batch_id: str) -> UndoneBatch:
        """Restore the postings of a batch that have not changed since.

        A posting that comes back is screened by what holds now: wages or the check of its employer
        may have changed in the meantime.

        :raises NotFound: no such batch has postings in the caller's scope.
        :raises PostingConflict: ten minutes have passed.
        """
        decisions = await self._store.reviews.decisions_of_batch(
            batch_id, limit=MAX_POSTINGS_DECIDED
        )
        stored = await list_managed_postings(
            self._store, caller, [each.posting_id for each in decisions]
        )
        managed = [each for each in decisions if each.posting_id in stored]
        if not managed:
            raise NotFound(
                "No decisions with this id are in your scope. Check the id.",
                "您的管理范围内没有这批审核记录，请核对编号。",
                field=("input", "batchId"),
            )
        check_undoable(managed[0], self._clock())
        undone = UndoneBatch(restored=[], kept=[])
        for decision in managed:
            restored = await self._restore(decision, caller.subject)
            if restored is None:
                undone.kept.append(stored[decision.posting_id])
            else:
                undone.restored.append(restored)
        return undone

    async def _restore(self, decision: Decision, by: str) -> Posting | None:
        """Restore the posting with its reports; None if it stays as it was decided."""
        undone = replace(decision, undone_by=by, undone_at=self._clock())

        async def change(before: Posting, transaction: Transaction) -> Posting:
            after = undo_decision(before, decision)
            await self._store.reviews.mark_undone(undone, transaction=transaction)
            await self._store.reviews.reopen_reports(decision, transaction=transaction)
            return after

        try:
            await self._reviews.change(decision.posting_id, change)
        except (PostingConflict, Duplicate, Busy):
            return None
        return await self._gate.rescreen(decision.posting_id)
