"""Which sources of an interest are allowed, by session status and scanned QR code.

| source     | session                     | code                                    |
|------------|-----------------------------|-----------------------------------------|
| LIVE_TAP   | LIVE or INTERRUPTED         | any that does not name another session  |
| REPLAY     | ENDED                       | the same                                |
| SESSION_QR | LIVE, INTERRUPTED or ENDED  | of this session                         |
| POSTING_QR | the same; none if the code has none | of this posting                 |
| BOARD      | none                        | any                                     |

In an INTERRUPTED session the room stays open and viewers can still tap: docs/decisions/0010.
"""

from __future__ import annotations

from domain.leads.leads import LeadSource
from domain.live.qr_codes import QrCode
from domain.live.sessions import ON_AIR_STATUSES, LiveSession, SessionStatus
from domain.refusals import CodeInvalid, InvalidInput, SessionNotLive

_STARTED = ON_AIR_STATUSES | {SessionStatus.ENDED}
_SCANNED = frozenset({LeadSource.SESSION_QR, LeadSource.POSTING_QR})
_SOURCE_FIELD, _SESSION_FIELD, _CODE_FIELD = (
    ("input", "source"),
    ("input", "sessionId"),
    ("input", "code"),
)


def check_source(
    source: LeadSource, session: LiveSession | None, posting_id: str, code: QrCode | None
) -> None:
    """Check that an interest in a posting may come from ``source`` now.

    :raises InvalidInput: the session or code is missing, or does not fit the source.
    :raises CodeInvalid: the code belongs to another session or posting.
    :raises SessionNotLive: the session has not started, or has ended for this source.
    """
    _check_code(source, session, posting_id, code)
    if session is None:
        _check_without_session(source, code)
    elif source is LeadSource.BOARD:
        raise InvalidInput(
            (
                "An interest from the job board belongs to no session. Open the job "
                "again and apply there."
            ),
            "来自招聘栏的意向不属于任何场次，请重新打开岗位后登记。",
            field=_SESSION_FIELD,
            hint="Leave `sessionId` out when `source` is BOARD.",
        )
    else:
        _check_status(source, session.status)


def _check_code(
    source: LeadSource, session: LiveSession | None, posting_id: str, code: QrCode | None
) -> None:
    if code is None:
        if source in _SCANNED:
            raise InvalidInput(
                "Scan the code again to apply with it.",
                "请重新扫码后再登记意向。",
                field=_CODE_FIELD,
                hint="Send the scanned token as `code`; `source` needs it.",
            )
        return
    session_id = session.id if session else None
    if None not in {session_id, code.session_id} and session_id != code.session_id:
        raise CodeInvalid(
            "This code belongs to another session. Scan the code of this session.",
            "该二维码属于其他场次，请扫描本场次的二维码。",
            field=_CODE_FIELD,
        )
    if source is LeadSource.SESSION_QR and code.session_id is None:
        raise CodeInvalid(
            "This code does not belong to a session. Scan the code of the session.",
            "该二维码不属于任何场次，请扫描场次的二维码。",
            field=_CODE_FIELD,
        )
    if source is LeadSource.POSTING_QR and code.posting_id != posting_id:
        raise CodeInvalid(
            "This code does not belong to this posting. Scan the code of the posting.",
            "该二维码不属于此岗位，请扫描此岗位的二维码。",
            field=_CODE_FIELD,
        )


def _check_without_session(source: LeadSource, code: QrCode | None) -> None:
    is_poster_of_posting = (
        source is LeadSource.POSTING_QR and code is not None and code.session_id is None
    )
    if source is not LeadSource.BOARD and not is_poster_of_posting:
        raise InvalidInput(
            "Choose the live session, or apply from the job board.",
            "请从直播间或招聘栏登记意向。",
            field=_SESSION_FIELD,
            hint=(
                "Give `sessionId`; only an interest from the board, or from the poster "
                "of a posting, has none."
            ),
        )


def _check_status(source: LeadSource, status: SessionStatus) -> None:
    if status is SessionStatus.CANCELLED:
        raise SessionNotLive(
            "The session was cancelled. Look at the other sessions and jobs.",
            "该场次已取消，请看看其他场次和岗位。",
        )
    if status not in _STARTED:
        raise SessionNotLive(
            "The session is not on air yet. Apply once it starts.",
            f"场次当前为“{status.zh}”，请在开播后再表达意向。",
        )
    if source is LeadSource.LIVE_TAP and status not in ON_AIR_STATUSES:
        raise SessionNotLive(
            "The session has ended. Open its replay to apply.",
            "直播已结束，看回放仍可登记意向。",
            hint="Send REPLAY as `source`.",
        )
    if source is LeadSource.REPLAY and status in ON_AIR_STATUSES:
        raise InvalidInput(
            "The session has not ended: apply in the live room.",
            "直播尚未结束，请在直播间登记意向。",
            field=_SOURCE_FIELD,
            hint="Send LIVE_TAP as `source`.",
        )
