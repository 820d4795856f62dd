"""The published code lists, for forms, exports and other systems."""

from typing import Self

import strawberry

from domain.reference.code_lists import CodeEntry as EntryRecord
from domain.reference.code_lists import CodeList as ListRecord
from domain.reference.code_lists import build_code_list
from schema.enums import ENUM_DESCRIPTIONS


@strawberry.type(description="One code of a list; it never changes its meaning.")
class CodeEntry:
    code: str
    zh: str
    en: str
    synonyms: list[str] = strawberry.field(description="Other Chinese names of the same.")

    @classmethod
    def of(cls, record: EntryRecord) -> Self:
        return cls(code=record.code, zh=record.zh, en=record.en, synonyms=list(record.synonyms))


@strawberry.type(description="The codes of one enumeration with their names in two languages.")
class CodeList:
    name: str = strawberry.field(description="That of the enumeration in this schema.")
    description: str
    version: str = strawberry.field(description="Another one as soon as anything in it changes.")
    entries: list[CodeEntry]

    @classmethod
    def of(cls, record: ListRecord, description: str) -> Self:
        return cls(
            name=record.name,
            description=description,
            version=record.version,
            entries=[CodeEntry.of(entry) for entry in record.entries],
        )


@strawberry.type
class CodeListQueries:
    @strawberry.field(description="All published code lists.")
    def code_lists(self) -> list[CodeList]:
        return list(_build_code_lists().values())

    @strawberry.field(description="The code list of that name; null when there is none.")
    def code_list(self, name: str) -> CodeList | None:
        return _build_code_lists().get(name)


def _build_code_lists() -> dict[str, CodeList]:
    return {
        kind.__name__: CodeList.of(build_code_list(kind), description)
        for kind, description in ENUM_DESCRIPTIONS.items()
    }
