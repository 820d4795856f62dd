"""Suggestions for the beginning of a word that somebody types into the search."""

from typing import Self

import strawberry

from domain.errors import InvalidInput
from domain.free_text import check_text
from domain.search.suggestions import (
    MAX_PREFIX_LENGTH,
    MAX_SUGGESTIONS,
    SuggestionKind,
    normalise_prefix,
    pick_suggestions,
    suggest_from_code_lists,
)
from domain.search.suggestions import Suggestion as SuggestionRecord
from schema.context import Info
from schema.relay import global_id


@strawberry.type(description="A suggestion for a search. It finds at least one open posting.")
class PostingSuggestion:
    kind: SuggestionKind
    text: str
    code: str | None = strawberry.field(
        description="The value to filter by: an occupation, the id of an employer or a place code; "
        "null for a title."
    )

    @classmethod
    def of(cls, record: SuggestionRecord) -> Self:
        code = record.code
        if code is not None and record.kind is SuggestionKind.EMPLOYER:
            code = global_id("Employer", code)
        return cls(kind=record.kind, text=record.text, code=code)


@strawberry.type
class SuggestionQueries:
    @strawberry.field(
        description="Suggestions for the beginning of a word, in Chinese, pinyin or initials: "
        "occupations, titles, employers and places of open postings."
    )
    async def posting_suggestions(
        self, info: Info, prefix: str, first: int = 10
    ) -> list[PostingSuggestion]:
        check_text(prefix, MAX_PREFIX_LENGTH, ("prefix",))
        if not 0 <= first <= MAX_SUGGESTIONS:
            raise InvalidInput(
                f"first is 0 to {MAX_SUGGESTIONS}.",
                f"first 应为0至{MAX_SUGGESTIONS}。",
                field=("first",),
            )
        normalised = normalise_prefix(prefix)
        if not normalised:
            return []
        services = info.context.services
        stored = await services.store.search_entries.find_suggestions(normalised)
        found = await services.store.search.filter_productive(
            [*suggest_from_code_lists(normalised), *stored], services.today()
        )
        return [PostingSuggestion.of(record) for record in pick_suggestions(found, first)]
