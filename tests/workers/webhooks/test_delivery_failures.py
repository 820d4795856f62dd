"""The webhook dispatcher when storage fails, and when a webhook changes while a message is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.webhooks import (
    MAX_FAILING_TIME,
    DeliveryResult,
    FailureKind,
    Webhook,
    WebhookState,
)
from services.webhooks.webhooks import WebhookAdministration
from storage.mongo.client import StorageError
from storage.store import Store
from tests.support.records import ManualClock
from tests.support.scripted_partner import (
    ACCEPTED,
    FAILED,
    URL,
    ScriptedPartner,
    lead_notices,
    read_webhook,
)
from tests.support.waiting import wait_until
from tests.support.webhook_outbox import (
    add_webhook,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from workers.deliveries import CLAIM_DURATION, CONCURRENT_MESSAGES_PER_WEBHOOK


async def test_a_fault_delays_deliveries_and_does_not_end_the_dispatcher(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, partner = await add_webhook(store, URL), ScriptedPartner()
    await enqueue_notices(store, *lead_notices(1))
    wrong = [StorageError("no answer"), StorageError("no answer")]
    off, by_id = store.webhooks.disabled_ids, store.webhooks.by_id

    async def failing_off() -> list[str]:
        if len(wrong) == 2:
            raise wrong.pop()
        return await off()

    async def failing_by_id(webhook_id: str) -> Webhook | None:
        if wrong:
            raise wrong.pop()
        return await by_id(webhook_id)

    monkeypatch.setattr(store.webhooks, "disabled_ids", failing_off)
    monkeypatch.setattr(store.webhooks, "by_id", failing_by_id)
    partner.error = ValueError("a mistake of ours")
    node = create_dispatcher(store, partner, clock)
    with capture_logs() as logs:
        node.start()
        await wait_until(lambda: len(logs) == 3)
    assert [(log["event"], log["log_level"], log["error"]) for log in logs] == [
        ("background task put off", "warning", "StorageError"),
        ("deliveries put off", "warning", "StorageError"),
        ("deliveries failed", "error", "ValueError"),
    ]
    # A message claimed before the fault is sent again when the claim has expired.
    assert len(partner.calls) == 1
    partner.error = None
    clock.at += CLAIM_DURATION

    async def delivered() -> bool:
        (delivery,) = await list_deliveries(store, webhook)
        return delivery.state is DeliveryState.DELIVERED and delivery.attempts == 2

    await wait_until(delivered)
    await node.close()


async def test_a_webhook_disabled_while_it_is_chosen_gets_no_message(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, partner = await add_webhook(store, URL), ScriptedPartner()
    await enqueue_notices(store, *lead_notices(1))
    next_webhook = store.deliveries.next_due_webhook_id

    async def switched_off(**given: Any) -> str | None:
        found = await next_webhook(**given)
        if found is not None:
            await WebhookAdministration(store, clock, allows_private_addresses=False).set_state(
                await read_webhook(store, webhook), WebhookState.DISABLED
            )
        return found

    monkeypatch.setattr(store.deliveries, "next_due_webhook_id", switched_off)
    await create_dispatcher(store, partner, clock).run()
    (delivery,) = await list_deliveries(store, webhook)
    assert (partner.calls, delivery.state, delivery.attempts) == ([], DeliveryState.PENDING, 0)


async def test_a_webhook_deleted_during_a_delivery_leaves_no_record(
    store: Store, clock: ManualClock
) -> None:
    webhook, partner = await add_webhook(store, URL), ScriptedPartner(FAILED)
    await enqueue_notices(store, *lead_notices(1))
    partner.before_answer = lambda: WebhookAdministration(
        store, clock, allows_private_addresses=False
    ).delete(webhook)
    with capture_logs() as logs:
        await create_dispatcher(store, partner, clock).run()
    assert [log["event"] for log in logs] == ["message not accepted"]
    assert len(partner.calls) == 1
    assert await store.webhooks.by_id(webhook.id) is None
    assert await list_deliveries(store, webhook) == []


@pytest.mark.parametrize("meanwhile", ["nothing", "a success", "switched on", "switched off"])
async def test_a_change_to_the_webhook_during_the_last_attempt_wins_over_that_attempt(
    meanwhile: str, store: Store, clock: ManualClock
) -> None:
    webhook = await add_webhook(
        store, URL, failing_since=clock.at - MAX_FAILING_TIME, last_status=500
    )
    await enqueue_notices(store, *lead_notices(1))
    note_failure = store.webhooks.record_failure

    async def given_a_chance(before: Webhook, after: Webhook) -> bool:
        handled = WebhookAdministration(store, clock, allows_private_addresses=False)
        if meanwhile == "a success":
            await store.webhooks.record_recovery(webhook.id)
        elif meanwhile == "switched on":
            await handled.set_state(before, WebhookState.ENABLED)
        elif meanwhile == "switched off":
            await handled.set_state(before, WebhookState.DISABLED)
        return await note_failure(before, after)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.webhooks, "record_failure", given_a_chance)
        await create_dispatcher(store, ScriptedPartner(FAILED), clock).run()
    found = await read_webhook(store, webhook)
    since = webhook.failing_since
    assert (found.state, found.failing_since) == {
        "nothing": (WebhookState.FAILED, since),
        "a success": (WebhookState.ENABLED, None),
        "switched on": (WebhookState.ENABLED, None),
        "switched off": (WebhookState.DISABLED, since),
    }[meanwhile]


async def test_a_repeated_failure_changes_nothing(store: Store, clock: ManualClock) -> None:
    failing = {"failing_since": clock.at, "last_status": 500, "last_failure": FailureKind.STATUS}
    webhook = await add_webhook(store, URL, **failing)
    await enqueue_notices(store, *lead_notices(1))
    await create_dispatcher(store, ScriptedPartner(FAILED), clock).run()
    assert await read_webhook(store, webhook) == webhook


async def test_one_failure_among_successes_does_not_mark_the_webhook_as_failing(
    store: Store, clock: ManualClock
) -> None:
    webhook = await add_webhook(store, URL, failing_since=clock.at, last_failure=FailureKind.STATUS)
    await enqueue_notices(store, *lead_notices(2))
    await create_dispatcher(store, ScriptedPartner(ACCEPTED, FAILED), clock).run()
    well = await read_webhook(store, webhook)
    assert (well.failing_since, well.last_failure) == (None, None)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_receiver_that_asks_for_time_gets_nothing_until_then(
    status: int, store: Store, clock: ManualClock
) -> None:
    await add_webhook(store, URL)
    await enqueue_notices(store, *lead_notices(8))
    asked = DeliveryResult(status=status, retry_after=timedelta(seconds=120))
    partner = ScriptedPartner(*[asked] * CONCURRENT_MESSAGES_PER_WEBHOOK)
    node = create_dispatcher(store, partner, clock)
    await node.run()
    assert len(partner.calls) == CONCURRENT_MESSAGES_PER_WEBHOOK
    clock.at += timedelta(seconds=119)
    await node.run()
    assert len(partner.calls) == CONCURRENT_MESSAGES_PER_WEBHOOK
    clock.at += timedelta(seconds=30)
    await node.run()
    assert len(partner.calls) == CONCURRENT_MESSAGES_PER_WEBHOOK + 8
