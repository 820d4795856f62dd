"""Webhook messages to real HTTP receivers: retries, replay, order, switching off, and two nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.seekers.seeker_groups import SeekerGroup
from domain.webhooks.deliveries import RETRY_DELAYS, DeliveryState
from domain.webhooks.messages import build_lead_recorded_notice
from domain.webhooks.webhooks import MAX_FAILING_TIME, DeliveryResult, FailureKind, WebhookState
from services.webhooks.webhooks import WebhookAdministration
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.stores import connect_second_store
from tests.support.webhook_outbox import (
    add_webhook,
    contacted_notice,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from tests.support.webhook_receivers import WebhookReceiver, http_response
from workers.webhook_sender import WebhookSender


async def test_the_group_of_a_lead_is_stored_for_the_union_and_not_for_the_employer(
    store: Store, current_clock: ManualClock
) -> None:
    ours = await add_webhook(store, "https://union.example/")
    given_to = {"owner": "employer/employer", "union_path": (), "employer_id": "employer"}
    theirs = await add_webhook(store, "https://employer.example/", **given_to)
    lead = replace(records.lead(created_at=current_clock.at), group=SeekerGroup.HARDSHIP_WORKER)
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    kept = [(await list_deliveries(store, webhook))[0].notice.group for webhook in (ours, theirs)]
    assert kept == [SeekerGroup.HARDSHIP_WORKER, None]


async def test_a_refused_message_is_retried_then_dead_and_can_be_replayed(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    webhook, began = await add_webhook(store, partner.url), current_clock.at
    await enqueue_notices(
        store, build_lead_recorded_notice(records.lead(created_at=current_clock.at))
    )
    partner.responses = [http_response(500)] * (len(RETRY_DELAYS) + 1)
    for tries, wait in enumerate(RETRY_DELAYS, start=1):
        await create_dispatcher(store, sender, current_clock).run()
        assert len(partner.requests) == tries
        current_clock.at += wait - timedelta(seconds=1)
        await create_dispatcher(store, sender, current_clock).run()
        assert len(partner.requests) == tries
        current_clock.advance(seconds=1)
    await create_dispatcher(store, sender, current_clock).run()
    (dead,) = await list_deliveries(store, webhook)
    assert (dead.state, dead.attempts, dead.last_status) == (DeliveryState.DEAD, 12, 500)
    assert dead.last_failure is FailureKind.STATUS
    failing = await store.webhooks.by_id(webhook.id)
    assert failing is not None
    assert (failing.failing_since, failing.last_status, failing.state) == (began, 500, "ENABLED")

    handled = WebhookAdministration(store, current_clock, allows_private_addresses=True)
    assert await handled.replay_dead(webhook, began) == 1
    await create_dispatcher(store, sender, current_clock).run()
    assert len({headers["webhook-id"] for headers, _ in partner.requests}) == 1
    (delivered,) = await list_deliveries(store, webhook)
    assert (delivered.state, delivered.attempts) == ("DELIVERED", 1)
    well = await store.webhooks.by_id(webhook.id)
    assert well is not None
    assert (well.failing_since, well.last_status) == (None, None)


@pytest.mark.parametrize("status", [410, 500])
async def test_a_webhook_that_is_gone_or_fails_five_days_is_switched_off_until_reenabled(
    status: int,
    store: Store,
    partner: WebhookReceiver,
    sender: WebhookSender,
    current_clock: ManualClock,
) -> None:
    webhook = await add_webhook(store, partner.url)
    handled = WebhookAdministration(store, current_clock, allows_private_addresses=True)
    partner.responses = [http_response(status)] * 2
    await handled.queue_test(webhook)
    await create_dispatcher(store, sender, current_clock).run()
    if status == 500:
        current_clock.at += MAX_FAILING_TIME
        await create_dispatcher(store, sender, current_clock).run()
    failed = await store.webhooks.by_id(webhook.id)
    assert failed is not None
    assert (failed.state, failed.last_status) == (WebhookState.FAILED, status)
    tried = len(partner.requests)
    current_clock.at += MAX_FAILING_TIME
    await enqueue_notices(
        store, build_lead_recorded_notice(records.lead(created_at=current_clock.at))
    )
    await create_dispatcher(store, sender, current_clock).run()
    assert len(partner.requests) == tried
    await handled.set_state(failed, WebhookState.ENABLED)
    partner.responses = []
    await create_dispatcher(store, sender, current_clock).run()
    assert sorted(partner.message_types()[tried:]) == ["lead.recorded", "webhook.test"]


async def test_messages_about_one_lead_keep_their_order_and_other_leads_do_not_wait(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    lead, other = (records.lead(created_at=current_clock.at) for _ in range(2))
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    partner.responses = [http_response(503)]
    await create_dispatcher(store, sender, current_clock).run()
    await enqueue_notices(store, contacted_notice(lead), build_lead_recorded_notice(other))
    await create_dispatcher(store, sender, current_clock).run()
    assert partner.message_types() == ["lead.recorded", "lead.recorded"]
    current_clock.at += RETRY_DELAYS[0]
    await create_dispatcher(store, sender, current_clock).run()
    assert partner.message_types()[2:] == ["lead.recorded", "lead.advanced"]
    assert {each.state for each in await list_deliveries(store, webhook)} == {"DELIVERED"}


async def test_two_nodes_send_each_message_once_and_take_over_from_a_dead_one(
    store: Store,
    mongo_uri: str,
    partner: WebhookReceiver,
    sender: WebhookSender,
    current_clock: ManualClock,
) -> None:
    await add_webhook(store, partner.url)
    leads = [records.lead(created_at=current_clock.at) for _ in range(40)]
    await enqueue_notices(store, *map(build_lead_recorded_notice, leads))
    async with connect_second_store(mongo_uri, store) as other:
        nodes = [
            create_dispatcher(store, sender, current_clock),
            create_dispatcher(other, sender, current_clock),
        ]
        await asyncio.gather(*(node.run() for node in nodes))
        assert len({headers["webhook-id"] for headers, _ in partner.requests}) == 40
        assert len(partner.requests) == 40

        began = asyncio.Event()

        async def hanging(url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
            began.set()
            await asyncio.Event().wait()
            raise AssertionError("it waits for ever")

        await enqueue_notices(
            store, build_lead_recorded_notice(records.lead(created_at=current_clock.at))
        )
        dying = create_dispatcher(other, hanging, current_clock)
        dying.start()
        await began.wait()
        await dying.close()
        await nodes[0].run()
        assert len(partner.requests) == 40
        current_clock.advance(minutes=1)
        await nodes[0].run()
        assert len(partner.requests) == 41


async def test_a_deleted_webhook_gets_no_message_even_one_queued_concurrently(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    await store.webhooks.delete(webhook.id)
    await WebhookAdministration(store, current_clock, allows_private_addresses=True).queue_test(
        webhook
    )
    await create_dispatcher(store, sender, current_clock).run()
    assert (partner.requests, await list_deliveries(store, webhook)) == ([], [])
