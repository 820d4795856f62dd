"""Staff accounts, roles, and the principal that an access token identifies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.labels import Labelled
from domain.refusals import NotPermitted, Unauthenticated


class Role(Labelled):
    """The role of a caller. Each operation names the roles that may call it."""

    OFFICER = "OFFICER", "工会干部"
    HOST = "HOST", "主播"
    RECRUITER = "RECRUITER", "招聘专员"
    VIEWER = "VIEWER", "观众"
    SEEKER = "SEEKER", "求职者"


STAFF_ROLES = frozenset({Role.OFFICER, Role.HOST, Role.RECRUITER})
UNION_STAFF_ROLES = STAFF_ROLES - {Role.RECRUITER}
"""The roles that may see the group of a person. The consent to pass a lead to an employer does not
include the group, so recruiters never see it."""
VISITOR_ROLES = (Role.VIEWER, Role.SEEKER)
"""The roles without an account. A seeker is a viewer with a profile and may do all a viewer may."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account of a member of staff.

    Officers and hosts belong to a union, recruiters to an employer.
    """

    id: str
    username: str
    display_name: str
    role: Role
    password_hash: str
    union_id: str | None = None
    employer_id: str | None = None
    created_at: datetime
    generation: int = 1
    """Grows by one when all tokens of the account end. Tokens hold the generation of their issue,
    and those of an earlier one are refused."""
    disabled_at: datetime | None = None
    """Since when nobody can sign in with this account; None for an account in use."""
    password_expires_at: datetime | None = None
    """Until when a one-time password can be exchanged for an own one; None: the password is the
    person's own and does not expire."""

    @property
    def principal(self) -> Principal:
        """The principal of this account, without an expiry."""
        return Principal(
            role=self.role,
            subject=self.id,
            union_id=self.union_id,
            employer_id=self.employer_id,
            generation=self.generation,
        )


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The caller of one operation, read from the access token.

    ``subject`` is the id of the account, or the id of the device for a visitor, who has no account.
    ``generation`` is that of the account when the token was issued. ``sign_in_id`` is the sign-in
    that the token belongs to; None for visitors.
    """

    role: Role
    subject: str
    union_id: str | None = None
    employer_id: str | None = None
    expires_at: datetime | None = None
    generation: int = 1
    sign_in_id: str | None = None

    @property
    def device_id(self) -> str | None:
        """The id of a visitor's device, which is the giver of what it sends; None for staff."""
        return self.subject if self.role in VISITOR_ROLES else None


def require_role(principal: Principal | None, *roles: Role) -> Principal:
    """Return the principal if it has one of ``roles``.

    :raises Unauthenticated: there is no principal.
    :raises NotPermitted: the principal has another role.
    """
    if principal is None:
        raise Unauthenticated(
            "Sign in, or open the page again.",
            "请先登录，或重新打开页面。",
            hint=(
                "Send the access token of `signIn` or `enterAsViewer` as "
                "`Authorization: Bearer <token>`."
            ),
        )
    if principal.role not in roles:
        permitted = " or ".join(role.value.lower() for role in roles)
        permitted_zh = "、".join(role.zh for role in roles)
        raise NotPermitted(
            f"This is for the role {permitted}; you are {principal.role.lower()}.",
            f"此操作仅限{permitted_zh}；您当前的身份是{principal.role.zh}。",
        )
    return principal
