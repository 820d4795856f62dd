"""What waits for webhooks is sent, whoever is slow, gone or wrong meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from domain.webhooks.deliveries import RETRY_DELAYS, DeliveryState
from domain.webhooks.messages import WebhookEvent, WebhookNotice, build_lead_recorded_notice
from domain.webhooks.webhooks import (
    MAX_FAILING_TIME,
    DeliveryResult,
    FailureKind,
    Webhook,
    WebhookState,
)
from services.webhooks.webhooks import WebhookAdministration
from storage.mongo.client import StorageError
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.waiting import running_coroutines, wait_until
from tests.support.webhook_outbox import (
    add_webhook,
    contacted_notice,
    create_dispatcher,
    enqueue_notices,
    list_deliveries,
)
from workers.deliveries import (
    BACKLOG_COUNT_INTERVAL,
    CLAIM_DURATION,
    CONCURRENT_MESSAGES_PER_WEBHOOK,
    CONCURRENT_WEBHOOKS,
)

TAKEN, FAILED = DeliveryResult(status=204), DeliveryResult(status=500)
URL = "https://partner.example/"


class Partner:
    """Answers as it is told, 204 if nothing is said; ``before`` happens before it answers."""

    def __init__(self, *answers: DeliveryResult) -> None:
        self.answers = list(answers)
        self.got: list[tuple[str, str]] = []
        self.taken: list[str] = []
        self.before: Callable[[], Any] | None = None
        self.wrong: Exception | None = None

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:  # noqa: ARG002 - as the dispatcher calls it
        self.got.append((url, headers["webhook-id"]))
        if self.before is not None:
            await self.before()
        if self.wrong is not None:
            raise self.wrong
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer.is_accepted:
            self.taken.append(headers["webhook-id"])
        return answer


@pytest.fixture
def watch() -> ManualClock:
    return ManualClock()


async def stored(store: Store, webhook: Webhook) -> Webhook:
    found = await store.webhooks.by_id(webhook.id)
    assert found is not None
    return found


def leads(number: int) -> list[WebhookNotice]:
    return [build_lead_recorded_notice(records.lead()) for _ in range(number)]


async def test_tries_are_counted_by_what_became_of_the_message(
    store: Store, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, URL)
    await enqueue_notices(store, *leads(3))
    partner = Partner(FAILED, TAKEN, TAKEN)
    node = create_dispatcher(store, partner, watch)
    await node.run()
    assert node.outcomes == {DeliveryState.PENDING: 1, DeliveryState.DELIVERED: 2}
    partner.answers = [FAILED] * len(RETRY_DELAYS)
    for wait in RETRY_DELAYS:
        watch.at += wait
        await node.run()
    assert node.outcomes == {
        DeliveryState.PENDING: len(RETRY_DELAYS),
        DeliveryState.DELIVERED: 2,
        DeliveryState.DEAD: 1,
    }
    assert (await stored(store, webhook)).state is WebhookState.ENABLED


async def test_what_waits_is_counted_now_and_then_without_what_is_switched_off(
    store: Store, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, URL)
    off = await add_webhook(store, URL, state=WebhookState.DISABLED)
    handled, partner = (
        WebhookAdministration(store, watch, allows_private_addresses=False),
        Partner(),
    )
    let_go = asyncio.Event()
    partner.before = let_go.wait
    await enqueue_notices(store, *leads(3))
    assert len(await list_deliveries(store, off)) == 3
    node = create_dispatcher(store, partner, watch)
    node.start()
    await wait_until(lambda: len(partner.got) == 3)
    assert node.backlog == 3
    await handled.queue_test(webhook)
    watch.at += BACKLOG_COUNT_INTERVAL
    await wait_until(lambda: node.backlog == 4)
    let_go.set()
    await wait_until(lambda: len(partner.got) == 4)
    watch.at += BACKLOG_COUNT_INTERVAL
    await wait_until(lambda: node.backlog == 0)
    await node.close()
    assert running_coroutines("realtime") == []


async def test_as_many_as_there_is_room_for_are_served_and_who_is_done_makes_room(
    store: Store, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"https://{number}.example/" for number in range(CONCURRENT_WEBHOOKS + 1)]
    for number, url in enumerate(urls):
        union = f"union {number}"
        await add_webhook(store, url, owner=f"union/{union}", union_path=(union,))
        notices = [
            replace(each, union_path=(union,))
            for each in leads(CONCURRENT_MESSAGES_PER_WEBHOOK + 1)
        ]
        await enqueue_notices(store, *notices)
    partner, hold = Partner(), asyncio.Event()
    partner.before = hold.wait
    off, looks = store.webhooks.disabled_ids, 0

    async def counted() -> list[str]:
        nonlocal looks
        looks += 1
        return await off()

    monkeypatch.setattr(store.webhooks, "disabled_ids", counted)
    node = create_dispatcher(store, partner, watch)
    node.start()
    await wait_until(
        lambda: len(partner.got) == CONCURRENT_WEBHOOKS * CONCURRENT_MESSAGES_PER_WEBHOOK
    )
    looked = looks
    await wait_until(lambda: looks > looked + 1)
    assert Counter(url for url, _ in partner.got) == dict.fromkeys(
        urls[:-1], CONCURRENT_MESSAGES_PER_WEBHOOK
    )
    hold.set()
    await wait_until(lambda: len(partner.got) == len(urls) * (CONCURRENT_MESSAGES_PER_WEBHOOK + 1))
    await node.close()
    assert Counter(url for url, _ in partner.got) == dict.fromkeys(
        urls, CONCURRENT_MESSAGES_PER_WEBHOOK + 1
    )


async def test_what_goes_wrong_puts_it_off_and_ends_nothing(
    store: Store, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, partner = await add_webhook(store, URL), Partner()
    await enqueue_notices(store, *leads(1))
    wrong = [StorageError("no answer"), StorageError("no answer")]
    off, by_id = store.webhooks.disabled_ids, store.webhooks.by_id

    async def failing_off() -> list[str]:
        if len(wrong) == 2:
            raise wrong.pop()
        return await off()

    async def failing_by_id(webhook_id: str) -> Webhook | None:
        if wrong:
            raise wrong.pop()
        return await by_id(webhook_id)

    monkeypatch.setattr(store.webhooks, "disabled_ids", failing_off)
    monkeypatch.setattr(store.webhooks, "by_id", failing_by_id)
    partner.wrong = ValueError("a mistake of ours")
    node = create_dispatcher(store, partner, watch)
    with capture_logs() as logs:
        node.start()
        await wait_until(lambda: len(logs) == 3)
    assert [(log["event"], log["log_level"], log["error"]) for log in logs] == [
        ("background task put off", "warning", "StorageError"),
        ("deliveries put off", "warning", "StorageError"),
        ("deliveries failed", "error", "ValueError"),
    ]
    # What was claimed when it went wrong is tried again when the claim has run out.
    assert len(partner.got) == 1
    partner.wrong = None
    watch.at += CLAIM_DURATION

    async def delivered() -> bool:
        (delivery,) = await list_deliveries(store, webhook)
        return delivery.state is DeliveryState.DELIVERED and delivery.attempts == 2

    await wait_until(delivered)
    await node.close()


async def test_one_that_was_never_started_can_be_closed(store: Store, watch: ManualClock) -> None:
    await create_dispatcher(store, Partner(), watch).close()


async def test_one_that_is_switched_off_while_it_is_chosen_is_sent_nothing(
    store: Store, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, partner = await add_webhook(store, URL), Partner()
    await enqueue_notices(store, *leads(1))
    next_webhook = store.deliveries.next_due_webhook_id

    async def switched_off(**given: Any) -> str | None:
        found = await next_webhook(**given)
        if found is not None:
            await WebhookAdministration(store, watch, allows_private_addresses=False).set_state(
                await stored(store, webhook), WebhookState.DISABLED
            )
        return found

    monkeypatch.setattr(store.deliveries, "next_due_webhook_id", switched_off)
    await create_dispatcher(store, partner, watch).run()
    (delivery,) = await list_deliveries(store, webhook)
    assert (partner.got, delivery.state, delivery.attempts) == ([], DeliveryState.PENDING, 0)


async def test_one_that_is_deleted_while_its_message_is_on_the_way_leaves_nothing(
    store: Store, watch: ManualClock
) -> None:
    webhook, partner = await add_webhook(store, URL), Partner(FAILED)
    await enqueue_notices(store, *leads(1))
    partner.before = lambda: WebhookAdministration(
        store, watch, allows_private_addresses=False
    ).delete(webhook)
    with capture_logs() as logs:
        await create_dispatcher(store, partner, watch).run()
    assert [log["event"] for log in logs] == ["message not accepted"]
    assert len(partner.got) == 1
    assert await store.webhooks.by_id(webhook.id) is None
    assert await list_deliveries(store, webhook) == []


@pytest.mark.parametrize("meanwhile", ["nothing", "a success", "switched on", "switched off"])
async def test_what_happens_to_it_while_the_last_try_is_made_outweighs_that_try(
    meanwhile: str, store: Store, watch: ManualClock
) -> None:
    webhook = await add_webhook(
        store, URL, failing_since=watch.at - MAX_FAILING_TIME, last_status=500
    )
    await enqueue_notices(store, *leads(1))
    note_failure = store.webhooks.record_failure

    async def given_a_chance(before: Webhook, after: Webhook) -> bool:
        handled = WebhookAdministration(store, watch, allows_private_addresses=False)
        if meanwhile == "a success":
            await store.webhooks.record_recovery(webhook.id)
        elif meanwhile == "switched on":
            await handled.set_state(before, WebhookState.ENABLED)
        elif meanwhile == "switched off":
            await handled.set_state(before, WebhookState.DISABLED)
        return await note_failure(before, after)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.webhooks, "record_failure", given_a_chance)
        await create_dispatcher(store, Partner(FAILED), watch).run()
    found = await stored(store, webhook)
    since = webhook.failing_since
    assert (found.state, found.failing_since) == {
        "nothing": (WebhookState.FAILED, since),
        "a success": (WebhookState.ENABLED, None),
        "switched on": (WebhookState.ENABLED, None),
        "switched off": (WebhookState.DISABLED, since),
    }[meanwhile]


async def test_a_failure_as_the_one_before_changes_nothing(
    store: Store, watch: ManualClock
) -> None:
    failing = {"failing_since": watch.at, "last_status": 500, "last_failure": FailureKind.STATUS}
    webhook = await add_webhook(store, URL, **failing)
    await enqueue_notices(store, *leads(1))
    await create_dispatcher(store, Partner(FAILED), watch).run()
    assert await stored(store, webhook) == webhook


async def test_who_hangs_holds_up_nobody_who_comes_later(store: Store, watch: ManualClock) -> None:
    for union in ("slow", "quick"):
        await add_webhook(
            store, f"https://{union}.example/", owner=f"union/{union}", union_path=(union,)
        )
    (notice,) = leads(1)
    partner = Partner()
    node = create_dispatcher(store, partner, watch)
    node.start()
    hold = asyncio.Event()
    partner.before = hold.wait
    await enqueue_notices(store, replace(notice, union_path=("slow",)))
    await wait_until(lambda: len(partner.got) == 1)
    partner.before = None
    await enqueue_notices(store, replace(notice, union_path=("quick",)))
    await wait_until(lambda: len(partner.got) == 2)
    assert [url for url, _ in partner.got] == ["https://slow.example/", "https://quick.example/"]
    await node.close()


async def test_what_comes_behind_one_that_another_node_has_in_hand_waits_for_it(
    store: Store, watch: ManualClock
) -> None:
    webhook, lead, partner = await add_webhook(store, URL), records.lead(), Partner()
    await enqueue_notices(store, build_lead_recorded_notice(lead))
    until_then = watch.at + CLAIM_DURATION
    assert (
        len(await store.deliveries.claim(webhook.id, at=watch.at, until=until_then, limit=1)) == 1
    )
    await enqueue_notices(store, contacted_notice(lead))
    await create_dispatcher(store, partner, watch).run()
    assert partner.got == []
    watch.at = until_then
    await create_dispatcher(store, partner, watch).run()
    assert [each.attempts for each in await list_deliveries(store, webhook)] == [2, 1]
    assert [sent for _, sent in partner.got] == [
        each.message_id for each in await list_deliveries(store, webhook)
    ]


async def test_one_failure_among_successes_is_no_failure_of_the_webhook(
    store: Store, watch: ManualClock
) -> None:
    webhook = await add_webhook(store, URL, failing_since=watch.at, last_failure=FailureKind.STATUS)
    await enqueue_notices(store, *leads(2))
    await create_dispatcher(store, Partner(TAKEN, FAILED), watch).run()
    well = await stored(store, webhook)
    assert (well.failing_since, well.last_failure) == (None, None)


STEPS = st.one_of(
    st.tuples(st.just("tell"), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 40, 150, 3_600])),
    st.tuples(st.just("send"), st.lists(st.booleans(), max_size=4)),
    st.tuples(st.just("crash"), st.integers(1, CONCURRENT_MESSAGES_PER_WEBHOOK)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(STEPS, min_size=1, max_size=20))
async def test_whatever_fails_and_crashes_each_thing_is_told_of_in_order_and_nothing_is_lost(
    plan: Sequence[tuple[str, Any]], store: Store
) -> None:
    watch = ManualClock()
    # Each example has a webhook of its own, of a union of its own.
    union = f"union {id(plan)}"
    webhook = await add_webhook(store, URL, owner=f"union/{union}", union_path=(union,))
    told: list[str] = []
    partner = Partner()
    for what, given_with in plan:
        if what == "tell":
            subject = f"{union}/{given_with}"
            notice = WebhookNotice(
                event=WebhookEvent.LEAD_ADVANCED,
                at=watch.at,
                subject_id=subject,
                turn=1 + told.count(subject),
                union_path=(union,),
            )
            told.append(subject)
            await enqueue_notices(store, notice)
        elif what == "wait":
            watch.at += timedelta(seconds=given_with)
        elif what == "send":
            partner.answers = [TAKEN if is_taken else FAILED for is_taken in given_with]
            await create_dispatcher(store, partner, watch).run()
        else:
            # A node that has claimed them, and is no more.
            await store.deliveries.claim(
                webhook.id, at=watch.at, until=watch.at + CLAIM_DURATION, limit=given_with
            )
    partner.answers = []
    for _ in told:
        watch.at += timedelta(days=1)
        await create_dispatcher(store, partner, watch).run()
    everything = {each.message_id: each for each in await list_deliveries(store, webhook)}
    assert {each.state for each in everything.values()} <= {DeliveryState.DELIVERED}
    assert sorted(partner.taken) == sorted(everything)
    for subject in set(told):
        notices = [everything[each].notice for each in partner.taken]
        turns = [notice.turn for notice in notices if notice.subject_id == subject]
        assert turns == list(range(1, told.count(subject) + 1))
    await store.webhooks.delete(webhook.id)
