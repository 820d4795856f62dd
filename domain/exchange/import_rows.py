"""From the headings and the cells of a table to the values of each row.

A heading is taken in Chinese or as the API spells the field, in any case and with or without a
star or a remark in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.errors import InvalidInput
from domain.exchange import cell_parsers
from domain.exchange.cell_parsers import CellFault
from domain.exchange.import_columns import COLUMNS_BY_KIND
from domain.exchange.imports import ImportKind, make_row_finding
from domain.postings.pay import Pay
from domain.postings.postings import Finding, PostingTerms
from domain.reference.geo import Point
from domain.reference.regions import replace_former_code

_HEADING_REMARK = re.compile(r"[（(\[【].*|[*＊\s]")


def _normalise_heading(heading: str) -> str:
    return _HEADING_REMARK.sub("", cell_parsers.normalise_text(heading)).lower()


def match_headings(kind: ImportKind, headings: Sequence[str]) -> tuple[str, ...]:
    """The key of each column of a table by its headings; empty for one without a heading.

    :raises InvalidInput: a heading is not known (nothing is left out silently), stands twice, or
        one that every row needs is missing.
    """
    known = {
        _normalise_heading(word): column.key
        for column in COLUMNS_BY_KIND[kind]
        for word in (column.key, column.zh, *column.aliases)
    }
    found = tuple(known.get(_normalise_heading(heading), "") for heading in headings)
    for heading, key in zip(headings, found, strict=True):
        if _normalise_heading(heading) and not key:
            raise InvalidInput(
                f"The column “{_printable(heading)}” is not known. Name it as the template does, "
                "or take it out.",
                field=("file",),
            )
        if key and found.count(key) > 1:
            raise InvalidInput(f"The column “{_printable(heading)}” stands twice.", field=("file",))
    missing = [
        column.zh for column in COLUMNS_BY_KIND[kind] if column.required and column.key not in found
    ]
    if missing:
        raise InvalidInput(
            f"The first row holds the headings. Missing: {'、'.join(missing)}.", field=("file",)
        )
    return found


def _printable(heading: str) -> str:
    return "".join(char for char in heading.strip()[:40] if char.isprintable())


def finding_from_refusal(kind: ImportKind, refusal: InvalidInput) -> Finding:
    """The finding for a value that cannot be right at all; in Chinese, what the column takes."""
    key = ".".join((refusal.field or ())[1:])
    column = next((one for one in COLUMNS_BY_KIND[kind] if one.key.startswith(key)), None)
    said = column.hint_zh if column and key else "请按模板说明修改。"
    return make_row_finding(refusal.code.value, key, refusal.message, said)


def parse_row(
    kind: ImportKind, columns: Iterable[str], row: Sequence[str]
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """What the cells say, by key, for every column there is; and what is wrong with them.

    Never raises. A value is only to be used when nothing is wrong.
    """
    given = {key: cell for key, cell in zip(columns, row, strict=False) if key}
    found: dict[str, Any] = {}
    faults: list[Finding] = []
    if _has_cell_without_heading(columns, row):
        faults.append(
            make_row_finding(
                "CELL_WITHOUT_HEADING",
                "",
                "Take out the cells that have no heading, or give them one.",
                "有内容的列缺少标题，请补上标题或删除内容。",
            )
        )
    for column in COLUMNS_BY_KIND[kind]:
        cell = given.get(column.key, "")
        if cell.strip():
            try:
                found[column.key] = column.parse(cell)
            except CellFault as why:
                faults.append(make_row_finding(why.code, column.key, why.message, why.message_zh))
        elif column.required:
            faults.append(
                make_row_finding(
                    "CELL_EMPTY", column.key, f"Fill in: {column.hint}", f"请填写。{column.hint_zh}"
                )
            )
        else:
            found[column.key] = column.default
    return found, tuple(faults)


def _has_cell_without_heading(columns: Iterable[str], row: Sequence[str]) -> bool:
    keys = tuple(columns)
    blank = {place for place, key in enumerate(keys) if not key}
    return any(
        cell.strip() for place, cell in enumerate(row) if place >= len(keys) or place in blank
    )


def build_terms(found: Mapping[str, Any]) -> PostingTerms:
    """The terms in the values of a row of postings."""
    latitude, longitude = found["point.latitude"], found["point.longitude"]
    point = None
    if latitude is not None or longitude is not None:
        # Half a point is out of range, and refused as such.
        point = Point(latitude=latitude or 0.0, longitude=longitude or 0.0)
    return PostingTerms(
        title=found["title"],
        occupation=found["occupation"],
        headcount=found["headcount"],
        duties=found["duties"],
        conditions=found["conditions"],
        place_code=replace_former_code(found["placeCode"]),
        address=found["address"],
        pay=Pay(amount=found["pay.amount"], period=found["pay.period"]),
        probation_pay=found["probationPay"],
        employment_type=found["employmentType"],
        shift=found["shift"],
        intensity=found["intensity"],
        hours_per_day=found["hoursPerDay"],
        hours_per_week=found["hoursPerWeek"],
        insurance=found["insurance"],
        benefits=found["benefits"],
        valid_until=found["validUntil"],
        is_repost=found["isRepost"],
        repost_source=found["repostSource"],
        starts_at=found["startsAt"],
        ends_at=found["endsAt"],
        min_age=found["minAge"],
        friendly_to=found["friendlyTo"],
        point=point,
    )
