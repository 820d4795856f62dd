"""Messages to real receivers: signed as Standard Webhooks has it, again until taken, in order."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Receiver

from domain.seekers.seeker_groups import SeekerGroup
from domain.webhooks.deliveries import RETRY_DELAYS, DeliveryState
from domain.webhooks.messages import build_lead_recorded_notice
from domain.webhooks.webhooks import (
    MAX_FAILING_TIME,
    DeliveryResult,
    FailureKind,
    WebhookState,
    encode_secret,
)
from services.webhooks.webhooks import WebhookAdministration
from storage.clock import utc_now
from storage.store import Store
from tests.support import records
from tests.support.certificates import CertificateAuthority
from tests.support.records import ManualClock
from tests.support.stores import connect_second_store, empty_store, prepare_store
from tests.support.webhook_outbox import (
    SIGNING_KEY,
    add_webhook,
    contacted_notice,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from tests.support.webhook_receivers import WebhookReceiver, http_response
from workers.keys import rotate_contact_keys
from workers.webhook_sender import WebhookSender

DOCUMENTED = Path(__file__).parents[2] / "docs" / "webhooks.md"


@pytest.fixture(scope="module")
async def prepared_store(mongo_uri: str) -> AsyncIterator[Store]:
    async with prepare_store(mongo_uri) as store:
        yield store


@pytest.fixture
async def store(prepared_store: Store) -> Store:
    return await empty_store(prepared_store)


@pytest.fixture
async def partner() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as partner:
        yield partner


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    sender = WebhookSender(private=True)
    yield sender
    await sender.close()


@pytest.fixture
def watch() -> ManualClock:
    # Real time: receivers refuse what was signed minutes ago.
    watch = ManualClock()
    watch.at = utc_now().replace(microsecond=0)
    return watch


async def test_a_message_is_taken_by_a_receiver_that_is_not_ours(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook, lead = await add_webhook(store, partner.url), records.lead(created_at=watch.at)
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    await create_dispatcher(store, sender, watch).run()
    ((headers, body),) = partner.requests
    message = Receiver(encode_secret(SIGNING_KEY)).verify(body, headers)
    assert (message["type"], message["data"]["version"]) == ("lead.recorded", 1)
    assert message["data"].keys() == {
        "lead", "posting", "session", "employer", "version", "stage", "source",
    }  # fmt: skip
    (delivery,) = await list_deliveries(store, webhook)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("DELIVERED", 1, 204)
    assert headers["webhook-id"] == delivery.message_id


async def test_the_group_of_a_lead_is_stored_for_the_union_and_not_for_the_employer(
    store: Store, watch: ManualClock
) -> None:
    ours = await add_webhook(store, "https://union.example/")
    given_to = {"owner": "employer/employer", "union_path": (), "employer_id": "employer"}
    theirs = await add_webhook(store, "https://employer.example/", **given_to)
    lead = replace(records.lead(created_at=watch.at), group=SeekerGroup.HARDSHIP_WORKER)
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    kept = [(await list_deliveries(store, webhook))[0].notice.group for webhook in (ours, theirs)]
    assert kept == [SeekerGroup.HARDSHIP_WORKER, None]


async def test_for_a_day_both_secrets_sign(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    rotated, secret = await WebhookAdministration(
        store, watch, allows_private_addresses=True
    ).rotate_secret(webhook)
    for hours, old_signs in ((0, True), (24, False)):
        watch.advance(hours=hours)
        await WebhookAdministration(store, watch, allows_private_addresses=True).queue_test(rotated)
        await create_dispatcher(store, sender, watch).run()
        headers, _ = partner.requests[-1]
        assert len(headers["webhook-signature"].split(" ")) == (2 if old_signs else 1)
    headers, body = partner.requests[0]
    assert Receiver(encode_secret(SIGNING_KEY)).verify(body, headers)
    assert Receiver(encode_secret(secret)).verify(body, headers)


async def test_what_is_not_taken_is_sent_again_with_pauses_and_then_given_up_and_replayed(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook, began = await add_webhook(store, partner.url), watch.at
    await enqueue_notices(store, build_lead_recorded_notice(records.lead(created_at=watch.at)))
    partner.responses = [http_response(500)] * (len(RETRY_DELAYS) + 1)
    for tries, wait in enumerate(RETRY_DELAYS, start=1):
        await create_dispatcher(store, sender, watch).run()
        assert len(partner.requests) == tries
        watch.at += wait - timedelta(seconds=1)
        await create_dispatcher(store, sender, watch).run()
        assert len(partner.requests) == tries
        watch.advance(seconds=1)
    await create_dispatcher(store, sender, watch).run()
    (dead,) = await list_deliveries(store, webhook)
    assert (dead.state, dead.attempts, dead.last_status) == (DeliveryState.DEAD, 12, 500)
    assert dead.last_failure is FailureKind.STATUS
    failing = await store.webhooks.by_id(webhook.id)
    assert failing is not None
    assert (failing.failing_since, failing.last_status, failing.state) == (began, 500, "ENABLED")

    handled = WebhookAdministration(store, watch, allows_private_addresses=True)
    assert await handled.replay_dead(webhook, began) == 1
    await create_dispatcher(store, sender, watch).run()
    assert len({headers["webhook-id"] for headers, _ in partner.requests}) == 1
    (delivered,) = await list_deliveries(store, webhook)
    assert (delivered.state, delivered.attempts) == ("DELIVERED", 1)
    well = await store.webhooks.by_id(webhook.id)
    assert well is not None
    assert (well.failing_since, well.last_status) == (None, None)


@pytest.mark.parametrize("status", [410, 500])
async def test_who_is_gone_or_fails_for_five_days_is_switched_off_and_goes_on_when_switched_on(
    status: int, store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    handled = WebhookAdministration(store, watch, allows_private_addresses=True)
    partner.responses = [http_response(status)] * 2
    await handled.queue_test(webhook)
    await create_dispatcher(store, sender, watch).run()
    if status == 500:
        watch.at += MAX_FAILING_TIME
        await create_dispatcher(store, sender, watch).run()
    failed = await store.webhooks.by_id(webhook.id)
    assert failed is not None
    assert (failed.state, failed.last_status) == (WebhookState.FAILED, status)
    tried = len(partner.requests)
    watch.at += MAX_FAILING_TIME
    await enqueue_notices(store, build_lead_recorded_notice(records.lead(created_at=watch.at)))
    await create_dispatcher(store, sender, watch).run()
    assert len(partner.requests) == tried
    await handled.set_state(failed, WebhookState.ENABLED)
    partner.responses = []
    await create_dispatcher(store, sender, watch).run()
    assert sorted(partner.message_types()[tried:]) == ["lead.recorded", "webhook.test"]


async def test_of_one_lead_the_earlier_message_comes_first_and_others_do_not_wait(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    lead, other = (records.lead(created_at=watch.at) for _ in range(2))
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    partner.responses = [http_response(503)]
    await create_dispatcher(store, sender, watch).run()
    await enqueue_notices(store, contacted_notice(lead), build_lead_recorded_notice(other))
    await create_dispatcher(store, sender, watch).run()
    assert partner.message_types() == ["lead.recorded", "lead.recorded"]
    watch.at += RETRY_DELAYS[0]
    await create_dispatcher(store, sender, watch).run()
    assert partner.message_types()[2:] == ["lead.recorded", "lead.advanced"]
    assert {each.state for each in await list_deliveries(store, webhook)} == {"DELIVERED"}


async def test_two_nodes_send_each_message_once_and_one_takes_over_from_one_that_died(
    store: Store,
    mongo_uri: str,
    partner: WebhookReceiver,
    sender: WebhookSender,
    watch: ManualClock,
) -> None:
    await add_webhook(store, partner.url)
    leads = [records.lead(created_at=watch.at) for _ in range(40)]
    await enqueue_notices(store, *map(build_lead_recorded_notice, leads))
    async with connect_second_store(mongo_uri, store) as other:
        nodes = [create_dispatcher(store, sender, watch), create_dispatcher(other, sender, watch)]
        await asyncio.gather(*(node.run() for node in nodes))
        assert len({headers["webhook-id"] for headers, _ in partner.requests}) == 40
        assert len(partner.requests) == 40

        began = asyncio.Event()

        async def hanging(url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
            began.set()
            await asyncio.Event().wait()
            raise AssertionError("it waits for ever")

        await enqueue_notices(store, build_lead_recorded_notice(records.lead(created_at=watch.at)))
        dying = create_dispatcher(other, hanging, watch)
        dying.start()
        await began.wait()
        await dying.close()
        await nodes[0].run()
        assert len(partner.requests) == 40
        watch.advance(minutes=1)
        await nodes[0].run()
        assert len(partner.requests) == 41


async def test_a_deleted_webhook_is_told_nothing_even_of_what_was_made_at_that_moment(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    await store.webhooks.delete(webhook.id)
    await WebhookAdministration(store, watch, allows_private_addresses=True).queue_test(webhook)
    await create_dispatcher(store, sender, watch).run()
    assert (partner.requests, await list_deliveries(store, webhook)) == ([], [])


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/",
        "https://localhost:1/",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
    ],
)
async def test_nothing_is_sent_to_this_machine_or_network(url: str) -> None:
    sender = WebhookSender(private=False)
    assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
    await sender.close()


@pytest.mark.parametrize("url", [f"https://{'a' * 64}.example/", "https://a..b.example/"])
async def test_a_name_that_cannot_be_one_is_a_failure_like_any_other(url: str) -> None:
    sender = WebhookSender(private=False)
    assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.UNREACHABLE)
    await sender.close()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What names mean, one answer a look-up, the last for all that follow."""
    answers: list[list[str]] = []

    def found(host: str, *_: object, **__: object) -> list[Any]:
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return answers


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1", "192.168.1.1"], ["169.254.169.254"], ["::1", "fe80::1%1"], []],
)
async def test_a_name_that_leads_to_no_public_address_is_refused_when_it_is_looked_up(
    addresses: list[str], named: list[list[str]]
) -> None:
    named.append(addresses)
    sender = WebhookSender(private=False)
    answered = await sender("https://partner.example/", {}, b"{}")
    assert answered == DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
    await sender.close()


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    named: list[list[str]], monkeypatch: pytest.MonkeyPatch, authority: CertificateAuthority
) -> None:
    # One address of this machine stands for those of the world, so that something listens there.
    monkeypatch.setattr(
        "workers.webhook_sender.is_public_address", lambda address: str(address) == "127.0.0.2"
    )
    certificate = authority.server_context("partner.example")
    # Asked once more, the name means the inside.
    named += [["127.0.0.1", "127.0.0.2"], ["127.0.0.1"]]
    async with (
        WebhookReceiver("127.0.0.2", tls=certificate) as checked,
        WebhookReceiver(port=checked.port, tls=certificate) as inside,
    ):
        sender = WebhookSender(private=False)
        url = f"https://partner.example:{checked.port}/"
        assert await sender(url, {}, b"{}") == DeliveryResult(status=204)
        assert (len(checked.requests), len(inside.requests)) == (1, 0)
        # Looked up anew, as the connection has ended, it leads nowhere.
        assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
        assert (len(checked.requests), len(inside.requests)) == (1, 0)
        await sender.close()


