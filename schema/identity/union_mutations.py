"""The mutation that changes the settings of a union."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.identity.union_types import Union
from schema.relay import parse_global_id


@strawberry.input
class ChangeUnionInput:
    union_id: strawberry.ID
    branches_see_postings: bool | None = strawberry.field(
        default=None,
        description="Whether officers of the branches see postings of their places before they are "
        "open, too.",
    )
    service_phone: str | None = strawberry.field(
        default=None,
        description="The number that people call to ask, complain or withdraw; empty for none. "
        "Consent texts and pages show it to everybody.",
    )


@strawberry.type
class UnionChanged:
    union: Union


ChangeUnionResult = Annotated[
    UnionChanged | errors.CommonRefusal, strawberry.union("ChangeUnionResult")
]


@strawberry.type
class UnionMutations:
    @strawberry.mutation(
        description="For officers of the union and of those above it: change what its branches see "
        "and its phone. What is left out stays."
    )
    async def change_union(self, info: Info, input: ChangeUnionInput) -> ChangeUnionResult:
        caller = info.context.require(Role.OFFICER)
        record = await info.context.services.union_settings.change(
            caller,
            parse_global_id(input.union_id, "Union", "input", "unionId"),
            branches_see_postings=input.branches_see_postings,
            service_phone=input.service_phone,
        )
        return UnionChanged(union=Union.of(record))
