"""Matches: the postings that suit somebody, why, and why another does not."""

from typing import Self

import strawberry

from domain.errors import BadPageSize, NotFound
from domain.identity.accounts import Role
from domain.matching.constraints import find_violations
from domain.matching.job_index import JobIndex
from domain.matching.jobs import build_job
from domain.matching.match_reasons import MatchCode
from domain.matching.match_reasons import MatchReason as ReasonRecord
from domain.matching.matches import MAX_MATCHES, MIN_MATCHES, Match, assess_job, is_wanted_job
from domain.seekers.match_keys import list_job_match_keys
from domain.seekers.seekers import Seeker as SeekerRecord
from domain.seekers.seekers import check_matchable
from schema.context import Context, Info
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import (
    Connection,
    Keyset,
    build_connection,
    id_keyset,
    parse_global_id,
    parse_page_arguments,
)
from schema.seekers.seeker_types import Seeker, require_own_seeker, require_seeker
from storage.mongo.paging import Page

MAX_SEEKERS_EXAMINED = 5_000
"""Seekers whom one page of `matchingSeekers` looks at."""
_SEEKERS_PER_READ = 200


@strawberry.type(description="One thing said of a posting.")
class MatchReason:
    code: MatchCode
    text: str
    text_zh: str

    @classmethod
    def of(cls, record: ReasonRecord) -> Self:
        return cls(code=record.code, text=record.text, text_zh=record.text_zh)


@strawberry.type(description="An open posting for somebody, with what speaks for and against it.")
class PostingMatch:
    posting: Posting
    score: int = strawberry.field(description="The higher the better.")
    reasons_for: list[MatchReason]
    reasons_against: list[MatchReason]
    after_training: bool = strawberry.field(description="For whoever learns it first.")

    @classmethod
    def of(cls, record: Match, posting: Posting) -> Self:
        return cls(
            posting=posting,
            score=record.score,
            reasons_for=[MatchReason.of(reason) for reason in record.reasons_for],
            reasons_against=[MatchReason.of(reason) for reason in record.reasons_against],
            after_training=record.after_training,
        )


@strawberry.type(description="Whether a posting suits, and what rules it out.")
class MatchExplanation:
    excluded_by: list[MatchReason] = strawberry.field(
        description="Every limit that it breaks; empty when it may be matched."
    )
    match: PostingMatch | None = strawberry.field(description="Null when it is ruled out.")


@strawberry.type(description="Somebody whom a posting suits.")
class SeekerMatch:
    seeker: Seeker
    match: PostingMatch


async def build_open_matches(context: Context, matches: tuple[Match, ...]) -> list[PostingMatch]:
    """The matches whose posting is open at this moment."""
    found: list[PostingMatch] = []
    for match in matches:
        posting = await find_open_posting(context, match.posting_id)
        if posting is not None:
            found.append(PostingMatch.of(match, posting))
    return found


async def recommend_postings(
    context: Context, seeker: SeekerRecord, most: int
) -> list[PostingMatch]:
    """The postings that suit a seeker best.

    :raises StatusConflict: nothing may be looked for on their behalf.
    """
    check_matchable(seeker)
    jobs, on = context.services.store.jobs, context.services.today()
    wants = seeker.profile.wants
    wished = await jobs.find_fitting(wants, on, occupations=wants.occupations)
    matches = JobIndex(wished).find_matches(seeker.profile, most)
    if wants.occupations and len(matches) < min(MIN_MATCHES, most):
        matches = JobIndex(await jobs.find_fitting(wants, on)).find_matches(seeker.profile, most)
    return await build_open_matches(context, matches)


async def explain_match(
    context: Context, seeker: SeekerRecord, posting_id: strawberry.ID
) -> MatchExplanation:
    """Why a posting suits a seeker, or what rules it out.

    :raises StatusConflict: nothing may be looked for on their behalf.
    :raises NotFound: it is not open.
    """
    check_matchable(seeker)
    posting = await find_open_posting(context, parse_global_id(posting_id, "Posting", "postingId"))
    if posting is None:
        raise NotFound("There is no such posting open.", field=("postingId",))
    job = build_job(posting.record)
    match = assess_job(seeker.profile, job)
    return MatchExplanation(
        excluded_by=[
            MatchReason.of(reason) for reason in find_violations(seeker.profile.wants, job)
        ],
        match=PostingMatch.of(match, posting) if match else None,
    )


