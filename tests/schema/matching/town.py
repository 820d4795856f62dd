"""A town for tests of matching: seekers and jobs around a point that no other test uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from itertools import count
from typing import Any

import pytest

from domain.postings.postings import Intensity, Posting, PostingStatus
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.seekers.profile import Near, Wants
from domain.seekers.seekers import Seeker
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.organisations import new_credit_code
from tests.support.services import RunningServices
from tests.support.world import World, today

_places = count()


@pytest.fixture
def unused_point() -> Point:
    """A point near which no other test stores a seeker or a job."""
    return Point(latitude=31 + next(_places) / 10, longitude=85.0)


class Town:
    """Seekers and jobs around one point, stored in the database."""

    def __init__(self, world: World, running: RunningServices, centre: Point) -> None:
        self.world = world
        self.store = running.store
        self.centre = centre
        self.employers = {"": world.employer}

    async def seeker(self, **wants: Any) -> Seeker:
        near = Near(point=self.centre, kilometres=3)
        given: dict[str, Any] = {"occupations": (Occupation.CLERK,), "near": near}
        limits = Wants(**(given | wants))
        made = replace(
            self.world.seeker,
            id=records.seeker().id,
            giver=records.seeker().id,
            contact=None,
            searches=(),
            profile=replace(self.world.seeker.profile, wants=limits, skills=()),
        )
        await self.store.seekers.add([made])
        return made

    async def job(self, employer: str = "", **changes: Any) -> Posting:
        """Store a job of the world's employer, or of the town's employer with this name."""
        if employer not in self.employers:
            made = records.employer(credit_code=new_credit_code(), union_id=self.world.union.id)
            await self.store.employers.add([made])
            self.employers[employer] = made
        posting = records.posting(
            employer_id=self.employers[employer].id,
            union_id=self.world.union.id,
            status=changes.pop("status", PostingStatus.OPEN),
            terms=posting_terms(
                **{
                    "occupation": Occupation.CLERK,
                    "valid_until": today() + timedelta(days=30),
                    "point": self.centre,
                    "intensity": Intensity.LIGHT,
                    "starts_at": time(8),
                    "ends_at": time(17),
                }
                | changes
            ),
        )
        await self.store.postings.add([posting])
        return posting

    async def close(self, posting: Posting) -> None:
        closed = replace(posting, status=PostingStatus.CLOSED, version=posting.version + 1)
        assert await self.store.postings.update_if_unchanged(posting, closed)


@pytest.fixture
def town(world: World, running: RunningServices, unused_point: Point) -> Town:
    return Town(world, running, unused_point)
