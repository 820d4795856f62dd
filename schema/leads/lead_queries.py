"""The query of the leads in the scope of a member of staff."""

from dataclasses import replace
from datetime import datetime
from enum import Enum

import strawberry

from domain.identity.accounts import STAFF_ROLES, Principal, Role
from domain.leads.confirmation import LeadConfirmation
from domain.leads.leads import Lead as LeadRecord
from domain.leads.leads import LeadStage
from domain.refusals import InvalidInput
from schema.context import Info
from schema.leads.lead_types import Lead
from schema.relay import (
    Connection,
    Keyset,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from storage.leads.calling_order import CALLING_ORDER, parse_rank, rank_of
from storage.leads.lead_query import LeadQuery


@strawberry.enum(description="How leads are ordered.")
class LeadOrder(Enum):
    NEWEST = strawberry.enum_value("NEWEST", description="The newest first.")
    CALLING = strawberry.enum_value(
        "CALLING",
        description="In the order to call in: leads whose phone nobody has confirmed come last, "
        "each part newest first.",
    )


CALLING_KEYSET: Keyset[LeadRecord] = Keyset(
    name="leads-calling",
    order=CALLING_ORDER,
    key=lambda lead: (str(rank_of(lead)), lead.id),
    parse=lambda parts: (parse_rank(parts[0]), parts[1]),
)
LEAD_KEYSET: Keyset[LeadRecord] = id_keyset("leads", lambda lead: lead.id)


@strawberry.input(description="Every given field must match.")
class LeadFilter:
    session_id: strawberry.ID | None = None
    posting_id: strawberry.ID | None = None
    stage: LeadStage | None = None
    confirmations: list[LeadConfirmation] | None = strawberry.field(
        default=None, description="1 to 4, each once; employers get CONFIRMED and LEGACY alone."
    )
    assignee_id: strawberry.ID | None = None
    mine: bool | None = strawberry.field(
        default=None, description="Assigned to the caller, also from outside their scope."
    )
    overdue: bool | None = None
    escalated: bool | None = strawberry.field(
        default=None,
        description="For an officer: escalated to their union. For others: escalated at all.",
    )
    disagreement: bool | None = strawberry.field(
        default=None, description="Employer and person disagree on the hire."
    )


def build_lead_scope(caller: Principal) -> LeadQuery:
    """Return the query of all leads in the scope of a member of staff."""
    if caller.role is Role.OFFICER:
        return LeadQuery(union_id=caller.union_id)
    if caller.role is Role.HOST:
        return LeadQuery(owner_id=caller.subject)
    return LeadQuery(employer_id=caller.employer_id, for_employer=True)


@strawberry.type
class LeadQueries:
    @strawberry.field(description="For staff: the leads of their scope, newest first by default.")
    async def leads(
        self,
        info: Info,
        filter: LeadFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        order_by: LeadOrder | None = None,
    ) -> Connection[Lead] | None:
        caller = info.context.require(*STAFF_ROLES)
        given = filter or LeadFilter()
        query = _apply_filter(build_lead_scope(caller), given)
        query = _apply_follow_up_filter(query, caller, given, info.context.services.clock())
        store = info.context.services.store
        if order_by is LeadOrder.CALLING:
            keyset, read_page = CALLING_KEYSET, store.calling_order.page
        else:
            keyset, read_page = LEAD_KEYSET, store.leads.page
        return await resolve_connection(
            keyset, lambda page: read_page(query, page), Lead.of, first=first, after=after
        )


def _apply_filter(scope: LeadQuery, filter: LeadFilter) -> LeadQuery:
    session_id, posting_id = filter.session_id, filter.posting_id
    return replace(
        scope,
        session_id=None
        if session_id is None
        else parse_global_id(session_id, "LiveSession", "filter", "sessionId"),
        posting_id=None
        if posting_id is None
        else parse_global_id(posting_id, "Posting", "filter", "postingId"),
        stage=filter.stage,
        confirmations=_read_confirmations(filter.confirmations),
    )


def _read_confirmations(
    given: list[LeadConfirmation] | None,
) -> tuple[LeadConfirmation, ...] | None:
    if given is None:
        return None
    if not given or len(set(given)) < len(given):
        raise InvalidInput(
            "Give one or several confirmations, each once.",
            "请至少选择一种核实状态，且不要重复。",
            field=("filter", "confirmations"),
        )
    return tuple(given)


def _apply_follow_up_filter(
    query: LeadQuery, caller: Principal, filter: LeadFilter, now: datetime
) -> LeadQuery:
    query = replace(query, overdue=filter.overdue, now=now, disagreement=filter.disagreement)
    if filter.escalated and caller.role is Role.OFFICER:
        query = replace(query, escalated_to=caller.union_id)
    else:
        query = replace(query, escalated=filter.escalated)
    if filter.assignee_id is not None:
        assignee_id = parse_global_id(filter.assignee_id, "Account", "filter", "assigneeId")
        query = replace(query, assignee_id=assignee_id)
    if not filter.mine:
        excluded = caller.subject if filter.mine is False else None
        return replace(query, not_assignee_id=excluded)
    if query.assignee_id not in {None, caller.subject}:
        raise InvalidInput(
            "Choose one colleague, or only your own leads.",
            "请选择某位同事，或只看自己的线索。",
            field=("filter", "mine"),
            hint="Give `assigneeId` or `mine`, not both.",
        )
    # Staff may follow every lead that is assigned to them, so no other scope narrows the query.
    return replace(
        query, union_id=None, owner_id=None, employer_id=None, assignee_id=caller.subject
    )