_SEEKER_KEYSET: Keyset[SeekerRecord] = id_keyset("matching-seekers", lambda seeker: seeker.id)
_SEEKER_MATCH_KEYSET: Keyset[tuple[SeekerRecord, Match]] = id_keyset(
    _SEEKER_KEYSET.name, lambda found: _SEEKER_KEYSET.key(found[0])[0]
)


@strawberry.type
class MatchQueries:
    @strawberry.field(
        description="For seekers: up to 5 open postings, the best first, with reasons. No limit of "
        "the profile is ever broken, and employers differ while there are others."
    )
    async def recommended_postings(
        self, info: Info, first: int = MAX_MATCHES
    ) -> list[PostingMatch]:
        if not 0 <= first <= MAX_MATCHES:
            raise BadPageSize(f"first is 0 to {MAX_MATCHES}.", field=("first",))
        return await recommend_postings(info.context, await require_own_seeker(info.context), first)

    @strawberry.field(
        description="Why a posting suits, or which limits rule it out. For seekers; officers name "
        "the seeker."
    )
    async def match_explained(
        self, info: Info, posting_id: strawberry.ID, seeker_id: strawberry.ID | None = None
    ) -> MatchExplanation:
        if seeker_id is None:
            seeker = await require_own_seeker(info.context)
        else:
            seeker = await require_seeker(info.context, seeker_id, "seekerId")
        return await explain_match(info.context, seeker, posting_id)

    @strawberry.field(description="For officers: what `recommendedPostings` gives the seeker.")
    async def matches(self, info: Info, seeker_id: strawberry.ID) -> list[PostingMatch]:
        seeker = await require_seeker(info.context, seeker_id, "seekerId")
        return await recommend_postings(info.context, seeker, MAX_MATCHES)

    @strawberry.field(
        description="For officers: seekers of their scope whom an open posting suits, the newest "
        f"first, masked. A page looks at {MAX_SEEKERS_EXAMINED:,} of them and may have fewer than "
        "wanted, or none: `endCursor` goes on behind the last one that it looked at."
    )
    async def matching_seekers(
        self,
        info: Info,
        posting_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[SeekerMatch]:
        context = info.context
        caller = context.require(Role.OFFICER)
        wanted = parse_page_arguments(_SEEKER_MATCH_KEYSET, first=first, after=after)
        posting = await find_open_posting(
            context, parse_global_id(posting_id, "Posting", "postingId")
        )
        if posting is None:
            raise NotFound("There is no such posting open.", field=("postingId",))
        found, left_at = await _find_matching_seekers(
            context,
            posting,
            union_id=caller.union_id,
            before=wanted.after[0] if wanted.after else None,
            most=wanted.limit + 1,
        )
        page = Page(
            items=found[: wanted.limit],
            has_next=left_at is not None or len(found) > wanted.limit,
            has_previous=wanted.after is not None,
        )
        answer = build_connection(
            page,
            _SEEKER_MATCH_KEYSET,
            lambda each: SeekerMatch(
                seeker=Seeker.of(each[0]), match=PostingMatch.of(each[1], posting)
            ),
        )
        if left_at is not None:
            answer.page_info.end_cursor = _SEEKER_KEYSET.encode_cursor(left_at)
        return answer


async def _find_matching_seekers(
    context: Context, posting: Posting, *, union_id: str | None, before: str | None, most: int
) -> tuple[list[tuple[SeekerRecord, Match]], SeekerRecord | None]:
    """Up to ``most``, and the last one looked at when there are more to look at than one may."""
    job = build_job(posting.record)
    keys = list_job_match_keys(job.occupation, job.place_code)
    found: list[tuple[SeekerRecord, Match]] = []
    for _ in range(MAX_SEEKERS_EXAMINED // _SEEKERS_PER_READ):
        seekers = await context.services.store.seekers.by_reach(
            keys, union_id=union_id, before=before, limit=_SEEKERS_PER_READ
        )
        for seeker in seekers:
            # A saved search reaches, too; here the profile alone counts.
            match = assess_job(seeker.profile, job) if is_wanted_job(seeker.profile, job) else None
            if match is not None:
                found.append((seeker, match))
        if len(found) >= most or len(seekers) < _SEEKERS_PER_READ:
            return found[:most], None
        before = seekers[-1].id
    return found, seekers[-1]
