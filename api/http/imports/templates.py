"""``/imports/{postings,employers}.{csv,xlsx}``: template tables for users to fill in.

They are built from the same columns that the import reads (domain/exchange), so they always match.
"""

from __future__ import annotations

import asyncio
import csv
import io
from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from domain.exchange.import_columns import COLUMNS_BY_KIND, ImportColumn
from domain.exchange.imports import MAX_IMPORT_ROWS, ImportKind

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_KINDS = {kind.value.lower(): kind for kind in ImportKind}
_MAX_TIP_LENGTH = 255
"""Characters of a cell's input message in Excel."""


async def serve_template(request: Request) -> Response:
    """Answer with a template: headings and one example row; 404 for an unknown name."""
    name, _, form = request.path_params["name"].rpartition(".")
    if name not in _KINDS or form not in MEDIA_TYPES:
        wanted = ", ".join(f"{kind}.{form}" for kind in _KINDS for form in MEDIA_TYPES)
        raise HTTPException(404, f"The templates are {wanted}.")
    content = await asyncio.to_thread(build_template, _KINDS[name], form)
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


@lru_cache
def build_template(kind: ImportKind, form: str) -> bytes:
    """Return the template as the bytes of a file; ``form`` is "csv" or "xlsx"."""
    return _build_csv(kind) if form == "csv" else _build_xlsx(kind)


def _build_csv(kind: ImportKind) -> bytes:
    text = io.StringIO(newline="")
    lines = (
        [column.zh for column in COLUMNS_BY_KIND[kind]],
        [one.example for one in COLUMNS_BY_KIND[kind]],
    )
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    # With a byte order mark Excel reads UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _build_xlsx(kind: ImportKind) -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        # Text cells keep the leading zeros and the last digits of long numbers.
        as_text = book.add_format({"num_format": "@"})
        _write_table_sheet(book.add_worksheet(kind.zh), COLUMNS_BY_KIND[kind], bold, as_text)
        _write_explanation_sheet(book.add_worksheet("填写说明"), COLUMNS_BY_KIND[kind], bold)
        _write_code_list_sheet(book.add_worksheet("代码表"), COLUMNS_BY_KIND[kind], bold)
    return file.getvalue()


def _write_table_sheet(
    sheet: Worksheet, columns: tuple[ImportColumn, ...], bold: Format, as_text: Format
) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(12, 2 * len(column.zh) + 4), as_text)
        sheet.write_string(0, place, column.zh + ("*" if column.required else ""), bold)
        sheet.write_string(1, place, column.example)
        tip = {
            "input_title": column.zh,
            "input_message": column.hint_zh[:_MAX_TIP_LENGTH],
            "ignore_blank": True,
        }
        is_closed = not column.multiple and not column.takes_other_words
        listed = column.enumeration if is_closed else None
        rule = (
            {"validate": "list", "source": [member.zh for member in listed]}
            if listed
            else {"validate": "any"}
        )
        sheet.data_validation(1, place, MAX_IMPORT_ROWS, place, rule | tip)


def _write_explanation_sheet(
    sheet: Worksheet, columns: tuple[ImportColumn, ...], bold: Format
) -> None:
    headings = (
        "列 Column",
        "字段 Field",
        "必填 Needed",
        "说明",
        "What goes into it",
        "示例 Example",
    )
    sheet.write_row(0, 0, headings, bold)
    for line, column in enumerate(columns, start=1):
        needed = "是" if column.required else ""
        cells = (column.zh, column.key, needed, column.hint_zh, column.hint, column.example)
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, cell)
    for place, width in enumerate((18, 18, 10, 60, 60, 24)):
        sheet.set_column(place, place, width)


def _write_code_list_sheet(
    sheet: Worksheet, columns: tuple[ImportColumn, ...], bold: Format
) -> None:
    sheet.write_row(0, 0, ("列 Column", "可填 Term", "或填 Value"), bold)
    terms = [(column.zh, member) for column in columns for member in column.enumeration or ()]
    for line, (heading, member) in enumerate(terms, start=1):
        for place, cell in enumerate((heading, member.zh, member.value)):
            sheet.write_string(line, place, cell)
    sheet.set_column(0, 2, 24)
