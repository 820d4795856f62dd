"""The text that somebody agrees to before their name and phone go to an employer."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.employers.employers import Employer
from domain.errors import NotFound, NotPermitted
from domain.identity.accounts import Role
from domain.leads.consent import (
    ConsentTemplate,
    check_consent,
    check_template,
    check_valid_from,
    render_consent_text,
)
from domain.leads.consent import ConsentText as ConsentRecord
from domain.postings.postings import Posting as PostingRecord
from schema import errors
from schema.context import Context, Info
from schema.relay import parse_global_id


@strawberry.type(description="A consent text; send its `version` as `consent.textVersion`.")
class ConsentText:
    version: str
    body: str
    sha256: str = strawberry.field(description="Of the body in UTF-8, hexadecimal.")

    @classmethod
    def of(cls, record: ConsentRecord) -> Self:
        return cls(version=record.version, body=record.body, sha256=record.sha256)


async def load_current_consent_text(context: Context, posting: PostingRecord) -> ConsentRecord:
    """The text that is shown for a posting now; it names the employer."""
    services = context.services
    template = await services.store.consent_texts.current(services.clock())
    return _render_consent_text(
        template, await context.loaders.employers.load(posting.employer_id), posting
    )


async def require_agreed_consent_text(
    context: Context, posting: PostingRecord, given: str | None
) -> ConsentRecord:
    """The current text for a posting, which somebody has agreed to under the version ``given``.

    A text that took another's place is asked for at most a second later, as is one with the new
    name of an employer.

    :raises ConsentRequired: they agreed to none, or to another version.
    """
    services = context.services
    template = await services.cached_consent_template.get("current")
    text = _render_consent_text(
        template, await services.cached_employers.get(posting.employer_id), posting
    )
    if given != text.version:
        text = await load_current_consent_text(context, posting)
    check_consent(given, text)
    return text


def _render_consent_text(
    template: ConsentTemplate, employer: Employer | None, posting: PostingRecord
) -> ConsentRecord:
    assert employer is not None  # an employer with postings is never deleted
    return render_consent_text(template, employer.name, posting.terms.title)


@strawberry.type
class ConsentQueries:
    @strawberry.field(description="The text to show before somebody taps.")
    async def consent_text(self, info: Info, posting_id: strawberry.ID) -> ConsentText:
        wanted = parse_global_id(posting_id, "Posting", "postingId")
        posting = await info.context.loaders.postings.load(wanted)
        if posting is None or not posting.is_open(info.context.services.today()):
            raise NotFound("There is no such open posting.", field=("postingId",))
        return ConsentText.of(await load_current_consent_text(info.context, posting))


@strawberry.input
class PublishConsentTextInput:
    template: str = strawberry.field(
        description="With `{employer}` and `{posting}`; `{contact}` and `{version}` are possible."
    )
    valid_from: datetime | None = strawberry.field(default=None, description="At once if left out.")


@strawberry.type(description="The text is current from `validFrom` on; leads keep what they had.")
class ConsentTextPublished:
    version: str
    valid_from: datetime


PublishConsentTextResult = Annotated[
    ConsentTextPublished | errors.CommonRefusal, strawberry.union("PublishConsentTextResult")
]


@strawberry.type
class ConsentMutations:
    @strawberry.mutation(description="For officers of the union at the top: the next text.")
    async def publish_consent_text(
        self, info: Info, input: PublishConsentTextInput
    ) -> PublishConsentTextResult:
        services = info.context.services
        caller = info.context.require(Role.OFFICER)
        union = await info.context.loaders.unions.load(caller.union_id or "")
        if union is None or len(union.path) > 1:
            raise NotPermitted("The text is published by the union at the top of the tree.")
        template = await services.contact_disclosure.publish_consent_text(
            caller,
            check_template(input.template, ("input", "template")),
            valid_from=check_valid_from(input.valid_from, services.clock(), ("input", "validFrom")),
        )
        return ConsentTextPublished(version=template.version, valid_from=template.valid_from)
