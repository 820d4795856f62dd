"""Refusals as GraphQL types: one a kind, all of them a ``UserError``.

A mutation names in its result union those that it can answer with; a refusal that is raised in
its resolver becomes that member. Raised in a query or subscription it becomes an entry of
``errors`` with its code in ``extensions.code``.
"""

from typing import Any, TypeVar, Union

import strawberry
from strawberry.types.field import StrawberryField

from domain import errors
from domain.errors import ErrorCode, Refusal
from schema.context import Context
from schema.screening.findings import Finding
from storage.mongo.errors import StorageUnavailable

strawberry.enum(ErrorCode, description="The name of each refusal.")


@strawberry.interface(description="Why something was refused. Nothing was written.")
class UserError:
    message: str = strawberry.field(description="For the user: what to do.")
    code: ErrorCode
    field: list[str] | None = strawberry.field(
        default=None, description="The path of the input at fault."
    )


@strawberry.type
class InvalidInput(UserError): ...


@strawberry.type
class PhoneInvalid(UserError): ...


@strawberry.type
class ConsentRequired(UserError): ...


@strawberry.type
class CodeInvalid(UserError): ...


@strawberry.type
class Unauthenticated(UserError): ...


@strawberry.type
class SignInFailed(UserError): ...


@strawberry.type
class TooManyAttempts(UserError): ...


@strawberry.type(description="What everybody would read breaks a rule: reword it.")
class TextRefused(UserError):
    findings: list[Finding] = strawberry.field(default_factory=list)


@strawberry.type
class NotPermitted(UserError): ...


@strawberry.type
class NotFound(UserError): ...


@strawberry.type
class AlreadyExists(UserError): ...


@strawberry.type
class SessionNotLive(UserError): ...


@strawberry.type
class SessionStateConflict(UserError): ...


@strawberry.type
class PostingNotInSession(UserError): ...


@strawberry.type
class PostingNotOpen(UserError): ...


@strawberry.type
class PostingConflict(UserError): ...


@strawberry.type
class LeadStageConflict(UserError): ...


@strawberry.type
class ConsentWithdrawn(UserError): ...


@strawberry.type
class QuestionConflict(UserError): ...


@strawberry.type
class RetentionTooEarly(UserError): ...


@strawberry.type
class StatusConflict(UserError): ...


@strawberry.type
class Busy(UserError): ...


CommonRefusal = Union[InvalidInput, Unauthenticated, NotPermitted, NotFound, Busy]  # noqa: UP007 - Strawberry flattens a Union, not a UnionType
"""What every mutation may answer with."""

E = TypeVar("E", bound=UserError)

BUSY_MESSAGE = "The service cannot reach its database just now. Send the same again in a moment."


class _RefusalHandler:
    """Turns one kind of refusal into its GraphQL type."""

    def __init__(self, refused: type[Refusal], answer: type[UserError]) -> None:
        self.exception_type = refused
        self.error_type = answer

    def handle(
        self, exception: Refusal, *, field: StrawberryField, info: strawberry.Info
    ) -> UserError:
        _count_refusal(info, exception.code)
        return self.to_user_error(exception)

    def to_user_error(self, refusal: Refusal) -> UserError:
        return self.error_type(
            message=refusal.message,
            code=refusal.code,
            field=list(refusal.field) if refusal.field else None,
        )


class _TextRefusalHandler(_RefusalHandler):
    """The same, with what was found in the text."""

    def to_user_error(self, refusal: Refusal) -> UserError:
        assert isinstance(refusal, errors.TextRefused)  # by _ANSWERS
        return TextRefused(
            message=refusal.message,
            code=refusal.code,
            field=list(refusal.field) if refusal.field else None,
            findings=[Finding.of(finding) for finding in refusal.findings],
        )


class _StorageUnavailableHandler:
    """A database that does not answer: the caller may try again."""

    exception_type = StorageUnavailable
    error_type = Busy

    def handle(
        self, exception: StorageUnavailable, *, field: StrawberryField, info: strawberry.Info
    ) -> Busy:
        _count_refusal(info, ErrorCode.BUSY)
        return Busy(message=BUSY_MESSAGE, code=ErrorCode.BUSY)


def _count_refusal(info: strawberry.Info, code: ErrorCode) -> None:
    context: Context = info.context
    context.services.refusal_counts[info.field_name, code] += 1


# The more special before the more general: the first that fits answers.
_REFUSAL_HANDLERS = [
    _RefusalHandler(errors.PhoneInvalid, PhoneInvalid),
    _RefusalHandler(errors.ConsentRequired, ConsentRequired),
    _RefusalHandler(errors.CodeInvalid, CodeInvalid),
    _RefusalHandler(errors.InvalidInput, InvalidInput),
    _RefusalHandler(errors.Unauthenticated, Unauthenticated),
    _RefusalHandler(errors.SignInFailed, SignInFailed),
    _RefusalHandler(errors.TooManyAttempts, TooManyAttempts),
    _TextRefusalHandler(errors.TextRefused, TextRefused),
    _RefusalHandler(errors.NotPermitted, NotPermitted),
    _RefusalHandler(errors.NotFound, NotFound),
    _RefusalHandler(errors.AlreadyExists, AlreadyExists),
    _RefusalHandler(errors.SessionNotLive, SessionNotLive),
    _RefusalHandler(errors.SessionStateConflict, SessionStateConflict),
    _RefusalHandler(errors.PostingNotInSession, PostingNotInSession),
    _RefusalHandler(errors.PostingNotOpen, PostingNotOpen),
    _RefusalHandler(errors.PostingConflict, PostingConflict),
    _RefusalHandler(errors.LeadStageConflict, LeadStageConflict),
    _RefusalHandler(errors.ConsentWithdrawn, ConsentWithdrawn),
    _RefusalHandler(errors.QuestionConflict, QuestionConflict),
    _RefusalHandler(errors.RetentionTooEarly, RetentionTooEarly),
    _RefusalHandler(errors.StatusConflict, StatusConflict),
    _RefusalHandler(errors.Busy, Busy),
]
EXCEPTION_HANDLERS: list[strawberry.ExceptionHandler[Any, Any]] = [
    *_REFUSAL_HANDLERS,
    _StorageUnavailableHandler(),
]


def to_user_error(refusal: Refusal) -> UserError:
    """The GraphQL type of a refusal, for one of several things in the same answer."""
    return next(
        kind.to_user_error(refusal)
        for kind in _REFUSAL_HANDLERS
        if isinstance(refusal, kind.exception_type)
    )
