"""What a caller may be refused, and why.

    Refusal
    ├── InvalidInput           a value that cannot be right; ``field`` names it
    │   ├── PhoneInvalid       not a mobile number that can be called
    │   ├── CodeInvalid        a QR code that is not ours, or belongs to something else
    │   └── ConsentRequired    no consent, or consent to a text that is not the current one
    ├── Unauthenticated        no token, or one that is expired or forged
    ├── SignInFailed           user name or password is wrong (never says which)
    ├── TooManyAttempts        wait before the next try
    ├── TextRefused            what everybody would read breaks a rule; ``findings`` name it
    ├── NotPermitted           signed in, but not for this
    ├── NotFound               no such thing, or not for these eyes
    ├── AlreadyExists          the same thing was created before
    ├── SessionNotLive         the session is not on air
    ├── SessionStateConflict   the session cannot go from its status to the wanted one
    ├── PostingNotInSession    the session does not present this posting
    ├── PostingNotOpen         refused, held for a person, closed or past its date
    ├── PostingConflict        the posting has changed since the caller saw it
    ├── ConsentWithdrawn       the person took the consent back, or had their data erased
    ├── QuestionConflict       the question was declined
    ├── LeadStageConflict      the lead cannot go from its stage to the wanted one
    ├── RetentionTooEarly      the days since the hire have not passed yet
    ├── StatusConflict         a profile, call, referral or webhook is not where the change begins
    └── Busy                   nothing was stored; the same call may be sent again

A refusal is an answer, not a fault: nothing was written, and the message says what to do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from domain.postings.postings import Finding


class ErrorCode(StrEnum):
    """The machine-readable name of each refusal."""

    INVALID_INPUT = "INVALID_INPUT"
    INVALID_ID = "INVALID_ID"
    PHONE_INVALID = "PHONE_INVALID"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    CODE_INVALID = "CODE_INVALID"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
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
    LEAD_STAGE_CONFLICT = "LEAD_STAGE_CONFLICT"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    QUESTION_CONFLICT = "QUESTION_CONFLICT"
    RETENTION_TOO_EARLY = "RETENTION_TOO_EARLY"
    STATUS_CONFLICT = "STATUS_CONFLICT"
    BUSY = "BUSY"
    BAD_PAGE_SIZE = "BAD_PAGE_SIZE"
    BAD_CURSOR = "BAD_CURSOR"


class Refusal(Exception):
    """The root of all refusals.

    ``message`` and ``message_zh`` tell the user what to do, in English and Chinese. ``field`` is
    the path of the input at fault.
    """

    code: ClassVar[ErrorCode]

    def __init__(
        self, message: str, message_zh: str = "", *, field: tuple[str, ...] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.message_zh = message_zh
        self.field = field


class InvalidInput(Refusal):
    code = ErrorCode.INVALID_INPUT


class InvalidId(InvalidInput):
    """Not an id, or the id of another type."""

    code = ErrorCode.INVALID_ID


class PhoneInvalid(InvalidInput):
    code = ErrorCode.PHONE_INVALID


class ConsentRequired(InvalidInput):
    code = ErrorCode.CONSENT_REQUIRED


class CodeInvalid(InvalidInput):
    """The token of a QR code that is damaged or forged, or that belongs to something else."""

    code = ErrorCode.CODE_INVALID


class BadPageSize(InvalidInput):
    """A page that is empty, negative or larger than 100."""

    code = ErrorCode.BAD_PAGE_SIZE


class BadCursor(InvalidInput):
    """A cursor that this service did not make, or made for another list."""

    code = ErrorCode.BAD_CURSOR


class Unauthenticated(Refusal):
    code = ErrorCode.UNAUTHENTICATED


class SignInFailed(Refusal):
    code = ErrorCode.SIGN_IN_FAILED


class TooManyAttempts(Refusal):
    code = ErrorCode.TOO_MANY_ATTEMPTS


class TextRefused(Refusal):
    """What somebody would say before everybody; ``findings`` say what to reword."""

    code = ErrorCode.TEXT_REFUSED

    def __init__(self, findings: tuple[Finding, ...], *, field: tuple[str, ...]) -> None:
        super().__init__(
            " ".join(finding.message for finding in findings),
            "".join(finding.message_zh for finding in findings),
            field=field,
        )
        self.findings = findings


class NotPermitted(Refusal):
    code = ErrorCode.NOT_PERMITTED


class NotFound(Refusal):
    code = ErrorCode.NOT_FOUND


class AlreadyExists(Refusal):
    code = ErrorCode.ALREADY_EXISTS


class SessionNotLive(Refusal):
    code = ErrorCode.SESSION_NOT_LIVE


class SessionStateConflict(Refusal):
    code = ErrorCode.SESSION_STATE_CONFLICT


class PostingNotInSession(Refusal):
    code = ErrorCode.POSTING_NOT_IN_SESSION


class PostingNotOpen(Refusal):
    code = ErrorCode.POSTING_NOT_OPEN


class PostingConflict(Refusal):
    code = ErrorCode.POSTING_CONFLICT


class LeadStageConflict(Refusal):
    code = ErrorCode.LEAD_STAGE_CONFLICT


class ConsentWithdrawn(Refusal):
    code = ErrorCode.CONSENT_WITHDRAWN


class QuestionConflict(Refusal):
    code = ErrorCode.QUESTION_CONFLICT


class RetentionTooEarly(Refusal):
    code = ErrorCode.RETENTION_TOO_EARLY


class StatusConflict(Refusal):
    """A profile, a call, a referral or a webhook is not where the wanted change begins."""

    code = ErrorCode.STATUS_CONFLICT


class Busy(Refusal):
    code = ErrorCode.BUSY
