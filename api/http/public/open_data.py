"""``/open-data/``: a description of the open data, and all open postings as CSV and JSON.

Postings are read in keyset pages, as for lead exports: no cursor stays open in the database while
a client reads slowly, and a process holds one page of a table at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.client_address import peer_of
from api.http.concurrency_limits import ConcurrencyLimit
from api.http.error_responses import refusal_response
from api.http.etags import with_etag
from api.http.limits import DownloadLimits
from api.http.public.open_postings import PageKey, read_open_postings
from domain.exchange.lead_rows import Cell, escape_formula
from domain.exchange.national_codes import build_national_codes
from domain.exchange.open_data import build_code_lists, build_csvw_metadata, build_row
from domain.exchange.open_data_columns import COLUMNS
from domain.exchange.open_data_table import ColumnValue
from domain.refusals import Refusal, database_unavailable
from schema.context import Services
from schema.relay import global_id
from services.exchange.table_writer import Rows, stream_csv
from storage.mongo.errors import StorageError, StorageUnavailable

RowPage = Sequence[dict[str, ColumnValue]]

_NO_CACHE = {"cache-control": "no-cache"}
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}

_log = structlog.get_logger(__name__)


class OpenData:
    """Answers the requests below ``/open-data/``."""

    def __init__(self, services: Services, limits: DownloadLimits) -> None:
        self._services = services
        self._limits = limits
        self._download_slots = ConcurrencyLimit(limits.max_concurrent)

    def describe(self) -> Response:
        """Return the description of the table and its columns (W3C, CSV on the Web)."""
        return _json_response(build_csvw_metadata(f"{self._services.public_url}/open-data/"))

    async def stream_table(
        self, form: str, peer: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Send all open postings, newest first; ``form`` is "csv" or "json".

        :raises TooManyAttempts: the peer has a download already, or too many are running.
        :raises Busy: the database does not answer.
        """
        with self._download_slots.acquire(peer):
            pages = self._pages()
            try:
                first = await anext(pages)
            except StorageUnavailable:
                raise database_unavailable() from None
            chained = _chain(first, pages)
            pieces = (
                stream_csv(_HEADINGS, _csv_rows(chained)) if form == "csv" else _json_array(chained)
            )
            answer = StreamingResponse(pieces, media_type=_MEDIA_TYPES[form], headers=_NO_CACHE)
            try:
                async with asyncio.timeout(self._limits.timeout_seconds):
                    await answer(scope, receive, send)
            except (StorageError, TimeoutError) as error:
                # The status is sent already; the client sees that the body is incomplete.
                _log.warning("open data broken off", error=type(error).__name__)

    async def _pages(self) -> AsyncGenerator[RowPage, None]:
        """Yield at least one page; postings published meanwhile are left out."""
        store, on = self._services.store, self._services.today()
        after: PageKey | None = None
        while True:
            pairs, after = await read_open_postings(
                store, on, limit=self._limits.postings_per_read, after=after
            )
            yield [
                _guard(build_row(posting, employer)) | {"id": global_id("Posting", posting.id)}
                for posting, employer in pairs
            ]
            if after is None:
                return


_HEADINGS = tuple(column.name for column in COLUMNS)


async def _chain(first: RowPage, others: AsyncIterator[RowPage]) -> AsyncIterator[RowPage]:
    yield first
    async for page in others:
        yield page


async def _csv_rows(pages: AsyncIterator[RowPage]) -> AsyncIterator[Rows]:
    async for page in pages:
        yield [[_csv_cell(value) for value in one.values()] for one in page]


def _csv_cell(value: ColumnValue) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return value


def _guard(row: Mapping[str, ColumnValue]) -> dict[str, ColumnValue]:
    """Escape texts that a spreadsheet reads as formulas, in both formats: they must be equal."""
    return {
        name: escape_formula(value) if isinstance(value, str) else value
        for name, value in row.items()
    }


async def _json_array(pages: AsyncIterator[RowPage]) -> AsyncIterator[bytes]:
    """Yield one JSON array with one posting per line."""
    start = b"[\n"
    async for page in pages:
        for one in page:
            yield start + orjson.dumps(one)
            start = b",\n"
    yield b"[]\n" if start == b"[\n" else b"\n]\n"


def _json_response(content: object) -> Response:
    return Response(
        orjson.dumps(content, option=orjson.OPT_INDENT_2), media_type="application/json"
    )


async def serve_description(request: Request) -> Response:
    """Answer ``/open-data/``."""
    data: OpenData = request.app.state.node.open_data
    return with_etag(data.describe(), request.headers.get("if-none-match"))


async def serve_code_lists(request: Request) -> Response:
    """Answer ``/open-data/code-lists.json``."""
    return with_etag(_json_response(build_code_lists()), request.headers.get("if-none-match"))


async def serve_national_codes(request: Request) -> Response:
    """Answer ``/open-data/national-codes.json``."""
    return with_etag(_json_response(build_national_codes()), request.headers.get("if-none-match"))


class OpenDataTableRoute:
    """Answers ``/open-data/postings.csv`` and ``.json``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        data: OpenData = scope["app"].state.node.open_data
        form = request.path_params["form"]
        if form not in _MEDIA_TYPES:
            raise HTTPException(404, "The open data is postings.csv or postings.json.")
        try:
            await data.stream_table(form, peer_of(scope), scope, receive, send)
        except Refusal as refusal:
            await refusal_response(refusal)(scope, receive, send)
