"""The events of a session's questions, as `questionEvents` delivers them."""

import strawberry

from domain.live import events, own_room_events
from domain.live.events import EventEnvelope
from schema.context import Info
from schema.live.log_event_types import LogEvent
from schema.live.question_types import Question


@strawberry.interface(description="An event of a session's questions, for its staff.")
class QuestionEvent(LogEvent): ...


@strawberry.type
class _QuestionChange(QuestionEvent):
    @strawberry.field(description="The question as it is now.")
    async def question(self, info: Info) -> Question:
        event = self.placed.event
        # By _QUESTION_EVENT_TYPES.
        assert isinstance(
            event,
            (
                own_room_events.QuestionReceived,
                events.QuestionPublished,
                events.QuestionAnswered,
                events.QuestionHidden,
                own_room_events.QuestionDeclined,
            ),
        )
        record = await info.context.loaders.questions.load(event.question_id)
        assert record is not None  # questions are not deleted
        return Question.of(record)


@strawberry.type(description="A viewer asked a question, which waits.")
class QuestionReceived(_QuestionChange): ...


@strawberry.type(
    description="A host or an officer published, answered or declined a question: see its `status`."
)
class QuestionDecided(_QuestionChange): ...


@strawberry.type(
    description="The cursor could not be resumed: read `questions` again, and continue from here."
)
class QuestionsReset(QuestionEvent): ...


_QUESTION_EVENT_TYPES: dict[type[events.Event], type[QuestionEvent]] = {
    own_room_events.QuestionReceived: QuestionReceived,
    events.QuestionPublished: QuestionDecided,
    events.QuestionAnswered: QuestionDecided,
    events.QuestionHidden: QuestionDecided,
    own_room_events.QuestionDeclined: QuestionDecided,
    events.Reset: QuestionsReset,
    events.Unrecognised: QuestionsReset,
}
QUESTION_EVENT_TYPES: tuple[type[QuestionEvent], ...] = tuple(
    dict.fromkeys(_QUESTION_EVENT_TYPES.values())
)
"""Every type that implements QuestionEvent, each once."""


def build_question_event(placed: EventEnvelope) -> QuestionEvent:
    """Return the GraphQL object of an event in the log of a session's questions."""
    return _QUESTION_EVENT_TYPES[type(placed.event)].of(placed)
