"""Questions and the slots of their askers."""

from __future__ import annotations

import asyncio

import pytest

from domain.live.questions import (
    MAX_WAITING_PER_VIEWER,
    PUBLIC_STATUSES,
    Question,
    QuestionStatus,
    decline_question,
    publish_question,
)
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import FIXED_NOW


def ask(body: str, **changes: object) -> Question:
    return records.question(asker="viewer", body=body, **changes)


async def add_at_once(store: Store, question: Question) -> Question | None:
    """Add a question in a transaction of its own, which is run again after a conflict."""

    async def body(transaction: Transaction) -> Question | None:
        return await store.questions.add(question, transaction=transaction)

    return await store.mongo.run_transaction(body)


async def change(store: Store, question: Question) -> None:
    async def body(transaction: Transaction) -> None:
        await store.questions.update(question, transaction=transaction)

    await store.mongo.run_transaction(body)


async def test_concurrent_questions_of_a_viewer_stay_within_the_limit(
    either_store: Store,
) -> None:
    store = either_store
    questions = [ask(f"第{number}问") for number in range(10)]
    kept = await asyncio.gather(*(add_at_once(store, question) for question in questions))
    waiting = [question for question in kept if question is not None]
    assert len(waiting) == MAX_WAITING_PER_VIEWER
    assert await store.questions.by_ids(question.id for question in questions) == {
        question.id: question for question in waiting
    }
    # In another session, and by other viewers.
    for other in (ask("有宿舍吗？", session_id="other"), records.question()):
        assert await store.questions.add(other) == other
    # A handled question frees one slot.
    await change(store, decline_question(waiting[0]))
    assert await store.questions.add(again := ask("又一问")) == again
    assert await store.questions.add(ask("还一问")) is None


async def test_a_repeated_question_waits_once(store: Store) -> None:
    first = ask("有宿舍吗？")
    assert await store.questions.add(first) == first
    assert await store.questions.add(ask("有宿舍吗？")) == first
    await change(store, publish_question(first, FIXED_NOW))
    second = ask("有宿舍吗？")
    assert await store.questions.add(second) == second


async def test_waiting_questions_are_counted_up_to_a_limit(store: Store) -> None:
    for _ in range(3):
        await store.questions.add(records.question())
    shown = records.question()
    await store.questions.add(shown)
    await change(store, publish_question(shown, FIXED_NOW))
    assert await store.questions.count_waiting("session", 10) == 3
    assert await store.questions.count_waiting("session", 2) == 2
    assert await store.questions.count_waiting("other", 2) == 0


@pytest.mark.parametrize(
    ("statuses", "found"),
    [(PUBLIC_STATUSES, ["d", "b"]), (frozenset({QuestionStatus.ASKED}), ["c", "a"])],
)
async def test_questions_are_listed_by_status_newest_first(
    store: Store, statuses: frozenset[QuestionStatus], found: list[str]
) -> None:
    for question_id in "abcd":
        question = records.question(id=question_id)
        await store.questions.add(question)
        if question_id in "bd":
            await change(store, publish_question(question, FIXED_NOW))
    await store.questions.add(records.question(id="e", session_id="other"))
    page = await store.questions.page("session", statuses, PageRequest(limit=10))
    assert [question.id for question in page.items] == found
