"""The repository of deliveries: the messages that webhooks still have to receive, or have received.

Deliveries are stored in the transaction of the change that they report, one for each webhook that
subscribes at that moment, so none is lost and none is duplicated. A sender claims a delivery for a
limited time; after a crash another node claims it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from domain.webhooks.deliveries import Delivery, DeliveryState
from domain.webhooks.messages import WebhookNotice
from domain.webhooks.webhooks import Webhook
from storage.mongo.client import Document, Mongo, Transaction, new_id, translate_errors
from storage.mongo.codec import changed_fields
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, Repository
from storage.webhooks.webhooks import Webhooks

MAX_DUE_SCANNED = 64
"""How many due deliveries one claim looks at."""
ROWS_PER_INSERT = 1_000
"""Deliveries in one insert: MongoDB advises at most 1,000 documents in a transaction."""
_PENDING = {"state": DeliveryState.PENDING.value}


class Deliveries(Repository[Delivery]):
    """Deliveries, sent in order within each subject of a webhook."""

    def __init__(self, mongo: Mongo, webhooks: Webhooks) -> None:
        super().__init__(mongo, "deliveries", Delivery)
        self._webhooks = webhooks

    async def enqueue(
        self, notices: Iterable[WebhookNotice | None], *, transaction: Transaction
    ) -> None:
        """Store a delivery of each notice for every webhook that subscribes to it."""
        given = [notice for notice in notices if notice is not None]
        if not given:
            return
        candidates = await self._webhooks.find_candidates(given, transaction=transaction)
        deliveries = [
            create_delivery(webhook, notice, at=notice.at)
            for notice in given
            for webhook in candidates
            if webhook.is_subscribed_to(notice)
        ]
        for start in range(0, len(deliveries), ROWS_PER_INSERT):
            await self._records.insert_many(
                deliveries[start : start + ROWS_PER_INSERT], transaction=transaction
            )

    async def add(self, delivery: Delivery) -> None:
        """Store a new delivery."""
        await self._records.insert(delivery)

    async def page(
        self, webhook_id: str, state: DeliveryState | None, wanted: PageRequest
    ) -> Page[Delivery]:
        """The deliveries of a webhook, newest first; the key is the id."""
        where: Document = {"webhook_id": webhook_id}
        if state is not None:
            where["state"] = state.value
        return await self._records.find_page(where, NEWEST_FIRST, wanted)

    async def count_pending(self, *, leaving_out: Sequence[str], most: int) -> int:
        """How many deliveries are pending, without those of some webhooks; stops at ``most``."""
        where = _PENDING | {"webhook_id": {"$nin": list(leaving_out)}}
        return await self._records.count(where, limit=most, hint="due")

    async def next_due_webhook_id(
        self, *, after: str, at: datetime, leaving_out: Sequence[str]
    ) -> str | None:
        """The next webhook, in the order of ids after ``after``, with a delivery due at ``at``."""
        where = _PENDING | {
            "webhook_id": {"$gt": after, "$nin": list(leaving_out)},
            "next_at": {"$lte": at},
        }
        with translate_errors():
            found = await self._records.documents.find_one(
                where, {"webhook_id": 1}, sort=[("webhook_id", 1)], hint="due"
            )
        return found["webhook_id"] if found else None

    async def claim(
        self, webhook_id: str, *, at: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Claim due deliveries until ``until``, at most ``limit``, and count the attempt.

        Of each subject only the earliest pending delivery is claimed; later ones wait for it.
        """
        due = await self._find_due(webhook_id, at)
        subjects = dict.fromkeys(each["notice"]["subject_id"] for each in due)
        earliest = await self._earliest_pending(webhook_id, list(subjects))
        claimed: list[Delivery] = []
        for subject_id, first in earliest.items():
            if first["next_at"] > at:
                await self._postpone(webhook_id, subject_id, at=at, until=first["next_at"])
            elif len(claimed) < limit:
                delivery = await self._claim_one(first, until=until)
                claimed += [delivery] if delivery else []
        return claimed

    async def record_attempt(self, before: Delivery, after: Delivery, *, at: datetime) -> None:
        """Store the outcome of an attempt unless its claim has run out.

        If the delivery is not pending any more, the next one of its subject becomes due.
        """
        recorded = await self._records.update_one(
            {"_id": before.id, "claim": before.claim}, {"$set": changed_fields(before, after)}
        )
        if recorded and after.state is not DeliveryState.PENDING:
            waiting = _PENDING | {
                "webhook_id": before.webhook_id,
                "notice.subject_id": before.notice.subject_id,
                "attempts": 0,
                "next_at": {"$gt": at},
            }
            with translate_errors():
                await self._records.documents.update_many(waiting, {"$set": {"next_at": at}})

    async def replay(self, webhook_id: str, delivery_id: str, *, at: datetime) -> bool:
        """Make a finished delivery pending again; False if it does not exist or is pending."""
        where = {
            "_id": delivery_id,
            "webhook_id": webhook_id,
            "state": {"$ne": DeliveryState.PENDING.value},
        }
        return await self._records.update_one(where, {"$set": _pending_again(at)})

    async def replay_dead(self, webhook_id: str, *, since: datetime, at: datetime) -> int:
        """Make all dead deliveries created since then pending again; return how many."""
        dead = {
            "webhook_id": webhook_id,
            "state": DeliveryState.DEAD.value,
            "created_at": {"$gte": since},
        }
        with translate_errors():
            result = await self._records.documents.update_many(dead, {"$set": _pending_again(at)})
        return result.modified_count

    async def delete_by_webhook(self, webhook_id: str) -> None:
        """Delete all deliveries of a webhook."""
        with translate_errors():
            await self._records.documents.delete_many({"webhook_id": webhook_id})

    async def _find_due(self, webhook_id: str, at: datetime) -> list[Document]:
        where = _PENDING | {"webhook_id": webhook_id, "next_at": {"$lte": at}}
        with translate_errors():
            found = self._records.documents.find(where).sort("next_at", 1).hint("due")
            return await found.limit(MAX_DUE_SCANNED).to_list(MAX_DUE_SCANNED)

    async def _earliest_pending(
        self, webhook_id: str, subjects: Sequence[str]
    ) -> Mapping[str, Document]:
        """The earliest pending delivery of each of these subjects."""
        where = _PENDING | {"webhook_id": webhook_id, "notice.subject_id": {"$in": subjects}}
        with translate_errors():
            found = self._records.documents.find(where, {"notice": 1, "next_at": 1})
            # Latest first, so that the earliest is the last to be set for its subject.
            order = [("notice.turn", -1), ("_id", -1)]
            return {each["notice"]["subject_id"]: each async for each in found.sort(order)}

    async def _postpone(
        self, webhook_id: str, subject_id: str, *, at: datetime, until: datetime
    ) -> None:
        """Make all due deliveries of a subject wait for the one before them."""
        due = _PENDING | {
            "webhook_id": webhook_id,
            "notice.subject_id": subject_id,
            "next_at": {"$lte": at},
        }
        with translate_errors():
            await self._records.documents.update_many(due, {"$set": {"next_at": until}})

    async def _claim_one(self, due: Document, *, until: datetime) -> Delivery | None:
        return await self._records.update_and_get(
            {"_id": due["_id"], **_PENDING, "next_at": due["next_at"]},
            {"$set": {"next_at": until, "claim": new_id()}, "$inc": {"attempts": 1}},
        )


def create_delivery(webhook: Webhook, notice: WebhookNotice, *, at: datetime) -> Delivery:
    """A new delivery of a notice to a webhook, due at once."""
    redacted = webhook.redact_notice(notice)
    return Delivery(id=new_id(), webhook_id=webhook.id, notice=redacted, next_at=at, created_at=at)


def _pending_again(at: datetime) -> Document:
    return {
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_at": at,
        "claim": None,
    }
