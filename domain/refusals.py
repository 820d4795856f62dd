"""Refusals: the expected errors of this service, each with code, texts and HTTP status.

A refusal tells the caller what to do, and nothing was written. A fault of the service is another
exception. GraphQL types, HTTP answers and WebSocket errors all derive from these classes.

    Refusal
    ├── InvalidInput           a value that cannot be right; ``field`` names it
    │   ├── InvalidId          not an id, or the id of another type
    │   ├── PhoneInvalid       not a mobile number that can be called
    │   ├── CodeInvalid        a damaged or forged QR code, or one of something else
    │   ├── PhoneCodeInvalid   a one-time code that is wrong, expired or was tried too often
    │   ├── ConsentRequired    no consent, or consent to a text that is not the current one
    │   ├── BadPageSize        a page size outside 0 to 100
    │   └── BadCursor          a cursor of another list, or a damaged one
    ├── Unauthenticated        no token, or an expired or forged one
    ├── SignInFailed           user name or password is wrong (never says which)
    ├── PasswordChangeRequired the password is a one-time password: choose an own one
    ├── TooManyAttempts        wait before the next try
    ├── TextRefused            a text for the public breaks a rule; ``findings`` name it
    ├── NotPermitted           signed in, but without the right to do this
    ├── NotFound               does not exist, or is not visible to the caller
    ├── AlreadyExists          the same thing was created before
    ├── SessionNotLive         the session is not on air
    ├── SessionStateConflict   the session cannot go from its status to the requested one
    ├── PostingNotInSession    the session does not present this posting
    ├── PostingNotOpen         refused, held for review, closed or past its date
    ├── PayUnusual             ten times the usual pay or a tenth, and not confirmed
    ├── PostingConflict        the posting has changed since the caller read it
    ├── ConsentWithdrawn       the person withdrew consent or had their data erased
    ├── QuestionConflict       the question was declined
    ├── LeadStageConflict      the lead cannot go from its stage to the requested one
    ├── RetentionTooEarly      the days since the hire have not passed yet
    ├── StatusConflict         a profile, call, referral or webhook is in another status
    ├── PhoneCodesUnavailable  no one-time code can be sent now
    └── Busy                   the service is overloaded; the same call may be sent again
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar

from domain.languages import Language
from domain.postings.postings import Finding


class ErrorCode(StrEnum):
    """The machine-readable name of each refusal."""

    INVALID_INPUT = "INVALID_INPUT"
    INVALID_ID = "INVALID_ID"
    PHONE_INVALID = "PHONE_INVALID"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    CODE_INVALID = "CODE_INVALID"
    PHONE_CODE_INVALID = "PHONE_CODE_INVALID"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    PASSWORD_CHANGE_REQUIRED = "PASSWORD_CHANGE_REQUIRED"  # noqa: S105 - a code, not a password
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    TEXT_REFUSED = "TEXT_REFUSED"
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    SESSION_NOT_LIVE = "SESSION_NOT_LIVE"
    SESSION_STATE_CONFLICT = "SESSION_STATE_CONFLICT"
    POSTING_NOT_IN_SESSION = "POSTING_NOT_IN_SESSION"
    POSTING_NOT_OPEN = "POSTING_NOT_OPEN"
    POSTING_CONFLICT = "POSTING_CONFLICT"
    PAY_UNUSUAL = "PAY_UNUSUAL"
    LEAD_STAGE_CONFLICT = "LEAD_STAGE_CONFLICT"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    QUESTION_CONFLICT = "QUESTION_CONFLICT"
    RETENTION_TOO_EARLY = "RETENTION_TOO_EARLY"
    STATUS_CONFLICT = "STATUS_CONFLICT"
    PHONE_CODES_UNAVAILABLE = "PHONE_CODES_UNAVAILABLE"
    BUSY = "BUSY"
    BAD_PAGE_SIZE = "BAD_PAGE_SIZE"
    BAD_CURSOR = "BAD_CURSOR"


class Refusal(Exception):
    """The base of all refusals.

    ``message`` and ``message_zh`` tell the user what to do, in English and Chinese, in words of
    the page. ``hint`` tells the developer of the page what to send, in names of the API. ``field``
    is the path of the input at fault, in GraphQL names. ``retry_after`` is after how many seconds
    the same call may succeed, if that is known.
    """

    code: ClassVar[ErrorCode]
    http_status: ClassVar[HTTPStatus]

    def __init__(
        self,
        message: str,
        message_zh: str,
        *,
        field: tuple[str, ...] | None = None,
        retry_after: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.message_zh = message_zh
        self.field = field
        self.retry_after = retry_after
        self.hint = hint

    def message_in(self, language: Language) -> str:
        """The message in a language."""
        return self.message_zh if language is Language.CHINESE else self.message


class InvalidInput(Refusal):
    """A value that cannot be right. ``field`` names the input."""

    code = ErrorCode.INVALID_INPUT
    http_status = HTTPStatus.BAD_REQUEST


class InvalidId(InvalidInput):
    """Not a global id, or the id of another type."""

    code = ErrorCode.INVALID_ID


class PhoneInvalid(InvalidInput):
    """Not a mobile number that can be called."""

    code = ErrorCode.PHONE_INVALID


class ConsentRequired(InvalidInput):
    """No consent, or consent to a text version that is not the current one."""

    code = ErrorCode.CONSENT_REQUIRED


class CodeInvalid(InvalidInput):
    """The token of a QR code that is damaged or forged, or belongs to something else."""

    code = ErrorCode.CODE_INVALID


class PhoneCodeInvalid(InvalidInput):
    """A one-time code that is wrong, expired, was tried too often, or was never asked for."""

    code = ErrorCode.PHONE_CODE_INVALID


class BadPageSize(InvalidInput):
    """A page size outside 0 to 100, or both ``first`` and ``last``."""

    code = ErrorCode.BAD_PAGE_SIZE


class BadCursor(InvalidInput):
    """A cursor that is damaged, or that belongs to another list."""

    code = ErrorCode.BAD_CURSOR


class Unauthenticated(Refusal):
    """No token, or one that is expired or forged."""

    code = ErrorCode.UNAUTHENTICATED
    http_status = HTTPStatus.UNAUTHORIZED


class SignInFailed(Refusal):
    """User name or password is wrong. The message never says which."""

    code = ErrorCode.SIGN_IN_FAILED
    http_status = HTTPStatus.UNAUTHORIZED


class PasswordChangeRequired(Refusal):
    """The right password, but a one-time one. ``changePassword`` exchanges it for an own one."""

    code = ErrorCode.PASSWORD_CHANGE_REQUIRED
    http_status = HTTPStatus.FORBIDDEN


class TooManyAttempts(Refusal):
    """A limit on attempts is reached. The caller may try again later."""

    code = ErrorCode.TOO_MANY_ATTEMPTS
    http_status = HTTPStatus.TOO_MANY_REQUESTS


class TextRefused(Refusal):
    """A text for the public that breaks a rule. ``findings`` say what to reword."""

    code = ErrorCode.TEXT_REFUSED
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, findings: tuple[Finding, ...], *, field: tuple[str, ...]) -> None:
        super().__init__(
            " ".join(finding.message for finding in findings),
            "".join(finding.message_zh for finding in findings),
            field=field,
        )
        self.findings = findings


class NotPermitted(Refusal):
    """The caller is signed in, but has no right to do this."""

    code = ErrorCode.NOT_PERMITTED
    http_status = HTTPStatus.FORBIDDEN


class NotFound(Refusal):
    """The thing does not exist, or is not visible to the caller."""

    code = ErrorCode.NOT_FOUND
    http_status = HTTPStatus.NOT_FOUND


class AlreadyExists(Refusal):
    """The same thing was created before."""

    code = ErrorCode.ALREADY_EXISTS
    http_status = HTTPStatus.CONFLICT


class SessionNotLive(Refusal):
    """The live session is not on air."""

    code = ErrorCode.SESSION_NOT_LIVE
    http_status = HTTPStatus.CONFLICT


class SessionStateConflict(Refusal):
    """The live session cannot go from its status to the requested one."""

    code = ErrorCode.SESSION_STATE_CONFLICT
    http_status = HTTPStatus.CONFLICT


class PostingNotInSession(Refusal):
    """The live session does not present this posting."""

    code = ErrorCode.POSTING_NOT_IN_SESSION
    http_status = HTTPStatus.CONFLICT


class PostingNotOpen(Refusal):
    """The posting is refused, held for review, closed or past its date."""

    code = ErrorCode.POSTING_NOT_OPEN
    http_status = HTTPStatus.CONFLICT


class PostingConflict(Refusal):
    """The posting has changed since the caller read it."""

    code = ErrorCode.POSTING_CONFLICT
    http_status = HTTPStatus.CONFLICT


class PayUnusual(Refusal):
    """The pay is ten times the usual or a tenth of it, and nobody confirmed it."""

    code = ErrorCode.PAY_UNUSUAL
    http_status = HTTPStatus.CONFLICT


class LeadStageConflict(Refusal):
    """The lead cannot go from its stage to the requested one."""

    code = ErrorCode.LEAD_STAGE_CONFLICT
    http_status = HTTPStatus.CONFLICT


class ConsentWithdrawn(Refusal):
    """The person withdrew consent, or had their data erased."""

    code = ErrorCode.CONSENT_WITHDRAWN
    http_status = HTTPStatus.CONFLICT


class QuestionConflict(Refusal):
    """The question was declined."""

    code = ErrorCode.QUESTION_CONFLICT
    http_status = HTTPStatus.CONFLICT


class RetentionTooEarly(Refusal):
    """The days since the hire that the stage requires have not passed yet."""

    code = ErrorCode.RETENTION_TOO_EARLY
    http_status = HTTPStatus.CONFLICT


class StatusConflict(Refusal):
    """A profile, call, referral or webhook is not in the status that the change starts from."""

    code = ErrorCode.STATUS_CONFLICT
    http_status = HTTPStatus.CONFLICT


class PhoneCodesUnavailable(Refusal):
    """No one-time code can be sent: there is no gateway, it fails, or the budget is used up."""

    code = ErrorCode.PHONE_CODES_UNAVAILABLE
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


class Busy(Refusal):
    """The service is overloaded or cannot reach its database. Nothing was stored."""

    code = ErrorCode.BUSY
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


def database_unavailable() -> Busy:
    """The refusal for a call that could not reach the database."""
    return Busy(
        "The service cannot reach its database just now. Send the same again in a moment.",
        "服务暂时连不上数据库，请稍后重试。",
    )
