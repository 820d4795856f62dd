"""The tree of trade unions, from the national federation down to the grassroots unions."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class UnionLevel(Labelled):
    """The level of a union in the tree."""

    NATIONAL = "NATIONAL", "全国"
    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "市级"
    COUNTY = "COUNTY", "县级"
    TOWN = "TOWN", "乡镇街道"
    VILLAGE = "VILLAGE", "村社区"
    GRASSROOTS = "GRASSROOTS", "基层"
    JOINT = "JOINT", "联合工会"
    INDUSTRIAL = "INDUSTRIAL", "产业工会"


@dataclass(frozen=True, kw_only=True)
class Union:
    """A trade union. ``path`` holds the ids of its ancestors from the root, and its own id last.

    With ``branches_see_postings``, officers of its branches see the postings of this union and all
    its branches whose place of work is in the branch's own region, also before they are open.
    """

    id: str
    name: str
    level: UnionLevel
    place_code: str
    path: tuple[str, ...]
    synthetic: bool = False
    branches_see_postings: bool = False

    @property
    def parent_id(self) -> str | None:
        """The id of the union directly above, None for the root."""
        return self.path[-2] if len(self.path) > 1 else None

    def is_within(self, union_id: str) -> bool:
        """Return whether this union is ``union_id`` or one of its branches."""
        return union_id in self.path
