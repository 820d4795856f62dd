"""Call campaigns, and what matching a whole campaign found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ReplaceOne

from domain.seekers.call_campaigns import CallCampaign, MatchRun, RunStatus
from storage.mongo.client import Document, Mongo, Session, translated
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)
OLDEST_FIRST = (("_id", 1),)
_UNDER_WAY = [RunStatus.QUEUED.value, RunStatus.RUNNING.value]


@dataclass(frozen=True, kw_only=True)
class CampaignMatch:
    """The postings that suit one seeker of a campaign, the best first."""

    id: str
    campaign_id: str
    seeker_id: str
    posting_ids: tuple[str, ...]
    at: datetime


class Campaigns:
    def __init__(self, mongo: Mongo) -> None:
        self._campaigns = mongo["campaigns"]
        self._matches = mongo["campaign_matches"]

    async def add(self, campaigns: Sequence[CallCampaign]) -> None:
        with translated():
            await self._campaigns.insert_many([to_document(each) for each in campaigns])

    async def by_ids(self, ids: Iterable[str]) -> dict[str, CallCampaign]:
        """The campaigns among ``ids`` that exist, by id."""
        with translated():
            found = self._campaigns.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(CallCampaign, document) async for document in found}

    async def page(self, union_id: str, wanted: Slice) -> Page[CallCampaign]:
        """Of the union and its branches, newest first; the key is the id."""
        with translated():
            page = await find_page(self._campaigns, {"union_path": union_id}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(CallCampaign, document))

    async def queue(self, campaign_id: str, run: MatchRun) -> CallCampaign | None:
        """Ask for the campaign to be matched; None while it is under way."""
        where = {"_id": campaign_id, "run.status": {"$nin": _UNDER_WAY}}
        with translated():
            document = await self._campaigns.find_one_and_update(
                where, {"$set": {"run": to_document(run)}}, return_document=True
            )
        return to_record(CallCampaign, document) if document else None

    async def under_way(self) -> CallCampaign | None:
        """The campaign that is to be matched next, or further."""
        with translated():
            document = await self._campaigns.find_one(
                {"run.status": {"$in": _UNDER_WAY}}, sort=[("run.requested_at", 1)]
            )
        return to_record(CallCampaign, document) if document else None

    async def progress(self, campaign_id: str, before: MatchRun, after: MatchRun) -> bool:
        """Note how far a run is; False when another process has taken it further."""
        where = {
            "_id": campaign_id,
            "run.requested_at": before.requested_at,
            "run.after": before.after,
            "run.status": before.status.value,
        }
        with translated():
            done = await self._campaigns.update_one(where, {"$set": {"run": to_document(after)}})
        return done.modified_count == 1

    async def keep(self, matches: Sequence[CampaignMatch]) -> None:
        """Store what was found, in the place of what was found before."""
        if not matches:
            return
        with translated():
            await self._matches.bulk_write(
                [ReplaceOne({"_id": each.id}, to_document(each), upsert=True) for each in matches],
                ordered=False,
            )

    async def forget(self, *, campaign_id: str, before: datetime) -> None:
        """Delete what earlier runs found of a campaign."""
        with translated():
            await self._matches.delete_many({"campaign_id": campaign_id, "at": {"$lt": before}})

    async def forget_seeker(self, seeker_id: str, *, session: Session) -> None:
        """Delete what was found for one seeker."""
        with translated():
            await self._matches.delete_one({"_id": seeker_id}, session=session)

    async def matches(self, campaign_id: str, wanted: Slice) -> Page[CampaignMatch]:
        """What was found, in the order of the seekers; the key is the id."""
        where: Document = {"campaign_id": campaign_id}
        with translated():
            page = await find_page(self._matches, where, OLDEST_FIRST, wanted)
        return page.map(lambda document: to_record(CampaignMatch, document))
