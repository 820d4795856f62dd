"""The wiring gives each gateway its settings, and the services its name and channels."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from api.settings import Settings
from api.wiring.codes import create_gateway, describe_gateway
from domain.identity.phone_codes import CodeChannel, SendOutcome
from storage.clock import utc_now
from tests.support.sms_provider import ALIYUN_ACCEPTED, TENCENT_ACCEPTED, SmsProvider
from tests.workers.sms.messages import MESSAGE, message

ACCOUNT = {
    "SONGGANG_SMS_ACCESS_KEY_ID": "id",
    "SONGGANG_SMS_ACCESS_KEY_SECRET": "whsec_" + base64.b64encode(b"s" * 24).decode(),
    "SONGGANG_SMS_SIGN_NAME": "某市总工会",
    "SONGGANG_SMS_TEMPLATE": "SMS_1",
    "SONGGANG_SMS_APP_ID": "1400006666",
}


def settings(kind: str, **more: Any) -> Settings:
    return Settings.model_validate(ACCOUNT | {"SONGGANG_SMS_GATEWAY": kind} | more)


@pytest.mark.parametrize(
    ("kind", "voice", "channels", "shows_codes"),
    [
        ("none", None, (), False),
        ("console", None, ("SMS", "VOICE"), True),
        ("aliyun", None, ("SMS",), False),
        ("aliyun", "TTS_1", ("SMS", "VOICE"), False),
        ("tencent", "1400007777", ("SMS", "VOICE"), False),
    ],
)
def test_the_services_know_name_and_channels(
    kind: str, voice: str | None, channels: tuple[str, ...], shows_codes: bool
) -> None:
    status = describe_gateway(settings(kind, SONGGANG_DEMO=True, SONGGANG_SMS_VOICE=voice))
    assert (status.name, status.channels) == (kind, channels)
    assert status.shows_codes is shows_codes


def test_codes_are_never_shown_outside_the_demo() -> None:
    assert not describe_gateway(settings("console")).shows_codes


@pytest.mark.parametrize("kind", ["aliyun", "tencent", "http"])
async def test_a_gateway_sends_with_the_settings_of_the_operator(kind: str) -> None:
    accepted = {"aliyun": ALIYUN_ACCEPTED, "tencent": TENCENT_ACCEPTED, "http": {}}[kind]
    async with SmsProvider(accepted) as provider:
        given = settings(
            kind,
            SONGGANG_SMS_URL=provider.url,
            SONGGANG_SMS_VOICE_URL=provider.url,
            SONGGANG_SMS_VOICE="voice",
        )
        gateway = create_gateway(given, utc_now)
        result = await gateway.send(MESSAGE)
        provider.accepted = {
            "Code": "OK",
            "CallId": "call",
            "Response": {"SendStatus": {"CallId": "call"}},
        }
        spoken = await gateway.send(message(channel=CodeChannel.VOICE))
        await gateway.close()
    assert {result.outcome, spoken.outcome} == {SendOutcome.ACCEPTED}
    written, call = (
        str(request.parameters or json.loads(request.body)) for request in provider.requests
    )
    assert "012345" in written
    assert "012345" in call
    if kind != "http":
        assert "某市总工会" in written
        assert "voice" in call


async def test_the_gateway_of_the_demo_accepts_everything() -> None:
    gateway = create_gateway(settings("console", SONGGANG_DEMO=True), utc_now)
    assert (await gateway.send(MESSAGE)).outcome is SendOutcome.ACCEPTED
    await gateway.close()
