"""The metrics of one-time codes hold figures only."""

from __future__ import annotations

import pytest

from api.http.code_metrics import CodeMetrics
from domain.identity.phone_codes import DeliveryReport, SendOutcome, SendResult
from services.identity.phone_replies import PhoneReplies
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.phone_nodes import WIDE, PhoneNode, phone
from tests.support.records import ManualClock
from tests.support.services import SECRET


@pytest.fixture
async def store(mongo: Mongo) -> Store:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    return store


def values(metrics: CodeMetrics) -> dict[tuple[str, ...], float]:
    return {
        (sample.name.removeprefix("songgang_"), *sample.labels.values()): sample.value
        for metric in metrics.collect()
        for sample in metric.samples
        if not sample.name.endswith("_created")
    }


async def test_messages_reports_and_the_used_budget_are_counted(store: Store) -> None:
    clock = ManualClock()
    node = PhoneNode(store, clock, limits=WIDE)
    replies = PhoneReplies(store, clock, allows_demo_phones=True)
    refused = SendResult(outcome=SendOutcome.PHONE_REFUSED, code="isv.MOBILE_NUMBER_ILLEGAL")
    node.gateway.answers = [refused]
    for index in range(2):
        await node.request(f"device {index}", phone(index))
        await node.dispatcher.run_once()
    await replies.record_reports([DeliveryReport(serial="serial", delivered=True, code="OK")])
    await node.request("device 2", phone(2))
    metrics = CodeMetrics(node.dispatcher, node.status, replies)
    assert values(metrics) == {
        ("code_messages_total", "accepted"): 1,
        ("code_messages_total", "phone_refused"): 1,
        ("code_messages_total", "gateway_refused"): 0,
        ("code_messages_total", "unavailable"): 0,
        ("code_reports_total", "delivered"): 1,
        ("code_reports_total", "failed"): 0,
        ("code_messages_waiting",): 0,
        ("code_budget_used", "day"): 2 / 10_000,
        ("code_budget_used", "month"): 2 / 10_000,
    }
