"""QR codes: creating one for a session, a posting or a poster, and reading a scanned token."""

from __future__ import annotations

from dataclasses import dataclass

from domain.free_text import check_text
from domain.identity.accounts import Principal, Role
from domain.live.qr_codes import CodeKind, QrCode
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.refusals import (
    CodeInvalid,
    InvalidInput,
    NotFound,
    NotPermitted,
    PostingNotOpen,
    SessionStateConflict,
)
from services.live.session_access import require_directed_session
from services.live.sessions import check_presented
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

MAX_QR_CODE_TEXT_LENGTH = 60
"""Characters in the label of a code, and in the place of a poster."""

_SESSION_FIELD = ("input", "sessionId")
_POSTING_FIELD = ("input", "postingId")


@dataclass(frozen=True, kw_only=True)
class QrCodePlan:
    """A QR code as staff ask for it. Ids are local ids; an empty ``place`` means no poster."""

    session_id: str | None
    posting_id: str | None
    place: str
    label: str


class QrCodeCreation:
    """Creates QR codes for hosts and officers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, caller: Principal, plan: QrCodePlan) -> QrCode:
        """Store a QR code that points at a session, a posting of it, or both, or the board.

        :raises NotFound: there is no such session or posting for the caller.
        :raises NotPermitted: the caller does not direct the session, or the posting belongs to a
            union outside the caller's own; or a host names no session.
        :raises InvalidInput: label or place cannot be right, or neither session nor place is named.
        :raises SessionStateConflict: the session was cancelled.
        :raises PostingNotOpen: the posting is not open.
        :raises PostingNotInSession: the session does not present the posting.
        """
        place = _check_short_text(plan.place, "place")
        label = _check_short_text(plan.label, "label")
        if not label:
            raise InvalidInput(
                "Give the code a label for the staff.",
                "请为二维码填写一个便于工作人员识别的名称。",
                field=("input", "label"),
            )
        session = await self._require_session(caller, plan.session_id)
        posting = await self._require_open_posting(plan.posting_id)
        if session is not None and posting is not None:
            check_presented(session, posting.id)
        code = QrCode(
            id=new_id(),
            kind=_choose_kind(session, posting, place),
            session_id=session.id if session else None,
            posting_id=posting.id if posting else None,
            place=place,
            label=label,
            union_path=await self._choose_union_path(caller, session, posting),
            owner_id=session.owner_id if session else None,
            created_by=caller.subject,
            created_at=self._clock(),
        )
        await self._store.qr_codes.add(code)
        return code

    async def _require_session(
        self, caller: Principal, session_id: str | None
    ) -> LiveSession | None:
        if session_id is None:
            if caller.role is Role.HOST:
                raise NotPermitted(
                    "A host creates codes for sessions: name one of yours.",
                    "主播只能为自己的场次制作二维码，请指定场次。",
                )
            return None
        session = await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        if session.status is SessionStatus.CANCELLED:
            raise SessionStateConflict(
                "The session was cancelled: choose another one.",
                "该场次已取消，请选择其他场次。",
            )
        return session

    async def _require_open_posting(self, posting_id: str | None) -> Posting | None:
        if posting_id is None:
            return None
        posting = (await self._store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None:
            raise NotFound("There is no such posting.", "没有这个岗位。", field=_POSTING_FIELD)
        if not posting.is_open(day_in_china(self._clock())):
            raise PostingNotOpen(
                "Choose an open posting: only those get a code.",
                "只有开放中的岗位才能制作二维码。",
                field=_POSTING_FIELD,
            )
        return posting

    async def _choose_union_path(
        self, caller: Principal, session: LiveSession | None, posting: Posting | None
    ) -> tuple[str, ...]:
        """The union that owns the code: the session's, else the posting's, else the officer's."""
        if session is not None:
            return session.union_path
        assert caller.union_id is not None  # every officer belongs to a union
        union_id = posting.union_id if posting else caller.union_id
        union = (await self._store.unions.by_ids([union_id]))[union_id]
        if not union.is_within(caller.union_id):
            raise NotPermitted(
                "This posting belongs to another union.",
                "该岗位属于其他工会。",
                field=_POSTING_FIELD,
            )
        return union.path


async def require_scanned_code(store: Store, token: str, field: tuple[str, ...]) -> QrCode:
    """Return the QR code that a scanned token stands for. ``field`` is the path of the token.

    :raises CodeInvalid: the token is damaged or forged, or the code no longer exists.
    """
    code = await store.qr_codes.by_id(store.qr_codes.verify_token(token, field=field))
    if code is None:
        raise CodeInvalid("This code is no longer in use.", "该二维码已停用。", field=field)
    return code


def _check_short_text(given: str, name: str) -> str:
    text = given.strip()
    check_text(text, MAX_QR_CODE_TEXT_LENGTH, ("input", name))
    return text


def _choose_kind(session: LiveSession | None, posting: Posting | None, place: str) -> CodeKind:
    if place:
        return CodeKind.POSTER
    if session is None:
        raise InvalidInput(
            "Name the session; only a poster, which has a place, can do without one.",
            "请指定场次；只有填写了张贴地点的海报二维码可以不指定场次。",
            field=_SESSION_FIELD,
        )
    return CodeKind.POSTING if posting else CodeKind.SESSION
