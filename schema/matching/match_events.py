"""What a seeker is told of: postings that have just opened, or changed, and suit them."""

import strawberry

from domain.live import events
from domain.live.events import EventEnvelope
from domain.matching.jobs import build_job
from domain.matching.matches import MAX_MATCHES, assess_job
from schema.context import Info
from schema.live.events import LogEvent
from schema.matching.matches import PostingMatch, recommend_postings
from schema.postings.posting_types import Posting, find_open_posting
from schema.seekers.seeker_types import require_own_seeker


@strawberry.interface(description="Something that a seeker is told of.")
class SeekerEvent(LogEvent): ...


@strawberry.type(description="A posting opened, or changed, that suits the profile or a search.")
class PostingMatched(SeekerEvent):
    @strawberry.field(description="Null when it is not open any more.")
    async def posting(self, info: Info) -> Posting | None:
        assert isinstance(self.placed.event, events.PostingMatched)  # by _SEEKER_EVENTS
        return await find_open_posting(info.context, self.placed.event.posting_id)

    @strawberry.field(
        description="Why it suits the profile as it is now; null when it does not, and was found "
        "by a saved search, or when it is not open any more."
    )
    async def match(self, info: Info) -> PostingMatch | None:
        posting = await self.posting(info)
        seeker = await require_own_seeker(info.context)
        if posting is None or not seeker.is_matchable:
            return None
        match = assess_job(seeker.profile, build_job(posting.record))
        return PostingMatch.of(match, posting) if match else None


@strawberry.type(
    description="The cursor could not be followed: take what is recommended now, and go on here."
)
class MatchesReset(SeekerEvent):
    @strawberry.field(description="Empty while nothing may be looked for.")
    async def recommended(self, info: Info) -> list[PostingMatch]:
        seeker = await require_own_seeker(info.context)
        return (
            await recommend_postings(info.context, seeker, MAX_MATCHES)
            if seeker.is_matchable
            else []
        )


_SEEKER_EVENT_TYPES: dict[type[events.Event], type[SeekerEvent]] = {
    events.PostingMatched: PostingMatched,
    events.Reset: MatchesReset,
    # What cannot be told is made good by the state that it led to.
    events.Unrecognised: MatchesReset,
}
SEEKER_EVENT_TYPES: tuple[type[LogEvent], ...] = tuple(dict.fromkeys(_SEEKER_EVENT_TYPES.values()))


def build_seeker_event(placed: EventEnvelope) -> SeekerEvent:
    """The GraphQL object of an event that a seeker is told of."""
    return _SEEKER_EVENT_TYPES[type(placed.event)].of(placed)
