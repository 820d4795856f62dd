"""What may be changed of a session after it was scheduled: texts, cover, host, start, postings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.live.sessions import (
    MAX_SESSION_POSTINGS,
    ON_AIR_STATUSES,
    OVER_STATUSES,
    Honour,
    Host,
    LiveSession,
    SessionFormat,
)
from domain.refusals import InvalidInput, SessionStateConflict


@dataclass(frozen=True, kw_only=True)
class SessionEdit:
    """Checked values to change a session to; None leaves a field as it is.

    ``posting_ids`` is a new running order. ``added_posting_ids`` are appended to it, or to the
    present one; those that it has already change nothing.
    """

    title: str | None = None
    description: str | None = None
    cover_url: str | None = None
    host: Host | None = None
    starts_at: datetime | None = None
    posting_ids: Sequence[str] | None = None
    added_posting_ids: Sequence[str] = ()


def edit_session(
    session: LiveSession, edit: SessionEdit, closed: Collection[str] = ()
) -> LiveSession:
    """Return the session after an edit. ``closed`` are those of its postings that are not open.

    Closed postings that a new running order does not name stay at its end: nobody sees them, so
    nobody can name them, and they may open again.

    :raises SessionStateConflict: the session is over; or it is on air, and the start changes or an
        open posting goes.
    :raises InvalidInput: the format needs an honour that the new host lacks, or the session has too
        many postings.
    """
    if session.status in OVER_STATUSES:
        raise SessionStateConflict(
            "The session is over and cannot be changed any more.",
            "场次已经结束，不能再修改。",
        )
    if edit.host is not None:
        check_honour(session.format, edit.host.honour)
    starts_at = session.starts_at if edit.starts_at is None else edit.starts_at
    if session.status in ON_AIR_STATUSES and starts_at != session.starts_at:
        raise SessionStateConflict(
            "The session has started. Its start cannot be moved any more.",
            "场次已经开播，不能再改开播时间。",
            field=("input", "startsAt"),
        )
    return replace(
        session,
        title=session.title if edit.title is None else edit.title,
        description=session.description if edit.description is None else edit.description,
        cover_url=session.cover_url if edit.cover_url is None else edit.cover_url,
        host=session.host if edit.host is None else edit.host,
        starts_at=starts_at,
        posting_ids=_choose_running_order(session, edit, closed),
    )


def _choose_running_order(
    session: LiveSession, edit: SessionEdit, closed: Collection[str]
) -> tuple[str, ...]:
    given = session.posting_ids if edit.posting_ids is None else edit.posting_ids
    unseen = [each for each in session.posting_ids if each in closed]
    order = tuple(dict.fromkeys([*given, *edit.added_posting_ids, *unseen]))
    if session.status in ON_AIR_STATUSES and not set(session.posting_ids) <= set(order):
        raise SessionStateConflict(
            "The session is on air: its postings can be moved, and others added, but none can go. "
            "Close a posting to take it out.",
            "场次正在直播，岗位可以调整顺序或新增，但不能移出；不再招聘的请直接关闭岗位。",
            field=("input", "postingIds"),
        )
    if len(order) > MAX_SESSION_POSTINGS:
        raise InvalidInput(
            f"A session presents at most {MAX_SESSION_POSTINGS} postings.",
            f"一个场次最多展示{MAX_SESSION_POSTINGS}个岗位。",
            field=("input", "addPostingIds" if edit.added_posting_ids else "postingIds"),
        )
    return order


def check_honour(kind: SessionFormat, honour: Honour | None) -> None:
    """Check that a host has the honour that the format of a session promises.

    :raises InvalidInput: a model worker's session without an honour.
    """
    if kind is SessionFormat.MODEL_WORKER_LIVE and honour is None:
        raise InvalidInput(
            "Name the honour of the host: a model worker's session needs it.",
            "劳模送岗场次须填写主播的荣誉称号。",
            field=("input", "host", "honour"),
        )
