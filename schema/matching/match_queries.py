"""Queries for matches: postings for a seeker, seekers for a posting, and the reasons."""

import strawberry

from domain.identity.accounts import Role
from domain.matching.constraints import find_violations
from domain.matching.jobs import build_job
from domain.matching.matches import MAX_MATCHES, Match, assess_job
from domain.refusals import BadPageSize, NotFound
from domain.seekers.seekers import Seeker as SeekerRecord
from domain.seekers.seekers import check_matchable
from schema.context import Context, Info
from schema.matching.match_types import (
    MatchExplanation,
    MatchReason,
    PostingMatch,
    SeekerMatch,
    build_open_matches,
)
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
from services.matching.match_search import MatchSearchLimits
from storage.mongo.paging import Page

_SEEKER_KEYSET: Keyset[SeekerRecord] = id_keyset("matching-seekers", lambda seeker: seeker.id)
_SEEKER_MATCH_KEYSET: Keyset[tuple[SeekerRecord, Match]] = id_keyset(
    _SEEKER_KEYSET.name, lambda found: _SEEKER_KEYSET.key(found[0])[0]
)


async def recommend_postings(
    context: Context, seeker: SeekerRecord, most: int
) -> list[PostingMatch]:
    """Return the open postings that suit a seeker best, up to ``most``, the best first.

    :raises StatusConflict: The seeker may not be matched.
    """
    matches = await context.services.match_search.find_postings(seeker, most)
    return await build_open_matches(context, matches)


@strawberry.type
class MatchQueries:
    @strawberry.field(
        description="For seekers: up to 5 open postings, the best first, with reasons. None breaks "
        "a limit of the profile. Employers differ as long as there are enough."
    )
    async def recommended_postings(
        self, info: Info, first: int = MAX_MATCHES
    ) -> list[PostingMatch] | None:
        if not 0 <= first <= MAX_MATCHES:
            raise BadPageSize(
                "This list cannot be that long. Ask for fewer matches.",
                "一次不能显示这么多岗位，请减少数量。",
                field=("first",),
                hint=f"`first` is 0 to {MAX_MATCHES}.",
            )
        return await recommend_postings(info.context, await require_own_seeker(info.context), first)

    @strawberry.field(
        description="Why a posting suits, or which limits rule it out. Seekers ask for themselves; "
        "officers name the seeker."
    )
    async def match_explained(
        self, info: Info, posting_id: strawberry.ID, seeker_id: strawberry.ID | None = None
    ) -> MatchExplanation | None:
        if seeker_id is None:
            seeker = await require_own_seeker(info.context)
        else:
            seeker = await require_seeker(info.context, seeker_id, "seekerId")
        check_matchable(seeker)
        posting = await _require_open_posting(info.context, posting_id)
        job = build_job(posting.record)
        match = assess_job(seeker.profile, job)
        violations = find_violations(seeker.profile.wants, job)
        return MatchExplanation(
            excluded_by=[MatchReason.of(reason) for reason in violations],
            match=PostingMatch.of(match, posting) if match else None,
        )

    @strawberry.field(
        description="For officers: the postings that `recommendedPostings` shows the seeker."
    )
    async def matches(self, info: Info, seeker_id: strawberry.ID) -> list[PostingMatch] | None:
        seeker = await require_seeker(info.context, seeker_id, "seekerId")
        return await recommend_postings(info.context, seeker, MAX_MATCHES)

    @strawberry.field(
        description="For officers: seekers of their scope that an open posting suits, masked, "
        f"newest first. One page examines {MatchSearchLimits().max_seekers_examined:,} profiles "
        "and may hold fewer than `first`, or none: `endCursor` continues behind the last profile "
        "that was examined."
    )
    async def matching_seekers(
        self,
        info: Info,
        posting_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[SeekerMatch] | None:
        context = info.context
        caller = context.require(Role.OFFICER)
        wanted = parse_page_arguments(_SEEKER_MATCH_KEYSET, first=first, after=after)
        posting = await _require_open_posting(context, posting_id)
        result = await context.services.match_search.find_seekers(
            build_job(posting.record),
            union_id=caller.union_id,
            before=wanted.after[0] if wanted.after else None,
            most=wanted.limit + 1,
        )
        page = Page(
            items=result.found[: wanted.limit],
            has_next=result.stopped_at is not None or len(result.found) > wanted.limit,
            has_previous=wanted.after is not None,
        )
        connection = build_connection(
            page,
            _SEEKER_MATCH_KEYSET,
            lambda found: SeekerMatch(
                seeker=Seeker.of(found[0]), match=PostingMatch.of(found[1], posting)
            ),
        )
        if result.stopped_at is not None:
            connection.page_info.end_cursor = _SEEKER_KEYSET.encode_cursor(result.stopped_at)
        return connection


async def _require_open_posting(context: Context, posting_id: strawberry.ID) -> Posting:
    posting = await find_open_posting(context, parse_global_id(posting_id, "Posting", "postingId"))
    if posting is None:
        raise NotFound(
            "No open posting has this id.", "没有这个开放中的岗位。", field=("postingId",)
        )
    return posting
