"""A partner that answers webhook messages with results that the test sets, without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.webhooks.messages import WebhookNotice, build_lead_recorded_notice
from domain.webhooks.webhooks import DeliveryResult, Webhook
from storage.store import Store
from tests.support import records

ACCEPTED, FAILED = DeliveryResult(status=204), DeliveryResult(status=500)
URL = "https://partner.example/"


class ScriptedPartner:
    """Awaits ``before_answer``, raises ``error`` if set, else returns ``answers``, then 204."""

    def __init__(self, *answers: DeliveryResult) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, str]] = []
        self.accepted_ids: list[str] = []
        self.before_answer: Callable[[], Any] | None = None
        self.error: Exception | None = None

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:  # noqa: ARG002 - as the dispatcher calls it
        self.calls.append((url, headers["webhook-id"]))
        if self.before_answer is not None:
            await self.before_answer()
        if self.error is not None:
            raise self.error
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if answer.is_accepted:
            self.accepted_ids.append(headers["webhook-id"])
        return answer


async def read_webhook(store: Store, webhook: Webhook) -> Webhook:
    found = await store.webhooks.by_id(webhook.id)
    assert found is not None
    return found


def lead_notices(number: int) -> list[WebhookNotice]:
    return [build_lead_recorded_notice(records.lead()) for _ in range(number)]
