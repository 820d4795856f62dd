"""Seekers: people who look for work, with what matching needs to know. There is no CV."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from domain.identity.persons import check_name
from domain.labels import Labelled
from domain.leads.leads import SealedContact
from domain.refusals import StatusConflict
from domain.seekers.profile import Profile, Wants

MAX_SAVED_SEARCHES = 20


class SeekerStatus(Labelled):
    """Whether the person looks for work. Only SEEKING is matched."""

    SEEKING = "SEEKING", "求职中"
    NOT_SEEKING = "NOT_SEEKING", "无求职意向"
    EMPLOYED = "EMPLOYED", "已就业"
    PAUSED = "PAUSED", "暂停求职"


@dataclass(frozen=True, kw_only=True)
class ProfileConsent:
    """The consent to matching: text, time, and the officer who asked if given on the phone."""

    text_version: str
    text_sha256: str
    at: datetime
    asked_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class SavedSearch:
    """A named search of a seeker, who is also notified of its matches."""

    key: str
    name: str
    wants: Wants
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Seeker:
    """A person who looks for work, with profile, consent and saved searches.

    ``giver`` is the random id of the device that saved the profile. A profile that an officer
    entered has no ``giver`` but ``entered_by`` and ``campaign_id``. ``person`` is a keyed hash of
    the phone, if there is one. ``phone_proven_at`` is when the giver proved it by a code; None
    while it is only typed. ``matching`` is False if the person refused automatic matching (PIPL
    art. 24).
    """

    id: str
    profile: Profile
    status: SeekerStatus = SeekerStatus.SEEKING
    matching: bool = True
    union_path: tuple[str, ...]
    giver: str | None = None
    person: str | None = None
    contact: SealedContact | None = None
    phone_proven_at: datetime | None = None
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
    crowded: bool = False
    """Saved by one of very many new devices of one address: it is told of new jobs after others."""

    @property
    def is_matchable(self) -> bool:
        """Whether the person is SEEKING, consented, and did not refuse automatic matching."""
        return (
            self.status is SeekerStatus.SEEKING
            and self.matching
            and self.withdrawn_at is None
            and self.erased_at is None
        )


class NoticeTurn(Enum):
    """In which turn a profile is notified of a new posting: what costs most to make up is first."""

    KNOWN = 1
    """An officer entered it, or its phone is proven."""
    TYPED = 2
    """Its phone was typed, or it has none."""
    CROWDED = 3
    """It came from one of very many new devices of one address."""


def prove_phone(seeker: Seeker, person: str, *, at: datetime) -> Seeker:
    """Return the profile after its giver proved the phone with this hash.

    The same object if it has another phone or none, or if the phone was proven before.
    """
    if seeker.person != person or seeker.phone_proven_at is not None:
        return seeker
    return replace(seeker, phone_proven_at=at)


def check_search_name(raw: str) -> str:
    """Return the name of a saved search without blanks at its ends.

    :raises InvalidInput: the name is empty, has over 50 characters, or holds invisible characters.
    """
    return check_name(raw, field=("input", "name"))


def check_matchable(seeker: Seeker) -> None:
    """Check that postings may be matched for the seeker.

    :raises StatusConflict: the person withdrew consent, refused automatic matching, or is not
        SEEKING.
    """
    if seeker.withdrawn_at is not None:
        raise StatusConflict(
            "The consent was withdrawn. Save the profile again to be matched.",
            "同意已撤回，请重新保存求职信息后再匹配。",
        )
    if not seeker.matching:
        raise StatusConflict(
            "Automatic matching is switched off. Switch it on first.",
            "自动匹配已关闭，请先重新开启。",
            hint="`setMatching` switches it on.",
        )
    if seeker.status is not SeekerStatus.SEEKING:
        raise StatusConflict(
            "Only people who are looking for work are matched. Say so first.",
            f"当前状态为“{seeker.status.zh}”，只有“求职中”才能匹配。",
            hint="The status SEEKING is matched.",
        )
