"""The gateway over HTTP: a signed message to a system of the operator, which sends the code.

The message is JSON, signed by Standard Webhooks 1.0 like all other messages of this service.
"""

from __future__ import annotations

import orjson

from domain.identity.phone_codes import SendOutcome, SendResult
from domain.webhooks.webhooks import sign_message
from storage.clock import Clock
from workers.sms.gateway import GatewayClient, NoAnswer, OutgoingCode, text_of

MESSAGE_TYPE = "phone.code"
_PHONE_REFUSED_STATUS = 422
_PASSING_STATUSES = frozenset({408, 425, 429})


class SignedHttpGateway:
    """Posts each code to one URL. A 2xx status accepts it, 422 refuses this phone."""

    def __init__(self, url: str, secret: bytes, client: GatewayClient, clock: Clock) -> None:
        self._url = url
        self._secret = secret
        self._client = client
        self._clock = clock

    async def send(self, message: OutgoingCode) -> SendResult:
        """The result of one attempt; every attempt of a message has the same ``webhook-id``."""
        at = self._clock()
        timestamp, message_id = int(at.timestamp()), f"msg_{message.id}"
        body = orjson.dumps(
            {
                "type": MESSAGE_TYPE,
                "timestamp": at,
                "data": {
                    "id": message.id,
                    "phone": message.phone,
                    "code": message.code,
                    "channel": message.channel.value,
                    "expiresAt": message.expires_at,
                },
            },
            option=orjson.OPT_UTC_Z,
        )
        headers = {
            "content-type": "application/json",
            "user-agent": "Songgang-Codes",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign_message([self._secret], message_id, timestamp, body),
        }
        try:
            answer = await self._client.post(self._url, headers, body)
        except NoAnswer as silence:
            return silence.result
        if 200 <= answer.status < 300:
            serial = text_of(answer.body, "id") or message.id
            return SendResult(outcome=SendOutcome.ACCEPTED, serial=serial)
        return SendResult(outcome=_outcome_of(answer.status), code=str(answer.status))

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


def _outcome_of(status: int) -> SendOutcome:
    if status == _PHONE_REFUSED_STATUS:
        return SendOutcome.PHONE_REFUSED
    if status >= 500 or status in _PASSING_STATUSES:
        return SendOutcome.UNAVAILABLE
    return SendOutcome.GATEWAY_REFUSED
