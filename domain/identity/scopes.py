"""Who may see and direct what: an officer their union's subtree, a host their own sessions, a
recruiter what belongs to their employer."""

from __future__ import annotations

from domain.employers.employers import Employer
from domain.errors import NotPermitted
from domain.identity.accounts import STAFF_ROLES, Account, Principal, Role
from domain.identity.unions import Union, UnionLevel
from domain.leads.leads import Lead
from domain.live.qr_codes import QrCode
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import Posting
from domain.reference.regions import province_of
from domain.webhooks.webhooks import Webhook


def may_direct(principal: Principal, session: LiveSession) -> bool:
    """Whether the caller may start, steer and end the session."""
    if principal.role is Role.HOST:
        return session.owner_id == principal.subject
    return principal.role is Role.OFFICER and principal.union_id in session.union_path


def check_may_direct(principal: Principal, session: LiveSession) -> None:
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


def may_follow_up_lead(principal: Principal, lead: Lead) -> bool:
    """Whether the lead is in the caller's scope, or in the caller's hands."""
    # The consent is for handing it to the employer: without it the employer has no part in it,
    # nor has a recruiter who had it in hand.
    if principal.role is Role.RECRUITER and lead.withdrawn_at is not None:
        return False
    if principal.role in STAFF_ROLES and principal.subject == lead.assignee_id:
        return True
    if principal.role is Role.OFFICER:
        return principal.union_id in lead.union_path
    if principal.role is Role.HOST:
        return lead.owner_id == principal.subject
    return principal.role is Role.RECRUITER and lead.employer_id == principal.employer_id


def may_assign_lead(
    giver: Principal, lead: Lead, taker: Account, union_path: tuple[str, ...]
) -> bool:
    """Whether ``giver``, who may follow the lead, may hand it to ``taker``.

    An officer hands it to officers and hosts of the own union and its branches (``union_path`` is
    the taker's) and to recruiters of the employer, a recruiter to colleagues alone. Nobody else's
    recruiter ever: the person agreed to this employer.
    """
    if taker.role is Role.RECRUITER:
        return taker.employer_id == lead.employer_id
    return (
        giver.role is Role.OFFICER
        and taker.role in {Role.OFFICER, Role.HOST}
        and giver.union_id in union_path
    )


def may_see_code(principal: Principal | None, code: QrCode) -> bool:
    """Whether the code is in the caller's scope: what it has brought is for them."""
    if principal is None:
        return False
    if principal.role is Role.HOST:
        return code.owner_id == principal.subject
    return principal.role is Role.OFFICER and principal.union_id in code.union_path


def may_see_webhook(principal: Principal | None, webhook: Webhook) -> bool:
    """Whether the webhook is in the caller's scope, to be seen and changed."""
    if principal is None:
        return False
    if principal.role is Role.RECRUITER:
        return webhook.employer_id is not None and webhook.employer_id == principal.employer_id
    return principal.role is Role.OFFICER and principal.union_id in webhook.union_path


def may_see_unopened_posting(
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


def may_manage_seekers(principal: Principal | None, union_path: tuple[str, ...]) -> bool:
    """Whether a seeker, a call list or a referral is in the caller's scope: for officers alone.

    No employer sees who looks for work, nor what an officer noted of them.
    """
    return (
        principal is not None
        and principal.role is Role.OFFICER
        and principal.union_id in union_path
    )


def may_verify_employer(principal: Principal, union_path: tuple[str, ...]) -> bool:
    """Whether the caller may check an employer; ``union_path`` is the path of its union."""
    return principal.role is Role.OFFICER and principal.union_id in union_path


def may_set_minimum_wages(principal: Principal, union: Union | None, region: str) -> bool:
    """Whether the caller may add and verify minimum wages of a region.

    The provinces set them (劳动法 art. 48), so it is for officers of the provincial union and of
    the national one.
    """
    if principal.role is not Role.OFFICER or union is None:
        return False
    if union.level is UnionLevel.NATIONAL:
        return True
    is_own = province_of(region) == province_of(union.place_code)
    return union.level is UnionLevel.PROVINCE and is_own


def may_see_employer_checks(
    principal: Principal | None, employer: Employer, union_path: tuple[str, ...]
) -> bool:
    """Whether the caller may see who checked an employer: its officers, and its own recruiters."""
    if principal is None:
        return False
    is_own = principal.role is Role.RECRUITER and principal.employer_id == employer.id
    return is_own or may_verify_employer(principal, union_path)
