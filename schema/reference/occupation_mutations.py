"""Mutations of the list of occupations: add an occupation, add a name."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.reference.occupation_types import OccupationEntry
from schema.scalars import OccupationCode, read_occupation


@strawberry.input(description="An occupation that the list lacks.")
class AddOccupationInput:
    zh: str = strawberry.field(description="Its Chinese name, 2 to 20 characters.")
    en: str = strawberry.field(default="", description="At most 60 characters.")


@strawberry.input(description="Another name of an occupation, as adverts write it.")
class AddOccupationNameInput:
    occupation: OccupationCode
    name: str = strawberry.field(description="In Chinese, 2 to 20 characters.")


@strawberry.type(description="Every node knows the name within seconds.")
class OccupationAdded:
    occupation: OccupationEntry


AddOccupationResult = Annotated[
    OccupationAdded | errors.AlreadyExists | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("AddOccupationResult"),
]
AddOccupationNameResult = Annotated[
    OccupationAdded | errors.AlreadyExists | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("AddOccupationNameResult"),
]


@strawberry.type
class OccupationMutations:
    @strawberry.mutation(
        description="For officers of the national and of provincial unions: add an occupation."
    )
    async def add_occupation(self, info: Info, input: AddOccupationInput) -> AddOccupationResult:
        caller = info.context.require(Role.OFFICER)
        services = info.context.services
        added = await services.occupation_administration.add_occupation(
            caller, zh=input.zh, en=input.en
        )
        return OccupationAdded(occupation=OccupationEntry.of(services.occupation_names.book, added))

    @strawberry.mutation(
        description="For officers of the national and of provincial unions: add another name of "
        "an occupation. Searches and imports find the occupation by it."
    )
    async def add_occupation_name(
        self, info: Info, input: AddOccupationNameInput
    ) -> AddOccupationNameResult:
        caller = info.context.require(Role.OFFICER)
        services = info.context.services
        occupation = read_occupation(input.occupation)
        await services.occupation_administration.add_name(caller, occupation, name=input.name)
        return OccupationAdded(
            occupation=OccupationEntry.of(services.occupation_names.book, occupation)
        )
