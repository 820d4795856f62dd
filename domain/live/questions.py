"""Questions of viewers: what may be asked, and the way of a question until it is answered.

    ASKED ── publish ──> PUBLISHED ── answer ──> ANSWERED
      │                      │                      │
      └────────────────── decline ─────────> DECLINED

Whoever answers a question that only waits publishes it by that. An answer may be given anew.
Nobody but the asker and those who direct the session sees a question that is not published.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import InvalidInput, QuestionConflict
from domain.free_text import check_text
from domain.identity.persons import holds_mobile_number
from domain.labels import Labelled

MAX_QUESTION_LENGTH = 200
MAX_ANSWER_LENGTH = 500
MAX_WAITING_PER_VIEWER = 3
"""Questions of one viewer in one session that nobody has looked at."""
MAX_WAITING_PER_SESSION = 1_000
"""Questions of a session that nobody has looked at: more than a host could ever read on air."""


class QuestionStatus(Labelled):
    ASKED = "ASKED", "待处理"
    PUBLISHED = "PUBLISHED", "已公开"
    ANSWERED = "ANSWERED", "已回答"
    DECLINED = "DECLINED", "未采用"


PUBLIC_STATUSES = frozenset({QuestionStatus.PUBLISHED, QuestionStatus.ANSWERED})
"""In these everybody sees the question."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question in a session, about one of its postings or about none.

    ``asker`` is the subject of the viewer's token, which stands for nobody in particular.
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


def check_question(body: str, field: tuple[str, ...]) -> str:
    """The question without blanks around it.

    :raises InvalidInput: empty, over 200 characters, with control characters, or with the number
        of an identity card or of a phone: who shows a phone to a whole room is called by frauds.
    """
    body = _check_nonempty(body, MAX_QUESTION_LENGTH, field)
    if holds_mobile_number(body):
        raise InvalidInput(
            "Take the phone number out: everybody in the room would see it. To be called, use "
            '"I am interested".',
            field=field,
        )
    return body


def check_answer(body: str, field: tuple[str, ...]) -> str:
    """The answer without blanks around it.

    :raises InvalidInput: empty, over 500 characters, with control characters, or with the number
        of an identity card.
    """
    return _check_nonempty(body, MAX_ANSWER_LENGTH, field)


def _check_nonempty(body: str, most: int, field: tuple[str, ...]) -> str:
    body = body.strip()
    if not body:
        raise InvalidInput("Write at least one word.", field=field)
    check_text(body, most, field)
    return body


def publish_question(question: Question, at: datetime) -> Question:
    """The question as everybody sees it; one that is shown already stays as it is.

    :raises QuestionConflict: it was declined.
    """
    if question.status in PUBLIC_STATUSES:
        return question
    if question.status is QuestionStatus.DECLINED:
        raise QuestionConflict("The question was declined; it can be asked again.")
    return replace(question, status=QuestionStatus.PUBLISHED, published_at=at)


def answer_question(question: Question, answer: str, at: datetime) -> Question:
    """The question with its answer, published if it was not; the same answer changes nothing.

    :raises QuestionConflict: it was declined.
    """
    shown = publish_question(question, at)
    if shown.answer == answer:
        return shown
    return replace(shown, status=QuestionStatus.ANSWERED, answer=answer, answered_at=at)


def decline_question(question: Question) -> Question:
    """The question as nobody else sees it, whatever it was."""
    return replace(question, status=QuestionStatus.DECLINED)
