"""Matching in the background: notifies seekers of new postings, and matches call campaigns.

One node at a time does both; the lease only spares the other nodes the work. Each seeker is
notified of a posting once: a notice is stored in the transaction that logs ``PostingMatched``.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from domain.live.events import PostingMatched
from domain.live.log_topics import seeker_topic
from domain.matching.job_index import JobIndex
from domain.matching.jobs import Job, build_job
from domain.matching.matches import is_wanted_job
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.seekers.call_campaigns import CallCampaign, RunStatus
from domain.seekers.match_keys import list_job_match_keys
from domain.seekers.seekers import NoticeTurn, Seeker
from realtime.background import Leased, Schedule
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.seekers.call_campaigns import CampaignMatch
from storage.store import Store

_SCHEDULE = Schedule(interval_seconds=2.0)
LEASE_NAME = "matching"
"""A running service renews this lease every few seconds."""
_LEASE_DURATION = timedelta(seconds=60)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class MatcherLimits:
    """Bounds and intervals of the matcher."""

    schedule: Schedule = _SCHEDULE
    """How often new postings and campaigns to match are looked for."""
    postings_per_round: int = 50
    """New postings that are read at a time."""
    max_seekers_notified_per_posting: int = 200_000
    """Seekers that are notified of one posting: all of a province. Proven phones come first, then
    the oldest profiles, and last those of very many devices of one address, so that nobody
    silences others."""
    seekers_notified_per_transaction: int = 50
    """Seekers in one transaction; a few writes each."""
    seekers_per_read: int = 200
    """Seekers that are read at a time."""
    seekers_matched_per_write: int = 100
    """Seekers of a campaign whose matches are stored together."""


class Matcher(Leased):
    """Notifies seekers and matches campaigns; ``node`` names this process."""

    def __init__(
        self, store: Store, clock: Clock, *, node: str, limits: MatcherLimits | None = None
    ) -> None:
        self._limits = limits or MatcherLimits()
        super().__init__(
            LEASE_NAME,
            self._limits.schedule,
            store,
            clock,
            node=node,
            lease_duration=_LEASE_DURATION,
        )

    async def run_once(self) -> None:
        """Notify and match, and log how many seekers."""
        notified, matched = await self.run()
        if notified or matched:
            _log.info("matched", told=notified, campaign=matched)

    async def run(self) -> tuple[int, int]:
        """Notify and match until nothing is left.

        Returns how many notifications were sent, and how many seekers of campaigns were matched.

        :raises StorageError: MongoDB does not answer; the next run continues from there.
        """
        notified = matched = 0
        while await self._take_lease():
            postings = await self._store.jobs.find_unnotified(
                day_in_china(self._clock()), limit=self._limits.postings_per_round
            )
            notified += await self._notify_seekers(postings)
            campaign = await self._store.call_campaigns.next_to_match()
            if campaign is not None:
                matched += await self._match_campaign(campaign)
            # While an import stores its rows, each run takes one round of postings only.
            if campaign is None and (
                len(postings) < self._limits.postings_per_round
                or await self._store.imports.count_active(most=1)
            ):
                break
        return notified, matched

    async def _notify_seekers(self, postings: Sequence[Posting]) -> int:
        """Notify the seekers that each posting suits, unless they were notified before.

        Postings of one occupation and place share the reads: an import brings many of them.
        """
        jobs_by_keys: dict[tuple[str, ...], list[Job]] = defaultdict(list)
        for posting in postings:
            job = build_job(posting)
            jobs_by_keys[tuple(list_job_match_keys(job.occupation, job.place_codes))].append(job)
        notified: Counter[str] = Counter()
        for keys, jobs in jobs_by_keys.items():
            if not await self._notify_of_jobs(jobs, keys, notified):
                # The node that has the lease now notifies the rest.
                return notified.total()
        await self._store.jobs.mark_notified(postings)
        return notified.total()

    async def _notify_of_jobs(
        self, jobs: Sequence[Job], keys: Sequence[str], notified: Counter[str]
    ) -> bool:
        """Notify of jobs with the same keys, and count by job; False when the lease is lost."""
        # A proof that is being stored may have an earlier time.
        known_before = self._clock() - timedelta(minutes=5)
        for turn in NoticeTurn:
            if not await self._notify_turn(jobs, keys, notified, turn, known_before):
                return False
        return True

    async def _notify_turn(
        self,
        jobs: Sequence[Job],
        keys: Sequence[str],
        notified: Counter[str],
        turn: NoticeTurn,
        known_before: datetime,
    ) -> bool:
        after = None
        while any(notified[job.id] < self._limits.max_seekers_notified_per_posting for job in jobs):
            seekers = await self._store.seekers.find_to_notify(
                keys,
                turn,
                known_before=known_before,
                after=after,
                limit=self._limits.seekers_per_read,
            )
            for job in jobs:
                # Some milliseconds for each job: other tasks get a turn in between.
                await asyncio.sleep(0)
                suited = [seeker.id for seeker in seekers if should_notify(seeker, job)]
                for start in range(0, len(suited), self._limits.seekers_notified_per_transaction):
                    if notified[job.id] < self._limits.max_seekers_notified_per_posting:
                        some = suited[start : start + self._limits.seekers_notified_per_transaction]
                        notified[job.id] += await self._notify_batch(job.id, some)
            if len(seekers) < self._limits.seekers_per_read:
                break
            if not await self._take_lease():
                return False
            after = seekers[-1].id
        return True

    async def _notify_batch(self, posting_id: str, seekers: Sequence[str]) -> int:
        at = self._clock()

        async def body(transaction: Transaction) -> int:
            fresh = await self._store.match_notices.filter_unnotified(
                posting_id, seekers, transaction=transaction
            )
            if fresh:
                await self._store.match_notices.add(
                    posting_id, fresh, at=at, transaction=transaction
                )
            for seeker_id in fresh:
                event = PostingMatched(seeker_id=seeker_id, posting_id=posting_id)
                await self._store.event_log.append(
                    seeker_topic(seeker_id), [event], at=at, transaction=transaction
                )
            return len(fresh)

        return await self._store.mongo.run_transaction(body)

    async def _match_campaign(self, campaign: CallCampaign) -> int:
        """Match the seekers of a campaign from where its run stopped; returns how many."""
        run = campaign.run
        assert run is not None  # only campaigns with a run were looked for
        index = JobIndex()
        async for job in self._store.jobs.iterate_open(day_in_china(self._clock())):
            index.add(job)
        matched = 0
        while await self._take_lease():
            seekers = await self._store.seekers.by_campaign(
                campaign.id, after=run.after, limit=self._limits.seekers_matched_per_write
            )
            matches = [await self._match_seeker(index, campaign, seeker) for seeker in seekers]
            await self._store.call_campaigns.save_matches(
                [each for each in matches if each is not None and each.posting_ids]
            )
            is_over = len(seekers) < self._limits.seekers_matched_per_write
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
                break  # another process has matched further seekers
            matched += len(seekers)
            if is_over:
                break
            run = after
        return matched

    async def _match_seeker(
        self, index: JobIndex, campaign: CallCampaign, seeker: Seeker
    ) -> CampaignMatch | None:
        # Some milliseconds for each seeker: other tasks get a turn in between.
        await asyncio.sleep(0)
        if not seeker.is_matchable:
            return None
        return CampaignMatch(
            id=seeker.id,
            campaign_id=campaign.id,
            seeker_id=seeker.id,
            posting_ids=tuple(match.posting_id for match in index.find_matches(seeker.profile)),
            at=self._clock(),
        )


def should_notify(seeker: Seeker, job: Job) -> bool:
    """Whether the job suits the profile or a saved search of a seeker who wants to be matched."""
    if not seeker.is_matchable:
        return False
    searched = (replace(seeker.profile, wants=search.wants) for search in seeker.searches)
    return any(is_wanted_job(profile, job) for profile in (seeker.profile, *searched))
