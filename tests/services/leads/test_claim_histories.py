"""A squatter's lead never reaches an employer, and the owner's does, in generated histories."""

from __future__ import annotations

import asyncio
import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.webhooks.messages import WebhookEvent
from realtime.group_commit import GroupCommit
from storage.store import Store
from tests.services.leads.claim_histories import (
    OWNER_DEVICES,
    CaptureNode,
    ClaimHistory,
    Step,
    steps,
)
from tests.support import records

HISTORIES_AT_ONCE = 4
EXAMPLES = int(os.environ.get("SONGGANG_TEST_HISTORIES", "24")) // HISTORIES_AT_ONCE
"""``SONGGANG_TEST_HISTORIES=1000`` runs as many histories; it takes minutes."""


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    histories=st.lists(
        st.lists(steps(), min_size=1, max_size=8),
        min_size=HISTORIES_AT_ONCE,
        max_size=HISTORIES_AT_ONCE,
    )
)
async def test_only_what_the_owner_of_a_phone_gave_reaches_an_employer(
    store: Store,
    other_store: Store,
    commit: GroupCommit,
    other_commit: GroupCommit,
    histories: list[list[Step]],
) -> None:
    webhook = records.webhook(
        owner="employer/employer",
        union_path=(),
        employer_id="employer",
        events=tuple(event for event in WebhookEvent if event is not WebhookEvent.WEBHOOK_TEST),
    )
    await store.mongo["webhooks"].delete_many({})
    await store.webhooks.add(webhook)
    nodes = CaptureNode(store, commit), CaptureNode(other_store, other_commit)
    told = [ClaimHistory(store, nodes) for _ in histories]
    await asyncio.gather(
        *(each.run(history) for each, history in zip(told, histories, strict=True))
    )
    for node in nodes:
        await node.close()
    leads = [lead for each in told for lead in await each.read_leads()]
    givers = {lead.id: lead.giver for lead in leads}
    sent = [
        document["notice"]
        async for document in store.mongo["deliveries"].find({"webhook_id": webhook.id})
    ]
    assert all(givers[notice["lead_id"]] in OWNER_DEVICES for notice in sent)
    # The employer hears of each lead that it may get, once.
    recorded = [notice["lead_id"] for notice in sent if notice["event"] == "LEAD_RECORDED"]
    assert sorted(recorded) == sorted(set(recorded))
    assert {lead.id for lead in leads if lead.reaches_employer} <= set(recorded)
