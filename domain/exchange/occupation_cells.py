"""Reads the occupation of a row: from its own cell, or from the title."""

from __future__ import annotations

from domain.exchange.cell_parsers import normalise_text
from domain.exchange.imports import make_row_finding
from domain.postings.postings import Finding, PostingTerms, Severity
from domain.reference.occupation_additions import MAX_NAME_LENGTH
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.reference.occupations import Occupation, find_occupation

_OTHER_WORDS = frozenset({"其他", "其它", "OTHER"})


def resolve_occupation(
    cell: str, title: str, book: OccupationBook = LISTED_OCCUPATIONS
) -> tuple[Occupation, str]:
    """Return the occupation of a row, and the word for it if it is not in the list.

    The cell is a code or a name, or has a name in it. If it is empty or no name fits, the title
    counts. If that fits none either, the occupation is OTHER with the word of the cell or title.
    """
    word = normalise_text(cell)
    code = find_occupation(word.upper())
    if code is not None and book.has_occupation(code):
        return code, book.label_of(code) if code.added_number is not None else ""
    if word in _OTHER_WORDS:
        return Occupation.OTHER, ""
    for text in filter(None, (word, title)):
        match = book.find(text)
        if match is not None:
            added = match.occupation.added_number is not None
            return match.occupation, book.label_of(match.occupation) if added else ""
    return Occupation.OTHER, (word or normalise_text(title))[:MAX_NAME_LENGTH]


def note_occupation(terms: PostingTerms) -> tuple[Finding, ...]:
    """Return a note about an occupation that is not in the list; none for one that is."""
    if terms.occupation is not Occupation.OTHER or not terms.occupation_text:
        return ()
    return (
        make_row_finding(
            "OCCUPATION_NOT_LISTED",
            "occupation",
            f"“{terms.occupation_text}” is not in the list of occupations: the posting is under "
            "“other”. Give a name of the list, or ask the union to add this one.",
            f"职业代码表中没有“{terms.occupation_text}”，该岗位归入“其他”。请改填表中的职业名称，或联系工会补充。",
            Severity.WARN,
        ),
    )