async def test_an_address_that_takes_no_connection_is_passed_over_for_the_next(
    named: list[list[str]], partner: WebhookReceiver, sender: WebhookSender
) -> None:
    url = f"http://partner.example:{partner.port}/"
    named += [["127.0.0.2", "127.0.0.1"], ["127.0.0.2", "127.0.0.3"]]
    assert await sender(url, {}, b"{}") == DeliveryResult(status=204)
    assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.UNREACHABLE)
    assert len(partner.requests) == 1


@pytest.fixture
def authority(folder: Path, monkeypatch: pytest.MonkeyPatch) -> CertificateAuthority:
    """What SSL_CERT_FILE names, so that a sender made from now on trusts it."""
    authority = CertificateAuthority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


REFUSED = FailureKind.CERTIFICATE_REFUSED


@pytest.mark.parametrize(
    ("host", "shown_by_it", "came_of_it"),
    [
        ("localhost", {}, DeliveryResult(status=204)),
        ("localhost", {"self_signed": True}, DeliveryResult(failure=REFUSED)),
        ("localhost", {"days": -1}, DeliveryResult(failure=REFUSED)),
        ("elsewhere.example", {}, DeliveryResult(failure=REFUSED)),
    ],
)
async def test_a_message_goes_to_who_shows_a_right_certificate_for_that_very_name(
    host: str,
    shown_by_it: dict[str, Any],
    came_of_it: DeliveryResult,
    authority: CertificateAuthority,
) -> None:
    async with WebhookReceiver(tls=authority.server_context(host, **shown_by_it)) as partner:
        sender = WebhookSender(private=True)
        assert await sender(f"https://localhost:{partner.port}/", {}, b"{}") == came_of_it
        assert len(partner.requests) == (1 if came_of_it.is_accepted else 0)
        await sender.close()


