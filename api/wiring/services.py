"""Runs the services of a process over its store and its realtime objects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api.settings import Settings
from api.wiring.codes import create_phone_proving, describe_gateway
from api.wiring.posting_services import PostingServices, run_posting_services
from api.wiring.realtime import Realtime
from api.wiring.recording_services import create_recording_control
from domain.postings.media_sites import parse_media_hosts
from realtime.group_commit import GroupCommit
from schema.context import Services
from services.employers.employer_administration import EmployerAdministration
from services.exchange.import_administration import ImportAdministration
from services.identity.account_changes import AccountChanges
from services.identity.authentication import Authentication
from services.identity.device_entry import DeviceCredentials, DeviceEntry
from services.identity.device_usage import DeviceUsage
from services.identity.passwords import PasswordVerifier
from services.identity.phone_replies import PhoneReplies
from services.identity.receipts import Receipts
from services.identity.revocations import Revocations
from services.identity.sign_in import SignInService
from services.identity.sign_in_lanes import SignInLanes
from services.identity.staff_administration import StaffAdministration
from services.identity.tokens import Tokens
from services.identity.union_settings import UnionSettings
from services.leads.capture_limits import DEFAULT_LIMITS, CaptureLimits
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
from services.live.stream_control import StreamControl
from services.live.stream_direction import StreamDirection
from services.live.stream_publishing import StreamPublishing
from services.matching.match_search import MatchSearch
from services.postings.posting_administration import PostingAdministration
from services.reference.occupation_administration import OccupationAdministration
from services.screening.coming_wages import ComingWageEffects
from services.screening.decision_batches import DecisionBatches
from services.screening.minimum_wage_administration import MinimumWageAdministration
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


@asynccontextmanager
async def run_lead_capture(
    store: Store,
    commit: GroupCommit,
    clock: Clock | None = None,
    limits: CaptureLimits = DEFAULT_LIMITS,
) -> AsyncIterator[tuple[LeadCapture, LeadLogWriter]]:
    """Run what stores leads and logs them; the sweep for unlogged leads is not started.

    ``clock`` is the database's unless it is given.
    """
    clock = clock or store.clock
    async with AsyncExitStack() as stack:
        lead_log = LeadLogWriter(store, commit, clock, limits)
        stack.push_async_callback(lead_log.close)
        capture = LeadCapture(store, lead_log, clock, limits)
        stack.push_async_callback(capture.close)
        yield capture, lead_log


@dataclass(frozen=True, kw_only=True)
class NodeServices:
    """All services of one process, over its realtime objects."""

    realtime: Realtime
    posting_services: PostingServices
    services: Services
    tokens: Tokens
    revocations: Revocations
    authentication: Authentication


@asynccontextmanager
async def run_services(realtime: Realtime, settings: Settings) -> AsyncIterator[NodeServices]:
    """Run all services until the block ends; no worker is started."""
    store, clock, commit = realtime.store, realtime.clock, realtime.commit
    async with AsyncExitStack() as stack:
        postings = await stack.enter_async_context(run_posting_services(store, commit, clock))
        capture, lead_log = await stack.enter_async_context(run_lead_capture(store, commit, clock))
        tokens = Tokens(settings.load_secret(), clock)
        passwords = PasswordVerifier()
        stack.callback(passwords.close)
        revocations = Revocations(store.accounts)
        stack.push_async_callback(revocations.close)
        await revocations.open()
        account_changes = AccountChanges(store, clock, revocations=revocations)
        matcher = Matcher(store, clock, node=realtime.name)
        receipts = Receipts(store.keyring, clock)
        consent = PostingConsent(store, commit, clock)
        questions = QuestionModeration(
            store, commit, clock, on_asked=realtime.own_room_notices.notify_owner
        )
        own_leads = OwnLeads(store, commit, clock)
        usage = DeviceUsage(realtime.usage, settings.usage_limits)
        seekers = SeekerProfiles(store, clock, usage)
        profile_rights = ProfileRights(store, commit, clock)
        phone_confirmation = PhoneConfirmation(store, commit, clock)
        follow_up = LeadFollowUp(store, commit, clock)
        code_gateway = describe_gateway(settings)
        stream_control = StreamControl(store, commit, clock)
        control, gate = postings.session_control, postings.posting_gate
        wages, names = postings.minimum_wages, postings.occupation_names
        reviews = PostingReview(store, commit, control, gate, clock)
        services = Services(
            store=store,
            hub=realtime.hub,
            session_control=control,
            session_direction=SessionDirection(store, control, gate),
            session_schedule=SessionSchedule(store, clock, settings.stream_rules),
            session_editing=SessionEditing(store, commit, clock, settings.stream_rules),
            stream_control=stream_control,
            stream_publishing=StreamPublishing(
                store, stream_control, settings.media_server, clock, cameras=settings.camera_server
            ),
            recording_control=create_recording_control(store, commit, clock, settings),
            stream_direction=StreamDirection(store, stream_control, settings.stream_rules, clock),
            qr_code_creation=QrCodeCreation(store, clock),
            union_settings=UnionSettings(store),
            employers=EmployerAdministration(store, gate, clock),
            recruitment_campaigns=RecruitmentCampaignAdministration(store, clock),
            postings=PostingAdministration(
                store,
                gate,
                wages,
                postings.pay_comparison,
                clock,
                occupation_names=names,
                media_rules=parse_media_hosts(settings.media_hosts),
            ),
            imports=ImportAdministration(store, clock),
            posting_gate=gate,
            reviews=reviews,
            appeals=PostingAppeals(store, reviews, clock),
            decision_batches=DecisionBatches(store, reviews, gate, clock),
            questions=questions,
            own_rooms=OwnRooms(store, questions),
            own_room_notices=realtime.own_room_notices,
            lead_capture=capture,
            lead_log=lead_log,
            interests=InterestRecording(
                store,
                capture,
                consent,
                receipts,
                clock,
                usage=usage,
                allows_demo_phones=settings.demo,
            ),
            consent=consent,
            own_leads=own_leads,
            own_data=OwnData(seekers, profile_rights, own_leads),
            phone_confirmation=phone_confirmation,
            contact_disclosure=ContactDisclosure(store, commit, clock),
            seekers=seekers,
            profile_rights=profile_rights,
            call_campaigns=CallCampaignControl(
                store, clock, wake_matcher=matcher.wake, demo=settings.demo
            ),
            call_follow_up=CallFollowUp(store, clock),
            referrals=ReferralFollowUp(store, clock),
            match_search=MatchSearch(store, clock),
            matcher=matcher,
            receipts=receipts,
            lead_follow_up=follow_up,
            staff_follow_up=StaffFollowUp(store, follow_up, control, clock),
            webhooks=WebhookAdministration(
                store, clock, allows_private_addresses=settings.webhook_private
            ),
            group_commit=commit,
            presence=realtime.presence,
            code_gateway=code_gateway,
            phone_proving=create_phone_proving(
                store,
                code_gateway,
                settings,
                clock,
                on_proven=[phone_confirmation.confirm, seekers.prove_phone],
            ),
            phone_replies=PhoneReplies(store, clock, allows_demo_phones=settings.demo),
            device_usage=usage,
            device_entry=DeviceEntry(
                store, tokens, DeviceCredentials(store.keyring, clock), usage, clock
            ),
            sign_in=SignInService(
                tokens,
                store,
                passwords,
                account_changes,
                clock,
                lanes=SignInLanes(realtime.usage, settings.usage_limits),
            ),
            staff=StaffAdministration(store, account_changes, passwords),
            clock=clock,
            occupation_names=names,
            occupation_administration=OccupationAdministration(store, names, clock),
            minimum_wages=wages,
            minimum_wage_administration=MinimumWageAdministration(store, wages, clock),
            wage_proposals=WageProposalControl(store, wages, clock),
            coming_wages=ComingWageEffects(store, wages, clock),
            public_url=settings.public_url,
            demo=settings.demo,
        )
        yield NodeServices(
            realtime=realtime,
            posting_services=postings,
            services=services,
            tokens=tokens,
            revocations=revocations,
            authentication=Authentication(tokens, revocations),
        )
