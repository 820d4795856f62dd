"""Mutations of the person behind a lead (PIPL art. 15 and 44 to 47), by the receipt of the lead."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from schema import errors
from schema.context import Info
from schema.leads.own_lead_types import OWN_LEAD_KEYSET, OwnLead
from schema.relay import global_id, parse_global_id, parse_page_arguments
from schema.seekers.profile_export import export_profile
from services.leads.own_leads import ExportedLead

LEADS_PER_EXPORT = 100
"""Leads in one answer of `exportMyData`."""


@strawberry.input
class WithdrawConsentInput:
    receipt: str
    lead_id: strawberry.ID


@strawberry.type(description="The employer no longer sees the lead, and nobody the contact.")
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
    leads: int = strawberry.field(description="Number of leads that had another name.")


@strawberry.input
class EraseMyDataInput:
    receipt: str


@strawberry.type(
    description="Person and contact were erased, and the receipt stands for nothing any more."
)
class MyDataErased:
    leads: int
    profile: bool = strawberry.field(description="Whether there was a profile under this receipt.")


@strawberry.input
class ExportMyDataInput:
    receipt: str
    after: str | None = strawberry.field(default=None, description="`next` of the previous answer.")


@strawberry.type(description="The profile, and at most 100 leads, newest first.")
class MyDataExported:
    data: JSON
    next: str | None = strawberry.field(
        description="Pass it as `after` to continue; null at the end."
    )


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
class OwnLeadMutations:
    @strawberry.mutation(description="Withdraw the consent of one lead.")
    async def withdraw_consent(
        self, info: Info, input: WithdrawConsentInput
    ) -> WithdrawConsentResult:
        lead = await info.context.services.own_leads.withdraw_consent(
            info.context.services.receipts.verify(input.receipt),
            parse_global_id(input.lead_id, "Lead", "input", "leadId"),
        )
        return ConsentTakenBack(lead=OwnLead.of(lead))

    @strawberry.mutation(
        description="Say whether you were hired, once the job was offered and the device has "
        "confirmed the phone. The employer's answer is kept separately; your later answer replaces "
        "your earlier one."
    )
    async def confirm_my_hire(self, info: Info, input: ConfirmMyHireInput) -> ConfirmMyHireResult:
        confirmed = await info.context.services.own_leads.confirm_hire(
            info.context.services.receipts.verify(input.receipt),
            parse_global_id(input.lead_id, "Lead", "input", "leadId"),
            hired=input.hired,
        )
        return MyHireConfirmed(lead=OwnLead.of(confirmed))

    @strawberry.mutation(
        description="Correct the name. Another phone is another person: express interest again "
        "with it, and withdraw what was given with the old one."
    )
    async def correct_my_contact(
        self, info: Info, input: CorrectMyContactInput
    ) -> CorrectMyContactResult:
        holder = info.context.services.receipts.verify(input.receipt)
        leads = await info.context.services.own_leads.correct_name(holder, input.name)
        return MyContactCorrected(leads=leads)

    @strawberry.mutation(
        description="Erase name, phone and everything that identifies the person. What the law "
        "requires to be kept for three years is only stored, and no longer used."
    )
    async def erase_my_data(self, info: Info, input: EraseMyDataInput) -> EraseMyDataResult:
        holder = info.context.services.receipts.verify(input.receipt)
        erased = await info.context.services.own_data.erase(holder)
        return MyDataErased(leads=erased.leads, profile=erased.profile)

    @strawberry.mutation(
        description="Everything that is stored about the person of this receipt; what staff and "
        "employer wrote, once the device has confirmed the phone."
    )
    async def export_my_data(self, info: Info, input: ExportMyDataInput) -> ExportMyDataResult:
        holder = info.context.services.receipts.verify(input.receipt)
        wanted = parse_page_arguments(OWN_LEAD_KEYSET, first=LEADS_PER_EXPORT, after=input.after)
        page, exported = await info.context.services.own_leads.export_page(holder, wanted)
        data: dict[str, Any] = {"leads": [_to_json(each) for each in exported]}
        if input.after is None:
            data["profile"] = await export_profile(info.context, input.receipt)
        next_cursor = OWN_LEAD_KEYSET.encode_cursor(page.items[-1]) if page.has_next else None
        return MyDataExported(data=JSON(data), next=next_cursor)


def _to_json(exported: ExportedLead) -> dict[str, Any]:
    lead, contact = exported.lead, exported.contact
    return {
        "id": global_id("Lead", lead.id),
        "name": contact.name if contact else None,
        "phone": contact.phone if contact else None,
        "session": global_id("LiveSession", lead.session_id) if lead.session_id else None,
        "posting": global_id("Posting", lead.posting_id),
        "title": lead.terms.title,
        "recipient": exported.recipient,
        "consent": {
            "textVersion": lead.consent.text_version,
            "sha256": lead.consent.text_sha256,
            "at": lead.consent.at.isoformat(),
            "withdrawnAt": lead.withdrawn_at.isoformat() if lead.withdrawn_at else None,
        },
        "source": lead.source.value,
        "group": lead.group.value if lead.group else None,
        "confirmation": lead.confirmation.value,
        "stage": lead.stage.value,
        "reason": lead.reason.value if lead.reason else None,
        "createdAt": lead.created_at.isoformat(),
        "updatedAt": lead.updated_at.isoformat(),
        "hiredAt": lead.hired_at.isoformat() if lead.hired_at else None,
        "notes": [{"at": note.at.isoformat(), "body": note.body} for note in exported.notes],
        "accesses": [
            {"at": row.at.isoformat(), "action": row.action.value, "by": row.actor_role.value}
            for row in exported.accesses
        ],
    }
