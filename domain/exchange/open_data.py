"""Open postings as open data: rows, code lists, and a description of the table (CSV on the Web)."""

from __future__ import annotations

from typing import Any

from domain.employers.employers import Employer
from domain.exchange.open_data_columns import CODE_LISTS, COLUMNS
from domain.exchange.open_data_table import ColumnValue, OpenDataColumn
from domain.postings.postings import (
    Posting,
)


def build_csvw_metadata(url: str) -> dict[str, Any]:
    """Return the description of the table in CSV on the Web metadata.

    See https://www.w3.org/TR/tabular-metadata/. ``url`` is the folder of the open data and
    ends with a slash.
    """
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": f"{url}postings.csv",
        "dc:title": {"zh": "招聘岗位开放数据", "en": "Open job postings"},
        "dc:description": {
            "zh": "当前招聘中的岗位，不含个人信息；代码见 code-lists.json。",
            "en": "Postings that are open now, without personal data; codes: code-lists.json.",
        },
        "dc:hasFormat": [f"{url}postings.json"],
        "dc:references": [f"{url}code-lists.json", f"{url}national-codes.json"],
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "primaryKey": "id",
            "columns": [_csvw_column(column, url) for column in COLUMNS],
        },
    }


def _csvw_column(column: OpenDataColumn, url: str) -> dict[str, Any]:
    description: dict[str, Any] = {
        "name": column.name,
        "titles": {"zh": column.zh, "en": column.en},
        "datatype": column.datatype,
    }
    if column.separator is not None:
        description["separator"] = column.separator
    if column.code_kind is not None:
        description["dc:conformsTo"] = f"{url}code-lists.json#{column.code_kind.__name__}"
    return description


def build_code_lists() -> dict[str, Any]:
    """Return the code lists by name, each with its version and all codes."""
    return {
        each.name: {
            "version": each.version,
            "codes": [
                {"code": entry.code, "zh": entry.zh, "en": entry.en} for entry in each.entries
            ],
        }
        for each in CODE_LISTS
    }


def build_row(posting: Posting, employer: Employer) -> dict[str, ColumnValue]:
    """Return the values of a posting by column name."""
    return {column.name: column.value(posting, employer) for column in COLUMNS}
