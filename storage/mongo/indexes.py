"""All collections with their validators and indexes; each index names the reading it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import OperationFailure

from domain.webhooks.deliveries import DELIVERY_RETENTION
from storage.mongo.client import Collection, Mongo, translate_errors
from storage.mongo.validators import VALIDATORS

_DAY_SECONDS = 86_400
COLLMOD_TIMEOUT_MS = 10_000
"""For which the writes of a collection may have to wait for a new validator."""
# IndexOptionsConflict, IndexKeySpecsConflict (mongo/base/error_codes.yml).
_INDEX_CONFLICT_CODES = frozenset({85, 86})
# IndexNotFound.
_INDEX_NOT_FOUND_CODE = 27

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "accounts": [
        IndexModel([("username", ASCENDING)], name="by_username", unique=True),
        IndexModel([("union_id", ASCENDING), ("_id", ASCENDING)], name="by_union"),
        IndexModel([("employer_id", ASCENDING), ("_id", ASCENDING)], name="by_employer"),
    ],
    "unions": [
        IndexModel([("path", ASCENDING)], name="by_ancestor"),
        IndexModel([("place_code", ASCENDING)], name="by_place"),
    ],
    "employers": [IndexModel([("credit_code", ASCENDING)], name="by_credit_code", unique=True)],
    "employer_checks": [
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer")
    ],
    "minimum_wages": [
        IndexModel(
            [("region", ASCENDING), ("tier", ASCENDING), ("_id", DESCENDING)], name="by_region"
        )
    ],
    "postings": [
        IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="by_status"),
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer"),
        IndexModel([("union_id", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("told", ASCENDING), ("status", ASCENDING), ("_id", ASCENDING)], name="untold"),
        IndexModel([("terms.occupation", ASCENDING), ("_id", DESCENDING)], name="by_occupation"),
        IndexModel([("terms.place_code", ASCENDING), ("_id", DESCENDING)], name="by_place"),
        IndexModel(
            [("status", ASCENDING), ("search.pay", DESCENDING), ("_id", DESCENDING)],
            name="best_paid",
        ),
        # A word, a region or an occupation, and all that is counted of what is found by it. What
        # has few values comes first: a reading skips from one to the next.
        IndexModel(
            [
                ("status", ASCENDING),
                ("search.tokens", ASCENDING),
                ("search.employment_type", ASCENDING),
                ("search.shift", ASCENDING),
                ("search.intensity", ASCENDING),
                ("terms.place_code", ASCENDING),
                ("terms.valid_until", ASCENDING),
                ("verified_until", ASCENDING),
                ("search.pay", ASCENDING),
                ("search.traits", ASCENDING),
                ("_id", DESCENDING),
            ],
            name="by_word",
        ),
        IndexModel([("status", ASCENDING), ("search.at", "2dsphere")], name="near"),
        IndexModel([("search.version", ASCENDING), ("_id", DESCENDING)], name="by_search_version"),
        IndexModel(
            [("union_path", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)],
            name="by_scope",
        ),
        IndexModel(
            [("union_path", ASCENDING), ("waiting_since", ASCENDING), ("_id", ASCENDING)],
            name="waiting",
            partialFilterExpression={"waiting_since": {"$type": "date"}},
        ),
        IndexModel([("status", ASCENDING), ("terms.valid_until", ASCENDING)], name="by_last_day"),
        IndexModel([("status", ASCENDING), ("verified_until", ASCENDING)], name="by_check"),
        IndexModel([("status", ASCENDING), ("rules", ASCENDING)], name="by_rules"),
        IndexModel(
            [("external_id", ASCENDING), ("employer_id", ASCENDING)],
            name="one_an_external_id",
            unique=True,
            partialFilterExpression={"external_id": {"$gt": ""}},
        ),
    ],
    "decisions": [IndexModel([("posting_id", ASCENDING), ("_id", DESCENDING)], name="by_posting")],
    "reports": [
        IndexModel(
            [("posting_id", ASCENDING), ("by", ASCENDING)], name="one_a_viewer", unique=True
        ),
        IndexModel([("posting_id", ASCENDING), ("_id", DESCENDING)], name="by_posting"),
        IndexModel([("by", ASCENDING), ("at", ASCENDING)], name="by_viewer"),
        IndexModel([("origin", ASCENDING), ("at", ASCENDING)], name="by_origin"),
    ],
    "rescreens": [IndexModel([("done_at", ASCENDING), ("due_at", ASCENDING)], name="due")],
    "sessions": [
        IndexModel([("starts_at", DESCENDING), ("_id", DESCENDING)], name="by_start"),
        IndexModel(
            [("status", ASCENDING), ("starts_at", DESCENDING), ("_id", DESCENDING)],
            name="by_status",
        ),
        IndexModel(
            [("owner_id", ASCENDING), ("starts_at", DESCENDING), ("_id", DESCENDING)],
            name="by_owner",
        ),
        IndexModel(
            [("union_path", ASCENDING), ("starts_at", DESCENDING), ("_id", DESCENDING)],
            name="by_union",
        ),
    ],
    "leads": [
        IndexModel(
            [
                ("session_id", ASCENDING),
                ("posting_id", ASCENDING),
                ("person", ASCENDING),
                ("made_way", ASCENDING),
            ],
            name="one_standing_lead_a_person",
            unique=True,
        ),
        IndexModel([("session_id", ASCENDING), ("_id", DESCENDING)], name="by_session"),
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("owner_id", ASCENDING), ("_id", DESCENDING)], name="by_owner"),
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer"),
        IndexModel(
            [("session_id", ASCENDING), ("_id", ASCENDING)],
            name="unlogged",
            partialFilterExpression={"logged": False},
        ),
        # Partial, so that a new lead has a key in the one that its deadline needs alone.
        IndexModel(
            [("assignee_id", ASCENDING), ("_id", DESCENDING)],
            name="by_assignee",
            partialFilterExpression={"assignee_id": {"$gt": ""}},
        ),
        IndexModel(
            [("escalated_to", ASCENDING), ("_id", DESCENDING)],
            name="by_escalation",
            partialFilterExpression={"escalated_to": {"$gt": ""}},
        ),
        IndexModel(
            [("_id", DESCENDING), ("hire.disagreement", ASCENDING)],
            name="disputed",
            partialFilterExpression={"hire.disagreement": True},
        ),
        IndexModel([("escalate_at", ASCENDING)], name="to_escalate"),
        # What a code has brought is counted from the index alone.
        IndexModel(
            [("code_id", ASCENDING), ("stage", ASCENDING)],
            name="by_code",
            partialFilterExpression={"code_id": {"$gt": ""}},
        ),
        IndexModel(
            [("posting_id", ASCENDING), ("stage", ASCENDING)],
            name="hired",
            partialFilterExpression={"hired_at": {"$type": "date"}},
        ),
        IndexModel([("person", ASCENDING), ("_id", ASCENDING)], name="by_person"),
        IndexModel(
            [("updated_at", ASCENDING)],
            name="idle",
            partialFilterExpression={"contact": {"$type": "object"}},
        ),
    ],
    "codes": [
        IndexModel([("session_id", ASCENDING), ("_id", DESCENDING)], name="by_session"),
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("owner_id", ASCENDING), ("_id", DESCENDING)], name="by_owner"),
    ],
    "lead_entries": [
        IndexModel([("lead_id", ASCENDING), ("version", DESCENDING)], name="by_lead", unique=True)
    ],
    "questions": [
        IndexModel(
            [("session_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)],
            name="by_session",
        ),
        IndexModel(
            [("slot", ASCENDING)],
            name="one_a_slot",
            unique=True,
            partialFilterExpression={"slot": {"$gt": ""}},
        ),
        # What nobody was shown is of no use after the session, and may hold anything.
        IndexModel(
            [("asked_at", ASCENDING)],
            name="forget",
            expireAfterSeconds=30 * _DAY_SECONDS,
            partialFilterExpression={"status": {"$in": ["ASKED", "DECLINED"]}},
        ),
    ],
    "suggestions": [IndexModel([("starts", ASCENDING)], name="by_start")],
    "leases": [],
    # The log is read by its _id (topic and seq), in order; no other index is needed.
    "events": [],
    "logs": [],
    "tallies": [],
    "presence": [
        IndexModel([("session_id", ASCENDING)], name="by_session"),
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=_DAY_SECONDS),
    ],
    "meta": [],
    "keys": [],
    "consent_texts": [
        IndexModel([("valid_from", DESCENDING), ("_id", DESCENDING)], name="by_start")
    ],
    "audit": [
        IndexModel(
            [("subject_type", ASCENDING), ("subject_id", ASCENDING), ("_id", DESCENDING)],
            name="by_subject",
        ),
        IndexModel(
            [("actor_id", ASCENDING), ("action", ASCENDING), ("at", ASCENDING)], name="by_actor"
        ),
    ],
    "webhooks": [
        IndexModel([("owner", ASCENDING), ("slot", ASCENDING)], name="by_owner", unique=True),
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer"),
        IndexModel([("events", ASCENDING)], name="by_event"),
        IndexModel([("state", ASCENDING)], name="by_state"),
    ],
    "deliveries": [
        IndexModel([("webhook_id", ASCENDING), ("_id", DESCENDING)], name="by_webhook"),
        IndexModel(
            [("webhook_id", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)],
            name="by_state",
        ),
        # Partial, so that what is done costs nothing to look past.
        IndexModel(
            [("webhook_id", ASCENDING), ("next_at", ASCENDING)],
            name="due",
            partialFilterExpression={"state": "PENDING"},
        ),
        IndexModel(
            [("webhook_id", ASCENDING), ("notice.subject_id", ASCENDING)],
            name="waiting",
            partialFilterExpression={"state": "PENDING"},
        ),
        IndexModel(
            [("created_at", ASCENDING)],
            name="forget",
            expireAfterSeconds=int(DELIVERY_RETENTION.total_seconds()),
        ),
    ],
    "seekers": [
        IndexModel(
            [("giver", ASCENDING)],
            name="one_profile_a_giver",
            unique=True,
            partialFilterExpression={"giver": {"$gt": ""}},
        ),
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        # A posting finds whom it may suit by these alone; who is not matched has none.
        IndexModel([("reach", ASCENDING), ("_id", DESCENDING)], name="by_reach"),
        IndexModel(
            [("campaign_id", ASCENDING), ("_id", ASCENDING)],
            name="by_campaign",
            partialFilterExpression={"campaign_id": {"$gt": ""}},
        ),
        IndexModel(
            [("updated_at", ASCENDING)],
            name="idle",
            partialFilterExpression={"erased_at": {"$type": "null"}},
        ),
    ],
    "campaigns": [
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("run.status", ASCENDING), ("run.requested_at", ASCENDING)], name="by_run"),
    ],
    "campaign_matches": [
        IndexModel([("campaign_id", ASCENDING), ("_id", ASCENDING)], name="by_campaign")
    ],
    "call_entries": [
        IndexModel(
            [("campaign_id", ASCENDING), ("person", ASCENDING)],
            name="once_a_campaign",
            unique=True,
        ),
        IndexModel([("campaign_id", ASCENDING), ("_id", ASCENDING)], name="by_campaign"),
        IndexModel(
            [("campaign_id", ASCENDING), ("outcome", ASCENDING), ("_id", ASCENDING)],
            name="by_outcome",
        ),
        IndexModel([("union_path", ASCENDING)], name="by_union"),
        IndexModel(
            [("seeker_id", ASCENDING)],
            name="by_seeker",
            partialFilterExpression={"seeker_id": {"$gt": ""}},
        ),
        IndexModel(
            [("updated_at", ASCENDING)],
            name="idle",
            partialFilterExpression={"contact": {"$type": "object"}},
        ),
    ],
    "referrals": [
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("seeker_id", ASCENDING), ("_id", DESCENDING)], name="by_seeker"),
    ],
    # Longer than a posting may be open: nobody is told of one a second time.
    "notices": [
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=400 * _DAY_SECONDS)
    ],
    "retained": [IndexModel([("completed_at", ASCENDING)], name="by_completion")],
    "imports": [
        IndexModel(
            [("account_id", ASCENDING)],
            name="one_an_account",
            unique=True,
            partialFilterExpression={"active": True},
        ),
        # Whose turn it is.
        IndexModel(
            [("active", ASCENDING), ("updated_at", ASCENDING)],
            name="waiting",
            partialFilterExpression={"active": True},
        ),
        IndexModel([("scope", ASCENDING), ("_id", DESCENDING)], name="by_scope"),
        IndexModel(
            [("created_at", ASCENDING)], name="forget", expireAfterSeconds=30 * _DAY_SECONDS
        ),
    ],
    "import_chunks": [
        IndexModel([("import_id", ASCENDING), ("_id", ASCENDING)], name="by_import"),
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=7 * _DAY_SECONDS),
    ],
    # Its _id begins with the import's and goes on with the number: the order of the table.
    "import_rows": [
        IndexModel(
            [("import_id", ASCENDING), ("outcome", ASCENDING), ("_id", ASCENDING)],
            name="by_outcome",
        ),
        # What a dry run has seen of a thing before.
        IndexModel(
            [("import_id", ASCENDING), ("key", ASCENDING), ("_id", ASCENDING)],
            name="by_key",
            partialFilterExpression={"key": {"$gt": ""}},
        ),
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=30 * _DAY_SECONDS),
    ],
}


OBSOLETE_INDEXES: Mapping[str, Sequence[str]] = {"leads": ("one_lead_a_person",)}
"""Indexes of earlier versions. They go once those of this version are there, so that what a unique
index promises holds meanwhile."""


async def ensure_collections(mongo: Mongo) -> None:
    """Make every collection with validator and indexes; many processes may do so at once.

    What is as it should be is not touched: changing a validator waits for every transaction on
    the collection, and every write waits behind it.
    """
    existing = await mongo.read_validators()
    for name, indexes in INDEXES.items():
        validator = {"$jsonSchema": VALIDATORS[name]} if name in VALIDATORS else {}
        if name not in existing:
            await mongo.create_collection(name)
        if existing.get(name, {}) != validator:
            change = {"collMod": name, "validator": validator, "maxTimeMS": COLLMOD_TIMEOUT_MS}
            await mongo.command(change)
        for index in indexes:
            with translate_errors():
                await _ensure_index(mongo[name], index)
        for gone in OBSOLETE_INDEXES.get(name, ()):
            with translate_errors():
                await _drop_index(mongo[name], gone)


async def _ensure_index(collection: Collection, index: IndexModel) -> None:
    """Make an index; one of that name that an earlier version defined otherwise is made anew."""
    try:
        await collection.create_indexes([index])
    except OperationFailure as error:
        if error.code not in _INDEX_CONFLICT_CODES:
            raise
        await collection.drop_index(index.document["name"])
        await collection.create_indexes([index])


async def _drop_index(collection: Collection, name: str) -> None:
    try:
        await collection.drop_index(name)
    except OperationFailure as error:
        if error.code != _INDEX_NOT_FOUND_CODE:
            raise
