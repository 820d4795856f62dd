"""The job seekers of the demo: invented people, marked as synthetic.

They are a call campaign in Heilongjiang with its answers, seekers of other regions who saved a
profile themselves, and some referrals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice

from api.demo.regions import DEMO_REGIONS
from api.demo.terms import Dice
from domain.identity.unions import Union
from domain.leads.leads import Contact
from domain.postings.pay import PayPeriod
from domain.postings.postings import Benefit, Intensity
from domain.postings.work_schedule import RestDays
from domain.reference.calendar import day_in_china
from domain.reference.occupations import Occupation
from domain.seekers.call_campaigns import Call, CallCampaign, CallEntry, CallOutcome
from domain.seekers.profile import LowestPay, PickUp, Profile, Wants
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT, make_profile_consent
from domain.seekers.referrals import (
    Referral,
    ReferralKind,
    ReferralStatus,
    ReferralStep,
    transition_referral,
)
from domain.seekers.seeker_groups import PERSON_GROUPS, SeekerGroup
from domain.seekers.seekers import Seeker

_UNION_NAME = "黑龙江省总工会"
_CALL_ENTRY_COUNT = 24
_SELF_REGISTERED_COUNT = 12
_FIRST_PHONE = 14_499_000_000
_SAMPLE_WISHES: tuple[tuple[str, Wants], ...] = (
    ("下午五点半前要接孩子", Wants(pick_up=PickUp(by=time(17, 30)))),
    ("只做轻体力活", Wants(heaviest=Intensity.LIGHT)),
    ("不上夜班", Wants(no_nights=True)),
    ("要包住", Wants(dormitory=True)),
    ("月薪三千以上", Wants(lowest_pay=LowestPay(amount=3_000, period=PayPeriod.MONTH))),
    ("最好包吃", Wants(meals=True)),
    ("要交公积金", Wants(benefits=(Benefit.HOUSING_FUND,))),
    ("周末要双休", Wants(rest_days=(RestDays.TWO_A_WEEK,))),
    ("当过兵，优先看欢迎退役军人的", Wants(welcoming=(SeekerGroup.VETERAN,))),
)
_SAMPLE_OCCUPATIONS = (
    Occupation.CLERK,
    Occupation.SALES,
    Occupation.WELDER,
    Occupation.ELECTRICIAN,
    Occupation.PASTRY_COOK,
    Occupation.SECURITY_GUARD,
)


@dataclass(frozen=True, kw_only=True)
class DemoPeople:
    """The people of the demo; each call entry comes with the contact to encrypt for it.

    The same contact is encrypted for the profile that came of the call.
    """

    campaign: CallCampaign
    call_entries: tuple[tuple[CallEntry, Contact], ...]
    seekers: tuple[Seeker, ...]
    referrals: tuple[Referral, ...]


@dataclass(frozen=True, kw_only=True)
class _PeopleContext:
    """The values that all people of the demo share."""

    officer_id: str
    at: datetime
    new_id: Callable[[], str]
    person: Callable[[str], str]
    dice: Dice


def create_demo_people(
    unions: Sequence[Union],
    *,
    officer_id: str,
    at: datetime,
    new_id: Callable[[], str],
    person: Callable[[str], str],
    seed: int = 2026,
) -> DemoPeople:
    """Return the people as of ``at`` (UTC): 24 call entries, 27 profiles and 6 referrals.

    ``person`` returns the keyed hash of a phone number.
    """
    context = _PeopleContext(
        officer_id=officer_id, at=at, new_id=new_id, person=person, dice=Dice(seed)
    )
    by_name = {union.name: union for union in unions}
    union = by_name[_UNION_NAME]
    campaign = CallCampaign(
        id=new_id(),
        title="桥通业·下岗转岗职工回访（合成）",
        union_path=union.path,
        created_by=officer_id,
        created_at=at - timedelta(days=3),
        synthetic=True,
    )
    called = tuple(
        _make_call_entry(context, campaign, number) for number in range(_CALL_ENTRY_COUNT)
    )
    seekers = [
        _make_seeker_of_entry(context, entry, number)
        for number, (entry, _) in enumerate(called)
        if entry.seeker_id is not None
    ]
    own = islice(_self_registered_seekers(context, by_name), _SELF_REGISTERED_COUNT)
    return DemoPeople(
        campaign=campaign,
        call_entries=called,
        seekers=(*seekers, *own),
        referrals=tuple(
            _make_referral(context, seeker, kind, number)
            for number, (seeker, kind) in enumerate(zip(seekers, ReferralKind, strict=False))
        ),
    )


def _make_call_entry(
    context: _PeopleContext, campaign: CallCampaign, number: int
) -> tuple[CallEntry, Contact]:
    """Return a call entry; two thirds were reached, the others not, not seeking, or not called."""
    contact = Contact(name=f"合成{number + 1:02}", phone=f"+86{_FIRST_PHONE + number}")
    outcome = {0: None, 1: CallOutcome.NO_ANSWER, 2: CallOutcome.NOT_SEEKING}.get(
        number % 9, CallOutcome.REACHED
    )
    said = _SAMPLE_WISHES[number % len(_SAMPLE_WISHES)][0]
    note = "丈夫在找工作，她在家休息" if outcome is CallOutcome.NOT_SEEKING else said
    when = context.at - timedelta(days=1, minutes=number)
    is_due = outcome in {None, CallOutcome.NO_ANSWER}
    calls = (Call(at=when, by=context.officer_id, outcome=outcome, note=note),) if outcome else ()
    entry = CallEntry(
        id=context.new_id(),
        campaign_id=campaign.id,
        union_path=campaign.union_path,
        person=context.person(contact.phone),
        contact=None,
        group=PERSON_GROUPS[number % len(PERSON_GROUPS)],
        remark=said,
        outcome=outcome,
        calls=calls,
        next_call_on=day_in_china(context.at) if is_due else None,
        seeker_id=context.new_id() if outcome is CallOutcome.REACHED else None,
        created_by=context.officer_id,
        created_at=context.at - timedelta(days=2),
        updated_at=when,
        synthetic=True,
    )
    return entry, contact


def _make_seeker_of_entry(context: _PeopleContext, entry: CallEntry, number: int) -> Seeker:
    assert entry.seeker_id is not None  # that is whom it is made for
    wants = replace(
        _SAMPLE_WISHES[number % len(_SAMPLE_WISHES)][1],
        occupations=context.dice.sample(_SAMPLE_OCCUPATIONS, 2),
        places=("230000",),
    )
    return Seeker(
        id=entry.seeker_id,
        profile=Profile(
            group=entry.group,
            wants=wants,
            skills=context.dice.sample(_SAMPLE_OCCUPATIONS, 2),
            wants_training=number % 4 == 0,
        ),
        union_path=entry.union_path,
        person=entry.person,
        consent=make_profile_consent(
            PROFILE_CONSENT_TEXT.version, at=entry.updated_at, asked_by=context.officer_id
        ),
        campaign_id=entry.campaign_id,
        entered_by=context.officer_id,
        created_at=entry.updated_at,
        updated_at=entry.updated_at,
        synthetic=True,
    )


def _self_registered_seekers(context: _PeopleContext, unions: dict[str, Union]) -> Iterator[Seeker]:
    """Yield profiles without a contact, since there is nobody to call."""
    while True:
        for region in DEMO_REGIONS:
            said = _SAMPLE_WISHES[context.dice.below(len(_SAMPLE_WISHES))][1]
            home = context.dice.pick(region.counties)
            yield Seeker(
                id=context.new_id(),
                profile=Profile(
                    group=context.dice.pick(PERSON_GROUPS),
                    wants=replace(
                        said,
                        occupations=context.dice.sample(_SAMPLE_OCCUPATIONS, 2),
                        places=(f"{home[:2]}0000",),
                    ),
                    home_place=home,
                ),
                union_path=unions[region.union].path,
                giver=context.new_id(),
                consent=make_profile_consent(
                    PROFILE_CONSENT_TEXT.version, at=context.at - timedelta(days=1)
                ),
                created_at=context.at - timedelta(days=1),
                updated_at=context.at - timedelta(days=1),
                synthetic=True,
            )


def _make_referral(
    context: _PeopleContext, seeker: Seeker, kind: ReferralKind, number: int
) -> Referral:
    """Return a referral of the kind, at a stage that depends on the number."""
    opened = context.at - timedelta(hours=20)
    referral = Referral(
        id=context.new_id(),
        seeker_id=seeker.id,
        kind=kind,
        steps=(ReferralStep(status=ReferralStatus.OPEN, at=opened, by=context.officer_id),),
        union_path=seeker.union_path,
        created_at=opened,
        updated_at=opened,
        synthetic=True,
    )
    for status in (ReferralStatus.ACCEPTED, ReferralStatus.DONE)[: number % 3]:
        referral = transition_referral(
            referral, status, "", by=context.officer_id, at=context.at - timedelta(hours=10)
        )
    return referral
