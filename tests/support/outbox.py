"""Webhooks with messages that wait, and what sends them."""

from __future__ import annotations

from typing import Any

from domain.leads.follow_up import advanced
from domain.leads.leads import HireSide, Lead, LeadStage
from domain.webhooks.deliveries import Delivery
from domain.webhooks.messages import Notice, of_change
from domain.webhooks.webhooks import Webhook
from storage.mongo.client import Session, new_id
from storage.mongo.paging import Slice
from storage.store import Store
from tests.support import records
from tests.support.records import Watch
from workers.deliveries import Dispatcher, Post

KEY = b"k" * 32
"""Signs what they are told."""


def dispatcher(store: Store, post: Post, watch: Watch) -> Dispatcher:
    """One whose pauses are those of the schedule, without any spread."""
    return Dispatcher(store, post, watch, share=lambda: 0.5)


async def webhook_at(store: Store, url: str, **changes: Any) -> Webhook:
    """A stored webhook that signs with ``KEY``."""
    webhook_id = new_id()
    secrets = (store.seal.seal_secret(webhook_id, KEY),)
    made = records.webhook(id=webhook_id, url=url, secrets=secrets, **changes)
    added = await store.webhooks.add(made)
    assert added is not None  # there is room
    return added


async def tell(store: Store, *notices: Notice | None) -> None:
    """Put messages into the outbox as a change of a lead does, within a transaction."""

    async def body(session: Session) -> None:
        await store.deliveries.put(notices, session=session)

    await store.mongo.transaction(body)


def contacted(lead: Lead) -> Notice | None:
    """That the lead was brought to its second stage."""
    change = advanced(
        lead, LeadStage.CONTACTED, None, side=HireSide.SEEKER, by="me", at=lead.created_at
    )
    return of_change(change)


async def deliveries(store: Store, webhook: Webhook) -> list[Delivery]:
    """The newest hundred of a webhook, the oldest of them first."""
    page = await store.deliveries.page(webhook.id, None, Slice(limit=100))
    return list(reversed(page.items))
