"""Leads in the order to call in: unconfirmed ones later, whatever the size of a page."""

from __future__ import annotations

import pytest

from domain.leads.confirmation import LeadConfirmation
from storage.leads.calling_order import parse_rank, rank_of
from storage.leads.lead_query import LeadQuery
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records

STATES = {
    "a": LeadConfirmation.UNCONFIRMED,
    "b": LeadConfirmation.CONFIRMED,
    "c": LeadConfirmation.LEGACY,
    "d": LeadConfirmation.UNCONFIRMED,
    "e": LeadConfirmation.CONFIRMED,
    "f": LeadConfirmation.UNCONFIRMED,
    "g": LeadConfirmation.CONFIRMED,
}
CROWDED = "dg"
EXPECTED = "gecbfad"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
async def test_unconfirmed_leads_are_called_later_and_those_of_a_crowd_last(
    store: Store, size: int
) -> None:
    leads = [
        records.lead(id=name, confirmation=state, crowded=name in CROWDED)
        for name, state in STATES.items()
    ]
    await store.leads.record([*leads, records.lead(union_path=("elsewhere",))])
    # A node of the version before has stored this one: it counts as LEGACY.
    await store.mongo["leads"].update_one({"_id": "c"}, {"$unset": {"confirmation": ""}})
    seen, after = "", None
    while True:
        page = await store.calling_order.page(
            LeadQuery(union_id="root"), PageRequest(limit=size, after=after)
        )
        seen += "".join(lead.id for lead in page.items)
        assert page.has_next == (len(seen) < len(STATES))
        assert page.has_previous == (after is not None)
        if not page.has_next:
            break
        after = (rank_of(page.items[-1]), page.items[-1].id)
    assert seen == EXPECTED


def test_only_ranks_are_read_from_a_cursor() -> None:
    assert [parse_rank(part) for part in ("0", "1", "2")] == [0, 1, 2]
    for part in ("", "3", "-1", "01", "one"):
        with pytest.raises(ValueError, match="no rank"):
            parse_rank(part)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (LeadQuery(union_id="root", confirmations=(LeadConfirmation.UNCONFIRMED,)), "fda"),
        (LeadQuery(union_id="root", confirmations=(LeadConfirmation.LEGACY,)), "c"),
        (LeadQuery(employer_id="employer", for_employer=True), "gecb"),
        (
            LeadQuery(
                employer_id="employer",
                for_employer=True,
                confirmations=(LeadConfirmation.UNCONFIRMED, LeadConfirmation.CONFIRMED),
            ),
            "geb",
        ),
        (
            LeadQuery(
                employer_id="employer",
                for_employer=True,
                confirmations=(LeadConfirmation.UNCONFIRMED,),
            ),
            "",
        ),
    ],
)
async def test_leads_are_filtered_by_confirmation(
    store: Store, query: LeadQuery, found: str
) -> None:
    leads = [records.lead(id=name, confirmation=state) for name, state in STATES.items()]
    await store.leads.record(leads)
    await store.mongo["leads"].update_one({"_id": "c"}, {"$unset": {"confirmation": ""}})
    page = await store.leads.page(query, PageRequest(limit=10))
    assert "".join(lead.id for lead in page.items) == found
