"""Questions: asking one, and deciding what becomes of it."""

from typing import Annotated

import strawberry

from domain.errors import NotFound, PostingNotOpen
from domain.identity.accounts import VISITOR_ROLES, Role
from domain.identity.scopes import may_direct
from domain.live.questions import Question as QuestionRecord
from domain.live.questions import check_answer, check_question
from domain.screening.text_rules import check_public_text
from schema import errors
from schema.context import Context, Info
from schema.live.question_types import Question
from schema.relay import parse_global_id
from schema.scopes import require_visible_session
from services.live.sessions import check_live, check_presented
from storage.mongo.client import new_id


@strawberry.input
class AskQuestionInput:
    session_id: strawberry.ID
    body: str = strawberry.field(
        description="At most 200 characters, without numbers of phones or identity cards."
    )
    posting_id: strawberry.ID | None = strawberry.field(
        default=None, description="What it is about, one of the session's postings."
    )


@strawberry.input
class QuestionInput:
    question_id: strawberry.ID


@strawberry.input
class PublishQuestionInput(QuestionInput): ...


@strawberry.input
class AnswerQuestionInput(QuestionInput):
    answer: str = strawberry.field(description="At most 500 characters.")


@strawberry.input
class DeclineQuestionInput(QuestionInput): ...


@strawberry.type(description="It waits for those who direct the session.")
class QuestionAsked:
    question: Question


@strawberry.type
class QuestionChanged:
    question: Question


ChangeRefusal = errors.QuestionConflict | errors.CommonRefusal
AskQuestionResult = Annotated[
    QuestionAsked
    | errors.SessionNotLive
    | errors.PostingNotInSession
    | errors.PostingNotOpen
    | errors.TooManyAttempts
    | errors.CommonRefusal,
    strawberry.union("AskQuestionResult"),
]
PublishQuestionResult = Annotated[
    QuestionChanged | ChangeRefusal, strawberry.union("PublishQuestionResult")
]
AnswerQuestionResult = Annotated[
    QuestionChanged | errors.TextRefused | ChangeRefusal, strawberry.union("AnswerQuestionResult")
]
DeclineQuestionResult = Annotated[
    QuestionChanged | ChangeRefusal, strawberry.union("DeclineQuestionResult")
]


@strawberry.type
class QuestionMutations:
    @strawberry.mutation(
        description="For viewers: ask the host something. Three may wait at a time; the same one "
        "sent again counts once."
    )
    async def ask_question(self, info: Info, input: AskQuestionInput) -> AskQuestionResult:
        context = info.context
        asker = context.require(*VISITOR_ROLES).subject
        session_id = parse_global_id(input.session_id, "LiveSession", "input", "sessionId")
        about = None
        if input.posting_id is not None:
            about = parse_global_id(input.posting_id, "Posting", "input", "postingId")
        body = check_question(input.body, ("input", "body"))
        await _check_askable(context, session_id, about)
        question = QuestionRecord(
            id=new_id(),
            session_id=session_id,
            posting_id=about,
            asker=asker,
            body=body,
            asked_at=context.services.clock(),
        )
        asked = await context.services.questions.ask(question, peer=context.peer)
        return QuestionAsked(question=Question.of(asked))

    @strawberry.mutation(description="Show a question to everybody in the room.")
    async def publish_question(
        self, info: Info, input: PublishQuestionInput
    ) -> PublishQuestionResult:
        question = await _require_question(info.context, input)
        changed = await info.context.services.questions.publish(question)
        return QuestionChanged(question=Question.of(changed))

    @strawberry.mutation(
        description="Answer a question before everybody; publishes it if it was not. A later "
        "answer replaces an earlier one."
    )
    async def answer_question(self, info: Info, input: AnswerQuestionInput) -> AnswerQuestionResult:
        question = await _require_question(info.context, input)
        answer = check_answer(input.answer, ("input", "answer"))
        check_public_text(answer, ("input", "answer"))
        changed = await info.context.services.questions.answer(question, answer)
        return QuestionChanged(question=Question.of(changed))

    @strawberry.mutation(
        description="Let nobody see a question; one that everybody sees is taken away."
    )
    async def decline_question(
        self, info: Info, input: DeclineQuestionInput
    ) -> DeclineQuestionResult:
        question = await _require_question(info.context, input)
        changed = await info.context.services.questions.decline(question)
        return QuestionChanged(question=Question.of(changed))


async def _check_askable(context: Context, session_id: str, posting_id: str | None) -> None:
    found = await context.loaders.sessions.load(session_id)
    session = require_visible_session(context, found, "input", "sessionId")
    check_live(session)
    if posting_id is None:
        return
    posting = await context.loaders.postings.load(posting_id)
    if posting is None:
        raise NotFound("There is no such posting.", field=("input", "postingId"))
    check_presented(session, posting_id)
    if not posting.is_open(context.services.today()):
        raise PostingNotOpen("This posting is no longer open; look at the others.")


async def _require_question(context: Context, given: QuestionInput) -> QuestionRecord:
    """The question if the caller directs its session.

    :raises NotFound: there is none, or not for these eyes.
    """
    caller = context.require(Role.HOST, Role.OFFICER)
    wanted = parse_global_id(given.question_id, "Question", "input", "questionId")
    record = await context.loaders.questions.load(wanted)
    session = await context.loaders.sessions.load(record.session_id) if record else None
    if record is None or session is None or not may_direct(caller, session):
        raise NotFound("There is no such question.", field=("input", "questionId"))
    return record
