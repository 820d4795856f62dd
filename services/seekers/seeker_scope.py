"""The right to manage a profile, checked where a use case reads it."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.scopes import may_manage_seekers
from domain.refusals import NotFound
from domain.seekers.seekers import Seeker

SEEKER_FIELD = ("input", "seekerId")


def require_managed(
    seeker: Seeker | None, caller: Principal, field: tuple[str, ...] = SEEKER_FIELD
) -> Seeker:
    """Return the profile that was read, if the officer may manage it.

    :raises NotFound: There is none, it was erased, or it is outside the officer's scope; ``field``
        names the argument that gave its id.
    """
    if (
        seeker is None
        or seeker.erased_at is not None
        or not may_manage_seekers(caller, seeker.union_path)
    ):
        raise NotFound(
            "No seeker in your scope has this id.", "您的管辖范围内没有这位求职者。", field=field
        )
    return seeker
