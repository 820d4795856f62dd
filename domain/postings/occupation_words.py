"""The word for an occupation that is not in the list, as it is stored with the terms."""

from __future__ import annotations

from dataclasses import replace

from domain.postings.postings import PostingTerms
from domain.reference.occupation_book import OccupationBook
from domain.reference.occupations import Occupation
from domain.refusals import InvalidInput


def settle_occupation(terms: PostingTerms, book: OccupationBook) -> PostingTerms:
    """Return terms whose word for the occupation fits its code.

    An occupation that officers added is stored with its name, one of the list without any word.

    :raises InvalidInput: nobody added this code.
    """
    if not book.has_occupation(terms.occupation):
        raise InvalidInput(
            "The list of occupations has no such code. Choose the occupation again.",
            "职业代码表中没有该代码，请重新选择职业。",
            field=("input", "occupation"),
            hint="Look it up with `occupationOfTitle`.",
        )
    if terms.occupation is not Occupation.OTHER:
        is_added = terms.occupation.added_number is not None
        return replace(terms, occupation_text=book.label_of(terms.occupation) if is_added else "")
    return terms
