"""The gateway over HTTP: a message by Standard Webhooks, and the meaning of each status."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from domain.identity.phone_codes import SendOutcome, SendResult
from storage.clock import utc_now
from tests.support.sms_provider import SmsProvider
from tests.workers.sms.messages import MESSAGE
from workers.sms.gateway import GatewayClient
from workers.sms.signed_http import SignedHttpGateway

SECRET = b"s" * 32


@pytest.fixture
async def provider() -> AsyncIterator[SmsProvider]:
    async with SmsProvider({"id": "their-own-id"}) as provider:
        yield provider


@pytest.fixture
async def gateway(provider: SmsProvider) -> AsyncIterator[SignedHttpGateway]:
    gateway = SignedHttpGateway(f"{provider.url}/codes?key=1", SECRET, GatewayClient(), utc_now)
    yield gateway
    await gateway.close()


async def test_a_message_is_verified_with_the_library_of_the_standard(
    provider: SmsProvider, gateway: SignedHttpGateway
) -> None:
    assert await gateway.send(MESSAGE) == SendResult(
        outcome=SendOutcome.ACCEPTED, serial="their-own-id"
    )
    (request,) = provider.requests
    assert request.target == "/codes?key=1"
    read = Verifier(base64.b64encode(SECRET).decode()).verify(request.body, request.headers)
    assert read == json.loads(request.body)
    assert read["type"] == "phone.code"
    assert read["data"] == {
        "id": MESSAGE.id,
        "phone": "+8613800138000",
        "code": "012345",
        "channel": "SMS",
        "expiresAt": "2026-10-01T12:05:00Z",
    }
    assert request.headers["webhook-id"] == f"msg_{MESSAGE.id}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((204, {}), SendResult(outcome=SendOutcome.ACCEPTED, serial=MESSAGE.id)),
        ((200, {"id": 7}), SendResult(outcome=SendOutcome.ACCEPTED, serial=MESSAGE.id)),
        ((422, {}), SendResult(outcome=SendOutcome.PHONE_REFUSED, code="422")),
        ((401, {}), SendResult(outcome=SendOutcome.GATEWAY_REFUSED, code="401")),
        ((302, {}), SendResult(outcome=SendOutcome.GATEWAY_REFUSED, code="302")),
        ((429, {}), SendResult(outcome=SendOutcome.UNAVAILABLE, code="429")),
        ((500, {}), SendResult(outcome=SendOutcome.UNAVAILABLE, code="500")),
    ],
)
async def test_the_status_tells_how_the_attempt_ended(
    provider: SmsProvider, gateway: SignedHttpGateway, answer: Any, expected: SendResult
) -> None:
    provider.answers = [answer]
    assert await gateway.send(MESSAGE) == expected
    assert len(provider.requests) == 1
