"""Leads: giving one, listing them within one's scope, and advancing them."""

from dataclasses import replace
from datetime import datetime
from typing import Self

import strawberry

from domain.errors import InvalidInput
from domain.identity.accounts import STAFF_ROLES, UNION_STAFF_ROLES, Principal, Role
from domain.identity.persons import mask_name, mask_phone
from domain.identity.scopes import may_follow_up_lead, may_see_code
from domain.leads.leads import Lead as LeadRecord
from domain.leads.leads import LeadSource, LeadStage, RefusalReason, list_next_stages
from domain.live.sessions import Segment
from domain.postings.term_changes import diff_terms
from domain.seekers.groups import SeekerGroup
from schema.context import Context, Info
from schema.leads.timeline import LeadFollowUpFields
from schema.live.qr_codes import Code
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting, find_open_posting
from schema.postings.terms import FrozenTerms, TermChange
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from storage.leads.leads import LeadQuery

LEAD_KEYSET: Keyset[LeadRecord] = id_keyset("leads", lambda lead: lead.id)


@strawberry.type(description="Name and phone, masked.")
class MaskedContact:
    name: str
    phone: str


@strawberry.type(description="One interest of one person, and how far it has come.")
class Lead(Node, LeadFollowUpFields):
    stage: LeadStage
    reason: RefusalReason | None = strawberry.field(description="Why it was REFUSED.")
    source: LeadSource
    segment: Segment | None = strawberry.field(description="What was on air when it was given.")
    version: int = strawberry.field(description="Grows by one with each change.")
    created_at: datetime
    updated_at: datetime
    next_stages: list[LeadStage] = strawberry.field(description="What may follow.")
    withdrawn_at: datetime | None = strawberry.field(
        description="Since when there is no consent any more: nobody may contact the person."
    )
    erased_at: datetime | None = strawberry.field(description="Since when nobody knows who it was.")

    @classmethod
    def of(cls, record: LeadRecord) -> Self:
        following = frozenset() if record.erased_at else list_next_stages(record.stage)
        return cls(
            record=record,
            id=global_id("Lead", record.id),
            stage=record.stage,
            reason=record.reason,
            source=record.source,
            segment=record.segment,
            version=record.version,
            created_at=record.created_at,
            updated_at=record.updated_at,
            next_stages=[stage for stage in LeadStage if stage in following],
            withdrawn_at=record.withdrawn_at,
            erased_at=record.erased_at,
        )

    @strawberry.field(
        description="Masked: 王*, 138****8000. For staff; null for the giver, and without consent."
    )
    async def contact(self, info: Info) -> MaskedContact | None:
        caller = info.context.principal
        if caller is None or caller.role not in STAFF_ROLES or self.record.withdrawn_at is not None:
            return None
        contact = await info.context.services.store.open_contact(self.record)
        if contact is None:
            return None
        return MaskedContact(name=mask_name(contact.name), phone=mask_phone(contact.phone))

    # Not for the giver: who sends a phone that was sent before gets the lead of somebody else.
    @strawberry.field(
        description="What the person says of themselves, if anything. For staff of unions alone."
    )
    def group(self, info: Info) -> SeekerGroup | None:
        caller = info.context.principal
        return (
            self.record.group if caller is not None and caller.role in UNION_STAFF_ROLES else None
        )

    @strawberry.field(description="The terms that were shown when it was given.")
    def terms(self) -> FrozenTerms:
        return FrozenTerms.of(self.record.terms)

    @strawberry.field(
        description="What the posting offers otherwise by now. For the giver while it is open."
    )
    async def terms_changed(self, info: Info) -> list[TermChange]:
        posting = await self.posting(info)
        if posting is None:
            return []
        changes = diff_terms(self.record.terms, posting.record.terms)
        return [TermChange.of(change) for change in changes]

    @strawberry.field(description="The code that was scanned; for its staff.")
    async def qr_code(self, info: Info) -> Code | None:
        if self.record.code_id is None:
            return None
        record = await info.context.loaders.codes.load(self.record.code_id)
        assert record is not None  # codes are not deleted
        return Code.of(record) if may_see_code(info.context.principal, record) else None

    @strawberry.field(
        description="The posting as it is now. For staff also when it is closed; null for the "
        "giver then."
    )
    async def posting(self, info: Info) -> Posting | None:
        caller = info.context.principal
        if caller is None or caller.role not in STAFF_ROLES:
            return await find_open_posting(info.context, self.record.posting_id)
        record = await info.context.loaders.postings.load(self.record.posting_id)
        assert record is not None  # a posting with leads is never deleted
        return Posting.of(record)

    @strawberry.field(description="Null when it was given on the board or at a poster.")
    async def session(self, info: Info) -> LiveSession | None:
        if self.record.session_id is None:
            return None
        record = await info.context.loaders.sessions.load(self.record.session_id)
        assert record is not None  # a session with leads is never deleted
        return LiveSession.of(record)


@strawberry.input(description="All that are given must hold.")
class LeadFilter:
    session_id: strawberry.ID | None = None
    posting_id: strawberry.ID | None = None
    stage: LeadStage | None = None
    assignee_id: strawberry.ID | None = None
    mine: bool | None = strawberry.field(
        default=None, description="In the caller's hands, also from outside their scope."
    )
    overdue: bool | None = None
    escalated: bool | None = strawberry.field(
        default=None, description="For an officer: to the own union. Else: to any."
    )
    disagreement: bool | None = strawberry.field(
        default=None, description="The sides disagree on the hire."
    )


def lead_scope_query(caller: Principal) -> LeadQuery:
    """The leads that a member of staff may see."""
    if caller.role is Role.OFFICER:
        return LeadQuery(union_id=caller.union_id)
    if caller.role is Role.HOST:
        return LeadQuery(owner_id=caller.subject)
    return LeadQuery(employer_id=caller.employer_id, only_consented=True)


async def find_visible_lead(context: Context, lead_id: str) -> Lead | None:
    """The lead if it is in the scope of the caller."""
    record = await context.loaders.leads.load(lead_id)
    caller = context.principal
    if record is None or caller is None or not may_follow_up_lead(caller, record):
        return None
    return Lead.of(record)


@strawberry.type
class LeadQueries:
    @strawberry.field(description="For staff: the leads of their scope, the newest first.")
    async def leads(
        self,
        info: Info,
        filter: LeadFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Lead]:
        caller = info.context.require(*STAFF_ROLES)
        given = filter or LeadFilter()
        query = _apply_filter(lead_scope_query(caller), given)
        query = _apply_follow_up_filter(query, caller, given, info.context.services.clock())
        leads = info.context.services.store.leads
        return await resolve_connection(
            LEAD_KEYSET, lambda page: leads.page(query, page), Lead.of, first=first, after=after
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
    )


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
        others = caller.subject if filter.mine is False else None
        return replace(query, not_assignee_id=others)
    if query.assignee_id not in {None, caller.subject}:
        raise InvalidInput("Give assigneeId or mine, not both.", field=("filter", "mine"))
    # What is in one's hands one may follow: no other scope narrows it.
    return replace(
        query, union_id=None, owner_id=None, employer_id=None, assignee_id=caller.subject
    )
