"""Match search: the postings that suit a seeker, and the seekers that a posting suits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.matching.job_index import JobIndex
from domain.matching.jobs import Job
from domain.matching.matches import MIN_MATCHES, Match, assess_job, is_wanted_job
from domain.reference.calendar import day_in_china
from domain.seekers.match_keys import list_job_match_keys
from domain.seekers.seekers import Seeker, check_matchable
from storage.clock import Clock
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class MatchSearchLimits:
    """Bounds of one search: profiles examined, and profiles fetched by one read."""

    max_seekers_examined: int = 5_000
    seekers_per_read: int = 200


@dataclass(frozen=True, kw_only=True)
class SeekerMatches:
    """Seekers that a posting suits, newest first.

    ``stopped_at`` is the last profile examined if the search stopped at its bound, else None.
    """

    found: Sequence[tuple[Seeker, Match]]
    stopped_at: Seeker | None = None


class MatchSearch:
    """Searches jobs for a seeker and seekers for a job. It reads only."""

    def __init__(self, store: Store, clock: Clock, limits: MatchSearchLimits | None = None) -> None:
        self._store = store
        self._clock = clock
        self.limits = limits or MatchSearchLimits()

    async def find_postings(self, seeker: Seeker, most: int) -> tuple[Match, ...]:
        """Return up to ``most`` matches for a seeker, the best first.

        Jobs of the wished occupations come first. If they yield fewer than ``MIN_MATCHES``, jobs
        of all occupations are considered.

        :raises StatusConflict: The seeker may not be matched.
        """
        check_matchable(seeker)
        jobs, today = self._store.jobs, day_in_china(self._clock())
        wants = seeker.profile.wants
        wished = await jobs.find_fitting(wants, today, occupations=wants.occupations)
        matches = JobIndex(wished).find_matches(seeker.profile, most)
        if wants.occupations and len(matches) < min(MIN_MATCHES, most):
            all_fitting = await jobs.find_fitting(wants, today)
            matches = JobIndex(all_fitting).find_matches(seeker.profile, most)
        return matches

    async def find_seekers(
        self, job: Job, *, union_id: str | None, before: str | None, most: int
    ) -> SeekerMatches:
        """Return up to ``most`` seekers of a union and its branches that a job suits.

        The search starts behind the seeker with the id ``before`` and examines at most
        ``max_seekers_examined`` profiles.
        """
        keys = list_job_match_keys(job.occupation, job.place_codes)
        found: list[tuple[Seeker, Match]] = []
        per_read = self.limits.seekers_per_read
        for _ in range(self.limits.max_seekers_examined // per_read):
            seekers = await self._store.seekers.by_reach(
                keys, union_id=union_id, before=before, limit=per_read
            )
            for seeker in seekers:
                # The keys of saved searches lead here, too; only the profile itself counts.
                match = (
                    assess_job(seeker.profile, job) if is_wanted_job(seeker.profile, job) else None
                )
                if match is not None:
                    found.append((seeker, match))
            if len(found) >= most or len(seekers) < per_read:
                return SeekerMatches(found=found[:most])
            before = seekers[-1].id
        return SeekerMatches(found=found, stopped_at=seekers[-1])
