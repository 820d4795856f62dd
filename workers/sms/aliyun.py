"""The gateway of Alibaba Cloud: SendSms for text messages, SingleCallByTts for spoken codes.

https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms and
https://help.aliyun.com/zh/vms/developer-reference/api-dyvmsapi-2017-05-25-singlecallbytts. Both
templates have one variable, ``code``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson

from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult
from storage.clock import Clock
from workers.sms.gateway import GatewayAnswer, GatewayClient, NoAnswer, OutgoingCode, text_of
from workers.sms.signatures import AccessKey, acs3_headers, acs3_query

SMS_ENDPOINT = "https://dysmsapi.aliyuncs.com"
VOICE_ENDPOINT = "https://dyvmsapi.aliyuncs.com"
API_VERSION = "2017-05-25"
_PHONE_CODES = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.BUSINESS_LIMIT_CONTROL",
        "isv.DAY_LIMIT_CONTROL",
        "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE",
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
        "isv.BLACK_LIST",
    }
)
"""Errors of one phone: its number, or the carrier's limits for it."""
_PASSING_PREFIXES = ("isp.", "Throttling", "ServiceUnavailable", "InternalError", "SystemError")


@dataclass(frozen=True, kw_only=True, slots=True)
class AliyunAccount:
    """What an operator sets up in the console: access key, signature name and templates.

    ``voice_template`` None: no spoken codes. ``voice_number`` is the number that calls; None takes
    one of the shared pool. Endpoints are URLs without a path.
    """

    key: AccessKey
    sign_name: str
    template: str
    voice_template: str | None = None
    voice_number: str | None = None
    sms_endpoint: str = SMS_ENDPOINT
    voice_endpoint: str = VOICE_ENDPOINT


class AliyunGateway:
    """Sends codes through the account of an operator at Alibaba Cloud."""

    def __init__(self, account: AliyunAccount, client: GatewayClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    async def send(self, message: OutgoingCode) -> SendResult:
        """The result of one attempt."""
        try:
            if message.channel is CodeChannel.VOICE:
                answer = await self._call(
                    self._account.voice_endpoint, "SingleCallByTts", self._voice_parameters(message)
                )
                return _read_answer(answer, "CallId")
            answer = await self._call(
                self._account.sms_endpoint, "SendSms", self._sms_parameters(message)
            )
        except NoAnswer as silence:
            return silence.result
        return _read_answer(answer, "BizId")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _call(self, endpoint: str, action: str, parameters: dict[str, str]) -> GatewayAnswer:
        query = acs3_query(parameters)
        headers = acs3_headers(
            self._account.key,
            host=urlsplit(endpoint).netloc,
            action=action,
            version=API_VERSION,
            query=query,
            at=self._clock(),
            nonce=secrets.token_hex(16),
        )
        return await self._client.post(f"{endpoint}/?{query}", headers, b"")

    def _sms_parameters(self, message: OutgoingCode) -> dict[str, str]:
        return {
            "PhoneNumbers": message.phone.removeprefix("+86"),
            "SignName": self._account.sign_name,
            "TemplateCode": self._account.template,
            "TemplateParam": _template_parameters(message),
            "OutId": message.id,
        }

    def _voice_parameters(self, message: OutgoingCode) -> dict[str, str]:
        parameters = {
            "CalledNumber": message.phone.removeprefix("+86"),
            "TtsCode": self._account.voice_template or "",
            "TtsParam": _template_parameters(message),
            "PlayTimes": "2",
            # At most 15 bytes.
            "OutId": message.id[:15],
        }
        if self._account.voice_number:
            parameters["CalledShowNumber"] = self._account.voice_number
        return parameters


def _template_parameters(message: OutgoingCode) -> str:
    return orjson.dumps({"code": message.code}).decode()


def _read_answer(answer: GatewayAnswer, serial_name: str) -> SendResult:
    code = text_of(answer.body, "Code")
    if code == "OK" and answer.status == HTTPStatus.OK:
        serial = text_of(answer.body, serial_name)
        return SendResult(outcome=SendOutcome.ACCEPTED, serial=serial or None)
    return SendResult(outcome=_outcome_of(code, answer.status), code=code or str(answer.status))


def _outcome_of(code: str, status: int) -> SendOutcome:
    if code in _PHONE_CODES:
        return SendOutcome.PHONE_REFUSED
    if code.startswith(_PASSING_PREFIXES) or status >= 500 or status == 429:
        return SendOutcome.UNAVAILABLE
    return SendOutcome.GATEWAY_REFUSED
