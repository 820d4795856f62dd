"""Checks of what the caller may see or direct, for resolvers."""

import strawberry

from domain.identity.accounts import Role
from domain.identity.scopes import may_see_posting_of_place, may_see_unopened_posting
from domain.identity.unions import Union
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from schema.context import Context
from schema.relay import parse_global_id
from services.live.session_access import check_directed, check_visible


async def manages_posting(context: Context, posting: Posting) -> bool:
    """Whether the caller is an officer or recruiter who is responsible for the posting."""
    caller = context.principal
    if caller is None or caller.role not in {Role.OFFICER, Role.RECRUITER}:
        return False
    union = await context.loaders.unions.load(posting.union_id)
    return may_see_unopened_posting(caller, posting, union.path if union else ())


async def sees_posting(context: Context, posting: Posting) -> bool:
    """Whether the caller manages the posting, or may see it as one of the own region."""
    if await manages_posting(context, posting):
        return True
    union, above = await load_own_unions(context)
    return may_see_posting_of_place(context.principal, union, above, posting)


async def load_own_unions(context: Context) -> tuple[Union | None, tuple[Union, ...]]:
    """An officer's union and the unions above it; none for other callers."""
    caller = context.principal
    if caller is None or caller.role is not Role.OFFICER or caller.union_id is None:
        return None, ()
    union = await context.loaders.unions.load(caller.union_id)
    if union is None:
        return None, ()
    above = await context.loaders.unions.load_many(union.path[:-1])
    return union, tuple(each for each in above if each is not None)


def require_visible_session(
    context: Context, session: LiveSession | None, *field: str
) -> LiveSession:
    """The session if it exists and the caller may see it.

    :raises NotFound: it does not exist, or is a draft of others; ``field`` is the input that names
        it.
    """
    return check_visible(context.principal, session, field)


async def load_visible_session(
    context: Context, session_id: strawberry.ID, *field: str
) -> LiveSession:
    """The session with this global id, which the caller may see.

    ``field`` is the place of the id in the input.

    :raises InvalidId: it is not the global id of a session.
    :raises NotFound: the session does not exist, or the caller may not see it.
    """
    wanted = parse_global_id(session_id, "LiveSession", *field)
    return check_visible(context.principal, await context.loaders.sessions.load(wanted), field)


async def require_directed_session(
    context: Context, session_id: strawberry.ID, *field: str
) -> LiveSession:
    """The session with this global id, which the caller may direct.

    ``field`` is the place of the id in the input.

    :raises InvalidId: it is not the global id of a session.
    :raises NotFound: the session does not exist, or the caller may not see it.
    :raises NotPermitted: the caller may not direct the session.
    """
    caller = context.require(Role.HOST, Role.OFFICER)
    record = await context.loaders.sessions.load(parse_global_id(session_id, "LiveSession", *field))
    return check_directed(caller, record, field)
