"""The query of a session's questions, for those who direct it."""

import strawberry

from domain.live.questions import QuestionStatus
from schema.context import Info
from schema.live.question_types import Question, list_questions
from schema.relay import Connection
from schema.scopes import require_directed_session


@strawberry.type
class QuestionQueries:
    @strawberry.field(
        description="For the session's host and officers: its questions, newest first."
    )
    async def questions(
        self,
        info: Info,
        session_id: strawberry.ID,
        status: QuestionStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Question] | None:
        session = await require_directed_session(info.context, session_id, "sessionId")
        statuses = frozenset({status} if status else QuestionStatus)
        return await list_questions(info, session.id, statuses, first, after)
