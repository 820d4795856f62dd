"""Queries for the published code lists, which forms, exports and other systems use."""

import strawberry

from domain.reference.code_lists import build_code_list
from schema.enums import ENUM_DESCRIPTIONS
from schema.reference.code_list_types import CodeList


@strawberry.type
class CodeListQueries:
    @strawberry.field(description="All published code lists.")
    def code_lists(self) -> list[CodeList]:
        return list(_build_code_lists().values())

    @strawberry.field(description="The code list with this name, or null.")
    def code_list(self, name: str) -> CodeList | None:
        return _build_code_lists().get(name)


def _build_code_lists() -> dict[str, CodeList]:
    return {
        kind.__name__: CodeList.of(build_code_list(kind), description)
        for kind, description in ENUM_DESCRIPTIONS.items()
    }
