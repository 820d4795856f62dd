"""Everything that is stored, one module a noun, over one connection."""

from __future__ import annotations

from datetime import datetime

from domain.leads import Contact, Lead
from domain.webhooks import Webhook
from storage.accounts import Accounts
from storage.audit import Audit
from storage.client import Mongo
from storage.clock import utc_now
from storage.codes import Codes
from storage.consent import Consents
from storage.contacts import Contacts
from storage.deliveries import Deliveries
from storage.employers import Employers
from storage.funnel import Funnel
from storage.indexes import ensure_collections
from storage.keys import Keys
from storage.leads import Leads
from storage.leases import Leases
from storage.log import EventLog
from storage.meta import Meta
from storage.pipeline import Pipeline
from storage.postings import Postings
from storage.presence import Presence
from storage.sealing import Seal
from storage.sessions import Sessions
from storage.tallies import Tallies
from storage.unions import Unions
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
        self.postings = Postings(mongo)
        self.sessions = Sessions(mongo)
        self.leads = Leads(mongo)
        self.funnel = Funnel(mongo)
        self.codes = Codes(mongo, self.seal)
        self.contacts = Contacts(mongo)
        self.consents = Consents(mongo)
        self.audit = Audit(mongo, self.seal)
        self.leases = Leases(mongo)
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

    async def contact_of(self, lead: Lead) -> Contact | None:
        """Name and phone in the clear; None when they were erased.

        :raises ContactDamaged: they do not open.
        """
        if lead.contact is None:
            return None
        if not self.seal.knows(lead.contact.key_version):
            await self.keys.refresh()
        return self.seal.open(lead.id, lead.contact)

    async def signing_secrets(self, webhook: Webhook, at: datetime) -> list[bytes]:
        """What signs the messages of a webhook then, the newest first.

        :raises SecretDamaged: one does not open.
        """
        signing = webhook.signing(at)
        if not all(self.seal.knows(secret.key_version) for secret in signing):
            await self.keys.refresh()
        return [self.seal.open_secret(webhook.id, secret) for secret in signing]
