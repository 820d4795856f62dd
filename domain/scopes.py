"""Who may see and direct what: an officer their union's subtree, a host their own sessions, a
recruiter what belongs to their employer."""

from __future__ import annotations

from domain.accounts import Principal, Role
from domain.codes import Code
from domain.errors import NotPermitted
from domain.leads import Lead
from domain.postings import Posting
from domain.sessions import LiveSession, SessionStatus


def may_direct(principal: Principal, session: LiveSession) -> bool:
    """Whether the caller may start, steer and end the session."""
    if principal.role is Role.HOST:
        return session.owner_id == principal.subject
    return principal.role is Role.OFFICER and principal.union_id in session.union_path


def check_directs(principal: Principal, session: LiveSession) -> None:
    """Pass when the caller may direct the session.

    :raises NotPermitted: it belongs to somebody else.
    """
    if not may_direct(principal, session):
        raise NotPermitted("This session belongs to another host or union.")


def may_see_session(principal: Principal | None, session: LiveSession) -> bool:
    """A draft is for those who direct it; everything else is public."""
    if session.status is not SessionStatus.DRAFT:
        return True
    return principal is not None and may_direct(principal, session)


def may_follow_lead(principal: Principal, lead: Lead) -> bool:
    """Whether the lead is in the caller's scope."""
    if principal.role is Role.OFFICER:
        return principal.union_id in lead.union_path
    if principal.role is Role.HOST:
        return lead.owner_id == principal.subject
    # The consent is for handing it to the employer: without it the employer has no part in it.
    return (
        principal.role is Role.RECRUITER
        and lead.employer_id == principal.employer_id
        and lead.withdrawn_at is None
    )


def may_see_code(principal: Principal | None, code: Code) -> bool:
    """Whether the code is in the caller's scope: what it has brought is for them."""
    if principal is None:
        return False
    if principal.role is Role.HOST:
        return code.owner_id == principal.subject
    return principal.role is Role.OFFICER and principal.union_id in code.union_path


def may_see_unopened(
    principal: Principal | None, posting: Posting, union_path: tuple[str, ...]
) -> bool:
    """Whether the caller may see a posting that is not open, with what screening found.

    ``union_path`` is the path of the union that the posting belongs to.
    """
    if principal is None:
        return False
    if principal.role is Role.RECRUITER:
        return posting.employer_id == principal.employer_id
    return principal.role is Role.OFFICER and principal.union_id in union_path
