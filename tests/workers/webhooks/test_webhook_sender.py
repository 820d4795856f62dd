"""The webhook sender: which addresses and certificates it accepts, and how it reads answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.webhooks.webhooks import DeliveryResult, FailureKind
from tests.support.certificates import CertificateAuthority
from tests.support.webhook_receivers import WebhookReceiver, http_response
from workers.webhook_sender import WebhookSender


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/",
        "https://localhost:1/",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
    ],
)
async def test_no_message_is_sent_to_this_machine_or_network(url: str) -> None:
    sender = WebhookSender(private=False)
    assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
    await sender.close()


@pytest.mark.parametrize("url", [f"https://{'a' * 64}.example/", "https://a..b.example/"])
async def test_an_invalid_host_name_is_unreachable(url: str) -> None:
    sender = WebhookSender(private=False)
    assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.UNREACHABLE)
    await sender.close()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The addresses that each lookup returns, in turn; the last answer repeats."""
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
async def test_a_name_without_a_public_address_is_refused_at_lookup(
    addresses: list[str], named: list[list[str]]
) -> None:
    named.append(addresses)
    sender = WebhookSender(private=False)
    answered = await sender("https://partner.example/", {}, b"{}")
    assert answered == DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
    await sender.close()


async def test_the_sender_connects_to_the_address_that_it_checked(
    named: list[list[str]], monkeypatch: pytest.MonkeyPatch, authority: CertificateAuthority
) -> None:
    # One loopback address counts as public here, so that a server can listen on it.
    monkeypatch.setattr(
        "workers.outgoing_http.is_public_address", lambda address: str(address) == "127.0.0.2"
    )
    certificate = authority.server_context("partner.example")
    # A second lookup returns the inside address.
    named += [["127.0.0.1", "127.0.0.2"], ["127.0.0.1"]]
    async with (
        WebhookReceiver("127.0.0.2", tls=certificate) as checked,
        WebhookReceiver(port=checked.port, tls=certificate) as inside,
    ):
        sender = WebhookSender(private=False)
        url = f"https://partner.example:{checked.port}/"
        assert await sender(url, {}, b"{}") == DeliveryResult(status=204)
        assert (len(checked.requests), len(inside.requests)) == (1, 0)
        # The connection has ended: a new lookup returns only the inside address.
        assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
        assert (len(checked.requests), len(inside.requests)) == (1, 0)
        await sender.close()


async def test_an_unreachable_address_is_skipped_for_the_next(
    named: list[list[str]], partner: WebhookReceiver, sender: WebhookSender
) -> None:
    url = f"http://partner.example:{partner.port}/"
    named += [["127.0.0.2", "127.0.0.1"], ["127.0.0.2", "127.0.0.3"]]
    assert await sender(url, {}, b"{}") == DeliveryResult(status=204)
    assert await sender(url, {}, b"{}") == DeliveryResult(failure=FailureKind.UNREACHABLE)
    assert len(partner.requests) == 1


@pytest.fixture
def authority(folder: Path, monkeypatch: pytest.MonkeyPatch) -> CertificateAuthority:
    """An authority named by SSL_CERT_FILE, which a sender created from now on trusts."""
    authority = CertificateAuthority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


REFUSED = FailureKind.CERTIFICATE_REFUSED


@pytest.mark.parametrize(
    ("host", "certificate", "expected"),
    [
        ("localhost", {}, DeliveryResult(status=204)),
        ("localhost", {"self_signed": True}, DeliveryResult(failure=REFUSED)),
        ("localhost", {"days": -1}, DeliveryResult(failure=REFUSED)),
        ("elsewhere.example", {}, DeliveryResult(failure=REFUSED)),
    ],
)
async def test_a_message_is_sent_only_to_a_valid_certificate_for_that_name(
    host: str,
    certificate: dict[str, Any],
    expected: DeliveryResult,
    authority: CertificateAuthority,
) -> None:
    async with WebhookReceiver(tls=authority.server_context(host, **certificate)) as partner:
        sender = WebhookSender(private=True)
        assert await sender(f"https://localhost:{partner.port}/", {}, b"{}") == expected
        assert len(partner.requests) == (1 if expected.is_accepted else 0)
        await sender.close()


async def test_an_unknown_authority_is_not_trusted(folder: Path) -> None:
    async with WebhookReceiver(
        tls=CertificateAuthority(folder).server_context("localhost")
    ) as partner:
        sender = WebhookSender(private=True)
        answered = await sender(f"https://localhost:{partner.port}/", {}, b"{}")
        assert (answered, partner.requests) == (DeliveryResult(failure=REFUSED), [])
        await sender.close()


async def test_a_server_without_tls_is_unreachable() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http_response(400))
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sender = WebhookSender(private=True)
        answered = await sender(f"https://localhost:{port}/", {}, b"{}")
        assert answered == DeliveryResult(failure=FailureKind.UNREACHABLE)
        await sender.close()


async def test_a_name_server_that_never_answers_times_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait() and [])
    monkeypatch.setattr("workers.dns.LOOKUP_TIMEOUT_SECONDS", 0.05)
    sender = WebhookSender(private=False)
    answered = await sender("https://partner.example/", {}, b"{}")
    assert answered == DeliveryResult(failure=FailureKind.TIMEOUT)
    release.set()
    await sender.close()


async def test_no_message_is_sent_over_plain_http_when_it_is_forbidden(
    partner: WebhookReceiver,
) -> None:
    sender = WebhookSender(private=False)
    answered = await sender(partner.url, {}, b"{}")
    assert (answered, partner.requests) == (DeliveryResult(failure=FailureKind.ADDRESS_REFUSED), [])
    await sender.close()


async def test_redirects_are_not_followed_long_answers_are_cut_and_silence_fails(
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


DAY = "Thu, 26 Nov 2026"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("retry-after: 120\r\n", 120),
        ("Retry-After:   0 \r\n", 0),
        (f"retry-after: {'9' * 400}\r\n", 10**9),
        (f"date: {DAY} 10:00:00 GMT\r\nretry-after: {DAY} 10:02:00 GMT\r\n", 120),
        (f"date: {DAY} 10:00:00 GMT\r\nretry-after: {DAY} 09:00:00 GMT\r\n", 0),
        (f"date: {DAY} 10:00:00 GMT\r\nretry-after: Thu Nov 26 10:02:00 2026\r\n", 120),
        ("retry-after: soon\r\n", None),
        ("retry-after: -5\r\n", None),
        ("retry-after: 1.5\r\n", None),
        (f"retry-after: {'a' * 5_000}\r\n", None),
        ("retry-after:\r\n", None),
        ("", None),
    ],
)
async def test_the_time_that_a_receiver_names_is_read(headers: str, seconds: int | None) -> None:
    async with WebhookReceiver() as receiver:
        receiver.responses = [http_response(429, headers)]
        sender = WebhookSender(private=True)
        asked = None if seconds is None else timedelta(seconds=seconds)
        expected = DeliveryResult(status=429, retry_after=asked)
        assert await sender(receiver.url, {}, b"{}") == expected
        await sender.close()
