"""The check that a caller may follow up a lead."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.scopes import may_follow_up_lead
from domain.leads.leads import Lead
from domain.refusals import NotFound


def require_in_scope(caller: Principal, lead: Lead | None, field: tuple[str, ...]) -> Lead:
    """Return the lead, if it exists and the caller may follow it up.

    :raises NotFound: otherwise. Leads out of scope cannot be told from unknown ids.
    """
    if lead is None or not may_follow_up_lead(caller, lead):
        raise NotFound(
            "There is no such lead in your scope.",
            "在您的权限范围内没有这条线索。",
            field=field,
        )
    return lead
