"""Creating an import: from an uploaded file to an import whose rows wait in MongoDB.

The file is read in a process of its own (services/exchange/table_reader.py). Its rows are stored in
chunks, and then the import itself. The importer of any node works on it (workers/importer.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from domain.exchange.headings import (
    LEFT_OUT,
    MAX_ROWS_ABOVE,
    HeadingMatch,
    HeadingRows,
    check_choices,
    check_headings,
    check_unique,
    find_headings,
    find_missing_columns,
)
from domain.exchange.imports import (
    MAX_IMPORT_ROWS,
    HiddenRows,
    Import,
    ImportKind,
    RawRow,
    import_scope,
)
from domain.identity.accounts import Principal, Role, require_role
from domain.refusals import Busy, InvalidInput, NotFound, NotPermitted, TooManyAttempts
from services.exchange.table_reader import Row, TableLimits
from services.exchange.table_reader_process import TableReading, read_in_subprocess
from storage.clock import Clock
from storage.mongo.client import Duplicate, new_id
from storage.mongo.errors import StorageUnavailable
from storage.store import Store

MAX_TABLE_BYTES = 32 << 20
"""Bytes of an uploaded table: 50,000 rows of 600 bytes."""


@dataclass(frozen=True, kw_only=True)
class ImportLimits:
    """What one import, and all imports together, may take."""

    max_rows: int = MAX_IMPORT_ROWS
    """Rows of one import, without the headings."""
    max_waiting: int = 100
    """Imports of all nodes that have not ended."""
    rows_per_chunk: int = 250
    """Rows of one stored chunk, which are written in one transaction."""
    characters_per_chunk: int = 500_000
    """Characters of the cells of one chunk: a document of MongoDB holds at most 16 MiB."""
    table: TableLimits = field(default_factory=TableLimits)
    """What reading the file may take."""


@dataclass(frozen=True, kw_only=True)
class ImportOrder:
    """What to import, for which account, and whether to write it or only to check it.

    A dry run writes no postings and no employers. ``employer_id`` limits the rows to one employer.
    ``hidden_rows`` says what to do with rows that the sheet hides; a dry run never asks.
    ``columns`` says for headings which column they mean, None to leave a column out.
    """

    kind: ImportKind
    dry_run: bool
    employer_id: str | None
    file_name: str
    caller: Principal
    hidden_rows: HiddenRows = HiddenRows.ASK
    columns: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CreatedImport:
    """An import that waits for the importer, and how its table was read.

    ``matches`` is the column that each heading is taken for, ``missing`` the required columns that
    no heading names, ``hidden_rows`` the number of rows that the sheet hides.
    """

    record: Import
    matches: tuple[HeadingMatch, ...]
    missing: tuple[str, ...]
    hidden_rows: int


class ImportCreator:
    """Creates an import from a file.

    ``expect_rows`` is called with the number of rows of postings while they are still being read.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        limits: ImportLimits | None = None,
        expect_rows: Callable[[int], None] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._expect_rows = expect_rows
        self.limits = limits or ImportLimits()

    async def check_allowed(self, order: ImportOrder) -> None:
        """Pass when the caller may import this now. Call it before the file is received.

        :raises NotPermitted: the kind or the employer is not for this caller.
        :raises NotFound: no employer has this id.
        :raises TooManyAttempts: the account has an import that has not ended.
        :raises Busy: too many imports of all accounts wait.
        """
        if order.kind is ImportKind.EMPLOYERS:
            require_role(order.caller, Role.OFFICER)
        if order.employer_id is not None:
            if order.caller.employer_id not in {None, order.employer_id}:
                raise NotPermitted(
                    "You recruit for another employer. Import postings of your own employer only.",
                    "您是其他用人单位的招聘人员，只能导入本单位的岗位。",
                    field=("employerId",),
                )
            if not await self._store.employers.by_ids([order.employer_id]):
                raise NotFound(
                    "No employer has this id. Check the id.",
                    "没有这个用人单位，请核对编号。",
                    field=("employerId",),
                )
        if await self._store.imports.is_active(order.caller.subject):
            raise _one_at_a_time()
        limit = self.limits.max_waiting
        if await self._store.imports.count_active(most=limit) >= limit:
            raise Busy(
                "Very many imports wait right now. Try again in a few minutes.",
                "当前排队的导入较多，请几分钟后重试。",
            )

    async def create_import(self, path: Path, order: ImportOrder) -> CreatedImport:
        """Store the rows of the file and the import that waits for the importer.

        A dry run is created whatever the headings are, if one of them is understood. An import that
        writes needs headings that are certain.

        :raises InvalidInput: the file is no table, its headings cannot be used, it hides rows and
            the order does not say what to do with them, or it has no row or too many. Nothing of it
            stays.
        :raises TooManyAttempts: another import of the account was created first.
        """
        import_id = new_id()
        try:
            return await self._store_rows(import_id, path, order)
        except Duplicate:
            await self._store.imports.delete_chunks(import_id)
            raise _one_at_a_time() from None
        except BaseException:
            # MongoDB deletes chunks that cannot be deleted now after a week.
            with suppress(StorageUnavailable):
                await self._store.imports.delete_chunks(import_id)
            raise

    async def _store_rows(self, import_id: str, path: Path, order: ImportOrder) -> CreatedImport:
        max_rows = self.limits.max_rows
        hidden_rows = order.hidden_rows
        if order.dry_run and hidden_rows is HiddenRows.ASK:
            hidden_rows = HiddenRows.INCLUDE
        async with read_in_subprocess(path, self.limits.table, hidden_rows) as reading:
            first_rows = await _read_first_rows(reading)
            # Guessing takes up to seconds for long cells, and live sessions share the event loop.
            found = await asyncio.to_thread(_match_headings, first_rows, order)
            matches = found.matches
            chunks = total = 0
            rows = _chain(first_rows[found.rows_used :], reading)
            async for chunk in self._chunk_rows(rows):
                await self._store.imports.add_chunk(import_id, chunks, chunk, at=self._clock())
                chunks, total = chunks + 1, total + len(chunk)
                if self._expect_rows is not None and order.kind is ImportKind.POSTINGS:
                    self._expect_rows(total)
                if total > max_rows:
                    raise InvalidInput(
                        f"Import at most {max_rows:,} rows at once: divide the file.",
                        f"每次最多导入{max_rows}行，请拆分文件后分次导入。",
                    )
        if not total:
            raise InvalidInput(
                "There is no row below the headings. Fill in at least one.",
                "标题行下面没有数据，请至少填写一行。",
            )
        at = self._clock()
        caller = order.caller
        one = Import(
            id=import_id,
            kind=order.kind,
            dry_run=order.dry_run,
            file_name=order.file_name,
            scope=import_scope(caller),
            account_id=caller.subject,
            role=caller.role,
            union_id=caller.union_id,
            employer_id=order.employer_id or caller.employer_id,
            columns=tuple(match.key or (LEFT_OUT if match.heading else "") for match in matches),
            headings=tuple(match.heading for match in matches),
            total=total,
            chunks=chunks,
            created_at=at,
            updated_at=at,
        )
        await self._store.imports.add(one)
        return CreatedImport(
            record=one,
            matches=matches,
            missing=find_missing_columns(order.kind, matches),
            hidden_rows=reading.hidden_rows,
        )

    async def _chunk_rows(self, rows: AsyncIterator[Row]) -> AsyncIterator[list[RawRow]]:
        """Divide the rows into chunks that one document holds and one transaction writes."""
        chunk: list[RawRow] = []
        characters = 0
        async for number, cells in rows:
            chunk.append(RawRow(number=number, cells=tuple(cells)))
            characters += sum(map(len, cells))
            if (
                len(chunk) >= self.limits.rows_per_chunk
                or characters >= self.limits.characters_per_chunk
            ):
                yield chunk
                chunk, characters = [], 0
        if chunk:
            yield chunk


