"""Refusals as GraphQL types, each of which implements ``UserError``.

A GraphQL type has the name of its class in ``domain.refusals``. A mutation lists in its result
union the types that it can return; a refusal that its resolver raises becomes that member. A
refusal in a query or subscription becomes an entry of ``errors`` with its code in
``extensions.code``.
"""

from collections.abc import Sequence
from typing import Any, Union

import strawberry
from strawberry.types.field import StrawberryField

from domain import refusals
from domain.refusals import ErrorCode, Refusal, database_unavailable
from schema.context import Context
from schema.screening.finding_types import Finding
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
class PhoneCodeInvalid(UserError): ...


@strawberry.type
class Unauthenticated(UserError): ...


@strawberry.type
class SignInFailed(UserError): ...


@strawberry.type(description="The one-time password is right: choose an own with `changePassword`.")
class PasswordChangeRequired(UserError): ...


@strawberry.type
class TooManyAttempts(UserError):
    retry_after: int | None = strawberry.field(
        default=None, description="Seconds after which the same call may succeed."
    )


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


@strawberry.type(
    description="The pay is ten times what is usual for the occupation and place, or a tenth. Send "
    "it again with `payConfirmed: true` if it is right."
)
class PayUnusual(UserError): ...


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


@strawberry.type(
    description="No one-time code can be sent: ask a member of staff for a call, or try later."
)
class PhoneCodesUnavailable(UserError):
    retry_after: int | None = strawberry.field(
        default=None, description="Seconds after which the same call may succeed, if known."
    )


@strawberry.type
class Busy(UserError):
    retry_after: int | None = strawberry.field(
        default=None, description="Seconds after which the same call may succeed, if known."
    )


CommonRefusal = Union[InvalidInput, Unauthenticated, NotPermitted, NotFound, Busy]  # noqa: UP007 - Strawberry flattens a Union, not a UnionType
"""The refusals that every mutation may return."""

_USER_ERROR_TYPES: dict[type[Refusal], type[UserError]] = {
    getattr(refusals, user_error.__name__): user_error for user_error in UserError.__subclasses__()
}


def _most_specific_first() -> Sequence[type[Refusal]]:
    return sorted(_USER_ERROR_TYPES, key=lambda refusal: len(refusal.__mro__), reverse=True)


def to_user_error(refusal: Refusal) -> UserError:
    """The GraphQL object of a refusal: of its own type, or of its nearest base that has one."""
    kind = next(kind for kind in type(refusal).__mro__ if kind in _USER_ERROR_TYPES)
    return _build_user_error(refusal, _USER_ERROR_TYPES[kind])


def _build_user_error(refusal: Refusal, user_error: type[UserError]) -> UserError:
    details: dict[str, Any] = {}
    if isinstance(refusal, refusals.TextRefused):
        details["findings"] = [Finding.of(finding) for finding in refusal.findings]
    if issubclass(user_error, TooManyAttempts | PhoneCodesUnavailable | Busy):
        details["retry_after"] = refusal.retry_after
    return user_error(
        message=refusal.message,
        code=refusal.code,
        field=list(refusal.field) if refusal.field else None,
        **details,
    )


class _RefusalHandler:
    """Converts one class of refusals, with its subclasses, into its GraphQL type.

    Strawberry picks the first handler whose type is in the result union of the mutation.
    """

    def __init__(self, refusal: type[Refusal], user_error: type[UserError]) -> None:
        self.exception_type = refusal
        self.error_type = user_error

    def handle(
        self, exception: Refusal, *, field: StrawberryField, info: strawberry.Info
    ) -> UserError:
        _count_refusal(info, exception.code)
        return _build_user_error(exception, self.error_type)


class _StorageUnavailableHandler:
    """Converts an unreachable database into ``Busy``: the caller may try again."""

    exception_type = StorageUnavailable
    error_type = Busy

    def handle(
        self, exception: StorageUnavailable, *, field: StrawberryField, info: strawberry.Info
    ) -> UserError:
        _count_refusal(info, ErrorCode.BUSY)
        return to_user_error(database_unavailable())


def _count_refusal(info: strawberry.Info, code: ErrorCode) -> None:
    context: Context = info.context
    context.services.refusal_counts[info.field_name, code] += 1


EXCEPTION_HANDLERS: list[strawberry.ExceptionHandler[Any, Any]] = [
    *(_RefusalHandler(refusal, _USER_ERROR_TYPES[refusal]) for refusal in _most_specific_first()),
    _StorageUnavailableHandler(),
]
"""What Strawberry calls for an exception in a mutation; the most specific class comes first."""
