"""The repository of call campaigns, and of the matches that a run over a campaign has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ReplaceOne

from domain.seekers.call_campaigns import CallCampaign, MatchRun, RunStatus
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, RecordCollection, Repository

_ACTIVE_RUN_STATUSES = [RunStatus.QUEUED.value, RunStatus.RUNNING.value]


@dataclass(frozen=True, kw_only=True)
class CampaignMatch:
    """The postings that suit one seeker of a campaign, best first."""

    id: str
    campaign_id: str
    seeker_id: str
    posting_ids: tuple[str, ...]
    at: datetime


class CallCampaigns(Repository[CallCampaign]):
    """Call campaigns, their match runs and matches."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "campaigns", CallCampaign)
        self._matches = RecordCollection(mongo, "campaign_matches", CampaignMatch)

    async def add(self, campaigns: Sequence[CallCampaign]) -> None:
        """Store new campaigns."""
        await self._records.insert_many(campaigns)

    async def page(self, union_id: str, wanted: PageRequest) -> Page[CallCampaign]:
        """The campaigns of a union and its branches, newest first; the key is the id."""
        return await self._records.find_page({"union_path": union_id}, NEWEST_FIRST, wanted)

    async def queue_run(self, campaign_id: str, run: MatchRun) -> CallCampaign | None:
        """Queue a match run; None while another one of the campaign is active."""
        where = {"_id": campaign_id, "run.status": {"$nin": _ACTIVE_RUN_STATUSES}}
        return await self._records.update_and_get(where, {"$set": {"run": to_document(run)}})

    async def next_to_match(self) -> CallCampaign | None:
        """The campaign whose active run was requested first."""
        return await self._records.find_one(
            {"run.status": {"$in": _ACTIVE_RUN_STATUSES}}, sort=[("run.requested_at", 1)]
        )

    async def save_run_progress(self, campaign_id: str, before: MatchRun, after: MatchRun) -> bool:
        """Store the progress of a run; False if another process has made progress meanwhile."""
        where = {
            "_id": campaign_id,
            "run.requested_at": before.requested_at,
            "run.after": before.after,
            "run.status": before.status.value,
        }
        with translate_errors():
            result = await self._records.documents.update_one(
                where, {"$set": {"run": to_document(after)}}
            )
        return result.modified_count == 1

    async def save_matches(self, matches: Sequence[CampaignMatch]) -> None:
        """Store matches; one of the same id is replaced."""
        if not matches:
            return
        with translate_errors():
            await self._matches.documents.bulk_write(
                [ReplaceOne({"_id": each.id}, to_document(each), upsert=True) for each in matches],
                ordered=False,
            )

    async def delete_earlier_matches(self, *, campaign_id: str, before: datetime) -> None:
        """Delete the matches of a campaign that were found before ``before``."""
        with translate_errors():
            await self._matches.documents.delete_many(
                {"campaign_id": campaign_id, "at": {"$lt": before}}
            )

    async def delete_matches_of_seeker(self, seeker_id: str, *, transaction: Transaction) -> None:
        """Delete the matches of one seeker."""
        with translate_errors():
            await self._matches.documents.delete_one({"_id": seeker_id}, session=transaction)

    async def matches(self, campaign_id: str, wanted: PageRequest) -> Page[CampaignMatch]:
        """The matches of a campaign, in the order of seekers; the key is the id."""
        return await self._matches.find_page({"campaign_id": campaign_id}, OLDEST_FIRST, wanted)
