"""Who sees what: the one table that the matrix of tests and docs/privacy.md are held against.

Every field of every object type stands in it once; what is not for a caller is null or empty to
them, or they do not even see what has the field. Connections, edges and plain refusals hold
nothing of their own and do not stand here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

CALLERS = (
    "nobody",
    "viewer",
    "giver",
    "seeker",
    "other seeker",
    "host",
    "other host",
    "host in hand",
    "officer",
    "officer above",
    "officer below",
    "officer elsewhere",
    "recruiter",
    "other recruiter",
)
"""By their place to the records of a showcase: giver has sent leads and the question and has their
receipts; host directs the session; host in hand was given one lead, else has no part in it; officer
is of the union, the others of unions around it; recruiter is of the employer."""

ALL = frozenset(CALLERS)
NOBODY: frozenset[str] = frozenset()
VISITORS = frozenset({"viewer", "giver", "seeker", "other seeker"})
STAFF = ALL - VISITORS - {"nobody"}
ALL_OFFICERS = frozenset(each for each in CALLERS if each.startswith("officer"))
ALL_HOSTS = frozenset({"host", "other host", "host in hand"})
ALL_RECRUITERS = frozenset({"recruiter", "other recruiter"})
SEEKERS = frozenset({"seeker", "other seeker"})
OFFICERS = frozenset({"officer", "officer above"})
DIRECTORS = OFFICERS | {"host"}
CONCERNED = OFFICERS | {"recruiter"}
SCOPE = DIRECTORS | {"recruiter"}
HANDED = SCOPE | {"host in hand"}
GIVEN = HANDED | {"giver"}


class Row(NamedTuple):
    """Fields of a type, or of several alike, and who is shown them."""

    types: str
    fields: str
    shown_to: frozenset[str]


TERMS = (
    "title occupation headcount duties conditions placeCode address pay probationPay "
    "employmentType shift intensity hoursPerDay hoursPerWeek insurance benefits validUntil "
    "repostSource startsAt endsAt minAge friendlyTo point place"
)
FINDING = "code severity field message messageZh basis marks detail"

PEOPLE = (
    # Name and phone, masked, and in the clear only to whom they belong or who gave a reason.
    Row("MaskedContact", "name phone", HANDED | SEEKERS),
    Row("Contact", "name phone", CONCERNED | SEEKERS | {"giver"}),
    # Leads
    Row("Lead", "id stage source segment version createdAt updatedAt nextStages", GIVEN),
    Row("Lead", "terms termsChanged posting session", GIVEN),
    Row("Lead", "contact assignee dueAt hireProof timeline", HANDED),
    # The consent that hands it to an employer does not name the group.
    Row("Lead", "group", HANDED - {"recruiter"}),
    Row("Lead", "reason nextActionOn escalatedTo", SCOPE),
    Row("Lead", "assignable", CONCERNED),
    Row("Lead", "qrCode", DIRECTORS),
    # A recruiter does not see a lead any more whose consent was taken back.
    Row("Lead", "withdrawnAt erasedAt", DIRECTORS),
    Row("FrozenTerms", TERMS, GIVEN),
    Row("TermChange", "field then now", GIVEN),
    Row("HireProof", "agreed disagreement", GIVEN),
    Row("HireProof", "employer seeker", SCOPE | {"giver"}),
    Row("RecordedEntry NotedEntry CorrectedEntry", "version at", HANDED),
    Row("RecordedEntry CorrectedEntry", "by", NOBODY),
    Row("NotedEntry", "by body", HANDED),
    Row("NotedEntry", "nextActionOn", SCOPE),
    Row("AdvancedEntry", "version at by fromStage toStage reason", SCOPE),
    Row("AssignedEntry", "version at by assignee", SCOPE),
    Row("EscalatedEntry", "version at union", SCOPE),
    Row("ConfirmedEntry", "version at by side hired", SCOPE),
    Row("ConsentWithdrawnEntry", "version at fromStage toStage", DIRECTORS),
    Row("ErasedEntry", "version at", DIRECTORS),
    Row("EscalatedEntry ConsentWithdrawnEntry ErasedEntry", "by", NOBODY),
    Row(
        "FunnelRow",
        "interests people services contacted interviewed offered hired retained30 retained90 "
        "withdrawn refused unreachable views session posting source segment union",
        SCOPE,
    ),
    Row("FunnelRow", "group", DIRECTORS),
    Row(
        "Code", "id kind label place scans createdAt token url imageUrl session posting", DIRECTORS
    ),
    Row("Code", "interests hires", DIRECTORS),
    Row("AuditRow", "seq at action role detail sha256 actorId actorName", OFFICERS),
    Row(
        "LeadRecorded LeadAdvanced LeadAssigned LeadNoted LeadEscalated HireConfirmed",
        "seq at cursor lead",
        DIRECTORS,
    ),
    Row("LeadAdvanced", "stage", DIRECTORS),
    Row("LeadsReset", "seq at cursor", DIRECTORS),
    # What one has given, by its receipt
    Row(
        "OwnLead",
        "id stage source group consentVersion consentSha256 consentedAt withdrawnAt createdAt "
        "updatedAt contact employer hireProof terms",
        frozenset({"giver"}),
    ),
    # Seekers, and whom officers call
    Row("Seeker", "id profile status matching version createdAt updatedAt", OFFICERS | SEEKERS),
    Row("Seeker", "synthetic contact", OFFICERS | SEEKERS),
    Row("Seeker", "withdrawnAt", OFFICERS),
    Row("Seeker", "erasedAt", NOBODY),
    Row("Profile", "group wants skills wantsTraining", OFFICERS | SEEKERS),
    Row("Profile", "homePlace home education experienceYears", OFFICERS | {"seeker"}),
    Row("Wants", "occupations places heaviest noNights dormitory meals", OFFICERS | SEEKERS),
    Row(
        "Wants",
        "near shifts employmentTypes lowestPay startsFrom endsBy pickUp",
        OFFICERS | {"seeker"},
    ),
    Row("Near", "point kilometres", OFFICERS | {"seeker"}),
    Row("PickUp", "by days", OFFICERS | {"seeker"}),
    Row("MyProfile", "seeker consentVersion consentedAt searches contact", SEEKERS),
    Row("SavedSearch", "id name wants createdAt", SEEKERS),
    Row("PostingMatch", "posting score reasonsFor reasonsAgainst", OFFICERS | {"seeker"}),
    Row("PostingMatch", "afterTraining", OFFICERS | {"seeker"}),
    Row("MatchReason", "code text textZh", OFFICERS | SEEKERS),
    Row("MatchExplanation", "match", OFFICERS | {"seeker"}),
    Row("MatchExplanation", "excludedBy", frozenset({"other seeker"})),
    Row("PostingMatched", "seq at cursor posting match", frozenset({"seeker"})),
    Row("MatchesReset", "seq at cursor", SEEKERS),
    Row("MatchesReset", "recommended", frozenset({"seeker"})),
    Row("SeekerMatch", "seeker match", OFFICERS),
    Row("CallCampaign", "id title createdAt matching synthetic union", OFFICERS),
    Row("MatchProgress", "status done total requestedAt finishedAt", OFFICERS),
    Row(
        "CallEntry",
        "id group remark outcome nextCallOn calls version createdAt contact seeker",
        OFFICERS,
    ),
    Row("Call", "at outcome note", OFFICERS),
    Row("CampaignMatches", "seeker matches", OFFICERS),
    Row(
        "Referral", "id kind status version createdAt updatedAt steps seeker", OFFICERS | {"seeker"}
    ),
    Row("ReferralStepTaken", "status at", OFFICERS | {"seeker"}),
    Row("ReferralStepTaken", "note", OFFICERS),
    # Each counts what was done within its own union and its branches.
    Row("ServiceCounts", "services people calls profiles referrals referralsDone", ALL_OFFICERS),
)

WORK = (
    # What goes on behind postings and employers
    Row("Posting", "findings waitingSince reports decisions", CONCERNED),
    # Closed ones are seen by those whom they concern, and beside their leads.
    Row("Posting", "closeReason closedAt", HANDED),
    Row("Report", "id reason body revision at state resolvedAt resolvedBy", CONCERNED),
    Row("Decision", "kind revision reason at findings by", CONCERNED),
    Row("Finding", FINDING, CONCERNED),
    Row("Mark", "text start end", CONCERNED),
    Row("ReviewItem", "posting waitingSince", OFFICERS),
    Row("Employer", "checks", CONCERNED),
    Row(
        "EmployerCheck",
        "licence handlerIdentity handlerAuthority method note passed at validUntil by",
        CONCERNED,
    ),
    Row(
        "Import",
        "id kind status dryRun fileName total read accepted held refused duplicates failed "
        "createdAt startedAt finishedAt",
        frozenset({"officer"}),
    ),
    Row(
        "ImportRow",
        "row outcome externalId findings posting employer",
        frozenset({"officer"}),
    ),
    Row("ImportFinding", f"{FINDING} column", frozenset({"officer"})),
    Row("Webhook", "id url events state createdAt failingSince lastStatus lastFailure", CONCERNED),
    Row("Webhook", "version createdBy", CONCERNED),
    Row(
        "WebhookDelivery",
        "id messageId event payload state attempts createdAt triedAt nextAt lastStatus lastFailure",
        CONCERNED,
    ),
    # Staff
    Row("Account", "id role displayName", ALL - {"nobody"}),
    Row("Account", "username", STAFF),
    Row("Account", "union", ALL_OFFICERS | ALL_HOSTS),
    Row("Account", "employer", ALL_RECRUITERS),
    Row("Colleague", "id displayName role", STAFF),
    Row("MinimumWage", "verifiedBy", STAFF),
)

PUBLIC = tuple(
    Row(kinds, fields, ALL)
    for kinds, fields in {
        "Posting": f"id {TERMS} status revision createdAt synthetic employer",
        "Employer": "id name creditCode placeCode place description synthetic verifiedUntil "
        "verified",
        "LiveSession": "id title format status startsAt startedAt endedAt host segment "
        "segmentTitle peakViewers views synthetic union postings pinnedPosting viewers interests "
        "tallies questions cursor",
        "Host": "name honour",
        "PostingTally": "postingId interests",
        "Question": "id body status answer askedAt publishedAt answeredAt posting",
        "Union": "id name level placeCode parent",
        "MinimumWage": "id region tier monthly hourly effectiveFrom docNo sourceUrl grade "
        "verifiedAt addedAt place inForce trusted",
        "CodeTarget": "kind place session posting",
        "ConsentText": "version body sha256",
        "PostingConnection": "edges pageInfo facets",
        "PostingEdge": "cursor node kilometres highlights",
        "PostingFacets": "total complete codes places pay",
        "Facet": "name counts",
        "FacetCount": "code zh en count",
        "PlaceCount": "region count",
        "PayCount": "payFrom payTo count",
        "Highlight": "field start end",
        "PostingSuggestion": "kind text code",
        "Pay": "amount period",
        "Point": "latitude longitude",
        "Region": "code name fullName level pinyin initials formerNames centre ancestors",
        "CodeList": "name description version entries",
        "CodeEntry": "code zh en synonyms",
    }.items()
)

ON_AIR = (
    # Events of a session, to everybody who has entered
    *(
        Row(kinds, fields, ALL - {"nobody"})
        for kinds, fields in {
            "SessionStarted SessionInterrupted SessionResumed": "seq at cursor session",
            "SessionEnded SessionCancelled": "seq at cursor session",
            "PostingPinned": "seq at cursor posting",
            "PostingUnpinned": "seq at cursor postingId",
            "Announcement": "seq at cursor body",
            "SegmentChanged": "seq at cursor segment title",
            "QuestionAnswered QuestionPublished": "seq at cursor question",
            "QuestionHidden": "seq at cursor questionId",
            "Reset": "seq at cursor snapshot",
        }.items()
    ),
)

STATE = {
    "TallyChanged": "seq at cursor total tallies",
    "PresenceChanged": "seq at cursor viewers peakViewers",
}
"""Events that are not logged and tell everybody counts alone: they come when they come."""

ANSWERS: Mapping[str, str] = {
    "SignedIn": "accessToken refreshToken expiresAt",
    "ViewerEntered": "accessToken expiresAt clientMutationId",
    "EmployerCreated": "employer",
    "EmployerVerified": "employer check",
    "MinimumWageAdded": "minimumWage",
    "MinimumWageVerified": "minimumWage",
    "PostingAccepted": "posting findings",
    "PostingHeld": "posting findings",
    "PostingRefused": "posting findings",
    "PostingReviewed": "posting",
    "PostingReported": "postingId",
    "ReportResolved": "posting",
    "PostingClosed": "posting",
    "SessionScheduled": "session",
    "SessionChanged": "session",
    "PostingShown": "session posting",
    "Announced": "session",
    "QuestionAsked": "question",
    "QuestionChanged": "question",
    "TextRefused": "message code field findings",
    "InterestRecorded": "lead created receipt",
    "LeadStageAdvanced": "lead",
    "LeadsAdvanced": "outcomes",
    "LeadInHands": "lead",
    "LeadNoteKept": "lead",
    "HireNoted": "lead",
    "WebhookCreated": "webhook secret",
    "WebhookSecretRotated": "webhook secret",
    "WebhookChanged": "webhook",
    "WebhookDeleted": "webhookId",
    "WebhookTested": "delivery",
    "WebhookReplayed": "deliveries",
    "CodeCreated": "qrCode",
    "ContactRevealed": "contact",
    "PersonRevealed": "contact",
    "ConsentTakenBack": "lead",
    "MyHireConfirmed": "lead",
    "MyContactCorrected": "leads",
    "MyDataErased": "leads profile",
    "MyDataExported": "data next",
    "ProfileSaved": "seeker accessToken expiresAt receipt",
    "ProfileSavedFor": "seeker",
    "ProfileConsentTakenBack": "seeker",
    "SeekerEntered": "seeker accessToken expiresAt",
    "SeekerChanged": "seeker",
    "SeekerErased": "seekerId",
    "SearchesChanged": "searches",
    "CampaignCreated": "campaign",
    "CampaignMatching": "campaign",
    "CallListImported": "campaign added known findings",
    "CallRowFinding": "row field code message",
    "CallRecorded": "entry",
    "ReferralOpened": "referral",
    "ReferralAdvanced": "referral",
    "ConsentTextPublished": "version validFrom",
    "ImportCancelled": "import",
}
"""What only mutations answer with, to whom tests/schema/test_roles.py allows them."""

ROWS = (*PEOPLE, *WORK, *PUBLIC, *ON_AIR)

RECORDS: Mapping[str, frozenset[str]] = {
    "lead": SCOPE | {"giver"},
    "offered": SCOPE | {"giver"},
    "refused_lead": SCOPE,
    "withdrawn_lead": DIRECTORS | {"giver"},
    "erased_lead": DIRECTORS,
    "handed_lead": HANDED,
    "seeker": OFFICERS | {"seeker"},
    "withdrawn_seeker": OFFICERS,
    "other_seeker": OFFICERS | {"other seeker"},
    "campaign": OFFICERS,
    "entry": OFFICERS,
    "referral": OFFICERS | {"seeker"},
    "question": DIRECTORS | {"giver"},
    "answered": ALL,
    "declined": DIRECTORS,
    "code": DIRECTORS,
    "upload": frozenset({"officer"}),
    "webhook": OFFICERS,
    "firm_webhook": frozenset({"recruiter"}),
    "published": ALL,
    "open": ALL,
    "held": CONCERNED,
    "refused": CONCERNED,
    # Beside the lead that somebody has in hand.
    "closed": HANDED,
    "expired": CONCERNED,
    "draft": DIRECTORS,
    "live": ALL,
    "wage": ALL,
    "vouched": ALL,
    "employer": ALL,
    "union": ALL,
    "branch": ALL,
}
"""Who gets to see that record at all, by whichever way."""

OFFICE = ALL_OFFICERS | ALL_RECRUITERS
DOORS: Mapping[str, frozenset[str]] = {
    "/graphql": ALL,
    "/exports/leads.csv": OFFICE,
    "/exports/leads.xlsx": OFFICE,
    "/imports": OFFICE,
    "/": ALL,
    "/imports/{name}": ALL,
    "/q/{token}": ALL,
    "/codes/{name}": ALL,
    "/jobs/{id}": ALL,
    "/jobs.css": ALL,
    "/sitemap.xml": ALL,
    "/sitemaps/{name}": ALL,
    "/feed.xml": ALL,
    "/robots.txt": ALL,
    "/open-data/": ALL,
    "/open-data/code-lists.json": ALL,
    "/open-data/postings.{form}": ALL,
    "/health/live": ALL,
    "/health/ready": ALL,
    # On this machine, or with a token: see the runbook.
    "/metrics": ALL,
}
"""Whom each route of the app is for."""


def shown_to() -> dict[tuple[str, str], frozenset[str]]:
    """The callers by type and field."""
    table: dict[tuple[str, str], frozenset[str]] = {}
    for row in ROWS:
        for kind in row.types.split():
            for field in row.fields.split():
                assert (kind, field) not in table, f"{kind}.{field} stands twice"
                table[kind, field] = row.shown_to
    return table


COLUMNS = {
    "everybody": ("nobody",),
    "the person": ("giver", "seeker"),
    "host of the session": ("host",),
    "officers of the union and above": ("officer", "officer above"),
    "recruiters of the employer": ("recruiter",),
    "all other staff": ("other host", "officer below", "officer elsewhere", "other recruiter"),
}
"""The columns of the table in docs/privacy.md, and whose eyes each looks with."""
THINGS = {
    "open postings, sessions, published questions": "Posting.title",
    "a lead: stage, source, terms that were shown": "Lead.stage",
    "its name and phone, masked": "Lead.contact",
    "its name and phone in the clear": "Contact.phone",
    "who has it in hand, timeline": "Lead.timeline",
    "`group`: what the person says of themselves": "Lead.group OwnLead.group",
    "what each side says of the hire": "HireProof.seeker",
    "that the consent was taken back": "Lead.withdrawnAt",
    "`funnel`: counts of the leads of the scope": "FunnelRow.interests",
    "codes, and what they brought": "Code.interests",
    "`auditTrail`: who looked at a contact": "AuditRow.actorName",
    "profiles of seekers": "Seeker.profile",
    "their name and phone, masked": "Seeker.contact",
    "call lists, and what callers noted": "CallEntry.remark",
    "referrals": "Referral.status",
    "what officers noted on referrals": "ReferralStepTaken.note",
    "findings, reports, decisions of a posting": "Posting.findings",
    "checks of an employer's papers": "Employer.checks",
    "webhooks and their messages": "WebhookDelivery.payload",
    "names of staff": "Colleague.displayName",
}
"""The rows, and the fields that stand for each."""


def printed() -> str:
    """The table of docs/privacy.md."""
    table = shown_to()
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for thing, fields in THINGS.items():
        named = (field.partition(".") for field in fields.split())
        seen_by = NOBODY.union(*(table[kind, name] for kind, _, name in named))
        cells = ["yes" if seen_by.intersection(callers) else "" for callers in COLUMNS.values()]
        lines.append(f"| {thing} | {' | '.join(cells)} |")
    return "\n".join(lines)
