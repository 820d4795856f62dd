"""The process that reads one table: starts ``services.exchange.table_reader``, yields its rows."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import orjson

from domain.refusals import InvalidInput
from services.exchange.table_reader import Row, TableLimits

_MAX_LINE_BYTES = 4 << 20
"""Bytes of one line of its output: 65 cells of 5,001 characters take 2 MB, at 6 bytes each."""
_UNREADABLE = (
    "The file cannot be read. Save it again as .xlsx or as CSV UTF-8.",
    "文件无法读取，请另存为 .xlsx 或 CSV UTF-8 后重试。",
)


@asynccontextmanager
async def read_in_subprocess(path: Path, limits: TableLimits) -> AsyncIterator[AsyncIterator[Row]]:
    """Read a file in a process of its own, which is killed when the block ends.

    Iterating over the rows raises ``InvalidInput`` when the file is no table, or is too large
    inside.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.exchange.table_reader", str(path)),
        orjson.dumps(asdict(limits)).decode(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_MAX_LINE_BYTES,
    )
    assert process.stdout is not None  # it was asked for
    try:
        yield _parse_output(process.stdout)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _parse_output(out: asyncio.StreamReader) -> AsyncIterator[Row]:
    """Yield the rows that the process writes, until its last line.

    :raises InvalidInput: the process refuses the file, or ends without a last line because the
        file used up its memory or time.
    """
    while line := await out.readline():
        if not line.endswith(b"\n"):
            break
        message = orjson.loads(line)
        if isinstance(message, list):
            yield message[0], message[1]
        elif "end" in message:
            return
        else:
            raise InvalidInput(message["refused"], message["refused_zh"], field=("file",))
    raise InvalidInput(*_UNREADABLE, field=("file",))
