"""The text that somebody agrees to before their name and phone go to an employer."""

from typing import Self

import strawberry

from domain.consent import ConsentText as ConsentRecord
from domain.consent import consent_text
from domain.errors import NotFound
from domain.postings import Posting as PostingRecord
from schema.context import Context, Info
from schema.nodes import local_id


@strawberry.type(description="A consent text; send its `version` as `consent.textVersion`.")
class ConsentText:
    version: str
    body: str
    sha256: str = strawberry.field(description="Of the body in UTF-8, hexadecimal.")

    @classmethod
    def of(cls, record: ConsentRecord) -> Self:
        return cls(version=record.version, body=record.body, sha256=record.sha256)


async def current_text(context: Context, posting: PostingRecord) -> ConsentRecord:
    """The text that is shown for a posting now; it names the employer."""
    employer = await context.loaders.employers.load(posting.employer_id)
    assert employer is not None  # an employer with postings is never deleted
    return consent_text(employer.name, posting.terms.title)


@strawberry.type
class ConsentQueries:
    @strawberry.field(description="The text to show before somebody taps.")
    async def consent_text(self, info: Info, posting_id: strawberry.ID) -> ConsentText:
        wanted = local_id(posting_id, "Posting", "postingId")
        posting = await info.context.loaders.postings.load(wanted)
        if posting is None or not posting.is_open(info.context.services.today()):
            raise NotFound("There is no such open posting.", field=("postingId",))
        return ConsentText.of(await current_text(info.context, posting))
