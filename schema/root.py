"""The GraphQL schema, assembled from the queries, mutations and subscriptions of all subjects."""

from collections.abc import Mapping
from decimal import Decimal

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from domain.identity.accounts import STAFF_ROLES, Role
from schema import enums
from schema.context import Info
from schema.employers.employer_mutations import EmployerMutations
from schema.employers.employer_queries import EmployerQueries
from schema.employers.employer_types import find_employer
from schema.errors import EXCEPTION_HANDLERS
from schema.exchange.import_mutations import ImportMutations
from schema.exchange.import_queries import ImportQueries
from schema.exchange.import_types import find_visible_import
from schema.execution import inputs
from schema.identity.account_types import AccountQueries, find_own_account
from schema.identity.audit_queries import AuditQueries
from schema.identity.phone_proof_mutations import PhoneProofMutations
from schema.identity.phone_proof_queries import PhoneProofQueries
from schema.identity.sign_in_mutations import SignInMutations
from schema.identity.staff_mutations import StaffMutations
from schema.identity.staff_queries import StaffQueries
from schema.identity.union_mutations import UnionMutations
from schema.identity.union_types import find_union
from schema.leads.consent_mutations import ConsentMutations
from schema.leads.consent_types import ConsentQueries
from schema.leads.contact_mutations import ContactMutations
from schema.leads.follow_up_mutations import LeadFollowUpMutations
from schema.leads.funnel_queries import FunnelQueries
from schema.leads.interest_mutations import InterestMutations
from schema.leads.lead_event_types import LEAD_EVENT_TYPES
from schema.leads.lead_queries import LeadQueries
from schema.leads.lead_types import find_visible_lead
from schema.leads.own_lead_mutations import OwnLeadMutations
from schema.leads.own_lead_types import OwnLeadQueries
from schema.leads.timeline_types import TIMELINE_ENTRY_TYPES
from schema.live.own_room_types import OwnRoomQueries
from schema.live.qr_code_mutations import CodeMutations
from schema.live.qr_code_queries import CodeQueries
from schema.live.qr_code_types import find_visible_code
from schema.live.question_event_types import QUESTION_EVENT_TYPES
from schema.live.question_mutations import QuestionMutations
from schema.live.question_queries import QuestionQueries
from schema.live.question_types import find_visible_question
from schema.live.recording_mutations import RecordingMutations
from schema.live.recording_queries import RecordingQueries
from schema.live.recruitment_campaign_mutations import RecruitmentCampaignMutations
from schema.live.recruitment_campaign_queries import RecruitmentCampaignQueries
from schema.live.recruitment_campaign_types import find_recruitment_campaign
from schema.live.schedule_mutations import ScheduleMutations
from schema.live.session_event_types import SESSION_EVENT_TYPES
from schema.live.session_mutations import SessionMutations
from schema.live.session_queries import SessionQueries
from schema.live.session_types import find_visible_session
from schema.live.stream_mutations import StreamMutations
from schema.live.subscriptions import Subscription
from schema.matching.match_queries import MatchQueries
from schema.matching.seeker_event_types import SEEKER_EVENT_TYPES
from schema.postings.posting_mutations import PostingMutations
from schema.postings.posting_types import find_visible_posting
from schema.postings.revision_mutations import PostingRevisionMutations
from schema.reference.code_list_queries import CodeListQueries
from schema.reference.occupation_mutations import OccupationMutations
from schema.reference.occupation_queries import OccupationQueries
from schema.reference.region_queries import RegionQueries
from schema.relay import Node, parse_any_global_id
from schema.scalars import DECIMAL, OCCUPATION, OccupationCode
from schema.screening.appeal_mutations import AppealMutations
from schema.screening.coming_wage_queries import ComingWageQueries
from schema.screening.decision_batch_mutations import DecisionBatchMutations
from schema.screening.minimum_wage_mutations import MinimumWageMutations
from schema.screening.minimum_wage_queries import MinimumWageQueries
from schema.screening.minimum_wage_types import find_minimum_wage
from schema.screening.report_mutations import ReportMutations
from schema.screening.review_mutations import ReviewMutations
from schema.screening.review_queries import ReviewQueries
from schema.screening.text_check_queries import TextCheckQueries
from schema.screening.wage_proposal_mutations import WageProposalMutations
from schema.screening.wage_proposal_queries import WageProposalQueries
from schema.search.search_queries import SearchQueries
from schema.search.suggestion_queries import SuggestionQueries
from schema.seekers.call_campaign_mutations import CallCampaignMutations
from schema.seekers.call_campaign_queries import CallCampaignQueries
from schema.seekers.call_campaign_types import find_visible_call_entry, find_visible_campaign
from schema.seekers.profile_mutations import SeekerMutations
from schema.seekers.profile_rights_mutations import ProfileRightsMutations
from schema.seekers.referral_mutations import ReferralMutations
from schema.seekers.referral_queries import ReferralQueries
from schema.seekers.referral_types import find_visible_referral
from schema.seekers.saved_search_mutations import SavedSearchMutations
from schema.seekers.seeker_queries import SeekerQueries
from schema.seekers.seeker_types import find_visible_seeker
from schema.seekers.service_count_queries import ServiceCountQueries
from schema.webhooks.webhook_mutations import WebhookMutations
from schema.webhooks.webhook_queries import WebhookQueries
from schema.webhooks.webhook_types import find_visible_webhook

