"""The enumerations of the domain as GraphQL enums, with the Chinese term as description.

Each is also published as a code list.
"""

from typing import TypeVar

import strawberry

from domain.employers.employers import CheckMethod
from domain.exchange.imports import ImportKind, ImportStatus, RowOutcome
from domain.identity.accounts import Role
from domain.identity.audit import AuditAction, AuditRole
from domain.identity.phone_codes import CodeChannel
from domain.identity.unions import UnionLevel
from domain.labels import Labelled
from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.leads.funnel import FunnelDimension
from domain.leads.leads import HireSide, LeadSource, LeadStage, RefusalReason
from domain.live.qr_codes import CodeKind
from domain.live.questions import QuestionStatus
from domain.live.sessions import Campaign, Honour, Segment, SessionFormat, SessionStatus
from domain.matching.match_reasons import MatchCode
from domain.postings.insurance_packages import InsurancePackage
from domain.postings.media_links import MediaKind
from domain.postings.pay import ComponentUnit, PayComponentKind, PayPeriod, PaySettlement
from domain.postings.postings import (
    Benefit,
    CloseReason,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingStatus,
    Severity,
    Shift,
)
from domain.postings.requirements import RequiredEducation
from domain.postings.work_schedule import RestDays, WorkMode
from domain.reference.occupation_classes import ClassLevel
from domain.reference.regions import RegionLevel
from domain.reference.weekdays import Weekday
from domain.screening.minimum_wages import Grade
from domain.screening.reviews import DecisionKind, ReportReason, ReportState
from domain.screening.text_checks import TextPlace, TextVerdict
from domain.screening.wage_comparison import WageBasis, WageComparison
from domain.screening.wage_proposals import ProposalState
from domain.search.suggestions import SuggestionKind
from domain.seekers.call_campaigns import CallOutcome, RunStatus
from domain.seekers.profile import Education
from domain.seekers.referrals import ReferralKind, ReferralStatus
from domain.seekers.seeker_groups import SeekerGroup
from domain.seekers.seekers import SeekerStatus
from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import FailureKind, WebhookState

L = TypeVar("L", bound=Labelled)

ENUM_DESCRIPTIONS: dict[type[Labelled], str] = {
    Role: "What a caller is.",
    SessionFormat: "How a live session is made.",
    SessionStatus: "Where a live session stands.",
    Segment: "What is on air at a moment.",
    Campaign: "What the unions' help with finding work consists of.",
    Honour: "Honours of a host, from the nation down to the county.",
    QuestionStatus: "What became of a viewer's question.",
    UnionLevel: "The level of a union in the tree.",
    EmploymentType: "How somebody is employed.",
    Shift: "When the work is done.",
    Intensity: "How heavy the work is.",
    Benefit: "What comes beside the pay.",
    InsuranceKind: "The statutory kinds of social insurance.",
    PostingStatus: "What screening made of a posting; only an OPEN one is public.",
    SuggestionKind: "What is suggested to search for.",
    Severity: "What a finding does to the posting.",
    Grade: "How sure a figure of the minimum wages is.",
    ProposalState: "Where a proposal of a minimum wage stands.",
    WageComparison: "What the comparison of a pay with the minimum wage came to.",
    WageBasis: "What such a comparison rests on, or why a person must compare.",
    DecisionKind: "What an officer decided about a posting.",
    ReportReason: "What somebody reports a posting for.",
    ReportState: "What became of a report.",
    TextPlace: "Where a text will stand.",
    TextVerdict: "What happens to a text if it is sent.",
    CloseReason: "Why a posting is closed.",
    CheckMethod: "How an employer's papers were looked at.",
    ClassLevel: "The level of a class of occupations.",
    RegionLevel: "Province, city and county of GB/T 2260.",
    PayPeriod: "What an amount of pay is for: a period, or a piece of work.",
    PaySettlement: "When the pay is handed over.",
    PayComponentKind: "A part of the pay beyond its amounts.",
    ComponentUnit: "What the amount of a component is for.",
    WorkMode: "Whether the work is done at the workplace or from elsewhere.",
    RestDays: "How many days of rest a week has.",
    RequiredEducation: "The lowest level of education that a posting asks for.",
    InsurancePackage: "Shorthand for kinds of social insurance.",
    MediaKind: "What a media link shows.",
    SeekerGroup: "Groups of people that the unions look after.",
    SeekerStatus: "Whether somebody looks for work; only who is SEEKING is matched.",
    Education: "How far somebody went to school.",
    Weekday: "A day of the week.",
    MatchCode: "What speaks for a posting, against it, or rules it out.",
    CallOutcome: "What became of a call.",
    RunStatus: "How far the matching of a campaign is.",
    ReferralKind: "The service that somebody is passed on to.",
    ReferralStatus: "Where a referral stands.",
    LeadStage: "The way of a lead from the tap to a job kept for 90 days.",
    LeadSource: "Where the tap came from.",
    LeadConfirmation: "Whether the owner of the phone stands behind a lead.",
    ConfirmationMethod: "How the owner of a phone confirmed it.",
    HireSide: "Who can say whether somebody was hired.",
    CodeKind: "What a QR code was made for.",
    CodeChannel: "How a one-time code reaches the phone.",
    AuditAction: "What was done to personal data.",
    AuditRole: "In what quality somebody did it.",
    FunnelDimension: "What leads are counted by; a union includes its branches.",
    ImportKind: "What the rows of an imported table are.",
    ImportStatus: "Where an import stands.",
    RowOutcome: "What became of a row of an import.",
    WebhookEvent: "What webhooks are told of.",
    WebhookState: "Whether a webhook is told of anything.",
    DeliveryState: "How far a message has come.",
    FailureKind: "Why a message did not get through.",
    RefusalReason: "Why an employer did not take somebody.",
}


def register() -> None:
    """Register every enumeration with Strawberry. Called once, when the schema is imported."""
    for kind, description in ENUM_DESCRIPTIONS.items():
        strawberry.enum(kind, description=description)
        definition = kind.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.enum
        for value in definition.values:
            value.description = kind[value.name].zh
