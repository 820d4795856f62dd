"""The tree of trade unions, from the national federation down to the grassroots unions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from domain.labels import Labelled
from domain.refusals import InvalidInput


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
    ``service_phone`` is the number that people call to ask, complain or withdraw; empty if the
    union has none of its own.
    """

    id: str
    name: str
    level: UnionLevel
    place_code: str
    path: tuple[str, ...]
    synthetic: bool = False
    branches_see_postings: bool = False
    service_phone: str = ""

    @property
    def parent_id(self) -> str | None:
        """The id of the union directly above, None for the root."""
        return self.path[-2] if len(self.path) > 1 else None

    def is_within(self, union_id: str) -> bool:
        """Return whether this union is ``union_id`` or one of its branches."""
        return union_id in self.path


_MAX_PHONE_CHARACTERS = 40
UNION_HOTLINE = "12351"
"""The hotline of the trade unions for workers' rights, the same number everywhere in China."""
_SERVICE_PHONE = re.compile(r"\+?[0-9](?:[ ()-]{0,2}[0-9]){4,15}")


def check_service_phone(raw: str, field: tuple[str, ...]) -> str:
    """Return the number with plain digits and without blanks at its ends; empty for none.

    :raises InvalidInput: it is not 5 to 16 digits, with blanks, dashes or brackets between them.
    """
    number = unicodedata.normalize("NFKC", raw[:_MAX_PHONE_CHARACTERS]).strip()
    if number and (len(raw) > _MAX_PHONE_CHARACTERS or not _SERVICE_PHONE.fullmatch(number)):
        raise InvalidInput(
            "Give a phone number of 5 to 16 digits, such as 0573-82345678.",
            "请填写5至16位数字的电话号码，例如0573-82345678。",
            field=field,
        )
    return number


def find_service_phone(union: Union, unions: Mapping[str, Union]) -> str:
    """Return the number of the union, of the nearest union above that has one, or the hotline.

    ``unions`` holds those of the path of ``union`` that exist, by id.
    """
    for union_id in reversed(union.path):
        above = unions.get(union_id)
        if above is not None and above.service_phone:
            return above.service_phone
    return UNION_HOTLINE
