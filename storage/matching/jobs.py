"""The repository of jobs: open postings in the form that matching needs.

All are read through ``visibility_condition``. A field ``told``, which only storage knows, marks a
posting whose suitable seekers were notified; a change of the posting removes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, time
from decimal import Decimal
from math import cos, radians
from typing import Any

from pymongo import UpdateOne

from domain.labels import Labelled
from domain.matching.jobs import Job, build_job_places, convert_job_pay, county_centre
from domain.postings.pay import Pay, PayPeriod, PayRate, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Intensity, Posting, Shift
from domain.postings.work_schedule import RestDays, WorkMode
from domain.reference.geo import Point, distance_km
from domain.reference.occupations import Occupation, find_occupation
from domain.reference.regions import list_counties, significant_digits
from domain.seekers.match_keys import find_outermost_places
from domain.seekers.profile import Near, Wants
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.client import Document, Mongo, translate_errors
from storage.mongo.repository import OLDEST_FIRST, RecordCollection, unchanged_condition
from storage.mongo.terms_documents import (
    code_condition,
    occupation_condition,
    stored_codes,
    stored_occupation,
    upgraded_pay,
)
from storage.postings.posting_query import visibility_condition

MAX_FITTING_JOBS = 2_000
"""How many postings are read for one seeker, the newest."""
MAX_OPEN_JOBS = 200_000
"""How many postings are read for many seekers at once, the newest: about 100 MB."""
KM_PER_DEGREE = 111.0
"""One degree of latitude, rounded down, so that a box is never too small."""
_TERM_FIELDS = (
    "occupation",
    "occupation_code",
    "place_code",
    "point",
    "employment_type",
    "shift",
    "intensity",
    "starts_at",
    "ends_at",
    "pay",
    "hours_per_day",
    "hours_per_week",
    "benefits",
    "benefits_codes",
    "friendly_to",
    "friendly_to_codes",
    "further_places",
    "schedule.shifts",
    "schedule.rest",
    "work_mode",
)
_PROJECTION = {"employer_id": 1, **{f"terms.{name}": 1 for name in _TERM_FIELDS}}
_REMOTE: Document = {"terms.work_mode": WorkMode.REMOTE.value}
_WITH_FURTHER_PLACES: Document = {"terms.further_places.place_code": {"$gt": ""}}
_ALLOWED_INTENSITIES: dict[Intensity, tuple[Intensity, ...]] = {
    Intensity.LIGHT: (Intensity.LIGHT,),
    Intensity.MEDIUM: (Intensity.LIGHT, Intensity.MEDIUM),
}


class Jobs:
    """Open postings as jobs, and which of them still need notices."""

    def __init__(self, mongo: Mongo) -> None:
        self._postings = RecordCollection(mongo, "postings", Posting)

    async def find_fitting(
        self, wants: Wants, on: date, *, occupations: Sequence[Occupation] = ()
    ) -> list[Job]:
        """Jobs that may meet the constraints of ``wants``; those that cannot are left out.

        At most ``MAX_FITTING_JOBS``, the newest. ``occupations`` empty means all.
        """
        where = {"$and": [visibility_condition(on), *_constraint_conditions(wants, occupations)]}
        with translate_errors():
            found = self._postings.documents.find(where, _PROJECTION).sort("_id", -1)
            return [job_from_document(each) async for each in found.limit(MAX_FITTING_JOBS)]

    async def iterate_open(self, on: date) -> AsyncIterator[Job]:
        """All jobs that may be shown on that day, newest first, at most ``MAX_OPEN_JOBS``."""
        with translate_errors():
            found = self._postings.documents.find(
                visibility_condition(on), _PROJECTION, batch_size=1_000
            )
            async for document in found.sort("_id", -1).limit(MAX_OPEN_JOBS):
                yield job_from_document(document)

    async def find_unnotified(self, on: date, *, limit: int) -> list[Posting]:
        """Open postings whose suitable seekers were not notified yet, oldest first."""
        where = {"told": None, **visibility_condition(on)}
        return await self._postings.find(where, sort=OLDEST_FIRST, limit=limit)

    async def mark_notified(self, postings: Sequence[Posting]) -> None:
        """Mark postings as notified, except those that have changed since they were read."""
        if not postings:
            return
        with translate_errors():
            await self._postings.documents.bulk_write(
                [
                    UpdateOne(unchanged_condition(each), {"$set": {"told": True}})
                    for each in postings
                ],
                ordered=False,
            )


def job_from_document(document: Document) -> Job:
    """The job in a document of ``postings``; ten times as fast as by way of the record."""
    terms = document["terms"]
    pay = convert_job_pay(
        _pay(terms["pay"]), _decimal(terms["hours_per_day"]), _decimal(terms["hours_per_week"])
    )
    point = terms.get("point")
    place_code = terms["place_code"]
    return Job(
        id=document["_id"],
        employer_id=document["employer_id"],
        occupation=find_occupation(stored_occupation(terms)) or Occupation.OTHER,
        place_code=place_code,
        point=Point(**point) if point else county_centre(place_code),
        has_exact_point=point is not None,
        employment_type=_EMPLOYMENT[terms["employment_type"]],
        shift=_SHIFTS[terms["shift"]],
        intensity=_INTENSITIES[terms["intensity"]],
        starts_at=_time(terms.get("starts_at")),
        ends_at=_time(terms.get("ends_at")),
        monthly_pay=pay.monthly,
        hourly_pay=pay.hourly,
        benefits=frozenset(_BENEFITS[name] for name in stored_codes(terms, "benefits")),
        friendly_to=frozenset(_GROUPS[name] for name in stored_codes(terms, "friendly_to")),
        highest_monthly_pay=pay.highest_monthly,
        highest_hourly_pay=pay.highest_hourly,
        further_places=build_job_places(
            (place["place_code"], Point(**place["point"]) if place["point"] else None)
            for place in terms.get("further_places", ())
        ),
        further_shifts=tuple(
            (time.fromisoformat(shift["starts_at"]), time.fromisoformat(shift["ends_at"]))
            for shift in terms.get("schedule", {}).get("shifts", ())[1:]
        ),
        is_remote=terms.get("work_mode") == WorkMode.REMOTE,
        rest=_REST_DAYS.get(terms.get("schedule", {}).get("rest")),
        settlement=_SETTLEMENTS.get(terms["pay"].get("settlement")),
    )


def _constraint_conditions(wants: Wants, occupations: Sequence[Occupation]) -> list[Document]:
    conditions: list[Document] = []
    if occupations:
        conditions.append(occupation_condition(occupations))
    if wants.places:
        prefixes = [significant_digits(place) for place in find_outermost_places(wants.places)]
        ranges = [{"$gte": each.ljust(6, "0"), "$lte": each.ljust(6, "9")} for each in prefixes]
        within: list[Document] = [
            {name: codes}
            for name in ("terms.place_code", "terms.further_places.place_code")
            for codes in ranges
        ]
        conditions.append({"$or": [*within, _REMOTE]})
    if wants.heaviest in _ALLOWED_INTENSITIES:
        lighter = [each.value for each in _ALLOWED_INTENSITIES[wants.heaviest]]
        conditions.append({"terms.intensity": {"$in": lighter}})
    if wants.shifts:
        conditions.append({"terms.shift": {"$in": _values(wants.shifts)}})
    if wants.employment_types:
        conditions.append({"terms.employment_type": {"$in": _values(wants.employment_types)}})
    needed = {Benefit.DORMITORY: wants.dormitory, Benefit.MEALS: wants.meals} | dict.fromkeys(
        wants.benefits, True
    )
    conditions += [
        code_condition("benefits", benefit.value)
        for benefit, is_needed in needed.items()
        if is_needed
    ]
    if wants.rest_days:
        conditions.append({"terms.schedule.rest": {"$in": _values(wants.rest_days)}})
    if wants.settlements:
        conditions.append({"terms.pay.settlement": {"$in": _values(wants.settlements)}})
    if wants.near is not None:
        near = [_box_condition(wants.near), _county_condition(wants.near)]
        # Matching measures the distances to further places.
        conditions.append({"$or": [*near, _WITH_FURTHER_PLACES, _REMOTE]})
    return conditions


def _values(codes: Sequence[Labelled]) -> list[str]:
    return [code.value for code in codes]


def _box_condition(near: Near) -> Document:
    """A box around the circle; matching measures the exact distance."""
    north = near.kilometres / KM_PER_DEGREE
    east = north / max(0.1, cos(radians(abs(near.point.latitude) + north)))
    return {
        "terms.point.latitude": {
            "$gte": near.point.latitude - north,
            "$lte": near.point.latitude + north,
        },
        "terms.point.longitude": {
            "$gte": near.point.longitude - east,
            "$lte": near.point.longitude + east,
        },
    }


def _county_condition(near: Near) -> Document:
    """The counties whose centre is in the circle, for postings without an exact point."""
    codes = [
        county.code
        for county in list_counties()
        if distance_km(near.point, county.centre) <= near.kilometres
    ]
    return {"terms.point": None, "terms.place_code": {"$in": codes}}


_EMPLOYMENT = {each.value: each for each in EmploymentType}
_SHIFTS = {each.value: each for each in Shift}
_INTENSITIES = {each.value: each for each in Intensity}
_BENEFITS = {each.value: each for each in Benefit}
_GROUPS = {each.value: each for each in SeekerGroup}
_REST_DAYS: dict[str | None, RestDays] = {each.value: each for each in RestDays}
_SETTLEMENTS: dict[str | None, PaySettlement] = {each.value: each for each in PaySettlement}
_PERIODS = {each.value: each for each in PayPeriod}


def _pay(stored: Document) -> Pay:
    given = upgraded_pay(stored)
    guaranteed = given.get("guaranteed")
    return Pay(
        from_fen=given["from_fen"],
        to_fen=given["to_fen"],
        period=_PERIODS[given["unit"]],
        guaranteed=PayRate(fen=guaranteed["fen"], period=_PERIODS[guaranteed["period"]])
        if guaranteed
        else None,
    )


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _decimal(stored: Any) -> Decimal:
    value: Decimal = stored.to_decimal()
    return value
