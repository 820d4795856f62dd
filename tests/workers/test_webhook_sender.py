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

from domain.seekers.groups import SeekerGroup
from domain.webhooks.deliveries import WAITS, DeliveryState
from domain.webhooks.messages import of_recorded
from domain.webhooks.webhooks import (
    FAILING_FOR,
    Answer,
    FailureKind,
    WebhookState,
    shown,
)
from services.webhooks.webhooks import Webhooks
from storage.clock import utc_now
from storage.store import Store
from tests.support import records
from tests.support.certificates import Authority
from tests.support.outbox import KEY, contacted, deliveries, dispatcher, tell, webhook_at
from tests.support.partners import Partner, answer
from tests.support.records import Watch
from tests.support.stores import emptied, prepared, second
from workers.keys import rotate
from workers.webhook_sender import Sender

DOCUMENTED = Path(__file__).parents[2] / "docs" / "webhooks.md"


@pytest.fixture(scope="module")
async def prepared_store(mongo_uri: str) -> AsyncIterator[Store]:
    async with prepared(mongo_uri) as store:
        yield store


@pytest.fixture
async def store(prepared_store: Store) -> Store:
    return await emptied(prepared_store)


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    async with Partner() as partner:
        yield partner


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    sender = Sender(private=True)
    yield sender
    await sender.close()


@pytest.fixture
def watch() -> Watch:
    # Real time: receivers refuse what was signed minutes ago.
    watch = Watch()
    watch.at = utc_now().replace(microsecond=0)
    return watch


