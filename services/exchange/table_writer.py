"""Writes tables: CSV as a stream of bytes, Excel as a file on disk.

Both hold one page of rows in memory at a time.
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
    """Yield a CSV table (RFC 4180) in UTF-8: the headings first, then one piece for each page.

    It begins with a byte order mark, without which Excel does not read UTF-8.
    """
    yield _BYTE_ORDER_MARK.encode() + _csv([headings])
    async for rows in pages:
        yield _csv(rows)


def _csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


async def write_xlsx(path: Path, headings: Sequence[str], pages: AsyncIterator[Rows]) -> None:
    """Write an Excel file to ``path``. Its temporary files are in the same folder.

    A text stays a text, even if it begins like a formula.
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

    # A thread, because the event loop serves live sessions; one, so that rows stay in order.
    thread = ThreadPoolExecutor(1, thread_name_prefix="sheet")
    loop = asyncio.get_running_loop()
    line = 1
    try:
        await loop.run_in_executor(thread, write, 0, [headings])
        async for rows in pages:
            await loop.run_in_executor(thread, write, line, rows)
            line += len(rows)
    finally:
        # Also on cancellation: closing deletes the temporary files.
        await asyncio.shield(loop.run_in_executor(thread, book.close))
        thread.shutdown(wait=False)
