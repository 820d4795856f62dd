"""GraphQL types of matches: a posting and a seeker, with reasons for and against."""

from typing import Self

import strawberry

from domain.matching.match_reasons import MatchCode
from domain.matching.match_reasons import MatchReason as ReasonRecord
from domain.matching.matches import Match
from schema.context import Context
from schema.postings.posting_types import Posting, find_open_posting
from schema.seekers.seeker_types import Seeker


@strawberry.type(description="One reason for or against a match.")
class MatchReason:
    code: MatchCode
    text: str
    text_zh: str

    @classmethod
    def of(cls, record: ReasonRecord) -> Self:
        return cls(code=record.code, text=record.text, text_zh=record.text_zh)


@strawberry.type(description="An open posting that suits a seeker, with reasons for and against.")
class PostingMatch:
    posting: Posting
    score: int = strawberry.field(description="The higher, the better it suits.")
    reasons_for: list[MatchReason]
    reasons_against: list[MatchReason]
    after_training: bool = strawberry.field(
        description="True if the seeker needs training for the occupation first."
    )

    @classmethod
    def of(cls, record: Match, posting: Posting) -> Self:
        return cls(
            posting=posting,
            score=record.score,
            reasons_for=[MatchReason.of(reason) for reason in record.reasons_for],
            reasons_against=[MatchReason.of(reason) for reason in record.reasons_against],
            after_training=record.after_training,
        )


@strawberry.type(description="Whether a posting suits a seeker, and which limits rule it out.")
class MatchExplanation:
    excluded_by: list[MatchReason] = strawberry.field(
        description="Every limit of the profile that the posting breaks; empty if there is none."
    )
    match: PostingMatch | None = strawberry.field(description="Null if the posting is ruled out.")


@strawberry.type(description="A seeker that a posting suits, with the reasons.")
class SeekerMatch:
    seeker: Seeker
    match: PostingMatch


async def build_open_matches(context: Context, matches: tuple[Match, ...]) -> list[PostingMatch]:
    """Return the matches whose posting is open now, in the same order."""
    open_matches: list[PostingMatch] = []
    for match in matches:
        posting = await find_open_posting(context, match.posting_id)
        if posting is not None:
            open_matches.append(PostingMatch.of(match, posting))
    return open_matches
