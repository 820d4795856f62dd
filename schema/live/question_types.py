"""The GraphQL type of a question, and who may see one."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.scopes import may_direct, may_see_session
from domain.live.questions import PUBLIC_STATUSES, QuestionStatus
from domain.live.questions import Question as QuestionRecord
from schema.context import Context, Info
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    resolve_connection,
)

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

    @strawberry.field(
        description="The posting it is about; null without one, or when it is no longer open."
    )
    async def posting(self, info: Info) -> Posting | None:
        if self.record.posting_id is None:
            return None
        return await find_open_posting(info.context, self.record.posting_id)


async def find_published_question(context: Context, question_id: str) -> Question | None:
    """Return the question if it is published or answered, for every caller alike; else None."""
    record = await context.loaders.questions.load(question_id)
    return Question.of(record) if record is not None and record.status in PUBLIC_STATUSES else None


async def find_visible_question(context: Context, question_id: str) -> Question | None:
    """Return the question if it is public, or the caller asked it or directs its session."""
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


async def list_questions(
    info: Info,
    session_id: str,
    statuses: frozenset[QuestionStatus],
    first: int | None,
    after: str | None,
) -> Connection[Question]:
    """Return a page of the session's questions in these statuses, newest first."""
    questions = info.context.services.store.questions
    return await resolve_connection(
        QUESTION_KEYSET,
        lambda page: questions.page(session_id, statuses, page),
        Question.of,
        first=first,
        after=after,
    )
