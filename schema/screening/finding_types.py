"""GraphQL types of the findings of screening, with the words at fault for a form to mark."""

from typing import Self

import strawberry

from domain.postings.postings import Finding as FindingRecord
from domain.postings.postings import Severity


@strawberry.type(
    description="Words at fault. `start` and `end` are positions in the field, in characters (code "
    "points) from 0; `end` is excluded."
)
class Mark:
    text: str
    start: int
    end: int


@strawberry.type(description="A finding of screening in a posting or another text.")
class Finding:
    code: str
    severity: Severity
    field: str = strawberry.field(description="The field of the input at fault.")
    message: str
    message_zh: str
    basis: str = strawberry.field(description="The law or notice that the rule comes from.")
    marks: list[Mark] = strawberry.field(description="The words at fault, at most 20.")
    detail: str = strawberry.field(
        description="The figure or fact it was compared with; empty if there is none."
    )

    @classmethod
    def of(cls, record: FindingRecord) -> Self:
        return cls(
            code=record.code,
            severity=record.severity,
            field=record.field,
            message=record.message,
            message_zh=record.message_zh,
            basis=record.basis,
            marks=[Mark(text=mark.text, start=mark.start, end=mark.end) for mark in record.marks],
            detail=record.detail,
        )
