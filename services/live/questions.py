"""Questions of a live session: viewers ask; host and officers publish, answer or decline.

A change of a question and the events that report it are one transaction: on the session's topic
what viewers see, on the questions' topic everything, for those who direct the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from limits import RateLimitItemPerMinute

from domain.identity.accounts import Principal
from domain.identity.scopes import may_direct
from domain.live.events import (
    LoggedEvent,
    QuestionAnswered,
    QuestionHidden,
    QuestionPublished,
)
from domain.live.log_topics import question_topic, session_topic
from domain.live.own_room_events import QuestionDeclined, QuestionReceived
from domain.live.own_rooms import QuestionAllowance, RoomOwner
from domain.live.questions import (
    MAX_WAITING_PER_SESSION,
    MAX_WAITING_PER_VIEWER,
    PUBLIC_STATUSES,
    Question,
    QuestionStatus,
    answer_question,
    check_answer,
    check_question,
    check_slow_question,
    decline_question,
    find_slow_mode_wait,
    publish_question,
)
from domain.live.sessions import LiveSession
from domain.reference.calendar import day_in_china
from domain.refusals import Busy, NotFound, PostingNotOpen, TooManyAttempts
from domain.screening.text_screening import check_public_text
from realtime.group_commit import GroupCommit
from realtime.rate_limits import KeyedLimit, RateLimiter
from services.live.session_access import check_visible
from services.live.sessions import check_live, check_presented
from storage.clock import Clock
from storage.mongo.client import Transaction, new_id
from storage.store import Store

VIEWER_QUESTION_LIMIT = RateLimitItemPerMinute(3)
"""Questions of one viewer, of any status."""
ADDRESS_QUESTION_LIMIT = RateLimitItemPerMinute(60)
"""Questions from one network address: a viewer's token is free to obtain, an address is not."""


def ignore_asker(_owner: RoomOwner) -> None:
    """Does nothing: the ``on_asked`` of a moderation whose askers nobody notifies."""


