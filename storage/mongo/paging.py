"""Keyset paging: a page starts after a key and not at an offset, so inserts do not shift it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from storage.mongo.client import Collection, Document

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """The part of a list that is requested.

    ``limit`` items after the key ``after`` and before the key ``before``, counted from the end when
    ``backward``. A key holds the values of the fields of the sort order.
    """

    limit: int
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    backward: bool = False


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """A page of a list: items in list order, and whether the list goes on at either end.

    ``next_after`` is the key after which the next page starts, if that is not the last item's: the
    read ended behind records that do not belong to the list.
    """

    items: Sequence[T]
    has_next: bool
    has_previous: bool
    next_after: tuple[str, ...] | None = None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """The same page with ``change`` applied to each item."""
        return Page(
            items=[change(item) for item in self.items],
            has_next=self.has_next,
            has_previous=self.has_previous,
            next_after=self.next_after,
        )


SortOrder = Sequence[tuple[str, int]]
"""Fields and their directions (1 ascending, -1 descending); the last field is unique."""


async def find_page(
    collection: Collection,
    where: Mapping[str, Any],
    order: SortOrder,
    wanted: PageRequest,
    *,
    projection: Mapping[str, Any] | None = None,
) -> Page[Document]:
    """Read one page of the documents that meet ``where``, in ``order``."""
    bounds = [dict(where)] if where else []
    if wanted.after is not None:
        bounds.append(keyset_condition(order, wanted.after, 1))
    if wanted.before is not None:
        bounds.append(keyset_condition(order, wanted.before, -1))
    factor = -1 if wanted.backward else 1
    cursor = (
        collection.find({"$and": bounds} if bounds else {}, projection)
        .sort([(name, direction * factor) for name, direction in order])
        .limit(wanted.limit + 1)
    )
    found = await cursor.to_list(wanted.limit + 1)
    more = len(found) > wanted.limit
    del found[wanted.limit :]
    if wanted.backward:
        found.reverse()
        return Page(items=found, has_next=wanted.before is not None, has_previous=more)
    return Page(items=found, has_next=more, has_previous=wanted.after is not None)


def keyset_condition(order: SortOrder, key: tuple[Any, ...], side: int) -> Document:
    """The condition for documents strictly after (``side`` 1) or before (-1) ``key``."""
    alternatives: list[Document] = []
    for index, (name, direction) in enumerate(order):
        equal = {order[earlier][0]: key[earlier] for earlier in range(index)}
        operator = "$gt" if direction * side > 0 else "$lt"
        alternatives.append({**equal, name: {operator: key[index]}})
    return {"$or": alternatives} if len(alternatives) > 1 else alternatives[0]
