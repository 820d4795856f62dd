"""MongoDB refuses documents that do not match their record class."""

from __future__ import annotations

from typing import Any

import pytest

from domain.identity.audit import (
    GENESIS_DIGEST,
    OPERATOR_ACTOR,
    AuditAction,
    AuditEntry,
    chain_entry,
)
from domain.leads.consent import FIRST_TEMPLATE
from domain.leads.timeline import make_first_entry
from domain.live.events import Announcement, EventEnvelope
from domain.screening.known_wages import KNOWN_WAGES
from domain.search.suggestions import posting_suggestions
from domain.webhooks.messages import build_lead_recorded_notice
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Document, StorageError, translate_errors
from storage.mongo.codec import to_document
from storage.mongo.event_log import envelope_to_document
from storage.mongo.validators import VALIDATORS
from storage.seekers.call_campaigns import CampaignMatch
from storage.store import Store
from storage.webhooks.deliveries import create_delivery
from tests.support import records

DOCUMENTS: dict[str, dict[str, Any]] = {
    "accounts": to_document(records.account()),
    "sign_ins": to_document(records.sign_in()) | {"used_at": records.FIXED_NOW},
    "unions": to_document(records.union()),
    "devices": to_document(records.device()),
    "phone_proofs": to_document(records.phone_proof()),
    "feed_reports": {"_id": "node", "at": records.FIXED_NOW, "heartbeat": 1, "is_fresh": True},
    "usage_counts": {"_id": "phones/a/1", "members": ["b"], "expires_at": records.FIXED_NOW},
    "employers": to_document(records.employer()),
    "employer_checks": to_document(records.employer_check()),
    "occupation_additions": to_document(records.occupation_addition()),
    "minimum_wages": to_document(KNOWN_WAGES.rows[0]),
    "wage_proposals": to_document(records.wage_proposal()),
    "postings": to_document(records.posting()),
    "rescreens": to_document(records.rescreen()),
    "reports": to_document(records.report()),
    "decisions": to_document(records.decision()),
    "sessions": to_document(records.live_session()),
    "recruitment_campaigns": to_document(records.recruitment_campaign()),
    "leads": to_document(records.lead()) | {"awaits_log": True},
    "lead_entries": to_document(make_first_entry(records.lead())),
    "suggestions": to_document(next(posting_suggestions("电工", "employer", None))),
    "leases": {"_id": "work", "holder": "node", "until": records.FIXED_NOW},
    "codes": to_document(records.code()),
    "questions": to_document(records.question()),
    "events": envelope_to_document(
        EventEnvelope(
            topic="session/a",
            seq=1,
            at=records.FIXED_NOW,
            event=Announcement(session_id="a", body="你好"),
        )
    ),
    "seekers": to_document(records.seeker()) | {"reach": ["*/31"]},
    "campaigns": to_document(records.campaign()),
    "campaign_matches": to_document(
        CampaignMatch(
            id="seeker",
            campaign_id="campaign",
            seeker_id="seeker",
            posting_ids=("posting",),
            at=records.FIXED_NOW,
        )
    ),
    "call_entries": to_document(records.call_entry()),
    "webhooks": to_document(records.webhook()),
    "deliveries": to_document(
        create_delivery(
            records.webhook(), build_lead_recorded_notice(records.lead()), at=records.FIXED_NOW
        )
    ),
    "referrals": to_document(records.referral()),
    "notices": {"_id": "seeker/posting", "at": records.FIXED_NOW},
    "audit": {
        "_id": 1,
        **to_document(
            chain_entry(
                AuditEntry(
                    actor=OPERATOR_ACTOR, action=AuditAction.ROTATE_KEYS, subject_type="Database"
                ),
                seq=1,
                previous=GENESIS_DIGEST,
                at=records.FIXED_NOW,
                digest=lambda content: content.hex()[:64],
            )
        ),
    },
    "phone_codes": to_document(records.phone_code()),
    "phone_stops": {"_id": "person", "at": records.FIXED_NOW},
    "consent_texts": {"_id": 1, **to_document(FIRST_TEMPLATE)},
    "imports": to_document(records.import_record()),
    "import_chunks": {
        "_id": "a/000000",
        "import_id": "a",
        "at": records.FIXED_NOW,
        "rows": [[2, ["x"]]],
    },
    "import_rows": to_document(records.import_row()),
    "retained": to_document(
        RetainedContact(
            id="a", sealed=b"sealed", completed_at=records.FIXED_NOW, erased_at=records.FIXED_NOW
        )
    ),
}


def test_every_validator_is_tested() -> None:
    assert DOCUMENTS.keys() == VALIDATORS.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_needs_its_fields_with_their_types(store: Store, name: str) -> None:
    collection = store.mongo[name]
    whole = DOCUMENTS[name]
    for field, value in whole.items():
        another: Document = {field: 1 if isinstance(value, dict) else {}}
        broken = [whole | another]
        # The driver adds a missing key, and a field with a default may be missing.
        if field != "_id" and field in VALIDATORS[name]["required"]:
            broken.append({key: whole[key] for key in whole if key != field})
        for document in broken:
            with pytest.raises(StorageError, match=r"\(121\)$"), translate_errors():
                await collection.insert_one(document)
    await collection.insert_one(dict(whole))
    assert await collection.count_documents({}) == 1


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("terms.pay.amount", "6000"),
        ("terms.pay.period", "WEEK"),
        ("terms.hours_per_day", 8),
        ("terms.insurance", ["HAPPINESS"]),
        ("terms.insurance", "PENSION"),
        ("status", "Open"),
        ("findings", [{"code": "A"}]),
        ("review", {"by": "officer"}),
        ("created_at", "2026-10-01"),
    ],
)
async def test_a_nested_field_needs_its_type_too(store: Store, field: str, wrong: object) -> None:
    posting = records.posting()
    await store.postings.add([posting])
    with pytest.raises(StorageError, match=r"\(121\)$"), translate_errors():
        await store.mongo["postings"].update_one({"_id": posting.id}, {"$set": {field: wrong}})
    assert await store.postings.by_ids([posting.id]) == {posting.id: posting}


async def test_the_seq_of_an_event_is_at_least_one(store: Store) -> None:
    with pytest.raises(StorageError, match=r"\(121\)$"), translate_errors():
        await store.mongo["events"].insert_one(DOCUMENTS["events"] | {"seq": 0})
