"""The HTTP client of the gateways: bounded answers, no answer at all; and the console."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from domain.identity.phone_codes import SendOutcome, SendResult
from tests.support.sms_provider import SmsProvider
from tests.workers.sms.messages import MESSAGE
from workers.sms import gateway
from workers.sms.console import ConsoleGateway
from workers.sms.gateway import MAX_RESPONSE_BYTES, GatewayClient, NoAnswer


async def test_an_answer_of_any_length_costs_only_its_first_bytes() -> None:
    async with SmsProvider({}) as provider:
        endless = b'{"a": "' + b"x" * (4 * MAX_RESPONSE_BYTES) + b'"}'
        provider.answers = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + endless]
        client = GatewayClient()
        answer = await client.post(provider.url, {}, b"")
        await client.close()
    assert (answer.status, answer.body) == (200, {})


async def test_a_gateway_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "ATTEMPT_TIMEOUT_SECONDS", 0.05)
    async with SmsProvider({}) as provider:
        provider.held = asyncio.Event()
        client = GatewayClient()
        with pytest.raises(NoAnswer) as silence:
            await client.post(provider.url, {}, b"")
        await client.close()
    assert silence.value.result == SendResult(outcome=SendOutcome.UNAVAILABLE, code="TIMEOUT")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://a..b.example/"])
async def test_an_address_that_nobody_serves_is_unreachable(url: str) -> None:
    client = GatewayClient()
    with pytest.raises(NoAnswer, match="UNREACHABLE"):
        await client.post(url, {}, b"")
    await client.close()


async def test_the_console_accepts_and_logs_the_code_without_the_phone() -> None:
    console = ConsoleGateway()
    with capture_logs() as lines:
        result = await console.send(MESSAGE)
    await console.close()
    assert result == SendResult(outcome=SendOutcome.ACCEPTED, serial=MESSAGE.id)
    assert [line["code"] for line in lines] == ["012345"]
    assert "8000" not in str(lines)