async def test_an_authority_that_nobody_named_is_not_trusted(folder: Path) -> None:
    async with WebhookReceiver(
        tls=CertificateAuthority(folder).server_context("localhost")
    ) as partner:
        sender = WebhookSender(private=True)
        answered = await sender(f"https://localhost:{partner.port}/", {}, b"{}")
        assert (answered, partner.requests) == (DeliveryResult(failure=REFUSED), [])
        await sender.close()


async def test_what_speaks_no_tls_is_a_failure_like_any_other() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http_response(400))
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sender = WebhookSender(private=True)
        answered = await sender(f"https://localhost:{port}/", {}, b"{}")
        assert answered == DeliveryResult(failure=FailureKind.UNREACHABLE)
        await sender.close()


async def test_a_name_server_that_never_answers_costs_one_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let.wait() and [])
    monkeypatch.setattr("workers.dns.LOOKUP_TIMEOUT_SECONDS", 0.05)
    sender = WebhookSender(private=False)
    answered = await sender("https://partner.example/", {}, b"{}")
    assert answered == DeliveryResult(failure=FailureKind.TIMEOUT)
    let.set()
    await sender.close()


async def test_plain_http_is_sent_nothing_once_it_is_not_allowed_any_more(
    partner: WebhookReceiver,
) -> None:
    sender = WebhookSender(private=False)
    answered = await sender(partner.url, {}, b"{}")
    assert (answered, partner.requests) == (DeliveryResult(failure=FailureKind.ADDRESS_REFUSED), [])
    await sender.close()


