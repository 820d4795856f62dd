"""The gateway of Tencent Cloud: SendSms for text messages, SendCodeVoice for spoken codes.

https://cloud.tencent.com/document/product/382/55981 and
https://cloud.tencent.com/document/product/1128/51559. The template of the text message has one
variable, the code; spoken codes have a fixed text and no template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult
from storage.clock import Clock
from workers.sms.gateway import (
    GatewayAnswer,
    GatewayClient,
    NoAnswer,
    OutgoingCode,
    object_of,
    text_of,
)
from workers.sms.signatures import TC3_CONTENT_TYPE, AccessKey, tc3_authorization

SMS_ENDPOINT = "https://sms.tencentcloudapi.com"
VOICE_ENDPOINT = "https://vms.tencentcloudapi.com"
SMS_VERSION = "2021-01-11"
VOICE_VERSION = "2020-09-02"
DEFAULT_REGION = "ap-guangzhou"
_PHONE_PREFIXES = (
    "FailedOperation.PhoneNumberInBlacklist",
    "InvalidParameterValue.IncorrectPhoneNumber",
    "InvalidParameterValue.CalledNumber",
    "LimitExceeded.PhoneNumber",
    "LimitExceeded.VoiceCallLimit",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
)
"""Errors of one phone: its number, its opt-out, or the limits for it."""
_PASSING_PREFIXES = (
    "InternalError",
    "RequestLimitExceeded",
    "LimitExceeded.DeliveryFrequencyLimit",
    "ResourceUnavailable",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TencentAccount:
    """What an operator sets up in the console: access key, application, signature and template.

    ``voice_app_id`` None: no spoken codes. Endpoints are URLs without a path.
    """

    key: AccessKey
    app_id: str
    sign_name: str
    template: str
    region: str = DEFAULT_REGION
    voice_app_id: str | None = None
    sms_endpoint: str = SMS_ENDPOINT
    voice_endpoint: str = VOICE_ENDPOINT


class TencentGateway:
    """Sends codes through the account of an operator at Tencent Cloud."""

    def __init__(self, account: TencentAccount, client: GatewayClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    async def send(self, message: OutgoingCode) -> SendResult:
        """The result of one attempt."""
        try:
            if message.channel is CodeChannel.VOICE:
                return _read_voice_answer(await self._send_voice(message))
            return _read_sms_answer(await self._send_sms(message))
        except NoAnswer as silence:
            return silence.result

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _send_sms(self, message: OutgoingCode) -> GatewayAnswer:
        payload = {
            "PhoneNumberSet": [message.phone],
            "SmsSdkAppId": self._account.app_id,
            "SignName": self._account.sign_name,
            "TemplateId": self._account.template,
            "TemplateParamSet": [message.code],
            "SessionContext": message.id,
        }
        return await self._call(self._account.sms_endpoint, "sms", "SendSms", SMS_VERSION, payload)

    async def _send_voice(self, message: OutgoingCode) -> GatewayAnswer:
        payload = {
            "CodeMessage": message.code,
            "CalledNumber": message.phone,
            "VoiceSdkAppid": self._account.voice_app_id or "",
            "PlayTimes": 2,
            "SessionContext": message.id,
        }
        return await self._call(
            self._account.voice_endpoint, "vms", "SendCodeVoice", VOICE_VERSION, payload
        )

    async def _call(
        self, endpoint: str, service: str, action: str, version: str, payload: Mapping[str, Any]
    ) -> GatewayAnswer:
        body, at, host = orjson.dumps(payload), self._clock(), urlsplit(endpoint).netloc
        authorization = tc3_authorization(
            self._account.key, host=host, service=service, payload=body, at=at
        )
        headers = {
            "host": host,
            "content-type": TC3_CONTENT_TYPE,
            "authorization": authorization,
            "x-tc-action": action,
            "x-tc-version": version,
            "x-tc-timestamp": str(int(at.timestamp())),
            "x-tc-region": self._account.region,
        }
        return await self._client.post(f"{endpoint}/", headers, body)


def _read_sms_answer(answer: GatewayAnswer) -> SendResult:
    response = object_of(answer.body, "Response")
    statuses = response.get("SendStatusSet")
    status = statuses[0] if isinstance(statuses, list) and statuses else {}
    if not isinstance(status, dict) or not status:
        return _read_error(response, answer.status)
    code = text_of(status, "Code")
    if code == "Ok":
        return SendResult(outcome=SendOutcome.ACCEPTED, serial=text_of(status, "SerialNo") or None)
    return SendResult(outcome=_outcome_of(code, answer.status), code=code)


def _read_voice_answer(answer: GatewayAnswer) -> SendResult:
    response = object_of(answer.body, "Response")
    call = text_of(object_of(response, "SendStatus"), "CallId")
    if call:
        return SendResult(outcome=SendOutcome.ACCEPTED, serial=call)
    return _read_error(response, answer.status)


def _read_error(response: Mapping[str, Any], status: int) -> SendResult:
    code = text_of(object_of(response, "Error"), "Code")
    return SendResult(outcome=_outcome_of(code, status), code=code or str(status))


def _outcome_of(code: str, status: int) -> SendOutcome:
    if code.startswith(_PHONE_PREFIXES):
        return SendOutcome.PHONE_REFUSED
    if code.startswith(_PASSING_PREFIXES) or status >= 500 or status == 429:
        return SendOutcome.UNAVAILABLE
    return SendOutcome.GATEWAY_REFUSED
