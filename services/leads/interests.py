"""Recording an interest: the tap of a viewer becomes one durable lead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.identity.accounts import Principal
from domain.identity.devices import PhonePair
from domain.identity.persons import check_name, normalise_phone
from domain.leads.confirmation import LeadConfirmation
from domain.leads.follow_up import start_follow_up
from domain.leads.interest_sources import check_source
from domain.leads.lead_identity import InterestKey, check_request_id, key_of, place_beside
from domain.leads.leads import ConsentGiven, Contact, Lead, LeadSource, LeadStage
from domain.leads.personal_data import ReceiptHolder
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.refusals import InvalidInput, NotFound, PostingNotOpen, SessionNotLive
from domain.seekers.group_checks import check_own_group
from domain.seekers.seeker_groups import SeekerGroup
from realtime.batch_loader import SharedBatchLoader
from services.identity.device_usage import DeviceUsage
from services.identity.receipts import Receipts
from services.leads.consent import PostingConsent
from services.leads.lead_capture import LeadCapture
from services.live.qr_codes import require_scanned_code
from services.live.session_access import check_visible
from services.live.sessions import check_presented
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Interest:
    """An interest as a viewer sends it. Ids are local ids.

    ``session_id`` is None on the posting board. ``code`` is the token of a scanned QR code.
    ``request_id`` is what the client calls this tap: it sends a retry with the same one.
    """

    session_id: str | None
    posting_id: str
    name: str
    phone: str
    consent_version: str | None
    consent_sha256: str | None = None
    source: LeadSource
    code: str | None
    group: SeekerGroup | None
    request_id: str | None


@dataclass(frozen=True, kw_only=True)
class RecordedInterest:
    """The lead of an interest, whether this call created it, and the receipt of its giver.

    A lead that existed before is shown as it was when it was given.
    """

    lead: Lead
    created: bool
    receipt: str


class InterestRecording:
    """Turns interests into leads: checks them, seals the contact and captures the lead."""

    def __init__(
        self,
        store: Store,
        capture: LeadCapture,
        consent: PostingConsent,
        receipts: Receipts,
        clock: Clock,
        *,
        usage: DeviceUsage,
        allows_demo_phones: bool,
    ) -> None:
        """``allows_demo_phones`` admits the phones 144xxxxxxxx."""
        self._store = store
        self._capture = capture
        self._consent = consent
        self._receipts = receipts
        self._clock = clock
        self._usage = usage
        self._allows_demo_phones = allows_demo_phones
        # A room taps at once: each read serves all interests that wait for it.
        self._sessions = SharedBatchLoader(store.live_sessions.by_ids)
        self._postings = SharedBatchLoader(store.postings.by_ids)

    async def record(self, caller: Principal, interest: Interest, *, peer: str) -> RecordedInterest:
        """Store the interest as a lead, or return the lead that this giver gave before.

        Returns once a majority of MongoDB's members has the lead in its journal. ``peer`` is the
        caller's network address: it never refuses anybody, but a lead of one that brings very many
        devices is called after the others.

        :raises InvalidInput: the name cannot be right, or session, source and code do not agree.
        :raises InvalidInput: also when the request id is no such id, or that of another interest,
            or people do not say of themselves that they belong to the group.
        :raises PhoneInvalid: the phone is no Chinese mobile number.
        :raises ConsentRequired: no consent to the current text.
        :raises CodeInvalid: the code is damaged, forged, or belongs to something else.
        :raises NotFound: there is no such session or posting for the caller.
        :raises SessionNotLive: the session is too early or too late for this source.
        :raises PostingNotInSession: the session does not present the posting.
        :raises PostingNotOpen: the posting is not open.
        :raises TooManyAttempts: this device has sent too many phones in this hour.
        :raises Busy: nothing may be stored; sending the interest again is safe.
        """
        check_request_id(interest.request_id)
        if interest.group is not None:
            check_own_group(interest.group, ("input", "group"))
        contact = Contact(
            name=check_name(interest.name),
            phone=normalise_phone(interest.phone, demo=self._allows_demo_phones),
        )
        session = await self._require_session(caller, interest.session_id)
        posting = await self._postings.load(interest.posting_id)
        if posting is None:
            raise NotFound(
                "There is no such posting.", "没有这个岗位。", field=("input", "postingId")
            )
        try:
            lead = await self._build_lead(caller, session, posting, contact, interest)
            self._usage.admit_phone(caller, contact.phone)
        except (SessionNotLive, PostingNotOpen):
            # A repeated interest gets the same answer even after the session or posting has ended.
            known = await self._find_given(
                InterestKey(
                    session_id=session.id if session else None,
                    posting_id=posting.id,
                    person=self._store.keyring.hash_phone(contact.phone),
                    giver=caller.subject,
                    request_id=interest.request_id,
                    is_proven=False,
                )
            )
            if known is None:
                raise
            return known
        if self._usage.is_crowded(caller, peer):
            lead = replace(lead, crowded=True)
        captured = await self._capture.record(start_follow_up(lead))
        return self._result(
            key_of(lead), captured.lead, created=captured.created, is_proven=captured.is_proven
        )

    async def _require_session(
        self, caller: Principal, session_id: str | None
    ) -> LiveSession | None:
        if session_id is None:
            return None
        found = await self._sessions.load(session_id)
        return check_visible(caller, found, ("input", "sessionId"))

    async def _build_lead(
        self,
        caller: Principal,
        session: LiveSession | None,
        posting: Posting,
        contact: Contact,
        interest: Interest,
    ) -> Lead:
        code = None
        if interest.code is not None:
            code = await require_scanned_code(self._store, interest.code, ("input", "code"))
        check_source(interest.source, session, posting.id, code)
        if not posting.is_open(day_in_china(self._clock())):
            raise PostingNotOpen(
                "This posting is no longer open; look at the others.",
                "该岗位已关闭，请看看其他岗位。",
            )
        if session is not None:
            check_presented(session, posting.id)
        text = await self._consent.require_agreed(
            posting, session, interest.consent_version, interest.consent_sha256
        )
        lead_id, now, keyring = new_id(), self._clock(), self._store.keyring
        return Lead(
            id=lead_id,
            session_id=session.id if session else None,
            posting_id=posting.id,
            employer_id=posting.employer_id,
            union_path=session.union_path if session else await self._load_union_path(posting),
            owner_id=session.owner_id if session else None,
            person=keyring.hash_phone(contact.phone),
            contact=keyring.seal_contact(lead_id, contact),
            consent=ConsentGiven(text_version=text.version, text_sha256=text.sha256, at=now),
            source=interest.source,
            segment=session.segment if session else None,
            code_id=code.id if code else None,
            group=interest.group,
            terms=posting.terms,
            created_at=now,
            updated_at=now,
            giver=caller.subject,
            confirmation=LeadConfirmation.UNCONFIRMED,
            # Whether others sent the phone must change neither the answer nor its time: an
            # unproven lead never competes for the place of the person.
            made_way=place_beside(caller.subject),
            request_id=interest.request_id,
        )

    async def _load_union_path(self, posting: Posting) -> tuple[str, ...]:
        unions = await self._store.unions.by_ids([posting.union_id])
        return unions[posting.union_id].path

    async def _find_given(self, key: InterestKey) -> RecordedInterest | None:
        """Return what the same giver gave before, whatever became of session and posting."""
        pair = PhonePair(device_id=key.giver, person=key.person)
        is_proven = await self._store.phone_proofs.is_proven(pair, at=self._clock())
        known = await self._store.lead_claims.find_given(replace(key, is_proven=is_proven))
        if known is None:
            return None
        return self._result(key, known, created=False, is_proven=is_proven)

    def _result(
        self, key: InterestKey, lead: Lead, *, created: bool, is_proven: bool
    ) -> RecordedInterest:
        is_superseded = lead.confirmation is LeadConfirmation.SUPERSEDED
        if not is_superseded and not key.is_of_same_phone(lead):
            raise InvalidInput(
                "This tap was already used for another job. Tap once more.",
                "这次点击已用于另一个岗位，请再点一次。",
                field=("input", "requestId"),
                hint="Give each tap a `requestId` of its own.",
            )
        holder = ReceiptHolder(person=key.person, giver=key.giver)
        return RecordedInterest(
            lead=_as_given(lead, is_proven=is_proven),
            created=created,
            receipt=self._receipts.issue(holder),
        )


def _as_given(lead: Lead, *, is_proven: bool) -> Lead:
    """The lead as it was when it was given.

    Its progress is for staff: sending a phone does not prove that it is the sender's own.
    """
    return replace(
        lead,
        confirmation=_confirmation_as_given(lead, is_proven=is_proven),
        stage=LeadStage.INTERESTED,
        reason=None,
        version=1,
        updated_at=lead.created_at,
        withdrawn_at=None,
        erased_at=None,
    )


def _confirmation_as_given(lead: Lead, *, is_proven: bool) -> LeadConfirmation:
    if lead.confirmation is LeadConfirmation.LEGACY:
        return LeadConfirmation.LEGACY
    return LeadConfirmation.CONFIRMED if is_proven else LeadConfirmation.UNCONFIRMED
