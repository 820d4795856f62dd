"""Seekers: people who look for work, as far as a match needs to know them. No CV is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.errors import StatusConflict
from domain.identity.persons import check_name
from domain.labels import Labelled
from domain.leads.leads import SealedContact
from domain.seekers.profile import Profile, Wants

MAX_SAVED_SEARCHES = 20


class SeekerStatus(Labelled):
    """Only who is SEEKING is matched."""

    SEEKING = "SEEKING", "求职中"
    NOT_SEEKING = "NOT_SEEKING", "无求职意向"
    EMPLOYED = "EMPLOYED", "已就业"
    PAUSED = "PAUSED", "暂停求职"


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
