"""Queries for the published code lists, which forms, exports and other systems use."""

import strawberry

from domain.reference.code_lists import (
    ERRORS,
    LICENCES,
    SKILLS,
    build_code_list,
    build_occupation_list,
)
from schema.context import Info
from schema.enums import ENUM_DESCRIPTIONS
from schema.reference.code_list_types import CodeList

TABLE_DESCRIPTIONS = {
    "Occupation": "Occupations, with other names under which adverts name them.",
    "Licence": "Licences and certificates: the codes of `Terms.licences`.",
    "Skill": "Skills: the codes of `Terms.skills`.",
    "ErrorCode": "The name of each refusal.",
}
"""The code lists that are no enumerations of the domain."""


@strawberry.type
class CodeListQueries:
    @strawberry.field(description="All published code lists.")
    def code_lists(self, info: Info) -> list[CodeList]:
        return list(_build_code_lists(info).values())

    @strawberry.field(description="The code list with this name, or null.")
    def code_list(self, info: Info, name: str) -> CodeList | None:
        return _build_code_lists(info).get(name)


def _build_code_lists(info: Info) -> dict[str, CodeList]:
    lists = {
        kind.__name__: CodeList.of(build_code_list(kind), description)
        for kind, description in ENUM_DESCRIPTIONS.items()
    }
    occupations = build_occupation_list(info.context.services.occupation_names.book)
    for record in (occupations, LICENCES, SKILLS, ERRORS):
        lists[record.name] = CodeList.of(record, TABLE_DESCRIPTIONS[record.name])
    return lists
