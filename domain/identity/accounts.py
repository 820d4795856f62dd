"""Who may call: staff accounts and the principal that a token stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotPermitted, Unauthenticated
from domain.labels import Labelled


class Role(Labelled):
    """What a caller is; every operation names the roles it is for."""

    OFFICER = "OFFICER", "工会干部"
    HOST = "HOST", "主播"
    RECRUITER = "RECRUITER", "招聘专员"
    VIEWER = "VIEWER", "观众"
    SEEKER = "SEEKER", "求职者"


STAFF_ROLES = frozenset({Role.OFFICER, Role.HOST, Role.RECRUITER})
UNION_STAFF_ROLES = STAFF_ROLES - {Role.RECRUITER}
"""Whom people tell their group: the consent that hands a lead to an employer does not name it."""
VISITOR_ROLES = (Role.VIEWER, Role.SEEKER)
"""Without an account: a seeker is a viewer who has left a profile, and may do all that one may."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A member of staff. An officer and a host belong to a union, a recruiter to an employer."""

    id: str
    username: str
    display_name: str
    role: Role
    password_hash: str
    union_id: str | None = None
    employer_id: str | None = None
    created_at: datetime

    @property
    def principal(self) -> Principal:
        """What it may do, until whenever."""
        return Principal(
            role=self.role,
            subject=self.id,
            union_id=self.union_id,
            employer_id=self.employer_id,
        )


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The caller of one operation, as its token says.

    ``subject`` is the account's id, or a random id for a visitor, who has no account.
    """

    role: Role
    subject: str
    union_id: str | None = None
    employer_id: str | None = None
    expires_at: datetime | None = None


def require_role(principal: Principal | None, *roles: Role) -> Principal:
    """Give back the principal when it has one of ``roles``.

    :raises Unauthenticated: nobody is signed in.
    :raises NotPermitted: signed in with another role.
    """
    if principal is None:
        raise Unauthenticated("Sign in first, or enter as a viewer, and send the access token.")
    if principal.role not in roles:
        wanted = " or ".join(role.value.lower() for role in roles)
        raise NotPermitted(f"This is for the role {wanted}; you are {principal.role.lower()}.")
    return principal
