"""Mutations for a seeker's saved searches."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id
from schema.seekers.profile_inputs import WantsInput, parse_wants_input
from schema.seekers.seeker_types import SavedSearch


@strawberry.input(
    description="A search to keep; the seeker is notified of new postings that fit it."
)
class SaveSearchInput:
    name: str
    wants: WantsInput


@strawberry.input
class RemoveSearchInput:
    search_id: strawberry.ID


@strawberry.type
class SearchesChanged:
    searches: list[SavedSearch]


SaveSearchResult = Annotated[
    SearchesChanged | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("SaveSearchResult"),
]
RemoveSearchResult = Annotated[
    SearchesChanged | errors.CommonRefusal, strawberry.union("RemoveSearchResult")
]


@strawberry.type
class SavedSearchMutations:
    @strawberry.mutation(description="For seekers: save a search, at most 20.")
    async def save_search(self, info: Info, input: SaveSearchInput) -> SaveSearchResult:
        caller = info.context.require(Role.SEEKER)
        seeker = await info.context.services.seekers.save_search(
            caller, input.name, parse_wants_input(input.wants)
        )
        return SearchesChanged(searches=[SavedSearch.of(search) for search in seeker.searches])

    @strawberry.mutation(description="For seekers: remove a saved search.")
    async def remove_search(self, info: Info, input: RemoveSearchInput) -> RemoveSearchResult:
        caller = info.context.require(Role.SEEKER)
        search_id = parse_global_id(input.search_id, "SavedSearch", "input", "searchId")
        seeker = await info.context.services.seekers.remove_search(caller, search_id)
        return SearchesChanged(searches=[SavedSearch.of(search) for search in seeker.searches])
