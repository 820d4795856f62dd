"""What becomes of a question and what the room is told of it are one."""

from __future__ import annotations

import asyncio

import pytest
from limits import RateLimitItemPerMinute

from domain.errors import Busy, NotFound, QuestionConflict, TooManyAttempts
from domain.live.events import QuestionAnswered, QuestionHidden, QuestionPublished, session_topic
from domain.live.questions import Question, QuestionStatus
from realtime.commit import GroupCommit
from services.live.questions import VIEWER_QUESTION_LIMIT, QuestionModeration
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock

PEER = "192.0.2.1"


@pytest.fixture
def questions(store: Store, commit: GroupCommit) -> QuestionModeration:
    return QuestionModeration(store, commit, ManualClock())


async def told(store: Store) -> list[tuple[type, str]]:
    logged = await store.event_log.read(session_topic("session"), after=0, limit=100)
    return [
        (type(placed.event), placed.event.question_id)
        for placed in logged
        if isinstance(placed.event, (QuestionPublished, QuestionAnswered, QuestionHidden))
    ]


async def kept(store: Store, question: Question) -> Question:
    return (await store.questions.by_ids([question.id]))[question.id]


async def test_the_room_is_told_of_each_change_once(
    store: Store, questions: QuestionModeration
) -> None:
    asked = await questions.ask(records.question(), peer=PEER)
    assert await told(store) == []
    shown = await questions.publish(asked)
    assert await questions.publish(asked) == shown == await kept(store, asked)
    done = await questions.answer(asked, "有")
    assert await questions.answer(asked, "有") == done
    again = await questions.answer(asked, "没有")
    assert (again.status, again.answer) == (QuestionStatus.ANSWERED, "没有")
    gone = await questions.decline(asked)
    assert await questions.decline(asked) == gone == await kept(store, asked)
    for change in (questions.publish(asked), questions.answer(asked, "有")):
        with pytest.raises(QuestionConflict):
            await change
    assert await kept(store, asked) == gone
    assert await told(store) == [
        (QuestionPublished, asked.id),
        (QuestionAnswered, asked.id),
        (QuestionAnswered, asked.id),
        (QuestionHidden, asked.id),
    ]


async def test_who_answers_publishes_and_who_declines_in_time_tells_nobody(
    store: Store, questions: QuestionModeration
) -> None:
    one, other = records.question(), records.question()
    for question in (one, other):
        await questions.ask(question, peer=PEER)
    await questions.decline(other)
    await questions.answer(one, "有")
    assert await told(store) == [(QuestionPublished, one.id), (QuestionAnswered, one.id)]


async def test_two_who_look_at_the_same_moment_publish_once(
    store: Store, other_store: Store, questions: QuestionModeration, other_commit: GroupCommit
) -> None:
    elsewhere = QuestionModeration(other_store, other_commit, ManualClock())
    asked = await questions.ask(records.question(), peer=PEER)
    await asyncio.gather(*(each.publish(asked) for each in (questions, elsewhere) * 3))
    assert await told(store) == [(QuestionPublished, asked.id)]


async def test_a_question_that_is_gone_is_not_found(questions: QuestionModeration) -> None:
    with pytest.raises(NotFound):
        await questions.publish(records.question())


async def test_a_viewer_and_an_address_ask_so_often_and_no_more(
    store: Store, questions: QuestionModeration, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(VIEWER_QUESTION_LIMIT.amount):
        asked = await questions.ask(
            records.question(asker="viewer", body=f"第{number}问"), peer=PEER
        )
        # Sent again, it is the same one and does not count.
        same = records.question(asker="viewer", body=f"第{number}问")
        if number < VIEWER_QUESTION_LIMIT.amount - 1:
            assert await questions.ask(same, peer=PEER) == asked
        await questions.decline(asked)
    with pytest.raises(TooManyAttempts, match="You ask very much"):
        await questions.ask(records.question(asker="viewer"), peer="192.0.2.2")
    monkeypatch.setattr("services.live.questions.ADDRESS_QUESTION_LIMIT", RateLimitItemPerMinute(2))
    for _ in range(2):
        await questions.ask(records.question(), peer="192.0.2.3")
    with pytest.raises(TooManyAttempts, match="You ask very much"):
        await questions.ask(records.question(), peer="192.0.2.3")
    await questions.ask(records.question(), peer="192.0.2.4")


async def test_what_waits_is_bounded_for_a_viewer_and_for_a_session(
    questions: QuestionModeration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "services.live.questions.VIEWER_QUESTION_LIMIT", RateLimitItemPerMinute(100)
    )
    for number in range(3):
        await questions.ask(records.question(asker="viewer", body=f"第{number}问"), peer=PEER)
    with pytest.raises(TooManyAttempts, match="has been looked at"):
        await questions.ask(records.question(asker="viewer"), peer=PEER)
    monkeypatch.setattr("services.live.questions.WAITING_A_SESSION", 3)
    with pytest.raises(Busy):
        await questions.ask(records.question(), peer=PEER)
    await questions.ask(records.question(session_id="other"), peer=PEER)
