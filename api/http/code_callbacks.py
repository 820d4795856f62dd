"""``POST /sms/<gateway>/reports`` and ``/sms/<gateway>/replies``: what gateways tell afterwards.

Only the gateway of this process is answered. Alibaba Cloud and Tencent Cloud do not sign what they
send, so their addresses hold the key of SONGGANG_SMS_CALLBACK_KEY; the gateway ``http`` signs by
Standard Webhooks 1.0 with the secret that signs its own messages. Neither phones nor texts are
logged, and of a reply only what it asks for is stored.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.http.callback_keys import has_callback_key
from api.http.code_callback_forms import (
    Item,
    ReplyReader,
    ReportReader,
    aliyun_replies,
    aliyun_reports,
    own_replies,
    own_reports,
    tencent_replies,
    tencent_reports,
)
from api.http.error_responses import refusal_response
from api.sms_settings import GatewayKind, SmsSettings
from domain.refusals import InvalidInput, NotPermitted, Refusal, database_unavailable
from domain.webhooks.webhooks import sign_message
from services.identity.phone_replies import MAX_ITEMS_PER_CALL, PhoneReplies
from storage.clock import Clock
from storage.mongo.errors import StorageUnavailable

MAX_CLOCK_DIFFERENCE_SECONDS = 300
"""How old a signed call may be, or how far in the future."""
_MAX_HEADER_LENGTH = 1_000

_READERS: dict[GatewayKind, tuple[ReportReader, ReplyReader]] = {
    GatewayKind.ALIYUN: (aliyun_reports, aliyun_replies),
    GatewayKind.TENCENT: (tencent_reports, tencent_replies),
    GatewayKind.HTTP: (own_reports, own_replies),
}
_ANSWERS: dict[GatewayKind, dict[str, Any]] = {
    GatewayKind.ALIYUN: {"code": 0, "msg": "接收成功"},
    GatewayKind.TENCENT: {"result": 0, "errmsg": "OK"},
    GatewayKind.HTTP: {"code": 0},
}
"""The answers that end the gateway's repetitions, by its documentation."""


class CodeCallbacks:
    """Answers the calls of one gateway."""

    def __init__(
        self, replies: PhoneReplies, kind: GatewayKind, settings: SmsSettings, clock: Clock
    ) -> None:
        self._replies = replies
        self._kind = kind
        self._settings = settings
        self._clock = clock

    async def respond(self, request: Request) -> Response:
        """Store what the gateway reports, and answer in its own form.

        Refusals: 400 for no JSON or too many items, 403 without key or signature, 503 without the
        database (the gateway repeats the call). Another gateway's address is not found.
        """
        if request.path_params["gateway"] != self._kind.value or self._kind not in _READERS:
            raise HTTPException(404)
        try:
            body = await request.body()
            self._check_sender(request, body)
            await self._record(request.url.path.rpartition("/")[2], _read_items(body))
        except Refusal as refusal:
            return refusal_response(refusal)
        except StorageUnavailable:
            return refusal_response(database_unavailable())
        return JSONResponse(_ANSWERS[self._kind])

    def _check_sender(self, request: Request, body: bytes) -> None:
        is_genuine = (
            self._is_signed(request, body)
            if self._kind is GatewayKind.HTTP
            else has_callback_key(request, self._settings.sms_callback_key)
        )
        if not is_genuine:
            raise NotPermitted(
                "The call carries no valid key or signature.", "请求缺少有效的密钥或签名。"
            )

    def _is_signed(self, request: Request, body: bytes) -> bool:
        message_id, timestamp, signatures = (
            request.headers.get(f"webhook-{name}", "")[:_MAX_HEADER_LENGTH]
            for name in ("id", "timestamp", "signature")
        )
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            return False
        if abs(self._clock().timestamp() - int(timestamp)) > MAX_CLOCK_DIFFERENCE_SECONDS:
            return False
        expected = sign_message(
            [self._settings.sms_signing_secret], message_id, int(timestamp), body
        )
        return any(
            hmac.compare_digest(shown.encode(), expected.encode()) for shown in signatures.split()
        )

    async def _record(self, what: str, items: Sequence[Item]) -> None:
        read_reports, read_replies = _READERS[self._kind]
        if what == "reports":
            await self._replies.record_reports(list(read_reports(items)))
        else:
            await self._replies.record_replies(list(read_replies(items)))


def _read_items(body: bytes) -> Sequence[Item]:
    """The objects of a JSON array; a single object counts as an array of one."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidInput("Send JSON.", "请发送JSON。") from None
    items = parsed if isinstance(parsed, list) else [parsed]
    if len(items) > MAX_ITEMS_PER_CALL:
        raise InvalidInput(
            f"Send at most {MAX_ITEMS_PER_CALL} items in one call.",
            f"每次最多发送{MAX_ITEMS_PER_CALL}条。",
        )
    return [item for item in items if isinstance(item, dict)]


async def serve_code_callback(request: Request) -> Response:
    """Answer a call of the gateway."""
    callbacks: CodeCallbacks = request.app.state.node.code_callbacks
    return await callbacks.respond(request)
