"""The leads of one phone within a transaction: one is confirmed, those of other givers give way.

``services.leads.lead_confirmation`` and the lead log writer call these in their transactions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from domain.identity.devices import PhonePair
from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.leads.lead_identity import confirm_claim, find_own_claim, supersede_lead
from domain.leads.leads import Lead
from domain.leads.timeline import LeadChange, TimelineEntryKind
from domain.live.events import LeadConfirmed, LeadSuperseded, LoggedEvent
from services.leads.lead_changes import write_lead_changes
from storage.leads.unlogged import UnloggedLead
from storage.mongo.client import Transaction
from storage.store import Store

LEADS_SUPERSEDED_PER_TRANSACTION = 100
"""Leads of other givers that one transaction ends for a person and posting."""


async def confirm_lead(
    store: Store,
    claim: Lead,
    method: ConfirmationMethod,
    *,
    by: str | None,
    at: datetime,
    transaction: Transaction,
) -> tuple[Lead, list[LoggedEvent]]:
    """Confirm a standing lead; return it as it is then, and the events to log.

    It is SUPERSEDED if the person has a confirmed lead for the posting already.
    """
    leads = await _read_leads_of_phone(store, claim, transaction)
    changes = confirm_claim(claim, leads, method, by=by, at=at)
    events = await _write_changes(store, changes, transaction)
    after = {before.id: change.lead for before, change in changes}
    return after.get(claim.id, claim), events


async def confirm_in_session(
    store: Store,
    session_id: str | None,
    pair: PhonePair,
    *,
    at: datetime,
    transaction: Transaction,
) -> tuple[list[Lead], list[LoggedEvent]]:
    """Confirm what a device gave with a proven phone in a session, one lead for each posting.

    Returns the leads as they are then, and the events to log.
    """
    own = await store.lead_claims.of_giver(
        session_id, pair.device_id, pair.person, transaction=transaction
    )
    confirmed: list[Lead] = []
    events: list[LoggedEvent] = []
    for posting_id in dict.fromkeys(lead.posting_id for lead in own):
        of_posting = [lead for lead in own if lead.posting_id == posting_id]
        claim = find_own_claim(of_posting, pair.device_id)
        if claim is None:
            continue
        after, its_events = await confirm_lead(
            store, claim, ConfirmationMethod.CODE, by=None, at=at, transaction=transaction
        )
        confirmed.append(after)
        events += its_events
    return confirmed, events


async def settle_new_leads(
    store: Store,
    session_id: str | None,
    taken: Sequence[UnloggedLead],
    *,
    at: datetime,
    transaction: Transaction,
) -> list[LoggedEvent]:
    """Confirm new leads whose phone is proven by now, and end those beside confirmed ones.

    A phone may be confirmed at the moment of a tap. The confirmation then finds the lead, or this
    finds the proof. Returns the events to log.
    """
    events: list[LoggedEvent] = []
    pairs = {
        PhonePair(device_id=lead.giver, person=lead.person)
        for lead in taken
        if lead.giver is not None and lead.confirmation is LeadConfirmation.UNCONFIRMED
    }
    proven = await store.phone_proofs.find_proven(pairs, at=at, transaction=transaction)
    for pair in sorted(proven, key=lambda pair: (pair.device_id, pair.person)):
        _, confirmed = await confirm_in_session(
            store, session_id, pair, at=at, transaction=transaction
        )
        events += confirmed
    persons: defaultdict[str, list[str]] = defaultdict(list)
    for lead in taken:
        if lead.confirmation is LeadConfirmation.CONFIRMED:
            persons[lead.posting_id].append(lead.person)
    for posting_id, of_posting in persons.items():
        events += await end_leads_beside(
            store, session_id, posting_id, of_posting, at=at, transaction=transaction
        )
    return events


async def end_leads_beside(
    store: Store,
    session_id: str | None,
    posting_id: str,
    persons: Sequence[str],
    *,
    at: datetime,
    transaction: Transaction,
) -> list[LoggedEvent]:
    """End unconfirmed leads that stand beside the confirmed leads of these persons.

    It ends at most ``LEADS_SUPERSEDED_PER_TRANSACTION``; no event means that none is left.
    """
    beside = await store.lead_claims.beside(
        session_id,
        posting_id,
        persons,
        limit=LEADS_SUPERSEDED_PER_TRANSACTION,
        transaction=transaction,
    )
    changes = [(lead, supersede_lead(lead, at=at)) for lead in beside]
    return await _write_changes(store, changes, transaction)


async def _read_leads_of_phone(
    store: Store, claim: Lead, transaction: Transaction
) -> Sequence[Lead]:
    """Return the standing leads of a phone for a session and posting, the claim among them.

    All that matter to the rule: the one that holds the place, the confirmed one, and some others.
    """
    key = claim.session_id, claim.posting_id, claim.person
    first = await store.lead_claims.holders(*key, transaction=transaction)
    beside = await store.lead_claims.beside(
        claim.session_id,
        claim.posting_id,
        [claim.person],
        limit=LEADS_SUPERSEDED_PER_TRANSACTION,
        transaction=transaction,
    )
    others = {lead.id: lead for lead in (*first, *beside) if lead.id != claim.id}
    return [claim, *others.values()]


async def _write_changes(
    store: Store, changes: Sequence[tuple[Lead, LeadChange]], transaction: Transaction
) -> list[LoggedEvent]:
    """Write the changes, and erase the notes on leads that ended; return the events.

    The timeline and the event of an ended lead are its record. A row of the audit log would make
    the log of each session wait for those of all others, because the rows are one chain.
    """
    if not changes:
        return []
    confirmed = [
        before.id
        for before, change in changes
        if change.entry.kind is TimelineEntryKind.PHONE_CONFIRMED
    ]
    # The log writer has yet to send the messages of these, and will see that they are confirmed.
    unlogged = await store.unlogged_leads.find(confirmed, transaction=transaction)
    await write_lead_changes(store, changes, transaction, without_notice=unlogged)
    ended = [
        before for before, change in changes if change.entry.kind is TimelineEntryKind.SUPERSEDED
    ]
    of_session: defaultdict[str, list[str]] = defaultdict(list)
    for lead in ended:
        if lead.session_id is not None:
            of_session[lead.session_id].append(lead.posting_id)
    for session_id, postings in of_session.items():
        # From now on the person counts once. A lead that waits for the log is counted there.
        await store.interest_counts.subtract(session_id, postings, transaction=transaction)
    if ended:
        await store.sealed_contacts.retain_and_clear_notes(
            [lead.id for lead in ended], [], transaction=transaction
        )
    return [
        (LeadSuperseded if change.entry.kind is TimelineEntryKind.SUPERSEDED else LeadConfirmed)(
            session_id=before.session_id, lead_id=before.id
        )
        for before, change in changes
        if before.session_id is not None
    ]
