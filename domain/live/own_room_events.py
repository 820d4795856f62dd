"""Events that concern single visitors of a session, and that its viewers never see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class QuestionReceived:
    """A viewer asked a question, which waits for those who direct the session."""

    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class QuestionDeclined:
    """A question that nobody but its asker had seen was declined."""

    session_id: str
    question_id: str


UnseenQuestionEvent = QuestionReceived | QuestionDeclined
"""What happens to a question that only its asker and those who direct the session may see."""


@dataclass(frozen=True, kw_only=True)
class OwnRoomChanged:
    """What one visitor has in a session changed. Ephemeral."""

    session_id: str
