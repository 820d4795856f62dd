"""Tencent Cloud: the request on the wire with its signature, and the meaning of each answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult
from tests.support.records import FIXED_NOW, ManualClock
from tests.support.sms_provider import TENCENT_ACCEPTED, ReceivedRequest, SmsProvider
from tests.workers.sms.messages import KEY, MESSAGE, message
from workers.sms.gateway import GatewayClient
from workers.sms.tencent import TencentAccount, TencentGateway

TIMESTAMP = str(int(FIXED_NOW.timestamp()))


@pytest.fixture
async def provider() -> AsyncIterator[SmsProvider]:
    async with SmsProvider(TENCENT_ACCEPTED) as provider:
        yield provider


@pytest.fixture
async def gateway(provider: SmsProvider) -> AsyncIterator[TencentGateway]:
    account = TencentAccount(
        key=KEY,
        app_id="1400006666",
        sign_name="某市总工会",
        template="1234",
        voice_app_id="1400007777",
        sms_endpoint=provider.url,
        voice_endpoint=provider.url,
    )
    gateway = TencentGateway(account, GatewayClient(), ManualClock())
    yield gateway
    await gateway.close()


def signature_on_the_wire(request: ReceivedRequest, service: str, secret: str) -> str:
    """Compute the signature from what was received, as the provider does."""
    names = request.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    lines = "".join(f"{name}:{request.headers[name].lower()}\n" for name in names.split(";"))
    body = hashlib.sha256(request.body).hexdigest()
    canonical = f"{request.method}\n/\n\n{lines}\n{names}\n{body}"
    scope = f"2026-10-01/{service}/tc3_request"
    key = f"TC3{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["TC3-HMAC-SHA256", request.headers["x-tc-timestamp"], scope, digest])
    return hmac.new(key, text.encode(), "sha256").hexdigest()


async def test_a_code_is_sent_by_the_documented_form_and_its_serial_kept(
    provider: SmsProvider, gateway: TencentGateway
) -> None:
    assert await gateway.send(MESSAGE) == SendResult(
        outcome=SendOutcome.ACCEPTED, serial="5000:1045710669157053657849499619"
    )
    (request,) = provider.requests
    assert (request.method, request.target) == ("POST", "/")
    assert {name: value for name, value in request.headers.items() if name.startswith("x-tc-")} == {
        "x-tc-action": "SendSms",
        "x-tc-version": "2021-01-11",
        "x-tc-timestamp": TIMESTAMP,
        "x-tc-region": "ap-guangzhou",
    }
    assert json.loads(request.body) == {
        "PhoneNumberSet": ["+8613800138000"],
        "SmsSdkAppId": "1400006666",
        "SignName": "某市总工会",
        "TemplateId": "1234",
        "TemplateParamSet": ["012345"],
        "SessionContext": MESSAGE.id,
    }


async def test_the_received_bytes_have_the_signature_of_the_secret(
    provider: SmsProvider, gateway: TencentGateway
) -> None:
    await gateway.send(MESSAGE)
    await gateway.send(message(channel=CodeChannel.VOICE))
    for request, service in zip(provider.requests, ("sms", "vms"), strict=True):
        shown = request.headers["authorization"].partition("Signature=")[2]
        assert shown == signature_on_the_wire(request, service, KEY.secret)
        assert shown != signature_on_the_wire(request, service, "another")
        assert KEY.secret not in str(request)


async def test_a_spoken_code_has_no_template(
    provider: SmsProvider, gateway: TencentGateway
) -> None:
    provider.accepted = {"Response": {"SendStatus": {"CallId": "call-1", "SessionContext": ""}}}
    assert await gateway.send(message(channel=CodeChannel.VOICE)) == SendResult(
        outcome=SendOutcome.ACCEPTED, serial="call-1"
    )
    (request,) = provider.requests
    assert request.headers["x-tc-action"] == "SendCodeVoice"
    assert request.headers["x-tc-version"] == "2020-09-02"
    assert json.loads(request.body) == {
        "CodeMessage": "012345",
        "CalledNumber": "+8613800138000",
        "VoiceSdkAppid": "1400007777",
        "PlayTimes": 2,
        "SessionContext": MESSAGE.id,
    }


def status_of(code: str) -> dict[str, Any]:
    return {"Response": {"SendStatusSet": [{"SerialNo": "", "Code": code, "Message": "no"}]}}


def error_of(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}}


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        (status_of, "FailedOperation.PhoneNumberInBlacklist", SendOutcome.PHONE_REFUSED),
        (status_of, "LimitExceeded.PhoneNumberOneHourLimit", SendOutcome.PHONE_REFUSED),
        (status_of, "InvalidParameterValue.IncorrectPhoneNumber", SendOutcome.PHONE_REFUSED),
        (status_of, "FailedOperation.InsufficientBalanceInSmsPackage", SendOutcome.GATEWAY_REFUSED),
        (status_of, "FailedOperation.TemplateIncorrectOrUnapproved", SendOutcome.GATEWAY_REFUSED),
        (status_of, "LimitExceeded.AppDailyLimit", SendOutcome.GATEWAY_REFUSED),
        (status_of, "InternalError.OtherError", SendOutcome.UNAVAILABLE),
        (status_of, "LimitExceeded.DeliveryFrequencyLimit", SendOutcome.UNAVAILABLE),
        (error_of, "AuthFailure.SignatureFailure", SendOutcome.GATEWAY_REFUSED),
        (error_of, "RequestLimitExceeded", SendOutcome.UNAVAILABLE),
        (error_of, "InternalError", SendOutcome.UNAVAILABLE),
    ],
)
async def test_an_error_code_tells_whom_it_concerns(
    provider: SmsProvider,
    gateway: TencentGateway,
    answer: Any,
    code: str,
    outcome: SendOutcome,
) -> None:
    provider.answers = [(200, answer(code))]
    assert await gateway.send(MESSAGE) == SendResult(outcome=outcome, code=code)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, {}), SendOutcome.GATEWAY_REFUSED),
        ((200, {"Response": {"SendStatusSet": []}}), SendOutcome.GATEWAY_REFUSED),
        ((200, {"Response": {"SendStatusSet": ["Ok"]}}), SendOutcome.GATEWAY_REFUSED),
        ((200, {"Response": []}), SendOutcome.GATEWAY_REFUSED),
        ((504, {}), SendOutcome.UNAVAILABLE),
        (b"", SendOutcome.UNAVAILABLE),
    ],
)
async def test_any_other_answer_is_a_failed_attempt(
    provider: SmsProvider, gateway: TencentGateway, answer: Any, outcome: SendOutcome
) -> None:
    provider.answers = [answer] * 2
    for channel in CodeChannel:
        result = await gateway.send(message(channel=channel))
        assert (result.outcome, result.serial) == (outcome, None)
        assert result.code
