"""Questions: each change is stored with its event, and waiting questions are limited."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from limits import RateLimitItemPerMinute

from domain.identity.accounts import Principal, Role
from domain.live.events import (
    QuestionAnswered,
    QuestionHidden,
    QuestionPublished,
)
from domain.live.log_topics import question_topic, session_topic
from domain.live.own_room_events import QuestionDeclined, QuestionReceived
from domain.live.questions import MAX_WAITING_PER_VIEWER, Question, QuestionStatus
from domain.refusals import Busy, NotFound, QuestionConflict, TooManyAttempts
from realtime.group_commit import GroupCommit
from services.live.questions import VIEWER_QUESTION_LIMIT, QuestionModeration
from storage.mongo.client import new_id
from storage.store import Store
from tests.support import records
from tests.support.records import HOST_ID, ManualClock

PEER = "192.0.2.1"
SESSION = records.live_session(id="session")
HOST = Principal(role=Role.HOST, subject=HOST_ID)
VIEWER = Principal(role=Role.VIEWER, subject="viewer")


@pytest.fixture
async def questions(store: Store, commit: GroupCommit) -> QuestionModeration:
    await store.live_sessions.add([SESSION, records.live_session(id="other")])
    return QuestionModeration(store, commit, ManualClock())


async def ask(
    questions: QuestionModeration,
    body: str = "有宿舍吗？",
    *,
    viewer: str | None = None,
    session_id: str = SESSION.id,
    peer: str = PEER,
) -> Question:
    """Ask as this viewer, or as a new one."""
    caller = Principal(role=Role.VIEWER, subject=viewer or new_id())
    return await questions.ask(caller, session_id, body, peer=peer)


async def logged_events(store: Store) -> list[tuple[type, str]]:
    logged = await store.event_log.read(session_topic(SESSION.id), after=0, limit=100)
    return [
        (type(placed.event), placed.event.question_id)
        for placed in logged
        if isinstance(placed.event, (QuestionPublished, QuestionAnswered, QuestionHidden))
    ]


async def logged_for_staff(store: Store) -> list[type]:
    logged = await store.event_log.read(question_topic(SESSION.id), after=0, limit=100)
    return [type(placed.event) for placed in logged]


async def stored(store: Store, question: Question) -> Question:
    return (await store.questions.by_ids([question.id]))[question.id]


async def test_each_change_is_logged_once(store: Store, questions: QuestionModeration) -> None:
    asked = await ask(questions)
    assert await logged_events(store) == []
    shown = await questions.publish(HOST, asked.id)
    assert await questions.publish(HOST, asked.id) == shown == await stored(store, asked)
    answered = await questions.answer(HOST, asked.id, "有")
    assert await questions.answer(HOST, asked.id, "有") == answered
    again = await questions.answer(HOST, asked.id, "没有")
    assert (again.status, again.answer) == (QuestionStatus.ANSWERED, "没有")
    declined = await questions.decline(HOST, asked.id)
    assert await questions.decline(HOST, asked.id) == declined == await stored(store, asked)
    for change in (questions.publish(HOST, asked.id), questions.answer(HOST, asked.id, "有")):
        with pytest.raises(QuestionConflict):
            await change
    assert await stored(store, asked) == declined
    assert await logged_events(store) == [
        (QuestionPublished, asked.id),
        (QuestionAnswered, asked.id),
        (QuestionAnswered, asked.id),
        (QuestionHidden, asked.id),
    ]
    assert await logged_for_staff(store) == [
        *(QuestionReceived, QuestionPublished, QuestionAnswered, QuestionAnswered),
        QuestionHidden,
    ]


async def test_staff_read_each_new_question_once_and_its_decline(
    store: Store, questions: QuestionModeration
) -> None:
    first = await ask(questions, viewer="a")
    assert await ask(questions, viewer="a") == first
    for number in range(5):
        with suppress(TooManyAttempts):
            await ask(questions, f"第{number}问", viewer="a")
    await questions.decline(HOST, first.id)
    received = MAX_WAITING_PER_VIEWER * [QuestionReceived]
    assert await logged_for_staff(store) == [*received, QuestionDeclined]
    assert await logged_events(store) == []


async def test_an_answer_publishes_and_declining_a_waiting_question_logs_nothing(
    store: Store, questions: QuestionModeration
) -> None:
    one, other = await ask(questions), await ask(questions)
    await questions.decline(HOST, other.id)
    await questions.answer(HOST, one.id, "有")
    assert await logged_events(store) == [(QuestionPublished, one.id), (QuestionAnswered, one.id)]


async def test_concurrent_publications_on_two_nodes_log_one_event(
    store: Store, other_store: Store, questions: QuestionModeration, other_commit: GroupCommit
) -> None:
    elsewhere = QuestionModeration(other_store, other_commit, ManualClock())
    asked = await ask(questions)
    nodes = (questions, elsewhere) * 3
    await asyncio.gather(*(node.publish(HOST, asked.id) for node in nodes))
    assert await logged_events(store) == [(QuestionPublished, asked.id)]


async def test_an_unknown_question_is_not_found(questions: QuestionModeration) -> None:
    with pytest.raises(NotFound):
        await questions.publish(HOST, new_id())


@pytest.mark.parametrize(
    "caller",
    [
        Principal(role=Role.HOST, subject="another host"),
        Principal(role=Role.OFFICER, subject="an officer", union_id="another union"),
        Principal(role=Role.RECRUITER, subject="a recruiter", employer_id="employer"),
        Principal(role=Role.VIEWER, subject="a viewer"),
    ],
)
async def test_only_those_who_direct_the_session_change_its_questions(
    store: Store, questions: QuestionModeration, caller: Principal
) -> None:
    asked = await ask(questions)
    for change in (
        questions.publish(caller, asked.id),
        questions.answer(caller, asked.id, "有"),
        questions.decline(caller, asked.id),
    ):
        with pytest.raises(NotFound):
            await change
    assert await stored(store, asked) == asked


async def test_questions_are_limited_per_viewer_and_per_address(
    questions: QuestionModeration, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(VIEWER_QUESTION_LIMIT.amount):
        asked = await ask(questions, f"第{number}问", viewer="viewer")
        # A repeated question is the same question and does not count.
        if number < VIEWER_QUESTION_LIMIT.amount - 1:
            assert await ask(questions, f"第{number}问", viewer="viewer") == asked
        await questions.decline(HOST, asked.id)
    with pytest.raises(TooManyAttempts, match="too many questions"):
        await ask(questions, viewer="viewer", peer="192.0.2.2")
    monkeypatch.setattr("services.live.questions.ADDRESS_QUESTION_LIMIT", RateLimitItemPerMinute(2))
    for _ in range(2):
        await ask(questions, peer="192.0.2.3")
    with pytest.raises(TooManyAttempts, match="too many questions"):
        await ask(questions, peer="192.0.2.3")
    await ask(questions, peer="192.0.2.4")


async def test_waiting_questions_are_bounded_per_viewer_and_per_session(
    questions: QuestionModeration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "services.live.questions.VIEWER_QUESTION_LIMIT", RateLimitItemPerMinute(100)
    )
    for number in range(3):
        await ask(questions, f"第{number}问", viewer="viewer")
    with pytest.raises(TooManyAttempts, match="has been looked at"):
        await ask(questions, viewer="viewer")
    monkeypatch.setattr("services.live.questions.MAX_WAITING_PER_SESSION", 3)
    with pytest.raises(Busy):
        await ask(questions)
    await ask(questions, session_id="other")


async def test_slow_mode_lets_a_viewer_ask_once_in_its_time_over_all_nodes(
    store: Store, commit: GroupCommit, other_store: Store, other_commit: GroupCommit
) -> None:
    slow = records.live_session(id="slow", slow_mode_seconds=90)
    await store.live_sessions.add([slow, SESSION])
    clock = ManualClock()
    nodes = [
        QuestionModeration(store, commit, clock),
        QuestionModeration(other_store, other_commit, clock),
    ]
    first = await ask(nodes[0], viewer="viewer", session_id="slow")
    clock.advance(seconds=60)
    for node in nodes:
        with pytest.raises(TooManyAttempts, match="Wait 30 seconds") as refused:
            await ask(node, "几点下班？", viewer="viewer", session_id="slow")
        assert refused.value.retry_after == 30
        allowance = await node.find_allowance(VIEWER, slow, peer=PEER)
        assert allowance.retry_after == 30
        # A retry, other viewers and other sessions are not concerned.
        assert await ask(node, viewer="viewer", session_id="slow") == first
        await ask(node, "几点下班？", session_id="slow")
    await ask(nodes[1], viewer="viewer")
    await nodes[0].publish(HOST, first.id)
    with pytest.raises(TooManyAttempts):
        await ask(nodes[1], viewer="viewer", session_id="slow")
    clock.advance(seconds=30)
    await ask(nodes[1], "几点下班？", viewer="viewer", session_id="slow")
