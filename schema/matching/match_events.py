"""What a seeker is told of: postings that have just opened, or changed, and suit them."""

import strawberry

from domain.live import events
from domain.live.events import Placed
from domain.matching.jobs import job_of
from domain.matching.matching import MOST, assessed
from schema.context import Info
from schema.live.events import LogEvent
from schema.matching.matches import PostingMatch, matched
from schema.postings.posting_types import Posting, open_posting
from schema.seekers.seeker_types import own_profile


@strawberry.interface(description="Something that a seeker is told of.")
class SeekerEvent(LogEvent): ...


@strawberry.type(description="A posting opened, or changed, that suits the profile or a search.")
class PostingMatched(SeekerEvent):
    @strawberry.field(description="Null when it is not open any more.")
    async def posting(self, info: Info) -> Posting | None:
        assert isinstance(self.placed.event, events.PostingMatched)  # by _SEEKER_EVENTS
        return await open_posting(info.context, self.placed.event.posting_id)

    @strawberry.field(
        description="Why it suits the profile as it is now; null when it does not, and was found "
        "by a saved search, or when it is not open any more."
    )
    async def match(self, info: Info) -> PostingMatch | None:
        posting = await self.posting(info)
        seeker = await own_profile(info.context)
        if posting is None or not seeker.is_matched:
            return None
        match = assessed(seeker.profile, job_of(posting.record))
        return PostingMatch.of(match, posting) if match else None


@strawberry.type(
    description="The cursor could not be followed: take what is recommended now, and go on here."
)
class MatchesReset(SeekerEvent):
    @strawberry.field(description="Empty while nothing may be looked for.")
    async def recommended(self, info: Info) -> list[PostingMatch]:
        seeker = await own_profile(info.context)
        return await matched(info.context, seeker, MOST) if seeker.is_matched else []


_SEEKER_EVENTS: dict[type[events.Event], type[SeekerEvent]] = {
    events.PostingMatched: PostingMatched,
    events.Reset: MatchesReset,
    # What cannot be told is made good by the state that it led to.
    events.Unrecognised: MatchesReset,
}
SEEKER_EVENT_TYPES: tuple[type[LogEvent], ...] = tuple(dict.fromkeys(_SEEKER_EVENTS.values()))


def seeker_event(placed: Placed) -> SeekerEvent:
    """The GraphQL object of an event that a seeker is told of."""
    return _SEEKER_EVENTS[type(placed.event)].of(placed)
