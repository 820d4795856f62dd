"""The query that checks a text while somebody types it."""

from typing import Self

import strawberry

from domain.identity.accounts import STAFF_ROLES
from domain.postings.postings import Finding as FindingRecord
from domain.postings.postings import Severity
from domain.screening.lawful_wordings import LawfulWording
from domain.screening.text_checks import TextPlace, TextVerdict, check_draft
from schema.context import Info


@strawberry.input(description="A text of at most 4,000 characters, and where it will stand.")
class CheckTextInput:
    text: str
    place: TextPlace


@strawberry.type(
    description="A place in the text: positions in characters (code points) from 0; `end` is "
    "excluded."
)
class TextMark:
    start: int
    end: int


@strawberry.type(description="What a text says against a rule, with a wording that is lawful.")
class TextStatement:
    code: str
    severity: Severity
    message: str
    message_zh: str
    basis: str = strawberry.field(description="The law or notice that the rule comes from.")
    marks: list[TextMark] = strawberry.field(description="The words at fault, at most 20.")
    wording: str = strawberry.field(
        description="What to write instead, in English. Empty: delete the words."
    )
    wording_zh: str = strawberry.field(
        description="What to write instead, in Chinese. Empty: delete the words."
    )

    @classmethod
    def of(cls, record: FindingRecord, wording: LawfulWording) -> Self:
        return cls(
            code=record.code,
            severity=record.severity,
            message=record.message,
            message_zh=record.message_zh,
            basis=record.basis,
            marks=[TextMark(start=mark.start, end=mark.end) for mark in record.marks],
            wording=wording.en,
            wording_zh=wording.zh,
        )


@strawberry.type(description="What would happen to a text if it were sent. Nothing is stored.")
class TextCheck:
    verdict: TextVerdict
    statements: list[TextStatement]


@strawberry.type
class TextCheckQueries:
    @strawberry.field(
        description="For staff: what the gate says about a text, for a form to mark while somebody "
        "types; null, with an error, for anybody else."
    )
    def check_text(self, info: Info, input: CheckTextInput) -> TextCheck | None:
        info.context.require(*STAFF_ROLES)
        checked = check_draft(input.text, input.place)
        return TextCheck(
            verdict=checked.verdict,
            statements=[TextStatement.of(*each) for each in checked.findings],
        )
