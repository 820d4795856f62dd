"""The GraphQL type and query of a lead that its giver reads with a receipt."""

from datetime import datetime
from typing import Self

import strawberry

from domain.leads.confirmation import LeadConfirmation
from domain.leads.leads import Lead as LeadRecord
from domain.leads.leads import LeadSource, LeadStage
from domain.seekers.seeker_groups import SeekerGroup
from schema.context import Info
from schema.employers.employer_types import Employer
from schema.leads.contact_mutations import Contact
from schema.leads.follow_up_types import HireProof
from schema.live.session_types import LiveSession, find_visible_session
from schema.postings.posting_types import Posting, find_open_posting
from schema.postings.terms_types import FrozenTerms
from schema.relay import (
    Connection,
    Keyset,
    global_id,
    id_keyset,
    resolve_connection,
)

OWN_LEAD_KEYSET: Keyset[LeadRecord] = id_keyset("own-leads", lambda lead: lead.id)


@strawberry.type(description="A lead as its giver sees it with the receipt.")
class OwnLead:
    record: strawberry.Private[LeadRecord]
    id: strawberry.ID = strawberry.field(
        description="Its own, not that of the `Lead` that staff see. Mutations that take `leadId` "
        "take both."
    )
    stage: LeadStage
    source: LeadSource
    confirmation: LeadConfirmation = strawberry.field(
        description="UNCONFIRMED until the phone answered a code or staff spoke with the person. "
        "号码经本人核实后，用人单位才能看到。"
    )
    group: SeekerGroup | None = strawberry.field(description="The group the person named, if any.")
    consent_version: str = strawberry.field(
        description="The version of the text that was agreed to."
    )
    consent_sha256: str
    consented_at: datetime
    withdrawn_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: LeadRecord) -> Self:
        return cls(
            record=record,
            id=global_id("OwnLead", record.id),
            stage=record.stage,
            source=record.source,
            confirmation=record.confirmation,
            group=record.group,
            consent_version=record.consent.text_version,
            consent_sha256=record.consent.text_sha256,
            consented_at=record.consent.at,
            withdrawn_at=record.withdrawn_at,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="Unmasked; null once it was erased.")
    async def contact(self, info: Info) -> Contact | None:
        contact = await info.context.services.store.open_contact(self.record)
        return Contact(name=contact.name, phone=contact.phone) if contact else None

    @strawberry.field(
        description="The posting as everybody sees it; null when it is not open any more. `terms` "
        "has what was shown when the interest was given."
    )
    async def posting(self, info: Info) -> Posting | None:
        return await find_open_posting(info.context, self.record.posting_id)

    @strawberry.field(
        description="The session in which it was given; null if it came from the board."
    )
    async def session(self, info: Info) -> LiveSession | None:
        if self.record.session_id is None:
            return None
        return await find_visible_session(info.context, self.record.session_id)

    @strawberry.field(description="The employer that the consent names.")
    async def employer(self, info: Info) -> Employer:
        record = await info.context.loaders.employers.load(self.record.employer_id)
        assert record is not None  # an employer with leads is never deleted
        return Employer.of(record)

    @strawberry.field(description="What the employer and the person say about the hire.")
    def hire_proof(self) -> HireProof:
        return HireProof.of(self.record.hire)

    @strawberry.field(description="The terms that were shown when the interest was given.")
    def terms(self) -> FrozenTerms:
        return FrozenTerms.of(self.record.terms)


@strawberry.type
class OwnLeadQueries:
    @strawberry.field(
        description="The leads that a receipt stands for, newest first; null, with an error, when "
        "the receipt stands for nothing any more. Stage and hire are shown once the device has "
        "confirmed the phone."
    )
    async def my_leads(
        self, info: Info, receipt: str, first: int | None = None, after: str | None = None
    ) -> Connection[OwnLead] | None:
        holder = info.context.services.receipts.verify(receipt)
        own_leads = info.context.services.own_leads
        return await resolve_connection(
            OWN_LEAD_KEYSET,
            lambda page: own_leads.page(holder, page),
            OwnLead.of,
            first=first,
            after=after,
        )
