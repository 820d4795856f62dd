"""The rights of the person behind a profile (PIPL art. 15, 24 and 44 to 47), by its receipt."""

from typing import Annotated, Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from domain.errors import Unauthenticated
from domain.identity.audit import Actor, AuditRole
from domain.seekers.seekers import Seeker as SeekerRecord
from schema import errors
from schema.context import Context, Info
from schema.relay import global_id
from schema.seekers.seeker_types import Seeker, find_seeker_by_receipt
from storage.mongo.codec import to_document
from storage.mongo.paging import PageRequest
from storage.seekers.referrals import MAX_REFERRALS_PER_SEEKER, ReferralQuery

MAX_EXPORTED_ACCESSES = 1_000
"""Accesses to the profile that an export names, the last ones."""


@strawberry.input
class WithdrawProfileConsentInput:
    receipt: str


@strawberry.type(description="Nothing is looked for any more, and nobody may call.")
class ProfileConsentTakenBack:
    seeker: Seeker


WithdrawProfileConsentResult = Annotated[
    ProfileConsentTakenBack | errors.CommonRefusal, strawberry.union("WithdrawProfileConsentResult")
]


def person_actor(seeker: SeekerRecord) -> Actor:
    """The actor that the giver of a profile is."""
    return Actor(role=AuditRole.PERSON, id=seeker.giver or "")


async def export_profile(context: Context, receipt: str) -> dict[str, Any] | None:
    """All that is stored of the profile under a receipt, noted as an export; None without one.

    :raises TooManyAttempts: over 60 times in an hour.
    """
    seeker = await find_seeker_by_receipt(context, receipt)
    if seeker is None:
        return None
    store = context.services.store
    await context.services.seekers.log_export(seeker)
    contact = await store.open_contact(seeker)
    referrals = await store.referrals.page(
        ReferralQuery(seeker_id=seeker.id), PageRequest(limit=MAX_REFERRALS_PER_SEEKER)
    )
    accesses = await store.audit_log.latest_by_subjects(
        "Seeker", [seeker.id], limit=MAX_EXPORTED_ACCESSES
    )
    told: dict[str, Any] = _to_json(
        {
            "id": global_id("Seeker", seeker.id),
            "name": contact.name if contact else None,
            "phone": contact.phone if contact else None,
            "status": seeker.status,
            "matching": seeker.matching,
            "profile": to_document(seeker.profile),
            "searches": [
                {"name": search.name, "wants": to_document(search.wants)}
                for search in seeker.searches
            ],
            "consent": to_document(seeker.consent) | {"withdrawn_at": seeker.withdrawn_at},
            "created_at": seeker.created_at,
            "updated_at": seeker.updated_at,
            "referrals": [
                {
                    "kind": referral.kind,
                    "steps": [
                        {"status": step.status, "at": step.at, "note": step.note}
                        for step in referral.steps
                    ],
                }
                for referral in referrals.items
            ],
            "accesses": [
                {"at": row.at, "action": row.action, "by": row.actor_role} for row in accesses
            ],
        }
    )
    return told


def _to_json(value: Any) -> Any:
    """As JSON has it: names in camel case, times as ISO 8601."""
    if isinstance(value, dict):
        return {to_camel_case(name): _to_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


@strawberry.type
class ProfileRightsMutations:
    @strawberry.mutation(
        description="Take the consent to be matched back. Saving the profile anew, with consent, "
        "begins again."
    )
    async def withdraw_profile_consent(
        self, info: Info, input: WithdrawProfileConsentInput
    ) -> WithdrawProfileConsentResult:
        seeker = await find_seeker_by_receipt(info.context, input.receipt)
        if seeker is None:
            raise Unauthenticated("This receipt stands for no profile.")
        withdrawn = await info.context.services.seekers.withdraw_consent(
            seeker.id, person_actor(seeker)
        )
        return ProfileConsentTakenBack(seeker=Seeker.of(withdrawn))
