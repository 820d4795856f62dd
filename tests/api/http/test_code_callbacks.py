"""Calls of gateways: the documented examples, who may call, and what is stored of them."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook as Signer
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from api.app import ROUTES
from api.http.code_callbacks import CodeCallbacks
from api.http.error_responses import http_error_response
from api.sms_settings import GatewayKind, SmsSettings
from domain.identity.phone_codes import MessageState
from services.identity.phone_replies import MAX_ITEMS_PER_CALL
from storage.clock import utc_now
from storage.mongo.client import new_id
from storage.store import Store
from tests.api.http.gateway_examples import (
    ALIYUN_CALL,
    ALIYUN_REPLY,
    ALIYUN_REPORT,
    TENCENT_CALL,
    TENCENT_REPLY,
    TENCENT_REPORT,
)
from tests.support import records
from tests.support.services import RunningServices

KEY = "a key for callbacks"
SECRET = b"s" * 32
SETTINGS = SmsSettings.model_construct(
    sms_callback_key=SecretStr(KEY),
    sms_key_secret=SecretStr("whsec_" + base64.b64encode(SECRET).decode()),
)
PERSON_PHONE = "+8613811110000"


@asynccontextmanager
async def serving(
    running: RunningServices, kind: GatewayKind, settings: SmsSettings = SETTINGS
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the routes of gateways for a process with this gateway."""
    routes = [route for route in ROUTES if isinstance(route, Route) and "/sms/" in route.path]
    app = Starlette(routes=routes, exception_handlers={404: http_error_response})
    callbacks = CodeCallbacks(running.services.phone_replies, kind, settings, utc_now)
    app.state.node = SimpleNamespace(code_callbacks=callbacks)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://songgang.test") as http:
        yield http


async def add_sent(store: Store, serial: str) -> str:
    """Store a code whose message the gateway accepted under this serial; return its id."""
    made = records.phone_code(id=f"{new_id()}/person")
    message = replace(made.message, state=MessageState.SENT, sealed=None, serial=serial)
    await store.phone_codes.replace(replace(made, message=message))
    return made.id


async def state_of(store: Store, code_id: str) -> tuple[MessageState, str | None]:
    found = await store.phone_codes.by_id(code_id)
    assert found is not None
    return found.message.state, found.message.failure


def with_serial(example: dict[str, Any], serial: str) -> Any:
    return json.loads(json.dumps(example).replace('"serial"', json.dumps(serial)))


@pytest.mark.parametrize(
    ("kind", "example", "answer"),
    [
        (GatewayKind.ALIYUN, [ALIYUN_REPORT], {"code": 0, "msg": "接收成功"}),
        (GatewayKind.ALIYUN, [ALIYUN_CALL], {"code": 0, "msg": "接收成功"}),
        (GatewayKind.TENCENT, [TENCENT_REPORT], {"result": 0, "errmsg": "OK"}),
        (GatewayKind.TENCENT, TENCENT_CALL, {"result": 0, "errmsg": "OK"}),
    ],
)
async def test_the_documented_report_marks_its_message_as_delivered(
    running: RunningServices, kind: GatewayKind, example: Any, answer: dict[str, Any]
) -> None:
    serial, store = new_id(), running.store
    stored = await add_sent(store, serial)
    counted = running.services.phone_replies.delivered[True]
    async with serving(running, kind) as http:
        for _ in range(2):  # gateways repeat calls
            sent = with_serial(example, serial)
            response = await http.post(f"/sms/{kind}/reports?key={KEY}", json=sent)
            assert (response.status_code, response.json()) == (200, answer)
    assert await state_of(store, stored) == (MessageState.DELIVERED, None)
    assert running.services.phone_replies.delivered[True] == counted + 1


@pytest.mark.parametrize(
    ("kind", "report", "failure"),
    [
        (
            GatewayKind.ALIYUN,
            ALIYUN_REPORT | {"success": False, "err_code": "MK:0001"},
            "MK:0001",
        ),
        (GatewayKind.ALIYUN, ALIYUN_CALL | {"status_code": "200003"}, "200003"),
        (GatewayKind.TENCENT, TENCENT_REPORT | {"report_status": "FAIL", "errmsg": "MX"}, "MX"),
    ],
)
async def test_a_message_that_did_not_arrive_keeps_the_reason(
    running: RunningServices, kind: GatewayKind, report: dict[str, Any], failure: str
) -> None:
    serial = new_id()
    stored = await add_sent(running.store, serial)
    async with serving(running, kind) as http:
        sent = [with_serial(report, serial)]
        await http.post(f"/sms/{kind}/reports?key={KEY}", json=sent)
    assert await state_of(running.store, stored) == (MessageState.FAILED, failure)


@pytest.mark.parametrize(
    ("kind", "field", "example"),
    [
        (GatewayKind.ALIYUN, "content", ALIYUN_REPLY),
        (GatewayKind.TENCENT, "text", TENCENT_REPLY),
    ],
)
async def test_the_documented_reply_stops_messages_and_another_starts_them(
    running: RunningServices, kind: GatewayKind, field: str, example: dict[str, Any]
) -> None:
    person = running.store.keyring.hash_phone(PERSON_PHONE)
    await running.store.phone_stops.remove(person)
    async with serving(running, kind) as http:
        for text, stopped in (("你好", False), ("TD", True), ("谢谢", True), ("恢复", False)):
            sent: Any = example | {field: text}
            sent = [sent] if kind is GatewayKind.ALIYUN else sent
            response = await http.post(f"/sms/{kind}/replies?key={KEY}", json=sent)
            assert response.status_code == 200
            assert await running.store.phone_stops.has(person) is stopped


