"""A stranger learns nothing of a phone by tapping: same answers, by the same database commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.devices import PhonePair
from domain.leads.leads import Contact, LeadSource
from domain.live.sessions import SessionStatus
from domain.postings.postings import PostingStatus
from domain.refusals import Refusal
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from realtime.group_commit import GroupCommit
from realtime.usage_counter import UsageCounter
from services.identity.device_usage import DeviceUsage
from services.identity.receipts import Receipts
from services.leads.consent import PostingConsent
from services.leads.interests import Interest, InterestRecording, RecordedInterest
from services.leads.lead_capture import LeadCapture
from services.leads.lead_confirmation import PhoneConfirmation
from services.leads.lead_log_writer import LeadLogWriter
from services.seekers.profile import SeekerProfiles
from storage.mongo.client import new_id
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.commands import record_commands
from tests.support.records import FIXED_NOW, ManualClock

PEER = "192.0.2.1"
OPEN_UNTIL = (FIXED_NOW + timedelta(days=30)).date()
KNOWN, UNKNOWN = "14400000001", "14400000002"
CACHED = {"consent_texts", "employers"}
"""Read once a second at most, for all taps."""


class House:
    """What one node needs to take taps and profiles, without anything that works in between."""

    def __init__(self, store: Store, commit: GroupCommit) -> None:
        clock = ManualClock()
        self.store = store
        self.log = LeadLogWriter(store, commit, clock)
        self.capture = LeadCapture(store, self.log, clock)
        self.confirmation = PhoneConfirmation(store, commit, clock)
        usage = DeviceUsage(UsageCounter(store, clock))
        consent = PostingConsent(store, commit, clock)
        # Of the unions each tap reads one, too: those of the consent are read once for all taps.
        consent._cached_handlers._ttl_seconds = 3_600
        self.interests = InterestRecording(
            store,
            self.capture,
            consent,
            Receipts(store.keyring, clock),
            clock,
            usage=usage,
            allows_demo_phones=True,
        )
        self.profiles = SeekerProfiles(store, clock, usage)

    async def set_up(self) -> None:
        terms = posting_terms(valid_until=OPEN_UNTIL)
        await self.store.unions.add([records.union()])
        await self.store.employers.add([records.employer(id="employer")])
        await self.store.postings.add([records.posting(id="open", terms=terms)])
        await self.store.live_sessions.add([records.live_session(id="live", posting_ids=("open",))])

    async def tap(self, device: str, phone: str, session: str | None) -> object:
        """Send an interest; what the answer says, without what differs by chance."""
        interest = Interest(
            session_id=session,
            posting_id="open",
            name="王小明",
            phone=phone,
            consent_version="1",
            source=LeadSource.BOARD if session is None else LeadSource.LIVE_TAP,
            code=None,
            group=None,
            request_id=None,
        )
        caller = Principal(subject=device, role=Role.VIEWER)
        try:
            recorded = await self.interests.record(caller, interest, peer=PEER)
        except Refusal as refusal:
            return type(refusal), refusal.message, refusal.message_zh, refusal.field
        # The leads are logged after the answer; nothing of the log waits after this.
        await self.log.close()
        return _describe(recorded)

    async def save_profile(self, device: str, phone: str) -> object:
        """Save a profile; what the answer says, without what differs by chance."""
        saved = await self.profiles.save(
            Principal(subject=device, role=Role.VIEWER),
            records.seeker().profile,
            contact=Contact(name="王小明", phone=f"+86{phone}"),
            keep_contact=False,
            consent_version=PROFILE_CONSENT_TEXT.version,
            union_id=None,
            peer=PEER,
        )
        return len(saved.id), saved.version, saved.status, saved.phone_proven_at

    async def close(self) -> None:
        await self.capture.close()
        await self.log.close()


def _describe(recorded: RecordedInterest) -> object:
    lead = recorded.lead
    return (
        recorded.created,
        len(recorded.receipt),
        len(lead.id),
        lead.stage,
        lead.confirmation,
        lead.version,
        lead.source,
        lead.created_at,
        lead.updated_at,
    )


@pytest.fixture
async def house(store: Store, commit: GroupCommit) -> Any:
    house = House(store, commit)
    await house.set_up()
    yield house
    await house.close()


async def make_squatted(house: House, session: str | None) -> None:
    """Let another device have typed the phone in this session, or on the board."""
    await house.tap("other", KNOWN, session)


async def make_confirmed(house: House, session: str | None) -> None:
    """Let the owner have a confirmed lead, and a squatter one that was superseded."""
    await make_squatted(house, session)
    await house.tap("owner", KNOWN, session)
    pair = PhonePair(device_id="owner", person=house.store.keyring.hash_phone(f"+86{KNOWN}"))
    await house.store.phone_proofs.record(pair, at=FIXED_NOW)
    await house.confirmation.confirm(pair, FIXED_NOW)


PATHS = {
    "live": ("live", None),
    "after the end": ("live", ("sessions", "live", SessionStatus.ENDED)),
    "closed": ("live", ("postings", "open", PostingStatus.CLOSED)),
    "board": (None, None),
    "board, closed": (None, ("postings", "open", PostingStatus.CLOSED)),
}
"""Where the phone is sent, and what ends after it got known."""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("make_known", [make_squatted, make_confirmed])
async def test_a_tap_has_the_same_answer_and_commands_for_a_known_and_an_unknown_phone(
    path: str, make_known: Callable[[House, str | None], Awaitable[None]], house: House
) -> None:
    session, ending = PATHS[path]
    await make_known(house, session)
    if ending is not None:
        collection, ended, status = ending
        change = {"$set": {"status": status.value}}
        await house.store.mongo[collection].update_one({"_id": ended}, change)
    results = []
    for phone in (UNKNOWN, KNOWN):
        async with record_commands(house.store.mongo) as commands:
            answer = await house.tap(new_id(), phone, session)
        results.append((answer, [each for each in commands if each[0] not in CACHED]))
    assert results[0] == results[1]
    assert results[0][1]


async def test_a_profile_has_the_same_answer_and_commands_for_a_known_and_an_unknown_phone(
    house: House,
) -> None:
    await make_confirmed(house, "live")
    await house.save_profile("owner", KNOWN)
    results = []
    for phone in (UNKNOWN, KNOWN):
        async with record_commands(house.store.mongo) as commands:
            answer = await house.save_profile(new_id(), phone)
        results.append((answer, commands))
    assert results[0] == results[1]
    assert results[0][1]