class QuestionModeration:
    """Takes questions from viewers, and publishes, answers or declines them."""

    def __init__(
        self,
        store: Store,
        commit: GroupCommit,
        clock: Clock,
        *,
        on_asked: Callable[[RoomOwner], None] = ignore_asker,
    ) -> None:
        """``on_asked`` is called with the asker of each stored question: the log of questions is
        for staff."""
        self._store = store
        self._commit = commit
        self._clock = clock
        self._on_asked = on_asked
        self._rates = RateLimiter()

    async def ask(
        self,
        caller: Principal,
        session_id: str,
        body: str,
        *,
        posting_id: str | None = None,
        peer: str,
    ) -> Question:
        """Store a question that waits for the host. ``peer`` is the caller's network address.

        The same question sent again while it waits returns the stored one.

        :raises InvalidInput: the body is empty, too long or holds a phone or identity-card number.
        :raises NotFound: there is no such session or posting for the caller.
        :raises SessionNotLive: the session is not on air.
        :raises PostingNotInSession: the session does not present the posting.
        :raises PostingNotOpen: the posting is not open.
        :raises TooManyAttempts: this viewer, or this address, has asked too much lately, or
            slow mode makes the viewer wait.
        :raises Busy: 1,000 questions of this session are waiting.
        """
        body = check_question(body, ("input", "body"))
        session = await self._check_askable(caller, session_id, posting_id)
        question = Question(
            id=new_id(),
            session_id=session_id,
            posting_id=posting_id,
            asker=caller.subject,
            body=body,
            asked_at=self._clock(),
        )
        if session.slow_mode_seconds:
            last = await self._store.questions.last_of(session_id, caller.subject)
            check_slow_question(last, question, session.slow_mode_seconds)
        return await self._add(question, peer=peer)

    async def find_allowance(
        self, caller: Principal, session: LiveSession, *, peer: str
    ) -> QuestionAllowance:
        """Return how many more questions the caller may ask in a session, and when the next."""
        waiting = await self._store.questions.count_waiting_of(session.id, caller.subject)
        waits = [self._rates.find_wait(*_limits_of(caller.subject, peer)) or 0]
        if session.slow_mode_seconds:
            last = await self._store.questions.last_of(session.id, caller.subject)
            waits.append(find_slow_mode_wait(last, session.slow_mode_seconds, at=self._clock()))
        return QuestionAllowance(
            left=max(0, MAX_WAITING_PER_VIEWER - waiting), retry_after=max(waits) or None
        )

    async def publish(self, caller: Principal, question_id: str) -> Question:
        """Show a question to everybody. A published question stays as it is.

        :raises NotFound: there is no such question in a session that the caller directs.
        :raises QuestionConflict: it was declined.
        """
        return await self._change(
            await self._require_directed(caller, question_id),
            lambda before: publish_question(before, self._clock()),
        )

    async def answer(self, caller: Principal, question_id: str, answer: str) -> Question:
        """Answer a question for everybody to see, and publish it. The same answer changes nothing.

        :raises NotFound: there is no such question in a session that the caller directs.
        :raises InvalidInput: the answer is empty, too long or cannot be shown.
        :raises TextRefused: the answer breaks a rule for public texts.
        :raises QuestionConflict: the question was declined.
        """
        question = await self._require_directed(caller, question_id)
        field = ("input", "answer")
        answer = check_answer(answer, field)
        check_public_text(answer, field)
        return await self._change(
            question, lambda before: answer_question(before, answer, self._clock())
        )

    async def decline(self, caller: Principal, question_id: str) -> Question:
        """Hide a question from everybody but its asker. A declined question stays as it is.

        :raises NotFound: there is no such question in a session that the caller directs.
        """
        return await self._change(
            await self._require_directed(caller, question_id), decline_question
        )

    async def _check_askable(
        self, caller: Principal, session_id: str, posting_id: str | None
    ) -> LiveSession:
        found = await self._store.live_sessions.by_id(session_id)
        session = check_visible(caller, found, ("input", "sessionId"))
        check_live(session)
        if posting_id is None:
            return session
        posting = (await self._store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None:
            raise NotFound(
                "There is no such posting.", "没有这个岗位。", field=("input", "postingId")
            )
        check_presented(session, posting_id)
        if not posting.is_open(day_in_china(self._clock())):
            raise PostingNotOpen(
                "This posting is no longer open; look at the others.",
                "该岗位已关闭，请看看其他岗位。",
            )
        return session

    async def _add(self, question: Question, *, peer: str) -> Question:
        limits = _limits_of(question.asker, peer)
        self._rates.check(*limits, why="You ask too many questions.", why_zh="您的提问过于频繁。")
        waiting = await self._store.questions.count_waiting(
            question.session_id, MAX_WAITING_PER_SESSION
        )
        if waiting >= MAX_WAITING_PER_SESSION:
            raise Busy(
                "Very many questions wait for the host. Ask again later.",
                "待处理的提问过多，请稍后再提问。",
            )

        async def add(transaction: Transaction) -> tuple[Question, Sequence[LoggedEvent]]:
            stored = await self._store.questions.add(question, transaction=transaction)
            if stored is None:
                raise TooManyAttempts(
                    "Wait until one of your questions has been looked at.",
                    "您还有提问在等待处理，请稍后再提问。",
                )
            received = QuestionReceived(session_id=stored.session_id, question_id=stored.id)
            return stored, [received] if stored is question else []

        stored = await self._commit.append(question_topic(question.session_id), add)
        if stored is question:
            self._rates.hit(*limits)
            self._on_asked(RoomOwner(question.session_id, question.asker))
        return stored

    async def _require_directed(self, caller: Principal, question_id: str) -> Question:
        question = (await self._store.questions.by_ids([question_id])).get(question_id)
        session = None
        if question is not None:
            session = await self._store.live_sessions.by_id(question.session_id)
        if question is None or session is None or not may_direct(caller, session):
            raise NotFound(
                "There is no such question.", "没有这条提问。", field=("input", "questionId")
            )
        return question

    async def _change(self, question: Question, rule: Callable[[Question], Question]) -> Question:
        async def change(transaction: Transaction) -> tuple[Question, Sequence[LoggedEvent]]:
            before = await self._store.questions.by_id(question.id, transaction=transaction)
            if before is None:
                raise NotFound("The question no longer exists.", "这条提问已不存在。")
            after = rule(before)
            if after != before:
                await self._store.questions.update(after, transaction=transaction)
                await self._log_for_staff(before, after, transaction)
            return after, _events_between(before, after)

        return await self._commit.append(session_topic(question.session_id), change)

    async def _log_for_staff(
        self, before: Question, after: Question, transaction: Transaction
    ) -> None:
        """Log a change where those who direct the session read it, and the asker's node.

        What viewers see is also in the session's log; the decline of a waiting question is not.
        """
        events = _events_between(before, after)
        if (before.status, after.status) == (QuestionStatus.ASKED, QuestionStatus.DECLINED):
            events.append(QuestionDeclined(session_id=after.session_id, question_id=after.id))
        await self._store.event_log.append(
            question_topic(after.session_id), events, at=self._clock(), transaction=transaction
        )


def _limits_of(asker: str, peer: str) -> tuple[KeyedLimit, ...]:
    return (VIEWER_QUESTION_LIMIT, "viewer", asker), (ADDRESS_QUESTION_LIMIT, "peer", peer)


def _events_between(before: Question, after: Question) -> list[LoggedEvent]:
    """The events that tell viewers how the question changed."""
    ids = {"session_id": after.session_id, "question_id": after.id}
    was_public, is_public = before.status in PUBLIC_STATUSES, after.status in PUBLIC_STATUSES
    events: list[LoggedEvent] = []
    if is_public and not was_public:
        events.append(QuestionPublished(**ids))
    if after.status is QuestionStatus.ANSWERED and after.answer != before.answer:
        events.append(QuestionAnswered(**ids))
    if was_public and not is_public:
        events.append(QuestionHidden(**ids))
    return events
