"""Webhooks with messages that wait, and what sends them."""

from __future__ import annotations

from typing import Any

from domain.leads.follow_up import advance_lead
from domain.leads.leads import HireSide, Lead, LeadStage
from domain.webhooks.deliveries import Delivery
from domain.webhooks.messages import WebhookNotice, build_lead_change_notice
from domain.webhooks.webhooks import Webhook
from storage.mongo.client import Transaction, new_id
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from workers.deliveries import MessageSender, WebhookDispatcher

SIGNING_KEY = b"k" * 32
"""Signs what they are told."""


def create_dispatcher(store: Store, post: MessageSender, watch: ManualClock) -> WebhookDispatcher:
    """One whose pauses are those of the schedule, without any spread."""
    return WebhookDispatcher(store, post, watch, share=lambda: 0.5)


async def add_webhook(store: Store, url: str, **changes: Any) -> Webhook:
    """A stored webhook that signs with ``KEY``."""
    webhook_id = new_id()
    secrets = (store.keyring.seal_webhook_secret(webhook_id, SIGNING_KEY),)
    made = records.webhook(id=webhook_id, url=url, secrets=secrets, **changes)
    added = await store.webhooks.add(made)
    assert added is not None  # there is room
    return added


async def enqueue_notices(store: Store, *notices: WebhookNotice | None) -> None:
    """Put messages into the outbox as a change of a lead does, within a transaction."""

    async def body(transaction: Transaction) -> None:
        await store.deliveries.enqueue(notices, transaction=transaction)

    await store.mongo.run_transaction(body)


def contacted_notice(lead: Lead) -> WebhookNotice | None:
    """That the lead was brought to its second stage."""
    change = advance_lead(
        lead, LeadStage.CONTACTED, None, side=HireSide.SEEKER, by="me", at=lead.created_at
    )
    return build_lead_change_notice(change)


async def list_deliveries(store: Store, webhook: Webhook) -> list[Delivery]:
    """The newest hundred of a webhook, the oldest of them first."""
    page = await store.deliveries.page(webhook.id, None, PageRequest(limit=100))
    return list(reversed(page.items))
