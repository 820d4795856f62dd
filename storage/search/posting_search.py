"""The search for postings: pages of results and their counts.

Every search is limited by ``visibility_condition``, or is for the staff of the postings. The keys
of a page are read from an index; only the postings of the page itself are fetched.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from domain.postings.postings import Posting
from domain.reference.geo import Point
from domain.search.suggestions import Suggestion
from storage.mongo.client import Document, Mongo, translate_errors
from storage.mongo.codec import to_record
from storage.mongo.paging import Page, PageRequest, SortOrder, find_page
from storage.postings.posting_query import visibility_condition
from storage.search.posting_index import MemorySearch, SearchCounts
from storage.search.search_paging import (
    PageKey,
    PageReader,
    page_stages,
    read_joined_page,
    to_page,
    without_list_key,
)
from storage.search.search_query import SearchOrder, SearchQuery, rank_conditions

MAX_COUNTED_POSTINGS = 2_000
"""How many postings the database counts for facets."""

DISTANCE_RINGS_KM = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 8_000)
"""The radii of the rings that a search by distance reads and sorts one after the other."""


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """A posting that was found, and its paging key; ``metres`` away in a search by distance."""

    posting: Posting
    key: PageKey
    metres: float | None = None


class PostingSearch:
    """Searches in the index in memory where that can answer, and in the database otherwise."""

    def __init__(self, mongo: Mongo, memory_search: MemorySearch) -> None:
        self._mongo = mongo
        self._memory_search = memory_search
        self._postings = mongo["postings"]

    async def page(
        self, query: SearchQuery, order: SearchOrder, wanted: PageRequest
    ) -> Page[SearchHit]:
        """One page of results; ``SearchOrder.DISTANCE`` needs a query with ``near``."""
        with translate_errors():
            # Without the word index the database reads in order, and its results are current.
            in_memory = query.uses_word_index
            page_in_memory = self._memory_search.page(query, order, wanted) if in_memory else None
            if page_in_memory is not None:
                page = page_in_memory
            elif order is SearchOrder.RELEVANCE:
                page = await self._page_by_rank(query, wanted)
            elif order is SearchOrder.DISTANCE:
                page = await self._page_by_distance(query, wanted)
            elif query.uses_word_index:
                page = await self._page_by_keys(query, order.value, wanted)
            else:
                return await self._page_in_one_read(query, order, wanted)
            hits = await self._fetch_hits(query, order, page.items)
        return Page(items=hits, has_next=page.has_next, has_previous=page.has_previous)

    async def filter_productive(
        self, suggestions: Sequence[Suggestion], on: date
    ) -> list[Suggestion]:
        """Those of the suggestions that lead to at least one posting that may be shown."""
        productive = await asyncio.gather(*(self._has_postings(each, on) for each in suggestions))
        return [each for each, finds in zip(suggestions, productive, strict=True) if finds]

    async def _has_postings(self, suggestion: Suggestion, on: date) -> bool:
        wanted: Document = {"employer_id": suggestion.code}
        if suggestion.token is not None:
            wanted = {"search.tokens": suggestion.token}
        with translate_errors():
            found = await self._postings.find_one(
                {**visibility_condition(on), **wanted}, {"_id": 1}
            )
        return found is not None

    async def count(self, query: SearchQuery) -> SearchCounts:
        """The counts of the results; the database counts ``MAX_COUNTED_POSTINGS`` at most."""
        return self._memory_search.count(query) or await self._count_in_database(query)

    async def _count_in_database(self, query: SearchQuery) -> SearchCounts:
        pipeline: list[Document] = [
            *query.key_stages(),
            {"$limit": MAX_COUNTED_POSTINGS + 1},
            {
                "$group": {
                    "_id": None,
                    "traits": {"$push": "$traits"},
                    "places": {"$push": "$place"},
                    "pays": {"$push": "$pay"},
                }
            },
        ]
        found = await self._aggregate_keys(query, pipeline)
        row = found[0] if found else {"traits": [], "places": [], "pays": []}
        places = row["places"][:MAX_COUNTED_POSTINGS]
        # A posting without a search entry has only a place.
        traits = [each for each in row["traits"][:MAX_COUNTED_POSTINGS] if each is not None]
        pays = [each for each in row["pays"][:MAX_COUNTED_POSTINGS] if each is not None]
        return SearchCounts(
            total=len(places),
            facets=Counter("".join(traits)),
            places=Counter(places),
            pays=Counter(pays),
            is_complete=len(row["places"]) <= MAX_COUNTED_POSTINGS and len(pays) == len(places),
        )

    async def _page_in_one_read(
        self, query: SearchQuery, order: SearchOrder, wanted: PageRequest
    ) -> Page[SearchHit]:
        """A page of keys and postings in one read, where an index has the order."""
        where = query.where()
        if order is SearchOrder.PAY:
            # A posting without a search entry has no pay to sort by.
            where["$and"].append({"search.pay": {"$gte": 0}})
        page = await find_page(
            self._postings, where, order.value, wanted, projection={"search.tokens": 0}
        )
        return page.map(lambda document: _hit(document, document, order))

    async def _page_by_keys(
        self,
        query: SearchQuery,
        order: SortOrder,
        wanted: PageRequest,
        worded: Sequence[Document] | None = None,
    ) -> Page[Document]:
        """The keys of a page, sorted from all keys of the word index that match."""
        keyed = [(_PROJECTED_NAMES[name], way) for name, way in order]
        rows = await self._aggregate_keys(
            query, [*query.key_stages(worded), *page_stages(keyed, wanted)]
        )
        return to_page([{"_id": row["key"], "search": {"pay": row["pay"]}} for row in rows], wanted)

    async def _aggregate_keys(self, query: SearchQuery, pipeline: list[Document]) -> list[Document]:
        hint = "by_word" if query.uses_word_index else None
        return [row async for row in self._mongo.aggregate("postings", pipeline, hint=hint)]

    async def _page_by_rank(self, query: SearchQuery, wanted: PageRequest) -> Page[Document]:
        order = SearchOrder.NEWEST.value

        def reader(rank: int, worded: list[Document]) -> PageReader:
            async def read(part: PageRequest) -> Page[Document]:
                inner = without_list_key(part)
                if query.uses_word_index:
                    page = await self._page_by_keys(query, order, inner, worded)
                else:
                    where, ids = query.where(), {"_id": 1}
                    page = await find_page(self._postings, where, order, inner, projection=ids)
                return page.map(lambda document: {**document, "rank": rank})

            return read

        ranks = rank_conditions(query.words)
        readers = [reader(len(ranks) - place, worded) for place, worded in enumerate(ranks)]
        return await read_joined_page(readers, wanted, lambda key: len(ranks) - int(key[0]))

    async def _page_by_distance(self, query: SearchQuery, wanted: PageRequest) -> Page[Document]:
        near = query.near
        assert near is not None  # the order requires it
        where = query.where()

        def reader(inner: float, outer: float) -> PageReader:
            async def read(part: PageRequest) -> Page[Document]:
                return await self._page_in_ring(near, where, (inner * 1_000, outer * 1_000), part)

            return read

        rings = list(pairwise(DISTANCE_RINGS_KM))
        readers = [reader(inner, outer) for inner, outer in rings]
        return await read_joined_page(readers, wanted, lambda key: _ring_index(key[0] / 1_000))

    async def _page_in_ring(
        self, near: Point, where: Document, ring: tuple[float, float], wanted: PageRequest
    ) -> Page[Document]:
        pipeline: list[Document] = [
            {
                "$geoNear": {
                    "near": {"type": "Point", "coordinates": [near.longitude, near.latitude]},
                    "key": "search.at",
                    "distanceField": "metres",
                    "query": where,
                    # The next stage cuts the ring exactly.
                    "minDistance": max(0, ring[0] - 1),
                    "maxDistance": ring[1] + 1,
                    "spherical": True,
                }
            },
            {"$match": {"metres": {"$gte": ring[0], "$lt": ring[1]}}},
            {"$project": {"metres": 1}},
            *page_stages(SearchOrder.DISTANCE.value, wanted),
        ]
        rows = [row async for row in self._mongo.aggregate("postings", pipeline)]
        return to_page(rows, wanted)

    async def _fetch_hits(
        self, query: SearchQuery, order: SearchOrder, keys: Sequence[Document]
    ) -> list[SearchHit]:
        """The postings of these keys, without those that may not be shown any more."""
        if not keys:
            return []
        where = {"$and": [{"_id": {"$in": [key["_id"] for key in keys]}}, query.access_condition()]}
        found = self._postings.find(where, {"search.tokens": 0})
        postings = {document["_id"]: document async for document in found}
        return [_hit(postings[key["_id"]], key, order) for key in keys if key["_id"] in postings]


_PROJECTED_NAMES = {"_id": "key", "search.pay": "pay"}


def _hit(document: Document, key: Document, order: SearchOrder) -> SearchHit:
    return SearchHit(
        posting=to_record(Posting, document),
        key=tuple(_value(key, name) for name, _ in order.value),
        metres=key.get("metres"),
    )


def _value(document: Document, path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        found = found[name]
    return found


def _ring_index(kilometres: float) -> int:
    return next(
        (place for place, outer in enumerate(DISTANCE_RINGS_KM[1:]) if kilometres < outer),
        len(DISTANCE_RINGS_KM) - 2,
    )
