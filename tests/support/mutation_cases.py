"""Every mutation with an input that succeeds, and the selection that tests read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from schema.relay import global_id
from storage.clock import utc_now
from storage.mongo.client import new_id
from tests.support.codes import CODE, PROVABLE_PHONE
from tests.support.mutation_inputs import (
    CONSENT_TEMPLATE,
    interest_input,
    posting_change_input,
    posting_input,
    profile_input,
    proposal_decision_input,
    proposed_wage_input,
    question_mutation_input,
    session_input,
    session_mutation_input,
)
from tests.support.organisations import new_credit_code
from tests.support.services import NEW_PASSWORD, PASSWORD, STREAM_ORIGIN
from tests.support.world import World, gid, today


@dataclass(frozen=True)
class MutationCase:
    """A mutation: its input in a world, the type of its success, and what to select of it."""

    name: str
    build_input: Callable[[World], dict[str, Any]]
    success_type: str
    selection: str = ""


QUESTION_SELECTION = "... on QuestionChanged { question { id status answer } }"
SESSION_SELECTION = "... on SessionChanged { session { id status } }"

MUTATION_CASES = {
    operation.name: operation
    for operation in (
        MutationCase(
            "signIn",
            lambda world: {"username": world.host.username, "password": PASSWORD},
            "SignedIn",
            "... on SignedIn { accessToken refreshToken expiresAt }",
        ),
        MutationCase(
            "refreshSignIn",
            lambda world: {"refreshToken": world.refresh_token(world.host)},
            "SignedIn",
        ),
        MutationCase(
            "changePassword",
            lambda world: {
                "username": world.host.username,
                "password": PASSWORD,
                "newPassword": NEW_PASSWORD,
            },
            "SignedIn",
        ),
        MutationCase(
            "signOut",
            lambda world: {"refreshToken": world.refresh_token(world.host)},
            "SignedOut",
            "... on SignedOut { ended }",
        ),
        *(
            MutationCase(
                name,
                lambda world: {"accountId": gid(world.other_host), "reason": "该同志已离职"},
                "StaffAccountChanged",
                "... on StaffAccountChanged { account { id disabledAt } }",
            )
            for name in ("disableAccount", "enableAccount")
        ),
        MutationCase(
            "resetPassword",
            lambda world: {"accountId": gid(world.other_host), "reason": "该同志忘记密码"},
            "PasswordWasReset",
            "... on PasswordWasReset { oneTimePassword expiresAt account { id } }",
        ),
        MutationCase(
            "signOutEverywhere",
            lambda _: {},
            "SignedOut",
            "... on SignedOut { ended }",
        ),
        MutationCase(
            "enterAsViewer",
            lambda _: {},
            "ViewerEntered",
            "... on ViewerEntered { accessToken expiresAt deviceCredential "
            "deviceCredentialExpiresAt newDevice clientMutationId }",
        ),
        MutationCase(
            "requestCode",
            lambda world: {"phone": world.next_phone()},
            "CodeRequested",
            "... on CodeRequested { provenUntil expiresAt nextRequestAt demoCode }",
        ),
        MutationCase(
            "confirmPhone",
            lambda _: {"phone": PROVABLE_PHONE, "code": CODE},
            "PhoneConfirmed",
            "... on PhoneConfirmed { validUntil }",
        ),
        MutationCase(
            "createEmployer",
            lambda _: {
                "name": "合成电机有限公司",
                "creditCode": new_credit_code(),
                "placeCode": "330402",
            },
            "EmployerCreated",
            "... on EmployerCreated { employer { id name creditCode placeCode description } }",
        ),
        MutationCase(
            "verifyEmployer",
            lambda world: {
                "employerId": gid(world.unverified),
                "licence": True,
                "handlerIdentity": True,
                "handlerAuthority": True,
                "method": "ON_SITE",
                "note": "营业执照原件、经办人身份及授权书均已核对",
            },
            "EmployerVerified",
            "... on EmployerVerified { employer { id verified verifiedUntil } "
            "check { passed method validUntil by { displayName } } }",
        ),
        MutationCase(
            "submitPosting",
            posting_input,
            "PostingAccepted",
            "... on PostingAccepted { posting { id status } findings { code } }"
            "... on PostingHeld { posting { id status } findings { code } }"
            "... on PostingRefused { posting { id status } findings { code } }",
        ),
        MutationCase(
            "reviewPosting",
            lambda world: {"postingId": gid(world.held), "approved": True, "reason": "已核实"},
            "PostingReviewed",
            "... on PostingReviewed { posting { id status } }",
        ),
        MutationCase(
            "appealPosting",
            lambda world: {
                "postingId": gid(world.worded),
                "reason": "押金由公司代付，求职者不出钱",
            },
            "PostingAppealed",
            "... on PostingAppealed { posting { id status waitingSince appeal { reason } } }",
        ),
        MutationCase(
            "decidePostings",
            lambda world: {
                "postingIds": [gid(world.held)],
                "approved": True,
                "reason": "已核实",
            },
            "PostingsDecided",
            "... on PostingsDecided { batchId undoUntil decided { id status } skipped { id } }",
        ),
        MutationCase(
            "undoDecisions",
            lambda world: {
                "batchId": global_id("DecisionBatch", world.batch_decision.batch_id or "")
            },
            "DecisionsUndone",
            "... on DecisionsUndone { restored { id status } kept { id } }",
        ),
        MutationCase(
            "reportPosting",
            lambda world: {"postingId": gid(world.open), "reason": "FEES_TAKEN"},
            "PostingReported",
            "... on PostingReported { postingId }",
        ),
        MutationCase(
            "resolveReport",
            lambda world: {
                "reportId": global_id("Report", world.report.id),
                "upheld": False,
                "reason": "已电话核实，不收取任何费用",
            },
            "ReportResolved",
            "... on ReportResolved { posting { id status waitingSince } }",
        ),
        MutationCase(
            "addOccupation",
            lambda _: {"zh": f"新职业{new_id()[-8:]}", "en": "New occupation"},
            "OccupationAdded",
            "... on OccupationAdded { occupation { code zh en added } }",
        ),
        MutationCase(
            "addOccupationName",
            lambda _: {"occupation": "WELDER", "name": f"焊匠{new_id()[-8:]}"},
            "OccupationAdded",
            "... on OccupationAdded { occupation { code otherNames } }",
        ),
        MutationCase(
            "addMinimumWage",
            lambda _: {
                "region": "330000",
                "tier": 1,
                "monthly": 2_660,
                "hourly": 25,
                # In the future: other tests are screened with the rows of today.
                "effectiveFrom": (today() + timedelta(days=300)).isoformat(),
                "docNo": "浙政发〔2026〕1号",
                "sourceUrl": "https://www.zj.gov.cn/",
            },
            "MinimumWageAdded",
            "... on MinimumWageAdded { minimumWage { id region tier grade inForce trusted } }",
        ),
        MutationCase(
            "verifyMinimumWage",
            lambda world: {"minimumWageId": gid(world.wage)},
            "MinimumWageVerified",
            "... on MinimumWageVerified { minimumWage { id grade trusted "
            "verifiedBy { displayName } } }",
        ),
        MutationCase(
            "verifyMinimumWages",
            lambda world: {"minimumWageIds": [gid(world.wage)]},
            "MinimumWagesVerified",
            "... on MinimumWagesVerified { minimumWages { id grade trusted placesVerified } }",
        ),
        MutationCase(
            "proposeMinimumWage",
            proposed_wage_input,
            "MinimumWageProposed",
            "... on MinimumWageProposed { proposal { id region state proposedBy { id } } }",
        ),
        MutationCase(
            "decideMinimumWageProposals",
            proposal_decision_input,
            "MinimumWageProposalsDecided",
            "... on MinimumWageProposalsDecided { proposals { state minimumWage { trusted } } }",
        ),
        MutationCase(
            "changePosting",
            posting_change_input,
            "PostingAccepted",
            "... on PostingAccepted { posting { id status revision } findings { code } }"
            "... on PostingHeld { posting { id status revision } findings { code } }"
            "... on PostingRefused { posting { id status revision } findings { code } }",
        ),
        MutationCase(
            "closePosting",
            lambda world: {"postingId": gid(world.open)},
            "PostingClosed",
            "... on PostingClosed { posting { id status } }",
        ),
        MutationCase(
            "scheduleSession",
            session_input,
            "SessionScheduled",
            "... on SessionScheduled { session { id title status startsAt union { id } } }",
        ),
        MutationCase(
            "editSession",
            session_mutation_input(
                "scheduled",
                title="劳模送岗进园区",
                postingIds=lambda world: [gid(world.second)],
                addPostingIds=lambda world: [gid(world.open)],
            ),
            "SessionChanged",
            "... on SessionChanged { session { id title description coverUrl startsAt "
            "host { name honour } cursor } }",
        ),
        MutationCase(
            "changeUnion",
            lambda world: {"unionId": gid(world.union), "branchesSeePostings": True},
            "UnionChanged",
            "... on UnionChanged { union { id branchesSeePostings } }",
        ),
        MutationCase(
            "createRecruitmentCampaign",
            lambda _: {"name": "春风行动", "startsOn": "2026-02-01", "endsOn": "2026-04-30"},
            "RecruitmentCampaignCreated",
            "... on RecruitmentCampaignCreated { campaign { id name union { id } } }",
        ),
        MutationCase(
            "startSession", session_mutation_input("scheduled"), "SessionChanged", SESSION_SELECTION
        ),
        MutationCase(
            "interruptSession", session_mutation_input("live"), "SessionChanged", SESSION_SELECTION
        ),
        MutationCase(
            "resumeSession",
            session_mutation_input("interrupted"),
            "SessionChanged",
            SESSION_SELECTION,
        ),
        MutationCase(
            "endSession", session_mutation_input("live"), "SessionChanged", SESSION_SELECTION
        ),
        MutationCase(
            "cancelSession",
            session_mutation_input("scheduled"),
            "SessionChanged",
            SESSION_SELECTION,
        ),
        MutationCase(
            "pinPosting",
            session_mutation_input("live", postingId=lambda world: gid(world.open)),
            "PostingShown",
            "... on PostingShown { posting { id } session { pinnedPosting { id } } }",
        ),
        MutationCase(
            "unpinPosting",
            session_mutation_input("live"),
            "SessionChanged",
            "... on SessionChanged { session { pinnedPosting { id } } }",
        ),
        MutationCase(
            "setSegment",
            session_mutation_input("live", segment="STORY", title="三十年焊工"),
            "SessionChanged",
            "... on SessionChanged { session { id segment segmentTitle cursor } }",
        ),
        MutationCase(
            "setStreamSource",
            session_mutation_input("live", hlsUrl=f"{STREAM_ORIGIN}/hls/1.m3u8"),
            "StreamSourceSet",
            "... on StreamSourceSet { session { id description coverUrl stream { "
            "state hlsUrl posterUrl startedAt latency cutOffReason link { platform url } } } }",
        ),
        MutationCase(
            "createStreamKey",
            session_mutation_input("live"),
            "StreamKeyCreated",
            "... on StreamKeyCreated { ingestUrl streamKey session { id } }",
        ),
        MutationCase(
            "createCameraKey",
            session_mutation_input("live"),
            "CameraKeyCreated",
            "... on CameraKeyCreated { cameraUrl cameraKey session { id } }",
        ),
        MutationCase(
            "cutOffStream",
            session_mutation_input("live", reason="画面播放了无关广告"),
            "StreamWasCutOff",
            "... on StreamWasCutOff { session { id stream { state cutOffReason } } }",
        ),
        MutationCase(
            "restoreStream",
            session_mutation_input("live", reason="主播已经更换画面"),
            "StreamRestored",
            "... on StreamRestored { session { id stream { state cutOffReason } } }",
        ),
        MutationCase(
            "setSlowMode",
            session_mutation_input("live", seconds=30),
            "SessionChanged",
            "... on SessionChanged { session { id slowModeSeconds cursor } }",
        ),
        MutationCase(
            "createCode",
            session_mutation_input("live", label="东门海报"),
            "CodeCreated",
            "... on CodeCreated { qrCode { id kind token url imageUrl label place scans interests "
            "hires session { id } posting { id } } }",
        ),
        MutationCase(
            "announce",
            session_mutation_input("live", body="欢迎"),
            "Announced",
            "... on Announced { session { id cursor } }",
        ),
        MutationCase(
            "askQuestion",
            session_mutation_input(
                "live", body="有宿舍吗？", postingId=lambda world: gid(world.open)
            ),
            "QuestionAsked",
            "... on QuestionAsked { question { id body status answer askedAt publishedAt "
            "posting { id } } }",
        ),
        MutationCase(
            "publishQuestion", question_mutation_input(), "QuestionChanged", QUESTION_SELECTION
        ),
        MutationCase(
            "answerQuestion",
            question_mutation_input(answer="有，四人间。"),
            "QuestionChanged",
            QUESTION_SELECTION,
        ),
        MutationCase(
            "declineQuestion", question_mutation_input(), "QuestionChanged", QUESTION_SELECTION
        ),
        MutationCase(
            "expressInterest",
            interest_input,
            "InterestRecorded",
            "... on InterestRecorded { created lead { id stage version contact { name } } }",
        ),
        MutationCase(
            "advanceLead",
            lambda world: {"leadId": gid(world.lead), "stage": "CONTACTED"},
            "LeadStageAdvanced",
            "... on LeadStageAdvanced { lead { id stage version nextStages } }",
        ),
        MutationCase(
            "confirmLead",
            lambda world: {"leadId": gid(world.lead), "method": "CALL"},
            "LeadConfirmedByStaff",
            "... on LeadConfirmedByStaff { lead { id confirmation version } }",
        ),
        MutationCase(
            "revealContact",
            lambda world: {"leadId": gid(world.lead), "reason": "电话通知面试时间"},
            "ContactRevealed",
            "... on ContactRevealed { contact { name phone } }",
        ),
        MutationCase(
            "publishConsentText",
            lambda _: {
                "template": CONSENT_TEMPLATE,
                # Not yet: other tests agree to the first text.
                "validFrom": (utc_now() + timedelta(days=300)).isoformat(),
            },
            "ConsentTextPublished",
            "... on ConsentTextPublished { version validFrom }",
        ),
        MutationCase(
            "withdrawConsent",
            lambda world: {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)},
            "ConsentTakenBack",
            "... on ConsentTakenBack { lead { id stage withdrawnAt contact { name phone } } }",
        ),
        MutationCase(
            "confirmMyHire",
            lambda world: {
                "receipt": world.lead_receipt(world.offered),
                "leadId": gid(world.offered),
                "hired": True,
            },
            "MyHireConfirmed",
            "... on MyHireConfirmed { lead { id stage hireProof { employer seeker agreed } } }",
        ),
        MutationCase(
            "correctMyContact",
            lambda world: {"receipt": world.lead_receipt(world.lead), "name": "王晓明"},
            "MyContactCorrected",
            "... on MyContactCorrected { leads }",
        ),
        MutationCase(
            "eraseMyData",
            lambda world: {"receipt": world.lead_receipt(world.lead)},
            "MyDataErased",
            "... on MyDataErased { leads profile }",
        ),
        MutationCase(
            "exportMyData",
            lambda world: {"receipt": world.lead_receipt(world.lead)},
            "MyDataExported",
            "... on MyDataExported { data next }",
        ),
        MutationCase(
            "saveProfile",
            profile_input,
            "ProfileSaved",
            "... on ProfileSaved { accessToken receipt seeker { id version status matching "
            "profile { group skills wants { occupations places heaviest } } } }",
        ),
        MutationCase(
            "enterAsSeeker",
            lambda world: {"receipt": world.profile_receipt()},
            "SeekerEntered",
            "... on SeekerEntered { accessToken expiresAt seeker { id } }",
        ),
        MutationCase(
            "setMatching",
            lambda world: {"enabled": False, "seekerId": gid(world.seeker)},
            "SeekerChanged",
            "... on SeekerChanged { seeker { id matching version } }",
        ),
        MutationCase(
            "setSeekerStatus",
            lambda world: {"status": "EMPLOYED", "seekerId": gid(world.seeker)},
            "SeekerChanged",
            "... on SeekerChanged { seeker { id status version } }",
        ),
        MutationCase(
            "saveSearch",
            lambda _: {"name": "近处的销售", "wants": {"occupations": ["SALES"]}},
            "SearchesChanged",
            "... on SearchesChanged { searches { id name wants { occupations } } }",
        ),
        MutationCase(
            "removeSearch",
            lambda world: {"searchId": global_id("SavedSearch", world.seeker.searches[0].key)},
            "SearchesChanged",
            "... on SearchesChanged { searches { id } }",
        ),
        MutationCase(
            "revealPerson",
            lambda world: {"id": gid(world.entry), "reason": "电话回访求职意向"},
            "PersonRevealed",
            "... on PersonRevealed { contact { name phone } }",
        ),
        MutationCase(
            "eraseSeeker",
            lambda world: {"seekerId": gid(world.seeker), "reason": "本人电话要求删除"},
            "SeekerErased",
            "... on SeekerErased { seekerId }",
        ),
        MutationCase(
            "withdrawProfileConsent",
            lambda world: {"receipt": world.profile_receipt()},
            "ProfileConsentTakenBack",
            "... on ProfileConsentTakenBack { seeker { id withdrawnAt contact { name } } }",
        ),
        MutationCase(
            "createCampaign",
            lambda _: {"title": "下岗职工回访"},
            "CampaignCreated",
            "... on CampaignCreated { campaign { id title union { id } matching { status } } }",
        ),
        MutationCase(
            "importCallList",
            lambda world: {
                "campaignId": gid(world.campaign),
                "rows": [{"name": "周小兰", "phone": world.next_phone(), "group": "LAID_OFF"}],
            },
            "CallListImported",
            "... on CallListImported { added known findings { row field code message } }",
        ),
        MutationCase(
            "recordCall",
            lambda world: {"entryId": gid(world.entry), "outcome": "NO_ANSWER"},
            "CallRecorded",
            "... on CallRecorded { entry { id outcome nextCallOn version "
            "contact { name phone } calls { outcome note } } }",
        ),
        MutationCase(
            "saveProfileFor",
            lambda world: {
                "entryId": gid(world.entry),
                "profile": {"group": "LAID_OFF", "wants": {"heaviest": "LIGHT"}},
                "consent": {"textVersion": "1", "askedAt": utc_now().isoformat()},
            },
            "ProfileSavedFor",
            "... on ProfileSavedFor { seeker { id version contact { name phone } "
            "profile { group wants { heaviest } } } }",
        ),
        MutationCase(
            "matchCampaign",
            lambda world: {"campaignId": gid(world.campaign)},
            "CampaignMatching",
            "... on CampaignMatching { campaign { id matching { status done total } } }",
        ),
        MutationCase(
            "openReferral",
            lambda world: {"seekerId": gid(world.seeker), "kind": "LEGAL_AID", "note": "欠薪咨询"},
            "ReferralOpened",
            "... on ReferralOpened { referral { id kind status steps { status note } } }",
        ),
        MutationCase(
            "advanceReferral",
            lambda world: {"referralId": gid(world.referral), "status": "ACCEPTED"},
            "ReferralAdvanced",
            "... on ReferralAdvanced { referral { id status version } }",
        ),
        MutationCase(
            "advanceLeads",
            lambda world: {"leadIds": [gid(world.lead)], "stage": "CONTACTED"},
            "LeadsAdvanced",
            "... on LeadsAdvanced { outcomes { __typename "
            "... on LeadStageAdvanced { lead { id stage } } "
            "... on UserError { code field } } }",
        ),
        MutationCase(
            "createWebhook",
            lambda _: {"url": "https://partner.example/songgang", "events": ["LEAD_RECORDED"]},
            "WebhookCreated",
            "... on WebhookCreated { secret webhook { id url events state failingSince } }",
        ),
        MutationCase(
            "changeWebhook",
            lambda world: {
                "webhookId": gid(world.webhook),
                "url": "https://partner.example/moved",
                "events": ["LEAD_RECORDED", "POSTING_OPENED"],
                "expectedVersion": 1,
            },
            "WebhookChanged",
            "... on WebhookChanged { webhook { id url events version } }",
        ),
        *(
            MutationCase(
                name,
                lambda world: {"webhookId": gid(world.webhook)},
                success,
                selection,
            )
            for name, success, selection in (
                (
                    "rotateWebhookSecret",
                    "WebhookSecretRotated",
                    "... on WebhookSecretRotated { secret webhook { id } }",
                ),
                (
                    "enableWebhook",
                    "WebhookChanged",
                    "... on WebhookChanged { webhook { id state } }",
                ),
                (
                    "disableWebhook",
                    "WebhookChanged",
                    "... on WebhookChanged { webhook { id state } }",
                ),
                ("deleteWebhook", "WebhookDeleted", "... on WebhookDeleted { webhookId }"),
                (
                    "testWebhook",
                    "WebhookTested",
                    "... on WebhookTested { delivery { id event payload state nextAt } }",
                ),
            )
        ),
        MutationCase(
            "replayWebhook",
            lambda world: {
                "webhookId": gid(world.webhook),
                "since": (utc_now() - timedelta(days=1)).isoformat(),
            },
            "WebhookReplayed",
            "... on WebhookReplayed { deliveries }",
        ),
        MutationCase(
            "assignLead",
            lambda world: {"leadId": gid(world.lead), "accountId": gid(world.recruiter)},
            "LeadInHands",
            "... on LeadInHands { lead { id version assignee { id displayName role } } }",
        ),
        MutationCase(
            "noteLead",
            lambda world: {"leadId": gid(world.lead), "body": "已电话联系，周五面试"},
            "LeadNoteKept",
            "... on LeadNoteKept { lead { id version nextActionOn } }",
        ),
        MutationCase(
            "cancelImport",
            lambda world: {"importId": gid(world.upload)},
            "ImportCancelled",
            "... on ImportCancelled { import { id status total read } }",
        ),
        MutationCase(
            "confirmHire",
            lambda world: {"leadId": gid(world.offered), "hired": True},
            "HireNoted",
            "... on HireNoted { lead { hireProof { employer seeker agreed disagreement } } }",
        ),
    )
}
