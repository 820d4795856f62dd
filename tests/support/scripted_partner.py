"""A partner that answers webhook messages with results that the test sets, without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.webhooks.messages import WebhookNotice, build_lead_recorded_notice
from domain.webhooks.webhooks import (
    DeliveryResult,
    Webhook,
)
from storage.store import Store
from tests.support import records

ACCEPTED, FAILED = DeliveryResult(status=204), DeliveryResult(status=500)
URL = "https://partner.example/"


class ScriptedPartner:
    """Awaits ``before``, raises ``wrong`` if set, else gives ``answers`` in turn, then 204."""

    def __init__(self, *answers: DeliveryResult) -> None:
        self.answers = list(answers)
        self.got: list[tuple[str, str]] = []
        self.taken: list[str] = []
        self.before: Callable[[], Any] | None = None
        self.wrong: Exception | None = None

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:  # noqa: ARG002 - as the dispatcher calls it
        self.got.append((url, headers["webhook-id"]))
        if self.before is not None:
            await self.before()
        if self.wrong is not None:
            raise self.wrong
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if answer.is_accepted:
            self.taken.append(headers["webhook-id"])
        return answer


async def read_webhook(store: Store, webhook: Webhook) -> Webhook:
    found = await store.webhooks.by_id(webhook.id)
    assert found is not None
    return found


def lead_notices(number: int) -> list[WebhookNotice]:
    return [build_lead_recorded_notice(records.lead()) for _ in range(number)]
