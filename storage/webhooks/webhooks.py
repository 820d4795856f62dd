"""Webhooks: whose they are, and what they are told of. Their secrets are stored sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.webhooks.messages import WebhookEvent, WebhookNotice
from domain.webhooks.webhooks import MAX_WEBHOOKS_PER_OWNER, Webhook, WebhookSecret, WebhookState
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields, to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
_DISABLED_STATES = [state.value for state in WebhookState if state is not WebhookState.ENABLED]


@dataclass(frozen=True, kw_only=True)
class WebhookQuery:
    """Whose webhooks: one of the two is set. A union's include those of its branches."""

    union_id: str | None = None
    employer_id: str | None = None

    def where(self) -> Document:
        """The condition that a stored webhook must meet."""
        if self.union_id is not None:
            return {"union_path": self.union_id}
        return {"employer_id": self.employer_id}


class Webhooks:
    def __init__(self, mongo: Mongo) -> None:
        self._webhooks = mongo["webhooks"]

    async def add(self, webhook: Webhook) -> Webhook | None:
        """Store a webhook at a free slot of its owner; None when there is none."""
        for slot in range(MAX_WEBHOOKS_PER_OWNER):
            placed = replace(webhook, slot=slot)
            try:
                with translate_errors():
                    await self._webhooks.insert_one(to_document(placed))
            except Duplicate:
                continue
            return placed
        return None

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Webhook]:
        """The webhooks among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._webhooks.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Webhook, document) async for document in found}

    async def by_id(
        self, webhook_id: str, *, transaction: Transaction | None = None
    ) -> Webhook | None:
        with translate_errors():
            document = await self._webhooks.find_one({"_id": webhook_id}, session=transaction)
        return to_record(Webhook, document) if document else None

    async def page(self, query: WebhookQuery, wanted: PageRequest) -> Page[Webhook]:
        """Newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._webhooks, query.where(), NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Webhook, document))

    async def has_subscriber(self, event: WebhookEvent, *, transaction: Transaction) -> bool:
        """Whether anybody at all is told of such events."""
        with translate_errors():
            found = await self._webhooks.find_one(
                {"events": event.value}, {"_id": 1}, session=transaction
            )
        return found is not None

    async def find_candidates(
        self, notices: Sequence[WebhookNotice], *, transaction: Transaction
    ) -> list[Webhook]:
        """The webhooks that may have to be told of some of these."""
        unions = {union_id for notice in notices for union_id in notice.union_path}
        employers = {notice.employer_id for notice in notices if notice.employer_id is not None}
        where: Document = {
            "events": {"$in": sorted({notice.event.value for notice in notices})},
            "owner": {
                "$in": [f"union/{union_id}" for union_id in sorted(unions)]
                + [f"employer/{employer_id}" for employer_id in sorted(employers)]
            },
        }
        with translate_errors():
            found = self._webhooks.find(where, session=transaction)
            return [to_record(Webhook, document) async for document in found]

    async def disabled_ids(self) -> list[str]:
        """The ids of those that are switched off."""
        with translate_errors():
            found = self._webhooks.find({"state": {"$in": _DISABLED_STATES}}, {"_id": 1})
            return [document["_id"] async for document in found]

    async def update_if_unchanged(self, before: Webhook, after: Webhook) -> Webhook | None:
        """Store what its owner has changed, which makes it a version on; as it is stored then.

        None when somebody else has changed it since it was read.
        """
        changed = changed_fields(before, replace(after, version=before.version + 1))
        with translate_errors():
            document = await self._webhooks.find_one_and_update(
                {"_id": before.id, **_version_condition(before.version)},
                {"$set": changed},
                return_document=True,
            )
        return to_record(Webhook, document) if document else None

    async def record_failure(self, before: Webhook, after: Webhook) -> bool:
        """Store what a failed try means for it.

        False when it has worked, or was changed by its owner, since it was read: then the try says
        nothing of it any more.
        """
        as_it_was = {
            "_id": before.id,
            **_version_condition(before.version),
            "failing_since": before.failing_since,
        }
        return await self._update_where(as_it_was, changed_fields(before, after))

    async def record_recovery(self, webhook_id: str) -> None:
        """Note that it works (again)."""
        well = {"failing_since": None, "last_status": None, "last_failure": None}
        with translate_errors():
            await self._webhooks.update_one(
                {"_id": webhook_id, "failing_since": {"$ne": None}}, {"$set": well}
            )

    async def delete(self, webhook_id: str) -> None:
        with translate_errors():
            await self._webhooks.delete_one({"_id": webhook_id})

    async def find_sealed_with_older_key(self, version: int) -> list[Webhook]:
        """Those with a secret that is sealed with an older key."""
        with translate_errors():
            found = self._webhooks.find({"secrets.key_version": {"$lt": version}})
            return [to_record(Webhook, document) async for document in found]

    async def replace_secrets(self, webhook: Webhook, secrets: Sequence[WebhookSecret]) -> bool:
        """Exchange the sealed secrets if they are still those that were read."""
        anew = replace(webhook, secrets=tuple(secrets))
        return await self._update_where(
            {"_id": webhook.id, **changed_fields(anew, webhook)}, changed_fields(webhook, anew)
        )

    async def _update_where(self, where: Document, changed: Document) -> bool:
        with translate_errors():
            found = await self._webhooks.update_one(where, {"$set": changed})
        return found.matched_count == 1


def _version_condition(version: int) -> Document:
    """The condition for that version; one that is older than versions has none."""
    return {"version": version if version > 1 else {"$in": [1, None]}}
