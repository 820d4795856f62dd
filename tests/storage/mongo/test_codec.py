"""Every record reads back from MongoDB equal to what was stored, over both drivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.employers.employers import Employer
from domain.identity.accounts import Account, Role
from domain.identity.unions import Union, UnionLevel
from domain.leads.leads import Contact, Lead, LeadSource, LeadStage, RefusalReason, SealedContact
from domain.live.sessions import Honour, Host, LiveSession, SessionFormat, SessionStatus
from domain.postings.officer_review import Review
from domain.postings.postings import Finding, Posting, PostingStatus, PostingTerms, Severity
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.codec import to_document, to_record
from storage.store import Store
from tests.domain.posting_terms_samples import any_terms
from tests.support import records

# The ranges that MongoDB can store: 64 bits, 34 digits, milliseconds, UTC.
texts = st.text(max_size=8)
numbers = st.integers(-(2**63), 2**63 - 1)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=999)
moments = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants bare bounds
    datetime(2100, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
paths = st.lists(texts, max_size=3).map(tuple)


def options(kind: Any) -> Any:
    return st.none() | st.sampled_from(kind)


storable_terms: st.SearchStrategy[PostingTerms] = st.builds(
    lambda terms, headcount, a_day, a_week: replace(
        terms, headcount=headcount, hours_per_day=a_day, hours_per_week=a_week
    ),
    any_terms,
    numbers,
    decimals,
    decimals,
)
findings = st.builds(
    Finding,
    code=texts,
    severity=st.sampled_from(Severity),
    field=texts,
    message=texts,
    message_zh=texts,
    basis=texts,
)
reviews = st.builds(Review, by=texts, at=moments, approved=st.booleans(), reason=texts)
any_record = st.one_of(
    st.builds(
        lambda role, employer_id: records.account(role=role, employer_id=employer_id),
        st.sampled_from(Role),
        st.none() | texts,
    ),
    st.builds(
        lambda level, path: records.union(level=level, path=path),
        st.sampled_from(UnionLevel),
        paths,
    ),
    st.builds(
        lambda at, flag: records.employer(created_at=at, synthetic=flag), moments, st.booleans()
    ),
    st.builds(
        lambda terms, status, found, review: records.posting(
            terms=terms, status=status, findings=found, review=review
        ),
        storable_terms,
        st.sampled_from(PostingStatus),
        st.lists(findings, max_size=2).map(tuple),
        st.none() | reviews,
    ),
    st.builds(
        lambda format_, status, honour, ids, started_at: records.live_session(
            format=format_,
            status=status,
            host=Host(name="王", honour=honour),
            posting_ids=ids,
            started_at=started_at,
        ),
        st.sampled_from(SessionFormat),
        st.sampled_from(SessionStatus),
        options(Honour),
        paths,
        st.none() | moments,
    ),
    st.builds(
        lambda source, stage, reason, group, terms, raw: records.lead(
            source=source,
            stage=stage,
            reason=reason,
            group=group,
            terms=terms,
            contact=SealedContact(key_version=1, name=raw, phone=raw) if raw else None,
        ),
        st.sampled_from(LeadSource),
        st.sampled_from(LeadStage),
        options(RefusalReason),
        options(SeekerGroup),
        storable_terms,
        st.binary(max_size=40),
    ),
)
COLLECTIONS = {
    Account: "accounts",
    Union: "unions",
    Employer: "employers",
    Posting: "postings",
    LiveSession: "sessions",
    Lead: "leads",
}


@settings(
    max_examples=60,
    # All examples share the database: each stores a record and deletes it again.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(record=any_record)
async def test_a_record_that_mongodb_accepts_is_read_unchanged(
    either_store: Store, record: Any
) -> None:
    collection = either_store.mongo[COLLECTIONS[type(record)]]
    own = {"awaits_log": True} if isinstance(record, Lead) else {}
    await collection.insert_one(to_document(record) | own)
    found = await collection.find_one_and_delete({"_id": record.id})
    assert found is not None
    assert to_record(type(record), found) == record


def test_the_id_is_stored_only_as_the_key() -> None:
    union = records.union()
    assert to_document(union) == {
        "_id": union.id,
        "name": union.name,
        "level": "CITY",
        "place_code": "330400",
        "service_phone": "",
        "path": ["root", union.id],
        "synthetic": False,
        "branches_see_postings": False,
    }


def test_a_record_without_an_id_has_no_key() -> None:
    contact = Contact(name="王", phone="+8614412345678")
    assert to_document(contact) == {"name": "王", "phone": "+8614412345678"}
    assert to_record(Contact, to_document(contact)) == contact


def test_fields_that_only_storage_knows_are_ignored() -> None:
    lead = records.lead()
    assert to_record(Lead, to_document(lead) | {"awaits_log": True}) == lead


@pytest.mark.parametrize("stored", [8, 8.0, "8"])
def test_a_number_written_by_hand_is_read_as_a_decimal(stored: float | str) -> None:
    document = to_document(records.posting())
    document["terms"]["hours_per_day"] = stored
    assert to_record(Posting, document).terms.hours_per_day == Decimal(8)
