"""GraphQL types of the published code lists."""

from typing import Self

import strawberry

from domain.reference.code_lists import CodeEntry as EntryRecord
from domain.reference.code_lists import CodeList as ListRecord


@strawberry.type(description="One code of a list. Its meaning never changes.")
class CodeEntry:
    code: str
    zh: str
    en: str
    synonyms: list[str] = strawberry.field(description="Other Chinese names of the same thing.")

    @classmethod
    def of(cls, record: EntryRecord) -> Self:
        return cls(code=record.code, zh=record.zh, en=record.en, synonyms=list(record.synonyms))


@strawberry.type(description="The codes of one list with their Chinese and English names.")
class CodeList:
    name: str = strawberry.field(
        description="Name of the enumeration in this schema, or of the table."
    )
    description: str
    version: str = strawberry.field(description="Changes whenever anything in the list changes.")
    entries: list[CodeEntry]

    @classmethod
    def of(cls, record: ListRecord, description: str) -> Self:
        return cls(
            name=record.name,
            description=description,
            version=record.version,
            entries=[CodeEntry.of(entry) for entry in record.entries],
        )
