"""Matching beside the requests: who is to be told of a posting that has just opened, and the
postings that suit everybody of a campaign.

One node at a time does it, under a lease that only spares the others the work. That each seeker is
told of a posting once is promised by a notice, stored in the transaction that logs the event.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from domain.live.events import PostingMatched, seeker_topic
from domain.matching.job_index import JobIndex
from domain.matching.jobs import Job, build_job
from domain.matching.matches import is_wanted_job
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.seekers.call_campaigns import CallCampaign, RunStatus
from domain.seekers.match_keys import list_job_match_keys
from domain.seekers.seekers import Seeker
from realtime.background import Leased
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.seekers.call_campaigns import CampaignMatch
from storage.store import Store

POLL_INTERVAL_SECONDS = 2.0
"""How often it is looked for postings that have opened."""
POSTINGS_PER_ROUND = 50
MAX_SEEKERS_NOTIFIED_PER_POSTING = 2_000
"""Seekers who are told of one posting, those who came last."""
SEEKERS_NOTIFIED_PER_TRANSACTION = 50
"""Seekers in one transaction; a few writes each."""
SEEKERS_PER_READ = 200
"""Seekers that are read at a time."""
SEEKERS_MATCHED_PER_WRITE = 100
"""Seekers of a campaign whose matches are stored at once."""
_LEASE_NAME = "matching"
_LEASE_DURATION = timedelta(seconds=60)

_log = structlog.get_logger(__name__)


class Matcher(Leased):
    """Looks for work now and every ``EVERY_SECONDS``; ``node`` names this process."""

    def __init__(self, store: Store, clock: Clock, *, node: str) -> None:
        super().__init__(
            store, clock, node, work=_LEASE_NAME, held=_LEASE_DURATION, every=POLL_INTERVAL_SECONDS
        )

    async def run(self) -> tuple[int, int]:
        """Do what there is to do: how many were told of a posting, and matched in a campaign.

        :raises StorageError: it could not be done; the next run goes on where this one was.
        """
        told = matched = 0
        while await self._take_lease():
            postings = await self._store.jobs.find_unnotified(
                day_in_china(self._clock()), limit=POSTINGS_PER_ROUND
            )
            told += await self._notify_seekers(postings)
            campaign = await self._store.call_campaigns.next_to_match()
            if campaign is not None:
                matched += await self._match_campaign(campaign)
            # While an import stores its rows, each look takes some of them and no more.
            if campaign is None and (
                len(postings) < POSTINGS_PER_ROUND or await self._store.imports.count_active(most=1)
            ):
                break
        return told, matched

    async def _notify_seekers(self, postings: Sequence[Posting]) -> int:
        """Tell whom each of the postings suits, who were not told before.

        Those of one occupation and place are told of together: an import brings many.
        """
        alike: dict[tuple[str, ...], list[Job]] = defaultdict(list)
        for posting in postings:
            job = build_job(posting)
            alike[tuple(list_job_match_keys(job.occupation, job.place_code))].append(job)
        told: Counter[str] = Counter()
        for keys, jobs in alike.items():
            if not await self._notify_of_jobs(jobs, keys, told):
                # Whoever has the lease now tells the others.
                return told.total()
        await self._store.jobs.mark_notified(postings)
        return told.total()

    async def _notify_of_jobs(
        self, jobs: Sequence[Job], keys: Sequence[str], told: Counter[str]
    ) -> bool:
        """Tell of jobs that have the same keys, and count whom; False when the lease is lost."""
        before = None
        while any(told[job.id] < MAX_SEEKERS_NOTIFIED_PER_POSTING for job in jobs):
            seekers = await self._store.seekers.by_reach(
                keys, before=before, limit=SEEKERS_PER_READ
            )
            for job in jobs:
                # Some milliseconds each: whoever else is served here gets a turn in between.
                await asyncio.sleep(0)
                wanting = [seeker.id for seeker in seekers if should_notify(seeker, job)]
                for start in range(0, len(wanting), SEEKERS_NOTIFIED_PER_TRANSACTION):
                    if told[job.id] < MAX_SEEKERS_NOTIFIED_PER_POSTING:
                        some = wanting[start : start + SEEKERS_NOTIFIED_PER_TRANSACTION]
                        told[job.id] += await self._notify_batch(job.id, some)
            if len(seekers) < SEEKERS_PER_READ:
                break
            if not await self._take_lease():
                return False
            before = seekers[-1].id
        return True

    async def _notify_batch(self, posting_id: str, seekers: Sequence[str]) -> int:
        at = self._clock()

        async def body(transaction: Transaction) -> int:
            untold = await self._store.match_notices.filter_unnotified(
                posting_id, seekers, transaction=transaction
            )
            if untold:
                await self._store.match_notices.add(
                    posting_id, untold, at=at, transaction=transaction
                )
            for seeker_id in untold:
                event = PostingMatched(seeker_id=seeker_id, posting_id=posting_id)
                await self._store.event_log.append(
                    seeker_topic(seeker_id), [event], at=at, transaction=transaction
                )
            return len(untold)

        return await self._store.mongo.run_transaction(body)

    async def _match_campaign(self, campaign: CallCampaign) -> int:
        """Find the postings that suit each seeker of a campaign, from where a run was left."""
        run = campaign.run
        assert run is not None  # that is what was looked for
        board = JobIndex()
        async for job in self._store.jobs.iterate_open(day_in_china(self._clock())):
            board.add(job)
        matched = 0
        while await self._take_lease():
            seekers = await self._store.seekers.by_campaign(
                campaign.id, after=run.after, limit=SEEKERS_MATCHED_PER_WRITE
            )
            found = [await self._match_seeker(board, campaign, seeker) for seeker in seekers]
            await self._store.call_campaigns.save_matches(
                [each for each in found if each is not None and each.posting_ids]
            )
            is_over = len(seekers) < SEEKERS_MATCHED_PER_WRITE
            after = replace(
                run,
                status=RunStatus.DONE if is_over else RunStatus.RUNNING,
                done=run.done + len(seekers),
                after=seekers[-1].id if seekers else run.after,
                finished_at=self._clock() if is_over else None,
            )
            if is_over:
                await self._store.call_campaigns.delete_earlier_matches(
                    campaign_id=campaign.id, before=run.requested_at
                )
            if not await self._store.call_campaigns.save_run_progress(campaign.id, run, after):
                break  # another process has taken it further
            matched += len(seekers)
            if is_over:
                break
            run = after
        return matched

    async def _match_seeker(
        self, board: JobIndex, campaign: CallCampaign, seeker: Seeker
    ) -> CampaignMatch | None:
        # Some milliseconds each: whoever else is served here gets a turn in between.
        await asyncio.sleep(0)
        if not seeker.is_matchable:
            return None
        return CampaignMatch(
            id=seeker.id,
            campaign_id=campaign.id,
            seeker_id=seeker.id,
            posting_ids=tuple(match.posting_id for match in board.find_matches(seeker.profile)),
            at=self._clock(),
        )

    async def _run_once(self) -> None:
        told, matched = await self.run()
        if told or matched:
            _log.info("matched", told=told, campaign=matched)


def should_notify(seeker: Seeker, job: Job) -> bool:
    """Whether the profile or a saved search of a seeker asks for the job."""
    if not seeker.is_matchable:
        return False
    searched = (replace(seeker.profile, wants=search.wants) for search in seeker.searches)
    return any(is_wanted_job(profile, job) for profile in (seeker.profile, *searched))
