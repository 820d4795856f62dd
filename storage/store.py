"""Everything that is stored, one module a noun, over one connection."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from domain.leads.leads import Contact, Lead, Sealed
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.seekers import Seeker
from domain.webhooks.webhooks import Webhook
from storage.clock import utc_now
from storage.employers.employers import Employers
from storage.exchange.imports import Imports
from storage.identity.accounts import Accounts
from storage.identity.audit import Audit
from storage.identity.unions import Unions
from storage.leads.consent import Consents
from storage.leads.contacts import Contacts
from storage.leads.follow_up import Pipeline
from storage.leads.funnel import Funnel
from storage.leads.leads import Leads
from storage.live.presence import Presence
from storage.live.qr_codes import Codes
from storage.live.questions import Questions
from storage.live.sessions import Sessions
from storage.live.tally import Tallies
from storage.matching.jobs import Jobs
from storage.matching.notices import Notices
from storage.mongo.client import Mongo
from storage.mongo.crypto import Seal, SecretDamaged
from storage.mongo.event_log import EventLog
from storage.mongo.indexes import ensure_collections
from storage.mongo.keys import Keys
from storage.mongo.leases import Leases
from storage.mongo.meta import Meta
from storage.postings.postings import Postings
from storage.screening.minimum_wages import Wages
from storage.screening.rescreening import Rescreens
from storage.screening.reviews import Reviews
from storage.search.posting_index import Boards
from storage.search.posting_search import Search
from storage.search.search_entries import Searchable
from storage.seekers.call_campaigns import Campaigns
from storage.seekers.call_lists import Calls
from storage.seekers.referrals import Referrals
from storage.seekers.seekers import Seekers
from storage.seekers.service_counts import Services
from storage.webhooks.deliveries import Deliveries
from storage.webhooks.webhooks import Webhooks


class Store:
    """The nouns of one database; ``seal`` holds the keys of its secret."""

    def __init__(self, mongo: Mongo, secret: str) -> None:
        self.mongo = mongo
        self.seal = Seal(secret)
        self.keys = Keys(mongo, self.seal, secret)
        self.meta = Meta(mongo)
        self.accounts = Accounts(mongo)
        self.unions = Unions(mongo)
        self.employers = Employers(mongo)
        self.wages = Wages(mongo)
        self.postings = Postings(mongo)
        self.boards = Boards(mongo)
        self.search = Search(mongo, self.boards)
        self.searchable = Searchable(mongo)
        self.rescreens = Rescreens(mongo)
        self.reviews = Reviews(mongo)
        self.sessions = Sessions(mongo)
        self.questions = Questions(mongo)
        self.leads = Leads(mongo)
        self.funnel = Funnel(mongo)
        self.codes = Codes(mongo, self.seal)
        self.imports = Imports(mongo)
        self.contacts = Contacts(mongo)
        self.consents = Consents(mongo)
        self.audit = Audit(mongo, self.seal)
        self.leases = Leases(mongo)
        self.seekers = Seekers(mongo)
        self.campaigns = Campaigns(mongo)
        self.calls = Calls(mongo)
        self.referrals = Referrals(mongo)
        self.services = Services(mongo)
        self.jobs = Jobs(mongo)
        self.notices = Notices(mongo)
        self.pipeline = Pipeline(mongo)
        self.tallies = Tallies(mongo)
        self.presence = Presence(mongo)
        self.webhooks = Webhooks(mongo)
        self.deliveries = Deliveries(mongo, self.webhooks)
        self.log = EventLog(mongo)

    async def prepare(self, secret: str) -> None:
        """Make the collections, and bind the database to the secret.

        :raises WrongSecret: the database belongs to another secret.
        """
        await ensure_collections(self.mongo)
        await self.meta.claim(secret)
        await self.keys.begin(utc_now())
        await self.consents.begin()
        await self.wages.begin()
        await self.postings.begin()

    async def contact_of(self, held: Lead | Seeker | CallEntry) -> Contact | None:
        """Name and phone in the clear; None when there are none, or they were erased.

        :raises ContactDamaged: they do not open.
        """
        if held.contact is None:
            return None
        if not self.seal.knows(held.contact.key_version):
            await self.keys.refresh()
        return self.seal.open(bound_to(held), held.contact)

    def sealed_for(self, held: Lead | Seeker | CallEntry, contact: Contact) -> Sealed:
        """The contact sealed for this very record, with the newest key."""
        return self.seal.seal(bound_to(held), contact)

    async def signing_secrets(self, webhook: Webhook, at: datetime) -> list[bytes]:
        """What signs the messages of a webhook then, the newest first.

        One that was replaced and does not open signs no more.

        :raises SecretDamaged: the newest does not open.
        """
        newest, *replaced = webhook.signing(at)
        if not all(self.seal.knows(secret.key_version) for secret in (newest, *replaced)):
            await self.keys.refresh()
        opened = [self.seal.open_secret(webhook.id, newest)]
        for secret in replaced:
            with suppress(SecretDamaged):
                opened.append(self.seal.open_secret(webhook.id, secret))
        return opened


def bound_to(held: Lead | Seeker | CallEntry) -> str:
    """What a contact is sealed for: one moved to another record, or another noun, does not open."""
    return held.id if isinstance(held, Lead) else f"{type(held).__name__}/{held.id}"
