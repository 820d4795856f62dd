"""``POST /imports``: creates an import from a table, sent as the body or as a file in a form.

The file lies in a temporary folder until its rows are stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.http.error_responses import refusal_response
from api.http.imports.upload import receive_upload
from api.http.limits import UploadLimits
from domain.exchange.imports import HiddenRows, ImportKind, check_file_name
from domain.identity.accounts import Principal, Role, require_role
from domain.refusals import Busy, InvalidInput, Refusal, database_unavailable
from schema.relay import global_id, parse_global_id
from services.exchange.import_creation import (
    CreatedImport,
    ImportCreator,
    ImportLimits,
    ImportOrder,
)
from storage.clock import Clock
from storage.mongo.errors import StorageUnavailable
from storage.store import Store

_PARAMETERS = frozenset({"kind", "dryRun", "employerId", "fileName", "hiddenRows", "columns"})
_MAX_COLUMNS = 64
"""Headings that ``columns`` may explain; a table has no more."""

_log = structlog.get_logger(__name__)


class ImportEndpoint:
    """Answers ``POST /imports`` with 202 and the import, or with a refusal.

    ``wake`` is called after an import was stored, so that a worker starts on it at once, and
    ``expect_rows`` while its rows are read (``ImportCreator``).
    """

    def __init__(
        self,
        store: Store,
        authenticate: Callable[[str | None], Principal | None],
        clock: Clock,
        wake: Callable[[], None],
        limits: UploadLimits,
        *,
        import_limits: ImportLimits | None = None,
        expect_rows: Callable[[int], None] | None = None,
    ) -> None:
        self._limits = limits
        self._intake = ImportCreator(store, clock, limits=import_limits, expect_rows=expect_rows)
        self._authenticate = authenticate
        self._wake = wake
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except Refusal as refusal:
            response = refusal_response(refusal)
        except StorageUnavailable:
            response = refusal_response(database_unavailable())
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        authorization = request.headers.get("authorization")
        caller = require_role(self._authenticate(authorization), Role.OFFICER, Role.RECRUITER)
        order = _parse_order(request.query_params.multi_items(), caller)
        if self._running >= self._limits.max_concurrent:
            raise Busy(
                "Several tables are being received. Try again in a moment.",
                "正在接收其他表格，请稍后再试。",
            )
        self._running += 1
        try:
            await self._intake.check_allowed(order)
            async with asyncio.timeout(self._limits.timeout_seconds):
                created = await self._receive(request, order)
        except TimeoutError:
            raise InvalidInput(
                "The file took too long to arrive. Send it again.",
                "文件上传超时，请重新上传。",
            ) from None
        finally:
            self._running -= 1
        self._wake()
        one = created.record
        _log.info("import created", rows=one.total, kind=one.kind.value, dry_run=one.dry_run)
        body = {
            "id": global_id("Import", one.id),
            "kind": one.kind.value,
            "dryRun": one.dry_run,
            "status": one.status.value,
            "total": one.total,
            "hiddenRows": created.hidden_rows,
            "columns": [
                {
                    "heading": match.heading,
                    "column": match.key if match.is_imported else None,
                    "certain": match.certain,
                }
                for match in created.matches
            ],
            "missing": list(created.missing),
        }
        return JSONResponse(body, 202)

    async def _receive(self, request: Request, order: ImportOrder) -> CreatedImport:
        with TemporaryDirectory(prefix="songgang-import-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "table"
            if fields := await receive_upload(request, path):
                order = _parse_order([*request.query_params.multi_items(), *fields], order.caller)
                await self._intake.check_allowed(order)
            return await self._intake.create_import(path, order)


def _parse_order(parameters: Sequence[tuple[str, str]], caller: Principal) -> ImportOrder:
    """Return the order that the parameters of the URL and of the form describe.

    :raises InvalidInput: a parameter is unknown (a misspelt ``dryRun`` must not write anything),
        given twice or wrong.
    """
    given = dict(parameters)
    if len(given) < len(parameters) or not given.keys() <= _PARAMETERS:
        names = ", ".join(sorted(_PARAMETERS))
        raise InvalidInput(
            f"The parameters are {names}, each at most once.",
            f"参数只能是 {names}，每个最多一次。",
        )
    return ImportOrder(
        kind=ImportKind[_parse_choice(given, "kind", tuple(ImportKind), ImportKind.POSTINGS)],
        dry_run=_parse_choice(given, "dryRun", ("true", "false"), "false") == "true",
        employer_id=(
            parse_global_id(given["employerId"], "Employer", "employerId")
            if "employerId" in given
            else None
        ),
        file_name=check_file_name(given.get("fileName", "")),
        caller=caller,
        hidden_rows=HiddenRows[
            _parse_choice(given, "hiddenRows", tuple(HiddenRows), HiddenRows.ASK)
        ],
        columns=_parse_columns(given.get("columns", "{}")),
    )


def _parse_columns(text: str) -> dict[str, str | None]:
    """Return what headings mean, from a JSON object such as ``{"薪资": "pay.amount"}``.

    :raises InvalidInput: the text is no such object.
    """
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        parsed = None
    if (
        not isinstance(parsed, dict)
        or len(parsed) > _MAX_COLUMNS
        or not all(value is None or isinstance(value, str) for value in parsed.values())
    ):
        raise InvalidInput(
            "Give columns as a JSON object from headings to columns, such as "
            '{"薪资": "pay.amount", "备注": null}; null leaves a column out.',
            'columns 请填写 JSON 对象，如 {"薪资": "pay.amount", "备注": null}；'
            "null 表示不导入该列。",
            field=("columns",),
        )
    return parsed


def _parse_choice(given: Mapping[str, str], name: str, words: tuple[str, ...], default: str) -> str:
    word = given.get(name, default)
    if word not in words:
        listed = ", ".join(words)
        raise InvalidInput(
            f"{name} is one of {listed}.", f"{name} 只能是以下之一：{listed}。", field=(name,)
        )
    return word
