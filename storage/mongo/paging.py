"""Keyset paging: a page starts after a key, never after a count, so inserts do not shift it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from storage.mongo.client import Collection, Document

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which part of a list is wanted.

    ``limit`` items after ``after`` and before ``before`` (keys as the order names them),
    from the end of the list when ``backward``.
    """

    limit: int
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    backward: bool = False


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Items in list order, and whether the list goes on at either end."""

    items: Sequence[T]
    has_next: bool
    has_previous: bool

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """The same page of what ``change`` makes of each item."""
        return Page(
            items=[change(item) for item in self.items],
            has_next=self.has_next,
            has_previous=self.has_previous,
        )


SortOrder = Sequence[tuple[str, int]]


async def find_page(
    collection: Collection,
    where: Mapping[str, Any],
    order: SortOrder,
    wanted: PageRequest,
    *,
    projection: Mapping[str, Any] | None = None,
) -> Page[Document]:
    """Read one page of ``where`` in ``order`` (field, 1 or -1); its last field is unique."""
    bounds = [dict(where)] if where else []
    if wanted.after is not None:
        bounds.append(keyset_condition(order, wanted.after, 1))
    if wanted.before is not None:
        bounds.append(keyset_condition(order, wanted.before, -1))
    direction = -1 if wanted.backward else 1
    cursor = (
        collection.find({"$and": bounds} if bounds else {}, projection)
        .sort([(name, way * direction) for name, way in order])
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
    """What lies strictly after (side 1) or before (side -1) ``key``, as one condition a field."""
    steps: list[Document] = []
    for place, (name, way) in enumerate(order):
        equal = {order[earlier][0]: key[earlier] for earlier in range(place)}
        operator = "$gt" if way * side > 0 else "$lt"
        steps.append({**equal, name: {operator: key[place]}})
    return {"$or": steps} if len(steps) > 1 else steps[0]
