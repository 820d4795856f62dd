"""The repository of webhooks. The secrets that sign their messages are stored sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.webhooks.messages import WebhookEvent, WebhookNotice
from domain.webhooks.webhooks import MAX_WEBHOOKS_PER_OWNER, Webhook, WebhookSecret, WebhookState
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, Repository, unchanged_condition

_DISABLED_STATES = [state.value for state in WebhookState if state is not WebhookState.ENABLED]


@dataclass(frozen=True, kw_only=True)
class WebhookQuery:
    """The owner of webhooks: exactly one field is set. A union's include those of its branches."""

    union_id: str | None = None
    employer_id: str | None = None

    def where(self) -> Document:
        """The condition that a stored webhook must meet."""
        if self.union_id is not None:
            return {"union_path": self.union_id}
        return {"employer_id": self.employer_id}


class Webhooks(Repository[Webhook]):
    """Webhooks; an owner has at most ``MAX_WEBHOOKS_PER_OWNER``, each in a slot."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "webhooks", Webhook)

    async def add(self, webhook: Webhook) -> Webhook | None:
        """Store a webhook in a free slot of its owner; None when no slot is free."""
        for slot in range(MAX_WEBHOOKS_PER_OWNER):
            placed = replace(webhook, slot=slot)
            try:
                await self._records.insert(placed)
            except Duplicate:
                continue
            return placed
        return None

    async def page(self, query: WebhookQuery, wanted: PageRequest) -> Page[Webhook]:
        """The webhooks of an owner, newest first; the key is the id."""
        return await self._records.find_page(query.where(), NEWEST_FIRST, wanted)

    async def has_subscriber(self, event: WebhookEvent, *, transaction: Transaction) -> bool:
        """Whether any webhook subscribes to this event."""
        return await self._records.exists({"events": event.value}, transaction=transaction)

    async def find_candidates(
        self, notices: Sequence[WebhookNotice], *, transaction: Transaction
    ) -> list[Webhook]:
        """The webhooks whose owner and events match at least one of the notices."""
        unions = {union_id for notice in notices for union_id in notice.union_path}
        employers = {notice.employer_id for notice in notices if notice.employer_id is not None}
        where: Document = {
            "events": {"$in": sorted({notice.event.value for notice in notices})},
            "owner": {
                "$in": [f"union/{union_id}" for union_id in sorted(unions)]
                + [f"employer/{employer_id}" for employer_id in sorted(employers)]
            },
        }
        return await self._records.find(where, transaction=transaction)

    async def disabled_ids(self) -> list[str]:
        """The ids of disabled webhooks."""
        with translate_errors():
            found = self._records.documents.find({"state": {"$in": _DISABLED_STATES}}, {"_id": 1})
            return [document["_id"] async for document in found]

    async def update_if_unchanged(self, before: Webhook, after: Webhook) -> Webhook | None:
        """Compare and set a change by the owner; return the webhook with its next version.

        None is a version conflict; nothing was written.
        """
        changed = changed_fields(before, replace(after, version=before.version + 1))
        return await self._records.update_and_get(unchanged_condition(before), {"$set": changed})

    async def record_failure(self, before: Webhook, after: Webhook) -> bool:
        """Store the effect of a failed attempt.

        False when the webhook has worked, or its owner has changed it, since ``before`` was read:
        the attempt says nothing about it any more.
        """
        where = unchanged_condition(before) | {"failing_since": before.failing_since}
        return await self._records.update_one(where, {"$set": changed_fields(before, after)})

    async def record_recovery(self, webhook_id: str) -> None:
        """Store that a failing webhook works again."""
        working = {"failing_since": None, "last_status": None, "last_failure": None}
        await self._records.update_one(
            {"_id": webhook_id, "failing_since": {"$ne": None}}, {"$set": working}
        )

    async def delete(self, webhook_id: str) -> None:
        """Delete a webhook; its deliveries stay."""
        with translate_errors():
            await self._records.documents.delete_one({"_id": webhook_id})

    async def find_sealed_with_older_key(self, version: int) -> list[Webhook]:
        """Webhooks with a secret that is sealed with a key older than ``version``."""
        return await self._records.find({"secrets.key_version": {"$lt": version}})

    async def replace_secrets(self, webhook: Webhook, secrets: Sequence[WebhookSecret]) -> bool:
        """Replace the sealed secrets; False if they have changed since ``webhook`` was read."""
        resealed = replace(webhook, secrets=tuple(secrets))
        return await self._records.update_one(
            {"_id": webhook.id, **changed_fields(resealed, webhook)},
            {"$set": changed_fields(webhook, resealed)},
        )
