"""The context of a resolver: the caller, the services of the process, and the loaders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import strawberry

from domain.identity.accounts import STAFF_ROLES, Account, Principal, Role, require_role
from domain.languages import Language
from domain.live.events import Announcement, EventEnvelope
from domain.live.log_topics import session_topic
from domain.live.qr_codes import QrCode
from domain.live.sessions import LiveSession
from domain.reference.calendar import day_in_china
from domain.refusals import ErrorCode, Refusal
from domain.screening.wage_table import WageTable
from realtime.batch_loader import SharedBatchLoader
from realtime.group_commit import GroupCommit
from realtime.hub import Hub
from realtime.own_room_notices import OwnRoomNotices
from realtime.presence import PresenceTracker
from realtime.ttl_cache import TtlCache
from schema.loaders import Loaders
from services.employers.employer_administration import EmployerAdministration
from services.exchange.import_administration import ImportAdministration
from services.identity.code_gateway import CodeGateway
from services.identity.device_entry import DeviceEntry
from services.identity.device_usage import DeviceUsage
from services.identity.phone_proving import PhoneProving
from services.identity.phone_replies import PhoneReplies
from services.identity.receipts import Receipts
from services.identity.sign_in import SignInService
from services.identity.staff_administration import StaffAdministration
from services.identity.union_settings import UnionSettings
from services.leads.consent import PostingConsent
from services.leads.contact_disclosure import ContactDisclosure
from services.leads.follow_up import LeadFollowUp
from services.leads.interests import InterestRecording
from services.leads.lead_capture import LeadCapture
from services.leads.lead_confirmation import PhoneConfirmation
from services.leads.lead_log_writer import LeadLogWriter
from services.leads.own_data import OwnData
from services.leads.own_leads import OwnLeads
from services.leads.staff_follow_up import StaffFollowUp
from services.live.direction import SessionDirection
from services.live.own_rooms import OwnRooms
from services.live.qr_codes import QrCodeCreation
from services.live.questions import QuestionModeration
from services.live.recruitment_campaigns import RecruitmentCampaignAdministration
from services.live.schedule import SessionSchedule
from services.live.session_edits import SessionEditing
from services.live.sessions import LiveSessionControl
from services.live.stream_control import StreamControl
from services.live.stream_direction import StreamDirection
from services.live.stream_publishing import StreamPublishing
from services.matching.match_search import MatchSearch
from services.postings.posting_administration import PostingAdministration
from services.postings.posting_gate import PostingGate
from services.reference.occupation_administration import OccupationAdministration
from services.reference.occupation_names import OccupationNames
from services.screening.coming_wages import ComingWageEffects
from services.screening.decision_batches import DecisionBatches
from services.screening.minimum_wage_administration import MinimumWageAdministration
from services.screening.minimum_wages import MinimumWages
from services.screening.posting_appeals import PostingAppeals
from services.screening.posting_review import PostingReview
from services.screening.wage_proposals import WageProposalControl
from services.seekers.call_campaigns import CallCampaignControl
from services.seekers.call_follow_up import CallFollowUp
from services.seekers.profile import SeekerProfiles
from services.seekers.profile_rights import ProfileRights
from services.seekers.referrals import ReferralFollowUp
from services.webhooks.webhooks import WebhookAdministration
from storage.clock import Clock
from storage.store import Store
from workers.matcher import Matcher


@dataclass(frozen=True, kw_only=True)
class Services:
    """The objects of one process that all operations share.

    ``public_url`` is the address under which people reach this service, without a final slash.
    """

    store: Store
    hub: Hub
    session_control: LiveSessionControl
    union_settings: UnionSettings
    employers: EmployerAdministration
    recruitment_campaigns: RecruitmentCampaignAdministration
    postings: PostingAdministration
    session_direction: SessionDirection
    session_schedule: SessionSchedule
    session_editing: SessionEditing
    stream_control: StreamControl
    stream_direction: StreamDirection
    stream_publishing: StreamPublishing
    qr_code_creation: QrCodeCreation
    posting_gate: PostingGate
    reviews: PostingReview
    appeals: PostingAppeals
    decision_batches: DecisionBatches
    imports: ImportAdministration
    questions: QuestionModeration
    own_rooms: OwnRooms
    own_room_notices: OwnRoomNotices
    lead_capture: LeadCapture
    lead_log: LeadLogWriter
    interests: InterestRecording
    consent: PostingConsent
    phone_confirmation: PhoneConfirmation
    contact_disclosure: ContactDisclosure
    own_leads: OwnLeads
    own_data: OwnData
    seekers: SeekerProfiles
    profile_rights: ProfileRights
    call_campaigns: CallCampaignControl
    call_follow_up: CallFollowUp
    referrals: ReferralFollowUp
    match_search: MatchSearch
    matcher: Matcher
    receipts: Receipts
    lead_follow_up: LeadFollowUp
    staff_follow_up: StaffFollowUp
    webhooks: WebhookAdministration
    group_commit: GroupCommit
    presence: PresenceTracker
    sign_in: SignInService
    device_entry: DeviceEntry
    device_usage: DeviceUsage
    code_gateway: CodeGateway
    phone_proving: PhoneProving
    phone_replies: PhoneReplies
    staff: StaffAdministration
    clock: Clock
    occupation_names: OccupationNames
    occupation_administration: OccupationAdministration
    minimum_wages: MinimumWages
    minimum_wage_administration: MinimumWageAdministration
    wage_proposals: WageProposalControl
    coming_wages: ComingWageEffects
    public_url: str
    demo: bool = False
    refusal_counts: Counter[tuple[str, ErrorCode]] = field(default_factory=Counter)
    """Refusals by mutation and code."""

    @property
    def wage_table(self) -> WageTable:
        """The minimum wages that are in force and known now."""
        return self.minimum_wages.table

    @cached_property
    def cached_sessions(self) -> TtlCache[LiveSession | None]:
        """Live sessions by id, for the admission of subscribers."""
        return TtlCache(self.store.live_sessions.by_id)

    @cached_property
    def cached_codes(self) -> TtlCache[QrCode | None]:
        """QR codes by id: a screen in a room is scanned by hundreds at once."""
        return TtlCache(self.store.qr_codes.by_id)

    @cached_property
    def last_announcements(self) -> SharedBatchLoader[EventEnvelope]:
        """The last announcement by session id. A room that fills asks for it all the time, and it
        has to be as new as the cursor beside it: the reads are shared, not cached."""

        async def find(ids: Iterable[str]) -> dict[str, EventEnvelope]:
            log = self.store.event_log
            found = {each: await log.find_last(session_topic(each), Announcement) for each in ids}
            return {each: event for each, event in found.items() if event is not None}

        return SharedBatchLoader(find)

    @cached_property
    def cached_viewer_counts(self) -> TtlCache[int]:
        """Viewers by session id: everyone who reconnects at the same time asks for the number."""

        async def find(ids: Iterable[str]) -> dict[str, int]:
            return await self.store.presence_reports.count_viewers(ids, at=self.clock())

        totals = SharedBatchLoader(find)

        async def count(session_id: str) -> int:
            return await totals.load(session_id) or 0

        return TtlCache(count)

    def today(self) -> date:
        """The current date in China."""
        return day_in_china(self.clock())


class Context:
    """The context of one operation, or of one event of a subscription.

    ``peer`` is the network of the client. ``language`` is the one of its messages. ``refused``
    holds the refusals among the results of mutations that a page or its developer needs more than
    a message of: when to try again, or what to send. ``retry_after`` is after how many seconds all
    that was refused may succeed, once the operation was executed.
    """

    def __init__(
        self,
        services: Services,
        principal: Principal | None,
        *,
        peer: str = "unknown",
        language: Language = Language.ENGLISH,
        token_error: Refusal | None = None,
    ) -> None:
        """``token_error`` is why the token of the request is not accepted, if it is not."""
        self.services = services
        self.token_error = token_error
        self.principal = principal
        self.peer = peer
        self.language = language
        self.refused: list[tuple[list[str | int], Refusal]] = []
        self.retry_after: int | None = None
        self.loaders = Loaders(services.store, services.cached_viewer_counts)

    def require(self, *roles: Role) -> Principal:
        """The caller, who must have one of the roles.

        :raises Unauthenticated: nobody is signed in, or the token is invalid.
        :raises Busy: this node cannot tell whether the token was revoked.
        :raises NotPermitted: the caller has another role.
        """
        if self.token_error is not None:
            raise self.token_error
        return require_role(self.principal, *roles)

    async def load_staff_account(self) -> Account | None:
        """The staff account of the caller; None for other callers."""
        if self.principal is None or self.principal.role not in STAFF_ROLES:
            return None
        return await self.services.store.accounts.by_id(self.principal.subject)


Info = strawberry.Info[Context, None]
