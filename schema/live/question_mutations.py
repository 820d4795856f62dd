"""Mutations of questions: viewers ask; host and officers publish, answer or decline."""

from typing import Annotated

import strawberry

from domain.identity.accounts import VISITOR_ROLES, Principal, Role
from schema import errors
from schema.context import Context, Info
from schema.live.question_types import Question
from schema.relay import parse_global_id


@strawberry.input
class AskQuestionInput:
    session_id: strawberry.ID
    body: str = strawberry.field(
        description="At most 200 characters, without phone and identity-card numbers."
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


@strawberry.type(description="The question waits for the session's host and officers.")
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
        description="For viewers: ask the host a question. Three may wait at a time; the same "
        "question sent again counts once."
    )
    async def ask_question(self, info: Info, input: AskQuestionInput) -> AskQuestionResult:
        caller = info.context.require(*VISITOR_ROLES)
        posting_id = None
        if input.posting_id is not None:
            posting_id = parse_global_id(input.posting_id, "Posting", "input", "postingId")
        asked = await info.context.services.questions.ask(
            caller,
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            input.body,
            posting_id=posting_id,
            peer=info.context.peer,
        )
        return QuestionAsked(question=Question.of(asked))

    @strawberry.mutation(description="Show a question to everybody in the session.")
    async def publish_question(
        self, info: Info, input: PublishQuestionInput
    ) -> PublishQuestionResult:
        caller, question_id = _read_input(info.context, input)
        changed = await info.context.services.questions.publish(caller, question_id)
        return QuestionChanged(question=Question.of(changed))

    @strawberry.mutation(
        description="Answer a question for everybody to see, and publish it. A later answer "
        "replaces an earlier one."
    )
    async def answer_question(self, info: Info, input: AnswerQuestionInput) -> AnswerQuestionResult:
        caller, question_id = _read_input(info.context, input)
        changed = await info.context.services.questions.answer(caller, question_id, input.answer)
        return QuestionChanged(question=Question.of(changed))

    @strawberry.mutation(
        description="Decline a question. A published one disappears for everybody but its asker."
    )
    async def decline_question(
        self, info: Info, input: DeclineQuestionInput
    ) -> DeclineQuestionResult:
        caller, question_id = _read_input(info.context, input)
        changed = await info.context.services.questions.decline(caller, question_id)
        return QuestionChanged(question=Question.of(changed))


def _read_input(context: Context, input: QuestionInput) -> tuple[Principal, str]:
    """The caller, who must be a host or an officer, and the local id of the question."""
    caller = context.require(Role.HOST, Role.OFFICER)
    return caller, parse_global_id(input.question_id, "Question", "input", "questionId")
