"""Match keys: how a new posting finds the seekers that it may suit without reading all profiles.

A key is ``occupation/place``. Seekers are indexed under the keys of their wishes, and a posting
looks up all keys that cover it. Matching then checks the profiles found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.reference.occupations import Occupation
from domain.reference.regions import is_within, significant_digits
from domain.seekers.profile import Wants
from domain.seekers.seekers import Seeker

ANY_KEY = "*"
"""Any occupation, or any place, in a key."""


def find_outermost_places(places: Sequence[str]) -> tuple[str, ...]:
    """Return the places that are not within another of the given places, each once."""
    different = tuple(dict.fromkeys(places))
    return tuple(
        place
        for place in different
        if not any(place != other and is_within(place, other) for other in different)
    )


def list_wanted_match_keys(wants: Wants) -> tuple[str, ...]:
    """Return the keys of one set of wishes: each occupation with each place."""
    places = find_outermost_places(wants.places)
    prefixes = [significant_digits(place) for place in places] or [ANY_KEY]
    occupations = [occupation.value for occupation in wants.occupations] or [ANY_KEY]
    return tuple(f"{occupation}/{prefix}" for occupation in occupations for prefix in prefixes)


def list_job_match_keys(occupation: Occupation, place_codes: Iterable[str]) -> tuple[str, ...]:
    """Return the keys to look up for a job: any seeker that it may suit has one of them.

    A remote job is looked up by its places like any other: seekers elsewhere find it themselves.
    """
    parts = (part for code in place_codes for part in (code[:2], code[:4], code))
    prefixes = (ANY_KEY, *dict.fromkeys(parts))
    return tuple(f"{name}/{prefix}" for name in (ANY_KEY, occupation.value) for prefix in prefixes)


def list_seeker_match_keys(seeker: Seeker) -> tuple[str, ...]:
    """Return the keys of a seeker with all saved searches; none if they may not be matched."""
    if not seeker.is_matchable:
        return ()
    all_wants = (seeker.profile.wants, *(search.wants for search in seeker.searches))
    return tuple(dict.fromkeys(key for wants in all_wants for key in list_wanted_match_keys(wants)))
