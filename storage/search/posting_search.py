"""Finding postings: what a search reads, in which order, and how it is counted.

Every reading goes through ``visible`` or is for the staff of a posting. The keys of a page come
from an index alone; only the postings of the page itself are fetched.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from domain.postings.postings import Posting
from domain.reference.geo import Point
from domain.search.suggestions import Suggestion
from storage.mongo.client import Document, Mongo, translate_errors
from storage.mongo.codec import to_record
from storage.mongo.paging import Page, PageRequest, SortOrder, find_page, keyset_condition
from storage.postings.posting_query import visibility_condition
from storage.search.posting_index import MemorySearch, SearchCounts
from storage.search.search_query import SearchOrder, SearchQuery, rank_conditions

MAX_COUNTED_POSTINGS = 2_000
"""Postings that are counted for facets."""

DISTANCE_RINGS_KM = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 8_000)
"""Where a reading by distance pauses; what lies in one ring is sorted together."""

PageKey = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """A posting that was found, its key in the order, and how far away it is if that was asked."""

    posting: Posting
    key: PageKey
    metres: float | None = None


PageReader = Callable[[PageRequest], Awaitable[Page[Document]]]


class PostingSearch:
    def __init__(self, mongo: Mongo, boards: MemorySearch) -> None:
        self._mongo = mongo
        self._boards = boards
        self._postings = mongo["postings"]

    async def page(
        self, query: SearchQuery, order: SearchOrder, wanted: PageRequest
    ) -> Page[SearchHit]:
        """One page of what is found; DISTANCE needs a query that says near what."""
        with translate_errors():
            # What nothing leads comes from the database in its order, and so as it is now.
            chosen = self._boards.page(query, order, wanted) if query.uses_word_index else None
            if chosen is not None:
                page = chosen
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
        """Those of them by which at least one posting is found that may be shown."""
        answers = await asyncio.gather(*(self._has_postings(each, on) for each in suggestions))
        return [each for each, finds in zip(suggestions, answers, strict=True) if finds]

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
        """The counts of what is found, or of 2,000 of it where the database has to count."""
        return self._boards.count(query) or await self._count_in_database(query)

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
        # Of what is not findable yet only the place is known.
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
        """Keys and postings in one reading, where an index gives the order."""
        where = query.where()
        if order is SearchOrder.PAY:
            # What is not findable yet has no place in this order.
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
        """The keys of a page, sorted from all that an index has of what leads the query."""
        keyed = [(_PROJECTED_NAMES[name], way) for name, way in order]
        rows = await self._aggregate_keys(
            query, [*query.key_stages(worded), *_page_stages(keyed, wanted)]
        )
        return _to_page(
            [{"_id": row["key"], "search": {"pay": row["pay"]}} for row in rows], wanted
        )

    async def _aggregate_keys(self, query: SearchQuery, pipeline: list[Document]) -> list[Document]:
        hint = "by_word" if query.uses_word_index else None
        return [row async for row in self._mongo.aggregate("postings", pipeline, hint=hint)]

    async def _page_by_rank(self, query: SearchQuery, wanted: PageRequest) -> Page[Document]:
        order = SearchOrder.NEWEST.value

        def reader(rank: int, worded: list[Document]) -> PageReader:
            async def read(part: PageRequest) -> Page[Document]:
                inner = _without_list_key(part)
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
        assert near is not None  # the order asks for it
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
                    # The ring itself is cut out below, exactly.
                    "minDistance": max(0, ring[0] - 1),
                    "maxDistance": ring[1] + 1,
                    "spherical": True,
                }
            },
            {"$match": {"metres": {"$gte": ring[0], "$lt": ring[1]}}},
            {"$project": {"metres": 1}},
            *_page_stages(SearchOrder.DISTANCE.value, wanted),
        ]
        rows = [row async for row in self._mongo.aggregate("postings", pipeline)]
        return _to_page(rows, wanted)

    async def _fetch_hits(
        self, query: SearchQuery, order: SearchOrder, keys: Sequence[Document]
    ) -> list[SearchHit]:
        """The postings of these keys, without those that have changed meanwhile and do not fit."""
        if not keys:
            return []
        where = {"$and": [{"_id": {"$in": [key["_id"] for key in keys]}}, query.access_condition()]}
        found = self._postings.find(where, {"search.tokens": 0})
        postings = {document["_id"]: document async for document in found}
        return [_hit(postings[key["_id"]], key, order) for key in keys if key["_id"] in postings]


_PROJECTED_NAMES = {"_id": "key", "search.pay": "pay"}


def _page_stages(order: SortOrder, wanted: PageRequest) -> list[Document]:
    """The stages that leave one page, and one more to know whether the list goes on."""
    bounds = [keyset_condition(order, wanted.after, 1)] if wanted.after else []
    bounds += [keyset_condition(order, wanted.before, -1)] if wanted.before else []
    way = -1 if wanted.backward else 1
    return [
        *({"$match": bound} for bound in bounds),
        {"$sort": {name: direction * way for name, direction in order}},
        {"$limit": wanted.limit + 1},
    ]


def _to_page(found: Sequence[Document], wanted: PageRequest) -> Page[Document]:
    more = len(found) > wanted.limit
    items = found[: wanted.limit]
    if wanted.backward:
        return Page(items=items[::-1], has_next=wanted.before is not None, has_previous=more)
    return Page(items=items, has_next=more, has_previous=wanted.after is not None)


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


def _without_list_key(part: PageRequest) -> PageRequest:
    """The bounds within one list of those that are joined: their keys lack the list's own."""
    return PageRequest(
        limit=part.limit,
        after=part.after[1:] if part.after else None,
        before=part.before[1:] if part.before else None,
        backward=part.backward,
    )


async def read_joined_page(
    readers: Sequence[PageReader], wanted: PageRequest, place: Callable[[PageKey], int]
) -> Page[Document]:
    """One page of lists that follow one another; ``place`` says in which one a key lies."""
    first = place(wanted.after) if wanted.after else 0
    last = place(wanted.before) if wanted.before else len(readers) - 1
    found: list[Document] = []
    more = False
    within = range(max(first, 0), min(last, len(readers) - 1) + 1)
    for index in reversed(within) if wanted.backward else within:
        part = PageRequest(
            limit=wanted.limit - len(found),
            after=wanted.after if index == first else None,
            before=wanted.before if index == last else None,
            backward=wanted.backward,
        )
        page = await readers[index](part)
        found = [*page.items, *found] if wanted.backward else [*found, *page.items]
        more = page.has_previous if wanted.backward else page.has_next
        if more:
            break
    if wanted.backward:
        return Page(items=found, has_next=wanted.before is not None, has_previous=more)
    return Page(items=found, has_next=more, has_previous=wanted.after is not None)
