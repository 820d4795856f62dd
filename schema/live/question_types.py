"""Questions: reading those of a session."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.scopes import may_direct, may_see_session
from domain.live.questions import PUBLIC_STATUSES, QuestionStatus
from domain.live.questions import Question as QuestionRecord
from schema.context import Context, Info
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import Connection, Keyset, Node, global_id, id_keyset, resolve_connection
from schema.scopes import require_directed_session

QUESTION_KEYSET: Keyset[QuestionRecord] = id_keyset("questions", lambda question: question.id)


@strawberry.type(description="A viewer's question, and the answer.")
class Question(Node):
    record: strawberry.Private[QuestionRecord]
    body: str
    status: QuestionStatus
    answer: str | None
    asked_at: datetime
    published_at: datetime | None
    answered_at: datetime | None

    @classmethod
    def of(cls, record: QuestionRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Question", record.id),
            body=record.body,
            status=record.status,
            answer=record.answer,
            asked_at=record.asked_at,
            published_at=record.published_at,
            answered_at=record.answered_at,
        )

    @strawberry.field(description="What it is about; null when about none, or one closed since.")
    async def posting(self, info: Info) -> Posting | None:
        if self.record.posting_id is None:
            return None
        return await find_open_posting(info.context, self.record.posting_id)


async def find_published_question(context: Context, question_id: str) -> Question | None:
    """The question if everybody sees it: the same for whoever looks."""
    record = await context.loaders.questions.load(question_id)
    return Question.of(record) if record is not None and record.status in PUBLIC_STATUSES else None


async def find_visible_question(context: Context, question_id: str) -> Question | None:
    """The question if the caller may see it: shown, asked by the caller, or to be looked at."""
    record = await context.loaders.questions.load(question_id)
    if record is None:
        return None
    session = await context.loaders.sessions.load(record.session_id)
    assert session is not None  # a session with questions is never deleted
    caller = context.principal
    is_for_caller = caller is not None and (
        caller.subject == record.asker or may_direct(caller, session)
    )
    if is_for_caller or (record.status in PUBLIC_STATUSES and may_see_session(caller, session)):
        return Question.of(record)
    return None


async def list_published_questions(
    info: Info, session_id: str, first: int | None, after: str | None
) -> Connection[Question]:
    """Those of a session that everybody sees."""
    return await _resolve_questions(info, session_id, PUBLIC_STATUSES, first, after)


async def _resolve_questions(
    info: Info,
    session_id: str,
    statuses: frozenset[QuestionStatus],
    first: int | None,
    after: str | None,
) -> Connection[Question]:
    questions = info.context.services.store.questions
    return await resolve_connection(
        QUESTION_KEYSET,
        lambda page: questions.page(session_id, statuses, page),
        Question.of,
        first=first,
        after=after,
    )


@strawberry.type
class QuestionQueries:
    @strawberry.field(
        description="For the session's host and officers: its questions, the last asked first."
    )
    async def questions(
        self,
        info: Info,
        session_id: strawberry.ID,
        status: QuestionStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Question]:
        session = await require_directed_session(info.context, session_id, "sessionId")
        statuses = frozenset({status} if status else QuestionStatus)
        return await _resolve_questions(info, session.id, statuses, first, after)
