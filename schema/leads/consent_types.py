"""The GraphQL types and queries of the consent texts of postings."""

import asyncio
from dataclasses import replace
from typing import Self

import strawberry

from domain.leads.consent import ConsentText as ConsentRecord
from domain.live.sessions import LiveSession as SessionRecord
from domain.postings.postings import Posting as PostingRecord
from domain.refusals import NotFound
from schema.context import Info
from schema.live.session_types import RUNNING_ORDER_KEYSET, page_of_running_order
from schema.relay import (
    Connection,
    build_connection,
    global_id,
    parse_global_id,
    parse_page_arguments,
)
from schema.scopes import load_visible_session


@strawberry.type(
    description="A consent text. Send its `version` as `consent.textVersion` and its `sha256` as "
    "`consent.sha256`."
)
class ConsentText:
    version: str
    body: str
    sha256: str = strawberry.field(description="Of the body in UTF-8, hexadecimal.")

    @classmethod
    def of(cls, record: ConsentRecord) -> Self:
        return cls(version=record.version, body=record.body, sha256=record.sha256)


@strawberry.type(description="The consent text of one posting of a session.")
class PostingConsentText:
    posting_id: strawberry.ID
    text: ConsentText


@strawberry.type
class ConsentQueries:
    @strawberry.field(
        description="The consent text to show before somebody expresses interest; null, with an "
        "error, when the posting is not open. With `sessionId` it names the union that holds the "
        "session, without it the union of the posting, as on the board."
    )
    async def consent_text(
        self, info: Info, posting_id: strawberry.ID, session_id: strawberry.ID | None = None
    ) -> ConsentText | None:
        wanted = parse_global_id(posting_id, "Posting", "postingId")
        session = None
        if session_id is not None:
            session = await load_visible_session(info.context, session_id, "sessionId")
        posting = await info.context.loaders.postings.load(wanted)
        if posting is None or not posting.is_open(info.context.services.today()):
            raise NotFound(
                "There is no such open posting.", "没有这个开放中的岗位。", field=("postingId",)
            )
        (text,) = await info.context.services.consent.current_texts([posting], session)
        return ConsentText.of(text)

    @strawberry.field(
        description="The consent texts of the open postings of a session, in running order."
    )
    async def consent_texts(
        self,
        info: Info,
        session_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[PostingConsentText] | None:
        wanted = parse_page_arguments(RUNNING_ORDER_KEYSET, first=first, after=after)
        session = await load_visible_session(info.context, session_id, "sessionId")
        page, _ = await page_of_running_order(info.context, session, wanted)
        texts = await _load_texts(info, session, [posting_id for _, posting_id in page.items])
        shown = [entry for entry in page.items if entry[1] in texts]
        return build_connection(
            replace(page, items=shown),
            RUNNING_ORDER_KEYSET,
            lambda entry: PostingConsentText(
                posting_id=global_id("Posting", entry[1]), text=ConsentText.of(texts[entry[1]])
            ),
        )


async def _load_texts(
    info: Info, session: SessionRecord, posting_ids: list[str]
) -> dict[str, ConsentRecord]:
    """The texts of those postings that are still open."""
    today = info.context.services.today()
    loaded = await asyncio.gather(*map(info.context.loaders.postings.load, posting_ids))
    postings: list[PostingRecord] = [each for each in loaded if each and each.is_open(today)]
    texts = await info.context.services.consent.current_texts(postings, session)
    return {posting.id: text for posting, text in zip(postings, texts, strict=True)}
