"""The webhook dispatcher: which messages it sends, to how many webhooks at once; its counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from domain.webhooks.deliveries import RETRY_DELAYS, DeliveryState
from domain.webhooks.messages import build_lead_recorded_notice
from domain.webhooks.webhooks import WebhookState
from services.webhooks.webhooks import WebhookAdministration
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.scripted_partner import (
    ACCEPTED,
    FAILED,
    URL,
    ScriptedPartner,
    lead_notices,
    read_webhook,
)
from tests.support.waiting import running_coroutines, wait_until
from tests.support.webhook_outbox import (
    add_webhook,
    contacted_notice,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from workers.deliveries import (
    BACKLOG_COUNT_INTERVAL,
    CLAIM_DURATION,
    CONCURRENT_MESSAGES_PER_WEBHOOK,
    CONCURRENT_WEBHOOKS,
)


async def test_attempts_are_counted_by_outcome(store: Store, clock: ManualClock) -> None:
    webhook = await add_webhook(store, URL)
    await enqueue_notices(store, *lead_notices(3))
    partner = ScriptedPartner(FAILED, ACCEPTED, ACCEPTED)
    node = create_dispatcher(store, partner, clock)
    await node.run()
    assert node.outcomes == {DeliveryState.PENDING: 1, DeliveryState.DELIVERED: 2}
    partner.answers = [FAILED] * len(RETRY_DELAYS)
    for wait in RETRY_DELAYS:
        clock.at += wait
        await node.run()
    assert node.outcomes == {
        DeliveryState.PENDING: len(RETRY_DELAYS),
        DeliveryState.DELIVERED: 2,
        DeliveryState.DEAD: 1,
    }
    assert (await read_webhook(store, webhook)).state is WebhookState.ENABLED


async def test_the_backlog_is_counted_periodically_without_disabled_webhooks(
    store: Store, clock: ManualClock
) -> None:
    webhook = await add_webhook(store, URL)
    disabled = await add_webhook(store, URL, state=WebhookState.DISABLED)
    handled, partner = (
        WebhookAdministration(store, clock, allows_private_addresses=False),
        ScriptedPartner(),
    )
    let_go = asyncio.Event()
    partner.before_answer = let_go.wait
    await enqueue_notices(store, *lead_notices(3))
    assert len(await list_deliveries(store, disabled)) == 3
    node = create_dispatcher(store, partner, clock)
    node.start()
    await wait_until(lambda: len(partner.calls) == 3)
    assert node.backlog == 3
    await handled.queue_test(webhook)
    clock.at += BACKLOG_COUNT_INTERVAL
    await wait_until(lambda: node.backlog == 4)
    let_go.set()
    await wait_until(lambda: len(partner.calls) == 4)
    clock.at += BACKLOG_COUNT_INTERVAL
    await wait_until(lambda: node.backlog == 0)
    await node.close()
    assert running_coroutines("realtime") == []


async def test_a_limited_number_of_webhooks_is_served_and_a_finished_one_makes_room(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"https://{number}.example/" for number in range(CONCURRENT_WEBHOOKS + 1)]
    for number, url in enumerate(urls):
        union = f"union {number}"
        await add_webhook(store, url, owner=f"union/{union}", union_path=(union,))
        notices = [
            replace(each, union_path=(union,))
            for each in lead_notices(CONCURRENT_MESSAGES_PER_WEBHOOK + 1)
        ]
        await enqueue_notices(store, *notices)
    partner, hold = ScriptedPartner(), asyncio.Event()
    partner.before_answer = hold.wait
    disabled_ids, rounds = store.webhooks.disabled_ids, 0

    async def counted() -> list[str]:
        nonlocal rounds
        rounds += 1
        return await disabled_ids()

    monkeypatch.setattr(store.webhooks, "disabled_ids", counted)
    node = create_dispatcher(store, partner, clock)
    node.start()
    await wait_until(
        lambda: len(partner.calls) == CONCURRENT_WEBHOOKS * CONCURRENT_MESSAGES_PER_WEBHOOK
    )
    rounds_before = rounds
    await wait_until(lambda: rounds > rounds_before + 1)
    assert Counter(url for url, _ in partner.calls) == dict.fromkeys(
        urls[:-1], CONCURRENT_MESSAGES_PER_WEBHOOK
    )
    hold.set()
    await wait_until(
        lambda: len(partner.calls) == len(urls) * (CONCURRENT_MESSAGES_PER_WEBHOOK + 1)
    )
    await node.close()
    assert Counter(url for url, _ in partner.calls) == dict.fromkeys(
        urls, CONCURRENT_MESSAGES_PER_WEBHOOK + 1
    )


async def test_closing_before_the_start_does_nothing(store: Store, clock: ManualClock) -> None:
    await create_dispatcher(store, ScriptedPartner(), clock).close()


async def test_a_hanging_webhook_does_not_delay_others(store: Store, clock: ManualClock) -> None:
    for union in ("slow", "quick"):
        await add_webhook(
            store, f"https://{union}.example/", owner=f"union/{union}", union_path=(union,)
        )
    (notice,) = lead_notices(1)
    partner = ScriptedPartner()
    node = create_dispatcher(store, partner, clock)
    node.start()
    hold = asyncio.Event()
    partner.before_answer = hold.wait
    await enqueue_notices(store, replace(notice, union_path=("slow",)))
    await wait_until(lambda: len(partner.calls) == 1)
    partner.before_answer = None
    await enqueue_notices(store, replace(notice, union_path=("quick",)))
    await wait_until(lambda: len(partner.calls) == 2)
    assert [url for url, _ in partner.calls] == ["https://slow.example/", "https://quick.example/"]
    await node.close()


async def test_a_message_waits_for_an_earlier_one_that_another_node_has_claimed(
    store: Store, clock: ManualClock
) -> None:
    webhook, lead, partner = await add_webhook(store, URL), records.lead(), ScriptedPartner()
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    until_then = clock.at + CLAIM_DURATION
    assert (
        len(await store.deliveries.claim(webhook.id, at=clock.at, until=until_then, limit=1)) == 1
    )
    await enqueue_notices(store, contacted_notice(lead))
    await create_dispatcher(store, partner, clock).run()
    assert partner.calls == []
    clock.at = until_then
    await create_dispatcher(store, partner, clock).run()
    assert [each.attempts for each in await list_deliveries(store, webhook)] == [2, 1]
    assert [sent for _, sent in partner.calls] == [
        each.message_id for each in await list_deliveries(store, webhook)
    ]
