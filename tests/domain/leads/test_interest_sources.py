"""Sources of an interest: in which sessions, and with which codes, each is allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from domain.leads.interest_sources import check_source
from domain.leads.leads import LeadSource
from domain.live.qr_codes import CodeKind, QrCode
from domain.live.sessions import Host, LiveSession, SessionFormat, SessionStatus
from domain.refusals import CodeInvalid, InvalidInput, Refusal, SessionNotLive

AT = datetime(2026, 10, 1, tzinfo=UTC)
ON_AIR = {SessionStatus.LIVE, SessionStatus.INTERRUPTED}
BEGUN = {*ON_AIR, SessionStatus.ENDED}
WHEN: dict[LeadSource, set[SessionStatus]] = {
    LeadSource.LIVE_TAP: ON_AIR,
    LeadSource.REPLAY: {SessionStatus.ENDED},
    LeadSource.SESSION_QR: BEGUN,
    LeadSource.POSTING_QR: BEGUN,
    LeadSource.BOARD: set(),
}


def session(status: SessionStatus) -> LiveSession:
    return LiveSession(
        id="session",
        title="劳模送岗",
        format=SessionFormat.MODEL_WORKER_LIVE,
        status=status,
        union_id="union",
        union_path=("union",),
        host=Host(name="王师傅"),
        owner_id="host",
        starts_at=AT,
        posting_ids=("posting", "other"),
        created_at=AT,
    )


def code(session_id: str | None, posting_id: str | None) -> QrCode:
    return QrCode(
        id="0" * 24,
        kind=CodeKind.POSTER,
        session_id=session_id,
        posting_id=posting_id,
        place="东门",
        label="海报",
        union_path=("union",),
        owner_id=None,
        created_by="officer",
        created_at=AT,
    )


BOTH = code("session", "posting")
OF_SESSION, OF_POSTING, OF_NOTHING = (
    code("session", None),
    code(None, "posting"),
    code(None, None),
)


def refusal(
    source: LeadSource, status: SessionStatus | None, given: QrCode | None
) -> type[Refusal] | None:
    try:
        check_source(source, session(status) if status else None, "posting", given)
    except Refusal as refused:
        return type(refused)
    return None


@pytest.mark.parametrize(("source", "status"), [*product(LeadSource, SessionStatus)])
def test_each_source_is_allowed_in_its_session_statuses_only(
    source: LeadSource, status: SessionStatus
) -> None:
    assert (refusal(source, status, BOTH) is None) == (status in WHEN[source])


@pytest.mark.parametrize("source", [LeadSource.LIVE_TAP, LeadSource.SESSION_QR])
@pytest.mark.parametrize(
    "status", [SessionStatus.DRAFT, SessionStatus.SCHEDULED, SessionStatus.CANCELLED]
)
def test_a_session_that_has_not_started_is_refused(
    source: LeadSource, status: SessionStatus
) -> None:
    assert refusal(source, status, BOTH) is SessionNotLive


def test_a_tap_after_the_end_is_referred_to_the_replay() -> None:
    with pytest.raises(SessionNotLive, match="Open its replay"):
        check_source(LeadSource.LIVE_TAP, session(SessionStatus.ENDED), "posting", None)


@pytest.mark.parametrize(
    ("source", "given", "expected"),
    [
        (LeadSource.SESSION_QR, None, InvalidInput),
        (LeadSource.POSTING_QR, None, InvalidInput),
        (LeadSource.SESSION_QR, OF_SESSION, None),
        (LeadSource.SESSION_QR, BOTH, None),
        (LeadSource.SESSION_QR, OF_POSTING, CodeInvalid),
        (LeadSource.SESSION_QR, OF_NOTHING, CodeInvalid),
        (LeadSource.SESSION_QR, code("another", None), CodeInvalid),
        (LeadSource.POSTING_QR, BOTH, None),
        (LeadSource.POSTING_QR, OF_POSTING, None),
        (LeadSource.POSTING_QR, OF_SESSION, CodeInvalid),
        (LeadSource.POSTING_QR, code("session", "other"), CodeInvalid),
        (LeadSource.POSTING_QR, code("another", "posting"), CodeInvalid),
        (LeadSource.LIVE_TAP, None, None),
        (LeadSource.LIVE_TAP, OF_NOTHING, None),
        (LeadSource.LIVE_TAP, code("session", "other"), None),
        (LeadSource.LIVE_TAP, code("another", None), CodeInvalid),
    ],
)
def test_a_code_must_fit_session_and_posting(
    source: LeadSource, given: QrCode | None, expected: type[Refusal] | None
) -> None:
    assert refusal(source, SessionStatus.LIVE, given) is expected


@pytest.mark.parametrize(
    ("source", "given", "expected"),
    [
        (LeadSource.BOARD, None, None),
        (LeadSource.BOARD, BOTH, None),
        (LeadSource.BOARD, OF_NOTHING, None),
        (LeadSource.POSTING_QR, OF_POSTING, None),
        (LeadSource.POSTING_QR, BOTH, InvalidInput),
        (LeadSource.SESSION_QR, OF_SESSION, InvalidInput),
        (LeadSource.LIVE_TAP, None, InvalidInput),
        (LeadSource.REPLAY, None, InvalidInput),
    ],
)
def test_only_board_and_posting_poster_need_no_session(
    source: LeadSource, given: QrCode | None, expected: type[Refusal] | None
) -> None:
    assert refusal(source, None, given) is expected
