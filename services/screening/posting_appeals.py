"""Use case of appeals: the staff of a posting that a text refused ask an officer to decide."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.postings.appeals import appeal_posting, check_appeal_reason
from domain.postings.officer_review import Appeal
from domain.postings.postings import Posting
from services.postings.managed_postings import check_revision, find_managed_posting
from services.screening.posting_review import PostingReview
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class PostingAppeals:
    """Puts a refused posting into the officers' queue, once for each revision of its terms."""

    def __init__(self, store: Store, reviews: PostingReview, clock: Clock) -> None:
        self._store = store
        self._reviews = reviews
        self._clock = clock

    async def appeal(
        self, caller: Principal, posting_id: str, *, reason: str, expected_revision: int | None
    ) -> Posting:
        """Store the appeal with its reason and an audit row; the posting waits for a decision.

        :raises NotFound: no posting with this id is in the caller's scope.
        :raises InvalidInput: the reason is missing, too long or unreadable.
        :raises AlreadyExists: these terms have been appealed before.
        :raises PostingNotOpen: no text refused them, a field did, or an officer has.
        :raises PostingConflict: the posting is not at ``expected_revision``, or changes right now.
        """
        seen = await find_managed_posting(self._store, caller, posting_id, ("input", "postingId"))
        reason = check_appeal_reason(reason, ("input", "reason"))
        # What the caller appeals are the terms that were read here.
        expected = seen.revision if expected_revision is None else expected_revision

        async def change(before: Posting, transaction: Transaction) -> Posting:
            check_revision(before, expected)
            at = self._clock()
            appeal = Appeal(by=caller.subject, at=at, reason=reason, revision=before.revision)
            after = appeal_posting(before, appeal)
            entry = AuditEntry(
                actor=staff_actor(caller),
                action=AuditAction.APPEAL_POSTING,
                subject_type="Posting",
                subject_id=before.id,
                detail=f"revision {before.revision}",
            )
            await self._store.audit_log.append([entry], at=at, transaction=transaction)
            return after

        return await self._reviews.change(seen.id, change)
