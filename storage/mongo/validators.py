"""Schema validators of the collections, drawn from the records so that the two cannot drift apart.

MongoDB refuses a document that lacks a field of its record or holds another type there. Fields
that only storage knows are named in ``_OWN``.
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
from domain.identity.unions import Union as TradeUnion
from domain.leads.consent import ConsentTemplate
from domain.leads.leads import Lead
from domain.leads.timeline import TimelineEntry
from domain.live.qr_codes import QrCode
from domain.live.questions import Question
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from domain.screening.minimum_wages import MinimumWage
from domain.screening.rescreening import RescreeningTask
from domain.screening.reviews import Decision, Report
from domain.search.suggestions import Suggestion
from domain.seekers.call_campaigns import CallCampaign, CallEntry
from domain.seekers.referrals import Referral
from domain.seekers.seekers import Seeker
from domain.webhooks.deliveries import Delivery
from domain.webhooks.webhooks import Webhook
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Document
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
_LOGGED: Document = {"bsonType": "bool"}
_EVENT: Document = {
    "bsonType": "object",
    "required": ["_id", "topic", "seq", "at", "kind", "event"],
    "properties": {
        "_id": {"bsonType": "string"},
        "topic": {"bsonType": "string"},
        "seq": {"bsonType": "number", "minimum": 1},
        "at": {"bsonType": "date"},
        "kind": {"bsonType": "string"},
        "event": {"bsonType": "object"},
    },
}

_REACH: Document = {"bsonType": "array", "items": {"bsonType": "string"}}
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
        "until": {"bsonType": "date"},
    },
}


def schema_of(kind: Any) -> Document:
    """The ``$jsonSchema`` of a record, an enumeration, a scalar, or an array or option of them."""
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return {"anyOf": [schema_of(option) for option in get_args(kind)]}
    if kind is type(None):
        return {"bsonType": "null"}
    if origin is tuple:
        return {"bsonType": "array", "items": schema_of(get_args(kind)[0])}
    if is_dataclass(kind):
        return _record_schema(kind)
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"bsonType": _SCALARS[kind]}


def _record_schema(kind: Any, **own: Document) -> Document:
    hints = get_type_hints(kind)
    properties = {_key(field): schema_of(hints[field.name]) for field in fields(kind)} | own
    # A field with a default came later, or may: documents of before lack it and stay valid.
    required = [_key(field) for field in fields(kind) if field.default is MISSING]
    named = {"required": sorted([*required, *own])} if [*required, *own] else {}
    return {"bsonType": "object", **named, "properties": properties}


def _key(field: Field[Any]) -> str:
    return "_id" if field.name == "id" else field.name


VALIDATORS: Mapping[str, Document] = {
    "accounts": _record_schema(Account),
    "unions": _record_schema(TradeUnion),
    "employers": _record_schema(Employer),
    "employer_checks": _record_schema(EmployerCheck),
    "minimum_wages": _record_schema(MinimumWage),
    "postings": _record_schema(Posting),
    "rescreens": _record_schema(RescreeningTask),
    "decisions": _record_schema(Decision),
    "reports": _record_schema(Report),
    "sessions": _record_schema(LiveSession),
    "leads": _record_schema(Lead, logged=_LOGGED),
    "lead_entries": _record_schema(TimelineEntry),
    "suggestions": _record_schema(Suggestion),
    "leases": _LEASE,
    "codes": _record_schema(QrCode),
    "questions": _record_schema(Question),
    "events": _EVENT,
    "audit": _record_schema(AuditRow, _id={"bsonType": "number"}),
    "consent_texts": _record_schema(ConsentTemplate, _id={"bsonType": "number"}),
    "retained": _record_schema(RetainedContact),
    "webhooks": _record_schema(Webhook),
    "deliveries": _record_schema(Delivery),
    "seekers": _record_schema(Seeker, reach=_REACH),
    "campaigns": _record_schema(CallCampaign),
    "campaign_matches": _record_schema(CampaignMatch),
    "call_entries": _record_schema(CallEntry),
    "referrals": _record_schema(Referral),
    "notices": _NOTICE,
    "imports": _record_schema(Import),
    "import_chunks": _CHUNK,
    "import_rows": _record_schema(ImportRow),
}
