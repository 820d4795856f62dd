"""The table of all collections and their indexes; an index is named after the query it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel

from domain.postings.work_schedule import WorkMode
from domain.webhooks.deliveries import DELIVERY_RETENTION
from storage.leads.claims import CONFIRMED, STANDING

_HOUR_SECONDS = 3_600
_DAY_SECONDS = 86_400

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "accounts": [
        IndexModel([("username", ASCENDING)], name="by_username", unique=True),
        IndexModel([("union_id", ASCENDING), ("_id", ASCENDING)], name="by_union"),
        IndexModel([("employer_id", ASCENDING), ("_id", ASCENDING)], name="by_employer"),
        IndexModel(
            [("revoked_at", ASCENDING)],
            name="by_revocation",
            partialFilterExpression={"revoked_at": {"$type": "date"}},
        ),
    ],
    "sign_ins": [
        IndexModel([("account_id", ASCENDING), ("used_at", DESCENDING)], name="by_account"),
        IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ],
    "unions": [
        IndexModel([("path", ASCENDING)], name="by_ancestor"),
        IndexModel([("place_code", ASCENDING)], name="by_place"),
    ],
    # They are deleted at the time that they hold.
    "usage_counts": [IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0)],
    "devices": [IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0)],
    "phone_proofs": [
        IndexModel([("person", ASCENDING)], name="by_person"),
        IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ],
    "employers": [IndexModel([("credit_code", ASCENDING)], name="by_credit_code", unique=True)],
    "employer_checks": [
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer")
    ],
    "occupation_additions": [
        IndexModel([("added_at", ASCENDING), ("_id", ASCENDING)], name="in_order"),
        IndexModel(
            [("number", ASCENDING)],
            name="by_number",
            unique=True,
            partialFilterExpression={"number": {"$gt": 0}},
        ),
    ],
    "minimum_wages": [
        IndexModel(
            [("region", ASCENDING), ("tier", ASCENDING), ("_id", DESCENDING)], name="by_region"
        )
    ],
    "wage_proposals": [
        IndexModel([("state", ASCENDING), ("_id", DESCENDING)], name="by_state"),
        IndexModel(
            [("province", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)],
            name="by_province",
        ),
        IndexModel(
            [("union_path", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)],
            name="by_scope",
        ),
        IndexModel([("union_id", ASCENDING), ("state", ASCENDING)], name="by_union"),
        IndexModel(
            [("row.region", ASCENDING), ("row.tier", ASCENDING), ("row.effective_from", ASCENDING)],
            name="one_open",
            unique=True,
            partialFilterExpression={"state": "OPEN"},
        ),
    ],
    "postings": [
        IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="by_status"),
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer"),
        IndexModel([("union_id", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("told", ASCENDING), ("status", ASCENDING), ("_id", ASCENDING)], name="untold"),
        IndexModel([("terms.occupation", ASCENDING), ("_id", DESCENDING)], name="by_occupation"),
        IndexModel(
            [("terms.occupation_code", ASCENDING), ("_id", DESCENDING)],
            name="by_occupation_code",
            partialFilterExpression={"terms.occupation_code": {"$exists": True}},
        ),
        IndexModel([("terms.place_code", ASCENDING), ("_id", DESCENDING)], name="by_place"),
        IndexModel(
            [("terms.further_places.place_code", ASCENDING), ("_id", DESCENDING)],
            name="by_further_place",
            partialFilterExpression={"terms.further_places.place_code": {"$gt": ""}},
        ),
        IndexModel(
            [("terms.work_mode", ASCENDING), ("_id", DESCENDING)],
            name="remote",
            partialFilterExpression={"terms.work_mode": WorkMode.REMOTE.value},
        ),
        IndexModel(
            [("status", ASCENDING), ("search.pay", DESCENDING), ("_id", DESCENDING)],
            name="best_paid",
        ),
        # It covers searches by word, region or occupation, and the counts of their results. Fields
        # with few values come first: a query skips from one value to the next.
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
            [("status", ASCENDING), ("_id", ASCENDING)],
            name="deferred",
            partialFilterExpression={"deferred": {"$gt": ""}},
        ),
        IndexModel(
            [("external_id", ASCENDING), ("employer_id", ASCENDING)],
            name="one_an_external_id",
            unique=True,
            partialFilterExpression={"external_id": {"$gt": ""}},
        ),
        IndexModel(
            [("job_key", ASCENDING)],
            name="one_a_job_key",
            unique=True,
            partialFilterExpression={"job_key": {"$gt": ""}},
        ),
        IndexModel(
            [("campaign_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)],
            name="by_campaign",
            partialFilterExpression={"campaign_id": {"$gt": ""}},
        ),
    ],
    "decisions": [
        IndexModel([("posting_id", ASCENDING), ("_id", DESCENDING)], name="by_posting"),
        IndexModel(
            [("batch_id", ASCENDING), ("_id", ASCENDING)],
            name="by_batch",
            partialFilterExpression={"batch_id": {"$gt": ""}},
        ),
    ],
    "reports": [
        IndexModel(
            [("posting_id", ASCENDING), ("by", ASCENDING)], name="one_a_viewer", unique=True
        ),
        IndexModel([("posting_id", ASCENDING), ("_id", DESCENDING)], name="by_posting"),
        IndexModel([("by", ASCENDING), ("at", ASCENDING)], name="by_viewer"),
        IndexModel([("origin", ASCENDING), ("at", ASCENDING)], name="by_origin"),
    ],
    "rescreens": [IndexModel([("done_at", ASCENDING), ("due_at", ASCENDING)], name="due")],
    "recruitment_campaigns": [
        IndexModel([("starts_on", DESCENDING), ("_id", DESCENDING)], name="by_first_day"),
        IndexModel(
            [("union_path", ASCENDING), ("starts_on", DESCENDING), ("_id", DESCENDING)],
            name="by_union",
        ),
    ],
    "sessions": [
        IndexModel(
            [("campaign_id", ASCENDING), ("starts_at", DESCENDING), ("_id", DESCENDING)],
            name="by_campaign",
            partialFilterExpression={"campaign_id": {"$gt": ""}},
        ),
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
        IndexModel(
            [("recording.removed_at", ASCENDING), ("recording.consented_at", ASCENDING)],
            name="by_recording",
            partialFilterExpression={"recording.name": {"$gt": ""}},
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
        IndexModel(
            [
                ("session_id", ASCENDING),
                ("posting_id", ASCENDING),
                ("person", ASCENDING),
                ("giver", ASCENDING),
            ],
            name="one_standing_lead_a_giver",
            unique=True,
            partialFilterExpression=STANDING,
        ),
        IndexModel(
            [("session_id", ASCENDING), ("posting_id", ASCENDING), ("person", ASCENDING)],
            name="one_confirmed_lead_a_person",
            unique=True,
            partialFilterExpression={**CONFIRMED, **STANDING},
        ),
        IndexModel(
            [("giver", ASCENDING), ("request_id", ASCENDING)],
            name="one_lead_a_request",
            unique=True,
            partialFilterExpression={"request_id": {"$gt": ""}},
        ),
        IndexModel([("session_id", ASCENDING), ("_id", DESCENDING)], name="by_session"),
        IndexModel([("union_path", ASCENDING), ("_id", DESCENDING)], name="by_union"),
        IndexModel([("owner_id", ASCENDING), ("_id", DESCENDING)], name="by_owner"),
        IndexModel([("employer_id", ASCENDING), ("_id", DESCENDING)], name="by_employer"),
        IndexModel(
            [("session_id", ASCENDING), ("_id", ASCENDING)],
            name="awaiting_log",
            partialFilterExpression={"awaits_log": True},
        ),
        # Leads of nodes of schema version 4 and before, which may run beside this one.
        IndexModel(
            [("session_id", ASCENDING), ("_id", ASCENDING)],
            name="unlogged",
            partialFilterExpression={"logged": False},
        ),
        # These three are partial: a new lead costs a key only in the one for its deadline.
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
        # Covers the count of the results of a QR code.
        IndexModel(
            [("code_id", ASCENDING), ("stage", ASCENDING), ("confirmation", ASCENDING)],
            name="by_code",
            partialFilterExpression={"code_id": {"$gt": ""}},
        ),
        IndexModel(
            [("posting_id", ASCENDING), ("stage", ASCENDING)],
            name="hired",
            partialFilterExpression={"hired_at": {"$type": "date"}},
        ),
        IndexModel(
            [("person", ASCENDING), ("giver", ASCENDING), ("_id", ASCENDING)], name="by_giver"
        ),
        IndexModel(
            [("giver", ASCENDING), ("session_id", ASCENDING), ("_id", DESCENDING)],
            name="own_of_session",
            partialFilterExpression={"giver": {"$gt": ""}},
        ),
        IndexModel(
            [("updated_at", ASCENDING)],
            name="idle",
            partialFilterExpression={"contact": {"$type": "object"}},
        ),
    ],
    "logged_leads": [],
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
            [("session_id", ASCENDING), ("asker", ASCENDING), ("_id", DESCENDING)],
            name="by_asker",
        ),
        IndexModel(
            [("slot", ASCENDING)],
            name="one_a_slot",
            unique=True,
            partialFilterExpression={"slot": {"$gt": ""}},
        ),
        # Questions that were never shown are of no use after the session and may hold anything.
        IndexModel(
            [("asked_at", ASCENDING)],
            name="forget",
            expireAfterSeconds=30 * _DAY_SECONDS,
            partialFilterExpression={"status": {"$in": ["ASKED", "DECLINED"]}},
        ),
    ],
    "suggestions": [IndexModel([("starts", ASCENDING)], name="by_start")],
    "leases": [],
    # The log is read by _id (topic and seq), in order; no other index is needed.
    "events": [],
    "logs": [],
    "feed_reports": [
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=_HOUR_SECONDS)
    ],
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
        # Partial, so that finished deliveries cost a query nothing.
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
        # A new posting finds seekers by these keys; a seeker that is not matched has none.
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
    # Longer than a posting may be open, so no seeker is notified of it twice.
    "notices": [
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=400 * _DAY_SECONDS)
    ],
    "phone_codes": [
        IndexModel([("person", ASCENDING)], name="by_person"),
        # The messages that still have to be sent.
        IndexModel(
            [("message.next_at", ASCENDING)],
            name="due",
            partialFilterExpression={"message.state": {"$in": ["PENDING", "SUPPRESSED"]}},
        ),
        IndexModel(
            [("message.serial", ASCENDING)],
            name="by_serial",
            partialFilterExpression={"message.serial": {"$gt": ""}},
        ),
        # Delivery reports arrive within two days.
        IndexModel([("issued_at", ASCENDING)], name="forget", expireAfterSeconds=3 * _DAY_SECONDS),
    ],
    "code_caps": [IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=0)],
    "phone_stops": [],
    "retained": [IndexModel([("completed_at", ASCENDING)], name="by_completion")],
    "imports": [
        IndexModel(
            [("account_id", ASCENDING)],
            name="one_an_account",
            unique=True,
            partialFilterExpression={"active": True},
        ),
        # The queue of imports.
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
    # The _id is made of the import's id and the row number, so it is in the order of the table.
    "import_rows": [
        IndexModel(
            [("import_id", ASCENDING), ("outcome", ASCENDING), ("_id", ASCENDING)],
            name="by_outcome",
        ),
        # Earlier rows of a dry run with the same key.
        IndexModel(
            [("import_id", ASCENDING), ("key", ASCENDING), ("_id", ASCENDING)],
            name="by_key",
            partialFilterExpression={"key": {"$gt": ""}},
        ),
        IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=30 * _DAY_SECONDS),
    ],
}


OBSOLETE_INDEXES: Mapping[str, Sequence[str]] = {"leads": ("one_lead_a_person", "by_person")}
"""Indexes of earlier versions. They are dropped after the new ones are built, so that uniqueness
holds in between."""
