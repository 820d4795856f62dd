"""Tables as bytes: CSV piece by piece, an Excel file written to disk row by row.

Neither ever holds more than a few hundred rows in memory.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from xlsxwriter import Workbook

from domain.exchange.lead_rows import Cell

Rows = Sequence[Sequence[Cell]]

_BYTE_ORDER_MARK = "\ufeff"


async def stream_csv(headings: Sequence[str], pages: AsyncIterator[Rows]) -> AsyncIterator[bytes]:
    """CSV after RFC 4180 in UTF-8, a piece a page.

    The byte order mark is what makes Excel read UTF-8.
    """
    yield _BYTE_ORDER_MARK.encode() + _csv([headings])
    async for rows in pages:
        yield _csv(rows)


def _csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


async def write_xlsx(path: Path, headings: Sequence[str], pages: AsyncIterator[Rows]) -> None:
    """An Excel file at ``path``; its scratch files stand in the same folder.

    A text is always written as a text, whatever it begins with.
    """
    book = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)

    def write(first: int, rows: Rows) -> None:
        for line, cells in enumerate(rows, start=first):
            for column, cell in enumerate(cells):
                if isinstance(cell, int | float):
                    sheet.write_number(line, column, cell)
                else:
                    sheet.write_string(line, column, cell)

    # One thread, so that what it is given is done in turn; the event loop has live rooms to serve.
    thread = ThreadPoolExecutor(1, thread_name_prefix="sheet")
    loop = asyncio.get_running_loop()
    line = 1
    try:
        await loop.run_in_executor(thread, write, 0, [headings])
        async for rows in pages:
            await loop.run_in_executor(thread, write, line, rows)
            line += len(rows)
    finally:
        # Also when it is stopped: closing lets the scratch files go.
        await asyncio.shield(loop.run_in_executor(thread, book.close))
        thread.shutdown(wait=False)
