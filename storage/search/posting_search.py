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
from storage.mongo.client import Document, Mongo, translated
from storage.mongo.codec import to_record
from storage.mongo.paging import Order, Page, Slice, beyond, find_page
from storage.postings.postings import visible
from storage.search.posting_index import Boards, Counted
from storage.search.search_query import SearchOrder, SearchQuery, ranked

MOST_COUNTED = 2_000
"""Postings that are counted for facets."""

RINGS_KM = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 8_000)
"""Where a reading by distance pauses; what lies in one ring is sorted together."""

Key = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A posting that was found, its key in the order, and how far away it is if that was asked."""

    posting: Posting
    key: Key
    metres: float | None = None


Read = Callable[[Slice], Awaitable[Page[Document]]]


class Search:
    def __init__(self, mongo: Mongo, boards: Boards) -> None:
        self._mongo = mongo
        self._boards = boards
        self._postings = mongo["postings"]

    async def page(self, query: SearchQuery, order: SearchOrder, wanted: Slice) -> Page[Hit]:
        """One page of what is found; DISTANCE needs a query that says near what."""
        with translated():
            # What nothing leads comes from the database in its order, and so as it is now.
            chosen = self._boards.page(query, order, wanted) if query.is_led else None
            if chosen is not None:
                page = chosen
            elif order is SearchOrder.RELEVANCE:
                page = await self._by_rank(query, wanted)
            elif order is SearchOrder.DISTANCE:
                page = await self._by_distance(query, wanted)
            elif query.is_led:
                page = await self._from_keys(query, order.value, wanted)
            else:
                return await self._at_once(query, order, wanted)
            hits = await self._fetched(query, order, page.items)
        return Page(items=hits, has_next=page.has_next, has_previous=page.has_previous)

    async def found_by(self, suggestions: Sequence[Suggestion], on: date) -> list[Suggestion]:
        """Those of them by which at least one posting is found that may be shown."""
        answers = await asyncio.gather(*(self._finds(each, on) for each in suggestions))
        return [each for each, finds in zip(suggestions, answers, strict=True) if finds]

    async def _finds(self, suggestion: Suggestion, on: date) -> bool:
        wanted: Document = {"employer_id": suggestion.code}
        if suggestion.token is not None:
            wanted = {"search.tokens": suggestion.token}
        with translated():
            found = await self._postings.find_one({**visible(on), **wanted}, {"_id": 1})
        return found is not None

    async def count(self, query: SearchQuery) -> Counted:
        """The counts of what is found, or of 2,000 of it where the database has to count."""
        return self._boards.count(query) or await self._counted(query)

    async def _counted(self, query: SearchQuery) -> Counted:
        pipeline: list[Document] = [
            *query.keys(),
            {"$limit": MOST_COUNTED + 1},
            {
                "$group": {
                    "_id": None,
                    "traits": {"$push": "$traits"},
                    "places": {"$push": "$place"},
                    "pays": {"$push": "$pay"},
                }
            },
        ]
        found = await self._rows(query, pipeline)
        row = found[0] if found else {"traits": [], "places": [], "pays": []}
        places = row["places"][:MOST_COUNTED]
        # Of what is not findable yet only the place is known.
        traits = [each for each in row["traits"][:MOST_COUNTED] if each is not None]
        pays = [each for each in row["pays"][:MOST_COUNTED] if each is not None]
        return Counted(
            total=len(places),
            traits=Counter("".join(traits)),
            places=Counter(places),
            pays=Counter(pays),
            complete=len(row["places"]) <= MOST_COUNTED and len(pays) == len(places),
        )

    async def _at_once(self, query: SearchQuery, order: SearchOrder, wanted: Slice) -> Page[Hit]:
        """Keys and postings in one reading, where an index gives the order."""
        where = query.where()
        if order is SearchOrder.PAY:
            # What is not findable yet has no place in this order.
            where["$and"].append({"search.pay": {"$gte": 0}})
        page = await find_page(
            self._postings, where, order.value, wanted, projection={"search.tokens": 0}
        )
        return page.map(lambda document: _hit(document, document, order))

    async def _from_keys(
        self,
        query: SearchQuery,
        order: Order,
        wanted: Slice,
        worded: Sequence[Document] | None = None,
    ) -> Page[Document]:
        """The keys of a page, sorted from all that an index has of what leads the query."""
        keyed = [(_COMPUTED[name], way) for name, way in order]
        rows = await self._rows(query, [*query.keys(worded), *_slicing(keyed, wanted)])
        return _sliced([{"_id": row["key"], "search": {"pay": row["pay"]}} for row in rows], wanted)

    async def _rows(self, query: SearchQuery, pipeline: list[Document]) -> list[Document]:
        hint = "by_word" if query.is_led else None
        return [row async for row in self._mongo.aggregate("postings", pipeline, hint=hint)]

    async def _by_rank(self, query: SearchQuery, wanted: Slice) -> Page[Document]:
        order = SearchOrder.NEWEST.value

        def reader(rank: int, worded: list[Document]) -> Read:
            async def read(part: Slice) -> Page[Document]:
                inner = _without_first(part)
                if query.is_led:
                    page = await self._from_keys(query, order, inner, worded)
                else:
                    where, ids = query.where(), {"_id": 1}
                    page = await find_page(self._postings, where, order, inner, projection=ids)
                return page.map(lambda document: {**document, "rank": rank})

            return read

        ranks = ranked(query.words)
        readers = [reader(len(ranks) - place, worded) for place, worded in enumerate(ranks)]
        return await joined(readers, wanted, lambda key: len(ranks) - int(key[0]))

    async def _by_distance(self, query: SearchQuery, wanted: Slice) -> Page[Document]:
        near = query.near
        assert near is not None  # the order asks for it
        where = query.where()

        def reader(inner: float, outer: float) -> Read:
            async def read(part: Slice) -> Page[Document]:
                return await self._ring(near, where, (inner * 1_000, outer * 1_000), part)

            return read

        rings = list(pairwise(RINGS_KM))
        readers = [reader(inner, outer) for inner, outer in rings]
        return await joined(readers, wanted, lambda key: _ring_of(key[0] / 1_000))

    async def _ring(
        self, near: Point, where: Document, ring: tuple[float, float], wanted: Slice
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
            *_slicing(SearchOrder.DISTANCE.value, wanted),
        ]
        rows = [row async for row in self._mongo.aggregate("postings", pipeline)]
        return _sliced(rows, wanted)

    async def _fetched(
        self, query: SearchQuery, order: SearchOrder, keys: Sequence[Document]
    ) -> list[Hit]:
        """The postings of these keys, without those that have changed meanwhile and do not fit."""
        if not keys:
            return []
        where = {"$and": [{"_id": {"$in": [key["_id"] for key in keys]}}, query.shown()]}
        found = self._postings.find(where, {"search.tokens": 0})
        postings = {document["_id"]: document async for document in found}
        return [_hit(postings[key["_id"]], key, order) for key in keys if key["_id"] in postings]


_COMPUTED = {"_id": "key", "search.pay": "pay"}


def _slicing(order: Order, wanted: Slice) -> list[Document]:
    """The stages that leave one page, and one more to know whether the list goes on."""
    bounds = [beyond(order, wanted.after, 1)] if wanted.after else []
    bounds += [beyond(order, wanted.before, -1)] if wanted.before else []
    way = -1 if wanted.backward else 1
    return [
        *({"$match": bound} for bound in bounds),
        {"$sort": {name: direction * way for name, direction in order}},
        {"$limit": wanted.limit + 1},
    ]


def _sliced(found: Sequence[Document], wanted: Slice) -> Page[Document]:
    more = len(found) > wanted.limit
    items = found[: wanted.limit]
    if wanted.backward:
        return Page(items=items[::-1], has_next=wanted.before is not None, has_previous=more)
    return Page(items=items, has_next=more, has_previous=wanted.after is not None)


def _hit(document: Document, key: Document, order: SearchOrder) -> Hit:
    return Hit(
        posting=to_record(Posting, document),
        key=tuple(_value(key, name) for name, _ in order.value),
        metres=key.get("metres"),
    )


def _value(document: Document, path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        found = found[name]
    return found


def _ring_of(kilometres: float) -> int:
    return next(
        (place for place, outer in enumerate(RINGS_KM[1:]) if kilometres < outer),
        len(RINGS_KM) - 2,
    )


def _without_first(part: Slice) -> Slice:
    """The bounds within one list of those that are joined: their keys lack the list's own."""
    return Slice(
        limit=part.limit,
        after=part.after[1:] if part.after else None,
        before=part.before[1:] if part.before else None,
        backward=part.backward,
    )


async def joined(
    readers: Sequence[Read], wanted: Slice, place: Callable[[Key], int]
) -> Page[Document]:
    """One page of lists that follow one another; ``place`` says in which one a key lies."""
    first = place(wanted.after) if wanted.after else 0
    last = place(wanted.before) if wanted.before else len(readers) - 1
    found: list[Document] = []
    more = False
    within = range(max(first, 0), min(last, len(readers) - 1) + 1)
    for index in reversed(within) if wanted.backward else within:
        part = Slice(
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
