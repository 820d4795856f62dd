"""X"""

from __future__ import annotations

from collections.abc import Sequence

from domain.postings.postings import Occupation
from domain.reference.regions import is_within, significant_digits
from domain.seekers.profile import Wants
from domain.seekers.seekers import Seeker

ANY_KEY = "*"
"""In a key: whatever occupation, or wherever."""


def find_outermost_places(places: Sequence[str]) -> tuple[str, ...]:
    """The places that lie in no other of them, each once."""
    different = tuple(dict.fromkeys(places))
    return tuple(
        place
        for place in different
        if not any(place != other and is_within(place, other) for other in different)
    )


def list_wanted_match_keys(wants: Wants) -> tuple[str, ...]:
    """The keys under which a posting that may suit finds the person: occupation and place."""
    prefixes = [significant_digits(place) for place in find_outermost_places(wants.places)] or [
        ANY_KEY
    ]
    occupations = [occupation.value for occupation in wants.occupations] or [ANY_KEY]
    return tuple(f"{occupation}/{prefix}" for occupation in occupations for prefix in prefixes)


def list_job_match_keys(occupation: Occupation, place_code: str) -> tuple[str, ...]:
    """The keys of all whom a job of that occupation in that place may suit."""
    prefixes = (ANY_KEY, place_code[:2], place_code[:4], place_code)
    return tuple(
        f"{named}/{prefix}" for named in (ANY_KEY, occupation.value) for prefix in prefixes
    )


def list_seeker_match_keys(seeker: Seeker) -> tuple[str, ...]:
    """The keys under which new postings find the person; none while nothing is looked for."""
    if not seeker.is_matchable:
        return ()
    wanted = (seeker.profile.wants, *(search.wants for search in seeker.searches))
    return tuple(dict.fromkeys(key for wants in wanted for key in list_wanted_match_keys(wants)))
