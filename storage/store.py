"""The store: all repositories of one database."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import structlog

from domain.leads.leads import Contact, Lead, SealedContact
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.seekers import Seeker
from domain.webhooks.webhooks import Webhook
from storage.clock import Clock, utc_now
from storage.employers.employers import Employers
from storage.exchange.imports import Imports
from storage.identity.accounts import Accounts
from storage.identity.audit import AuditLog
from storage.identity.code_caps import CodeCapCounts
from storage.identity.devices import Devices
from storage.identity.phone_codes import PhoneCodes
from storage.identity.phone_proofs import PhoneProofs
from storage.identity.phone_stops import PhoneStops
from storage.identity.token_rotation import SignIns
from storage.identity.unions import Unions
from storage.identity.usage_counts import UsageCounts
from storage.leads.calling_order import CallingOrder
from storage.leads.claims import LeadClaims
from storage.leads.consent import ConsentTexts
from storage.leads.contacts import SealedContacts
from storage.leads.follow_up import LeadTimelines
from storage.leads.funnel import Funnel
from storage.leads.leads import Leads
from storage.leads.unlogged import UnloggedLeads
from storage.live.presence import PresenceReports
from storage.live.qr_codes import QrCodes
from storage.live.questions import Questions
from storage.live.recruitment_campaigns import RecruitmentCampaigns
from storage.live.room_owners import RoomOwners
from storage.live.sessions import LiveSessions
from storage.live.tally import InterestCounts
from storage.matching.jobs import Jobs
from storage.matching.notices import MatchNotices
from storage.mongo.client import Mongo, new_id
from storage.mongo.collections import ensure_collections
from storage.mongo.crypto import Keyring, WebhookSecretDamaged
from storage.mongo.database_clock import DatabaseClock
from storage.mongo.event_log import EventLog
from storage.mongo.heartbeats import Heartbeats
from storage.mongo.keys import Keys
from storage.mongo.leases import Leases
from storage.mongo.meta import Meta
from storage.mongo.stored_names import CONTACT_HOLDER_NAMES
from storage.mongo.upgrades import Upgrades
from storage.postings.postings import Postings
from storage.reference.occupation_additions import OccupationAdditions
from storage.screening.low_paid_postings import LowPaidPostings
from storage.screening.minimum_wages import MinimumWageRows
from storage.screening.rescreening import RescreeningTasks
from storage.screening.reviews import Reviews
from storage.screening.wage_proposals import WageProposals
from storage.search.posting_index import MemorySearch
from storage.search.posting_search import PostingSearch
from storage.search.search_entries import SearchEntries
from storage.seekers.call_campaigns import CallCampaigns
from storage.seekers.call_lists import CallEntries
from storage.seekers.referrals import Referrals
from storage.seekers.seekers import Seekers
from storage.seekers.service_counts import ServiceStatistics
from storage.upgrade_steps import UPGRADE_STEPS
from storage.webhooks.deliveries import Deliveries
from storage.webhooks.webhooks import Webhooks

_log = structlog.get_logger(__name__)


class Store:
    """All repositories over one connection; ``keyring`` holds the keys of the database.

    ``clock`` is the database's; it is the node's own until ``prepare`` or a first sample.
    """

    def __init__(  # noqa: PLR0915 - one statement for each repository
        self, mongo: Mongo, secret: str, *, wall_clock: Clock = utc_now
    ) -> None:
        """``wall_clock`` is the node's own clock."""
        self.mongo = mongo
        self.clock = DatabaseClock(mongo, wall_clock=wall_clock)
        self.keyring = Keyring(secret)
        self.keys = Keys(mongo, self.keyring, secret)
        self.meta = Meta(mongo)
        self.accounts = Accounts(mongo)
        self.phone_codes = PhoneCodes(mongo)
        self.code_caps = CodeCapCounts(mongo)
        self.phone_stops = PhoneStops(mongo)
        self.sign_ins = SignIns(mongo)
        self.unions = Unions(mongo)
        self.devices = Devices(mongo)
        self.phone_proofs = PhoneProofs(mongo, self.phone_codes)
        self.usage_counts = UsageCounts(mongo)
        self.employers = Employers(mongo)
        self.minimum_wages = MinimumWageRows(mongo)
        self.wage_proposals = WageProposals(mongo)
        self.low_paid_postings = LowPaidPostings(mongo)
        self.occupation_additions = OccupationAdditions(mongo)
        self.postings = Postings(mongo)
        self.memory_search = MemorySearch(mongo)
        self.search = PostingSearch(mongo, self.memory_search)
        self.search_entries = SearchEntries(mongo)
        self.rescreens = RescreeningTasks(mongo)
        self.reviews = Reviews(mongo)
        self.live_sessions = LiveSessions(mongo)
        self.recruitment_campaigns = RecruitmentCampaigns(mongo)
        self.questions = Questions(mongo)
        self.room_owners = RoomOwners(mongo)
        self.calling_order = CallingOrder(mongo)
        self.lead_claims = LeadClaims(mongo)
        self.leads = Leads(mongo, self.lead_claims)
        self.unlogged_leads = UnloggedLeads(mongo)
        self.funnel = Funnel(mongo)
        self.qr_codes = QrCodes(mongo, self.keyring)
        self.imports = Imports(mongo)
        self.sealed_contacts = SealedContacts(mongo)
        self.consent_texts = ConsentTexts(mongo)
        self.audit_log = AuditLog(mongo, self.keyring)
        self.leases = Leases(mongo)
        self.seekers = Seekers(mongo)
        self.call_campaigns = CallCampaigns(mongo)
        self.call_entries = CallEntries(mongo)
        self.referrals = Referrals(mongo)
        self.service_statistics = ServiceStatistics(mongo)
        self.jobs = Jobs(mongo)
        self.match_notices = MatchNotices(mongo)
        self.lead_timelines = LeadTimelines(mongo)
        self.interest_counts = InterestCounts(mongo)
        self.presence_reports = PresenceReports(mongo)
        self.webhooks = Webhooks(mongo)
        self.deliveries = Deliveries(mongo, self.webhooks)
        self.event_log = EventLog(mongo)
        self.heartbeats = Heartbeats(mongo)

    async def prepare(self, secret: str) -> None:
        """Make the database ready for this code: collections, indexes, secret, upgrades, seed data.

        In a database that a newer version has upgraded, and that this code can work with, neither
        collections nor data are changed.

        :raises NewerData: a newer version has changed the data so that this code cannot read them.
        :raises WrongSecret: the database is bound to another secret.
        :raises RestoreUnfinished: the database holds only a part of a backup.
        """
        await self.clock.sample()
        await self.meta.check_restored()
        upgrades = self.upgrades()
        stored = await upgrades.check()
        code = upgrades.code_version.version
        if stored is not None and stored.version > code:
            _log.info("data are newer than this code", data=stored.version, code=code)
            await self.meta.bind_to_secret(secret)
            await self.keys.initialise(self.clock())
            return
        await ensure_collections(self.mongo)
        is_new = await self.meta.bind_to_secret(secret)
        if is_new:
            await upgrades.initialise_new()
        await self.keys.initialise(self.clock())
        await upgrades.run()
        await self.consent_texts.seed()
        added = await self.minimum_wages.seed()
        if added and not is_new:
            _log.info("minimum wages of this version added", rows=added)

    def upgrades(self) -> Upgrades:
        """The upgrades of this database, run by a process of a new name."""
        return Upgrades(self.mongo, self.leases, UPGRADE_STEPS, self.clock, node=new_id())

    async def open_contact(self, held: Lead | Seeker | CallEntry) -> Contact | None:
        """The decrypted name and phone of a record; None if it has none or they were erased.

        :raises ContactDamaged: they cannot be decrypted.
        """
        if held.contact is None:
            return None
        if not self.keyring.has_version(held.contact.key_version):
            await self.keys.reload()
        return self.keyring.open_contact(encryption_context(held), held.contact)

    def seal_contact(self, held: Lead | Seeker | CallEntry, contact: Contact) -> SealedContact:
        """Encrypt a contact for this record, with the newest key."""
        return self.keyring.seal_contact(encryption_context(held), contact)

    async def open_signing_secrets(self, webhook: Webhook, at: datetime) -> list[bytes]:
        """The secrets that sign a webhook's messages at ``at``, newest first.

        A replaced secret that cannot be decrypted is left out.

        :raises WebhookSecretDamaged: the newest cannot be decrypted.
        """
        newest, *replaced = webhook.active_secrets(at)
        if not all(self.keyring.has_version(secret.key_version) for secret in (newest, *replaced)):
            await self.keys.reload()
        opened = [self.keyring.open_webhook_secret(webhook.id, newest)]
        for secret in replaced:
            with suppress(WebhookSecretDamaged):
                opened.append(self.keyring.open_webhook_secret(webhook.id, secret))
        return opened


def encryption_context(held: Lead | Seeker | CallEntry) -> str:
    """The name of a record in the associated data of its sealed contact.

    A contact that is moved to another record cannot be decrypted there.
    """
    if isinstance(held, Lead):
        return held.id
    return f"{CONTACT_HOLDER_NAMES[type(held)]}/{held.id}"
