"""The GraphQL type of a lead."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.accounts import STAFF_ROLES, UNION_STAFF_ROLES
from domain.identity.persons import mask_name, mask_phone
from domain.identity.scopes import may_follow_up_lead, may_see_code
from domain.leads.confirmation import LeadConfirmation
from domain.leads.leads import Lead as LeadRecord
from domain.leads.leads import LeadSource, LeadStage, RefusalReason, list_next_stages
from domain.live.sessions import Segment
from domain.postings.term_changes import diff_terms
from domain.seekers.seeker_groups import SeekerGroup
from schema.context import Context, Info
from schema.leads.follow_up_types import LeadFollowUpFields
from schema.live.qr_code_types import Code
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting, find_open_posting
from schema.postings.terms_types import FrozenTerms, TermChange
from schema.relay import Node, global_id


@strawberry.type(description="Name and phone, masked.")
class MaskedContact:
    name: str
    phone: str


@strawberry.type(description="The interest of one person in one posting, and its progress.")
class Lead(Node, LeadFollowUpFields):
    stage: LeadStage
    reason: RefusalReason | None = strawberry.field(description="Why it was REFUSED.")
    source: LeadSource
    segment: Segment | None = strawberry.field(
        description="What was on air when the interest was given."
    )
    confirmation: LeadConfirmation = strawberry.field(
        description="Whether the owner of the phone stands behind it. An employer gets no lead "
        "that is UNCONFIRMED or SUPERSEDED. 该号码是否已由本人核实。"
    )
    version: int = strawberry.field(description="Increases by one with each change.")
    created_at: datetime
    updated_at: datetime
    next_stages: list[LeadStage] = strawberry.field(description="The stages that may follow.")
    withdrawn_at: datetime | None = strawberry.field(
        description="When the consent was withdrawn: nobody may contact the person since."
    )
    erased_at: datetime | None = strawberry.field(
        description="When person and contact were erased."
    )

    @classmethod
    def of(cls, record: LeadRecord) -> Self:
        following = list_next_stages(record.stage, record.confirmation)
        if record.erased_at is not None:
            following = frozenset()
        return cls(
            record=record,
            id=global_id("Lead", record.id),
            stage=record.stage,
            reason=record.reason,
            source=record.source,
            segment=record.segment,
            confirmation=record.confirmation,
            version=record.version,
            created_at=record.created_at,
            updated_at=record.updated_at,
            next_stages=[stage for stage in LeadStage if stage in following],
            withdrawn_at=record.withdrawn_at,
            erased_at=record.erased_at,
        )

    @strawberry.field(
        description="Masked: 王*, 138****8000. For staff; null for the giver, and once consent "
        "is withdrawn."
    )
    async def contact(self, info: Info) -> MaskedContact | None:
        caller = info.context.principal
        if caller is None or caller.role not in STAFF_ROLES or self.record.withdrawn_at is not None:
            return None
        contact = await info.context.services.store.open_contact(self.record)
        if contact is None:
            return None
        return MaskedContact(name=mask_name(contact.name), phone=mask_phone(contact.phone))

    # Not for the giver: sending a phone that somebody else sent before returns their lead.
    @strawberry.field(description="The group the person named, if any. For staff of unions only.")
    def group(self, info: Info) -> SeekerGroup | None:
        caller = info.context.principal
        return (
            self.record.group if caller is not None and caller.role in UNION_STAFF_ROLES else None
        )

    @strawberry.field(
        description="Whether one of very many devices of one address sent it within a minute, and "
        "its phone is not confirmed: call the others first. For staff."
    )
    def crowded(self, info: Info) -> bool | None:
        caller = info.context.principal
        return self.record.crowded if caller is not None and caller.role in STAFF_ROLES else None

    @strawberry.field(description="The terms that were shown when the interest was given.")
    def terms(self) -> FrozenTerms:
        return FrozenTerms.of(self.record.terms)

    @strawberry.field(
        description="What has changed in the posting's terms since. For the giver while it is open."
    )
    async def terms_changed(self, info: Info) -> list[TermChange]:
        posting = await self.posting(info)
        if posting is None:
            return []
        changes = diff_terms(self.record.terms, posting.record.terms)
        return [TermChange.of(change) for change in changes]

    @strawberry.field(description="The QR code that was scanned; for staff in whose scope it is.")
    async def qr_code(self, info: Info) -> Code | None:
        if self.record.code_id is None:
            return None
        record = await info.context.loaders.codes.load(self.record.code_id)
        assert record is not None  # codes are not deleted
        return Code.of(record) if may_see_code(info.context.principal, record) else None

    @strawberry.field(
        description="The posting as it is now. When it is closed, for staff only; null for the "
        "giver."
    )
    async def posting(self, info: Info) -> Posting | None:
        caller = info.context.principal
        if caller is None or caller.role not in STAFF_ROLES:
            return await find_open_posting(info.context, self.record.posting_id)
        record = await info.context.loaders.postings.load(self.record.posting_id)
        assert record is not None  # a posting with leads is never deleted
        return Posting.of(record)

    @strawberry.field(
        description="Null for an interest from the posting board or a poster without a session."
    )
    async def session(self, info: Info) -> LiveSession | None:
        if self.record.session_id is None:
            return None
        record = await info.context.loaders.sessions.load(self.record.session_id)
        assert record is not None  # a session with leads is never deleted
        return LiveSession.of(record)


async def find_visible_lead(context: Context, lead_id: str) -> Lead | None:
    """Return the lead if it is in the caller's scope; else None."""
    record = await context.loaders.leads.load(lead_id)
    caller = context.principal
    if record is None or caller is None or not may_follow_up_lead(caller, record):
        return None
    return Lead.of(record)
