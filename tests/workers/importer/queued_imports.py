"""Stores imports that wait to be worked on, and reads what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from domain.employers.employers import Employer
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.exchange.imports import Import, ImportStatus, RawRow, RowOutcome
from domain.identity.accounts import Role
from domain.search.query_parser import parse_search
from services.live.sessions import LiveSessionControl
from services.postings.pay_comparison import PayComparison
from services.postings.posting_gate import PostingGate
from services.reference.occupation_names import OccupationNames
from services.screening.minimum_wages import MinimumWages
from storage.clock import utc_now
from storage.mongo.paging import PageRequest
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.support import records
from tests.support.world import today
from workers.importer import Importer

KEYS = tuple(column.key for column in POSTING_COLUMNS)
UNTIL = (today() + timedelta(days=30)).isoformat()


def create_importer(store: Store, desk: LiveSessionControl, node: str) -> Importer:
    gate = PostingGate(store, desk, MinimumWages(store), utc_now)
    return Importer(
        store,
        desk,
        gate,
        PayComparison(store, utc_now),
        utc_now,
        node=node,
        occupation_names=OccupationNames(store),
    )


def posting_row(number: int, external_id: str) -> RawRow:
    values = {column.key: column.example for column in POSTING_COLUMNS}
    values |= {"externalId": external_id, "creditCode": "", "validUntil": UNTIL}
    return RawRow(number=number, cells=tuple(values[key] for key in KEYS))


async def queue_import(
    store: Store,
    parts: Sequence[Sequence[RawRow]],
    employer: Employer | None = None,
    **changes: Any,
) -> Import:
    """Queue an import with these chunks, by a recruiter of the employer or of a new one."""
    if employer is None:
        employer = records.employer()
        await store.employers.add([employer])
    one = records.import_record(
        role=Role.RECRUITER,
        union_id=None,
        employer_id=employer.id,
        columns=KEYS,
        headings=KEYS,
        total=sum(map(len, parts)),
        chunks=len(parts),
        next_chunk=0,
        accepted=0,
        status=ImportStatus.QUEUED,
        active=True,
        created_at=utc_now(),
        **({"account_id": employer.id, "updated_at": utc_now()} | changes),
    )
    for place, rows in enumerate(parts):
        await store.imports.add_chunk(one.id, place, rows, at=utc_now())
    await store.imports.add(one)
    return one


async def read_import(store: Store, one: Import) -> Import:
    found = await store.imports.by_id(one.id)
    assert found is not None
    return found


async def row_outcomes(store: Store, one: Import) -> list[tuple[int, RowOutcome]]:
    page = await store.imports.rows(one.id, None, PageRequest(limit=100))
    return [(row.number, row.outcome) for row in page.items]


async def count_found(store: Store, text: str) -> int:
    """Return how many postings a search for the word finds."""
    query = SearchQuery(on=today(), words=parse_search(text, ("search",)))
    return len((await store.search.page(query, SearchOrder.NEWEST, PageRequest(limit=100))).items)


def numbered_chunks(number: int, size: int) -> list[list[RawRow]]:
    return [
        [posting_row(2 + part * size + place, f"{part}-{place}") for place in range(size)]
        for part in range(number)
    ]