async def _read_first_rows(reading: TableReading) -> list[Row]:
    """Return the rows among which the headings are, and the one below them."""
    first_rows: list[Row] = []
    async for row in reading:
        first_rows.append(row)
        if len(first_rows) > MAX_ROWS_ABOVE:
            break
    return first_rows


async def _chain(first: Sequence[Row], others: TableReading) -> AsyncIterator[Row]:
    for row in first:
        yield row
    async for row in others:
        yield row


def _match_headings(first_rows: Sequence[Row], order: ImportOrder) -> HeadingRows:
    """Return the headings among the first rows of a table.

    :raises InvalidInput: they cannot be used.
    """
    if not first_rows:
        raise InvalidInput(
            "The file is empty. Choose another file.",
            "文件是空的，请选择其他文件。",
            field=("file",),
        )
    chosen = check_choices(order.kind, order.columns)
    found = find_headings(order.kind, [cells for _, cells in first_rows], chosen)
    if order.dry_run and any(match.key for match in found.matches):
        check_unique(found.matches)
    else:
        check_headings(order.kind, found.matches)
    return found


def _one_at_a_time() -> TooManyAttempts:
    return TooManyAttempts(
        "Your other import has not ended. Wait until it has, or cancel it.",
        "您的上一次导入尚未完成，请等待完成或先取消。",
    )
