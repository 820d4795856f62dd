"""Every refusal that a mutation names: its type, code and field; and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from schema.relay import global_id
from storage.mongo.client import new_id
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import CONSENT_TEMPLATE, session_mutation_input
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid, today

IDENTITY_CARD = "11010519491231002X"
WANTS = ("profile", "wants")
Given = dict[str, Any]


class Refused(NamedTuple):
    """A mutation by a caller with a changed input, and how it is refused."""

    name: str
    caller: str
    change: Callable[[World], Given]
    kind: str
    code: str
    field: tuple[str, ...] | None


def invalid(name: str, caller: str, change: Callable[[World], Given], *field: str) -> Refused:
    return Refused(name, caller, change, "InvalidInput", "INVALID_INPUT", ("input", *field))


def wrong_id(name: str, caller: str, change: Callable[[World], Given], *field: str) -> Refused:
    return Refused(name, caller, change, "InvalidInput", "INVALID_ID", ("input", *field))


def unknown(kind: str) -> str:
    return global_id(kind, new_id())


def setting(**values: Any) -> Callable[[World], Given]:
    """These fields with these values, or with what they give for the world."""

    def change(world: World) -> Given:
        return {name: it(world) if callable(it) else it for name, it in values.items()}

    return change


def contact(**values: Any) -> Callable[[World], Given]:
    return lambda world: {"contact": {"name": "王小明", "phone": world.next_phone()} | values}


def wants(**values: Any) -> Callable[[World], Given]:
    return lambda _: {"profile": {"group": "LAID_OFF", "wants": values}}


def host(**values: Any) -> Callable[[World], Given]:
    return lambda _: {"host": {"name": "王师傅", "honour": "CITY_CRAFTSMAN"} | values}


TEXTS = {
    "of control characters": "a\x07b",
    "of an identity card": f"身份证 {IDENTITY_CARD}",
}

REFUSED: dict[str, Refused] = {
    # Questions
    "question, nothing": invalid("askQuestion", "viewer", setting(body=" \n"), "body"),
    "question, long": invalid("askQuestion", "viewer", setting(body="长" * 201), "body"),
    "question, of a phone": invalid(
        "askQuestion", "viewer", setting(body="打我电话１３８ ００１３８０００"), "body"
    ),
    "question, unknown session": Refused(
        "askQuestion",
        "viewer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "question, not on air": Refused(
        "askQuestion",
        "viewer",
        setting(sessionId=lambda world: gid(world.scheduled)),
        "SessionNotLive",
        "SESSION_NOT_LIVE",
        None,
    ),
    "question, unknown posting": Refused(
        "askQuestion",
        "viewer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "question, posting elsewhere": Refused(
        "askQuestion",
        "viewer",
        setting(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "question, posting held": Refused(
        "askQuestion",
        "viewer",
        setting(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "publish, unknown question": Refused(
        "publishQuestion",
        "officer",
        setting(questionId=lambda _: unknown("Question")),
        "NotFound",
        "NOT_FOUND",
        ("input", "questionId"),
    ),
    "answer, nothing": invalid("answerQuestion", "host", setting(answer="  "), "answer"),
    "answer, long": invalid("answerQuestion", "host", setting(answer="长" * 501), "answer"),
    **{
        f"question, {what}": invalid("askQuestion", "viewer", setting(body=text), "body")
        for what, text in TEXTS.items()
    },
    **{
        f"answer, {what}": invalid("answerQuestion", "host", setting(answer=text), "answer")
        for what, text in TEXTS.items()
    },
    # Accounts
    "sign in, wrong password": Refused(
        "signIn", "nobody", setting(password="wrong"), "SignInFailed", "SIGN_IN_FAILED", None
    ),
    "sign in, unknown name": Refused(
        "signIn", "nobody", setting(username="nobody"), "SignInFailed", "SIGN_IN_FAILED", None
    ),
    "refresh, garbage": Refused(
        "refreshSignIn",
        "nobody",
        setting(refreshToken="x"),
        "Unauthenticated",
        "UNAUTHENTICATED",
        None,
    ),
    "refresh, an access token": Refused(
        "refreshSignIn",
        "nobody",
        setting(refreshToken=lambda world: world.token(world.host)),
        "Unauthenticated",
        "UNAUTHENTICATED",
        None,
    ),
    # Employers
    "employer, no name": invalid("createEmployer", "officer", setting(name="  "), "name"),
    "employer, long name": invalid("createEmployer", "officer", setting(name="长" * 121), "name"),
    "employer, long text": invalid(
        "createEmployer", "officer", setting(description="长" * 2001), "description"
    ),
    "employer, wrong code": invalid(
        "createEmployer", "officer", setting(creditCode="91330402MA00000000"), "creditCode"
    ),
    "employer, wrong place": invalid(
        "createEmployer", "officer", setting(placeCode="990000"), "placeCode"
    ),
    "employer, known code": Refused(
        "createEmployer",
        "officer",
        setting(creditCode=lambda world: world.employer.credit_code),
        "AlreadyExists",
        "ALREADY_EXISTS",
        ("input", "creditCode"),
    ),
    # Postings
    "posting, unknown employer": Refused(
        "submitPosting",
        "officer",
        setting(employerId=lambda _: unknown("Employer")),
        "NotFound",
        "NOT_FOUND",
        ("input", "employerId"),
    ),
    "posting, long title": invalid("submitPosting", "officer", setting(title="长" * 121), "title"),
    "posting, much pay": invalid(
        "submitPosting",
        "officer",
        setting(pay={"amount": 1_000_001, "period": "MONTH"}),
        "pay",
        "amount",
    ),
    "posting, long hours": invalid(
        "submitPosting", "officer", setting(hoursPerDay=25), "hoursPerDay"
    ),
    "posting, no hours": invalid(
        "submitPosting", "officer", setting(hoursPerWeek=0), "hoursPerWeek"
    ),
    "posting, wrong place": invalid(
        "submitPosting", "officer", setting(placeCode="1"), "placeCode"
    ),
    "posting, insurance twice": invalid(
        "submitPosting", "officer", setting(insurance=["PENSION", "PENSION"]), "insurance"
    ),
    "posting, open too long": invalid(
        "submitPosting",
        "officer",
        setting(validUntil=lambda _: (today() + timedelta(days=400)).isoformat()),
        "validUntil",
    ),
    "review, no reason": invalid("reviewPosting", "officer", setting(reason=" "), "reason"),
    "review, long reason": invalid(
        "reviewPosting", "officer", setting(reason="长" * 501), "reason"
    ),
    "review, of terms that were not seen": Refused(
        "reviewPosting",
        "officer",
        setting(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "change, of terms that were not seen": Refused(
        "changePosting",
        "recruiter",
        setting(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "change, long title": invalid("changePosting", "officer", setting(title="长" * 121), "title"),
    "change, unknown posting": Refused(
        "changePosting",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "report, unknown posting": Refused(
        "reportPosting",
        "viewer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "report, held posting": Refused(
        "reportPosting",
        "viewer",
        setting(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "report, OTHER without a word": invalid(
        "reportPosting", "viewer", setting(reason="OTHER"), "body"
    ),
    "report, somebody's phone": invalid(
        "reportPosting", "viewer", setting(body="打13800138000要钱"), "body"
    ),
    "report, long text": invalid("reportPosting", "viewer", setting(body="长" * 501), "body"),
    "report, id of an employer": wrong_id(
        "reportPosting", "viewer", setting(postingId=lambda world: gid(world.employer)), "postingId"
    ),
    "resolve, no reason": invalid("resolveReport", "officer", setting(reason=" "), "reason"),
    "resolve, long reason": invalid(
        "resolveReport", "officer", setting(reason="长" * 501), "reason"
    ),
    "resolve, unknown report": Refused(
        "resolveReport",
        "officer",
        setting(reportId=lambda _: unknown("Report")),
        "NotFound",
        "NOT_FOUND",
        ("input", "reportId"),
    ),
    "wage, no region": invalid("addMinimumWage", "officer above", setting(region="99"), "region"),
    "wage, no tier": invalid("addMinimumWage", "officer above", setting(tier=0), "tier"),
    "wage, too much": invalid(
        "addMinimumWage", "officer above", setting(monthly=100_001), "monthly"
    ),
    "wage, tenths of a fen": invalid(
        "addMinimumWage", "officer above", setting(hourly=25.001), "hourly"
    ),
    "wage, no figure": invalid(
        "addMinimumWage", "officer above", setting(monthly=None, hourly=None), "monthly"
    ),
    "wage, long ago": invalid(
        "addMinimumWage", "officer above", setting(effectiveFrom="1999-12-31"), "effectiveFrom"
    ),
    "wage, no address": invalid(
        "addMinimumWage", "officer above", setting(sourceUrl="zj.gov.cn"), "sourceUrl"
    ),
    "wage, another province": Refused(
        "addMinimumWage",
        "officer above",
        setting(region="310000"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "wage to verify, unknown": Refused(
        "verifyMinimumWage",
        "officer above",
        setting(minimumWageId=lambda _: unknown("MinimumWage")),
        "NotFound",
        "NOT_FOUND",
        ("input", "minimumWageId"),
    ),
    "wage to verify, without its notice": invalid(
        "verifyMinimumWage",
        "officer above",
        setting(minimumWageId=lambda _: global_id("MinimumWage", "seed3300001")),
        "minimumWageId",
    ),
    "announce, a phrase that is refused": Refused(
        "announce",
        "host",
        setting(body="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "body"),
    ),
    "announce, a phrase for a person": Refused(
        "announce",
        "host",
        setting(body="35岁以下优先"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "body"),
    ),
    "schedule, a phrase in the title": Refused(
        "scheduleSession",
        "host",
        setting(title="月入过万专场"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "title"),
    ),
    "employer, a phrase in the description": Refused(
        "createEmployer",
        "officer",
        setting(description="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "description"),
    ),
    "segment, a phrase in its title": Refused(
        "setSegment",
        "host",
        setting(title="月入过万"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "title"),
    ),
    "answer, a phrase": Refused(
        "answerQuestion",
        "host",
        setting(answer="限男性"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "answer"),
    ),
    "verify, unknown employer": Refused(
        "verifyEmployer",
        "officer",
        setting(employerId=lambda _: unknown("Employer")),
        "NotFound",
        "NOT_FOUND",
        ("input", "employerId"),
    ),
    "verify, id of a posting": wrong_id(
        "verifyEmployer", "officer", setting(employerId=lambda world: gid(world.open)), "employerId"
    ),
    "verify, long note": invalid("verifyEmployer", "officer", setting(note="长" * 501), "note"),
    "verify, note with an identity card": invalid(
        "verifyEmployer", "officer", setting(note=f"经办人 {IDENTITY_CARD}"), "note"
    ),
    "close, a refused posting": Refused(
        "closePosting",
        "officer",
        setting(postingId=lambda world: gid(world.refused)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "close, unknown posting": Refused(
        "closePosting",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "review, unknown posting": Refused(
        "reviewPosting",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "review, a posting that was decided": Refused(
        "reviewPosting",
        "officer",
        setting(postingId=lambda world: gid(world.refused)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    # Sessions
    "schedule, no title": invalid("scheduleSession", "host", setting(title=""), "title"),
    "schedule, long title": invalid("scheduleSession", "host", setting(title="长" * 121), "title"),
    "schedule, time without zone": invalid(
        "scheduleSession", "host", setting(startsAt="2026-11-23T19:00:00"), "startsAt"
    ),
    "schedule, in the first year": invalid(
        "scheduleSession", "host", setting(startsAt="0001-01-01T00:00:00+14:00"), "startsAt"
    ),
    "schedule, in the last year": invalid(
        "scheduleSession", "host", setting(startsAt="9999-12-31T23:59:59-12:00"), "startsAt"
    ),
    "schedule, no postings": invalid(
        "scheduleSession", "host", setting(postingIds=[]), "postingIds"
    ),
    "schedule, too many postings": invalid(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world: [gid(world.open)] * 3_001),
        "postingIds",
    ),
    "schedule, a posting twice": invalid(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world: [gid(world.open)] * 2),
        "postingIds",
    ),
    "schedule, model worker without honour": invalid(
        "scheduleSession", "host", host(honour=None), "host", "honour"
    ),
    "schedule, host without name": invalid(
        "scheduleSession", "host", host(name=""), "host", "name"
    ),
    "schedule, unknown union": Refused(
        "scheduleSession",
        "host",
        setting(unionId=lambda _: unknown("Union")),
        "NotFound",
        "NOT_FOUND",
        ("input", "unionId"),
    ),
    "schedule, union above": Refused(
        "scheduleSession",
        "host",
        setting(unionId=lambda world: gid(world.province)),
        "NotPermitted",
        "NOT_PERMITTED",
        ("input", "unionId"),
    ),
    "schedule, unknown posting": Refused(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world: [gid(world.open), unknown("Posting")]),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingIds", "1"),
    ),
    "announce, nothing": invalid("announce", "host", setting(body=" \n"), "body"),
    "announce, too much": invalid("announce", "host", setting(body="长" * 501), "body"),
    "segment, long title": invalid("setSegment", "host", setting(title="长" * 61), "title"),
    # Codes
    "code, no label": invalid("createCode", "host", setting(label=" "), "label"),
    "code, long label": invalid("createCode", "host", setting(label="长" * 61), "label"),
    "code, long place": invalid("createCode", "host", setting(place="长" * 61), "place"),
    "code, of nothing": invalid("createCode", "officer", setting(sessionId=None), "sessionId"),
    "code, of a posting without session": invalid(
        "createCode",
        "officer",
        setting(sessionId=None, postingId=lambda world: gid(world.open)),
        "sessionId",
    ),
    "code, of a host without session": Refused(
        "createCode",
        "host",
        setting(sessionId=None, place="东门"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "code, unknown session": Refused(
        "createCode",
        "officer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "code, unknown posting": Refused(
        "createCode",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "code, a posting that is not open": Refused(
        "createCode",
        "host",
        setting(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingId"),
    ),
    "code, a posting of no session": Refused(
        "createCode",
        "host",
        setting(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "code, a poster of another union's posting": Refused(
        "createCode",
        "officer elsewhere",
        setting(sessionId=None, place="东门", postingId=lambda world: gid(world.open)),
        "NotPermitted",
        "NOT_PERMITTED",
        ("input", "postingId"),
    ),
    # Leads
    "interest, no session but not from the board": invalid(
        "expressInterest", "viewer", setting(sessionId=None), "sessionId"
    ),
    "interest, from the board in a session": invalid(
        "expressInterest", "viewer", setting(source="BOARD"), "sessionId"
    ),
    "interest, from the replay of a live session": invalid(
        "expressInterest", "viewer", setting(source="REPLAY"), "source"
    ),
    "interest, scanned without a code": invalid(
        "expressInterest", "viewer", setting(source="SESSION_QR"), "code"
    ),
    "interest, a code that was made up": Refused(
        "expressInterest",
        "viewer",
        setting(source="SESSION_QR", code="A" * 32),
        "CodeInvalid",
        "CODE_INVALID",
        ("input", "code"),
    ),
    "interest, a code that was never stored": Refused(
        "expressInterest",
        "viewer",
        setting(code=lambda world: world.running.store.qr_codes.sign_token(records.code())),
        "CodeInvalid",
        "CODE_INVALID",
        ("input", "code"),
    ),
    "interest, no phone": Refused(
        "expressInterest",
        "viewer",
        contact(phone="12345"),
        "PhoneInvalid",
        "PHONE_INVALID",
        ("input", "contact", "phone"),
    ),
    "interest, no name": invalid("expressInterest", "viewer", contact(name=" "), "contact", "name"),
    "interest, no consent": Refused(
        "expressInterest",
        "viewer",
        setting(consent=None),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "interest, consent to another text": Refused(
        "expressInterest",
        "viewer",
        setting(consent={"textVersion": "0"}),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "interest, unknown session": Refused(
        "expressInterest",
        "viewer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "interest, unknown posting": Refused(
        "expressInterest",
        "viewer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "interest, a posting of no session": Refused(
        "expressInterest",
        "viewer",
        setting(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "reveal, unknown lead": Refused(
        "revealContact",
        "officer",
        setting(leadId=lambda _: unknown("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "reveal, no reason": invalid("revealContact", "officer", setting(reason=" 面试 "), "reason"),
    "reveal, long reason": invalid(
        "revealContact", "officer", setting(reason="长" * 201), "reason"
    ),
    "reveal, a phone for a reason": invalid(
        "revealContact", "officer", setting(reason="回拨 +86 138-0013 8000"), "reason"
    ),
    "publish, a short text": invalid(
        "publishConsentText", "officer above", setting(template="{employer}{posting}"), "template"
    ),
    "publish, a long text": invalid(
        "publishConsentText",
        "officer above",
        setting(template="{employer}{posting}" + "长" * 5_000),
        "template",
    ),
    "publish, without the employer": invalid(
        "publishConsentText",
        "officer above",
        setting(template=CONSENT_TEMPLATE.replace("{employer}", "")),
        "template",
    ),
    "publish, other braces": invalid(
        "publishConsentText",
        "officer above",
        setting(template=CONSENT_TEMPLATE + "{employer.__class__}"),
        "template",
    ),
    "publish, in the past": invalid(
        "publishConsentText",
        "officer above",
        setting(validFrom="2026-01-01T00:00:00Z"),
        "validFrom",
    ),
    "publish, far ahead": invalid(
        "publishConsentText",
        "officer above",
        setting(validFrom="2099-01-01T00:00:00Z"),
        "validFrom",
    ),
    "publish, without a zone": invalid(
        "publishConsentText",
        "officer above",
        setting(validFrom="2099-01-01T00:00:00"),
        "validFrom",
    ),
    "withdraw, a lead of somebody else": Refused(
        "withdrawConsent",
        "viewer",
        setting(receipt=lambda world: world.lead_receipt(world.new_lead("王", "+8613800138000"))),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "correct, no name": invalid("correctMyContact", "viewer", setting(name=" "), "name"),
    "export, a cursor of another list": Refused(
        "exportMyData",
        "viewer",
        setting(after="bm90OmFuOmlk"),
        "InvalidInput",
        "BAD_CURSOR",
        None,
    ),
    # Seekers
    "profile, without consent": Refused(
        "saveProfile",
        "viewer",
        setting(consent=None),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "profile, six wishes": invalid(
        "saveProfile",
        "viewer",
        wants(
            occupations=[
                "ELECTRICIAN",
                "WELDER",
                "CRANE_OPERATOR",
                "NETWORK_PROGRAMMER",
                "CHILDCARE_WORKER",
                "ECOMMERCE_STREAMER",
            ]
        ),
        *WANTS,
        "occupations",
    ),
    "profile, a wish twice": invalid(
        "saveProfile", "viewer", wants(occupations=["SALES", "SALES"]), *WANTS, "occupations"
    ),
    "profile, no such place": invalid(
        "saveProfile", "viewer", wants(places=["999999"]), *WANTS, "places"
    ),
    "status, by an officer who names nobody": invalid(
        "setSeekerStatus", "officer", setting(seekerId=None), "seekerId"
    ),
    "search, no name": invalid("saveSearch", "seeker", setting(name=" "), "name"),
    "erase, no reason": invalid("eraseSeeker", "officer", setting(reason=" "), "reason"),
    "person, a short reason": invalid("revealPerson", "officer", setting(reason="x"), "reason"),
    "campaign, no title": invalid("createCampaign", "officer", setting(title=" "), "title"),
    "call, back on no day": invalid(
        "recordCall", "officer", setting(outcome="CALL_BACK"), "nextCallOn"
    ),
    "call, on a day after the last word": invalid(
        "recordCall",
        "officer",
        setting(outcome="DO_NOT_CALL", nextCallOn=lambda _: today().isoformat()),
        "nextCallOn",
    ),
    "profile by word, asked long ago": invalid(
        "saveProfileFor",
        "officer",
        setting(consent={"textVersion": "1", "askedAt": "2026-01-01T00:00:00Z"}),
        "consent",
        "askedAt",
    ),
    "referral, done before it is accepted": Refused(
        "advanceReferral",
        "officer",
        setting(status="DONE"),
        "StatusConflict",
        "STATUS_CONFLICT",
        None,
    ),
    "advance, unknown lead": Refused(
        "advanceLead",
        "host",
        setting(leadId=lambda _: unknown("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "advance, a step left out": Refused(
        "advanceLead",
        "host",
        setting(stage="HIRED"),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance, another version": Refused(
        "advanceLead",
        "host",
        setting(expectedVersion=2),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance, refused without reason": invalid(
        "advanceLead", "host", setting(stage="REFUSED"), "reason"
    ),
    "advance, a reason for nothing": invalid(
        "advanceLead", "host", setting(reason="OTHER"), "reason"
    ),
}

for (name, field), kind in {
    ("setMatching", "seekerId"): "Seeker",
    ("setSeekerStatus", "seekerId"): "Seeker",
    ("eraseSeeker", "seekerId"): "Seeker",
    ("openReferral", "seekerId"): "Seeker",
    ("advanceReferral", "referralId"): "Referral",
    ("importCallList", "campaignId"): "CallCampaign",
    ("matchCampaign", "campaignId"): "CallCampaign",
    ("recordCall", "entryId"): "CallEntry",
    ("saveProfileFor", "entryId"): "CallEntry",
}.items():
    REFUSED[f"{name}, unknown {kind}"] = Refused(
        name,
        "officer",
        setting(**{field: lambda _, kind=kind: unknown(kind)}),
        "NotFound",
        "NOT_FOUND",
        ("input", field),
    )

for name, caller in (("assignLead", "officer"), ("noteLead", "host"), ("confirmHire", "officer")):
    REFUSED[f"{name}, unknown lead"] = Refused(
        name,
        caller,
        setting(leadId=lambda _: unknown("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    )
for whom, caller, account in (
    ("nobody", "officer", lambda _: unknown("Account")),
    ("an officer above", "officer", lambda world: gid(world.upper_officer)),
    ("an officer elsewhere", "officer", lambda world: gid(world.other_officer)),
    ("a rival", "officer", lambda world: gid(world.other_recruiter)),
    ("the union by the employer", "recruiter", lambda world: gid(world.officer)),
):
    REFUSED[f"assign, to {whom}"] = Refused(
        "assignLead",
        caller,
        setting(accountId=account),
        "NotFound",
        "NOT_FOUND",
        ("input", "accountId"),
    )
REFUSED |= {
    "note, nothing": invalid("noteLead", "host", setting(body=" \n"), "body"),
    "note, too much": invalid("noteLead", "host", setting(body="长" * 501), "body"),
    "note, a phone": invalid("noteLead", "host", setting(body="打 138-0013-8000"), "body"),
    "note, a day of the past": invalid(
        "noteLead",
        "host",
        setting(nextActionOn=lambda _: (today() - timedelta(days=1)).isoformat()),
        "nextActionOn",
    ),
    "confirm, before an offer": Refused(
        "confirmHire",
        "officer",
        setting(leadId=lambda world: gid(world.lead)),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance several, none": invalid("advanceLeads", "host", setting(leadIds=[]), "leadIds"),
    "advance several, too many": invalid(
        "advanceLeads",
        "host",
        setting(leadIds=lambda _: [unknown("Lead") for _ in range(101)]),
        "leadIds",
    ),
    "advance several, one twice": invalid(
        "advanceLeads", "host", setting(leadIds=lambda world: [gid(world.lead)] * 2), "leadIds"
    ),
}

for what, text in TEXTS.items():
    for name, caller, changed in (
        ("createEmployer", "officer", "name"),
        ("createEmployer", "officer", "description"),
        ("submitPosting", "recruiter", "title"),
        ("submitPosting", "recruiter", "duties"),
        ("submitPosting", "recruiter", "conditions"),
        ("submitPosting", "recruiter", "address"),
        ("submitPosting", "recruiter", "repostSource"),
        ("reviewPosting", "officer", "reason"),
        ("scheduleSession", "host", "title"),
        ("announce", "host", "body"),
        ("noteLead", "host", "body"),
        ("setSegment", "host", "title"),
        ("createCode", "host", "label"),
        ("createCode", "host", "place"),
        ("revealContact", "officer", "reason"),
    ):
        REFUSED[f"{name}, {changed} {what}"] = invalid(
            name, caller, setting(**{changed: text}), changed
        )

for name in ("withdrawConsent", "confirmMyHire", "correctMyContact", "eraseMyData", "exportMyData"):
    for what, receipt in {
        "garbage": "x",
        "very long": "x" * 100_000,
        "a token of a viewer": lambda world: world.viewer_token(),
        "a token of staff": lambda world: world.token(world.officer),
    }.items():
        REFUSED[f"{name}, {what} for a receipt"] = Refused(
            name, "viewer", setting(receipt=receipt), "Unauthenticated", "UNAUTHENTICATED", None
        )

for posting in ("held", "refused", "closed", "expired"):
    for name, caller in (("pinPosting", "host"), ("expressInterest", "viewer")):
        REFUSED[f"{name}, {posting} posting"] = Refused(
            name,
            caller,
            setting(postingId=lambda world, posting=posting: gid(getattr(world, posting))),
            "PostingNotOpen",
            "POSTING_NOT_OPEN",
            None,
        )
    REFUSED[f"schedule, {posting} posting"] = Refused(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world, posting=posting: [gid(getattr(world, posting))]),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingIds", "0"),
    )

for session in ("scheduled", "interrupted", "ended", "draft"):
    for name, caller in (
        ("pinPosting", "host"),
        ("unpinPosting", "host"),
        ("setSegment", "host"),
        ("announce", "host"),
        ("expressInterest", "viewer"),
    ):
        if (name, session) == ("expressInterest", "interrupted"):
            continue  # the room still stands
        if (name, session) == ("expressInterest", "draft"):
            continue  # not there for a viewer
        REFUSED[f"{name}, {session} session"] = Refused(
            name,
            caller,
            session_mutation_input(session),
            "SessionNotLive",
            "SESSION_NOT_LIVE",
            None,
        )

# To all but those who direct it there is no draft.
DIRECTING = [
    "startSession",
    "interruptSession",
    "resumeSession",
    "endSession",
    "cancelSession",
    "pinPosting",
    "unpinPosting",
    "setSegment",
    "announce",
    "createCode",
]
for name, caller in [
    ("expressInterest", "viewer"),
    ("askQuestion", "viewer"),
    *((name, caller) for name in DIRECTING for caller in ("other host", "officer below")),
]:
    REFUSED[f"{name}, draft of others, {caller}"] = Refused(
        name,
        caller,
        session_mutation_input("draft"),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    )

for name, sessions in {
    "startSession": ("live", "ended", "draft"),
    "interruptSession": ("scheduled", "interrupted", "ended"),
    "resumeSession": ("live", "ended"),
    "endSession": ("scheduled", "ended"),
    "cancelSession": ("live", "ended"),
}.items():
    for session in sessions:
        REFUSED[f"{name}, {session} session"] = Refused(
            name,
            "officer",
            session_mutation_input(session),
            "SessionStateConflict",
            "SESSION_STATE_CONFLICT",
            None,
        )
    REFUSED[f"{name}, unknown session"] = Refused(
        name,
        "officer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    )

REFUSED["cancelImport, unknown import"] = Refused(
    "cancelImport",
    "officer",
    setting(importId=lambda _: unknown("Import")),
    "NotFound",
    "NOT_FOUND",
    ("input", "importId"),
)
REFUSED["pinPosting, unknown posting"] = Refused(
    "pinPosting",
    "host",
    setting(postingId=lambda _: unknown("Posting")),
    "NotFound",
    "NOT_FOUND",
    None,
)
REFUSED["pinPosting, a posting of no session"] = Refused(
    "pinPosting",
    "host",
    setting(postingId=lambda world: gid(world.absent)),
    "PostingNotInSession",
    "POSTING_NOT_IN_SESSION",
    None,
)

ID_FIELDS = {
    ("submitPosting", "officer", "employerId"): "Employer",
    ("reviewPosting", "officer", "postingId"): "Posting",
    ("scheduleSession", "host", "unionId"): "Union",
    ("startSession", "host", "sessionId"): "LiveSession",
    ("interruptSession", "host", "sessionId"): "LiveSession",
    ("resumeSession", "host", "sessionId"): "LiveSession",
    ("endSession", "host", "sessionId"): "LiveSession",
    ("cancelSession", "host", "sessionId"): "LiveSession",
    ("pinPosting", "host", "sessionId"): "LiveSession",
    ("pinPosting", "host", "postingId"): "Posting",
    ("unpinPosting", "host", "sessionId"): "LiveSession",
    ("setSegment", "host", "sessionId"): "LiveSession",
    ("announce", "host", "sessionId"): "LiveSession",
    ("createCode", "host", "sessionId"): "LiveSession",
    ("createCode", "officer", "postingId"): "Posting",
    ("changePosting", "officer", "postingId"): "Posting",
    ("closePosting", "recruiter", "postingId"): "Posting",
    ("askQuestion", "viewer", "sessionId"): "LiveSession",
    ("askQuestion", "viewer", "postingId"): "Posting",
    ("publishQuestion", "host", "questionId"): "Question",
    ("answerQuestion", "host", "questionId"): "Question",
    ("declineQuestion", "host", "questionId"): "Question",
    ("expressInterest", "viewer", "sessionId"): "LiveSession",
    ("expressInterest", "viewer", "postingId"): "Posting",
    ("advanceLead", "host", "leadId"): "Lead",
    ("revealContact", "officer", "leadId"): "Lead",
    ("withdrawConsent", "viewer", "leadId"): "Lead",
    ("confirmMyHire", "viewer", "leadId"): "Lead",
    ("assignLead", "officer", "leadId"): "Lead",
    ("assignLead", "officer", "accountId"): "Account",
    ("noteLead", "host", "leadId"): "Lead",
    ("confirmHire", "officer", "leadId"): "Lead",
    ("cancelImport", "officer", "importId"): "Import",
    ("setMatching", "officer", "seekerId"): "Seeker",
    ("setSeekerStatus", "officer", "seekerId"): "Seeker",
    ("eraseSeeker", "officer", "seekerId"): "Seeker",
    ("openReferral", "officer", "seekerId"): "Seeker",
    ("advanceReferral", "officer", "referralId"): "Referral",
    ("importCallList", "officer", "campaignId"): "CallCampaign",
    ("matchCampaign", "officer", "campaignId"): "CallCampaign",
    ("recordCall", "officer", "entryId"): "CallEntry",
    ("saveProfileFor", "officer", "entryId"): "CallEntry",
}
NO_IDS = {
    "of another type": lambda world: gid(world.employer),
    "empty": "",
    "not base64": "岗位",
    "not ours": "bm90OmFuOmlk",
    "of nothing": "UG9zdGluZzo",
    "an injection": global_id("Posting", "a\x00b"),
    "very long": "A" * 100_000,
}
for (name, caller, changed), kind in ID_FIELDS.items():
    for what, given in NO_IDS.items():
        if what == "of another type" and kind == "Employer":
            given = lambda world: gid(world.union)  # noqa: E731, PLW2901 - the one field of the type
        REFUSED[f"{name}, {changed} {what}"] = wrong_id(
            name, caller, setting(**{changed: given}), changed
        )
REFUSED["schedule, postingIds of another type"] = wrong_id(
    "scheduleSession",
    "host",
    setting(postingIds=lambda world: [gid(world.open), gid(world.live)]),
    "postingIds",
    "1",
)


@pytest.mark.parametrize("case", REFUSED.values(), ids=list(REFUSED))
async def test_a_refusal_has_its_name_code_and_field(
    case: Refused, api: GraphQLClient, readonly_world: World, running: RunningServices
) -> None:
    operation = MUTATION_CASES[case.name]
    before = await hash_collections(running)
    given = operation.build_input(readonly_world) | case.change(readonly_world)
    answer = await api.mutate(
        case.name, given, readonly_world.token_of(case.caller), operation.selection
    )
    assert answer["__typename"] == case.kind, answer
    assert answer["code"] == case.code
    assert answer["field"] == (list(case.field) if case.field else None)
    assert answer["message"].endswith(".")
    assert IDENTITY_CARD not in answer["message"]
    assert await hash_collections(running) == before
