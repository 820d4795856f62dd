"""Sample profiles, seekers and jobs, and hypothesis strategies for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from hypothesis import strategies as st

from domain.matching.jobs import Job, build_job
from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.reference.weekdays import Weekday
from domain.seekers.profile import LowestPay, Near, PickUp, Profile, Wants
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from domain.seekers.seeker_groups import PERSON_GROUPS, SeekerGroup
from domain.seekers.seekers import ProfileConsent, Seeker
from tests.domain.posting_terms_samples import posting_terms
from tests.support.records import posting

FIXED_NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOME = Point(latitude=45.75, longitude=126.65)
CONSENT = ProfileConsent(
    text_version=PROFILE_CONSENT_TEXT.version, text_sha256=PROFILE_CONSENT_TEXT.sha256, at=FIXED_NOW
)


def job(name: str = "job", **changes: Any) -> Job:
    """Build a day job of 6,000 yuan a month in Shanghai, with changes."""
    made = build_job(posting(id=name, employer_id=f"of {name}", terms=posting_terms()))
    exact = {"has_exact_point": changes.get("point") is not None} if "point" in changes else {}
    return replace(made, **(exact | changes))


def profile(**changes: Any) -> Profile:
    """Build the profile of a laid-off worker; other arguments are fields of ``Wants``."""
    own = {name: changes.pop(name) for name in list(changes) if name in _PROFILE_FIELDS}
    return Profile(**({"group": SeekerGroup.LAID_OFF} | own), wants=Wants(**changes))


def seeker(**changes: Any) -> Seeker:
    """Build a seeker with a saved profile, with changes."""
    values: dict[str, Any] = {
        "id": "seeker",
        "profile": profile(),
        "union_path": ("root", "union"),
        "giver": "giver",
        "consent": CONSENT,
        "created_at": FIXED_NOW,
        "updated_at": FIXED_NOW,
    }
    return Seeker(**(values | changes))


_PROFILE_FIELDS = {
    "group",
    "skills",
    "wants_training",
    "home_place",
    "home",
    "education",
    "experience_years",
}

# Few values each, so that wants and jobs often match.
occupations = st.sampled_from(
    [Occupation.WELDER, Occupation.CLERK, Occupation.GENERAL_WORKER, Occupation.SALES]
)
places = st.sampled_from(["230000", "230100", "230102", "230103", "310115"])
counties = st.sampled_from(["230102", "230103", "231002", "310115"])
points = st.builds(
    Point,
    latitude=st.sampled_from([45.7, 45.8, 46.5]),
    longitude=st.sampled_from([126.6, 126.7, 128.0]),
)
times_of_day = st.sampled_from(
    [time(2), time(6), time(8), time(9), time(16), time(17), time(22, 30)]
)
benefits = st.frozensets(
    st.sampled_from([Benefit.MEALS, Benefit.DORMITORY, Benefit.PAID_TRAINING]), max_size=3
)
jobs = st.builds(
    Job,
    id=st.uuids().map(str),
    employer_id=st.sampled_from(["a", "b", "c", "d", "e", "f"]),
    occupation=occupations,
    place_code=counties,
    point=st.none() | points,
    has_exact_point=st.booleans(),
    employment_type=st.sampled_from(EmploymentType),
    shift=st.sampled_from(Shift),
    intensity=st.sampled_from(Intensity),
    starts_at=st.none() | times_of_day,
    ends_at=st.none() | times_of_day,
    monthly_pay=st.sampled_from([0, 2000, 4000, 9000]),
    hourly_pay=st.sampled_from([0, 20, 40]),
    benefits=benefits,
    friendly_to=st.frozensets(st.sampled_from(SeekerGroup), max_size=2),
    rest=st.none() | st.sampled_from(RestDays),
    settlement=st.none() | st.sampled_from(PaySettlement),
)
pays = st.builds(
    LowestPay,
    amount=st.sampled_from([20, 3000, 5000]),
    period=st.sampled_from([PayPeriod.MONTH, PayPeriod.HOUR]),
)
wants = st.builds(
    Wants,
    occupations=st.lists(occupations, max_size=3, unique=True).map(tuple),
    places=st.lists(places, max_size=3, unique=True).map(tuple),
    near=st.none() | st.builds(Near, point=points, kilometres=st.sampled_from([1, 15, 200])),
    shifts=st.lists(st.sampled_from(Shift), max_size=3, unique=True).map(tuple),
    employment_types=st.lists(st.sampled_from(EmploymentType), max_size=3, unique=True).map(tuple),
    lowest_pay=st.none() | pays,
    heaviest=st.sampled_from(Intensity),
    starts_from=st.none() | times_of_day,
    ends_by=st.none() | times_of_day,
    no_nights=st.booleans(),
    pick_up=st.none()
    | st.builds(
        PickUp,
        by=times_of_day,
        days=st.lists(st.sampled_from(Weekday), max_size=2, unique=True).map(tuple),
    ),
    dormitory=st.booleans(),
    meals=st.booleans(),
    benefits=st.lists(st.sampled_from([Benefit.MEALS, Benefit.PAID_TRAINING]), max_size=1).map(
        tuple
    ),
    rest_days=st.lists(st.sampled_from(RestDays), max_size=2, unique=True).map(tuple),
    settlements=st.lists(st.sampled_from(PaySettlement), max_size=2, unique=True).map(tuple),
    welcoming=st.lists(st.sampled_from(SeekerGroup), max_size=2, unique=True).map(tuple),
)
easy_wants = st.builds(
    Wants,
    occupations=st.lists(occupations, max_size=3, unique=True).map(tuple),
    places=st.lists(places, max_size=3, unique=True).map(tuple),
    heaviest=st.sampled_from(Intensity),
)
profiles = st.builds(
    Profile,
    group=st.sampled_from(PERSON_GROUPS),
    wants=wants | easy_wants,
    skills=st.lists(occupations, max_size=3, unique=True).map(tuple),
    wants_training=st.booleans(),
    home_place=st.none() | places,
    home=st.none() | points,
)