@pytest.mark.parametrize("kind", [GatewayKind.ALIYUN, GatewayKind.TENCENT])
@pytest.mark.parametrize("query", ["", "?key=", "?key=another", f"?key={KEY}x", "?key=é"])
async def test_without_the_key_nothing_is_stored(
    running: RunningServices, kind: GatewayKind, query: str
) -> None:
    serial = new_id()
    stored = await add_sent(running.store, serial)
    async with serving(running, kind) as http:
        sent = [with_serial(ALIYUN_REPORT, serial), with_serial(TENCENT_REPORT, serial)]
        response = await http.post(f"/sms/{kind}/reports{query}", json=sent)
    assert (response.status_code, response.json()["code"]) == (403, "NOT_PERMITTED")
    assert await state_of(running.store, stored) == (MessageState.SENT, None)


async def test_without_a_key_in_the_settings_nobody_may_call(running: RunningServices) -> None:
    without = SmsSettings.model_construct(sms_callback_key=None)
    async with serving(running, GatewayKind.ALIYUN, without) as http:
        response = await http.post("/sms/aliyun/reports?key=", json=[])
    assert response.status_code == 403


def signed(body: bytes, secret: bytes = SECRET, *, seconds: float = 0) -> dict[str, str]:
    """Return the headers of Standard Webhooks for a body, as its library makes them."""
    at = utc_now().timestamp() + seconds
    moment = utc_now().fromtimestamp(at, utc_now().tzinfo)
    signature = Signer(base64.b64encode(secret).decode()).sign("msg_1", moment, body.decode())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at)),
        "webhook-signature": f"v1,AAAA {signature}",
    }


async def test_the_own_form_is_signed_by_the_standard(running: RunningServices) -> None:
    serial, person = new_id(), running.store.keyring.hash_phone("+8613811110001")
    stored = await add_sent(running.store, serial)
    report = json.dumps([{"id": serial, "delivered": True, "code": "OK"}]).encode()
    reply = json.dumps([{"phone": "13811110001", "text": "退订"}]).encode()
    async with serving(running, GatewayKind.HTTP) as http:
        for path, body in (("reports", report), ("replies", reply)):
            response = await http.post(f"/sms/http/{path}", content=body, headers=signed(body))
            assert response.status_code == 200
    assert await state_of(running.store, stored) == (MessageState.DELIVERED, None)
    assert await running.store.phone_stops.has(person)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(b"[]", b"x" * 32),
        signed(b"[{}]"),
        signed(b"[]", seconds=-301),
        signed(b"[]", seconds=3_600),
        signed(b"[]") | {"webhook-timestamp": "-1"},
        signed(b"[]") | {"webhook-timestamp": "1" * 500},
        signed(b"[]") | {"webhook-id": "msg_2"},
        signed(b"[]") | {"webhook-signature": "x" * 5_000},
    ],
)
async def test_a_call_without_a_valid_signature_is_refused(
    running: RunningServices, headers: dict[str, str]
) -> None:
    async with serving(running, GatewayKind.HTTP) as http:
        response = await http.post("/sms/http/reports", content=b"[]", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "NOT_PERMITTED")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (GatewayKind.ALIYUN, "/sms/tencent/reports"),
        (GatewayKind.CONSOLE, "/sms/console/reports"),
        (GatewayKind.NONE, "/sms/none/replies"),
        (GatewayKind.ALIYUN, "/sms/aliyun/other"),
    ],
)
async def test_the_address_of_another_gateway_is_not_found(
    running: RunningServices, kind: GatewayKind, path: str
) -> None:
    async with serving(running, kind) as http:
        response = await http.post(f"{path}?key={KEY}", json=[])
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (json.dumps([{}] * (MAX_ITEMS_PER_CALL + 1)).encode(), 400),
        (b"7", 200),
        (b"null", 200),
        (b'["a", 1, null, {}, {"biz_id": 7, "success": true}]', 200),
        (b'[{"biz_id": "x", "success": "yes"}, {"phone_number": {}, "content": []}]', 200),
    ],
)
@pytest.mark.parametrize("kind", [GatewayKind.ALIYUN, GatewayKind.TENCENT])
@pytest.mark.parametrize("what", ["reports", "replies"])
async def test_a_body_of_another_form_is_refused_or_left_out(
    running: RunningServices, kind: GatewayKind, what: str, body: bytes, status: int
) -> None:
    async with serving(running, kind) as http:
        response = await http.post(f"/sms/{kind}/{what}?key={KEY}", content=body)
    assert response.status_code == status


async def test_replies_from_abroad_and_to_no_mobile_number_stop_nobody(
    running: RunningServices,
) -> None:
    before = await running.store.mongo["phone_stops"].count_documents({})
    replies = [
        TENCENT_REPLY | {"nationcode": "852"},
        TENCENT_REPLY | {"mobile": "12345"},
        TENCENT_REPLY | {"mobile": "1" * 5_000},
        TENCENT_REPLY | {"text": "退订" * 5_000},
    ]
    async with serving(running, GatewayKind.TENCENT) as http:
        response = await http.post(f"/sms/tencent/replies?key={KEY}", json=replies)
    assert response.status_code == 200
    assert await running.store.mongo["phone_stops"].count_documents({}) == before


async def test_the_log_holds_neither_phones_nor_texts(running: RunningServices) -> None:
    async with serving(running, GatewayKind.ALIYUN) as http:
        with capture_logs() as lines:
            await http.post(f"/sms/aliyun/replies?key={KEY}", json=[ALIYUN_REPLY])
            await http.post("/sms/aliyun/replies", json=[ALIYUN_REPLY])
    assert "13811110000" not in str(lines)