_FINDERS = {
    "Posting": find_visible_posting,
    "Employer": find_employer,
    "LiveSession": find_visible_session,
    "Union": find_union,
    "Lead": find_visible_lead,
    "Account": find_own_account,
    "Code": find_visible_code,
    "MinimumWage": find_minimum_wage,
    "Webhook": find_visible_webhook,
    "Seeker": find_visible_seeker,
    "CallCampaign": find_visible_campaign,
    "CallEntry": find_visible_call_entry,
    "Referral": find_visible_referral,
    "Question": find_visible_question,
    "Import": find_visible_import,
    "Campaign": find_recruitment_campaign,
}


_ROLES_BY_TYPE: Mapping[str, frozenset[Role]] = {
    "Lead": STAFF_ROLES,
    "Code": frozenset({Role.OFFICER, Role.HOST}),
    "Webhook": frozenset({Role.OFFICER, Role.RECRUITER}),
    "Import": frozenset({Role.OFFICER, Role.RECRUITER}),
    "Seeker": frozenset({Role.OFFICER, Role.SEEKER}),
    "Referral": frozenset({Role.OFFICER, Role.SEEKER}),
    "CallCampaign": frozenset({Role.OFFICER}),
    "CallEntry": frozenset({Role.OFFICER}),
}
"""The roles that can see objects of a type. For other callers nothing is read, so that even the
response time does not show whether an id exists."""


@strawberry.type
class NodeQueries:
    @strawberry.field(description="The thing with a global id; null when there is none for you.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        kind, wanted = parse_any_global_id(id)
        caller, roles = info.context.principal, _ROLES_BY_TYPE.get(kind)
        if roles is not None and (caller is None or caller.role not in roles):
            return None
        return await _FINDERS[kind](info.context, wanted)


Query = merge_types(
    "Query",
    (
        NodeQueries,
        AccountQueries,
        StaffQueries,
        ReviewQueries,
        TextCheckQueries,
        SearchQueries,
        SuggestionQueries,
        RegionQueries,
        OccupationQueries,
        CodeListQueries,
        EmployerQueries,
        MinimumWageQueries,
        WageProposalQueries,
        ComingWageQueries,
        SessionQueries,
        RecruitmentCampaignQueries,
        QuestionQueries,
        OwnRoomQueries,
        LeadQueries,
        FunnelQueries,
        ConsentQueries,
        CodeQueries,
        RecordingQueries,
        OwnLeadQueries,
        SeekerQueries,
        MatchQueries,
        CallCampaignQueries,
        ReferralQueries,
        ServiceCountQueries,
        AuditQueries,
        PhoneProofQueries,
        WebhookQueries,
        ImportQueries,
    ),
)
Mutation = merge_types(
    "Mutation",
    (
        SignInMutations,
        PhoneProofMutations,
        StaffMutations,
        UnionMutations,
        EmployerMutations,
        MinimumWageMutations,
        WageProposalMutations,
        OccupationMutations,
        PostingMutations,
        ReviewMutations,
        AppealMutations,
        DecisionBatchMutations,
        ReportMutations,
        PostingRevisionMutations,
        ScheduleMutations,
        RecruitmentCampaignMutations,
        SessionMutations,
        StreamMutations,
        RecordingMutations,
        QuestionMutations,
        InterestMutations,
        LeadFollowUpMutations,
        WebhookMutations,
        CodeMutations,
        ContactMutations,
        OwnLeadMutations,
        SeekerMutations,
        SavedSearchMutations,
        ProfileRightsMutations,
        CallCampaignMutations,
        ReferralMutations,
        ConsentMutations,
        ImportMutations,
    ),
)

enums.register()

SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=(
        *SESSION_EVENT_TYPES,
        *LEAD_EVENT_TYPES,
        *QUESTION_EVENT_TYPES,
        *TIMELINE_ENTRY_TYPES,
        *SEEKER_EVENT_TYPES,
    ),
    exception_handlers=EXCEPTION_HANDLERS,
    config=StrawberryConfig(
        auto_camel_case=True, scalar_map={Decimal: DECIMAL, OccupationCode: OCCUPATION}
    ),
)
inputs.install_input_readers(SCHEMA)


def print_schema() -> str:
    """The schema in SDL, as ``schema/schema.graphql`` holds it."""
    return SCHEMA.as_str() + "\n"
