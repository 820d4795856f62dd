"""An in-memory index of jobs by occupation and place, and the best matches for a seeker.

Results are deterministic: by score, then by id, and no employer twice while others fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from domain.matching.constraints import Constraint, active_constraints, satisfies_all
from domain.matching.jobs import Job
from domain.matching.matches import MAX_MATCHES, MIN_MATCHES, Match, assess_job
from domain.matching.scoring import score_job
from domain.reference.occupations import Occupation
from domain.reference.regions import significant_digits
from domain.seekers.match_keys import find_outermost_places
from domain.seekers.profile import Profile

MAX_CANDIDATES_PER_PLACE = 1_000
"""Jobs per occupation and place that are scored for one seeker: the first ones added."""
_REMOTE = "remote"
"""Stands for a place in the key of a job that can be done from anywhere."""


class JobIndex:
    """Jobs by occupation and place; jobs added first are considered first."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs_by_key: dict[tuple[Occupation | None, str], list[Job]] = {}
        self.size = 0
        for job in jobs:
            self.add(job)

    def add(self, job: Job) -> None:
        """Add a job, which must not be in the index yet."""
        self.size += 1
        codes = job.place_codes
        prefixes = dict.fromkeys(prefix for code in codes for prefix in (code[:2], code[:4], code))
        if job.is_remote:
            prefixes[_REMOTE] = None
        for occupation in (None, job.occupation):
            for prefix in ("", *prefixes):
                self._jobs_by_key.setdefault((occupation, prefix), []).append(job)

    def find_matches(self, profile: Profile, limit: int = MAX_MATCHES) -> tuple[Match, ...]:
        """Return the best ``limit`` matches, best first.

        Other occupations than the wanted ones are included only if fewer than ``MIN_MATCHES`` jobs
        fit. An employer comes twice only if no other employer's job is left.
        """
        constraints = active_constraints(profile.wants)
        wanted = profile.wants.occupations
        ranked = self._rank_candidates(profile, constraints, wanted or (None,))
        if wanted and len(ranked) < min(MIN_MATCHES, limit):
            ranked = self._rank_candidates(profile, constraints, (None,))
        matches = (assess_job(profile, job) for _, _, job in _pick_diverse(ranked, limit))
        return tuple(match for match in matches if match is not None)

    def _rank_candidates(
        self,
        profile: Profile,
        constraints: tuple[Constraint, ...],
        occupations: Sequence[Occupation | None],
    ) -> list[_RankedJob]:
        wants = profile.wants
        # A job with several places may be a candidate in more than one.
        candidates = {
            job.id: job
            for jobs in self._list_candidates(occupations, wants.places)
            for job in islice(
                (job for job in jobs if satisfies_all(wants, job, constraints)),
                MAX_CANDIDATES_PER_PLACE,
            )
        }
        return [(-score_job(profile, job), job.id, job) for job in candidates.values()]

    def _list_candidates(
        self, occupations: Sequence[Occupation | None], places: Sequence[str]
    ) -> Iterator[Sequence[Job]]:
        """Yield the jobs of each occupation (None: any) in each place, and the remote ones."""
        prefixes = [significant_digits(place) for place in find_outermost_places(places)]
        prefixes = [*prefixes, _REMOTE] if prefixes else [""]
        for occupation in occupations:
            for prefix in prefixes:
                yield self._jobs_by_key.get((occupation, prefix), ())


_RankedJob = tuple[int, str, Job]
"""Negative score, id, job."""


def _pick_diverse(ranked: Sequence[_RankedJob], limit: int) -> list[_RankedJob]:
    """Pick the first ``limit`` jobs by rank, one per employer while there are enough."""
    best_by_employer: dict[str, _RankedJob] = {}
    for candidate in ranked:
        employer_id = candidate[2].employer_id
        best = best_by_employer.get(employer_id)
        if best is None or _rank_key(candidate) < _rank_key(best):
            best_by_employer[employer_id] = candidate
    picked = sorted(best_by_employer.values(), key=_rank_key)[:limit]
    if len(picked) < limit:
        picked_ids = {job_id for _, job_id, _ in picked}
        rest = [candidate for candidate in ranked if candidate[1] not in picked_ids]
        picked += sorted(rest, key=_rank_key)[: limit - len(picked)]
    return sorted(picked, key=_rank_key)


def _rank_key(ranked: _RankedJob) -> tuple[int, str]:
    """Score and id; ids are unique, so jobs themselves are never compared."""
    return ranked[0], ranked[1]
