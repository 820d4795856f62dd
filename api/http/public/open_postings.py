"""Reads pages of open postings with their employers, for the public lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.employers.employers import Employer
from domain.postings.postings import Posting
from storage.mongo.paging import PageRequest
from storage.mongo.repository import NEWEST_FIRST
from storage.postings.posting_query import PostingQuery
from storage.store import Store

PageKey = tuple[str]


async def read_open_postings(
    store: Store, on: date, *, limit: int, after: PageKey | None = None
) -> tuple[Sequence[tuple[Posting, Employer]], PageKey | None]:
    """Return at most ``limit`` postings open on a day, newest first, and the key of the next page.

    The key is None after the last page. A posting whose employer is missing is left out: it says
    too little to apply, and it must not end the list.

    :raises StorageError: they cannot be read.
    """
    page = await store.postings.page(
        PostingQuery(open_on=on), NEWEST_FIRST, PageRequest(limit=limit, after=after)
    )
    employers = await store.employers.by_ids({one.employer_id for one in page.items})
    pairs = [
        (one, employers[one.employer_id]) for one in page.items if one.employer_id in employers
    ]
    return pairs, (page.items[-1].id,) if page.has_next else None
