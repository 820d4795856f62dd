"""Deliveries: what webhooks are still to be told of, and what they were told.

They are made in the transaction that does what they tell of, so there is one for each webhook that
was there then: none is lost, none made twice. Whoever sends one has claimed it, and its claim runs
out: after a crash another node goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from domain.webhooks.deliveries import Delivery, DeliveryState
from domain.webhooks.messages import WebhookNotice
from domain.webhooks.webhooks import Webhook
from storage.mongo.client import Document, Mongo, Transaction, new_id, translate_errors
from storage.mongo.codec import changed_fields, to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page
from storage.webhooks.webhooks import Webhooks

NEWEST_FIRST = (("_id", -1),)
MAX_DUE_SCANNED = 64
"""Due deliveries among which those that may be sent now are looked for."""
ROWS_PER_INSERT = 1_000
"""Rows in one insert: MongoDB advises at most that in one transaction."""
_PENDING = {"state": DeliveryState.PENDING.value}


class Deliveries:
    def __init__(self, mongo: Mongo, webhooks: Webhooks) -> None:
        self._deliveries = mongo["deliveries"]
        self._webhooks = webhooks

    async def enqueue(
        self, notices: Iterable[WebhookNotice | None], *, transaction: Transaction
    ) -> None:
        """Have every webhook concerned told of these, within the transaction that did them."""
        happened = [notice for notice in notices if notice is not None]
        if not happened:
            return
        concerned = await self._webhooks.find_candidates(happened, transaction=transaction)
        rows = [
            to_document(create_delivery(webhook, notice, at=notice.at))
            for notice in happened
            for webhook in concerned
            if webhook.is_subscribed_to(notice)
        ]
        with translate_errors():
            for start in range(0, len(rows), ROWS_PER_INSERT):
                await self._deliveries.insert_many(
                    rows[start : start + ROWS_PER_INSERT], session=transaction
                )

    async def add(self, delivery: Delivery) -> None:
        with translate_errors():
            await self._deliveries.insert_one(to_document(delivery))

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Delivery]:
        """The deliveries among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._deliveries.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Delivery, document) async for document in found}

    async def page(
        self, webhook_id: str, state: DeliveryState | None, wanted: PageRequest
    ) -> Page[Delivery]:
        """Those of a webhook, newest first; the key is the id."""
        where: Document = {"webhook_id": webhook_id}
        if state is not None:
            where["state"] = state.value
        with translate_errors():
            page = await find_page(self._deliveries, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Delivery, document))

    async def count_pending(self, *, leaving_out: Sequence[str], most: int) -> int:
        """How many are still to be sent to webhooks but those, counted up to ``most``."""
        where = _PENDING | {"webhook_id": {"$nin": list(leaving_out)}}
        with translate_errors():
            return await self._deliveries.count_documents(where, limit=most, hint="due")

    async def next_due_webhook_id(
        self, *, after: str, at: datetime, leaving_out: Sequence[str]
    ) -> str | None:
        """The first webhook behind ``after`` with something due, in the order of ids."""
        where = _PENDING | {
            "webhook_id": {"$gt": after, "$nin": list(leaving_out)},
            "next_at": {"$lte": at},
        }
        with translate_errors():
            found = await self._deliveries.find_one(
                where, {"webhook_id": 1}, sort=[("webhook_id", 1)], hint="due"
            )
        return found["webhook_id"] if found else None

    async def claim(
        self, webhook_id: str, *, at: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Take what may be sent now, at most ``limit``, and count the try.

        Of one thing only the earliest that is still to be sent: what came later waits for it.
        """
        due = await self._find_due(webhook_id, at)
        subjects = dict.fromkeys(each["notice"]["subject_id"] for each in due)
        firsts = await self._earliest_pending(webhook_id, list(subjects))
        claimed: list[Delivery] = []
        for subject_id, first in firsts.items():
            if first["next_at"] > at:
                await self._postpone(webhook_id, subject_id, at=at, until=first["next_at"])
            elif len(claimed) < limit:
                taken = await self._claim_one(first, until=until)
                claimed += [taken] if taken else []
        return claimed

    async def record_attempt(self, before: Delivery, after: Delivery, *, at: datetime) -> None:
        """Store what came of a try, unless its claim has run out; what waited for it may go."""
        with translate_errors():
            done = await self._deliveries.update_one(
                {"_id": before.id, "claim": before.claim}, {"$set": changed_fields(before, after)}
            )
            if done.matched_count and after.state is not DeliveryState.PENDING:
                waiting = _PENDING | {
                    "webhook_id": before.webhook_id,
                    "notice.subject_id": before.notice.subject_id,
                    "attempts": 0,
                    "next_at": {"$gt": at},
                }
                await self._deliveries.update_many(waiting, {"$set": {"next_at": at}})

    async def replay(self, webhook_id: str, delivery_id: str, *, at: datetime) -> bool:
        """Have one of a webhook sent again; False when there is none, or it is still to be sent."""
        where = {
            "_id": delivery_id,
            "webhook_id": webhook_id,
            "state": {"$ne": DeliveryState.PENDING.value},
        }
        with translate_errors():
            done = await self._deliveries.update_one(where, {"$set": _pending_again(at)})
        return done.matched_count == 1

    async def replay_dead(self, webhook_id: str, *, since: datetime, at: datetime) -> int:
        """Have those of a webhook sent again that were given up, made since then; how many."""
        dead = {
            "webhook_id": webhook_id,
            "state": DeliveryState.DEAD.value,
            "created_at": {"$gte": since},
        }
        with translate_errors():
            return (
                await self._deliveries.update_many(dead, {"$set": _pending_again(at)})
            ).modified_count

    async def delete_by_webhook(self, webhook_id: str) -> None:
        """Delete all those of a webhook that is no more."""
        with translate_errors():
            await self._deliveries.delete_many({"webhook_id": webhook_id})

    async def _find_due(self, webhook_id: str, at: datetime) -> list[Document]:
        where = _PENDING | {"webhook_id": webhook_id, "next_at": {"$lte": at}}
        with translate_errors():
            found = self._deliveries.find(where).sort("next_at", 1).hint("due")
            return await found.limit(MAX_DUE_SCANNED).to_list(MAX_DUE_SCANNED)

    async def _earliest_pending(
        self, webhook_id: str, subjects: Sequence[str]
    ) -> Mapping[str, Document]:
        """Of each of these things the earliest delivery that is still to be sent."""
        where = _PENDING | {"webhook_id": webhook_id, "notice.subject_id": {"$in": subjects}}
        with translate_errors():
            found = self._deliveries.find(where, {"notice": 1, "next_at": 1})
            # The last to be written over is the first.
            order = [("notice.turn", -1), ("_id", -1)]
            return {each["notice"]["subject_id"]: each async for each in found.sort(order)}

    async def _postpone(
        self, webhook_id: str, subject_id: str, *, at: datetime, until: datetime
    ) -> None:
        """Have all of a thing that is due wait for the one before it."""
        due = _PENDING | {
            "webhook_id": webhook_id,
            "notice.subject_id": subject_id,
            "next_at": {"$lte": at},
        }
        with translate_errors():
            await self._deliveries.update_many(due, {"$set": {"next_at": until}})

    async def _claim_one(self, due: Document, *, until: datetime) -> Delivery | None:
        with translate_errors():
            document = await self._deliveries.find_one_and_update(
                {"_id": due["_id"], **_PENDING, "next_at": due["next_at"]},
                {"$set": {"next_at": until, "claim": new_id()}, "$inc": {"attempts": 1}},
                return_document=True,
            )
        return to_record(Delivery, document) if document else None


def create_delivery(webhook: Webhook, notice: WebhookNotice, *, at: datetime) -> Delivery:
    """A new delivery of a notice to a webhook, due at once."""
    told = webhook.redact_notice(notice)
    return Delivery(id=new_id(), webhook_id=webhook.id, notice=told, next_at=at, created_at=at)


def _pending_again(at: datetime) -> Document:
    return {
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_at": at,
        "claim": None,
    }
