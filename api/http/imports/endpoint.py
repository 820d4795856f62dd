"""Bringing a table in: ``POST /imports`` with the file as body, or in a form.

The file goes to disk for as long as it is taken in (services/exchange/import_intake.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.http.error_responses import refusal_response
from api.http.imports.upload import receive_upload
from domain.errors import Busy, InvalidInput, Refusal, database_unavailable
from domain.exchange.imports import Import, ImportKind, check_file_name
from domain.identity.accounts import Principal, Role, require_role
from schema.relay import global_id, parse_global_id
from services.exchange.import_intake import ImportCreator, ImportOrder
from storage.clock import Clock
from storage.mongo.errors import StorageUnavailable
from storage.store import Store

MAX_CONCURRENT_UPLOADS = 2
"""Tables that one process takes in at the same moment; each has a process that reads it."""
UPLOAD_TIMEOUT_SECONDS = 300.0
"""Seconds for a table to arrive and be stored."""

_PARAMETERS = frozenset({"kind", "dryRun", "employerId", "fileName"})

_log = structlog.get_logger(__name__)


class ImportEndpoint:
    """Answers ``POST /imports``."""

    def __init__(
        self,
        store: Store,
        authenticate: Callable[[str | None], Principal | None],
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._intake = ImportCreator(store, clock)
        self._authenticate = authenticate
        self._wake = wake
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = refusal_response(refusal)
        except StorageUnavailable:
            answer = refusal_response(database_unavailable())
        except ClientDisconnect:
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        authorization = request.headers.get("authorization")
        caller = require_role(self._authenticate(authorization), Role.OFFICER, Role.RECRUITER)
        order = _parse_order(request.query_params.multi_items(), caller)
        if self._running >= MAX_CONCURRENT_UPLOADS:
            raise Busy("Several tables are being taken in. Try again in a moment.")
        self._running += 1
        try:
            await self._intake.check_allowed(order)
            async with asyncio.timeout(UPLOAD_TIMEOUT_SECONDS):
                one = await self._receive(request, order)
        except TimeoutError:
            raise InvalidInput("The file took too long to arrive. Send it again.") from None
        finally:
            self._running -= 1
        self._wake()
        _log.info("import taken in", rows=one.total, kind=one.kind.value, dry_run=one.dry_run)
        said = {
            "id": global_id("Import", one.id),
            "kind": one.kind.value,
            "dryRun": one.dry_run,
            "status": one.status.value,
            "total": one.total,
        }
        return JSONResponse(said, 202)

    async def _receive(self, request: Request, order: ImportOrder) -> Import:
        with TemporaryDirectory(prefix="songgang-import-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "table"
            if fields := await receive_upload(request, path):
                order = _parse_order([*request.query_params.multi_items(), *fields], order.caller)
                await self._intake.check_allowed(order)
            return await self._intake.create_import(path, order)


def _parse_order(parameters: Sequence[tuple[str, str]], caller: Principal) -> ImportOrder:
    """What the parameters ask for, those of the address and those of a form.

    :raises InvalidInput: one is unknown (a slip must not write what was to be tried), given twice
        or wrong.
    """
    given = dict(parameters)
    if len(given) < len(parameters) or not given.keys() <= _PARAMETERS:
        names = ", ".join(sorted(_PARAMETERS))
        raise InvalidInput(f"The parameters are {names}, each at most once.")
    return ImportOrder(
        kind=ImportKind[_choice(given, "kind", tuple(ImportKind), ImportKind.POSTINGS)],
        dry_run=_choice(given, "dryRun", ("true", "false"), "false") == "true",
        employer_id=(
            parse_global_id(given["employerId"], "Employer", "employerId")
            if "employerId" in given
            else None
        ),
        file_name=check_file_name(given.get("fileName", "")),
        caller=caller,
    )


def _choice(given: Mapping[str, str], name: str, words: tuple[str, ...], default: str) -> str:
    word = given.get(name, default)
    if word not in words:
        raise InvalidInput(f"{name} is one of {', '.join(words)}.", field=(name,))
    return word
