"""Access rules by scope: who may see and change which session, lead, posting and so on.

An officer's scope is the union with all its branches, a host's scope their own sessions, and a
recruiter's scope their employer.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.employers.employers import Employer
from domain.identity.accounts import STAFF_ROLES, Account, Principal, Role
from domain.identity.unions import Union, UnionLevel
from domain.leads.leads import Lead
from domain.live.qr_codes import QrCode
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import Posting
from domain.reference.regions import is_within, province_of
from domain.refusals import NotPermitted
from domain.webhooks.webhooks import Webhook


def may_direct(principal: Principal, session: LiveSession) -> bool:
    """Return whether the caller may start, run and end the session."""
    if principal.role is Role.HOST:
        return session.owner_id == principal.subject
    return principal.role is Role.OFFICER and principal.union_id in session.union_path


def check_may_direct(principal: Principal, session: LiveSession) -> None:
    """Check that the caller may direct the session.

    :raises NotPermitted: the session belongs to another host or union.
    """
    if not may_direct(principal, session):
        raise NotPermitted(
            "This session belongs to another host or union.", "该场次属于其他主播或工会。"
        )


def may_see_session(principal: Principal | None, session: LiveSession) -> bool:
    """Return whether the caller may see the session: drafts only for those who direct it."""
    if session.status is not SessionStatus.DRAFT:
        return True
    return principal is not None and may_direct(principal, session)


def may_follow_up_lead(principal: Principal, lead: Lead) -> bool:
    """Return whether the lead is in the caller's scope or assigned to the caller."""
    # The consent covers passing the lead to the employer. Without it, and before the owner of the
    # phone has confirmed the lead, no recruiter has access, not even the assignee.
    if principal.role is Role.RECRUITER and not lead.reaches_employer:
        return False
    if principal.role in STAFF_ROLES and principal.subject == lead.assignee_id:
        return True
    if principal.role is Role.OFFICER:
        return principal.union_id in lead.union_path
    if principal.role is Role.HOST:
        return lead.owner_id == principal.subject
    return principal.role is Role.RECRUITER and lead.employer_id == principal.employer_id


def may_assign_lead(
    assigner: Principal, lead: Lead, assignee: Account, union_path: tuple[str, ...]
) -> bool:
    """Return whether ``assigner``, who may follow up the lead, may assign it to ``assignee``.

    Officers may assign to officers and hosts of their union and its branches (``union_path`` is
    that of the assignee) and to recruiters of the lead's employer. Recruiters may assign only to
    colleagues. Recruiters of another employer are never allowed: the person's consent names one
    employer.
    """
    if assignee.role is Role.RECRUITER:
        return assignee.employer_id == lead.employer_id
    return (
        assigner.role is Role.OFFICER
        and assignee.role in {Role.OFFICER, Role.HOST}
        and assigner.union_id in union_path
    )


def may_see_code(principal: Principal | None, code: QrCode) -> bool:
    """Return whether the caller may see the QR code with its scans and leads."""
    if principal is None:
        return False
    if principal.role is Role.HOST:
        return code.owner_id == principal.subject
    return principal.role is Role.OFFICER and principal.union_id in code.union_path


def may_see_webhook(principal: Principal | None, webhook: Webhook) -> bool:
    """Return whether the caller may see and change the webhook."""
    if principal is None:
        return False
    if principal.role is Role.RECRUITER:
        return webhook.employer_id is not None and webhook.employer_id == principal.employer_id
    return principal.role is Role.OFFICER and principal.union_id in webhook.union_path


def may_see_unopened_posting(
    principal: Principal | None, posting: Posting, union_path: tuple[str, ...]
) -> bool:
    """Return whether the caller may see a posting that is not open, and its screening findings.

    ``union_path`` is that of the posting's union.
    """
    if principal is None:
        return False
    if principal.role is Role.RECRUITER:
        return posting.employer_id == principal.employer_id
    return principal.role is Role.OFFICER and principal.union_id in union_path


