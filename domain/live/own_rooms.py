"""What one visitor has in a live session: interests, questions, and when the next may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.leads.leads import Lead
from domain.live.questions import Question

MAX_OWN_INTERESTS = 100
"""Interests of one visitor that a room shows, newest first: more than a session presents."""
MAX_OWN_QUESTIONS = 20
"""Questions of one visitor that a room shows, newest first."""


@dataclass(frozen=True, kw_only=True)
class QuestionAllowance:
    """How many more questions a visitor may ask, and after how many seconds; None for now."""

    left: int
    retry_after: int | None


@dataclass(frozen=True, kw_only=True)
class OwnRoom:
    """A session as one visitor has it. ``leads`` are those that the visitor's device gave in it."""

    leads: Sequence[Lead]
    questions: Sequence[Question]
    allowance: QuestionAllowance
