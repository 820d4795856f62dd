"""Whatever fails or crashes, the messages about one subject arrive in order and none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.messages import WebhookEvent, WebhookNotice
from storage.store import Store
from tests.support.records import ManualClock
from tests.support.scripted_partner import ACCEPTED, FAILED, URL, ScriptedPartner
from tests.support.webhook_outbox import (
    add_webhook,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from workers.deliveries import CLAIM_DURATION, CONCURRENT_MESSAGES_PER_WEBHOOK

STEPS = st.one_of(
    st.tuples(st.just("tell"), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 40, 150, 3_600])),
    st.tuples(st.just("send"), st.lists(st.booleans(), max_size=4)),
    st.tuples(st.just("crash"), st.integers(1, CONCURRENT_MESSAGES_PER_WEBHOOK)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(STEPS, min_size=1, max_size=20))
async def test_messages_about_one_subject_arrive_in_order_whatever_fails(
    plan: Sequence[tuple[str, Any]], store: Store
) -> None:
    clock = ManualClock()
    # Each example has its own webhook, of its own union.
    union = f"union {id(plan)}"
    webhook = await add_webhook(store, URL, owner=f"union/{union}", union_path=(union,))
    subjects: list[str] = []
    partner = ScriptedPartner()
    for action, argument in plan:
        if action == "tell":
            subject = f"{union}/{argument}"
            notice = WebhookNotice(
                event=WebhookEvent.LEAD_ADVANCED,
                at=clock.at,
                subject_id=subject,
                turn=1 + subjects.count(subject),
                union_path=(union,),
            )
            subjects.append(subject)
            await enqueue_notices(store, notice)
        elif action == "wait":
            clock.at += timedelta(seconds=argument)
        elif action == "send":
            partner.answers = [ACCEPTED if is_taken else FAILED for is_taken in argument]
            await create_dispatcher(store, partner, clock).run()
        else:
            # A node that claimed the messages and then crashed.
            await store.deliveries.claim(
                webhook.id, at=clock.at, until=clock.at + CLAIM_DURATION, limit=argument
            )
    partner.answers = []
    for _ in subjects:
        clock.at += timedelta(days=1)
        await create_dispatcher(store, partner, clock).run()
    everything = {each.message_id: each for each in await list_deliveries(store, webhook)}
    assert {each.state for each in everything.values()} <= {DeliveryState.DELIVERED}
    assert sorted(partner.accepted_ids) == sorted(everything)
    for subject in set(subjects):
        notices = [everything[each].notice for each in partner.accepted_ids]
        turns = [notice.turn for notice in notices if notice.subject_id == subject]
        assert turns == list(range(1, subjects.count(subject) + 1))
    await store.webhooks.delete(webhook.id)
