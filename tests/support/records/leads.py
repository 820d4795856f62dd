"""Builders of leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.leads.confirmation import LeadConfirmation
from domain.leads.leads import ConsentGiven, Lead, LeadSource, SealedContact
from storage.mongo.client import new_id
from tests.domain.posting_terms_samples import posting_terms
from tests.support.records.clock import FIXED_NOW
from tests.support.records.identity import HOST_ID, UNION_ID


def lead(**changes: Any) -> Lead:
    """A confirmed lead; the same person has the same device."""
    person = changes.get("person", new_id())
    record = Lead(
        id=new_id(),
        session_id="session",
        posting_id="posting",
        employer_id="employer",
        union_path=("root", UNION_ID),
        owner_id=HOST_ID,
        person=person,
        contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
        consent=ConsentGiven(text_version="1", text_sha256="0" * 64, at=FIXED_NOW),
        source=LeadSource.LIVE_TAP,
        terms=posting_terms(),
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
        giver=f"device of {person}",
        confirmation=LeadConfirmation.CONFIRMED,
    )
    return replace(record, **changes)
