"""Exports of leads for officers and recruiters: ``/exports/leads.csv`` and ``/exports/leads.xlsx``.

The leads are read page by page behind a key, so nothing stays open in the database while a client
reads slowly, and a client that goes away ends the reading with it. Names and phones are masked.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
)
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.error_responses import refusal_response
from domain.errors import InvalidInput, Refusal, TooManyAttempts, database_unavailable
from domain.exchange.lead_rows import LEAD_HEADINGS, MISSING_RECORD, lead_row
from domain.identity.accounts import Principal, Role, require_role
from domain.leads.leads import Contact, Lead, LeadStage
from schema.leads.lead_types import lead_scope_query
from schema.relay import global_id, parse_global_id
from services.exchange.table_writer import Rows, stream_csv, write_xlsx
from storage.leads.leads import LeadQuery
from storage.mongo.crypto import ContactDamaged
from storage.mongo.errors import StorageError, StorageUnavailable
from storage.mongo.paging import PageRequest
from storage.store import Store

LEADS_PER_READ = 100
"""Leads read at a time, some 10 ms of work: rooms on air are served in between."""
MAX_LEADS = 1_000_000
"""A sheet of Excel holds 1,048,576 rows."""
MAX_CONCURRENT_EXPORTS = 4
"""Exports that one process makes at the same moment."""
EXPORT_TIMEOUT_SECONDS = 900.0
"""An export that is not done by then is cut off: its client has stopped reading."""
MAX_CACHED_NAMES = 1_000
"""Names of sessions and employers that one export keeps."""

_PARAMETERS = frozenset({"sessionId", "postingId", "stage"})
_MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
R = TypeVar("R")

_log = structlog.get_logger(__name__)


class LeadExportEndpoint:
    """Answers with a table of leads; one at a time for an account in this process."""

    def __init__(
        self, store: Store, authenticate: Callable[[str | None], Principal | None]
    ) -> None:
        self._store = store
        self._authenticate = authenticate
        self._running: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            caller = require_role(
                self._authenticate(request.headers.get("authorization")),
                Role.OFFICER,
                Role.RECRUITER,
            )
            query = _parse_query(request, caller)
            self._check_capacity(caller)
        except Refusal as refusal:
            await refusal_response(refusal)(scope, receive, send)
            return
        self._running.add(caller.subject)
        try:
            async with asyncio.timeout(EXPORT_TIMEOUT_SECONDS):
                await self._export(query, Path(request.url.path).suffix, scope, receive, send)
        except Refusal as refusal:
            await refusal_response(refusal)(scope, receive, send)
        except TimeoutError:
            _log.warning("export cut off", seconds=EXPORT_TIMEOUT_SECONDS)
        finally:
            self._running.discard(caller.subject)

    def _check_capacity(self, caller: Principal) -> None:
        if caller.subject in self._running:
            raise TooManyAttempts("Your other export is still running. Wait until it is done.")
        if len(self._running) >= MAX_CONCURRENT_EXPORTS:
            raise TooManyAttempts("Several exports are running. Try again in a moment.")

    async def _export(
        self, query: LeadQuery, suffix: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = {
            "content-disposition": f'attachment; filename="leads{suffix}"',
            "cache-control": "no-store",
        }
        pages = await self._start_pages(query)
        if suffix == ".csv":
            pieces = stream_csv(LEAD_HEADINGS, pages)
            answer = StreamingResponse(pieces, headers=headers, media_type=_MEDIA_TYPES[suffix])
            try:
                await answer(scope, receive, send)
            except StorageError as error:
                # The status is sent; the client sees that the body has no end.
                _log.warning("export broken off", error=type(error).__name__)
            return
        with TemporaryDirectory(prefix="songgang-export-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "leads.xlsx"
            try:
                is_there = await _run_unless_disconnected(
                    receive, write_xlsx(path, LEAD_HEADINGS, pages)
                )
            except StorageUnavailable:
                raise database_unavailable() from None
            if is_there:
                file = FileResponse(path, headers=headers, media_type=_MEDIA_TYPES[suffix])
                await file(scope, receive, send)

    async def _start_pages(self, query: LeadQuery) -> AsyncIterator[Rows]:
        """The pages, of which the first is read: what fails at once is answered with its status.

        :raises Busy: the database does not answer. ``InvalidInput``: too many leads for a sheet.
        """
        try:
            if await self._store.leads.count(query, most=MAX_LEADS + 1) > MAX_LEADS:
                raise InvalidInput(f"More than {MAX_LEADS} leads: export session by session.")
            pages = self._pages(query)
            first = await anext(pages)
        except StorageUnavailable:
            raise database_unavailable() from None
        return _chain(first, pages)

    async def _pages(self, query: LeadQuery) -> AsyncGenerator[Rows, None]:
        """All rows, the newest lead first, at least one page; what comes meanwhile is left out."""
        store = self._store
        sessions = _NameCache(store.live_sessions.by_ids, lambda session: session.title)
        employers = _NameCache(store.employers.by_ids, lambda employer: employer.name)
        after: tuple[str] | None = None
        while True:
            page = await store.leads.page(query, PageRequest(limit=LEADS_PER_READ, after=after))
            await sessions.load(lead.session_id for lead in page.items if lead.session_id)
            await employers.load(lead.employer_id for lead in page.items)
            yield [
                lead_row(
                    # What an employer gets is what the consent names.
                    lead if query.employer_id is None else replace(lead, group=None),
                    await _contact(store, lead),
                    lead_id=global_id("Lead", lead.id),
                    session=sessions[lead.session_id] if lead.session_id else "",
                    employer=employers[lead.employer_id],
                )
                for lead in page.items
            ]
            if not page.has_next:
                return
            after = (page.items[-1].id,)


async def _contact(store: Store, lead: Lead) -> Contact | None:
    """None when it was erased, may not be used any more, or is damaged: the others count, too."""
    if lead.withdrawn_at is not None:
        return None
    try:
        return await store.open_contact(lead)
    except ContactDamaged:
        return None


async def _chain(first: Rows, others: AsyncIterator[Rows]) -> AsyncIterator[Rows]:
    yield first
    async for rows in others:
        yield rows


class _NameCache(Generic[R]):
    """The names to show of things that many leads share, each read once."""

    def __init__(
        self,
        find: Callable[[Iterable[str]], Awaitable[dict[str, R]]],
        name: Callable[[R], str],
    ) -> None:
        self._find = find
        self._name = name
        self._known: dict[str, str] = {}

    async def load(self, ids: Iterable[str]) -> None:
        """Know the names of ``ids``."""
        wanted = set(ids)
        if len(self._known) > MAX_CACHED_NAMES:
            self._known.clear()
        missing = wanted - self._known.keys()
        if missing:
            found = await self._find(missing)
            self._known |= {one: self._name(record) for one, record in found.items()}

    def __getitem__(self, one: str) -> str:
        # One record that is gone must not cost everybody else's row.
        return self._known.get(one, MISSING_RECORD)


def _parse_query(request: Request, caller: Principal) -> LeadQuery:
    """The leads that are asked for, within the caller's scope.

    :raises InvalidInput: a parameter is unknown (a slip must not export everything), given twice
        or wrong.
    """
    given = dict(request.query_params)
    if len(given) < len(request.query_params.multi_items()) or not given.keys() <= _PARAMETERS:
        names = ", ".join(sorted(_PARAMETERS))
        raise InvalidInput(f"The parameters are {names}, each at most once.")
    stage = given.get("stage")
    if stage is not None and stage not in LeadStage.__members__:
        raise InvalidInput(f"stage is one of {', '.join(LeadStage)}.", field=("stage",))
    return replace(
        lead_scope_query(caller),
        session_id=_local_id(given, "sessionId", "LiveSession"),
        posting_id=_local_id(given, "postingId", "Posting"),
        stage=LeadStage[stage] if stage is not None else None,
    )


def _local_id(given: Mapping[str, str], name: str, kind: str) -> str | None:
    return parse_global_id(given[name], kind, name) if name in given else None


async def _run_unless_disconnected(receive: Receive, work: Coroutine[None, None, None]) -> bool:
    """Do the work, and say that it is done; or stop it when the client goes away."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.create_task(work), asyncio.create_task(gone())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        is_done = working.done()
        if not is_done:
            working.cancel()
        await asyncio.wait({working, leaving})
    if is_done:
        working.result()
    return is_done
