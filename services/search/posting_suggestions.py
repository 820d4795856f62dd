"""Suggestions for the beginning of a word that somebody types into the search for postings."""

from __future__ import annotations

from datetime import date

from domain.free_text import check_text
from domain.reference.occupation_book import OccupationBook
from domain.refusals import InvalidInput
from domain.search.suggestions import (
    MAX_PREFIX_LENGTH,
    MAX_SUGGESTIONS,
    Suggestion,
    normalise_prefix,
    pick_suggestions,
    suggest_from_code_lists,
)
from storage.store import Store


async def suggest_postings(
    store: Store, book: OccupationBook, prefix: str, first: int, on: date
) -> list[Suggestion]:
    """Return at most ``first`` suggestions, each of which finds a posting that is open on that day.

    :raises InvalidInput: the prefix is too long or unreadable, or ``first`` is out of range.
    """
    check_text(prefix, MAX_PREFIX_LENGTH, ("prefix",))
    if not 0 <= first <= MAX_SUGGESTIONS:
        raise InvalidInput(
            "This list cannot be that long. Ask for fewer suggestions.",
            "一次不能显示这么多建议，请减少数量。",
            field=("first",),
            hint=f"`first` is 0 to {MAX_SUGGESTIONS}.",
        )
    normalised = normalise_prefix(prefix)
    if not normalised:
        return []
    stored = await store.search_entries.find_suggestions(normalised)
    productive = await store.search.filter_productive(
        [*suggest_from_code_lists(normalised, book), *stored], on
    )
    return list(pick_suggestions(productive, first))
