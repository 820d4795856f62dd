"""Reads the headings and rows of an import table into values.

A heading is accepted in Chinese or as the field name of the API, in upper or lower case, with or
without a star or a remark in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.exchange import cell_parsers
from domain.exchange.cell_parsers import CellFault, shorten_for_message
from domain.exchange.import_columns import COLUMNS_BY_KIND
from domain.exchange.imports import ImportKind, make_row_finding
from domain.exchange.occupation_cells import resolve_occupation
from domain.postings.pay import fixed_pay, to_fen
from domain.postings.postings import Finding, PostingTerms
from domain.reference.geo import Point
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.reference.regions import replace_former_code
from domain.refusals import InvalidInput, Refusal

_HEADING_REMARK = re.compile(r"[（(\[【].*|[*＊\s]")


def _normalise_heading(heading: str) -> str:
    return _HEADING_REMARK.sub("", cell_parsers.normalise_text(heading)).lower()


def match_headings(kind: ImportKind, headings: Sequence[str]) -> tuple[str, ...]:
    """Return the column key for each heading; an empty key for an empty heading.

    :raises InvalidInput: a heading is unknown (no column is ignored silently) or repeated, or a
        required column is missing.
    """
    key_by_heading = {
        _normalise_heading(word): column.key
        for column in COLUMNS_BY_KIND[kind]
        for word in (column.key, column.zh, *column.aliases)
    }
    keys = tuple(key_by_heading.get(_normalise_heading(heading), "") for heading in headings)
    for heading, key in zip(headings, keys, strict=True):
        if _normalise_heading(heading) and not key:
            raise InvalidInput(
                f"The column “{shorten_for_message(heading, 40)}” is not known. Use a heading of "
                "the template, or remove the column.",
                f"无法识别“{shorten_for_message(heading, 40)}”列，请使用模板中的标题，或删除该列。",
                field=("file",),
            )
        if key and keys.count(key) > 1:
            raise InvalidInput(
                f"The column “{shorten_for_message(heading, 40)}” stands twice. Remove one.",
                f"“{shorten_for_message(heading, 40)}”列重复，请删除其中一列。",
                field=("file",),
            )
    missing = [
        column.zh for column in COLUMNS_BY_KIND[kind] if column.required and column.key not in keys
    ]
    if missing:
        raise InvalidInput(
            f"The first row must hold the headings. Missing: {'、'.join(missing)}.",
            f"第一行须为标题行，缺少：{'、'.join(missing)}。",
            field=("file",),
        )
    return keys


def finding_from_refusal(refusal: Refusal) -> Finding:
    """Return the finding for a row with an invalid value."""
    key = ".".join((refusal.field or ())[1:])
    return make_row_finding(refusal.code.value, key, refusal.message, refusal.message_zh)


def parse_row(
    kind: ImportKind, columns: Iterable[str], row: Sequence[str]
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Return the values of a row by column key, and the findings for cells that are wrong.

    Faults are returned, not raised. Use the values only if there are no findings.
    """
    cell_by_key = {key: cell for key, cell in zip(columns, row, strict=False) if key}
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    if _has_cell_without_heading(columns, row):
        findings.append(
            make_row_finding(
                "CELL_WITHOUT_HEADING",
                "",
                "Remove the cells that have no heading, or add the heading.",
                "有内容的列缺少标题，请补上标题或删除内容。",
            )
        )
    for column in COLUMNS_BY_KIND[kind]:
        cell = cell_by_key.get(column.key, "")
        if cell.strip():
            try:
                values[column.key] = column.parse(cell)
            except CellFault as fault:
                findings.append(
                    make_row_finding(fault.code, column.key, fault.message, fault.message_zh)
                )
        elif column.required:
            findings.append(
                make_row_finding(
                    "CELL_EMPTY", column.key, f"Fill in: {column.hint}", f"请填写。{column.hint_zh}"
                )
            )
        else:
            values[column.key] = column.default
    return values, tuple(findings)


def _has_cell_without_heading(columns: Iterable[str], row: Sequence[str]) -> bool:
    keys = tuple(columns)
    without_heading = {index for index, key in enumerate(keys) if not key}
    return any(
        cell.strip()
        for index, cell in enumerate(row)
        if index >= len(keys) or index in without_heading
    )


def build_terms(
    values: Mapping[str, Any], book: OccupationBook = LISTED_OCCUPATIONS
) -> PostingTerms:
    """Return the posting terms for the values of a row; ``book`` has the names of occupations."""
    latitude, longitude = values["point.latitude"], values["point.longitude"]
    point = None
    if latitude is not None or longitude is not None:
        # With one coordinate missing, the point is outside China and refused later.
        point = Point(latitude=latitude or 0.0, longitude=longitude or 0.0)
    probation_pay = values["probationPay"]
    occupation, occupation_text = resolve_occupation(values["occupation"], values["title"], book)
    return PostingTerms(
        title=values["title"],
        occupation=occupation,
        occupation_text=occupation_text,
        headcount=values["headcount"],
        duties=values["duties"],
        conditions=values["conditions"],
        place_code=replace_former_code(values["placeCode"]),
        address=values["address"],
        pay=fixed_pay(values["pay.amount"], values["pay.period"]),
        probation_fen=None if probation_pay is None else to_fen(probation_pay),
        employment_type=values["employmentType"],
        shift=values["shift"],
        intensity=values["intensity"],
        hours_per_day=values["hoursPerDay"],
        hours_per_week=values["hoursPerWeek"],
        insurance=values["insurance"],
        benefits=values["benefits"],
        valid_until=values["validUntil"],
        is_repost=values["isRepost"],
        repost_source=values["repostSource"],
        starts_at=values["startsAt"],
        ends_at=values["endsAt"],
        min_age=values["minAge"],
        friendly_to=values["friendlyTo"],
        point=point,
    )
