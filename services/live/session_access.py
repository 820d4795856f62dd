"""Which live sessions a caller may see and direct."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.scopes import check_may_direct, may_see_session
from domain.live.sessions import LiveSession
from domain.refusals import NotFound
from storage.mongo.client import Transaction
from storage.store import Store


def check_visible(
    caller: Principal | None, session: LiveSession | None, field: tuple[str, ...]
) -> LiveSession:
    """Return the session that was looked up if the caller may see it.

    ``field`` is the path of the input that named it.

    :raises NotFound: there is none, or it is a draft that the caller does not direct.
    """
    if session is None or not may_see_session(caller, session):
        raise NotFound("No session has this id.", "没有这个场次。", field=field)
    return session


def check_directed(
    caller: Principal, session: LiveSession | None, field: tuple[str, ...]
) -> LiveSession:
    """Return the session that was looked up if the caller directs it: its host or an officer.

    :raises NotFound: there is none for the caller.
    :raises NotPermitted: the caller may see it but does not direct it.
    """
    session = check_visible(caller, session, field)
    check_may_direct(caller, session)
    return session


async def load_session(store: Store, session_id: str, transaction: Transaction) -> LiveSession:
    """Read the session with a local id, whoever asks.

    :raises NotFound: there is none.
    """
    found = await store.live_sessions.by_id(session_id, transaction=transaction)
    if found is None:
        raise NotFound("No session has this id.", "没有这个场次。")
    return found


async def require_directed_session(
    store: Store, caller: Principal, session_id: str, field: tuple[str, ...]
) -> LiveSession:
    """Read the session with a local id, which the caller must direct.

    :raises NotFound: there is none for the caller.
    :raises NotPermitted: the caller may see it but does not direct it.
    """
    return check_directed(caller, await store.live_sessions.by_id(session_id), field)
