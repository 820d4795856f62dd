"""Webhook notices about postings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.postings.postings import Posting
from domain.webhooks.messages import build_posting_notice
from storage.mongo.client import Transaction
from storage.store import Store


async def queue_posting_notices(
    store: Store,
    changes: Sequence[tuple[Posting | None, Posting]],
    *,
    at: datetime,
    transaction: Transaction,
) -> None:
    """Queue a webhook notice for each posting that is new or has another status.

    A change is the posting before (None for a new one) and after. The notices become visible with
    the transaction that changes the postings.
    """
    moved = [
        after for before, after in changes if before is None or before.status is not after.status
    ]
    unions = await store.unions.by_ids({posting.union_id for posting in moved})
    paths = {union.id: union.path for union in unions.values()}
    notices = [
        build_posting_notice(posting, paths.get(posting.union_id, ()), at=at) for posting in moved
    ]
    await store.deliveries.enqueue(notices, transaction=transaction)
