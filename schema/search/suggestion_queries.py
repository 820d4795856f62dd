"""Suggestions for the beginning of a word that somebody types into the search."""

from typing import Self

import strawberry

from domain.search.suggestions import Suggestion as SuggestionRecord
from domain.search.suggestions import SuggestionKind
from schema.context import Info
from schema.relay import global_id
from services.search.posting_suggestions import suggest_postings


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
        services = info.context.services
        found = await suggest_postings(
            services.store, services.occupation_names.book, prefix, first, services.today()
        )
        return [PostingSuggestion.of(record) for record in found]
