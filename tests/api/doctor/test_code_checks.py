"""What the doctor says of one-time codes: who sends them, and how much of the budget is used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from api.doctor.check_results import Verdict
from api.doctor.code_checks import check_budget, check_gateway
from api.doctor.database_checks import OpenDatabase
from api.settings import Settings
from domain.identity.code_caps import DEFAULT_LIMITS, house_cap
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.records import FIXED_NOW
from tests.support.services import SECRET

ACCOUNT = {
    "SONGGANG_SMS_ACCESS_KEY_ID": "id",
    "SONGGANG_SMS_ACCESS_KEY_SECRET": "hush",
    "SONGGANG_SMS_SIGN_NAME": "某市总工会",
    "SONGGANG_SMS_TEMPLATE": "SMS_1",
}
WITH_KEY = ACCOUNT | {"SONGGANG_SMS_CALLBACK_KEY": "a key for callbacks"}


@pytest.mark.parametrize(
    ("given", "verdict", "words"),
    [
        ({}, Verdict.OK, ("a call of the staff only", "只能由工作人员电话核实")),
        ({"SONGGANG_DEMO": True}, Verdict.OK, ("console sends codes (SMS, VOICE)", "console")),
        (
            ACCOUNT | {"SONGGANG_SMS_GATEWAY": "aliyun"},
            Verdict.WARNING,
            ("SONGGANG_SMS_CALLBACK_KEY", "退订"),
        ),
        (
            WITH_KEY | {"SONGGANG_SMS_GATEWAY": "aliyun", "SONGGANG_SMS_VOICE": "TTS_1"},
            Verdict.OK,
            ("aliyun sends codes (SMS, VOICE)", "短信、语音电话"),
        ),
    ],
)
def test_the_doctor_says_what_sends_codes(
    given: dict[str, Any], verdict: Verdict, words: tuple[str, str]
) -> None:
    result = check_gateway(Settings.model_validate({"SONGGANG_SMS_GATEWAY": None} | given))
    assert result.verdict is verdict
    assert words[0] in result.message
    assert words[1] in result.message_zh
    assert "hush" not in str(result)


@pytest.mark.parametrize(("sent", "verdict"), [(7, Verdict.OK), (8, Verdict.WARNING)])
async def test_the_doctor_warns_of_a_budget_that_runs_out(
    mongo: Mongo, sent: int, verdict: Verdict
) -> None:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    limits = replace(DEFAULT_LIMITS, day_budget=10)
    for _ in range(sent):
        await store.code_caps.take(house_cap(limits, FIXED_NOW, has_reserve=True), at=FIXED_NOW)
    database = OpenDatabase(store=store, secret=SECRET, at=FIXED_NOW, code_limits=limits)
    result = await check_budget(database)
    assert result.verdict is verdict
    assert f"{sent} of 10 messages of the day; {sent} of 20000 messages of the month" in (
        result.message
    )
    assert f"今日 {sent}/10 条" in result.message_zh
