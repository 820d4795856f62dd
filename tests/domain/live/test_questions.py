"""What may be asked, and the way of a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InvalidInput, QuestionConflict
from domain.live.questions import (
    PUBLIC_STATUSES,
    Question,
    QuestionStatus,
    answer_question,
    check_answer,
    check_question,
    decline_question,
    publish_question,
)
from tests.support import records
from tests.support.records import FIXED_NOW

LATER = FIXED_NOW + timedelta(minutes=5)
FIELD = ("input", "body")
WAITING = records.question()
SHOWN_ONE = publish_question(WAITING, FIXED_NOW)
DONE = answer_question(SHOWN_ONE, "有", FIXED_NOW)
GONE = decline_question(WAITING)


def test_a_question_is_published_once() -> None:
    expected = replace(WAITING, status=QuestionStatus.PUBLISHED, published_at=FIXED_NOW)
    assert publish_question(WAITING, FIXED_NOW) == expected == publish_question(expected, LATER)
    assert publish_question(DONE, LATER) == DONE


def test_an_answer_publishes_and_may_be_given_anew() -> None:
    assert (
        replace(SHOWN_ONE, status=QuestionStatus.ANSWERED, answer="有", answered_at=FIXED_NOW)
        == DONE
    )
    assert answer_question(WAITING, "有", FIXED_NOW) == DONE
    assert answer_question(DONE, "有", LATER) == DONE
    assert answer_question(DONE, "没有", LATER) == replace(DONE, answer="没有", answered_at=LATER)


def test_what_was_declined_stays_so() -> None:
    for question in (WAITING, SHOWN_ONE, DONE, GONE):
        assert decline_question(question).status is QuestionStatus.DECLINED
    with pytest.raises(QuestionConflict):
        publish_question(GONE, FIXED_NOW)
    with pytest.raises(QuestionConflict):
        answer_question(decline_question(DONE), "有", FIXED_NOW)


def test_what_everybody_sees_is_published() -> None:
    for question in (WAITING, SHOWN_ONE, DONE, GONE):
        assert (question.status in PUBLIC_STATUSES) == (question in (SHOWN_ONE, DONE))


@pytest.mark.parametrize("body", ["", " \n", "长" * 201, "a\x07b", "身份证11010519491231002X"])
def test_a_question_that_cannot_be_asked_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_question(body, FIELD)
    assert refused.value.field == FIELD


@pytest.mark.parametrize("phone", ["13800138000", "+86 138 0013 8000", "1 3 8 0 0 1 3 8 0 0 0"])
def test_a_phone_is_for_nobody_in_the_room(phone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_question(f"打我电话{phone}吧", FIELD)
    assert phone not in refused.value.message
    # The employer's own line may be told.
    assert check_answer(f" 请打{phone} ", FIELD) == f"请打{phone}"


def test_blanks_around_a_text_are_taken_off() -> None:
    assert check_question(" 有宿舍吗？\n", FIELD) == "有宿舍吗？"
    assert check_question("长" * 200, FIELD) == "长" * 200
    assert check_answer("长" * 500, FIELD) == "长" * 500
    with pytest.raises(InvalidInput):
        check_answer("长" * 501, FIELD)


def test_a_question_names_its_asker_by_a_token_alone() -> None:
    assert set(Question.__dataclass_fields__) & {"name", "phone", "contact"} == set()
