"""Taking a table in: from a file to an import that waits to be worked on.

The file is read by a process of its own (services/exchange/table_reader.py), and its rows are
stored in parts. Only
then does the import exist; workers/importer.py works on it, on any node.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from domain.errors import Busy, InvalidInput, NotFound, NotPermitted, TooManyAttempts
from domain.exchange.import_rows import match_headings
from domain.exchange.imports import MAX_IMPORT_ROWS, Import, ImportKind, RawRow, import_scope
from domain.identity.accounts import Principal, Role, require_role
from services.exchange.table_reader import Row
from storage.clock import Clock
from storage.mongo.client import Duplicate, new_id
from storage.mongo.errors import StorageUnavailable
from storage.store import Store

MAX_TABLE_BYTES = 32 << 20
"""Of a table: 50,000 rows of 600 bytes."""
MAX_WAITING_IMPORTS = 100
"""Imports of all nodes that have not come to an end."""
ROWS_PER_CHUNK = 250
CHARACTERS_PER_CHUNK = 500_000
"""Of the cells of a part: a document of MongoDB holds 16 MiB."""
MAX_LINE_BYTES = 4 << 20

_UNREADABLE = "The file cannot be read. Save it again as .xlsx or as CSV UTF-8."
_ONE_AT_A_TIME = "Your other import is not done. Wait until it is, or cancel it."


@dataclass(frozen=True, kw_only=True)
class ImportOrder:
    """What is to be brought in, for whom, and whether only to see what would become of it."""

    kind: ImportKind
    dry_run: bool
    employer_id: str | None
    file_name: str
    caller: Principal


class ImportCreator:
    """Makes an import of a file."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def check_allowed(self, order: ImportOrder) -> None:
        """Pass when the caller may bring this, and now; before anything of it is read.

        :raises NotPermitted: it is for others to bring. ``NotFound``: there is no such employer.
        :raises TooManyAttempts: another import of the account is not done.
        :raises Busy: too many imports wait.
        """
        if order.kind is ImportKind.EMPLOYERS:
            require_role(order.caller, Role.OFFICER)
        if order.employer_id is not None:
            if order.caller.employer_id not in {None, order.employer_id}:
                raise NotPermitted("You recruit for another employer.", field=("employerId",))
            if not await self._store.employers.by_ids([order.employer_id]):
                raise NotFound("There is no such employer.", field=("employerId",))
        if await self._store.imports.is_active(order.caller.subject):
            raise TooManyAttempts(_ONE_AT_A_TIME)
        if await self._store.imports.count_active(most=MAX_WAITING_IMPORTS) >= MAX_WAITING_IMPORTS:
            raise Busy("Very many imports wait just now. Try again in a few minutes.")

    async def create_import(self, path: Path, order: ImportOrder) -> Import:
        """Store the rows of the file, and the import that is to be worked on.

        :raises InvalidInput: it is no table, its headings are not those of the template, or it has
            no row or more than 50,000. Nothing stays of it.
        :raises TooManyAttempts: another import of the account came first.
        """
        import_id = new_id()
        try:
            return await self._store_rows(import_id, path, order)
        except Duplicate:
            await self._store.imports.delete_chunks(import_id)
            raise TooManyAttempts(_ONE_AT_A_TIME) from None
        except BaseException:
            # What cannot be removed now is forgotten by MongoDB after a week.
            with suppress(StorageUnavailable):
                await self._store.imports.delete_chunks(import_id)
            raise

    async def _store_rows(self, import_id: str, path: Path, order: ImportOrder) -> Import:
        async with _read_in_subprocess(path) as rows:
            headings = await _read_headings(rows)
            if not headings:
                raise InvalidInput("The file is empty.", field=("file",))
            columns = match_headings(order.kind, headings)
            chunks = total = 0
            async for part in _chunk_rows(rows):
                await self._store.imports.add_chunk(import_id, chunks, part, at=self._clock())
                chunks, total = chunks + 1, total + len(part)
                if total > MAX_IMPORT_ROWS:
                    raise InvalidInput(
                        f"Bring at most {MAX_IMPORT_ROWS:,} rows at once: divide the file."
                    )
        if not total:
            raise InvalidInput("There is no row below the headings.")
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
            columns=columns,
            headings=tuple(heading.strip() for heading in headings),
            total=total,
            chunks=chunks,
            created_at=at,
            updated_at=at,
        )
        await self._store.imports.add(one)
        return one


@asynccontextmanager
async def _read_in_subprocess(path: Path) -> AsyncIterator[AsyncIterator[Row]]:
    """The rows of a file, read by another process that is gone after the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.exchange.table_reader", str(path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=MAX_LINE_BYTES,
    )
    assert process.stdout is not None  # it was asked for
    try:
        yield _parse_reader_output(process.stdout)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _parse_reader_output(out: asyncio.StreamReader) -> AsyncIterator[Row]:
    """The rows that the process writes, up to its last word.

    :raises InvalidInput: it refuses the file, or ended without a last word: the file broke it.
    """
    while line := await out.readline():
        said = orjson.loads(line) if line.endswith(b"\n") else {"refused": _UNREADABLE}
        if isinstance(said, list):
            yield said[0], said[1]
        elif "end" in said:
            return
        else:
            raise InvalidInput(said["refused"], field=("file",))
    raise InvalidInput(_UNREADABLE, field=("file",))


async def _read_headings(rows: AsyncIterator[Row]) -> list[str]:
    """The cells of the first row that is not blank; none of an empty file."""
    async for _, cells in rows:
        return cells
    return []


async def _chunk_rows(rows: AsyncIterator[Row]) -> AsyncIterator[list[RawRow]]:
    """The rows in parts that a document holds and a transaction writes."""
    part: list[RawRow] = []
    characters = 0
    async for number, cells in rows:
        part.append(RawRow(number=number, cells=tuple(cells)))
        characters += sum(map(len, cells))
        if len(part) >= ROWS_PER_CHUNK or characters >= CHARACTERS_PER_CHUNK:
            yield part
            part, characters = [], 0
    if part:
        yield part
