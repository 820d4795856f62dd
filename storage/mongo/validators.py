"""Schema validators of the collections, derived from the record classes.

MongoDB refuses a document that lacks a required field of its record or has a wrong type there.
Fields that only storage knows are added by name.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from domain.employers.employers import Employer, EmployerCheck
from domain.exchange.imports import Import, ImportRow
from domain.identity.accounts import Account
from domain.identity.audit import AuditRow
from domain.identity.devices import Device, PhoneProof
from domain.identity.phone_codes import PhoneCode
from domain.identity.token_rotation import SignIn
from domain.identity.unions import Union as TradeUnion
from domain.leads.consent import ConsentTemplate
from domain.leads.leads import Lead
from domain.leads.timeline import TimelineEntry
from domain.live.qr_codes import QrCode
from domain.live.questions import Question
from domain.live.recruitment_campaigns import RecruitmentCampaign
from domain.live.sessions import LiveSession
from domain.postings.pay import Pay
from domain.postings.postings import Posting
from domain.reference.occupation_additions import OccupationAddition
from domain.screening.minimum_wages import MinimumWage
from domain.screening.rescreening import RescreeningTask
from domain.screening.reviews import Decision, Report
from domain.screening.wage_proposals import WageProposal
from domain.search.suggestions import Suggestion
from domain.seekers.call_campaigns import CallCampaign, CallEntry
from domain.seekers.referrals import Referral
from domain.seekers.seekers import Seeker
from domain.webhooks.deliveries import Delivery
from domain.webhooks.webhooks import Webhook
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Document
from storage.mongo.terms_documents import PAY_SCHEMA
from storage.seekers.call_campaigns import CampaignMatch

_SCALARS: Mapping[type, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "bool",
    bytes: "binData",
    datetime: "date",
    date: "string",
    time: "string",
    Decimal: "decimal",
}
_NO_FIELDS: Mapping[str, Document] = types.MappingProxyType({})
# Fields that only storage knows.
_STORAGE_FIELDS: Mapping[str, Mapping[str, Document]] = {
    "sign_ins": {"used_at": {"bsonType": "date"}},
    "seekers": {"reach": {"bsonType": "array", "items": {"bsonType": "string"}}},
    "audit": {"_id": {"bsonType": "number"}},
    "consent_texts": {"_id": {"bsonType": "number"}},
}
# The same, but a document may lack them.
_OPTIONAL_STORAGE_FIELDS: Mapping[str, Mapping[str, Document]] = {
    # Nodes of schema version 5 and before set ``logged``.
    "leads": {"awaits_log": {"bsonType": "bool"}, "logged": {"bsonType": "bool"}},
}
_EVENT: Document = {
    "bsonType": "object",
    "required": ["_id", "topic", "seq", "at", "kind", "event"],
    "properties": {
        "_id": {"bsonType": "string"},
        "topic": {"bsonType": "string"},
        "seq": {"bsonType": "number", "minimum": 1},
        # Not required: nodes of versions without tags write events during a rolling upgrade.
        "tag": {"bsonType": "string"},
        "at": {"bsonType": "date"},
        "kind": {"bsonType": "string"},
        "event": {"bsonType": "object"},
    },
}

_FEED_REPORT: Document = {
    "bsonType": "object",
    "required": ["_id", "at", "heartbeat", "is_fresh"],
    "properties": {
        "_id": {"bsonType": "string"},
        "at": {"bsonType": "date"},
        "heartbeat": {"bsonType": "number"},
        "is_fresh": {"bsonType": "bool"},
    },
}
_USAGE_COUNT: Document = {
    "bsonType": "object",
    "required": ["_id", "members", "expires_at"],
    "properties": {
        "_id": {"bsonType": "string"},
        "members": {"bsonType": "array", "items": {"bsonType": "string"}},
        "expires_at": {"bsonType": "date"},
    },
}
_NOTICE: Document = {
    "bsonType": "object",
    "required": ["_id", "at"],
    "properties": {"_id": {"bsonType": "string"}, "at": {"bsonType": "date"}},
}
_CHUNK: Document = {
    "bsonType": "object",
    "required": ["_id", "import_id", "at", "rows"],
    "properties": {
        "_id": {"bsonType": "string"},
        "import_id": {"bsonType": "string"},
        "at": {"bsonType": "date"},
        "rows": {"bsonType": "array"},
    },
}
_LEASE: Document = {
    "bsonType": "object",
    "required": ["_id", "holder", "until"],
    "properties": {
        "_id": {"bsonType": "string"},
        "holder": {"bsonType": "string"},
        "taken_at": {"bsonType": "date"},
        "until": {"bsonType": "date"},
    },
}


def schema_of(kind: Any) -> Document:
    """The ``$jsonSchema`` of a record, an enumeration, a scalar, or a tuple or union of them."""
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return {"anyOf": [schema_of(option) for option in get_args(kind)]}
    if kind is type(None):
        return {"bsonType": "null"}
    if origin is tuple:
        return {"bsonType": "array", "items": schema_of(get_args(kind)[0])}
    if is_dataclass(kind):
        return PAY_SCHEMA if kind is Pay else _record_schema(kind)
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"bsonType": _SCALARS[kind]}


def _record_schema(
    kind: Any,
    storage_fields: Mapping[str, Document] = _NO_FIELDS,
    optional: Mapping[str, Document] = _NO_FIELDS,
) -> Document:
    hints = get_type_hints(kind)
    properties = {_key(field): schema_of(hints[field.name]) for field in fields(kind)}
    properties |= {**storage_fields, **optional}
    # A field with a default may have come later: older documents lack it and stay valid.
    required = [_key(field) for field in fields(kind) if field.default is MISSING]
    names = sorted([*required, *storage_fields])
    # An empty list of required fields is not allowed.
    return {
        "bsonType": "object",
        **({"required": names} if names else {}),
        "properties": properties,
    }


def _key(field: Field[Any]) -> str:
    return "_id" if field.name == "id" else field.name


RECORD_CLASSES: Mapping[str, type[Any]] = {
    "accounts": Account,
    "sign_ins": SignIn,
    "unions": TradeUnion,
    "devices": Device,
    "phone_proofs": PhoneProof,
    "employers": Employer,
    "employer_checks": EmployerCheck,
    "minimum_wages": MinimumWage,
    "wage_proposals": WageProposal,
    "occupation_additions": OccupationAddition,
    "postings": Posting,
    "rescreens": RescreeningTask,
    "decisions": Decision,
    "reports": Report,
    "sessions": LiveSession,
    "recruitment_campaigns": RecruitmentCampaign,
    "leads": Lead,
    "lead_entries": TimelineEntry,
    "suggestions": Suggestion,
    "codes": QrCode,
    "questions": Question,
    "audit": AuditRow,
    "consent_texts": ConsentTemplate,
    "retained": RetainedContact,
    "webhooks": Webhook,
    "deliveries": Delivery,
    "seekers": Seeker,
    "campaigns": CallCampaign,
    "campaign_matches": CampaignMatch,
    "call_entries": CallEntry,
    "referrals": Referral,
    "phone_codes": PhoneCode,
    "imports": Import,
    "import_rows": ImportRow,
}
"""The collections that hold records, with the class of the records."""

VALIDATORS: Mapping[str, Document] = {
    **{
        name: _record_schema(
            record_class, _STORAGE_FIELDS.get(name, {}), _OPTIONAL_STORAGE_FIELDS.get(name, {})
        )
        for name, record_class in RECORD_CLASSES.items()
    },
    "leases": _LEASE,
    "events": _EVENT,
    "feed_reports": _FEED_REPORT,
    "usage_counts": _USAGE_COUNT,
    "notices": _NOTICE,
    "phone_stops": _NOTICE,
    "import_chunks": _CHUNK,
}
"""The ``$jsonSchema`` of each collection; collections that are not listed have none."""
