"""Checks of questions and answers, and the status of a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

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
from domain.refusals import InvalidInput, QuestionConflict
from tests.support import records
from tests.support.records import FIXED_NOW

LATER = FIXED_NOW + timedelta(minutes=5)
FIELD = ("input", "body")
ASKED = records.question()
PUBLISHED = publish_question(ASKED, FIXED_NOW)
ANSWERED = answer_question(PUBLISHED, "有", FIXED_NOW)
DECLINED = decline_question(ASKED)


def test_a_question_is_published_once() -> None:
    expected = replace(ASKED, status=QuestionStatus.PUBLISHED, published_at=FIXED_NOW)
    assert publish_question(ASKED, FIXED_NOW) == expected == publish_question(expected, LATER)
    assert publish_question(ANSWERED, LATER) == ANSWERED


def test_an_answer_publishes_the_question_and_can_be_replaced() -> None:
    assert (
        replace(PUBLISHED, status=QuestionStatus.ANSWERED, answer="有", answered_at=FIXED_NOW)
        == ANSWERED
    )
    assert answer_question(ASKED, "有", FIXED_NOW) == ANSWERED
    assert answer_question(ANSWERED, "有", LATER) == ANSWERED
    assert answer_question(ANSWERED, "没有", LATER) == replace(
        ANSWERED, answer="没有", answered_at=LATER
    )


def test_a_declined_question_cannot_be_published() -> None:
    for question in (ASKED, PUBLISHED, ANSWERED, DECLINED):
        assert decline_question(question).status is QuestionStatus.DECLINED
    with pytest.raises(QuestionConflict):
        publish_question(DECLINED, FIXED_NOW)
    with pytest.raises(QuestionConflict):
        answer_question(decline_question(ANSWERED), "有", FIXED_NOW)


def test_published_and_answered_questions_are_public() -> None:
    for question in (ASKED, PUBLISHED, ANSWERED, DECLINED):
        assert (question.status in PUBLIC_STATUSES) == (question in (PUBLISHED, ANSWERED))


@pytest.mark.parametrize("body", ["", " \n", "长" * 201, "a\x07b", "身份证11010519491231002X"])
def test_an_invalid_question_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_question(body, FIELD)
    assert refused.value.field == FIELD


@pytest.mark.parametrize("phone", ["13800138000", "+86 138 0013 8000", "1 3 8 0 0 1 3 8 0 0 0"])
def test_a_phone_number_in_a_question_is_refused(phone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_question(f"打我电话{phone}吧", FIELD)
    assert phone not in refused.value.message
    # An answer may hold the employer's phone number.
    assert check_answer(f" 请打{phone} ", FIELD) == f"请打{phone}"


def test_question_and_answer_are_stripped() -> None:
    assert check_question(" 有宿舍吗？\n", FIELD) == "有宿舍吗？"
    assert check_question("长" * 200, FIELD) == "长" * 200
    assert check_answer("长" * 500, FIELD) == "长" * 500
    with pytest.raises(InvalidInput):
        check_answer("长" * 501, FIELD)


def test_a_question_holds_only_the_token_subject_of_its_asker() -> None:
    assert set(Question.__dataclass_fields__) & {"name", "phone", "contact"} == set()
