"""Builders of webhooks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import Webhook, WebhookSecret
from storage.mongo.client import new_id
from tests.support.records.clock import FIXED_NOW
from tests.support.records.identity import UNION_ID


def webhook(**changes: Any) -> Webhook:
    record = Webhook(
        id=new_id(),
        owner=f"union/{UNION_ID}",
        slot=0,
        union_path=("root", UNION_ID),
        employer_id=None,
        url="https://partner.example/songgang",
        events=tuple(event for event in WebhookEvent if event is not WebhookEvent.WEBHOOK_TEST),
        secrets=(WebhookSecret(key_version=1, sealed=b"secret"),),
        created_by="officer",
        created_at=FIXED_NOW,
    )
    return replace(record, **changes)