async def test_redirects_are_not_followed_long_answers_cut_off_and_silence_is_a_failure(
    partner: WebhookReceiver, sender: WebhookSender
) -> None:
    partner.responses = [
        http_response(302, f"location: {partner.url}\r\n"),
        http_response(200, body=b"x" * 1_000_000),
        b"",
    ]
    assert await sender(partner.url, {}, b"{}") == DeliveryResult(status=302)
    assert await sender(partner.url, {}, b"{}") == DeliveryResult(status=200)
    assert await sender(partner.url, {}, b"{}") == DeliveryResult(failure=FailureKind.UNREACHABLE)
    assert len(partner.requests) == 3


async def test_the_receiver_of_the_documentation_takes_what_is_signed_and_nothing_else(
    store: Store, sender: WebhookSender, watch: ManualClock, capsys: pytest.CaptureFixture[str]
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
        await enqueue_notices(store, build_lead_recorded_notice(records.lead(created_at=watch.at)))
        await create_dispatcher(store, sender, watch).run()
        (delivery,) = await list_deliveries(store, webhook)
        forged = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        assert await sender(url, forged, b"{}") == DeliveryResult(status=400)
        server.shutdown()
    assert delivery.state is DeliveryState.DELIVERED
    assert capsys.readouterr().out.startswith("lead.recorded {'lead': ")


async def test_secrets_are_sealed_anew_with_the_keys_and_go_on_signing(
    mongo_uri: str, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    # A database of its own: keys that were rotated are not forgotten.
    async with prepare_store(mongo_uri) as own:
        webhook = await add_webhook(own, partner.url)
        damaged = await add_webhook(own, partner.url)
        broken = replace(damaged.secrets[0], sealed=b"x" * 60)
        await own.webhooks.replace_secrets(damaged, [broken])
        rotated = await rotate_contact_keys(own, watch)
        assert (rotated.is_new_key, rotated.resealed_webhooks, rotated.damaged) == (True, 1, 1)
        stored = await own.webhooks.by_id(webhook.id)
        assert stored is not None
        assert [secret.key_version for secret in stored.secrets] == [rotated.version]
        await own.webhooks.delete(damaged.id)
        await WebhookAdministration(own, watch, allows_private_addresses=True).queue_test(stored)
        await create_dispatcher(own, sender, watch).run()
        ((headers, body),) = partner.requests
        assert Receiver(encode_secret(SIGNING_KEY)).verify(body, headers)


async def test_a_secret_that_does_not_open_switches_off_and_a_new_one_sends_what_waited(
    store: Store, partner: WebhookReceiver, sender: WebhookSender, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, partner.url)
    lost = replace(webhook.secrets[0], key_version=9)
    await store.webhooks.replace_secrets(webhook, [lost])
    await enqueue_notices(store, build_lead_recorded_notice(records.lead(created_at=watch.at)))
    await create_dispatcher(store, sender, watch).run()
    off = await store.webhooks.by_id(webhook.id)
    assert off is not None
    assert (off.state, off.last_failure, off.last_status, off.failing_since) == (
        WebhookState.FAILED,
        FailureKind.SECRET_DAMAGED,
        None,
        watch.at,
    )
    (waits,) = await list_deliveries(store, webhook)
    assert (waits.state, waits.attempts, partner.requests) == (DeliveryState.PENDING, 0, [])

    handled = WebhookAdministration(store, watch, allows_private_addresses=True)
    rotated, secret = await handled.rotate_secret(off)
    await handled.set_state(rotated, WebhookState.ENABLED)
    await create_dispatcher(store, sender, watch).run()
    ((headers, body),) = partner.requests
    assert Receiver(encode_secret(secret)).verify(body, headers)
