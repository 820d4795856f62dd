"""Questions in a session: viewers ask, those who direct it publish, answer or decline.

What everybody sees of it goes through the session's topic: the question and its event change
together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from limits import RateLimitItemPerMinute

from domain.errors import Busy, NotFound, TooManyAttempts
from domain.live.events import (
    LoggedEvent,
    QuestionAnswered,
    QuestionHidden,
    QuestionPublished,
    session_topic,
)
from domain.live.questions import (
    MAX_WAITING_PER_SESSION,
    PUBLIC_STATUSES,
    Question,
    QuestionStatus,
    answer_question,
    decline_question,
    publish_question,
)
from realtime.commit import GroupCommit
from realtime.rate_limits import KeyedLimit, RateLimiter
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store

VIEWER_QUESTION_LIMIT = RateLimitItemPerMinute(3)
"""Questions of one viewer, whatever became of them."""
ADDRESS_QUESTION_LIMIT = RateLimitItemPerMinute(60)
"""Questions from one address: a viewer's token is had for nothing, an address is not."""


class QuestionModeration:
    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock
        self._rates = RateLimiter()

    async def ask(self, question: Question, *, peer: str) -> Question:
        """Let a question wait for those who direct the session.

        The same one, sent again while it waits, is the first one.

        :raises TooManyAttempts: this viewer, or this address, has asked much lately.
        :raises Busy: very many wait in this session.
        """
        limits: tuple[KeyedLimit, ...] = (
            (VIEWER_QUESTION_LIMIT, "viewer", question.asker),
            (ADDRESS_QUESTION_LIMIT, "peer", peer),
        )
        self._rates.check(*limits, why="You ask very much.")
        waiting = await self._store.questions.count_waiting(
            question.session_id, MAX_WAITING_PER_SESSION
        )
        if waiting >= MAX_WAITING_PER_SESSION:
            raise Busy("Very many questions wait for the host. Ask again later.")
        kept = await self._store.questions.add(question)
        if kept is None:
            raise TooManyAttempts("Wait until one of your questions has been looked at.")
        if kept is question:
            self._rates.hit(*limits)
        return kept

    async def publish(self, question: Question) -> Question:
        """Show it to everybody; nothing happens when it is shown already.

        :raises QuestionConflict: it was declined.
        """
        return await self._change(question, lambda before: publish_question(before, self._clock()))

    async def answer(self, question: Question, answer: str) -> Question:
        """Answer it before everybody; the same answer again changes nothing.

        :raises QuestionConflict: it was declined.
        """
        return await self._change(
            question, lambda before: answer_question(before, answer, self._clock())
        )

    async def decline(self, question: Question) -> Question:
        """Let nobody see it, also if everybody does by now; nothing happens the second time."""
        return await self._change(question, decline_question)

    async def _change(
        self, question: Question, changed: Callable[[Question], Question]
    ) -> Question:
        async def change(transaction: Transaction) -> tuple[Question, Sequence[LoggedEvent]]:
            before = await self._store.questions.by_id(question.id, transaction=transaction)
            if before is None:
                raise NotFound("There is no such question any more.")
            after = changed(before)
            if after != before:
                await self._store.questions.update(after, transaction=transaction)
            return after, _events_between(before, after)

        return await self._commit(session_topic(question.session_id), change)


def _events_between(before: Question, after: Question) -> list[LoggedEvent]:
    where = {"session_id": after.session_id, "question_id": after.id}
    was_shown, is_shown = before.status in PUBLIC_STATUSES, after.status in PUBLIC_STATUSES
    happened: list[LoggedEvent] = []
    if is_shown and not was_shown:
        happened.append(QuestionPublished(**where))
    if after.status is QuestionStatus.ANSWERED and after.answer != before.answer:
        happened.append(QuestionAnswered(**where))
    if was_shown and not is_shown:
        happened.append(QuestionHidden(**where))
    return happened
