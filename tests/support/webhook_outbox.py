"""Stores webhooks and messages waiting for them, and creates dispatchers."""

from __future__ import annotations

from typing import Any

from domain.leads.follow_up import advance_lead
from domain.leads.leads import HireSide, Lead, LeadStage
from domain.webhooks.deliveries import Delivery
from domain.webhooks.messages import WebhookNotice, build_lead_change_notice
from domain.webhooks.webhooks import Webhook
from realtime.background import Schedule
from storage.mongo.client import Transaction, new_id
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from workers.deliveries import MessageSender, WebhookDispatcher

OFTEN = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
SIGNING_KEY = b"k" * 32
"""The key that signs their messages."""


def create_dispatcher(store: Store, post: MessageSender, watch: ManualClock) -> WebhookDispatcher:
    """Return a dispatcher that looks often and whose pauses have no jitter."""
    return WebhookDispatcher(store, post, watch, share=lambda: 0.5, schedule=OFTEN)


async def add_webhook(store: Store, url: str, **changes: Any) -> Webhook:
    """Store a webhook that signs with ``SIGNING_KEY``, and return it."""
    webhook_id = new_id()
    secrets = (store.keyring.seal_webhook_secret(webhook_id, SIGNING_KEY),)
    made = records.webhook(id=webhook_id, url=url, secrets=secrets, **changes)
    added = await store.webhooks.add(made)
    assert added is not None  # there is room
    return added


async def enqueue_notices(store: Store, *notices: WebhookNotice | None) -> None:
    """Put messages into the outbox in a transaction, as a change of a lead does."""

    async def body(transaction: Transaction) -> None:
        await store.deliveries.enqueue(notices, transaction=transaction)

    await store.mongo.run_transaction(body)


def contacted_notice(lead: Lead) -> WebhookNotice | None:
    """Return the notice that a lead was advanced to CONTACTED."""
    change = advance_lead(
        lead, LeadStage.CONTACTED, None, side=HireSide.SEEKER, by="me", at=lead.created_at
    )
    return build_lead_change_notice(lead, change)


async def list_deliveries(store: Store, webhook: Webhook) -> list[Delivery]:
    """Return the newest 100 deliveries of a webhook, oldest first."""
    page = await store.deliveries.page(webhook.id, None, PageRequest(limit=100))
    return list(reversed(page.items))
