"""Everything that is stored, one module a noun, over one connection."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from domain.calls import CallEntry
from domain.leads import Contact, Lead, Sealed
from domain.seekers import Seeker
from domain.webhooks import Webhook
from storage.accounts import Accounts
from storage.audit import Audit
from storage.board import Boards
from storage.calls import Calls
from storage.campaigns import Campaigns
from storage.client import Mongo
from storage.clock import utc_now
from storage.codes import Codes
from storage.consent import Consents
from storage.contacts import Contacts
from storage.deliveries import Deliveries
from storage.employers import Employers
from storage.funnel import Funnel
from storage.imports import Imports
from storage.indexes import ensure_collections
from storage.jobs import Jobs
from storage.keys import Keys
from storage.leads import Leads
from storage.leases import Leases
from storage.log import EventLog
from storage.meta import Meta
from storage.notices import Notices
from storage.pipeline import Pipeline
from storage.postings import Postings
from storage.presence import Presence
from storage.questions import Questions
from storage.referrals import Referrals
from storage.rescreens import Rescreens
from storage.reviews import Reviews
from storage.sealing import Seal, SecretDamaged
from storage.search import Search
from storage.searchable import Searchable
from storage.seekers import Seekers
from storage.services import Services
from storage.sessions import Sessions
from storage.tallies import Tallies
from storage.unions import Unions
from storage.wages import Wages
from storage.webhooks import Webhooks


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
