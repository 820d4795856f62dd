"""``/exports/leads.csv`` and ``/exports/leads.xlsx``: lead tables for officers and recruiters.

Leads are read in keyset pages, so no cursor stays open in the database while a client reads
slowly, and reading stops when the client disconnects. Names and phones are masked.
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
from api.http.limits import ExportLimits
from domain.exchange.lead_rows import LEAD_HEADINGS, MISSING_RECORD, build_lead_row
from domain.identity.accounts import Principal, Role, require_role
from domain.leads.leads import Contact, Lead, LeadStage
from domain.refusals import InvalidInput, Refusal, TooManyAttempts, database_unavailable
from schema.leads.lead_queries import build_lead_scope
from schema.relay import global_id, parse_global_id
from services.exchange.table_writer import Rows, stream_csv, write_xlsx
from storage.leads.lead_query import LeadQuery
from storage.mongo.crypto import ContactDamaged
from storage.mongo.errors import StorageError, StorageUnavailable
from storage.mongo.paging import PageRequest
from storage.store import Store

_PARAMETERS = frozenset({"sessionId", "postingId", "stage"})
_MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
R = TypeVar("R")

_log = structlog.get_logger(__name__)


class LeadExportEndpoint:
    """Answers with a table of leads; an account can run one export at a time in a process."""

    def __init__(
        self,
        store: Store,
        authenticate: Callable[[str | None], Principal | None],
        limits: ExportLimits,
    ) -> None:
        self._store = store
        self._limits = limits
        self._authenticate = authenticate
        self._running: dict[str, tuple[Principal, asyncio.Timeout]] = {}

    def cut_off_refused(self, find_refusal: Callable[[Principal | None], Refusal | None]) -> None:
        """Cut off the exports of callers who are no longer accepted."""
        now = asyncio.get_running_loop().time()
        for caller, deadline in list(self._running.values()):
            if find_refusal(caller) is not None:
                deadline.reschedule(now)

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
        deadline = asyncio.timeout(self._limits.timeout_seconds)
        self._running[caller.subject] = (caller, deadline)
        try:
            async with deadline:
                await self._export(query, Path(request.url.path).suffix, scope, receive, send)
        except Refusal as refusal:
            await refusal_response(refusal)(scope, receive, send)
        except TimeoutError:
            _log.warning("export cut off", most_seconds=self._limits.timeout_seconds)
        finally:
            del self._running[caller.subject]

    def _check_capacity(self, caller: Principal) -> None:
        if caller.subject in self._running:
            raise TooManyAttempts(
                "Your other export is still running. Wait until it is done.",
                "您的另一个导出任务尚未完成，请等它结束后再试。",
            )
        if len(self._running) >= self._limits.max_concurrent:
            raise TooManyAttempts(
                "Several exports are running. Try again in a moment.",
                "当前导出任务较多，请稍后再试。",
            )

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
                # The status is sent already; the client sees that the body is incomplete.
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
        """Read the first page and return all pages, so that an early failure gets its status.

        :raises Busy: the database does not answer.
        :raises InvalidInput: there are too many leads for one table.
        """
        try:
            most = self._limits.max_leads
            if await self._store.leads.count(query, most=most + 1) > most:
                raise InvalidInput(
                    f"More than {most} leads: export session by session.",
                    f"超过 {most} 条意向，请按场次分别导出。",
                )
            pages = self._pages(query)
            first = await anext(pages)
        except StorageUnavailable:
            raise database_unavailable() from None
        return _chain(first, pages)

    async def _pages(self, query: LeadQuery) -> AsyncGenerator[Rows, None]:
        """Yield all rows, newest lead first; at least one page. Later leads are left out."""
        store, most = self._store, self._limits.max_cached_names
        sessions = _NameCache(store.live_sessions.by_ids, lambda session: session.title, most)
        employers = _NameCache(store.employers.by_ids, lambda employer: employer.name, most)
        after: tuple[str] | None = None
        while True:
            page = await store.leads.page(
                query, PageRequest(limit=self._limits.leads_per_read, after=after)
            )
            await sessions.load(lead.session_id for lead in page.items if lead.session_id)
            await employers.load(lead.employer_id for lead in page.items)
            yield [
                build_lead_row(
                    # Employers get only what the consent names; the group is not in it.
                    lead if query.employer_id is None else replace(lead, group=None),
                    await _open_contact(store, lead),
                    lead_id=global_id("Lead", lead.id),
                    session=sessions[lead.session_id] if lead.session_id else "",
                    employer=employers[lead.employer_id],
                )
                for lead in page.items
            ]
            if not page.has_next:
                return
            after = (page.items[-1].id,)


async def _open_contact(store: Store, lead: Lead) -> Contact | None:
    """Return the contact, or None when it is erased, withdrawn or damaged.

    A damaged contact must not end the export of all others.
    """
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
    """Caches the names of records that many leads share; keeps about ``most`` of them."""

    def __init__(
        self,
        find: Callable[[Iterable[str]], Awaitable[dict[str, R]]],
        name: Callable[[R], str],
        most: int,
    ) -> None:
        self._find = find
        self._most = most
        self._name = name
        self._known: dict[str, str] = {}

    async def load(self, ids: Iterable[str]) -> None:
        """Read the names of ``ids`` that are not cached."""
        wanted = set(ids)
        if len(self._known) > self._most:
            self._known.clear()
        missing = wanted - self._known.keys()
        if missing:
            found = await self._find(missing)
            self._known |= {one: self._name(record) for one, record in found.items()}

    def __getitem__(self, one: str) -> str:
        # A missing record must not end the export of all others.
        return self._known.get(one, MISSING_RECORD)


def _parse_query(request: Request, caller: Principal) -> LeadQuery:
    """Return the query for the leads that the caller asks for, within the caller's scope.

    :raises InvalidInput: a parameter is unknown (a misspelt one must not export everything),
        given twice or wrong.
    """
    given = dict(request.query_params)
    if len(given) < len(request.query_params.multi_items()) or not given.keys() <= _PARAMETERS:
        names = ", ".join(sorted(_PARAMETERS))
        raise InvalidInput(
            f"The parameters are {names}, each at most once.",
            f"参数只能是 {names}，每个最多一次。",
        )
    stage = given.get("stage")
    if stage is not None and stage not in LeadStage.__members__:
        stages = ", ".join(LeadStage)
        raise InvalidInput(
            f"stage is one of {stages}.", f"stage 只能是以下之一：{stages}。", field=("stage",)
        )
    return replace(
        build_lead_scope(caller),
        session_id=_local_id(given, "sessionId", "LiveSession"),
        posting_id=_local_id(given, "postingId", "Posting"),
        stage=LeadStage[stage] if stage is not None else None,
    )


def _local_id(given: Mapping[str, str], name: str, kind: str) -> str | None:
    return parse_global_id(given[name], kind, name) if name in given else None


async def _run_unless_disconnected(receive: Receive, work: Coroutine[None, None, None]) -> bool:
    """Do the work and return True, or stop it and return False when the client disconnects."""

    async def wait_for_disconnect() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.create_task(work), asyncio.create_task(wait_for_disconnect())
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
