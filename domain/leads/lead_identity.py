"""Whose lead it is: what happens to the leads of one phone when its owner confirms one of them.

Several givers may have sent the same phone for one session and posting. The owner's lead becomes
CONFIRMED. The others end as SUPERSEDED: what was typed there is erased, and nobody gets it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.leads.leads import STANDING_STAGES, Lead, LeadStage
from domain.leads.personal_data import remove_person
from domain.leads.timeline import LeadChange, TimelineEntryKind, make_change
from domain.refusals import InvalidInput

_BESIDE = "giver/"
PLACES_BESIDE = _BESIDE, "giver0"
"""All values of ``place_beside`` lie between these two. "0" is the character after "/"."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CLAIMS = frozenset({LeadConfirmation.UNCONFIRMED, LeadConfirmation.LEGACY})


def check_request_id(request_id: str | None) -> None:
    """Check what a client calls a tap: 8 to 64 ASCII letters, digits, dashes and underscores.

    :raises InvalidInput: it is something else.
    """
    if request_id is not None and _REQUEST_ID.fullmatch(request_id) is None:
        raise InvalidInput(
            "This tap could not be read. Open the page again and tap once more.",
            "这次点击无法识别，请重新打开页面再点一次。",
            field=("input", "requestId"),
            hint="`requestId` has 8 to 64 letters, digits, - and _, such as a UUID.",
        )


@dataclass(frozen=True, kw_only=True)
class InterestKey:
    """What makes two interests the same: who gave it for which phone, session and posting.

    ``request_id`` names the tap, if the client gave it a name. ``is_proven`` tells that the giver
    has confirmed the phone: then the person's confirmed lead is the same interest, too.
    """

    session_id: str | None
    posting_id: str
    person: str
    giver: str
    request_id: str | None
    is_proven: bool

    def find_same(self, leads: Sequence[Lead]) -> Lead | None:
        """Return the one of ``leads`` that is the same interest, None without any.

        It has the same request, whatever became of it, or it stands.
        """
        if self.request_id is not None:
            request = self.giver, self.request_id
            for lead in leads:
                if (lead.giver, lead.request_id) == request:
                    return lead
        standing = [lead for lead in leads if self.is_of_same_phone(lead) and is_standing(lead)]
        for lead in standing:
            if self.is_proven and lead.confirmation is LeadConfirmation.CONFIRMED:
                return lead
        return next((lead for lead in standing if lead.giver == self.giver), None)

    def is_of_same_phone(self, lead: Lead) -> bool:
        """Return whether a lead is for the same session, posting and phone."""
        key = lead.session_id, lead.posting_id, lead.person
        return key == (self.session_id, self.posting_id, self.person)


def key_of(lead: Lead) -> InterestKey:
    """Return the key of a new lead."""
    assert lead.giver is not None  # every new lead has one
    return InterestKey(
        session_id=lead.session_id,
        posting_id=lead.posting_id,
        person=lead.person,
        giver=lead.giver,
        request_id=lead.request_id,
        is_proven=lead.confirmation is LeadConfirmation.CONFIRMED,
    )


def place_beside(giver: str) -> str:
    """Return the ``made_way`` of a giver's lead that stands beside the lead of another giver."""
    return f"{_BESIDE}{giver}"


def stand_beside(lead: Lead) -> Lead:
    """Return a new lead beside that of another giver who sent the same phone before.

    If its phone is proven, the lead log writer confirms it and ends the others.
    """
    assert lead.giver is not None  # every new lead has one
    return replace(
        lead,
        made_way=place_beside(lead.giver),
        confirmation=LeadConfirmation.UNCONFIRMED,
        confirmed_at=None,
        confirmed_by=None,
    )


def is_standing(lead: Lead) -> bool:
    """Return whether the interest stands; else expressing it again is a new lead."""
    return lead.stage in STANDING_STAGES


def find_own_claim(leads: Sequence[Lead], device_id: str) -> Lead | None:
    """Return the oldest standing lead of a device that can be confirmed, None without any."""
    own = [
        lead
        for lead in leads
        if lead.giver == device_id and lead.confirmation in _CLAIMS and is_standing(lead)
    ]
    return min(own, key=lambda lead: (lead.created_at, lead.id), default=None)


def confirm_claim(
    claim: Lead,
    leads: Sequence[Lead],
    method: ConfirmationMethod,
    *,
    by: str | None,
    at: datetime,
) -> list[tuple[Lead, LeadChange]]:
    """Return the changes of one person's leads when the owner of the phone confirms ``claim``.

    ``leads`` are the standing leads of the phone for one session and posting, with ``claim``. Each
    change comes with the lead as it was; changes that free the person's place come first. If the
    person has a confirmed lead already, that one stays, and the claim is superseded like the
    others. A lead from before confirmations stays if staff have worked on it.

    ``by`` is the member of staff who spoke with the person, None for a code.
    """
    confirmed = [lead for lead in leads if lead.confirmation is LeadConfirmation.CONFIRMED]
    kept = confirmed[0] if confirmed else claim
    ending = [lead for lead in leads if lead.id != kept.id and _gives_way(lead)]
    changes = [(lead, supersede_lead(lead, at=at)) for lead in ending]
    if kept is claim and claim.confirmation is not LeadConfirmation.CONFIRMED:
        staying = [lead for lead in leads if lead is not claim and lead not in ending]
        is_place_free = all(lead.made_way is not None for lead in staying)
        after = replace(
            claim,
            confirmation=LeadConfirmation.CONFIRMED,
            confirmed_at=at,
            confirmed_by=method,
            crowded=False,
            made_way=None if is_place_free else claim.made_way,
        )
        kind = TimelineEntryKind.PHONE_CONFIRMED
        changes.append((claim, make_change(after, kind, at=at, by=by, method=method)))
    return changes


def supersede_lead(lead: Lead, *, at: datetime) -> LeadChange:
    """Return the lead ended, without person and contact, because the owner confirmed another one.

    The device stays, so that a retry of its tap is known. Its receipt stands for the phone, which
    the lead no longer names, so it ends.
    """
    after = replace(
        remove_person(lead, "superseded", at=at),
        confirmation=LeadConfirmation.SUPERSEDED,
        stage=LeadStage.WITHDRAWN,
    )
    return make_change(
        after,
        TimelineEntryKind.SUPERSEDED,
        at=at,
        by=None,
        from_stage=lead.stage,
        to_stage=after.stage,
    )


def _gives_way(lead: Lead) -> bool:
    """Return whether a lead ends when the owner of the phone confirms another one."""
    if lead.confirmation is LeadConfirmation.LEGACY:
        return lead.steps == 0 and lead.stage is LeadStage.INTERESTED
    return lead.confirmation is LeadConfirmation.UNCONFIRMED