async def test_a_message_is_taken_by_a_receiver_that_is_not_ours(
    store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook, lead = await webhook_at(store, partner.url), records.lead(created_at=watch.at)
    await tell(store, of_recorded(lead))
    await dispatcher(store, sender, watch).run()
    ((headers, body),) = partner.got
    message = Receiver(shown(KEY)).verify(body, headers)
    assert (message["type"], message["data"]["version"]) == ("lead.recorded", 1)
    assert message["data"].keys() == {
        "lead", "posting", "session", "employer", "version", "stage", "source",
    }  # fmt: skip
    (delivery,) = await deliveries(store, webhook)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("DELIVERED", 1, 204)
    assert headers["webhook-id"] == delivery.message_id


async def test_the_group_of_a_lead_is_stored_for_the_union_and_not_for_the_employer(
    store: Store, watch: Watch
) -> None:
    ours = await webhook_at(store, "https://union.example/")
    given_to = {"owner": "employer/employer", "union_path": (), "employer_id": "employer"}
    theirs = await webhook_at(store, "https://employer.example/", **given_to)
    lead = replace(records.lead(created_at=watch.at), group=SeekerGroup.HARDSHIP_WORKER)
    await tell(store, of_recorded(lead))
    kept = [(await deliveries(store, webhook))[0].notice.group for webhook in (ours, theirs)]
    assert kept == [SeekerGroup.HARDSHIP_WORKER, None]


async def test_for_a_day_both_secrets_sign(
    store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook = await webhook_at(store, partner.url)
    rotated, secret = await Webhooks(store, watch, private=True).rotate(webhook)
    for hours, old_signs in ((0, True), (24, False)):
        watch.forward(hours=hours)
        await Webhooks(store, watch, private=True).test(rotated)
        await dispatcher(store, sender, watch).run()
        headers, _ = partner.got[-1]
        assert len(headers["webhook-signature"].split(" ")) == (2 if old_signs else 1)
    headers, body = partner.got[0]
    assert Receiver(shown(KEY)).verify(body, headers)
    assert Receiver(shown(secret)).verify(body, headers)


async def test_what_is_not_taken_is_sent_again_with_pauses_and_then_given_up_and_replayed(
    store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook, began = await webhook_at(store, partner.url), watch.at
    await tell(store, of_recorded(records.lead(created_at=watch.at)))
    partner.answers = [answer(500)] * (len(WAITS) + 1)
    for tries, wait in enumerate(WAITS, start=1):
        await dispatcher(store, sender, watch).run()
        assert len(partner.got) == tries
        watch.at += wait - timedelta(seconds=1)
        await dispatcher(store, sender, watch).run()
        assert len(partner.got) == tries
        watch.forward(seconds=1)
    await dispatcher(store, sender, watch).run()
    (dead,) = await deliveries(store, webhook)
    assert (dead.state, dead.attempts, dead.last_status) == (DeliveryState.DEAD, 12, 500)
    assert dead.last_failure is FailureKind.STATUS
    failing = await store.webhooks.by_id(webhook.id)
    assert failing is not None
    assert (failing.failing_since, failing.last_status, failing.state) == (began, 500, "ENABLED")

    handled = Webhooks(store, watch, private=True)
    assert await handled.replay_dead(webhook, began) == 1
    await dispatcher(store, sender, watch).run()
    assert len({headers["webhook-id"] for headers, _ in partner.got}) == 1
    (delivered,) = await deliveries(store, webhook)
    assert (delivered.state, delivered.attempts) == ("DELIVERED", 1)
    well = await store.webhooks.by_id(webhook.id)
    assert well is not None
    assert (well.failing_since, well.last_status) == (None, None)


@pytest.mark.parametrize("status", [410, 500])
async def test_who_is_gone_or_fails_for_five_days_is_switched_off_and_goes_on_when_switched_on(
    status: int, store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook = await webhook_at(store, partner.url)
    handled = Webhooks(store, watch, private=True)
    partner.answers = [answer(status)] * 2
    await handled.test(webhook)
    await dispatcher(store, sender, watch).run()
    if status == 500:
        watch.at += FAILING_FOR
        await dispatcher(store, sender, watch).run()
    failed = await store.webhooks.by_id(webhook.id)
    assert failed is not None
    assert (failed.state, failed.last_status) == (WebhookState.FAILED, status)
    tried = len(partner.got)
    watch.at += FAILING_FOR
    await tell(store, of_recorded(records.lead(created_at=watch.at)))
    await dispatcher(store, sender, watch).run()
    assert len(partner.got) == tried
    await handled.switch(failed, WebhookState.ENABLED)
    partner.answers = []
    await dispatcher(store, sender, watch).run()
    assert sorted(partner.types()[tried:]) == ["lead.recorded", "webhook.test"]


async def test_of_one_lead_the_earlier_message_comes_first_and_others_do_not_wait(
    store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook = await webhook_at(store, partner.url)
    lead, other = (records.lead(created_at=watch.at) for _ in range(2))
    await tell(store, of_recorded(lead))
    partner.answers = [answer(503)]
    await dispatcher(store, sender, watch).run()
    await tell(store, contacted(lead), of_recorded(other))
    await dispatcher(store, sender, watch).run()
    assert partner.types() == ["lead.recorded", "lead.recorded"]
    watch.at += WAITS[0]
    await dispatcher(store, sender, watch).run()
    assert partner.types()[2:] == ["lead.recorded", "lead.advanced"]
    assert {each.state for each in await deliveries(store, webhook)} == {"DELIVERED"}


async def test_two_nodes_send_each_message_once_and_one_takes_over_from_one_that_died(
    store: Store, mongo_uri: str, partner: Partner, sender: Sender, watch: Watch
) -> None:
    await webhook_at(store, partner.url)
    leads = [records.lead(created_at=watch.at) for _ in range(40)]
    await tell(store, *map(of_recorded, leads))
    async with second(mongo_uri, store) as other:
        nodes = [dispatcher(store, sender, watch), dispatcher(other, sender, watch)]
        await asyncio.gather(*(node.run() for node in nodes))
        assert len({headers["webhook-id"] for headers, _ in partner.got}) == 40
        assert len(partner.got) == 40

        began = asyncio.Event()

        async def hanging(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
            began.set()
            await asyncio.Event().wait()
            raise AssertionError("it waits for ever")

        await tell(store, of_recorded(records.lead(created_at=watch.at)))
        dying = dispatcher(other, hanging, watch)
        dying.start()
        await began.wait()
        await dying.close()
        await nodes[0].run()
        assert len(partner.got) == 40
        watch.forward(minutes=1)
        await nodes[0].run()
        assert len(partner.got) == 41


async def test_a_deleted_webhook_is_told_nothing_even_of_what_was_made_at_that_moment(
    store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook = await webhook_at(store, partner.url)
    await store.webhooks.delete(webhook.id)
    await Webhooks(store, watch, private=True).test(webhook)
    await dispatcher(store, sender, watch).run()
    assert (partner.got, await deliveries(store, webhook)) == ([], [])


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
    sender = Sender(private=False)
    assert await sender(url, {}, b"{}") == Answer(failure=FailureKind.ADDRESS_REFUSED)
    await sender.close()


@pytest.mark.parametrize("url", [f"https://{'a' * 64}.example/", "https://a..b.example/"])
async def test_a_name_that_cannot_be_one_is_a_failure_like_any_other(url: str) -> None:
    sender = Sender(private=False)
    assert await sender(url, {}, b"{}") == Answer(failure=FailureKind.UNREACHABLE)
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
    sender = Sender(private=False)
    answered = await sender("https://partner.example/", {}, b"{}")
    assert answered == Answer(failure=FailureKind.ADDRESS_REFUSED)
    await sender.close()


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    named: list[list[str]], monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    # One address of this machine stands for those of the world, so that something listens there.
    monkeypatch.setattr(
        "workers.webhook_sender.is_public", lambda address: str(address) == "127.0.0.2"
    )
    certificate = authority.server("partner.example")
    # Asked once more, the name means the inside.
    named += [["127.0.0.1", "127.0.0.2"], ["127.0.0.1"]]
    async with (
        Partner("127.0.0.2", tls=certificate) as checked,
        Partner(port=checked.port, tls=certificate) as inside,
    ):
        sender = Sender(private=False)
        url = f"https://partner.example:{checked.port}/"
        assert await sender(url, {}, b"{}") == Answer(status=204)
        assert (len(checked.got), len(inside.got)) == (1, 0)
        # Looked up anew, as the connection has ended, it leads nowhere.
        assert await sender(url, {}, b"{}") == Answer(failure=FailureKind.ADDRESS_REFUSED)
        assert (len(checked.got), len(inside.got)) == (1, 0)
        await sender.close()


async def test_an_address_that_takes_no_connection_is_passed_over_for_the_next(
    named: list[list[str]], partner: Partner, sender: Sender
) -> None:
    url = f"http://partner.example:{partner.port}/"
    named += [["127.0.0.2", "127.0.0.1"], ["127.0.0.2", "127.0.0.3"]]
    assert await sender(url, {}, b"{}") == Answer(status=204)
    assert await sender(url, {}, b"{}") == Answer(failure=FailureKind.UNREACHABLE)
    assert len(partner.got) == 1


@pytest.fixture
def authority(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """What SSL_CERT_FILE names, so that a sender made from now on trusts it."""
    authority = Authority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


REFUSED = FailureKind.CERTIFICATE_REFUSED


@pytest.mark.parametrize(
    ("host", "shown_by_it", "came_of_it"),
    [
        ("localhost", {}, Answer(status=204)),
        ("localhost", {"self_signed": True}, Answer(failure=REFUSED)),
        ("localhost", {"days": -1}, Answer(failure=REFUSED)),
        ("elsewhere.example", {}, Answer(failure=REFUSED)),
    ],
)
async def test_a_message_goes_to_who_shows_a_right_certificate_for_that_very_name(
    host: str, shown_by_it: dict[str, Any], came_of_it: Answer, authority: Authority
) -> None:
    async with Partner(tls=authority.server(host, **shown_by_it)) as partner:
        sender = Sender(private=True)
        assert await sender(f"https://localhost:{partner.port}/", {}, b"{}") == came_of_it
        assert len(partner.got) == (1 if came_of_it.accepted else 0)
        await sender.close()


async def test_an_authority_that_nobody_named_is_not_trusted(folder: Path) -> None:
    async with Partner(tls=Authority(folder).server("localhost")) as partner:
        sender = Sender(private=True)
        answered = await sender(f"https://localhost:{partner.port}/", {}, b"{}")
        assert (answered, partner.got) == (Answer(failure=REFUSED), [])
        await sender.close()


async def test_what_speaks_no_tls_is_a_failure_like_any_other() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(400))
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sender = Sender(private=True)
        answered = await sender(f"https://localhost:{port}/", {}, b"{}")
        assert answered == Answer(failure=FailureKind.UNREACHABLE)
        await sender.close()


async def test_a_name_server_that_never_answers_costs_one_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let.wait() and [])
    monkeypatch.setattr("workers.dns.SECONDS", 0.05)
    sender = Sender(private=False)
    answered = await sender("https://partner.example/", {}, b"{}")
    assert answered == Answer(failure=FailureKind.TIMEOUT)
    let.set()
    await sender.close()


async def test_plain_http_is_sent_nothing_once_it_is_not_allowed_any_more(
    partner: Partner,
) -> None:
    sender = Sender(private=False)
    answered = await sender(partner.url, {}, b"{}")
    assert (answered, partner.got) == (Answer(failure=FailureKind.ADDRESS_REFUSED), [])
    await sender.close()


async def test_redirects_are_not_followed_long_answers_cut_off_and_silence_is_a_failure(
    partner: Partner, sender: Sender
) -> None:
    partner.answers = [
        answer(302, f"location: {partner.url}\r\n"),
        answer(200, body=b"x" * 1_000_000),
        b"",
    ]
    assert await sender(partner.url, {}, b"{}") == Answer(status=302)
    assert await sender(partner.url, {}, b"{}") == Answer(status=200)
    assert await sender(partner.url, {}, b"{}") == Answer(failure=FailureKind.UNREACHABLE)
    assert len(partner.got) == 3


async def test_the_receiver_of_the_documentation_takes_what_is_signed_and_nothing_else(
    store: Store, sender: Sender, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    scope: dict[str, Any] = {"__name__": "receiver"}
    exec(code, scope)  # noqa: S102 - it is the documentation that is tested
    scope["SECRET"] = shown(KEY)
    scope["Receiver"].log_message = lambda *_: None
    with HTTPServer(("127.0.0.1", 0), scope["Receiver"]) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        webhook = await webhook_at(store, url)
        await tell(store, of_recorded(records.lead(created_at=watch.at)))
        await dispatcher(store, sender, watch).run()
        (delivery,) = await deliveries(store, webhook)
        forged = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        assert await sender(url, forged, b"{}") == Answer(status=400)
        server.shutdown()
    assert delivery.state is DeliveryState.DELIVERED
    assert capsys.readouterr().out.startswith("lead.recorded {'lead': ")


async def test_secrets_are_sealed_anew_with_the_keys_and_go_on_signing(
    mongo_uri: str, partner: Partner, sender: Sender, watch: Watch
) -> None:
    # A database of its own: keys that were rotated are not forgotten.
    async with prepared(mongo_uri) as own:
        webhook = await webhook_at(own, partner.url)
        damaged = await webhook_at(own, partner.url)
        broken = replace(damaged.secrets[0], sealed=b"x" * 60)
        await own.webhooks.replace_secrets(damaged, [broken])
        rotated = await rotate(own, watch)
        assert (rotated.is_new, rotated.webhooks, rotated.damaged) == (True, 1, 1)
        stored = await own.webhooks.by_id(webhook.id)
        assert stored is not None
        assert [secret.key_version for secret in stored.secrets] == [rotated.version]
        await own.webhooks.delete(damaged.id)
        await Webhooks(own, watch, private=True).test(stored)
        await dispatcher(own, sender, watch).run()
        ((headers, body),) = partner.got
        assert Receiver(shown(KEY)).verify(body, headers)


async def test_a_secret_that_does_not_open_switches_off_and_a_new_one_sends_what_waited(
    store: Store, partner: Partner, sender: Sender, watch: Watch
) -> None:
    webhook = await webhook_at(store, partner.url)
    lost = replace(webhook.secrets[0], key_version=9)
    await store.webhooks.replace_secrets(webhook, [lost])
    await tell(store, of_recorded(records.lead(created_at=watch.at)))
    await dispatcher(store, sender, watch).run()
    off = await store.webhooks.by_id(webhook.id)
    assert off is not None
    assert (off.state, off.last_failure, off.last_status, off.failing_since) == (
        WebhookState.FAILED,
        FailureKind.SECRET_DAMAGED,
        None,
        watch.at,
    )
    (waits,) = await deliveries(store, webhook)
    assert (waits.state, waits.attempts, partner.got) == (DeliveryState.PENDING, 0, [])

    handled = Webhooks(store, watch, private=True)
    rotated, secret = await handled.rotate(off)
    await handled.switch(rotated, WebhookState.ENABLED)
    await dispatcher(store, sender, watch).run()
    ((headers, body),) = partner.got
    assert Receiver(shown(secret)).verify(body, headers)
