"""Open postings as open data: each column with what it means, and its values in code lists.

What names the employer is public; whoever wrote the posting and whoever was interested in it is in
no column, and a phone number that stands in a free text is masked.
"""

from __future__ import annotations

from typing import Any

from domain.employers.employers import Employer
from domain.exchange.open_data_columns import CODE_LISTS, COLUMNS, ColumnValue, OpenDataColumn
from domain.postings.postings import (
    Posting,
)


def build_csvw_metadata(url: str) -> dict[str, Any]:
    """What the table holds, as CSV on the Web (https://www.w3.org/TR/tabular-metadata/) says it.

    ``url`` is the folder of the open data, with a slash at its end.
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
        "dc:references": [f"{url}code-lists.json"],
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "primaryKey": "id",
            "columns": [_csvw_column(column, url) for column in COLUMNS],
        },
    }


def _csvw_column(column: OpenDataColumn, url: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "titles": {"zh": column.zh, "en": column.en},
        "datatype": column.datatype,
    }
    if column.separator is not None:
        said["separator"] = column.separator
    if column.code_kind is not None:
        said["dc:conformsTo"] = f"{url}code-lists.json#{column.code_kind.__name__}"
    return said


def build_code_lists() -> dict[str, Any]:
    """The code lists by name, each with its version and all its codes."""
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
    """The values of a posting by the names of the columns."""
    return {column.name: column.value(posting, employer) for column in COLUMNS}
