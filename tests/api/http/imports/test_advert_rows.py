"""Sixty rows as offices and firms write them, from the upload to what is stored.

``tests/data/advert_rows.tsv`` has the cells of each row, its outcome, the terms that it must become
and the findings that it must have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.postings.postings import PostingTerms
from domain.postings.term_changes import TERM_FORMATS
from schema.relay import parse_global_id
from tests.support.import_tables import ImportDriver, Row, csv_table, posting_row
from tests.support.world import World

LINES = [
    line.split("\t")
    for line in (Path(__file__).parents[3] / "data" / "advert_rows.tsv")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
]


def read_pairs(cell: str) -> dict[str, str]:
    """Return the names and texts of ``name=text | name=text``."""
    pairs = (pair.partition("=") for pair in cell.split(" | ") if pair)
    return {name: text for name, _, text in pairs}


def advert_row(world: World, number: int, cells: str) -> Row:
    # Without the class of the example, the title says what the occupation is.
    return posting_row(world, f"V-{number}", **({"职业类别": ""} | read_pairs(cells)))


def describe(terms: PostingTerms) -> dict[str, str]:
    """Return the text of each field, without those that every row has for itself."""
    texts = {field: format_(terms) for field, format_ in TERM_FORMATS.items()}
    return {field: text for field, text in texts.items() if field not in {"title", "validUntil"}}


def outcome_of(row: dict[str, Any]) -> tuple[str, set[str]]:
    return row["outcome"], {finding["code"] for finding in row["findings"]}


async def test_sixty_adverts_become_whole_postings_or_are_asked_back_with_a_reason(
    import_driver: ImportDriver, world: World
) -> None:
    assert len(LINES) == len({cells for cells, *_ in LINES}) == 60
    rows = [advert_row(world, number, cells) for number, (cells, *_) in enumerate(LINES)]
    # An ordinary row at the end, for the fields that an advert says nothing about.
    rows.append(advert_row(world, len(LINES), "岗位名称=电工"))
    done = await import_driver.import_table(csv_table(rows), world.token(world.officer))
    wanted = {
        f"V-{number}": (outcome, set(codes.split()))
        for number, (_, outcome, _, codes) in enumerate(LINES)
    }
    found = {row["externalId"] or f"V-{row['row'] - 2}": outcome_of(row) for row in done["rows"]}
    assert found == wanted | {f"V-{len(LINES)}": ("ACCEPTED", set())}
    written = {
        row["externalId"]: parse_global_id(row["posting"]["id"], "Posting", "id")
        for row in done["rows"]
        if row["posting"]
    }
    postings = await import_driver.running.store.postings.by_ids(list(written.values()))
    ordinary = describe(postings[written[f"V-{len(LINES)}"]].terms)
    for number, (cells, outcome, fields, _) in enumerate(LINES):
        if outcome == "FAILED":
            continue
        terms = postings[written[f"V-{number}"]].terms
        assert terms.title == read_pairs(cells)["岗位名称"]
        assert describe(terms) == ordinary | read_pairs(fields), cells
