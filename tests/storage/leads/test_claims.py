"""Leads of one phone that several givers sent, also beside a node of the version before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.leads.confirmation import LeadConfirmation
from domain.leads.lead_identity import key_of, place_beside
from domain.leads.leads import Lead, LeadStage
from storage.mongo.client import Duplicate, translate_errors
from storage.mongo.codec import to_document
from storage.store import Store
from tests.support import records


def typed(giver: str, **changes: object) -> Lead:
    """A lead of the same phone that a device typed."""
    return records.lead(
        person="w", giver=giver, confirmation=LeadConfirmation.UNCONFIRMED, **changes
    )


def beside(lead: Lead) -> Lead:
    assert lead.giver is not None
    return replace(lead, made_way=place_beside(lead.giver))


async def test_each_giver_has_one_lead_for_a_phone(either_store: Store) -> None:
    leads = either_store.leads
    first, second, third = typed("a"), typed("b"), typed("c")
    assert await leads.record([first, second, typed("a"), third, typed("b")]) == [
        (first, True),
        (beside(second), True),
        (first, False),
        (beside(third), True),
        (beside(second), False),
    ]
    assert await leads.record([typed("c"), typed("a")]) == [
        (beside(third), False),
        (first, False),
    ]


async def test_a_giver_beside_has_one_lead_after_the_place_is_free(store: Store) -> None:
    first, second = typed("a"), typed("b")
    await store.leads.record([first, second])
    gone = {"stage": LeadStage.WITHDRAWN.value, "made_way": first.id}
    await store.mongo["leads"].update_one({"_id": first.id}, {"$set": gone})
    assert await store.leads.record([typed("b")]) == [(beside(second), False)]
    again = typed("a")
    assert await store.leads.record([again]) == [(again, True)]


async def test_a_proven_phone_has_one_confirmed_lead(store: Store) -> None:
    squatter = typed("squatter")
    await store.leads.record([squatter])
    proven = [
        replace(typed(giver), confirmation=LeadConfirmation.CONFIRMED) for giver in ("a", "b")
    ]
    # The place is taken: it stands beside, and the log writer confirms it.
    (recorded,) = await store.leads.record(proven[:1])
    assert recorded == (
        replace(beside(proven[0]), confirmation=LeadConfirmation.UNCONFIRMED),
        True,
    )
    confirmed = {"confirmation": "CONFIRMED", "made_way": None}
    gone = {"stage": LeadStage.WITHDRAWN.value, "made_way": squatter.id}
    await store.mongo["leads"].update_one({"_id": squatter.id}, {"$set": gone})
    await store.mongo["leads"].update_one({"_id": proven[0].id}, {"$set": confirmed})
    kept = replace(proven[0], made_way=None)
    # The other device of the owner gets the confirmed lead; a stranger's claim is its own.
    assert await store.leads.record([proven[1]]) == [(kept, False)]
    stranger = typed("stranger")
    assert await store.leads.record([stranger]) == [(beside(stranger), True)]


async def test_a_request_is_one_lead_whatever_became_of_it(store: Store) -> None:
    first = typed("a", request_id="request-1")
    await store.leads.record([first])
    gone = replace(first, stage=LeadStage.WITHDRAWN, made_way=first.id)
    changed = {"stage": gone.stage.value, "made_way": gone.made_way}
    await store.mongo["leads"].update_one({"_id": first.id}, {"$set": changed})
    other, foreign = typed("a", request_id="request-2"), typed("b", request_id="request-1")
    assert await store.leads.record([typed("a", request_id="request-1"), other, foreign]) == [
        (gone, False),
        (other, True),
        (beside(foreign), True),
    ]


async def record_like_the_version_before(store: Store, lead: Lead) -> str:
    """Record a lead as a node of the version before does; return the id of the lead it answers."""
    document = to_document(lead) | {"logged": False}
    for unknown in ("confirmation", "confirmed_at", "confirmed_by", "request_id"):
        del document[unknown]
    try:
        with translate_errors():
            await store.mongo["leads"].insert_one(document)
    except Duplicate:
        place = {"session_id": lead.session_id, "posting_id": lead.posting_id, "made_way": None}
        found = await store.mongo["leads"].find_one(place | {"person": lead.person})
        assert found is not None
        return str(found["_id"])
    return lead.id


async def test_a_tap_that_an_older_node_stored_is_not_doubled(store: Store) -> None:
    older = typed("a")
    assert await record_like_the_version_before(store, older) == older.id
    legacy = replace(older, confirmation=LeadConfirmation.LEGACY)
    assert await store.leads.record([typed("a")]) == [(legacy, False)]
    assert await store.lead_claims.find_given(key_of(typed("a"))) == legacy
    # Nor is a tap of another giver lost.
    other = typed("b")
    assert await store.leads.record([other]) == [(beside(other), True)]


@pytest.mark.parametrize("confirmation", ["UNCONFIRMED", "CONFIRMED"])
async def test_a_tap_that_a_newer_node_stored_is_not_doubled(
    store: Store, confirmation: str
) -> None:
    newer = replace(typed("a"), confirmation=LeadConfirmation(confirmation))  # type: ignore[call-arg] # by value
    beside_it = typed("b")
    await store.leads.record([newer, beside_it])
    assert await record_like_the_version_before(store, typed("a")) == newer.id
    assert await record_like_the_version_before(store, typed("b")) == newer.id
    assert await store.mongo["leads"].count_documents({"person": "w"}) == 2
