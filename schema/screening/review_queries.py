"""The review queue: postings that wait for an officer."""

from datetime import UTC, datetime
from functools import partial
from typing import Self

import strawberry

from domain.identity.accounts import Role
from domain.postings.postings import Posting as PostingRecord
from domain.reference.regions import check_place_code
from schema.context import Info
from schema.postings.posting_types import Posting
from schema.relay import Connection, Keyset, resolve_connection
from storage.postings.postings import LONGEST_WAITING

_CURSOR_TIME_FORMAT = "%Y%m%dT%H%M%S.%f"


def _queue_key(posting: PostingRecord) -> tuple[str, str]:
    assert posting.waiting_since is not None  # by the query
    return posting.waiting_since.astimezone(UTC).strftime(_CURSOR_TIME_FORMAT), posting.id


REVIEW_QUEUE_KEYSET: Keyset[PostingRecord] = Keyset(
    name="review-queue",
    order=LONGEST_WAITING,
    key=_queue_key,
    parse=lambda parts: (
        datetime.strptime(parts[0], _CURSOR_TIME_FORMAT).replace(tzinfo=UTC),
        parts[1],
    ),
)


@strawberry.type(description="A posting that waits for an officer.")
class ReviewItem:
    posting: Posting
    waiting_since: datetime

    @classmethod
    def of(cls, record: PostingRecord) -> Self:
        assert record.waiting_since is not None  # by the query
        return cls(posting=Posting.of(record), waiting_since=record.waiting_since)


@strawberry.type
class ReviewQueries:
    @strawberry.field(
        description="For officers: postings of their union and its branches that wait for a "
        "decision, because the rules cannot decide, somebody reported them or their staff "
        "appealed. The longest waiting is first. With `code` those with a finding of this code, "
        "with `placeCode` those with a place of work in this region."
    )
    async def review_queue(
        self,
        info: Info,
        code: str | None = None,
        place_code: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ReviewItem] | None:
        caller = info.context.require(Role.OFFICER)
        assert caller.union_id is not None  # every officer belongs to a union
        region = None if place_code is None else check_place_code(place_code, ("placeCode",))
        return await resolve_connection(
            REVIEW_QUEUE_KEYSET,
            partial(
                info.context.services.store.postings.page_of_review_queue,
                caller.union_id,
                code=code,
                region=region,
            ),
            ReviewItem.of,
            first=first,
            after=after,
        )
