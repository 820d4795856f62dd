"""Leads in the order in which staff call: those with a confirmed phone first, unconfirmed later.

Unconfirmed leads of very many devices of one address come last.

The order has ranks, each newest first. A page reads from one rank on, by the same indexes as a list
in the order of ids, so recording a lead costs no further index.
"""

from __future__ import annotations

from domain.leads.confirmation import LeadConfirmation
from domain.leads.leads import Lead
from storage.leads.lead_query import LeadQuery
from storage.mongo.client import Document, Mongo
from storage.mongo.paging import Page, PageRequest, SortOrder
from storage.mongo.repository import NEWEST_FIRST, RecordCollection

CALLING_ORDER: SortOrder = (("rank", 1), ("_id", -1))
"""The fields of the keys of this order; the rank is not stored."""
_UNCONFIRMED = LeadConfirmation.UNCONFIRMED.value
_RANKS: tuple[Document, ...] = (
    {"confirmation": {"$ne": _UNCONFIRMED}},
    # Leads that an earlier version stored lack the field.
    {"confirmation": _UNCONFIRMED, "crowded": {"$ne": True}},
    {"confirmation": _UNCONFIRMED, "crowded": True},
)


def rank_of(lead: Lead) -> int:
    """The rank of a lead in the calling order, from 0."""
    if lead.confirmation is not LeadConfirmation.UNCONFIRMED:
        return 0
    return 2 if lead.crowded else 1


def parse_rank(part: str) -> int:
    """The rank in a part of a cursor.

    :raises ValueError: there is no such rank.
    """
    for rank in range(len(_RANKS)):
        if part == str(rank):
            return rank
    raise ValueError("no rank of the calling order")


class CallingOrder:
    """Pages of leads in the order in which staff call."""

    def __init__(self, mongo: Mongo) -> None:
        self._leads = RecordCollection(mongo, "leads", Lead)

    async def page(self, query: LeadQuery, wanted: PageRequest) -> Page[Lead]:
        """The leads that meet ``query``, forward only; the key is the rank and the id."""
        rank, after = wanted.after or (0, None)
        found: list[Lead] = []
        while True:
            page = await self._leads.find_page(
                {"$and": [query.where(), _RANKS[rank]]},
                NEWEST_FIRST,
                PageRequest(
                    limit=wanted.limit - len(found), after=None if after is None else (after,)
                ),
            )
            found += page.items
            if page.has_next or rank == len(_RANKS) - 1:
                return Page(
                    items=found, has_next=page.has_next, has_previous=wanted.after is not None
                )
            rank, after = rank + 1, None
