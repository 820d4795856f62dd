"""The funnel: how many interests came how far, by session, posting, source and so on."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class FunnelDimension(Labelled):
    """What the leads are counted by. A union counts those of its branches, too."""

    SESSION = "SESSION", "场次"
    POSTING = "POSTING", "岗位"
    SOURCE = "SOURCE", "来源"
    UNION = "UNION", "工会"
    SEGMENT = "SEGMENT", "环节"
    GROUP = "GROUP", "群体"


@dataclass(frozen=True, kw_only=True)
class FunnelRow:
    """The counts of one session, posting, source, union, segment or group, which ``key`` names.

    By segment and by group the ``key`` is empty for the leads that have none.

    ``interests`` are leads, ``people`` the persons behind them, ``services`` what staff did for
    them (changes of stage): three numbers that are never one another's stand-in. From
    ``contacted`` on a lead counts for each stage that it ever reached, whatever became of it;
    ``withdrawn``, ``refused`` and ``unreachable`` count where it stands now. ``views`` are those of
    the session, or of all sessions of the union and its branches; None where there are none to
    tell.
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
