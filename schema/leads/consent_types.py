"""The GraphQL type and query of the consent text of a posting."""

from typing import Self

import strawberry

from domain.leads.consent import ConsentText as ConsentRecord
from domain.refusals import NotFound
from schema.context import Info
from schema.relay import parse_global_id


@strawberry.type(description="A consent text. Send its `version` as `consent.textVersion`.")
class ConsentText:
    version: str
    body: str
    sha256: str = strawberry.field(description="Of the body in UTF-8, hexadecimal.")

    @classmethod
    def of(cls, record: ConsentRecord) -> Self:
        return cls(version=record.version, body=record.body, sha256=record.sha256)


@strawberry.type
class ConsentQueries:
    @strawberry.field(description="The consent text to show before somebody expresses interest.")
    async def consent_text(self, info: Info, posting_id: strawberry.ID) -> ConsentText | None:
        wanted = parse_global_id(posting_id, "Posting", "postingId")
        posting = await info.context.loaders.postings.load(wanted)
        if posting is None or not posting.is_open(info.context.services.today()):
            raise NotFound(
                "There is no such open posting.", "没有这个开放中的岗位。", field=("postingId",)
            )
        return ConsentText.of(await info.context.services.consent.current_text(posting))
