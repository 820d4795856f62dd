"""Questions of viewers in a live session: checks, and the status of a question.

    ASKED ── publish ──> PUBLISHED ── answer ──> ANSWERED
      │                      │                      │
      └────────────────── decline ─────────> DECLINED

Answering a question also publishes it. An answer can be replaced. Until it is published, only the
asker and those who direct the session see a question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime

from domain.free_text import check_text
from domain.identity.persons import holds_mobile_number
from domain.labels import Labelled
from domain.refusals import InvalidInput, QuestionConflict, TooManyAttempts

MAX_QUESTION_LENGTH = 200
MAX_ANSWER_LENGTH = 500
MAX_WAITING_PER_VIEWER = 3
"""Maximum questions of one viewer in one session that are still ASKED."""
MAX_WAITING_PER_SESSION = 1_000
"""Maximum questions of one session that are still ASKED: more than a host can read on air."""


MAX_SLOW_MODE_SECONDS = 600
"""Maximum time that a host can put between two questions of one viewer."""


class QuestionStatus(Labelled):
    """The status of a question."""

    ASKED = "ASKED", "待处理"
    PUBLISHED = "PUBLISHED", "已公开"
    ANSWERED = "ANSWERED", "已回答"
    DECLINED = "DECLINED", "未采用"


PUBLIC_STATUSES = frozenset({QuestionStatus.PUBLISHED, QuestionStatus.ANSWERED})
"""The statuses in which every viewer sees the question."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A viewer's question in a session, about one of its postings or about none.

    ``asker`` is the subject of the viewer's access token, a random id.
    """

    id: str
    session_id: str
    posting_id: str | None
    asker: str
    body: str
    status: QuestionStatus = QuestionStatus.ASKED
    answer: str | None = None
    asked_at: datetime
    published_at: datetime | None = None
    answered_at: datetime | None = None


def check_slow_mode(seconds: int, field: tuple[str, ...]) -> int:
    """Return the time between two questions of one viewer, in seconds; 0 ends slow mode.

    :raises InvalidInput: the number is negative or over 600.
    """
    if not 0 <= seconds <= MAX_SLOW_MODE_SECONDS:
        raise InvalidInput(
            f"Give 0 to {MAX_SLOW_MODE_SECONDS} seconds; 0 ends slow mode.",
            f"请填写0至{MAX_SLOW_MODE_SECONDS}秒，0表示关闭慢速模式。",
            field=field,
        )
    return seconds


def check_slow_question(last: Question | None, question: Question, seconds: int) -> None:
    """Pass when slow mode lets the asker of ``last`` ask ``question`` now.

    The same text again, while it waits for the host, is a retry and passes.

    :raises TooManyAttempts: ``seconds`` have not passed since the last question.
    """
    if last is None:
        return
    if last.status is QuestionStatus.ASKED and last.body == question.body:
        return
    wait = find_slow_mode_wait(last, seconds, at=question.asked_at)
    if wait:
        raise TooManyAttempts(
            f"The host has slowed questions down. Wait {wait} seconds.",
            f"主播已开启慢速模式，请{wait}秒后再提问。",
            retry_after=wait,
        )


def find_slow_mode_wait(last: Question | None, seconds: int, *, at: datetime) -> int:
    """Return the seconds from ``at`` until slow mode lets the asker of ``last`` ask again, or 0."""
    if last is None:
        return 0
    return max(0, math.ceil((last.asked_at - at).total_seconds() + seconds))


def check_question(body: str, field: tuple[str, ...]) -> str:
    """Return the text of a question without blanks at its ends.

    :raises InvalidInput: the text is empty, has over 200 characters, or holds control characters,
        an identity-card number or a mobile number (fraudsters call numbers shown in a room).
    """
    body = _check_nonempty(body, MAX_QUESTION_LENGTH, field)
    if holds_mobile_number(body):
        raise InvalidInput(
            "Remove the phone number: everybody in the room would see it. To be called, tap "
            '"I am interested".',
            "请删除手机号码，否则直播间所有人都能看到。希望我们联系您，请点“我有意向”。",
            field=field,
        )
    return body


def check_answer(body: str, field: tuple[str, ...]) -> str:
    """Return the text of an answer without blanks at its ends.

    :raises InvalidInput: the text is empty, has over 500 characters, or holds control characters or
        an identity-card number.
    """
    return _check_nonempty(body, MAX_ANSWER_LENGTH, field)


def _check_nonempty(body: str, max_length: int, field: tuple[str, ...]) -> str:
    body = body.strip()
    if not body:
        raise InvalidInput("Write at least one word.", "请填写内容。", field=field)
    check_text(body, max_length, field)
    return body


def publish_question(question: Question, at: datetime) -> Question:
    """Return the question as published. A question that is already public is unchanged.

    :raises QuestionConflict: the question was declined.
    """
    if question.status in PUBLIC_STATUSES:
        return question
    if question.status is QuestionStatus.DECLINED:
        raise QuestionConflict(
            "The question was declined. The viewer can ask it again.",
            "该问题未被采用，观众可以重新提问。",
        )
    return replace(question, status=QuestionStatus.PUBLISHED, published_at=at)


def answer_question(question: Question, answer: str, at: datetime) -> Question:
    """Return the question as published and answered. The same answer again changes nothing.

    :raises QuestionConflict: the question was declined.
    """
    published = publish_question(question, at)
    if published.answer == answer:
        return published
    return replace(published, status=QuestionStatus.ANSWERED, answer=answer, answered_at=at)


def decline_question(question: Question) -> Question:
    """Return the question as declined, from any status."""
    return replace(question, status=QuestionStatus.DECLINED)
