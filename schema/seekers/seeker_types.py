"""Seekers: people who look for work, as they see themselves and as officers see them."""

from datetime import datetime
from typing import Self

import strawberry

from domain.errors import InvalidInput, NotFound
from domain.identity.accounts import Role
from domain.identity.persons import mask_name, mask_phone
from domain.identity.scopes import may_manage_seekers
from domain.leads.personal_data import ReceiptHolder
from domain.seekers.groups import SeekerGroup
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from domain.seekers.seekers import SavedSearch as SearchRecord
from domain.seekers.seekers import Seeker as SeekerRecord
from domain.seekers.seekers import SeekerStatus
from schema.context import Context, Info
from schema.leads.consent import ConsentText
from schema.leads.contact_mutations import Contact
from schema.leads.lead_types import MaskedContact
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from schema.seekers.profile_types import Profile, Wants
from storage.seekers.seekers import SeekerQuery

SEEKER_KEYSET: Keyset[SeekerRecord] = id_keyset("seekers", lambda seeker: seeker.id)


@strawberry.type(description="Somebody who looks for work, as officers see them: masked.")
class Seeker(Node):
    record: strawberry.Private[SeekerRecord]
    profile: Profile
    status: SeekerStatus
    matching: bool = strawberry.field(description="False for who refused to be matched.")
    withdrawn_at: datetime | None = strawberry.field(
        description="Since when there is no consent any more."
    )
    erased_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: SeekerRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Seeker", record.id),
            profile=Profile.of(record.profile),
            status=record.status,
            matching=record.matching,
            withdrawn_at=record.withdrawn_at,
            erased_at=record.erased_at,
            version=record.version,
            created_at=record.created_at,
            updated_at=record.updated_at,
            synthetic=record.synthetic,
        )

    @strawberry.field(description="Masked; null when none was given, and without consent.")
    async def contact(self, info: Info) -> MaskedContact | None:
        if self.record.withdrawn_at is not None:
            return None
        contact = await info.context.services.store.open_contact(self.record)
        if contact is None:
            return None
        return MaskedContact(name=mask_name(contact.name), phone=mask_phone(contact.phone))


@strawberry.type(description="Something to be told of beside the profile.")
class SavedSearch:
    id: strawberry.ID
    name: str
    wants: Wants
    created_at: datetime

    @classmethod
    def of(cls, record: SearchRecord) -> Self:
        return cls(
            id=global_id("SavedSearch", record.key),
            name=record.name,
            wants=Wants.of(record.wants),
            created_at=record.created_at,
        )


@strawberry.type(description="One's own profile.")
class MyProfile:
    seeker: Seeker
    consent_version: str
    consented_at: datetime
    searches: list[SavedSearch]

    @classmethod
    def of(cls, record: SeekerRecord) -> Self:
        return cls(
            seeker=Seeker.of(record),
            consent_version=record.consent.text_version,
            consented_at=record.consent.at,
            searches=[SavedSearch.of(search) for search in record.searches],
        )

    @strawberry.field(description="As it was given.")
    async def contact(self, info: Info) -> Contact | None:
        contact = await info.context.services.store.open_contact(self.seeker.record)
        return Contact(name=contact.name, phone=contact.phone) if contact else None


async def require_own_seeker(context: Context) -> SeekerRecord:
    """The profile of the signed-in seeker.

    :raises NotFound: it was erased.
    """
    caller = context.require(Role.SEEKER)
    record = await context.services.store.seekers.by_giver(caller.subject)
    if record is None:
        raise NotFound("Your profile was erased: save one anew.")
    return record


async def find_visible_seeker(context: Context, seeker_id: str) -> Seeker | None:
    """The seeker, for officers of the scope and for themselves."""
    record = await context.loaders.seekers.load(seeker_id)
    if record is None or record.erased_at is not None:
        return None
    caller = context.principal
    is_own = caller is not None and caller.role is Role.SEEKER and caller.subject == record.giver
    return Seeker.of(record) if is_own or may_manage_seekers(caller, record.union_path) else None


@strawberry.input(description="All that are given must hold.")
class SeekerFilter:
    status: SeekerStatus | None = None
    group: SeekerGroup | None = None
    campaign_id: strawberry.ID | None = None


@strawberry.type
class SeekerQueries:
    @strawberry.field(description="What one agrees to before a profile is kept.")
    def profile_consent_text(self) -> ConsentText:
        return ConsentText.of(PROFILE_CONSENT_TEXT)

    @strawberry.field(description="For seekers: their own profile.")
    async def my_profile(self, info: Info) -> MyProfile:
        return MyProfile.of(await require_own_seeker(info.context))

    @strawberry.field(
        description="For officers: the seekers of their union and its branches, newest first."
    )
    async def seekers(
        self,
        info: Info,
        filter: SeekerFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Seeker]:
        caller = info.context.require(Role.OFFICER)
        narrowed = filter or SeekerFilter()
        campaign_id = None
        if narrowed.campaign_id is not None:
            campaign_id = parse_global_id(
                narrowed.campaign_id, "CallCampaign", "filter", "campaignId"
            )
        query = SeekerQuery(
            union_id=caller.union_id,
            status=narrowed.status,
            group=narrowed.group,
            campaign_id=campaign_id,
        )
        seekers = info.context.services.store.seekers
        return await resolve_connection(
            SEEKER_KEYSET,
            lambda page: seekers.page(query, page),
            Seeker.of,
            first=first,
            after=after,
        )


def receipt_holder(seeker: SeekerRecord) -> ReceiptHolder:
    """Whom the receipt of a profile stands for: its giver with its phone, if it has one."""
    return ReceiptHolder(person=seeker.person or "", giver=seeker.giver or "")


async def find_seeker_by_receipt(context: Context, receipt: str) -> SeekerRecord | None:
    """The profile that a receipt stands for, if there is one.

    :raises Unauthenticated: the receipt is expired or forged.
    """
    holder = context.services.receipts.verify(receipt)
    seeker = await context.services.store.seekers.by_giver(holder.giver)
    return seeker if seeker and receipt_holder(seeker) == holder else None


async def require_own_or_named_seeker(
    context: Context, seeker_id: strawberry.ID | None
) -> SeekerRecord:
    """One's own profile, or that of a seeker in the scope of the officer who names it.

    :raises NotFound: there is none.
    """
    caller = context.require(Role.SEEKER, Role.OFFICER)
    if caller.role is Role.OFFICER:
        if seeker_id is None:
            raise InvalidInput("Name the seeker.", field=("input", "seekerId"))
        return await require_seeker(context, seeker_id, "input", "seekerId")
    own = await require_own_seeker(context)
    if (
        seeker_id is not None
        and parse_global_id(seeker_id, "Seeker", "input", "seekerId") != own.id
    ):
        raise NotFound("That is not your profile.", field=("input", "seekerId"))
    return own


async def require_seeker(context: Context, seeker_id: strawberry.ID, *field: str) -> SeekerRecord:
    """The seeker whom an officer names, in ``field``.

    :raises NotFound: there is none in the caller's scope.
    """
    caller = context.require(Role.OFFICER)
    seeker = await context.loaders.seekers.load(parse_global_id(seeker_id, "Seeker", *field))
    if seeker is None or seeker.erased_at or not may_manage_seekers(caller, seeker.union_path):
        raise NotFound("There is no such seeker in your scope.", field=field)
    return seeker
