"""Seekers: people who look for work, as far as a match needs to know them. No CV is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.errors import InvalidInput, StatusConflict
from domain.identity.persons import check_name
from domain.labels import Labelled
from domain.leads.leads import SealedContact
from domain.postings.postings import Occupation
from domain.reference.geo import Point
from domain.reference.regions import check_place_code, check_point
from domain.seekers.groups import SeekerGroup
from domain.seekers.profile import MAX_WISHES, Wants, check_wants, wanted_match_keys

MAX_SAVED_SEARCHES = 20
MAX_EXPERIENCE_YEARS = 60


class SeekerStatus(Labelled):
    """Only who is SEEKING is matched."""

    SEEKING = "SEEKING", "求职中"
    NOT_SEEKING = "NOT_SEEKING", "无求职意向"
    EMPLOYED = "EMPLOYED", "已就业"
    PAUSED = "PAUSED", "暂停求职"


class Education(Labelled):
    """GB/T 4658, in the steps that postings ask for."""

    PRIMARY = "PRIMARY", "小学及以下"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"
    VOCATIONAL = "VOCATIONAL", "中专或技校"
    COLLEGE = "COLLEGE", "大专"
    BACHELOR = "BACHELOR", "本科"
    MASTER = "MASTER", "硕士及以上"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Who looks for work, in what matters for a match, and what they want.

    ``skills`` are occupations that were learned or done. ``home_place`` (GB/T 2260) and ``home``
    are where the person lives, as closely as they wish to say.
    """

    group: SeekerGroup
    wants: Wants = field(default_factory=Wants)
    skills: tuple[Occupation, ...] = ()
    wants_training: bool = False
    home_place: str | None = None
    home: Point | None = None
    education: Education | None = None
    experience_years: int | None = None


@dataclass(frozen=True, kw_only=True)
class ProfileConsent:
    """Consent to being matched: to which text, when, and who asked if it was given by word."""

    text_version: str
    text_sha256: str
    at: datetime
    asked_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class SavedSearch:
    """What else the person wants to be told of, under a name of their own."""

    key: str
    name: str
    wants: Wants
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Seeker:
    """A profile in the union's care.

    ``giver`` is the random id of whoever saved it; an officer's entry has none, and the campaign
    in which it was made. ``person`` stands for the phone, if one was given. ``matching`` is false
    for who refused to be matched by machine (PIPL art. 24).
    """

    id: str
    profile: Profile
    status: SeekerStatus = SeekerStatus.SEEKING
    matching: bool = True
    union_path: tuple[str, ...]
    giver: str | None = None
    person: str | None = None
    contact: SealedContact | None = None
    consent: ProfileConsent
    campaign_id: str | None = None
    entered_by: str | None = None
    searches: tuple[SavedSearch, ...] = ()
    withdrawn_at: datetime | None = None
    erased_at: datetime | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime
    synthetic: bool = False

    @property
    def is_matchable(self) -> bool:
        """Whether postings may be looked for: who seeks, agreed, and did not refuse."""
        return (
            self.status is SeekerStatus.SEEKING
            and self.matching
            and self.withdrawn_at is None
            and self.erased_at is None
        )


def check_profile(profile: Profile, at: tuple[str, ...]) -> Profile:
    """The profile with the codes of places that are in force; ``at`` is where it was given.

    :raises InvalidInput: a wish, a place or a number that cannot be.
    """
    wants = check_wants(profile.wants, (*at, "wants"))
    if len(profile.skills) > MAX_WISHES or len(set(profile.skills)) < len(profile.skills):
        raise InvalidInput(f"Name at most {MAX_WISHES} skills, each once.", field=(*at, "skills"))
    home_place = profile.home_place
    if home_place is not None:
        home_place = check_place_code(home_place, (*at, "homePlace"))
    if profile.home is not None:
        check_point(profile.home, (*at, "home"))
    years = profile.experience_years
    if years is not None and not 0 <= years <= MAX_EXPERIENCE_YEARS:
        raise InvalidInput(
            f"Give whole years, 0 to {MAX_EXPERIENCE_YEARS}.", field=(*at, "experienceYears")
        )
    return replace(profile, wants=wants, home_place=home_place)


def check_search_name(raw: str) -> str:
    """The name of a saved search, without blanks around it.

    :raises InvalidInput: empty, longer than 50 characters, or unreadable.
    """
    return check_name(raw, field=("input", "name"))


def check_matchable(seeker: Seeker) -> None:
    """Pass when postings may be looked for on behalf of the person.

    :raises StatusConflict: they do not seek, refused it, or took their consent back.
    """
    if seeker.withdrawn_at is not None:
        raise StatusConflict("The consent was taken back: save the profile anew to be matched.")
    if not seeker.matching:
        raise StatusConflict("Automatic matching is switched off: setMatching switches it on.")
    if seeker.status is not SeekerStatus.SEEKING:
        raise StatusConflict(f"The status is {seeker.status}; only who is SEEKING is matched.")


def seeker_match_keys(seeker: Seeker) -> tuple[str, ...]:
    """The keys under which new postings find the person; none while nothing is looked for."""
    if not seeker.is_matchable:
        return ()
    wanted = (seeker.profile.wants, *(search.wants for search in seeker.searches))
    return tuple(dict.fromkeys(key for wants in wanted for key in wanted_match_keys(wants)))
