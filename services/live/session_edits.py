"""Editing a session that was scheduled: also on air, where its viewers follow each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.live.events import LoggedEvent, SessionEdited
from domain.live.log_topics import session_topic
from domain.live.session_edits import SessionEdit, edit_session
from domain.live.sessions import MAX_SESSION_POSTINGS, Honour, LiveSession
from domain.live.stream_sites import NO_STREAM_SITE, StreamRules, check_stream_url
from domain.postings.list_checks import check_list_length
from domain.reference.calendar import day_in_china
from realtime.group_commit import GroupCommit
from services.live.schedule import (
    MAX_SESSION_DESCRIPTION_LENGTH,
    check_host,
    check_new_are_open,
    check_running_order,
    check_start,
    check_title,
)
from services.live.session_access import load_session, require_directed_session
from services.live.shown_texts import check_shown_text
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store

_SESSION_FIELD = ("input", "sessionId")
_ADDED_FIELD = ("input", "addPostingIds")


@dataclass(frozen=True, kw_only=True)
class SessionChanges:
    """What a host or an officer wants to change; None leaves a field as it is. Ids are local ids.

    An empty ``cover_url`` takes the cover away, so one is drawn.
    """

    title: str | None = None
    description: str | None = None
    cover_url: str | None = None
    host_name: str | None = None
    host_honour: Honour | None = None
    starts_at: datetime | None = None
    posting_ids: Sequence[str] | None = None
    added_posting_ids: Sequence[str] = ()


class SessionEditing:
    """Edits live sessions on behalf of their host or an officer of their union."""

    def __init__(
        self, store: Store, commit: GroupCommit, clock: Clock, rules: StreamRules = NO_STREAM_SITE
    ) -> None:
        """``rules`` are the sites that covers may come from."""
        self._store = store
        self._commit = commit
        self._clock = clock
        self._rules = rules

    async def edit(self, caller: Principal, session_id: str, wanted: SessionChanges) -> LiveSession:
        """Change the session, with one event for its viewers and one entry in the audit log.

        What is as wanted already writes nothing.

        :raises NotFound: there is no such session for the caller.
        :raises NotPermitted: the caller does not direct it.
        :raises SessionStateConflict: the session is over, or on air and the change is not for then.
        :raises InvalidInput: a value cannot be right.
        :raises TextRefused: title or description break a rule for public texts.
        :raises PostingNotOpen: a posting that is new in the running order is not open.
        """
        known = await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        checked = await self._check(known, wanted)

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            before = await load_session(self._store, session_id, transaction)
            after = edit_session(before, checked, await self._find_closed(before))
            if after == before:
                return before, []
            await self._store.live_sessions.edit(before, after, transaction=transaction)
            await self._store.audit_log.append(
                [_audit_entry(caller, before, after)], at=self._clock(), transaction=transaction
            )
            edited = SessionEdited(session_id=session_id)
            return await load_session(self._store, session_id, transaction), [edited]

        return await self._commit.append(session_topic(session_id), change)

    async def _check(self, session: LiveSession, wanted: SessionChanges) -> SessionEdit:
        now = self._clock()
        starts_at = wanted.starts_at
        # A page that sends all fields sends the start, which may have passed, as it is.
        if starts_at is not None and starts_at != session.starts_at:
            starts_at = check_start(starts_at, now)
        return SessionEdit(
            title=None if wanted.title is None else check_title(wanted.title),
            description=None
            if wanted.description is None
            else check_shown_text(
                wanted.description, MAX_SESSION_DESCRIPTION_LENGTH, ("input", "description")
            ),
            cover_url=None
            if wanted.cover_url is None
            else check_stream_url(wanted.cover_url, self._rules, ("input", "coverUrl")),
            host=None
            if wanted.host_name is None
            else check_host(session.format, wanted.host_name, wanted.host_honour),
            starts_at=starts_at,
            posting_ids=None
            if wanted.posting_ids is None
            else await check_running_order(
                self._store, wanted.posting_ids, now, known=session.posting_ids
            ),
            added_posting_ids=await self._check_added(session, wanted.added_posting_ids, now),
        )

    async def _check_added(
        self, session: LiveSession, posting_ids: Sequence[str], now: datetime
    ) -> Sequence[str]:
        check_list_length(posting_ids, MAX_SESSION_POSTINGS, _ADDED_FIELD)
        await check_new_are_open(
            self._store, posting_ids, now, _ADDED_FIELD, known=session.posting_ids
        )
        return posting_ids

    async def _find_closed(self, session: LiveSession) -> set[str]:
        today = day_in_china(self._clock())
        visible = set(await self._store.postings.visible_ids(session.posting_ids, today))
        return set(session.posting_ids) - visible


def _audit_entry(caller: Principal, before: LiveSession, after: LiveSession) -> AuditEntry:
    """The entry names the fields that changed, not their content."""
    changed = [
        each.name
        for each in fields(LiveSession)
        if getattr(before, each.name) != getattr(after, each.name)
    ]
    return AuditEntry(
        actor=staff_actor(caller),
        action=AuditAction.EDIT_SESSION,
        subject_type="LiveSession",
        subject_id=before.id,
        detail=" ".join(changed),
    )
