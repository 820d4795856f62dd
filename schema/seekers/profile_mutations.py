"""Profiles: leaving one without an account, coming back to it, and changing what stands in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry

from domain.errors import InvalidInput, NotFound, StatusConflict, Unauthenticated
from domain.identity.accounts import VISITOR_ROLES, Role
from domain.identity.audit import check_reason, staff_actor
from domain.identity.persons import check_name, normalise_phone
from domain.leads.leads import Contact as ContactRecord
from domain.reference.regions import list_ancestors, region_of
from domain.seekers.profile import Profile as ProfileRecord
from domain.seekers.profile import check_profile, check_wants
from domain.seekers.profile_consent import make_profile_consent
from domain.seekers.seekers import MAX_SAVED_SEARCHES, SeekerStatus, check_search_name
from domain.seekers.seekers import SavedSearch as SearchRecord
from domain.seekers.seekers import Seeker as SeekerRecord
from schema import errors
from schema.context import Context, Info, TokenPair
from schema.leads.contact_mutations import Contact
from schema.leads.interest_mutations import ConsentInput, ContactInput
from schema.relay import (
    global_id,
    parse_any_global_id,
    parse_global_id,
)
from schema.seekers.profile_types import (
    ProfileInput,
    WantsInput,
    parse_profile_input,
    parse_wants_input,
)
from schema.seekers.seeker_types import (
    SavedSearch,
    Seeker,
    find_seeker_by_receipt,
    receipt_holder,
    require_own_or_named_seeker,
    require_own_seeker,
    require_seeker,
)
from storage.mongo.client import new_id


@strawberry.input
class SaveProfileInput:
    profile: ProfileInput
    contact: ContactInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="To be called. Left out, what was given before stays; null takes it away.",
    )
    consent: ConsentInput | None = strawberry.field(
        default=None, description="To `profileConsentText`; needed for the first time."
    )
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who is to look after it; left out, the union of the place."
    )


@strawberry.type(
    description="Go on with `accessToken`, as a seeker. Whoever has the receipt is taken for the "
    "giver: keep it to come back."
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
        default=None, description="For officers, who were told so by the person."
    )


@strawberry.input
class SetSeekerStatusInput:
    status: SeekerStatus
    seeker_id: strawberry.ID | None = strawberry.field(
        default=None, description="For officers, who were told so by the person."
    )


@strawberry.type
class SeekerChanged:
    seeker: Seeker


@strawberry.input(description="A search that is kept: new postings that fit it are told of.")
class SaveSearchInput:
    name: str
    wants: WantsInput


@strawberry.input
class RemoveSearchInput:
    search_id: strawberry.ID


@strawberry.type
class SearchesChanged:
    searches: list[SavedSearch]


@strawberry.input
class RevealPersonInput:
    id: strawberry.ID = strawberry.field(description="Of a seeker, or of a call list's entry.")
    reason: str = strawberry.field(description="5 to 200 characters; it is kept.")


@strawberry.type(description="The look is in the audit log.")
class PersonRevealed:
    contact: Contact


@strawberry.input
class EraseSeekerInput:
    seeker_id: strawberry.ID
    reason: str = strawberry.field(description="5 to 200 characters; it is kept.")


@strawberry.type(description="Nobody sees who it was any more.")
class SeekerErased:
    seeker_id: strawberry.ID


SaveProfileResult = Annotated[
    ProfileSaved | errors.PhoneInvalid | errors.ConsentRequired | errors.CommonRefusal,
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
SaveSearchResult = Annotated[
    SearchesChanged | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("SaveSearchResult"),
]
RemoveSearchResult = Annotated[
    SearchesChanged | errors.CommonRefusal, strawberry.union("RemoveSearchResult")
]
RevealPersonResult = Annotated[
    PersonRevealed | errors.ConsentWithdrawn | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("RevealPersonResult"),
]
EraseSeekerResult = Annotated[
    SeekerErased | errors.CommonRefusal, strawberry.union("EraseSeekerResult")
]


@strawberry.type
class SeekerMutations:
    @strawberry.mutation(
        description="For viewers and seekers: leave a profile, or change it. No CV is needed."
    )
    async def save_profile(self, info: Info, input: SaveProfileInput) -> SaveProfileResult:
        context = info.context
        caller = context.require(*VISITOR_ROLES)
        profile = check_profile(parse_profile_input(input.profile), ("input", "profile"))
        contact = _parse_contact(context, input.contact) if input.contact else None
        union_path = await _choose_union_path(context, profile, input.union_id)
        store, now = context.services.store, context.services.clock()

        def rule(before: SeekerRecord | None) -> SeekerRecord:
            kept = before if before and before.withdrawn_at is None else None
            version = input.consent.text_version if input.consent else None
            consent = (
                kept.consent if kept and version is None else make_profile_consent(version, at=now)
            )
            after = SeekerRecord(
                id=before.id if before else new_id(),
                profile=profile,
                union_path=union_path,
                giver=caller.subject,
                consent=consent,
                searches=before.searches if before else (),
                matching=kept.matching if kept else True,
                status=kept.status if kept else SeekerStatus.SEEKING,
                version=before.version + 1 if before else 1,
                created_at=before.created_at if before else now,
                updated_at=now,
            )
            if input.contact is strawberry.UNSET and before:
                return replace(after, person=before.person, contact=before.contact)
            if contact is None:
                return after
            return replace(
                after,
                person=store.keyring.hash_phone(contact.phone),
                contact=store.seal_contact(after, contact),
            )

        saved = await context.services.seekers.save(caller.subject, rule)
        tokens = context.services.authority.enter_as_seeker(caller.subject)
        return ProfileSaved(
            seeker=Seeker.of(saved),
            access_token=tokens.access,
            expires_at=_expires_at(tokens),
            receipt=context.services.receipts.issue(receipt_holder(saved)),
        )

    @strawberry.mutation(description="Come back to a profile with the receipt of its last saving.")
    async def enter_as_seeker(self, info: Info, input: EnterAsSeekerInput) -> EnterAsSeekerResult:
        seeker = await find_seeker_by_receipt(info.context, input.receipt)
        if seeker is None or seeker.giver is None:
            raise Unauthenticated(
                "This receipt stands for no profile: it was erased, or saved with another phone."
            )
        tokens = info.context.services.authority.enter_as_seeker(seeker.giver)
        return SeekerEntered(
            seeker=Seeker.of(seeker),
            access_token=tokens.access,
            expires_at=_expires_at(tokens),
        )

    @strawberry.mutation(
        description="Refuse to be matched by machine, or allow it again (PIPL art. 24)."
    )
    async def set_matching(self, info: Info, input: SetMatchingInput) -> SetMatchingResult:
        seeker = await require_own_or_named_seeker(info.context, input.seeker_id)

        def rule(before: SeekerRecord) -> SeekerRecord:
            if before.matching == input.enabled:
                return before
            return replace(before, matching=input.enabled)

        return SeekerChanged(
            seeker=Seeker.of(await info.context.services.seekers.change(seeker.id, rule))
        )

    @strawberry.mutation(description="Say whether one looks for work; officers for others.")
    async def set_seeker_status(
        self, info: Info, input: SetSeekerStatusInput
    ) -> SetSeekerStatusResult:
        seeker = await require_own_or_named_seeker(info.context, input.seeker_id)

        def rule(before: SeekerRecord) -> SeekerRecord:
            return before if before.status is input.status else replace(before, status=input.status)

        return SeekerChanged(
            seeker=Seeker.of(await info.context.services.seekers.change(seeker.id, rule))
        )

    @strawberry.mutation(description="For seekers: keep a search, at most 20.")
    async def save_search(self, info: Info, input: SaveSearchInput) -> SaveSearchResult:
        context = info.context
        seeker = await require_own_seeker(context)
        search = SearchRecord(
            key=new_id(),
            name=check_search_name(input.name),
            wants=check_wants(parse_wants_input(input.wants), ("input", "wants")),
            created_at=context.services.clock(),
        )

        def rule(before: SeekerRecord) -> SeekerRecord:
            if len(before.searches) >= MAX_SAVED_SEARCHES:
                raise StatusConflict(f"{MAX_SAVED_SEARCHES} searches are kept: remove one first.")
            return replace(before, searches=(*before.searches, search))

        changed = await context.services.seekers.change(seeker.id, rule)
        return SearchesChanged(searches=[SavedSearch.of(each) for each in changed.searches])

    @strawberry.mutation(description="For seekers: keep a search no longer.")
    async def remove_search(self, info: Info, input: RemoveSearchInput) -> RemoveSearchResult:
        seeker = await require_own_seeker(info.context)
        search_id = parse_global_id(input.search_id, "SavedSearch", "input", "searchId")

        def rule(before: SeekerRecord) -> SeekerRecord:
            left = tuple(search for search in before.searches if search.key != search_id)
            return before if len(left) == len(before.searches) else replace(before, searches=left)

        changed = await info.context.services.seekers.change(seeker.id, rule)
        return SearchesChanged(searches=[SavedSearch.of(each) for each in changed.searches])

    @strawberry.mutation(
        description="For officers: name and phone of a seeker, or of somebody on a call list."
    )
    async def reveal_person(self, info: Info, input: RevealPersonInput) -> RevealPersonResult:
        caller = info.context.require(Role.OFFICER)
        kind, wanted = parse_any_global_id(input.id, "input", "id")
        if kind not in {"Seeker", "CallEntry"}:
            raise InvalidInput("Give the id of a seeker or of a call entry.", field=("input", "id"))
        reason = check_reason(input.reason, ("input", "reason"))
        contact = await info.context.services.seekers.reveal(kind, wanted, caller, reason)
        return PersonRevealed(contact=Contact(name=contact.name, phone=contact.phone))

    @strawberry.mutation(
        description="For officers: erase a profile, when the person asked for it. Those who saved "
        "it themselves can do so with `eraseMyData`."
    )
    async def erase_seeker(self, info: Info, input: EraseSeekerInput) -> EraseSeekerResult:
        caller = info.context.require(Role.OFFICER)
        reason = check_reason(input.reason, ("input", "reason"))
        seeker = await require_seeker(info.context, input.seeker_id, "input", "seekerId")
        await info.context.services.seekers.erase(seeker.id, staff_actor(caller), reason)
        return SeekerErased(seeker_id=global_id("Seeker", seeker.id))


def _parse_contact(context: Context, given: ContactInput) -> ContactRecord:
    return ContactRecord(
        name=check_name(given.name),
        phone=normalise_phone(given.phone, demo=context.services.demo),
    )


async def _choose_union_path(
    context: Context, profile: ProfileRecord, union_id: strawberry.ID | None
) -> tuple[str, ...]:
    """The union that is named, else that of the home or of the first wished place, else the root.

    :raises NotFound: there is no such union.
    """
    if union_id is not None:
        field = ("input", "unionId")
        union = await context.loaders.unions.load(parse_global_id(union_id, "Union", *field))
        if union is None:
            raise NotFound("There is no such union.", field=field)
        return union.path
    places = [profile.home_place, *profile.wants.places]
    place = next((place for place in places if place is not None), None)
    unions = context.services.store.unions
    union = (
        await unions.closest_to_place(_enclosing_place_codes(place)) if place else None
    ) or await unions.root()
    return union.path if union else ()


def _enclosing_place_codes(place: str) -> Sequence[str]:
    region = region_of(place)
    assert region is not None  # the profile was checked
    return [region.code, *(above.code for above in reversed(list_ancestors(region)))]


def _expires_at(tokens: TokenPair) -> datetime:
    assert tokens.principal.expires_at is not None  # every token expires
    return tokens.principal.expires_at
