"""Call campaigns, and what matching a whole campaign found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ReplaceOne

from domain.seekers.call_campaigns import CallCampaign, MatchRun, RunStatus
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
OLDEST_FIRST = (("_id", 1),)
_ACTIVE_RUN_STATUSES = [RunStatus.QUEUED.value, RunStatus.RUNNING.value]


@dataclass(frozen=True, kw_only=True)
class CampaignMatch:
    """The postings that suit one seeker of a campaign, the best first."""

    id: str
    campaign_id: str
    seeker_id: str
    posting_ids: tuple[str, ...]
    at: datetime


class CallCampaigns:
    def __init__(self, mongo: Mongo) -> None:
        self._campaigns = mongo["campaigns"]
        self._matches = mongo["campaign_matches"]

    async def add(self, campaigns: Sequence[CallCampaign]) -> None:
        with translate_errors():
            await self._campaigns.insert_many([to_document(each) for each in campaigns])

    async def by_ids(self, ids: Iterable[str]) -> dict[str, CallCampaign]:
        """The campaigns among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._campaigns.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(CallCampaign, document) async for document in found}

    async def page(self, union_id: str, wanted: PageRequest) -> Page[CallCampaign]:
        """Of the union and its branches, newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._campaigns, {"union_path": union_id}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(CallCampaign, document))

    async def queue_run(self, campaign_id: str, run: MatchRun) -> CallCampaign | None:
        """Ask for the campaign to be matched; None while it is under way."""
        where = {"_id": campaign_id, "run.status": {"$nin": _ACTIVE_RUN_STATUSES}}
        with translate_errors():
            document = await self._campaigns.find_one_and_update(
                where, {"$set": {"run": to_document(run)}}, return_document=True
            )
        return to_record(CallCampaign, document) if document else None

    async def next_to_match(self) -> CallCampaign | None:
        """The campaign that is to be matched next, or further."""
        with translate_errors():
            document = await self._campaigns.find_one(
                {"run.status": {"$in": _ACTIVE_RUN_STATUSES}}, sort=[("run.requested_at", 1)]
            )
        return to_record(CallCampaign, document) if document else None

    async def save_run_progress(self, campaign_id: str, before: MatchRun, after: MatchRun) -> bool:
        """Note how far a run is; False when another process has taken it further."""
        where = {
            "_id": campaign_id,
            "run.requested_at": before.requested_at,
            "run.after": before.after,
            "run.status": before.status.value,
        }
        with translate_errors():
            done = await self._campaigns.update_one(where, {"$set": {"run": to_document(after)}})
        return done.modified_count == 1

    async def save_matches(self, matches: Sequence[CampaignMatch]) -> None:
        """Store what was found, in the place of what was found before."""
        if not matches:
            return
        with translate_errors():
            await self._matches.bulk_write(
                [ReplaceOne({"_id": each.id}, to_document(each), upsert=True) for each in matches],
                ordered=False,
            )

    async def delete_earlier_matches(self, *, campaign_id: str, before: datetime) -> None:
        """Delete what earlier runs found of a campaign."""
        with translate_errors():
            await self._matches.delete_many({"campaign_id": campaign_id, "at": {"$lt": before}})

    async def delete_matches_of_seeker(self, seeker_id: str, *, transaction: Transaction) -> None:
        """Delete what was found for one seeker."""
        with translate_errors():
            await self._matches.delete_one({"_id": seeker_id}, session=transaction)

    async def matches(self, campaign_id: str, wanted: PageRequest) -> Page[CampaignMatch]:
        """What was found, in the order of the seekers; the key is the id."""
        where: Document = {"campaign_id": campaign_id}
        with translate_errors():
            page = await find_page(self._matches, where, OLDEST_FIRST, wanted)
        return page.map(lambda document: to_record(CampaignMatch, document))
