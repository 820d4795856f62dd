"""The mutation that reveals the contact of a lead to staff."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id


@strawberry.type(description="Name and phone (E.164), unmasked.")
class Contact:
    name: str
    phone: str


@strawberry.input
class RevealContactInput:
    lead_id: strawberry.ID
    reason: str = strawberry.field(description="5 to 200 characters. The audit log keeps it.")


@strawberry.type(description="The audit log records who read the contact, when and why.")
class ContactRevealed:
    contact: Contact


RevealContactResult = Annotated[
    ContactRevealed | errors.ConsentWithdrawn | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("RevealContactResult"),
]


@strawberry.type
class ContactMutations:
    @strawberry.mutation(
        description="For officers, and for recruiters of the employer that the consent names: "
        "read the contact of a lead of their scope."
    )
    async def reveal_contact(self, info: Info, input: RevealContactInput) -> RevealContactResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        lead_id = parse_global_id(input.lead_id, "Lead", "input", "leadId")
        contact = await info.context.services.contact_disclosure.reveal(
            lead_id, caller, input.reason
        )
        return ContactRevealed(contact=Contact(name=contact.name, phone=contact.phone))
