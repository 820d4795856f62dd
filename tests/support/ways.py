"""Every way in: the root fields, with arguments that lead to something in a showcase, and for whom.

Somebody whom a way is not for is refused: NOT_FOUND to whom the thing that it names is hidden,
UNAUTHENTICATED to nobody and to who has no receipt, NOT_PERMITTED to all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx

from domain import cursors
from domain.leads.funnel import FunnelDimension
from domain.live.events import lead_topic, seeker_topic, session_topic
from domain.live.sessions import LiveSession
from domain.postings.postings import PostingStatus
from tests.support.crawl import document
from tests.support.operations import interest_input
from tests.support.services import gid
from tests.support.showcase import PEOPLE, Showcase
from tests.support.visibility import (
    ALL,
    ALL_HOSTS,
    ALL_OFFICERS,
    ALL_RECRUITERS,
    DIRECTORS,
    NOBODY,
    OFFICE,
    OFFICERS,
    RECORDS,
    SEEKERS,
    STAFF,
)

BELOW = frozenset({"officer below", "officer elsewhere"})


class Way(NamedTuple):
    """A root field with its arguments: who is answered, and to whom what it names is hidden."""

    root: str
    given: dict[str, Any]
    may: frozenset[str] = ALL
    hidden_from: frozenset[str] = NOBODY

    def refusal(self, caller: str) -> str | None:
        """The code that the caller is refused with, None for whoever is answered."""
        if caller in self.may:
            return None
        if caller == "nobody" or self.root == "myLeads":
            return "UNAUTHENTICATED"
        return "NOT_FOUND" if caller in self.hidden_from else "NOT_PERMITTED"


def reads(world: Showcase, receipts: Sequence[str]) -> list[Way]:
    """All queries; ``receipts`` are what the caller has in hand, of leads or forged."""
    return [*_public(world), *_of_leads(world, receipts), *_of_seekers(world), *_of_work(world)]


def _public(world: Showcase) -> list[Way]:
    session, draft = gid(world.live), gid(world.draft)
    return [
        *(Way("node", {"id": gid(getattr(world, name))}) for name in RECORDS),
        Way("me", {}),
        Way("postings", {}),
        Way("postings", {"filter": {"employerId": gid(world.employer), "search": "电工"}}),
        Way("postings", {"filter": {"near": {"placeCode": "310000"}}, "orderBy": "DISTANCE"}),
        Way("postings", {"filter": {"sessionId": session}}),
        Way("postings", {"filter": {"sessionId": draft}}),
        Way("postingSuggestions", {"prefix": "电"}),
        Way("postingSuggestions", {"prefix": "合成"}),
        Way("region", {"code": "330402"}),
        Way("regions", {}),
        Way("codeLists", {}),
        Way("codeList", {"name": "LeadStage"}),
        Way("employers", {}),
        Way("minimumWages", {"region": "330000"}),
        Way("liveSession", {"id": session}),
        Way("liveSession", {"id": draft}),
        Way("liveSessions", {}),
        Way("liveSessions", {"filter": {"mine": True}}, ALL_HOSTS),
        Way("consentText", {"postingId": gid(world.open)}),
        Way("profileConsentText", {}),
        Way("resolveCode", {"token": world.running.store.codes.token(world.code)}),
    ]


def _of_leads(world: Showcase, receipts: Sequence[str]) -> list[Way]:
    session, posting = gid(world.live), gid(world.open)
    both = {"sessionId": session, "postingId": posting}
    return [
        Way("leads", {}, STAFF),
        Way("leads", {"filter": {"mine": True}}, STAFF),
        Way("leads", {"filter": both}, STAFF),
        Way("leads", {"filter": {"assigneeId": gid(world.officer)}}, STAFF),
        *(
            Way(
                "funnel",
                {"by": by.value},
                STAFF - ALL_RECRUITERS if by is FunnelDimension.GROUP else STAFF,
            )
            for by in FunnelDimension
        ),
        *(Way("myLeads", {"receipt": each}, frozenset({"giver"})) for each in receipts),
        Way("auditTrail", {"leadId": gid(world.lead)}, OFFICERS, BELOW),
        Way("codes", {}, ALL_HOSTS | ALL_OFFICERS),
        Way("codes", {"sessionId": session}, ALL_HOSTS | ALL_OFFICERS),
        # Everybody knows of the session, so that who may not is told so.
        Way("questions", {"sessionId": session}, DIRECTORS),
        Way(
            "questions",
            {"sessionId": gid(world.draft)},
            DIRECTORS,
            BELOW | {"other host", "host in hand"},
        ),
    ]


def _of_seekers(world: Showcase) -> list[Way]:
    posting, seeker = gid(world.open), gid(world.seeker)
    campaign = gid(world.campaign)
    return [
        Way("myProfile", {}, SEEKERS),
        Way("seekers", {}, ALL_OFFICERS),
        Way("seekers", {"filter": {"campaignId": campaign}}, ALL_OFFICERS),
        Way("recommendedPostings", {}, SEEKERS),
        Way("matchExplained", {"postingId": posting}, SEEKERS),
        Way("matchExplained", {"postingId": posting, "seekerId": seeker}, OFFICERS, BELOW),
        Way("matches", {"seekerId": seeker}, OFFICERS, BELOW),
        Way("matchingSeekers", {"postingId": posting}, ALL_OFFICERS),
        Way("campaigns", {}, ALL_OFFICERS),
        Way("callList", {"campaignId": campaign}, OFFICERS, BELOW),
        Way("campaignMatches", {"campaignId": campaign}, OFFICERS, BELOW),
        Way("referrals", {}, ALL_OFFICERS | SEEKERS),
        Way(
            "referrals",
            {"filter": {"seekerId": seeker}},
            ALL_OFFICERS | {"seeker"},
            frozenset({"other seeker"}),
        ),
        Way("services", {}, ALL_OFFICERS),
        Way("services", {"unionId": gid(world.union)}, OFFICERS, BELOW),
    ]


def _of_work(world: Showcase) -> list[Way]:
    rows = {"importId": gid(world.upload)}
    others = OFFICE - {"officer"}
    unopened = [status for status in PostingStatus if status is not PostingStatus.OPEN]
    return [
        Way("reviewQueue", {}, ALL_OFFICERS),
        *(Way("postings", {"filter": {"status": status.value}}, OFFICE) for status in unopened),
        Way("webhooks", {}, OFFICE),
        Way(
            "webhookDeliveries",
            {"webhookId": gid(world.webhook)},
            OFFICERS,
            BELOW | ALL_RECRUITERS,
        ),
        Way(
            "webhookDeliveries",
            {"webhookId": gid(world.firm_webhook)},
            frozenset({"recruiter"}),
            ALL_OFFICERS | {"other recruiter"},
        ),
        Way("import", {"id": gid(world.upload)}, OFFICE),
        Way("imports", {}, OFFICE),
        Way("importRows", rows, frozenset({"officer"}), others),
    ]


def follows(world: Showcase) -> list[Way]:
    """All subscriptions, each from the beginning of its log."""
    return [
        *(_followed("sessionEvents", session, ALL - {"nobody"}) for session in world.followed),
        Way(
            "sessionEvents",
            {"sessionId": gid(world.draft)},
            DIRECTORS,
            ALL - DIRECTORS - {"nobody"},
        ),
        _followed("leadEvents", world.live, DIRECTORS),
        Way(
            "postingMatched",
            {"after": cursors.encode_seq(seeker_topic(world.seeker.id), 0)},
            SEEKERS,
        ),
    ]


def _followed(root: str, session: LiveSession, may: frozenset[str]) -> Way:
    topic = lead_topic(session.id) if root == "leadEvents" else session_topic(session.id)
    return Way(root, {"sessionId": gid(session), "after": cursors.encode_seq(topic, 0)}, may)


def resets(world: Showcase) -> list[Way]:
    """All subscriptions from the cursor of a log of somebody else."""
    elsewhere = {"after": cursors.encode_seq(session_topic(world.absent.id), 1)}
    session = {"sessionId": gid(world.live)}
    return [
        Way("sessionEvents", session | elsewhere, ALL - {"nobody"}),
        Way("leadEvents", session | elsewhere, DIRECTORS),
        Way("postingMatched", elsewhere, SEEKERS),
    ]


def acts(world: Showcase, caller: str) -> list[Way]:
    """Mutations that show what nothing else does: a contact in the clear, what one has given."""
    reason = {"reason": "电话通知面试时间"}
    looks = [
        Way("revealContact", {"input": {"leadId": gid(world.lead)} | reason}),
        Way("revealPerson", {"input": {"id": gid(world.entry)} | reason}),
        Way("revealPerson", {"input": {"id": gid(world.seeker)} | reason}),
    ]
    if caller != "giver":
        return looks
    name, phone = PEOPLE["lead"]
    again = {"name": name, "phone": phone}
    return [
        *looks,
        Way("expressInterest", {"input": interest_input(world)}),
        Way("expressInterest", {"input": interest_input(world, contact=again)}),
    ]


async def sent(
    http: httpx.AsyncClient, token: str | None, operation: str, way: Way
) -> httpx.Response:
    """The answer to the document that asks for everything behind a way."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": document(operation, way.root, way.given), "variables": way.given}
    response = await http.post("/graphql", json=body, headers=headers)
    assert response.status_code == 200, response.text
    return response
