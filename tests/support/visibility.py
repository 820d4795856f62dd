"""The visibility table: which caller sees which field.

Tests and docs/privacy.md are compared with it. Every field of every object type has one row. For
any other caller the field is null or empty, or the object is hidden. Connections, edges and plain
refusals hold no data of their own and have no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.support.callers import (
    ALL_CALLERS,
    ALL_HOSTS,
    ALL_OFFICERS,
    ALL_OFFICERS_AND_RECRUITERS,
    ALL_RECRUITERS,
    DIRECTORS,
    LEAD_READERS,
    NO_CALLERS,
    OFFICERS,
    OFFICERS_AND_RECRUITER,
    OWN_POSTINGS_READERS,
    SCOPED_STAFF,
    SCOPED_STAFF_AND_ASSIGNEE,
    SEEKERS,
    STAFF,
    VISITORS,
)


class VisibilityRow(NamedTuple):
    """Fields of one or several types, and the callers that see them."""

    types: str
    fields: str
    callers: frozenset[str]


TERMS_FIELDS = (
    "title occupation occupationName headcount duties conditions placeCode address "
    "pay probationPay employmentType shift intensity hoursPerDay hoursPerWeek insurance benefits "
    "validUntil repostSource startsAt endsAt minAge friendlyTo point place places workMode "
    "shiftTimes daysPerWeek restDays restDaysPerMonth education educationText experienceMonths "
    "experienceText licences skills insurancePackage housingFund publicWelfare media termsVersion"
)
FINDING_FIELDS = "code severity field message messageZh basis marks detail"

PERSONAL_ROWS = (
    # Name and phone: masked; unmasked for the person, and for staff who gave a reason.
    VisibilityRow("MaskedContact", "name phone", SCOPED_STAFF_AND_ASSIGNEE | SEEKERS),
    VisibilityRow("Contact", "name phone", OFFICERS_AND_RECRUITER | SEEKERS | {"giver"}),
    # Leads
    VisibilityRow(
        "Lead",
        "id stage confirmation source segment version createdAt updatedAt nextStages",
        LEAD_READERS,
    ),
    VisibilityRow("Lead", "terms termsChanged posting session", LEAD_READERS),
    VisibilityRow(
        "Lead", "contact assignee dueAt hireProof timeline crowded", SCOPED_STAFF_AND_ASSIGNEE
    ),
    # The consent text does not name the group, so the employer must not see it.
    VisibilityRow("Lead", "group", SCOPED_STAFF_AND_ASSIGNEE - {"recruiter"}),
    VisibilityRow("Lead", "reason nextActionOn escalatedTo", SCOPED_STAFF),
    VisibilityRow("Lead", "assignable", OFFICERS_AND_RECRUITER),
    VisibilityRow("Lead", "qrCode", DIRECTORS),
    VisibilityRow(
        "SessionRecording",
        "person consentVersion consentedAt durationSeconds byteCount foundAt deletedAt removedAt",
        DIRECTORS,
    ),
    # A recruiter does not see a lead whose consent is withdrawn.
    VisibilityRow("Lead", "withdrawnAt erasedAt", DIRECTORS),
    VisibilityRow("FrozenTerms", TERMS_FIELDS, LEAD_READERS),
    VisibilityRow("TermChange", "field then now", LEAD_READERS),
    VisibilityRow("HireProof", "agreed disagreement", LEAD_READERS),
    VisibilityRow("HireProof", "employer seeker", SCOPED_STAFF | {"giver"}),
    VisibilityRow(
        "RecordedEntry NotedEntry CorrectedEntry", "version at", SCOPED_STAFF_AND_ASSIGNEE
    ),
    VisibilityRow("RecordedEntry CorrectedEntry", "by", NO_CALLERS),
    VisibilityRow("NotedEntry", "by body", SCOPED_STAFF_AND_ASSIGNEE),
    VisibilityRow("NotedEntry", "nextActionOn", SCOPED_STAFF),
    VisibilityRow("AdvancedEntry", "version at by fromStage toStage reason", SCOPED_STAFF),
    VisibilityRow("AssignedEntry", "version at by assignee", SCOPED_STAFF),
    VisibilityRow("EscalatedEntry", "version at union", SCOPED_STAFF),
    VisibilityRow("ConfirmedEntry", "version at by side hired", SCOPED_STAFF),
    VisibilityRow("ConsentWithdrawnEntry", "version at fromStage toStage", DIRECTORS),
    VisibilityRow("ErasedEntry", "version at", DIRECTORS),
    VisibilityRow("PhoneConfirmedEntry", "version at by method", SCOPED_STAFF),
    VisibilityRow("SupersededEntry", "version at", DIRECTORS),
    VisibilityRow("SupersededEntry", "by", NO_CALLERS),
    VisibilityRow("EscalatedEntry ConsentWithdrawnEntry ErasedEntry", "by", NO_CALLERS),
    VisibilityRow(
        "FunnelRow",
        "interests people services contacted interviewed offered hired retained30 retained90 "
        "withdrawn refused unreachable views session posting source segment union",
        SCOPED_STAFF,
    ),
    VisibilityRow("FunnelRow", "group", DIRECTORS),
    VisibilityRow(
        "Code", "id kind label place scans createdAt token url imageUrl session posting", DIRECTORS
    ),
    VisibilityRow("Code", "interests hires", DIRECTORS),
    VisibilityRow("AuditRow", "seq at action role detail sha256 actorId actorName", OFFICERS),
    VisibilityRow(
        "LeadRecorded LeadAdvanced LeadAssigned LeadNoted LeadEscalated HireConfirmed "
        "LeadConfirmed LeadSuperseded",
        "seq at cursor lead",
        DIRECTORS,
    ),
    VisibilityRow("LeadAdvanced", "stage", DIRECTORS),
    VisibilityRow("LeadsReset QuestionsReset", "seq at cursor", DIRECTORS),
    VisibilityRow("QuestionReceived QuestionDecided", "seq at cursor question", DIRECTORS),
    # Leads that the person reads with the receipt
    VisibilityRow(
        "OwnLead",
        "id stage confirmation source group consentVersion consentSha256 consentedAt withdrawnAt "
        "createdAt updatedAt contact employer hireProof terms posting session",
        frozenset({"giver"}),
    ),
    # What a visitor has in a room
    VisibilityRow("MyRoom", "limits", VISITORS),
    VisibilityRow("MyRoom", "interests questions", frozenset({"giver"})),
    VisibilityRow("MyRoomChanged", "sessionId at", VISITORS),
    VisibilityRow("RoomLimits", "questionsLeft maxQuestionLength", VISITORS),
    VisibilityRow("RoomLimits", "askAfter", NO_CALLERS),
    VisibilityRow(
        "OwnInterest",
        "ownLeadId postingId confirmation givenAt withdrawnAt",
        frozenset({"giver"}),
    ),
    # Seekers and call lists
    VisibilityRow(
        "Seeker", "id profile status matching version createdAt updatedAt", OFFICERS | SEEKERS
    ),
    VisibilityRow("Seeker", "synthetic contact phoneProven", OFFICERS | SEEKERS),
    VisibilityRow("Seeker", "withdrawnAt", OFFICERS),
    VisibilityRow("Seeker", "erasedAt", NO_CALLERS),
    VisibilityRow("Profile", "group wants skills wantsTraining", OFFICERS | SEEKERS),
    VisibilityRow("Profile", "homePlace home education experienceYears", OFFICERS | {"seeker"}),
    VisibilityRow(
        "Wants", "occupations places heaviest noNights dormitory meals", OFFICERS | SEEKERS
    ),
    VisibilityRow(
        "Wants",
        "near shifts employmentTypes lowestPay startsFrom endsBy pickUp benefits restDays "
        "settlements welcoming",
        OFFICERS | {"seeker"},
    ),
    VisibilityRow("Near", "point kilometres", OFFICERS | {"seeker"}),
    VisibilityRow("LowestPay", "amount period", OFFICERS | {"seeker"}),
    VisibilityRow("PickUp", "by days", OFFICERS | {"seeker"}),
    VisibilityRow("MyProfile", "seeker consentVersion consentedAt searches contact", SEEKERS),
    VisibilityRow("SavedSearch", "id name wants createdAt", SEEKERS),
    VisibilityRow("PostingMatch", "posting score reasonsFor reasonsAgainst", OFFICERS | {"seeker"}),
    VisibilityRow("PostingMatch", "afterTraining", OFFICERS | {"seeker"}),
    VisibilityRow("MatchReason", "code text textZh", OFFICERS | SEEKERS),
    VisibilityRow("MatchExplanation", "match", OFFICERS | {"seeker"}),
    VisibilityRow("MatchExplanation", "excludedBy", frozenset({"other seeker"})),
    VisibilityRow("PostingMatched", "seq at cursor posting match", frozenset({"seeker"})),
    VisibilityRow("MatchesReset", "seq at cursor", SEEKERS),
    VisibilityRow("MatchesReset", "recommended", frozenset({"seeker"})),
    VisibilityRow("SeekerMatch", "seeker match", OFFICERS),
    VisibilityRow("CallCampaign", "id title createdAt matching synthetic union", OFFICERS),
    VisibilityRow("MatchProgress", "status done total requestedAt finishedAt", OFFICERS),
    VisibilityRow(
        "CallEntry",
        "id group remark outcome nextCallOn calls version createdAt contact seeker",
        OFFICERS,
    ),
    VisibilityRow("Call", "at outcome note", OFFICERS),
    VisibilityRow("CampaignMatches", "seeker matches", OFFICERS),
    VisibilityRow(
        "Referral", "id kind status version createdAt updatedAt steps seeker", OFFICERS | {"seeker"}
    ),
    VisibilityRow("ReferralStepTaken", "status at", OFFICERS | {"seeker"}),
    VisibilityRow("ReferralStepTaken", "note", OFFICERS),
    # Every officer sees the counts of the own union and its branches.
    VisibilityRow(
        "ServiceCounts", "services people calls profiles referrals referralsDone", ALL_OFFICERS
    ),
)

STAFF_ROWS = (
    # Screening of postings and employers
    VisibilityRow("Posting", "findings waitingSince reports", OFFICERS_AND_RECRUITER),
    VisibilityRow("Posting", "decisions appeal canBeAppealed", OWN_POSTINGS_READERS),
    VisibilityRow("Appeal", "reason at revision by", OWN_POSTINGS_READERS),
    VisibilityRow("Posting", "minimumWageCheck comingFindings", OWN_POSTINGS_READERS),
    VisibilityRow("MinimumWageCheck", "result basis detail", OWN_POSTINGS_READERS),
    VisibilityRow(
        "ComingFinding",
        "startsOn code severity field message messageZh basis detail",
        OWN_POSTINGS_READERS,
    ),
    VisibilityRow(
        "ComingWageEffect",
        "posting startsOn findings missingYuan missingPeriod proposed",
        OWN_POSTINGS_READERS,
    ),
    # Every officer and recruiter sees the counts of the own scope.
    VisibilityRow("ComingWages", "counts", ALL_OFFICERS_AND_RECRUITERS),
    VisibilityRow("ComingWages", "postings", OWN_POSTINGS_READERS),
    VisibilityRow(
        "ComingWageCounts", "openNow affected openAfter complete", ALL_OFFICERS_AND_RECRUITERS
    ),
    # A closed posting is visible to staff of its scope and to assignees of its leads.
    VisibilityRow("Posting", "closeReason closedAt", SCOPED_STAFF_AND_ASSIGNEE),
    VisibilityRow(
        "Report", "id reason body revision at state resolvedAt resolvedBy", OFFICERS_AND_RECRUITER
    ),
    VisibilityRow("Decision", "kind revision reason at by", OWN_POSTINGS_READERS),
    VisibilityRow("Decision", "findings undoneAt undoneBy appeal", OFFICERS_AND_RECRUITER),
    VisibilityRow("Finding", FINDING_FIELDS, OFFICERS_AND_RECRUITER),
    VisibilityRow("Mark", "text start end", OFFICERS_AND_RECRUITER),
    VisibilityRow("TextCheck", "verdict statements", STAFF),
    VisibilityRow(
        "TextStatement", "code severity message messageZh basis marks wording wordingZh", STAFF
    ),
    VisibilityRow("TextMark", "start end", STAFF),
    VisibilityRow("ReviewItem", "posting waitingSince", OFFICERS),
    VisibilityRow("Employer", "checks", OFFICERS_AND_RECRUITER),
    VisibilityRow(
        "EmployerCheck",
        "licence handlerIdentity handlerAuthority method note passed at validUntil by",
        OFFICERS_AND_RECRUITER,
    ),
    VisibilityRow(
        "Import",
        "id kind status dryRun fileName total read accepted held refused duplicates failed "
        "createdAt startedAt finishedAt",
        frozenset({"officer"}),
    ),
    VisibilityRow(
        "ImportRow",
        "row outcome externalId findings posting employer",
        frozenset({"officer"}),
    ),
    VisibilityRow("ImportFinding", f"{FINDING_FIELDS} column", frozenset({"officer"})),
    VisibilityRow(
        "Webhook",
        "id url events state createdAt failingSince lastStatus lastFailure",
        OFFICERS_AND_RECRUITER,
    ),
    VisibilityRow("Webhook", "version createdBy", OFFICERS_AND_RECRUITER),
    VisibilityRow(
        "WebhookDelivery",
        "id messageId event payload state attempts createdAt triedAt nextAt lastStatus lastFailure",
        OFFICERS_AND_RECRUITER,
    ),
    # Staff
    VisibilityRow("Account", "id role displayName", ALL_CALLERS - {"nobody"}),
    VisibilityRow("Account", "username", STAFF),
    VisibilityRow("Account", "union", ALL_OFFICERS | ALL_HOSTS),
    VisibilityRow("Account", "employer", ALL_RECRUITERS),
    VisibilityRow("Colleague", "id displayName role", STAFF),
    VisibilityRow("StaffAccount", "id username displayName role createdAt union", ALL_OFFICERS),
    VisibilityRow("StaffAccount", "employer", OFFICERS),
    VisibilityRow("StaffAccount", "disabledAt passwordExpiresAt", NO_CALLERS),
    VisibilityRow("MinimumWage", "verifiedBy", STAFF),
    VisibilityRow(
        "MinimumWageProposal",
        "id region place tier monthly hourly includesInsurance places placeNames effectiveFrom "
        "docNo sourceUrl state union proposedAt proposedBy decidedAt decidedBy reason minimumWage",
        OFFICERS,
    ),
)

PUBLIC_ROWS = tuple(
    VisibilityRow(kinds, fields, ALL_CALLERS)
    for kinds, fields in {
        "Posting": f"id {TERMS_FIELDS} status revision createdAt synthetic employer campaign",
        "CodeAvailability": "available channels",
        "Employer": "id name creditCode placeCode place description synthetic verifiedUntil "
        "verified",
        "LiveSession": "id campaign title description coverUrl stream replay format status "
        "startsAt startedAt endedAt host segment segmentTitle slowModeSeconds peakViewers views "
        "synthetic union postings pinnedPosting viewers interests "
        "tallies questions cursor lastAnnouncement",
        "LastAnnouncement": "body at seq",
        "Stream": "state hlsUrl link posterUrl startedAt latency cutOffReason",
        "StreamLink": "platform url",
        "Replay": "hlsUrl durationSeconds expiresAt",
        "PortraitConsentText": "version chinese english",
        "Host": "name honour",
        "PostingTally": "postingId interests",
        "Question": "id body status answer askedAt publishedAt answeredAt posting",
        "Union": "id name level placeCode parent branchesSeePostings servicePhone",
        "Campaign": "id name nameEn startsOn endsOn union",
        "MinimumWage": "id region tier monthly hourly effectiveFrom docNo sourceUrl grade "
        "verifiedAt addedAt place inForce trusted includesInsurance places placeNames "
        "placesVerified",
        "NationalPay": "monthly monthlyHighest hourly hourlyHighest",
        "CodeTarget": "kind place session posting",
        "ConsentText": "version body sha256",
        "PostingConsentText": "postingId text",
        "PostingConnection": "edges pageInfo facets",
        "PostingEdge": "cursor node kilometres highlights",
        "PostingFacets": "total complete codes places pay",
        "Facet": "name counts",
        "FacetCount": "code zh en count",
        "PlaceCount": "region count",
        "PayCount": "payFrom payTo count",
        "Highlight": "field start end",
        "PostingSuggestion": "kind text code",
        "Pay": "amount from to period guaranteed guaranteedPeriod months payday settlement "
        "components text",
        "PayComponent": "kind from to unit percent note text",
        "Workplace": "placeCode address point region",
        "ShiftTimes": "startsAt endsAt days breakMinutes name",
        "CodedText": "code text",
        "MediaLink": "kind url title",
        "Point": "latitude longitude",
        "Region": "code name fullName level pinyin initials formerNames centre ancestors",
        "CodeList": "name description version entries",
        "CodeEntry": "code zh en synonyms",
        "OccupationEntry": "code zh en otherNames pinyin initials added classCode classChecked "
        "classes isco08 heavy dangerous licences",
        "OccupationClass": "code level zh en",
    }.items()
)

SESSION_EVENT_ROWS = (
    # Events of a session, for every caller with a token
    *(
        VisibilityRow(kinds, fields, ALL_CALLERS - {"nobody"})
        for kinds, fields in {
            "SessionStarted SessionInterrupted SessionResumed": "seq at cursor session",
            "SessionEnded SessionCancelled SessionEdited": "seq at cursor session",
            "PostingPinned": "seq at cursor posting",
            "PostingUnpinned": "seq at cursor postingId",
            "SessionPostingClosed": "seq at cursor postingId",
            "SessionPostingOpened": "seq at cursor posting",
            "Announcement": "seq at cursor body",
            "SegmentChanged": "seq at cursor segment title",
            "StreamChanged": "seq at cursor stream",
            "SlowModeChanged": "seq at cursor seconds",
            "QuestionAnswered QuestionPublished": "seq at cursor question",
            "QuestionHidden": "seq at cursor questionId",
            "Reset": "seq at cursor snapshot",
        }.items()
    ),
)

EPHEMERAL_EVENT_FIELDS = {
    "TallyChanged": "seq at cursor total tallies",
    "PresenceChanged": "seq at cursor viewers peakViewers",
}
"""Fields of ephemeral events, which carry only counts and come at any time."""

MUTATION_PAYLOAD_FIELDS: Mapping[str, str] = {
    "SignedIn": "accessToken refreshToken expiresAt",
    "ViewerEntered": "accessToken expiresAt deviceCredential deviceCredentialExpiresAt newDevice "
    "clientMutationId",
    "CodeRequested": "provenUntil expiresAt nextRequestAt demoCode",
    "PhoneConfirmed": "validUntil",
    "TooManyAttempts": "message messageZh code field retryAfter",
    "PhoneCodesUnavailable": "message messageZh code field retryAfter",
    "Busy": "message messageZh code field retryAfter",
    "SignedOut": "ended",
    "StaffAccountChanged": "account",
    "PasswordWasReset": "account oneTimePassword expiresAt",
    "EmployerCreated": "employer",
    "EmployerVerified": "employer check",
    "MinimumWageAdded": "minimumWage",
    "OccupationAdded": "occupation",
    "MinimumWageVerified": "minimumWage",
    "MinimumWagesVerified": "minimumWages",
    "MinimumWageProposed": "proposal",
    "MinimumWageProposalsDecided": "proposals",
    "PostingAccepted": "posting findings",
    "PostingHeld": "posting findings",
    "PostingRefused": "posting findings",
    "PostingReviewed": "posting",
    "PostingAppealed": "posting",
    "PostingsDecided": "batchId undoUntil decided skipped",
    "DecisionsUndone": "restored kept",
    "PostingReported": "postingId",
    "ReportResolved": "posting",
    "PostingClosed": "posting",
    "SessionScheduled": "session",
    "RecruitmentCampaignCreated": "campaign",
    "UnionChanged": "union",
    "SessionChanged": "session",
    "StreamSourceSet": "session",
    "StreamKeyCreated": "session ingestUrl streamKey",
    "CameraKeyCreated": "session cameraUrl cameraKey",
    "StreamWasCutOff": "session",
    "StreamRestored": "session",
    "PortraitConsentRecorded": "session recording",
    "RecordingDeleted": "session",
    "PostingShown": "session posting",
    "Announced": "session",
    "QuestionAsked": "question",
    "QuestionChanged": "question",
    "TextRefused": "message messageZh code field findings",
    "InterestRecorded": "lead ownLead created receipt",
    "LeadStageAdvanced": "lead",
    "LeadsAdvanced": "outcomes",
    "LeadConfirmedByStaff": "lead",
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
"""Fields of types that only mutations return, to the callers of tests/schema/test_roles.py."""
VISIBILITY_ROWS = (*PERSONAL_ROWS, *STAFF_ROWS, *PUBLIC_ROWS, *SESSION_EVENT_ROWS)

RECORD_READERS: Mapping[str, frozenset[str]] = {
    "lead": SCOPED_STAFF | {"giver"},
    "offered": SCOPED_STAFF | {"giver"},
    "refused_lead": SCOPED_STAFF,
    "withdrawn_lead": DIRECTORS | {"giver"},
    "erased_lead": DIRECTORS,
    "unconfirmed_lead": DIRECTORS,
    "confirmed_lead": SCOPED_STAFF,
    "superseded_lead": DIRECTORS,
    "handed_lead": SCOPED_STAFF_AND_ASSIGNEE,
    "seeker": OFFICERS | {"seeker"},
    "withdrawn_seeker": OFFICERS,
    "other_seeker": OFFICERS | {"other seeker"},
    "campaign": OFFICERS,
    "entry": OFFICERS,
    "referral": OFFICERS | {"seeker"},
    "question": DIRECTORS | {"giver"},
    "answered": ALL_CALLERS,
    "declined": DIRECTORS,
    "code": DIRECTORS,
    "upload": frozenset({"officer"}),
    "webhook": OFFICERS,
    "firm_webhook": frozenset({"recruiter"}),
    "published": ALL_CALLERS,
    "open": ALL_CALLERS,
    "held": OFFICERS_AND_RECRUITER,
    "refused": OFFICERS_AND_RECRUITER,
    # An assignee sees the posting of the assigned lead.
    "closed": SCOPED_STAFF_AND_ASSIGNEE,
    "expired": OFFICERS_AND_RECRUITER,
    "draft": DIRECTORS,
    "live": ALL_CALLERS,
    "wage": ALL_CALLERS,
    "vouched": ALL_CALLERS,
    "employer": ALL_CALLERS,
    "union": ALL_CALLERS,
    "branch": ALL_CALLERS,
}
"""The callers that can see each record of a showcase with any query."""

ROUTE_CALLERS: Mapping[str, frozenset[str]] = {
    "/graphql": ALL_CALLERS,
    "/exports/leads.csv": ALL_OFFICERS_AND_RECRUITERS,
    "/exports/leads.xlsx": ALL_OFFICERS_AND_RECRUITERS,
    "/imports": ALL_OFFICERS_AND_RECRUITERS,
    "/": ALL_CALLERS,
    "/live/{id}": ALL_CALLERS,
    "/jobs": ALL_CALLERS,
    "/me": ALL_CALLERS,
    "/me/{part}": ALL_CALLERS,
    "/assets/{name}": ALL_CALLERS,
    "/imports/{name}": ALL_CALLERS,
    "/q/{token}": ALL_CALLERS,
    # With the key or the signature of the gateway.
    "/sms/{gateway}/reports": NO_CALLERS,
    "/sms/{gateway}/replies": NO_CALLERS,
    # With the key of the media server.
    "/stream-callbacks/{server}": NO_CALLERS,
    # The pages of the console; what they show needs a sign-in.
    "/console": ALL_CALLERS,
    "/console/{path:path}": ALL_CALLERS,
    "/codes/{name}": ALL_CALLERS,
    "/covers/{name}": ALL_CALLERS,
    "/jobs/{id}": ALL_CALLERS,
    "/jobs/{id}/": ALL_CALLERS,
    "/jobs.css": ALL_CALLERS,
    "/sitemap.xml": ALL_CALLERS,
    "/sitemaps/{name}": ALL_CALLERS,
    "/feed.xml": ALL_CALLERS,
    "/robots.txt": ALL_CALLERS,
    "/open-data/": ALL_CALLERS,
    "/open-data": ALL_CALLERS,
    "/open-data/code-lists.json": ALL_CALLERS,
    "/open-data/national-codes.json": ALL_CALLERS,
    "/open-data/postings.{form}": ALL_CALLERS,
    "/health/live": ALL_CALLERS,
    "/health/ready": ALL_CALLERS,
    # From this machine, or with a token: see the runbook.
    "/metrics": ALL_CALLERS,
}
"""The callers that each route of the application answers."""
