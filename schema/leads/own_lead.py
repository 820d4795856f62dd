"""The rights of the person behind a lead (PIPL art. 15 and 44 to 47), by the receipt of the tap.

A receipt stands for what one giver sent with one phone. Somebody else who sends the same phone
gets another receipt: nobody here has proved that a phone is theirs, so nobody gets to see what
others gave with it. They are helped at the union's service desk.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

import strawberry
from strawberry.scalars import JSON

from domain.identity.audit import AuditRow as RowRecord
from domain.identity.persons import check_name
from domain.leads.leads import HireSide, LeadSource, LeadStage
from domain.leads.leads import Lead as LeadRecord
from domain.leads.personal_data import ReceiptHolder
from domain.leads.timeline import TimelineEntry
from domain.seekers.groups import SeekerGroup
from schema import errors
from schema.context import Context, Info
from schema.employers.employers import Employer
from schema.leads.contact_mutations import Contact
from schema.leads.timeline import HireProof
from schema.postings.terms import FrozenTerms
from schema.relay import (
    Connection,
    Keyset,
    global_id,
    id_keyset,
    parse_global_id,
    parse_page_arguments,
    resolve_connection,
)
from schema.seekers.profile_rights import export_profile, person_actor
from schema.seekers.seeker_types import find_seeker_by_receipt

OWN_LEAD_KEYSET: Keyset[LeadRecord] = id_keyset("own-leads", lambda lead: lead.id)
LEADS_PER_EXPORT = 100
"""Leads in one answer of `exportMyData`."""
MAX_EXPORTED_ACCESSES = 1_000
"""Accesses to them that it names, the last ones; and notes on them."""


@strawberry.type(description="One's own lead, as its giver sees it.")
class OwnLead:
    record: strawberry.Private[LeadRecord]
    id: strawberry.ID
    stage: LeadStage
    source: LeadSource
    group: SeekerGroup | None = strawberry.field(description="As it was given, if it was.")
    consent_version: str = strawberry.field(description="Of the text that was agreed to.")
    consent_sha256: str
    consented_at: datetime
    withdrawn_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: LeadRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Lead", record.id),
            stage=record.stage,
            source=record.source,
            group=record.group,
            consent_version=record.consent.text_version,
            consent_sha256=record.consent.text_sha256,
            consented_at=record.consent.at,
            withdrawn_at=record.withdrawn_at,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="As it was given.")
    async def contact(self, info: Info) -> Contact | None:
        contact = await info.context.services.store.open_contact(self.record)
        return Contact(name=contact.name, phone=contact.phone) if contact else None

    @strawberry.field(description="Whom the consent names.")
    async def employer(self, info: Info) -> Employer:
        record = await info.context.loaders.employers.load(self.record.employer_id)
        assert record is not None  # an employer with leads is never deleted
        return Employer.of(record)

    @strawberry.field(description="What the employer and the person say of the hire.")
    def hire_proof(self) -> HireProof:
        return HireProof.of(self.record.hire)

    @strawberry.field(description="The terms that were shown when it was given.")
    def terms(self) -> FrozenTerms:
        return FrozenTerms.of(self.record.terms)


def _verify_receipt(info: Info, receipt: str) -> ReceiptHolder:
    return info.context.services.receipts.verify(receipt)


@strawberry.type
class RightsQueries:
    @strawberry.field(description="What was given under a receipt, the newest first.")
    async def my_leads(
        self, info: Info, receipt: str, first: int | None = None, after: str | None = None
    ) -> Connection[OwnLead]:
        holder = _verify_receipt(info, receipt)
        contacts = info.context.services.store.sealed_contacts
        return await resolve_connection(
            OWN_LEAD_KEYSET,
            lambda page: contacts.page_of_holder(holder, page),
            OwnLead.of,
            first=first,
            after=after,
        )


@strawberry.input
class WithdrawConsentInput:
    receipt: str
    lead_id: strawberry.ID


@strawberry.type(description="The employer does not see the lead any more, nobody the contact.")
class ConsentTakenBack:
    lead: OwnLead


@strawberry.input
class ConfirmMyHireInput:
    receipt: str
    lead_id: strawberry.ID
    hired: bool


@strawberry.type
class MyHireConfirmed:
    lead: OwnLead


@strawberry.input
class CorrectMyContactInput:
    receipt: str
    name: str


@strawberry.type
class MyContactCorrected:
    leads: int = strawberry.field(description="How many had another name.")


@strawberry.input
class EraseMyDataInput:
    receipt: str


@strawberry.type(description="Nobody sees who it was any more, and the receipt stands for nothing.")
class MyDataErased:
    leads: int
    profile: bool = strawberry.field(description="Whether there was one under this receipt.")


@strawberry.input
class ExportMyDataInput:
    receipt: str
    after: str | None = strawberry.field(default=None, description="The `next` of the last answer.")


@strawberry.type(description="The profile, and at most 100 leads, the newest first.")
class MyDataExported:
    data: JSON
    next: str | None = strawberry.field(description="Where it goes on; null at the end.")


WithdrawConsentResult = Annotated[
    ConsentTakenBack | errors.CommonRefusal, strawberry.union("WithdrawConsentResult")
]
ConfirmMyHireResult = Annotated[
    MyHireConfirmed | errors.LeadStageConflict | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("ConfirmMyHireResult"),
]
CorrectMyContactResult = Annotated[
    MyContactCorrected | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("CorrectMyContactResult"),
]
EraseMyDataResult = Annotated[
    MyDataErased | errors.CommonRefusal, strawberry.union("EraseMyDataResult")
]
ExportMyDataResult = Annotated[
    MyDataExported | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("ExportMyDataResult"),
]


@strawberry.type
class RightsMutations:
    @strawberry.mutation(description="Take the consent of one lead back.")
    async def withdraw_consent(
        self, info: Info, input: WithdrawConsentInput
    ) -> WithdrawConsentResult:
        holder = _verify_receipt(info, input.receipt)
        lead_id = parse_global_id(input.lead_id, "Lead", "input", "leadId")
        lead = await info.context.services.contact_disclosure.withdraw_consent(holder, lead_id)
        return ConsentTakenBack(lead=OwnLead.of(lead))

    @strawberry.mutation(
        description="Say whether one was hired, once the job was offered. The employer's word "
        "stands beside it; a later word of one's own replaces an earlier one."
    )
    async def confirm_my_hire(self, info: Info, input: ConfirmMyHireInput) -> ConfirmMyHireResult:
        services = info.context.services
        holder = _verify_receipt(info, input.receipt)
        lead_id = parse_global_id(input.lead_id, "Lead", "input", "leadId")
        lead = await services.contact_disclosure.authorise_hire_confirmation(holder, lead_id)
        confirmed = await services.lead_follow_up.record_hire_answer(
            lead, HireSide.SEEKER, hired=input.hired, by=None
        )
        return MyHireConfirmed(lead=OwnLead.of(confirmed))

    @strawberry.mutation(
        description="Correct the name. Another phone is another person: tap again with it, and "
        "take back what was given with the old one."
    )
    async def correct_my_contact(
        self, info: Info, input: CorrectMyContactInput
    ) -> CorrectMyContactResult:
        holder = _verify_receipt(info, input.receipt)
        name = check_name(input.name, field=("input", "name"))
        return MyContactCorrected(
            leads=await info.context.services.contact_disclosure.correct_name(holder, name)
        )

    @strawberry.mutation(
        description="Have name, phone and all that points to the person taken out. What the law "
        "wants kept for three years is only stored from then on."
    )
    async def erase_my_data(self, info: Info, input: EraseMyDataInput) -> EraseMyDataResult:
        holder = _verify_receipt(info, input.receipt)
        seeker = await find_seeker_by_receipt(info.context, input.receipt)
        if seeker is not None:
            await info.context.services.seekers.erase(seeker.id, person_actor(seeker))
        leads = await info.context.services.contact_disclosure.erase(holder)
        return MyDataErased(leads=leads, profile=seeker is not None)

    @strawberry.mutation(description="All that is stored about the person under this receipt.")
    async def export_my_data(self, info: Info, input: ExportMyDataInput) -> ExportMyDataResult:
        holder = _verify_receipt(info, input.receipt)
        wanted = parse_page_arguments(OWN_LEAD_KEYSET, first=LEADS_PER_EXPORT, after=input.after)
        page = await info.context.services.contact_disclosure.export_page(holder, wanted)
        accesses = await info.context.services.store.audit_log.latest_by_subjects(
            "Lead", [lead.id for lead in page.items], limit=MAX_EXPORTED_ACCESSES
        )
        notes = await info.context.services.store.lead_timelines.notes(
            [lead.id for lead in page.items], limit=MAX_EXPORTED_ACCESSES
        )
        leads = [await _export_lead(info.context, lead, accesses, notes) for lead in page.items]
        next_page = OWN_LEAD_KEYSET.encode_cursor(page.items[-1]) if page.has_next else None
        data: dict[str, Any] = {"leads": leads}
        if input.after is None:
            data["profile"] = await export_profile(info.context, input.receipt)
        return MyDataExported(data=JSON(data), next=next_page)


async def _export_lead(
    context: Context,
    lead: LeadRecord,
    accesses: Sequence[RowRecord],
    notes: Sequence[TimelineEntry],
) -> dict[str, Any]:
    contact = await context.services.store.open_contact(lead)
    employer = await context.loaders.employers.load(lead.employer_id)
    assert employer is not None  # an employer with leads is never deleted
    return {
        "id": global_id("Lead", lead.id),
        "name": contact.name if contact else None,
        "phone": contact.phone if contact else None,
        "session": global_id("LiveSession", lead.session_id) if lead.session_id else None,
        "posting": global_id("Posting", lead.posting_id),
        "title": lead.terms.title,
        "recipient": employer.name,
        "consent": {
            "textVersion": lead.consent.text_version,
            "sha256": lead.consent.text_sha256,
            "at": lead.consent.at.isoformat(),
            "withdrawnAt": lead.withdrawn_at.isoformat() if lead.withdrawn_at else None,
        },
        "source": lead.source.value,
        "group": lead.group.value if lead.group else None,
        "stage": lead.stage.value,
        "reason": lead.reason.value if lead.reason else None,
        "createdAt": lead.created_at.isoformat(),
        "updatedAt": lead.updated_at.isoformat(),
        "hiredAt": lead.hired_at.isoformat() if lead.hired_at else None,
        "notes": [
            {"at": note.at.isoformat(), "body": note.body}
            for note in notes
            if note.lead_id == lead.id
        ],
        "accesses": [
            {"at": row.at.isoformat(), "action": row.action.value, "by": row.actor_role.value}
            for row in accesses
            if row.subject_id == lead.id
        ],
    }