def may_see_posting_of_place(
    principal: Principal | None, union: Union | None, above: Iterable[Union], posting: Posting
) -> bool:
    """Return whether an officer may see a posting because its place is in the own region.

    ``union`` is the officer's own, ``above`` are the unions above it: one of them that the posting
    belongs to, itself or by a branch, must let its branches see postings. It gives no right to
    change the posting, or to see what screening found.
    """
    if principal is None or principal.role is not Role.OFFICER or union is None:
        return False
    is_shared = any(each.branches_see_postings and each.id in posting.union_path for each in above)
    places = (place.place_code for place in posting.terms.places)
    return is_shared and any(is_within(code, union.place_code) for code in places)


def may_change_union(principal: Principal, union: Union) -> bool:
    """Return whether the caller may change a union's settings: its officers and those above."""
    return principal.role is Role.OFFICER and principal.union_id in union.path


def may_manage_seekers(principal: Principal | None, union_path: tuple[str, ...]) -> bool:
    """Return whether the caller may see and change a seeker, a call list or a referral.

    Only officers may. No employer sees who looks for work, or an officer's notes.
    """
    return (
        principal is not None
        and principal.role is Role.OFFICER
        and principal.union_id in union_path
    )


def may_verify_employer(principal: Principal, union_path: tuple[str, ...]) -> bool:
    """Return whether the caller may verify an employer; ``union_path`` is that of its union."""
    return principal.role is Role.OFFICER and principal.union_id in union_path


def may_submit_posting(
    principal: Principal, employer: Employer, union_path: tuple[str, ...]
) -> bool:
    """Return whether the caller may submit postings of the employer.

    Officers of its union and of the unions above may, and its own recruiters. ``union_path`` is
    that of its union.
    """
    if principal.role is Role.RECRUITER:
        return principal.employer_id == employer.id
    return principal.role is Role.OFFICER and principal.union_id in union_path


def may_manage_account(principal: Principal, union_path: tuple[str, ...]) -> bool:
    """Return whether the caller may disable an account and reset its password.

    Officers may, for staff of their union and its branches and for recruiters of employers there.
    A colleague of the same union is in scope: a small union has no one above on its own premises.
    ``union_path`` is that of the account's union, or of its employer's.
    """
    return principal.role is Role.OFFICER and principal.union_id in union_path


def may_set_minimum_wages(principal: Principal, union: Union | None, region: str) -> bool:
    """Return whether the caller may add and verify minimum wages of a region.

    Provinces set minimum wages (劳动法 art. 48), so only officers of the provincial union and of
    the national federation may.
    """
    if principal.role is not Role.OFFICER or union is None:
        return False
    if union.level is UnionLevel.NATIONAL:
        return True
    is_own = province_of(region) == province_of(union.place_code)
    return union.level is UnionLevel.PROVINCE and is_own


def may_propose_minimum_wages(principal: Principal, union: Union, region: str) -> bool:
    """Return whether the caller may propose minimum wages of a region.

    Officers of a city or county may, for the places of their own union. A province sets the wages
    and verifies what they propose.
    """
    is_below_province = union.level in {UnionLevel.CITY, UnionLevel.COUNTY}
    is_own = is_within(region, union.place_code) and region != province_of(region)
    return principal.role is Role.OFFICER and is_below_province and is_own


def may_keep_occupations(principal: Principal, union: Union | None) -> bool:
    """Return whether the caller may add to the list of occupations, which all unions share.

    Officers of the national and of provincial unions may.
    """
    keepers = {UnionLevel.NATIONAL, UnionLevel.PROVINCE}
    return principal.role is Role.OFFICER and union is not None and union.level in keepers


def may_see_employer_checks(
    principal: Principal | None, employer: Employer, union_path: tuple[str, ...]
) -> bool:
    """Return whether the caller may see the checks of an employer.

    Officers of its union and its own recruiters may. ``union_path`` is that of its union.
    """
    if principal is None:
        return False
    is_own = principal.role is Role.RECRUITER and principal.employer_id == employer.id
    return is_own or may_verify_employer(principal, union_path)
