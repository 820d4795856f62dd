"""Mutations on a person's data: officers reveal or erase it, seekers withdraw the consent."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.refusals import InvalidInput, Unauthenticated
from schema import errors
from schema.context import Info
from schema.leads.contact_mutations import Contact
from schema.relay import global_id, parse_any_global_id, parse_global_id
from schema.seekers.seeker_types import Seeker, find_seeker_by_receipt


@strawberry.input
class RevealPersonInput:
    id: strawberry.ID = strawberry.field(description="Of a Seeker or a CallEntry.")
    reason: str = strawberry.field(description="5 to 200 characters; stored in the audit log.")


@strawberry.type(description="The reveal is in the audit log.")
class PersonRevealed:
    contact: Contact


@strawberry.input
class EraseSeekerInput:
    seeker_id: strawberry.ID
    reason: str = strawberry.field(description="5 to 200 characters; stored in the audit log.")


@strawberry.type(description="The profile no longer shows who the person was.")
class SeekerErased:
    seeker_id: strawberry.ID


@strawberry.input
class WithdrawProfileConsentInput:
    receipt: str


@strawberry.type(description="The person is not matched any more, and may not be called.")
class ProfileConsentTakenBack:
    seeker: Seeker


RevealPersonResult = Annotated[
    PersonRevealed | errors.ConsentWithdrawn | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("RevealPersonResult"),
]
EraseSeekerResult = Annotated[
    SeekerErased | errors.CommonRefusal, strawberry.union("EraseSeekerResult")
]
WithdrawProfileConsentResult = Annotated[
    ProfileConsentTakenBack | errors.CommonRefusal, strawberry.union("WithdrawProfileConsentResult")
]


@strawberry.type
class ProfileRightsMutations:
    @strawberry.mutation(
        description="For officers: name and phone of a seeker, or of a person on a call list."
    )
    async def reveal_person(self, info: Info, input: RevealPersonInput) -> RevealPersonResult:
        caller = info.context.require(Role.OFFICER)
        kind, record_id = parse_any_global_id(input.id, "input", "id")
        if kind not in {"Seeker", "CallEntry"}:
            raise InvalidInput(
                "Give the id of a Seeker or a CallEntry.",
                "请提供求职者或呼叫记录的编号。",
                field=("input", "id"),
            )
        contact = await info.context.services.profile_rights.reveal_contact(
            caller, kind, record_id, input.reason
        )
        return PersonRevealed(contact=Contact(name=contact.name, phone=contact.phone))

    @strawberry.mutation(
        description="For officers: erase a profile because the person asked for it. A person who "
        "saved the profile can use `eraseMyData`."
    )
    async def erase_seeker(self, info: Info, input: EraseSeekerInput) -> EraseSeekerResult:
        caller = info.context.require(Role.OFFICER)
        seeker_id = parse_global_id(input.seeker_id, "Seeker", "input", "seekerId")
        await info.context.services.profile_rights.erase_for_person(caller, seeker_id, input.reason)
        return SeekerErased(seeker_id=global_id("Seeker", seeker_id))

    @strawberry.mutation(
        description="Withdraw the consent to be matched. Saving the profile again, with consent, "
        "starts again."
    )
    async def withdraw_profile_consent(
        self, info: Info, input: WithdrawProfileConsentInput
    ) -> WithdrawProfileConsentResult:
        seeker = await find_seeker_by_receipt(info.context, input.receipt)
        if seeker is None:
            raise Unauthenticated(
                "This receipt belongs to no profile.", "此回执没有对应的求职信息。"
            )
        withdrawn = await info.context.services.profile_rights.withdraw_consent(seeker)
        return ProfileConsentTakenBack(seeker=Seeker.of(withdrawn))
