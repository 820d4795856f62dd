"""Webhook messages are signed as Standard Webhooks 1.0 says, also after a rotation."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Receiver

from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.messages import build_lead_recorded_notice
from domain.webhooks.webhooks import DeliveryResult, FailureKind, WebhookState, encode_secret
from services.webhooks.webhooks import WebhookAdministration
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.stores import prepare_store
from tests.support.webhook_outbox import (
    SIGNING_KEY,
    add_webhook,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from tests.support.webhook_receivers import WebhookReceiver
from workers.keys import rotate_contact_keys
from workers.webhook_sender import WebhookSender

DOCUMENTED = Path(__file__).parents[3] / "docs" / "webhooks.md"


async def test_the_standard_webhooks_library_accepts_a_message(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    webhook, lead = await add_webhook(store, partner.url), records.lead(created_at=current_clock.at)
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    await create_dispatcher(store, sender, current_clock).run()
    ((headers, body),) = partner.requests
    message = Receiver(encode_secret(SIGNING_KEY)).verify(body, headers)
    assert (message["type"], message["data"]["version"]) == ("lead.recorded", 1)
    assert message["data"].keys() == {
        "lead", "posting", "session", "employer", "version", "stage", "source",
    }  # fmt: skip
    (delivery,) = await list_deliveries(store, webhook)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("DELIVERED", 1, 204)
    assert headers["webhook-id"] == delivery.message_id


async def test_both_secrets_sign_for_a_day_after_a_rotation(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    rotated, secret = await WebhookAdministration(
        store, current_clock, allows_private_addresses=True
    ).rotate_secret(webhook)
    for hours, old_signs in ((0, True), (24, False)):
        current_clock.advance(hours=hours)
        await WebhookAdministration(store, current_clock, allows_private_addresses=True).queue_test(
            rotated
        )
        await create_dispatcher(store, sender, current_clock).run()
        headers, _ = partner.requests[-1]
        assert len(headers["webhook-signature"].split(" ")) == (2 if old_signs else 1)
    headers, body = partner.requests[0]
    assert Receiver(encode_secret(SIGNING_KEY)).verify(body, headers)
    assert Receiver(encode_secret(secret)).verify(body, headers)


async def test_the_documented_receiver_accepts_only_signed_messages(
    store: Store,
    sender: WebhookSender,
    current_clock: ManualClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    scope: dict[str, Any] = {"__name__": "receiver"}
    exec(code, scope)  # noqa: S102 - it is the documentation that is tested
    scope["SECRET"] = encode_secret(SIGNING_KEY)
    scope["Receiver"].log_message = lambda *_: None
    with HTTPServer(("127.0.0.1", 0), scope["Receiver"]) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        webhook = await add_webhook(store, url)
        await enqueue_notices(
            store, build_lead_recorded_notice(records.lead(created_at=current_clock.at))
        )
        await create_dispatcher(store, sender, current_clock).run()
        (delivery,) = await list_deliveries(store, webhook)
        forged = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        assert await sender(url, forged, b"{}") == DeliveryResult(status=400)
        server.shutdown()
    assert delivery.state is DeliveryState.DELIVERED
    assert capsys.readouterr().out.startswith("lead.recorded {'lead': ")


async def test_webhook_secrets_are_resealed_with_a_key_rotation_and_keep_signing(
    mongo_uri: str, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    # Its own database, because rotated keys stay in a database.
    async with prepare_store(mongo_uri) as own:
        webhook = await add_webhook(own, partner.url)
        damaged = await add_webhook(own, partner.url)
        broken = replace(damaged.secrets[0], sealed=b"x" * 60)
        await own.webhooks.replace_secrets(damaged, [broken])
        rotated = await rotate_contact_keys(own, current_clock)
        assert (rotated.is_new_key, rotated.resealed_webhooks, rotated.damaged) == (True, 1, 1)
        stored = await own.webhooks.by_id(webhook.id)
        assert stored is not None
        assert [secret.key_version for secret in stored.secrets] == [rotated.version]
        await own.webhooks.delete(damaged.id)
        await WebhookAdministration(own, current_clock, allows_private_addresses=True).queue_test(
            stored
        )
        await create_dispatcher(own, sender, current_clock).run()
        ((headers, body),) = partner.requests
        assert Receiver(encode_secret(SIGNING_KEY)).verify(body, headers)


async def test_a_damaged_secret_switches_the_webhook_off_and_a_new_one_sends_the_backlog(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, current_clock: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    lost = replace(webhook.secrets[0], key_version=9)
    await store.webhooks.replace_secrets(webhook, [lost])
    await enqueue_notices(
        store, build_lead_recorded_notice(records.lead(created_at=current_clock.at))
    )
    await create_dispatcher(store, sender, current_clock).run()
    off = await store.webhooks.by_id(webhook.id)
    assert off is not None
    assert (off.state, off.last_failure, off.last_status, off.failing_since) == (
        WebhookState.FAILED,
        FailureKind.SECRET_DAMAGED,
        None,
        current_clock.at,
    )
    (waits,) = await list_deliveries(store, webhook)
    assert (waits.state, waits.attempts, partner.requests) == (DeliveryState.PENDING, 0, [])

    handled = WebhookAdministration(store, current_clock, allows_private_addresses=True)
    rotated, secret = await handled.rotate_secret(off)
    await handled.set_state(rotated, WebhookState.ENABLED)
    await create_dispatcher(store, sender, current_clock).run()
    ((headers, body),) = partner.requests
    assert Receiver(encode_secret(secret)).verify(body, headers)
