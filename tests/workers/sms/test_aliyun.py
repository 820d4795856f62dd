"""Alibaba Cloud: the request on the wire with its signature, and the meaning of each answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult
from tests.support.records import ManualClock
from tests.support.sms_provider import ALIYUN_ACCEPTED, ReceivedRequest, SmsProvider
from tests.workers.sms.messages import KEY, MESSAGE, message
from workers.sms.aliyun import AliyunAccount, AliyunGateway
from workers.sms.gateway import GatewayClient


@pytest.fixture
async def provider() -> AsyncIterator[SmsProvider]:
    async with SmsProvider(ALIYUN_ACCEPTED) as provider:
        yield provider


def account(provider: SmsProvider, **changes: Any) -> AliyunAccount:
    made = AliyunAccount(
        key=KEY,
        sign_name="某市总工会",
        template="SMS_71390007",
        voice_template="TTS_10001",
        sms_endpoint=provider.url,
        voice_endpoint=provider.url,
    )
    return replace(made, **changes)


@pytest.fixture
async def gateway(provider: SmsProvider) -> AsyncIterator[AliyunGateway]:
    gateway = AliyunGateway(account(provider), GatewayClient(), ManualClock())
    yield gateway
    await gateway.close()


def signature_on_the_wire(request: ReceivedRequest, secret: str) -> str:
    """Compute the signature from what was received, as the provider does."""
    authorization = request.headers["authorization"]
    names = authorization.partition("SignedHeaders=")[2].partition(",")[0]
    lines = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names.split(";"))
    canonical = "\n".join(
        [
            request.method,
            urlsplit(request.target).path,
            urlsplit(request.target).query,
            lines,
            names,
            hashlib.sha256(request.body).hexdigest(),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), "sha256").hexdigest()


async def test_a_code_is_sent_by_the_documented_form_and_its_serial_kept(
    provider: SmsProvider, gateway: AliyunGateway
) -> None:
    assert await gateway.send(MESSAGE) == SendResult(
        outcome=SendOutcome.ACCEPTED, serial="900619746936498440^0"
    )
    (request,) = provider.requests
    assert (request.method, request.body) == ("POST", b"")
    assert request.headers["host"] == provider.host
    assert request.headers["x-acs-action"] == "SendSms"
    assert request.headers["x-acs-version"] == "2017-05-25"
    assert request.headers["x-acs-date"] == "2026-10-01T12:00:00Z"
    assert request.parameters == {
        "PhoneNumbers": "13800138000",
        "SignName": "某市总工会",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"code":"012345"}',
        "OutId": MESSAGE.id,
    }


async def test_the_received_bytes_have_the_signature_of_the_secret(
    provider: SmsProvider, gateway: AliyunGateway
) -> None:
    await gateway.send(MESSAGE)
    await gateway.send(MESSAGE)
    for request in provider.requests:
        shown = request.headers["authorization"].partition("Signature=")[2]
        assert shown == signature_on_the_wire(request, KEY.secret)
        assert shown != signature_on_the_wire(request, "another")
        assert KEY.secret not in str(request)
    first, second = (request.headers["x-acs-signature-nonce"] for request in provider.requests)
    assert first != second


async def test_a_spoken_code_is_a_call_from_the_shared_pool_or_from_the_own_number(
    provider: SmsProvider, gateway: AliyunGateway
) -> None:
    provider.accepted = {"Code": "OK", "Message": "OK", "CallId": "134523^4351232"}
    spoken = message(channel=CodeChannel.VOICE)
    assert (await gateway.send(spoken)).serial == "134523^4351232"
    own = AliyunGateway(
        account(provider, voice_number="057112345678"), GatewayClient(), ManualClock()
    )
    await own.send(spoken)
    await own.close()
    pool, numbered = provider.requests
    assert pool.headers["x-acs-action"] == "SingleCallByTts"
    assert pool.parameters == {
        "CalledNumber": "13800138000",
        "TtsCode": "TTS_10001",
        "TtsParam": '{"code":"012345"}',
        "PlayTimes": "2",
        "OutId": MESSAGE.id[:15],
    }
    assert numbered.parameters["CalledShowNumber"] == "057112345678"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (200, "isv.MOBILE_NUMBER_ILLEGAL", SendOutcome.PHONE_REFUSED),
        (200, "isv.BUSINESS_LIMIT_CONTROL", SendOutcome.PHONE_REFUSED),
        (200, "isv.AMOUNT_NOT_ENOUGH", SendOutcome.GATEWAY_REFUSED),
        (200, "isv.SMS_SIGNATURE_ILLEGAL", SendOutcome.GATEWAY_REFUSED),
        (400, "SignatureDoesNotMatch", SendOutcome.GATEWAY_REFUSED),
        (403, "Forbidden.RAM", SendOutcome.GATEWAY_REFUSED),
        (200, "isp.SYSTEM_ERROR", SendOutcome.UNAVAILABLE),
        (400, "Throttling.User", SendOutcome.UNAVAILABLE),
        (503, "ServiceUnavailable", SendOutcome.UNAVAILABLE),
    ],
)
async def test_an_error_code_tells_whom_it_concerns(
    provider: SmsProvider, gateway: AliyunGateway, status: int, code: str, outcome: SendOutcome
) -> None:
    provider.answers = [(status, {"Code": code, "Message": "13800138000", "RequestId": "r"})]
    assert await gateway.send(MESSAGE) == SendResult(outcome=outcome, code=code)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((502, ["not", "an", "object"]), SendOutcome.UNAVAILABLE),
        ((200, {"Code": 7}), SendOutcome.GATEWAY_REFUSED),
        ((500, {"Code": "OK", "BizId": "1"}), SendOutcome.UNAVAILABLE),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nnot json", SendOutcome.GATEWAY_REFUSED),
        (b"nothing of HTTP\r\n\r\n", SendOutcome.UNAVAILABLE),
        (b"", SendOutcome.UNAVAILABLE),
    ],
)
async def test_any_other_answer_is_a_failed_attempt(
    provider: SmsProvider, gateway: AliyunGateway, answer: Any, outcome: SendOutcome
) -> None:
    provider.answers = [answer]
    result = await gateway.send(MESSAGE)
    assert (result.outcome, result.serial) == (outcome, None)
    assert result.code


async def test_an_error_code_is_kept_only_in_part(
    provider: SmsProvider, gateway: AliyunGateway
) -> None:
    provider.answers = [(400, {"Code": "x" * 10_000})]
    assert (await gateway.send(MESSAGE)).code == "x" * 100


async def test_the_message_of_the_template_is_json(
    provider: SmsProvider, gateway: AliyunGateway
) -> None:
    await gateway.send(message(code="000001"))
    assert json.loads(provider.requests[0].parameters["TemplateParam"]) == {"code": "000001"}
