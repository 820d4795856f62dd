"""Erasing leads: person, contact and notes go; what the law requires is retained sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from domain.identity.audit import Actor, AuditAction, AuditEntry
from domain.leads.leads import Contact, Lead
from domain.leads.personal_data import erase_lead, service_ended_at
from services.leads.lead_changes import lead_audit_entry, write_lead_changes
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Transaction
from storage.mongo.crypto import ContactDamaged
from storage.store import Store

LEADS_PER_TRANSACTION = 50
"""Leads that one transaction corrects or erases."""


async def erase_leads(
    store: Store,
    leads: Sequence[Lead],
    actor: Actor,
    *,
    at: datetime,
    transaction: Transaction,
    stored_after: datetime | None = None,
) -> None:
    """Erase person and contact of ``leads`` in a transaction, with one audit row each.

    Contacts are retained sealed, for the three years that records must be kept (Order 44), except
    those of services that had ended by ``stored_after``.
    """
    if not leads:
        return
    retained: list[RetainedContact] = []
    entries: list[AuditEntry] = []
    for lead in leads:
        try:
            contact, detail = await store.open_contact(lead), ""
        except ContactDamaged:
            # It cannot be decrypted any more, so there is nothing to retain.
            contact, detail = None, "the contact did not open"
        entries.append(lead_audit_entry(lead, actor, AuditAction.ERASE, detail))
        ended = service_ended_at(lead, at)
        if contact is not None and (stored_after is None or ended > stored_after):
            sealed = store.keyring.seal_retained(lead.id, _retained_payload(lead, contact))
            retained.append(
                RetainedContact(id=lead.id, sealed=sealed, completed_at=ended, erased_at=at)
            )
    await write_lead_changes(
        store, [(lead, erase_lead(lead, at=at)) for lead in leads], transaction
    )
    await store.sealed_contacts.retain_and_clear_notes(
        [lead.id for lead in leads], retained, transaction=transaction
    )
    await store.audit_log.append(entries, at=at, transaction=transaction)
    ids = [lead.id for lead in leads]
    await store.audit_log.redact("Lead", ids, actor, at=at, transaction=transaction)


def _retained_payload(lead: Lead, contact: Contact) -> bytes:
    payload = {"person": lead.person, "name": contact.name, "phone": contact.phone}
    return json.dumps(payload, ensure_ascii=False).encode()
