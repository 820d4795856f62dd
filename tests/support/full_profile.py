"""A profile of a seeker with every part filled in, for the visibility tests."""

from __future__ import annotations

from datetime import time

from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.reference.weekdays import Weekday
from domain.seekers.profile import Education, LowestPay, Near, PickUp, Profile, Wants
from domain.seekers.seeker_groups import SeekerGroup

SHANGHAI = Point(latitude=31.2, longitude=121.5)


def make_full_profile() -> Profile:
    return Profile(
        group=SeekerGroup.LAID_OFF,
        wants=Wants(
            occupations=(Occupation.ELECTRICIAN,),
            places=("310000",),
            near=Near(point=SHANGHAI, kilometres=50),
            shifts=(Shift.DAY,),
            employment_types=(EmploymentType.FULL_TIME,),
            lowest_pay=LowestPay(amount=4_000, period=PayPeriod.MONTH),
            starts_from=time(8),
            ends_by=time(18),
            pick_up=PickUp(by=time(18), days=(Weekday.MONDAY,)),
            benefits=(Benefit.HOUSING_FUND,),
            rest_days=(RestDays.ALTERNATING,),
            settlements=(PaySettlement.MONTHLY,),
            welcoming=(SeekerGroup.VETERAN,),
        ),
        skills=(Occupation.ELECTRICIAN,),
        home_place="310115",
        home=SHANGHAI,
        education=Education.VOCATIONAL,
        experience_years=8,
    )
