"""The recruitment funnel: how many leads reached each stage, by session, posting, source, etc."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class FunnelDimension(Labelled):
    """What the leads are grouped by. A union includes its branches."""

    SESSION = "SESSION", "场次"
    POSTING = "POSTING", "岗位"
    SOURCE = "SOURCE", "来源"
    UNION = "UNION", "工会"
    SEGMENT = "SEGMENT", "环节"
    GROUP = "GROUP", "群体"


@dataclass(frozen=True, kw_only=True)
class FunnelRow:
    """The counts for one session, posting, source, union, segment or group, named by ``key``.

    ``key`` is empty for leads without a segment or group.

    ``interests`` counts leads, ``people`` different persons, and ``services`` the stage changes
    that staff made; these three must not be confused. From ``contacted`` to ``retained_90`` a lead
    counts in every stage that it ever reached. ``withdrawn``, ``refused`` and ``unreachable`` count
    current stages. ``views`` are those of the session, or of all sessions of the union and its
    branches; None in the other dimensions.
    """

    key: str
    interests: int
    people: int
    services: int
    contacted: int
    interviewed: int
    offered: int
    hired: int
    retained_30: int
    retained_90: int
    withdrawn: int
    refused: int
    unreachable: int
    views: int | None = None
