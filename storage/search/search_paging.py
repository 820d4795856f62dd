"""Pages of search results: aggregation stages, and pages over lists that follow one another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from storage.mongo.client import Document
from storage.mongo.paging import Page, PageRequest, SortOrder, keyset_condition

PageKey = tuple[Any, ...]
PageReader = Callable[[PageRequest], Awaitable[Page[Document]]]


def page_stages(order: SortOrder, wanted: PageRequest) -> list[Document]:
    """The stages that keep one page, plus one document that shows whether the list goes on."""
    bounds = [keyset_condition(order, wanted.after, 1)] if wanted.after else []
    bounds += [keyset_condition(order, wanted.before, -1)] if wanted.before else []
    factor = -1 if wanted.backward else 1
    return [
        *({"$match": bound} for bound in bounds),
        {"$sort": {name: direction * factor for name, direction in order}},
        {"$limit": wanted.limit + 1},
    ]


def to_page(found: Sequence[Document], wanted: PageRequest) -> Page[Document]:
    """The page that these stages have read."""
    more = len(found) > wanted.limit
    items = found[: wanted.limit]
    if wanted.backward:
        return Page(items=items[::-1], has_next=wanted.before is not None, has_previous=more)
    return Page(items=items, has_next=more, has_previous=wanted.after is not None)


def without_list_key(part: PageRequest) -> PageRequest:
    """The same request within one of the joined lists, whose keys lack the list's number."""
    return PageRequest(
        limit=part.limit,
        after=part.after[1:] if part.after else None,
        before=part.before[1:] if part.before else None,
        backward=part.backward,
    )


async def read_joined_page(
    readers: Sequence[PageReader], wanted: PageRequest, list_of: Callable[[PageKey], int]
) -> Page[Document]:
    """One page over lists that follow one another; ``list_of`` gives the list of a key."""
    first = list_of(wanted.after) if wanted.after else 0
    last = list_of(wanted.before) if wanted.before else len(readers) - 1
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
