"""The process that reads one table: starts ``services.exchange.table_reader``, yields its rows."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import orjson

from domain.exchange.imports import HiddenRows
from domain.refusals import InvalidInput
from services.exchange.table_reader import Row, TableLimits

_MAX_LINE_BYTES = 4 << 20
"""Bytes of one line of its output: 65 cells of 5,001 characters take 2 MB, at 6 bytes each."""
_UNREADABLE = (
    "The file cannot be read. Save it again as .xlsx or as CSV UTF-8.",
    "文件无法读取，请另存为 .xlsx 或 CSV UTF-8 后重试。",
)


class TableReading:
    """The rows of one table; ``hidden_rows`` counts those it hides, once all are read."""

    def __init__(self, out: asyncio.StreamReader) -> None:
        self._out = out
        self._has_ended = False
        self.hidden_rows = 0

    def __aiter__(self) -> TableReading:
        return self

    async def __anext__(self) -> Row:
        """Return the next row that the process writes; iterating again goes on after it.

        :raises InvalidInput: the process refuses the file, or ends without a last line because the
            file used up its memory or time.
        """
        if self._has_ended:
            raise StopAsyncIteration
        line = await self._out.readline()
        if not line.endswith(b"\n"):
            raise InvalidInput(*_UNREADABLE, field=("file",))
        message = orjson.loads(line)
        if isinstance(message, list):
            return message[0], message[1]
        if "end" not in message:
            raise InvalidInput(message["refused"], message["refused_zh"], field=("file",))
        self.hidden_rows, self._has_ended = message["hidden"], True
        raise StopAsyncIteration


@asynccontextmanager
async def read_in_subprocess(
    path: Path, limits: TableLimits, hidden_rows: HiddenRows
) -> AsyncIterator[TableReading]:
    """Read a file in a process of its own, which is killed when the block ends.

    Iterating over the rows raises ``InvalidInput`` when the file is no table, or is too large
    inside, or hides rows and ``hidden_rows`` is to ask.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.exchange.table_reader", str(path)),
        *(orjson.dumps(asdict(limits)).decode(), hidden_rows.value),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_MAX_LINE_BYTES,
    )
    assert process.stdout is not None  # it was asked for
    try:
        yield TableReading(process.stdout)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
