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
from domain.matching.jobs import Job, job_of
from domain.matching.matching import Board, suits
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.seekers.call_campaigns import CallCampaign, RunStatus
from domain.seekers.profile import reached
from domain.seekers.seekers import Seeker
from realtime.background import Leased
from storage.clock import Clock
from storage.mongo.client import Session
from storage.seekers.call_campaigns import CampaignMatch
from storage.store import Store

EVERY_SECONDS = 2.0
"""How often it is looked for postings that have opened."""
POSTINGS_A_LOOK = 50
MOST_TOLD = 2_000
"""Seekers who are told of one posting, those who came last."""
TOLD_AT_ONCE = 50
"""Seekers in one transaction; a few writes each."""
READ = 200
"""Seekers that are read at a time."""
MATCHED_AT_ONCE = 100
"""Seekers of a campaign whose matches are stored at once."""
_LEASE = "matching"
_HELD = timedelta(seconds=60)

_log = structlog.get_logger(__name__)


class Matcher(Leased):
    """Looks for work now and every ``EVERY_SECONDS``; ``node`` names this process."""

    def __init__(self, store: Store, clock: Clock, *, node: str) -> None:
        super().__init__(store, clock, node, work=_LEASE, held=_HELD, every=EVERY_SECONDS)

    async def run(self) -> tuple[int, int]:
        """Do what there is to do: how many were told of a posting, and matched in a campaign.

        :raises StorageError: it could not be done; the next run goes on where this one was.
        """
        told = matched = 0
        while await self._take_lease():
            postings = await self._store.jobs.untold(
                day_in_china(self._clock()), limit=POSTINGS_A_LOOK
            )
            told += await self._tell(postings)
            campaign = await self._store.campaigns.under_way()
            if campaign is not None:
                matched += await self._match(campaign)
            # While an import stores its rows, each look takes some of them and no more.
            if campaign is None and (
                len(postings) < POSTINGS_A_LOOK or await self._store.imports.active(most=1)
            ):
                break
        return told, matched

    async def _tell(self, postings: Sequence[Posting]) -> int:
        """Tell whom each of the postings suits, who were not told before.

        Those of one occupation and place are told of together: an import brings many.
        """
        alike: dict[tuple[str, ...], list[Job]] = defaultdict(list)
        for posting in postings:
            job = job_of(posting)
            alike[tuple(reached(job.occupation, job.place_code))].append(job)
        told: Counter[str] = Counter()
        for keys, jobs in alike.items():
            if not await self._tell_of(jobs, keys, told):
                # Whoever has the lease now tells the others.
                return told.total()
        await self._store.jobs.mark_told(postings)
        return told.total()

    async def _tell_of(self, jobs: Sequence[Job], keys: Sequence[str], told: Counter[str]) -> bool:
        """Tell of jobs that have the same keys, and count whom; False when the lease is lost."""
        before = None
        while any(told[job.id] < MOST_TOLD for job in jobs):
            seekers = await self._store.seekers.reached(keys, before=before, limit=READ)
            for job in jobs:
                # Some milliseconds each: whoever else is served here gets a turn in between.
                await asyncio.sleep(0)
                wanting = [seeker.id for seeker in seekers if wants_to_hear(seeker, job)]
                for start in range(0, len(wanting), TOLD_AT_ONCE):
                    if told[job.id] < MOST_TOLD:
                        some = wanting[start : start + TOLD_AT_ONCE]
                        told[job.id] += await self._tell_some(job.id, some)
            if len(seekers) < READ:
                break
            if not await self._take_lease():
                return False
            before = seekers[-1].id
        return True

    async def _tell_some(self, posting_id: str, seekers: Sequence[str]) -> int:
        at = self._clock()

        async def body(session: Session) -> int:
            untold = await self._store.notices.untold(posting_id, seekers, session=session)
            if untold:
                await self._store.notices.add(posting_id, untold, at=at, session=session)
            for seeker_id in untold:
                event = PostingMatched(seeker_id=seeker_id, posting_id=posting_id)
                await self._store.log.append(
                    seeker_topic(seeker_id), [event], at=at, session=session
                )
            return len(untold)

        return await self._store.mongo.transaction(body)

    async def _match(self, campaign: CallCampaign) -> int:
        """Find the postings that suit each seeker of a campaign, from where a run was left."""
        run = campaign.run
        assert run is not None  # that is what was looked for
        board = Board()
        async for job in self._store.jobs.open(day_in_china(self._clock())):
            board.add(job)
        matched = 0
        while await self._take_lease():
            seekers = await self._store.seekers.of_campaign(
                campaign.id, after=run.after, limit=MATCHED_AT_ONCE
            )
            found = [await self._found(board, campaign, seeker) for seeker in seekers]
            await self._store.campaigns.keep(
                [each for each in found if each is not None and each.posting_ids]
            )
            is_over = len(seekers) < MATCHED_AT_ONCE
            after = replace(
                run,
                status=RunStatus.DONE if is_over else RunStatus.RUNNING,
                done=run.done + len(seekers),
                after=seekers[-1].id if seekers else run.after,
                finished_at=self._clock() if is_over else None,
            )
            if is_over:
                await self._store.campaigns.forget(campaign_id=campaign.id, before=run.requested_at)
            if not await self._store.campaigns.progress(campaign.id, run, after):
                break  # another process has taken it further
            matched += len(seekers)
            if is_over:
                break
            run = after
        return matched

    async def _found(
        self, board: Board, campaign: CallCampaign, seeker: Seeker
    ) -> CampaignMatch | None:
        # Some milliseconds each: whoever else is served here gets a turn in between.
        await asyncio.sleep(0)
        if not seeker.is_matched:
            return None
        return CampaignMatch(
            id=seeker.id,
            campaign_id=campaign.id,
            seeker_id=seeker.id,
            posting_ids=tuple(match.posting_id for match in board.matches(seeker.profile)),
            at=self._clock(),
        )

    async def _look(self) -> None:
        told, matched = await self.run()
        if told or matched:
            _log.info("matched", told=told, campaign=matched)


def wants_to_hear(seeker: Seeker, job: Job) -> bool:
    """Whether the profile or a saved search of a seeker asks for the job."""
    if not seeker.is_matched:
        return False
    searched = (replace(seeker.profile, wants=search.wants) for search in seeker.searches)
    return any(suits(profile, job) for profile in (seeker.profile, *searched))
