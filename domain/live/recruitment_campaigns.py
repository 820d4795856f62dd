"""Recruitment campaigns (专项招聘活动), to which postings and live sessions belong.

Examples are 春风行动 (migrant workers after the Spring Festival) and 金秋招聘月. The API calls them
``Campaign``; a ``CallCampaign`` is a list of people to call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.free_text import check_text
from domain.refusals import InvalidInput
from domain.screening.text_screening import check_public_text

MAX_NAME_LENGTH = 60
MAX_DAYS = 731
"""Days from the first to the last; a campaign of every year is opened again each year."""


@dataclass(frozen=True, kw_only=True)
class RecruitmentCampaign:
    """A campaign of a union and its branches, from ``starts_on`` to ``ends_on`` in China.

    ``name_en`` may be empty.
    """

    id: str
    name: str
    name_en: str = ""
    starts_on: date
    ends_on: date
    union_id: str
    union_path: tuple[str, ...]
    created_by: str
    created_at: datetime

    def is_running(self, on: date) -> bool:
        """Return whether a day lies in the campaign."""
        return self.starts_on <= on <= self.ends_on


def check_campaign(campaign: RecruitmentCampaign, *, path: tuple[str, ...] = ("input",)) -> None:
    """Check names and days: a name of at most 60 characters, and at most two years.

    :raises InvalidInput: the first value that cannot be right; ``field`` names it.
    :raises TextRefused: a name breaks a rule for public texts.
    """
    if not campaign.name:
        raise InvalidInput("Give the campaign a name.", "请填写活动名称。", field=(*path, "name"))
    for name, text in (("name", campaign.name), ("nameEn", campaign.name_en)):
        check_text(text, MAX_NAME_LENGTH, (*path, name))
        check_public_text(text, (*path, name))
    if not 0 <= (campaign.ends_on - campaign.starts_on).days < MAX_DAYS:
        raise InvalidInput(
            "Give a last day from the first day on, at most two years later.",
            "结束日期应不早于开始日期，且活动最长两年。",
            field=(*path, "endsOn"),
        )
