"""Loads the demo into a database.

Every id of the demo is fixed, so loading adds what is missing. A start repairs what a crash left
undone, and processes that load at the same time end with one demo.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from api.command_errors import CommandError
from api.demo.content import DemoContent
from api.demo.records import DemoRecords
from domain.reference.calendar import day_in_china
from domain.screening.wage_table import WageTable
from services.identity.passwords import hash_password
from storage.live.sessions import LiveSessionQuery
from storage.mongo.client import Duplicate, new_id
from storage.mongo.paging import PageRequest
from storage.mongo.repository import NEWEST_FIRST
from storage.postings.posting_query import PostingQuery
from storage.store import Store

LOAD_TIMEOUT_SECONDS = 30.0
"""Seconds to load the demo, including the wait for another process that loads it too."""

_RENEWAL_MARGIN = timedelta(days=30)
_POLL_INTERVAL_SECONDS = 0.05


class NotADemoDatabase(CommandError):
    """The database holds data of its own, which demo data must not be mixed with."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"The database {database} holds data that are not a demo's: start without the demo, "
            "or set MONGODB_DATABASE to another name."
        )


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_HasId)


class _Repository(Protocol[R]):
    """A repository of the store."""

    async def by_ids(self, ids: Iterable[str], /) -> dict[str, R]: ...

    async def add(self, records: Sequence[R], /) -> None: ...


async def load_demo(store: Store, *, password: str, at: datetime, table: WageTable) -> DemoContent:
    """Store what the database lacks of the demo, and set the password of its accounts.

    Sessions are stored last, so everything that a session refers to is there before it.

    :raises NotADemoDatabase: the database holds other data.
    :raises TimeoutError: loading takes too long, or another process that loads does not finish.
    """
    await _claim_database(store)
    demo = DemoContent(at=at, table=table)
    hashes = [await asyncio.to_thread(hash_password, password) for _ in range(3)]
    async with asyncio.timeout(LOAD_TIMEOUT_SECONDS):
        await add_missing(store.unions, demo.records.unions)
        unchecked = [
            replace(employer, verified_until=None, checks=0) for employer in demo.records.employers
        ]
        await add_missing(store.employers, unchecked)
        await renew_employer_checks(store, demo.records, today=day_in_china(at))
        await add_missing(store.postings, demo.records.postings)
        for account in demo.create_accounts(hashes):
            with suppress(Duplicate):
                await store.accounts.add(account)
            await store.accounts.change_password(account.id, account.password_hash)
        people = demo.seal_people(store)
        await add_missing(store.call_campaigns, [people.campaign])
        # Entries that are on the list already stay as they are.
        await store.call_entries.add([entry for entry, _ in people.call_entries])
        await add_missing(store.seekers, people.seekers)
        await add_missing(store.referrals, people.referrals)
        await add_missing(store.live_sessions, demo.records.sessions)
    return demo


async def renew_employer_checks(store: Store, demo: DemoRecords, *, today: date) -> None:
    """Store the checks of the demo's employers, and new ones before the stored ones run out."""
    employers = {employer.id: employer for employer in demo.employers}
    stored = await store.employers.by_ids(employers)
    for check in demo.checks:
        employer = stored[check.employer_id]
        is_valid = check.valid_until is not None and check.valid_until >= today
        if employer.checks and (not is_valid or employer.is_verified(today + _RENEWAL_MARGIN)):
            continue
        if not is_valid and await _has_open_postings(store, employer.id, today):
            # An earlier version let them through. An outdated check would take them off the air.
            continue
        row = replace(check, id=new_id())
        await store.mongo.run_transaction(
            partial(store.employers.save_check, employers[employer.id], row)
        )


async def _has_open_postings(store: Store, employer_id: str, today: date) -> bool:
    query = PostingQuery(employer_id=employer_id, open_on=today)
    return bool((await store.postings.page(query, NEWEST_FIRST, PageRequest(limit=1))).items)


async def _claim_database(store: Store) -> None:
    # The mark comes before the data: data without a mark never belong to a demo.
    if await store.meta.is_demo():
        return
    if await _holds_data(store) and not await store.meta.is_demo():
        raise NotADemoDatabase(store.mongo.database_name)
    await store.meta.mark_demo()


async def _holds_data(store: Store) -> bool:
    # Accounts and leads need a union or an employer.
    return (
        await store.unions.root() is not None
        or bool((await store.employers.page(PageRequest(limit=1))).items)
        or await store.live_sessions.count(LiveSessionQuery()) > 0
    )


async def add_missing(repository: _Repository[R], records: Sequence[R]) -> None:
    """Store the records whose ids the repository lacks, and wait until it has all of them."""
    while True:
        present = await repository.by_ids([record.id for record in records])
        missing = [record for record in records if record.id not in present]
        if not missing:
            return
        try:
            await repository.add(missing)
        except Duplicate:
            # Another process adds the same records; a majority has them in a moment.
            await asyncio.sleep(_POLL_INTERVAL_SECONDS)
