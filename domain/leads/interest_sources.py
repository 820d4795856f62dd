"""Interests: where one may come from, and when.

| source     | session                     | code                                    |
|------------|-----------------------------|-----------------------------------------|
| LIVE_TAP   | LIVE or INTERRUPTED         | any that does not name another session  |
| REPLAY     | ENDED                       | the same                                |
| SESSION_QR | LIVE, INTERRUPTED or ENDED  | of this session                         |
| POSTING_QR | the same; none if the code has none | of this posting                 |
| BOARD      | none                        | any                                     |

While the picture is gone the room still stands, and somebody in it may tap: docs/decisions/0010.
"""

from __future__ import annotations

from domain.errors import CodeInvalid, InvalidInput, SessionNotLive
from domain.leads.leads import LeadSource
from domain.live.qr_codes import QrCode
from domain.live.sessions import LiveSession, SessionStatus

_ON_AIR = frozenset({SessionStatus.LIVE, SessionStatus.INTERRUPTED})
_STARTED = _ON_AIR | {SessionStatus.ENDED}
_SCANNED = frozenset({LeadSource.SESSION_QR, LeadSource.POSTING_QR})
_SOURCE_FIELD, _SESSION_FIELD, _CODE_FIELD = (
    ("input", "source"),
    ("input", "sessionId"),
    ("input", "code"),
)


def check_source(
    source: LeadSource, session: LiveSession | None, posting_id: str, code: QrCode | None
) -> None:
    """Pass when an interest in a posting may come this way now.

    :raises InvalidInput: session or code is missing, or does not go with the source.
    :raises CodeInvalid: the code belongs to another session or posting.
    :raises SessionNotLive: it is too early for this source, or too late.
    """
    _check_code(source, session, posting_id, code)
    if session is None:
        _check_without_session(source, code)
    elif source is LeadSource.BOARD:
        raise InvalidInput(
            "On the board there is no session: leave sessionId out.", field=_SESSION_FIELD
        )
    else:
        _check_status(source, session.status)


def _check_code(
    source: LeadSource, session: LiveSession | None, posting_id: str, code: QrCode | None
) -> None:
    if code is None:
        if source in _SCANNED:
            raise InvalidInput(f"With {source} send the token that was scanned.", field=_CODE_FIELD)
        return
    session_id = session.id if session else None
    if None not in {session_id, code.session_id} and session_id != code.session_id:
        raise CodeInvalid("This code belongs to another session.", field=_CODE_FIELD)
    if source is LeadSource.SESSION_QR and code.session_id is None:
        raise CodeInvalid("This code belongs to no session.", field=_CODE_FIELD)
    if source is LeadSource.POSTING_QR and code.posting_id != posting_id:
        raise CodeInvalid("This code does not belong to this posting.", field=_CODE_FIELD)


def _check_without_session(source: LeadSource, code: QrCode | None) -> None:
    is_poster_of_posting = (
        source is LeadSource.POSTING_QR and code is not None and code.session_id is None
    )
    if source is not LeadSource.BOARD and not is_poster_of_posting:
        raise InvalidInput(
            "Name the session; only an interest from the board has none.", field=_SESSION_FIELD
        )


def _check_status(source: LeadSource, status: SessionStatus) -> None:
    if status not in _STARTED:
        raise SessionNotLive(f"The session is {status}; show your interest once it is LIVE.")
    if source is LeadSource.LIVE_TAP and status not in _ON_AIR:
        raise SessionNotLive("The session has ended; from its replay send REPLAY as the source.")
    if source is LeadSource.REPLAY and status in _ON_AIR:
        raise InvalidInput("The session has not ended: send LIVE_TAP.", field=_SOURCE_FIELD)
