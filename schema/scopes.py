"""Whose concern a posting is, and which sessions there are for the caller."""

import strawberry

from domain.identity.accounts import Role
from domain.identity.scopes import may_see_unopened_posting
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from schema.context import Context
from schema.relay import parse_global_id
from services.live.session_access import check_directed, check_visible


async def manages_posting(context: Context, posting: Posting) -> bool:
    """Whether the caller is of the staff that looks after the posting."""
    caller = context.principal
    if caller is None or caller.role not in {Role.OFFICER, Role.RECRUITER}:
        return False
    union = await context.loaders.unions.load(posting.union_id)
    return may_see_unopened_posting(caller, posting, union.path if union else ())


def require_visible_session(
    context: Context, session: LiveSession | None, *field: str
) -> LiveSession:
    """A session that was looked up, if there is one for the caller.

    :raises NotFound: there is none, or only a draft of others; ``field`` named it.
    """
    return check_visible(context.principal, session, field)


async def require_directed_session(
    context: Context, session_id: strawberry.ID, *field: str
) -> LiveSession:
    """The session with a global id, which the caller may direct; ``field`` says where it stood.

    :raises NotFound: there is no such session for the caller.
    :raises NotPermitted: the caller may not.
    """
    caller = context.require(Role.HOST, Role.OFFICER)
    record = await context.loaders.sessions.load(parse_global_id(session_id, "LiveSession", *field))
    return check_directed(caller, record, field)
