"""Which union looks after a profile or a call campaign."""

from __future__ import annotations

from collections.abc import Sequence

from domain.identity.unions import Union
from domain.reference.regions import list_ancestors, region_of
from domain.refusals import NotFound
from domain.seekers.profile import Profile
from storage.store import Store

_UNION_FIELD = ("input", "unionId")


async def require_union(store: Store, union_id: str) -> Union:
    """Return the union with this id.

    :raises NotFound: No union has this id.
    """
    union = await store.unions.by_id(union_id)
    if union is None:
        raise NotFound("No union has this id.", "没有这个工会。", field=_UNION_FIELD)
    return union


async def choose_union_path(
    store: Store, profile: Profile, union_id: str | None
) -> tuple[str, ...]:
    """Return the path of the union that will look after a profile.

    That is the named union. Without one it is the union closest to the home place, or to the first
    wished place if no home is given. Without any place it is the root of the tree; the path is
    empty only if the tree is.

    :raises NotFound: No union has this id.
    """
    if union_id is not None:
        return (await require_union(store, union_id)).path
    places = [profile.home_place, *profile.wants.places]
    place = next((place for place in places if place is not None), None)
    closest = await store.unions.closest_to_place(_enclosing_codes(place)) if place else None
    union = closest or await store.unions.root()
    return union.path if union else ()


def _enclosing_codes(place_code: str) -> Sequence[str]:
    """Return the place and the regions around it, the smallest first."""
    region = region_of(place_code)
    assert region is not None  # check_profile admitted the code
    return [region.code, *(around.code for around in reversed(list_ancestors(region)))]
