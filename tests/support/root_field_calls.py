"""Calls of every root field with arguments from a showcase, and the callers they answer.

A caller that a root field does not allow gets a refusal: NOT_FOUND if the object is hidden from the
caller, UNAUTHENTICATED without a token or a receipt, NOT_PERMITTED otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx

from domain.leads.funnel import FunnelDimension
from domain.live.log_topics import lead_topic, question_topic, seeker_topic, session_topic
from domain.live.sessions import LiveSession
from domain.postings.postings import PostingStatus
from tests.support.callers import (
    ALL_CALLERS,
    ALL_HOSTS,
    ALL_OFFICERS,
    ALL_OFFICERS_AND_RECRUITERS,
    ALL_RECRUITERS,
    DIRECTORS,
    NO_CALLERS,
    OFFICERS,
    SEEKERS,
    STAFF,
    VISITORS,
)
from tests.support.full_documents import build_full_document
from tests.support.log_cursors import cursor_at, start_cursor
from tests.support.mutation_inputs import interest_input
from tests.support.showcase import Showcase
from tests.support.showcase_records import CONTACTS
from tests.support.visibility import RECORD_READERS
from tests.support.world import gid

OTHER_OFFICERS = frozenset({"officer below", "officer elsewhere"})


class RootFieldCall(NamedTuple):
    """A root field with its arguments, and the callers that get an answer or a hidden object."""

    root: str
    variables: dict[str, Any]
    allowed: frozenset[str] = ALL_CALLERS
    hidden_from: frozenset[str] = NO_CALLERS

    def refusal(self, caller: str) -> str | None:
        """Return the code of the refusal for a caller; None if the caller gets an answer."""
        if caller in self.allowed:
            return None
        if caller == "nobody" or self.root == "myLeads":
            return "UNAUTHENTICATED"
        return "NOT_FOUND" if caller in self.hidden_from else "NOT_PERMITTED"


def query_calls(world: Showcase, receipts: Sequence[str]) -> list[RootFieldCall]:
    """Return calls of all queries; ``receipts`` are those of the caller, real or forged."""
    return [
        *_public_queries(world),
        *_lead_queries(world, receipts),
        *_seeker_queries(world),
        *_staff_queries(world),
    ]


def _public_queries(world: Showcase) -> list[RootFieldCall]:
    session, draft = gid(world.live), gid(world.draft)
    return [
        *(RootFieldCall("node", {"id": gid(getattr(world, name))}) for name in RECORD_READERS),
        RootFieldCall("me", {}),
        RootFieldCall("postings", {}),
        RootFieldCall(
            "postings", {"filter": {"employerId": gid(world.employer), "search": "电工"}}
        ),
        RootFieldCall(
            "postings", {"filter": {"near": {"placeCode": "310000"}}, "orderBy": "DISTANCE"}
        ),
        RootFieldCall("postings", {"filter": {"sessionId": session}}),
        RootFieldCall("postings", {"filter": {"sessionId": draft}}),
        RootFieldCall("postingSuggestions", {"prefix": "电"}),
        RootFieldCall("postingSuggestions", {"prefix": "合成"}),
        RootFieldCall("region", {"code": "330402"}),
        RootFieldCall("regions", {}),
        RootFieldCall("phoneProof", {}),
        RootFieldCall("serverTime", {}),
        RootFieldCall("occupation", {"code": "WELDER"}),
        RootFieldCall("occupations", {"search": "dian", "first": 5}),
        RootFieldCall("occupationOfTitle", {"title": "急招叉车工"}),
        RootFieldCall("occupationClasses", {"parent": "6-18"}),
        RootFieldCall("codeLists", {}),
        RootFieldCall("codeList", {"name": "LeadStage"}),
        RootFieldCall("employers", {}),
        RootFieldCall("minimumWages", {"region": "330000"}),
        RootFieldCall("nationalPay", {}),
        RootFieldCall("liveSession", {"id": session}),
        RootFieldCall("liveSession", {"id": draft}),
        RootFieldCall("liveSessions", {}),
        RootFieldCall("recruitmentCampaigns", {}),
        RootFieldCall("liveSessions", {"filter": {"mine": True}}, ALL_HOSTS),
        RootFieldCall("consentText", {"postingId": gid(world.open)}),
        RootFieldCall("consentTexts", {"sessionId": gid(world.live)}),
        RootFieldCall("profileConsentText", {}),
        RootFieldCall(
            "resolveCode", {"token": world.running.store.qr_codes.sign_token(world.code)}
        ),
    ]


def _lead_queries(world: Showcase, receipts: Sequence[str]) -> list[RootFieldCall]:
    session, posting = gid(world.live), gid(world.open)
    both = {"sessionId": session, "postingId": posting}
    return [
        RootFieldCall("myRoom", {"sessionId": session}, VISITORS),
        RootFieldCall("leads", {}, STAFF),
        RootFieldCall("leads", {"filter": {"mine": True}}, STAFF),
        RootFieldCall("leads", {"filter": both}, STAFF),
        RootFieldCall("leads", {"filter": {"assigneeId": gid(world.officer)}}, STAFF),
        *(
            RootFieldCall(
                "funnel",
                {"by": by.value},
                STAFF - ALL_RECRUITERS if by is FunnelDimension.GROUP else STAFF,
            )
            for by in FunnelDimension
        ),
        *(RootFieldCall("myLeads", {"receipt": each}, frozenset({"giver"})) for each in receipts),
        RootFieldCall("auditTrail", {"leadId": gid(world.lead)}, OFFICERS, OTHER_OFFICERS),
        RootFieldCall("codes", {}, ALL_HOSTS | ALL_OFFICERS),
        RootFieldCall("codes", {"sessionId": session}, ALL_HOSTS | ALL_OFFICERS),
        RootFieldCall("portraitConsentText", {}),
        # The session is public, so a refused caller gets NOT_PERMITTED.
        RootFieldCall("sessionRecording", {"sessionId": gid(world.ended)}, DIRECTORS),
        RootFieldCall("sessionRecording", {"sessionId": gid(world.interrupted)}, DIRECTORS),
        RootFieldCall("questions", {"sessionId": session}, DIRECTORS),
        RootFieldCall(
            "questions",
            {"sessionId": gid(world.draft)},
            DIRECTORS,
            OTHER_OFFICERS | {"other host", "host in hand"},
        ),
    ]


def _seeker_queries(world: Showcase) -> list[RootFieldCall]:
    posting, seeker = gid(world.open), gid(world.seeker)
    campaign = gid(world.campaign)
    return [
        RootFieldCall("myProfile", {}, SEEKERS),
        RootFieldCall("seekers", {}, ALL_OFFICERS),
        RootFieldCall("seekers", {"filter": {"campaignId": campaign}}, ALL_OFFICERS),
        RootFieldCall("recommendedPostings", {}, SEEKERS),
        RootFieldCall("matchExplained", {"postingId": posting}, SEEKERS),
        RootFieldCall(
            "matchExplained", {"postingId": posting, "seekerId": seeker}, OFFICERS, OTHER_OFFICERS
        ),
        RootFieldCall("matches", {"seekerId": seeker}, OFFICERS, OTHER_OFFICERS),
        RootFieldCall("matchingSeekers", {"postingId": posting}, ALL_OFFICERS),
        RootFieldCall("campaigns", {}, ALL_OFFICERS),
        RootFieldCall("callList", {"campaignId": campaign}, OFFICERS, OTHER_OFFICERS),
        RootFieldCall("campaignMatches", {"campaignId": campaign}, OFFICERS, OTHER_OFFICERS),
        RootFieldCall("referrals", {}, ALL_OFFICERS | SEEKERS),
        RootFieldCall(
            "referrals",
            {"filter": {"seekerId": seeker}},
            ALL_OFFICERS | {"seeker"},
            frozenset({"other seeker"}),
        ),
        RootFieldCall("services", {}, ALL_OFFICERS),
        RootFieldCall("services", {"unionId": gid(world.union)}, OFFICERS, OTHER_OFFICERS),
    ]


def _staff_queries(world: Showcase) -> list[RootFieldCall]:
    rows = {"importId": gid(world.upload)}
    others = ALL_OFFICERS_AND_RECRUITERS - {"officer"}
    unopened = [status for status in PostingStatus if status is not PostingStatus.OPEN]
    return [
        RootFieldCall("staffAccounts", {}, ALL_OFFICERS),
        RootFieldCall(
            "staffAccounts", {"employerId": gid(world.employer)}, OFFICERS, OTHER_OFFICERS
        ),
        RootFieldCall("reviewQueue", {}, ALL_OFFICERS),
        RootFieldCall("comingWages", {}, ALL_OFFICERS_AND_RECRUITERS),
        RootFieldCall("minimumWageProposals", {}, ALL_OFFICERS),
        RootFieldCall("minimumWageProposals", {"state": "VERIFIED"}, ALL_OFFICERS),
        RootFieldCall(
            "checkText", {"input": {"text": "入职交押金300元", "place": "DUTIES"}}, STAFF
        ),
        *(
            RootFieldCall(
                "postings", {"filter": {"status": status.value}}, ALL_OFFICERS_AND_RECRUITERS
            )
            for status in unopened
        ),
        RootFieldCall("webhooks", {}, ALL_OFFICERS_AND_RECRUITERS),
        RootFieldCall(
            "webhookDeliveries",
            {"webhookId": gid(world.webhook)},
            OFFICERS,
            OTHER_OFFICERS | ALL_RECRUITERS,
        ),
        RootFieldCall(
            "webhookDeliveries",
            {"webhookId": gid(world.firm_webhook)},
            frozenset({"recruiter"}),
            ALL_OFFICERS | {"other recruiter"},
        ),
        RootFieldCall("import", {"id": gid(world.upload)}, ALL_OFFICERS_AND_RECRUITERS),
        RootFieldCall("imports", {}, ALL_OFFICERS_AND_RECRUITERS),
        RootFieldCall("importRows", rows, frozenset({"officer"}), others),
    ]


def subscription_calls(world: Showcase) -> list[RootFieldCall]:
    """Return calls of all subscriptions, each from the beginning of its log."""
    return [
        *(
            _subscription_call("sessionEvents", session, ALL_CALLERS - {"nobody"})
            for session in world.followed
        ),
        RootFieldCall(
            "sessionEvents",
            {"sessionId": gid(world.draft)},
            DIRECTORS,
            ALL_CALLERS - DIRECTORS - {"nobody"},
        ),
        _subscription_call("leadEvents", world.live, DIRECTORS),
        _subscription_call("questionEvents", world.live, DIRECTORS),
        RootFieldCall("myRoomChanged", {"sessionId": gid(world.live)}, VISITORS),
        RootFieldCall(
            "postingMatched",
            {"after": start_cursor(seeker_topic(world.seeker.id))},
            SEEKERS,
        ),
    ]


def _subscription_call(root: str, session: LiveSession, may: frozenset[str]) -> RootFieldCall:
    topics = {"leadEvents": lead_topic, "questionEvents": question_topic}
    topic = topics.get(root, session_topic)(session.id)
    return RootFieldCall(root, {"sessionId": gid(session), "after": start_cursor(topic)}, may)


def reset_calls(world: Showcase) -> list[RootFieldCall]:
    """Return calls of all subscriptions with a cursor of another log."""
    elsewhere = {"after": cursor_at(session_topic(world.absent.id), 1)}
    session = {"sessionId": gid(world.live)}
    return [
        RootFieldCall("sessionEvents", session | elsewhere, ALL_CALLERS - {"nobody"}),
        RootFieldCall("leadEvents", session | elsewhere, DIRECTORS),
        RootFieldCall("questionEvents", session | elsewhere, DIRECTORS),
        RootFieldCall("postingMatched", elsewhere, SEEKERS),
    ]


def revealing_mutation_calls(world: Showcase, caller: str) -> list[RootFieldCall]:
    """Return calls of mutations that show data found nowhere else, such as a contact in clear."""
    reason = {"reason": "电话通知面试时间"}
    looks = [
        RootFieldCall("revealContact", {"input": {"leadId": gid(world.lead)} | reason}),
        RootFieldCall("revealPerson", {"input": {"id": gid(world.entry)} | reason}),
        RootFieldCall("revealPerson", {"input": {"id": gid(world.seeker)} | reason}),
    ]
    if caller != "giver":
        return looks
    name, phone = CONTACTS["lead"]
    again = {"name": name, "phone": phone}
    return [
        *looks,
        RootFieldCall("expressInterest", {"input": interest_input(world)}),
        RootFieldCall("expressInterest", {"input": interest_input(world, contact=again)}),
    ]


async def send_call(
    http: httpx.AsyncClient, token: str | None, operation: str, way: RootFieldCall
) -> httpx.Response:
    """Send the document that selects everything behind a call, and return the response."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {
        "query": build_full_document(operation, way.root, way.variables),
        "variables": way.variables,
    }
    response = await http.post("/graphql", json=body, headers=headers)
    assert response.status_code == 200, response.text
    return response
