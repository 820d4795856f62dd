"""Export of a profile as JSON, for the person (PIPL art. 45)."""

from typing import Any

from strawberry.utils.str_converters import to_camel_case

from schema.context import Context
from schema.relay import global_id
from schema.seekers.seeker_types import find_seeker_by_receipt
from services.seekers.profile_rights import ProfileExport
from storage.mongo.codec import to_document


async def export_profile(context: Context, receipt: str) -> dict[str, Any] | None:
    """Return everything stored about the profile of a receipt, as JSON values; None without one.

    The export is in the audit log.

    :raises Unauthenticated: The receipt is expired or forged.
    :raises TooManyAttempts: Over 60 exports in an hour.
    """
    seeker = await find_seeker_by_receipt(context, receipt)
    if seeker is None:
        return None
    return _to_json_values(await context.services.profile_rights.export(seeker))


def _to_json_values(export: ProfileExport) -> dict[str, Any]:
    seeker, contact = export.seeker, export.contact
    values: dict[str, Any] = _to_json(
        {
            "id": global_id("Seeker", seeker.id),
            "name": contact.name if contact else None,
            "phone": contact.phone if contact else None,
            "phone_proven_at": seeker.phone_proven_at,
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
                for referral in export.referrals
            ],
            "accesses": [
                {"at": row.at, "action": row.action, "by": row.actor_role}
                for row in export.accesses
            ],
        }
    )
    return values


def _to_json(value: Any) -> Any:
    """Return a value as JSON has it: names in camel case, times as ISO 8601."""
    if isinstance(value, dict):
        return {to_camel_case(name): _to_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
