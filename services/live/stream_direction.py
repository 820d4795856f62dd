"""What a host or an officer does with the picture of a live session.

``session_id`` is a local id; refusals name the field of the mutation's input.
"""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, check_reason, staff_actor
from domain.live.sessions import OVER_STATUSES, LiveSession
from domain.live.stream_sites import StreamRules, check_link_url, check_stream_url
from domain.live.streams import Stream, choose_source, cut_off, restore
from domain.refusals import InvalidInput, SessionStateConflict
from domain.screening.text_screening import check_public_text
from services.live.session_access import require_directed_session
from services.live.stream_control import StreamControl
from storage.clock import Clock
from storage.store import Store

_SESSION_FIELD = ("input", "sessionId")
_REASON_FIELD = ("input", "reason")


class StreamDirection:
    """Directs the pictures of sessions on behalf of their host or an officer of their union.

    Every method raises ``NotFound`` when there is no such session for the caller, and
    ``NotPermitted`` when the caller does not direct it.
    """

    def __init__(
        self, store: Store, control: StreamControl, rules: StreamRules, clock: Clock
    ) -> None:
        self._store = store
        self._control = control
        self._rules = rules
        self._clock = clock

    async def set_source(
        self,
        caller: Principal,
        session_id: str,
        *,
        hls_url: str | None,
        link_url: str | None,
        poster_url: str | None,
    ) -> LiveSession:
        """Set where the picture comes from: a playlist, a page elsewhere, or nowhere.

        :raises InvalidInput: an address is not allowed, or both are given.
        :raises SessionStateConflict: the session is over, or its picture was cut off.
        """
        await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        playlist = check_stream_url(hls_url, self._rules, ("input", "hlsUrl"))
        link = check_link_url(link_url, ("input", "linkUrl"))
        poster = check_stream_url(poster_url, self._rules, ("input", "posterUrl"))
        if playlist and link:
            raise InvalidInput(
                "Give a playlist or a link to another platform, not both.",
                "直播流地址和其他平台链接只能填写一个。",
                field=("input", "linkUrl"),
            )

        def choose(session: LiveSession) -> Stream:
            check_source_can_change(session)
            return choose_source(session.stream, hls_url=playlist, link_url=link, poster_url=poster)

        return await self._control.change(session_id, choose)

    async def cut_off(self, caller: Principal, session_id: str, reason: str) -> LiveSession:
        """Cut the picture off; viewers read the reason, and the audit log keeps it.

        A picture that is cut off already stays so, with its first reason.

        :raises InvalidInput: the reason has fewer than 5 or more than 200 characters, or a number.
        :raises TextRefused: the reason breaks a rule for public texts.
        """
        await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        told = check_reason(reason, _REASON_FIELD)
        check_public_text(told, _REASON_FIELD)
        at = self._clock()
        return await self._control.change(
            session_id,
            lambda session: cut_off(session.stream, at=at, reason=told),
            audit=_audit_entry(caller, AuditAction.CUT_OFF_STREAM, session_id, told),
        )

    async def restore(self, caller: Principal, session_id: str, reason: str) -> LiveSession:
        """Let a picture that was cut off be seen again; the audit log keeps the reason.

        :raises InvalidInput: the reason has fewer than 5 or more than 200 characters, or a number.
        """
        await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        told = check_reason(reason, _REASON_FIELD)
        return await self._control.change(
            session_id,
            lambda session: restore(session.stream),
            audit=_audit_entry(caller, AuditAction.RESTORE_STREAM, session_id, told),
        )


def check_source_can_change(session: LiveSession) -> None:
    """Pass when the picture of the session may come from somewhere else.

    :raises SessionStateConflict: the session is over, or its picture was cut off.
    """
    if session.status in OVER_STATUSES:
        raise SessionStateConflict(
            "The session is over. Its picture cannot change any more.",
            "场次已经结束，不能再更改画面来源。",
        )
    if session.stream.is_cut_off:
        raise SessionStateConflict(
            "The picture was cut off. Ask an officer of your union to restore it first.",
            "画面已被切断，请先联系本级工会干部恢复。",
        )


def _audit_entry(
    caller: Principal, action: AuditAction, session_id: str, detail: str
) -> AuditEntry:
    return AuditEntry(
        actor=staff_actor(caller),
        action=action,
        subject_type="LiveSession",
        subject_id=session_id,
        detail=detail,
    )
