"""GraphQL types of seekers, and the profiles that a caller may see."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.accounts import Role
from domain.identity.persons import mask_name, mask_phone
from domain.identity.scopes import may_manage_seekers
from domain.seekers.seekers import SavedSearch as SearchRecord
from domain.seekers.seekers import Seeker as SeekerRecord
from domain.seekers.seekers import SeekerStatus
from schema.context import Context, Info
from schema.leads.contact_mutations import Contact
from schema.leads.lead_types import MaskedContact
from schema.relay import Node, global_id, parse_global_id
from schema.seekers.profile_types import Profile, Wants


@strawberry.type(description="A person who looks for work, with a masked contact.")
class Seeker(Node):
    record: strawberry.Private[SeekerRecord]
    profile: Profile
    status: SeekerStatus
    matching: bool = strawberry.field(description="False if the person refused automatic matching.")
    phone_proven: bool = strawberry.field(
        description="Whether the person proved the phone by a code; else it is only typed."
    )
    withdrawn_at: datetime | None = strawberry.field(
        description="When the consent was withdrawn; null while it stands."
    )
    erased_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    synthetic: bool = strawberry.field(description="Demo data.")

    @classmethod
    def of(cls, record: SeekerRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Seeker", record.id),
            profile=Profile.of(record.profile),
            status=record.status,
            matching=record.matching,
            phone_proven=record.phone_proven_at is not None,
            withdrawn_at=record.withdrawn_at,
            erased_at=record.erased_at,
            version=record.version,
            created_at=record.created_at,
            updated_at=record.updated_at,
            synthetic=record.synthetic,
        )

    @strawberry.field(description="Masked. Null if none was given, or the consent was withdrawn.")
    async def contact(self, info: Info) -> MaskedContact | None:
        if self.record.withdrawn_at is not None:
            return None
        contact = await info.context.services.store.open_contact(self.record)
        if contact is None:
            return None
        return MaskedContact(name=mask_name(contact.name), phone=mask_phone(contact.phone))


@strawberry.type(description="A search whose new postings the seeker is notified of.")
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


@strawberry.type(description="The caller's own profile.")
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

    @strawberry.field(description="Unmasked.")
    async def contact(self, info: Info) -> Contact | None:
        contact = await info.context.services.store.open_contact(self.seeker.record)
        return Contact(name=contact.name, phone=contact.phone) if contact else None


async def find_visible_seeker(context: Context, seeker_id: str) -> Seeker | None:
    """Return the seeker if the caller is an officer of the scope or the person, else None."""
    record = await context.loaders.seekers.load(seeker_id)
    if record is None or record.erased_at is not None:
        return None
    caller = context.principal
    is_own = caller is not None and caller.role is Role.SEEKER and caller.subject == record.giver
    return Seeker.of(record) if is_own or may_manage_seekers(caller, record.union_path) else None


async def find_seeker_by_receipt(context: Context, receipt: str) -> SeekerRecord | None:
    """Return the profile of a receipt; None if it was erased, or saved with another phone since.

    :raises Unauthenticated: The receipt is expired or forged.
    """
    holder = context.services.receipts.verify(receipt)
    return await context.services.seekers.find_by_receipt_holder(holder)


async def require_own_seeker(context: Context) -> SeekerRecord:
    """Return the profile of the signed-in seeker.

    :raises NotFound: The profile was erased.
    """
    return await context.services.seekers.require_own(context.require(Role.SEEKER))


async def require_seeker(context: Context, seeker_id: strawberry.ID, *field: str) -> SeekerRecord:
    """Return the profile with this global id, for an officer; ``field`` names the argument.

    :raises NotFound: The officer's scope has no such profile.
    """
    caller = context.require(Role.OFFICER)
    return await context.services.seekers.require_in_scope(
        caller, parse_global_id(seeker_id, "Seeker", *field), field=field
    )
