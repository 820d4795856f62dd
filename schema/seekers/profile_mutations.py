"""Mutations for a seeker's profile: save it, return to it, and switch its matching on or off."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import VISITOR_ROLES, Role
from domain.identity.persons import check_name, normalise_phone
from domain.leads.leads import Contact as ContactRecord
from domain.refusals import Unauthenticated
from domain.seekers.seekers import SeekerStatus
from schema import errors
from schema.context import Context, Info
from schema.leads.interest_mutations import ConsentInput, ContactInput
from schema.relay import parse_global_id
from schema.seekers.profile_inputs import ProfileInput, parse_profile_input
from schema.seekers.seeker_types import Seeker, find_seeker_by_receipt
from services.identity.tokens import TokenPair
from services.seekers.profile import receipt_holder


@strawberry.input
class SaveProfileInput:
    profile: ProfileInput
    contact: ContactInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Needed to be called. Omitted: the stored contact stays. Null: it is removed.",
    )
    consent: ConsentInput | None = strawberry.field(
        default=None, description="To `profileConsentText`; needed the first time."
    )
    union_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The union that looks after the profile. Omitted: the union of the place.",
    )


@strawberry.type(
    description="Continue with `accessToken`, as a seeker. Keep the receipt to return to the "
    "profile: it identifies the person who gave it."
)
class ProfileSaved:
    seeker: Seeker
    access_token: str
    expires_at: datetime
    receipt: str


@strawberry.input
class EnterAsSeekerInput:
    receipt: str


@strawberry.type
class SeekerEntered:
    seeker: Seeker
    access_token: str
    expires_at: datetime


@strawberry.input
class SetMatchingInput:
    enabled: bool
    seeker_id: strawberry.ID | None = strawberry.field(
        default=None, description="For officers, at the person's request."
    )


@strawberry.input
class SetSeekerStatusInput:
    status: SeekerStatus
    seeker_id: strawberry.ID | None = strawberry.field(
        default=None, description="For officers, at the person's request."
    )


@strawberry.type
class SeekerChanged:
    seeker: Seeker


SaveProfileResult = Annotated[
    ProfileSaved
    | errors.PhoneInvalid
    | errors.ConsentRequired
    | errors.TooManyAttempts
    | errors.CommonRefusal,
    strawberry.union("SaveProfileResult"),
]
EnterAsSeekerResult = Annotated[
    SeekerEntered | errors.CommonRefusal, strawberry.union("EnterAsSeekerResult")
]
SetMatchingResult = Annotated[
    SeekerChanged | errors.CommonRefusal, strawberry.union("SetMatchingResult")
]
SetSeekerStatusResult = Annotated[
    SeekerChanged | errors.CommonRefusal, strawberry.union("SetSeekerStatusResult")
]


@strawberry.type
class SeekerMutations:
    @strawberry.mutation(
        description="For viewers and seekers: create or replace their profile. No CV is needed."
    )
    async def save_profile(self, info: Info, input: SaveProfileInput) -> SaveProfileResult:
        context = info.context
        caller = context.require(*VISITOR_ROLES)
        saved = await context.services.seekers.save(
            caller,
            parse_profile_input(input.profile),
            contact=_parse_contact(context, input.contact) if input.contact else None,
            keep_contact=input.contact is strawberry.UNSET,
            consent_version=input.consent.text_version if input.consent else None,
            consent_sha256=input.consent.sha256 if input.consent else None,
            union_id=parse_global_id(input.union_id, "Union", "input", "unionId")
            if input.union_id is not None
            else None,
            peer=context.peer,
        )
        tokens = context.services.sign_in.enter_as_seeker(caller.subject)
        return ProfileSaved(
            seeker=Seeker.of(saved),
            access_token=tokens.access,
            expires_at=_expires_at(tokens),
            receipt=context.services.receipts.issue(receipt_holder(saved)),
        )

    @strawberry.mutation(description="Return to a profile with the receipt of its last saving.")
    async def enter_as_seeker(self, info: Info, input: EnterAsSeekerInput) -> EnterAsSeekerResult:
        seeker = await find_seeker_by_receipt(info.context, input.receipt)
        if seeker is None or seeker.giver is None:
            raise Unauthenticated(
                "This receipt belongs to no profile: it was erased, or saved with another phone.",
                "此回执没有对应的求职信息：信息已删除，或已改用其他手机号码保存。",
            )
        tokens = info.context.services.sign_in.enter_as_seeker(seeker.giver)
        return SeekerEntered(
            seeker=Seeker.of(seeker),
            access_token=tokens.access,
            expires_at=_expires_at(tokens),
        )

    @strawberry.mutation(
        description="Refuse automatic matching, or allow it again (PIPL art. 24). For seekers; for "
        "officers with `seekerId`."
    )
    async def set_matching(self, info: Info, input: SetMatchingInput) -> SetMatchingResult:
        caller = info.context.require(Role.SEEKER, Role.OFFICER)
        seeker = await info.context.services.seekers.set_matching(
            caller, _parse_seeker_id(input.seeker_id), is_enabled=input.enabled
        )
        return SeekerChanged(seeker=Seeker.of(seeker))

    @strawberry.mutation(
        description="Set whether the person looks for work. For seekers; for officers with "
        "`seekerId`."
    )
    async def set_seeker_status(
        self, info: Info, input: SetSeekerStatusInput
    ) -> SetSeekerStatusResult:
        caller = info.context.require(Role.SEEKER, Role.OFFICER)
        seeker = await info.context.services.seekers.set_status(
            caller, _parse_seeker_id(input.seeker_id), input.status
        )
        return SeekerChanged(seeker=Seeker.of(seeker))


def _parse_contact(context: Context, given: ContactInput) -> ContactRecord:
    return ContactRecord(
        name=check_name(given.name),
        phone=normalise_phone(given.phone, demo=context.services.demo),
    )


def _parse_seeker_id(given: strawberry.ID | None) -> str | None:
    return None if given is None else parse_global_id(given, "Seeker", "input", "seekerId")


def _expires_at(tokens: TokenPair) -> datetime:
    assert tokens.principal.expires_at is not None  # every token expires
    return tokens.principal.expires_at
