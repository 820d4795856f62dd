"""Interests: the tap of a viewer becomes a lead."""

from dataclasses import replace
from typing import Annotated

import strawberry

from domain.errors import NotFound, PostingNotOpen, SessionNotLive
from domain.identity.accounts import VISITOR_ROLES
from domain.identity.persons import check_name, normalise_phone
from domain.leads.follow_up import start_follow_up
from domain.leads.interest_sources import check_source
from domain.leads.leads import ConsentGiven, Contact, LeadSource, LeadStage
from domain.leads.leads import Lead as LeadRecord
from domain.leads.personal_data import ReceiptHolder
from domain.live.sessions import LiveSession as SessionRecord
from domain.postings.postings import Posting as PostingRecord
from domain.seekers.groups import SeekerGroup
from schema import errors
from schema.context import Context, Info
from schema.leads.consent import require_agreed_consent_text
from schema.leads.lead_types import Lead
from schema.live.qr_codes import require_code_by_token
from schema.relay import parse_global_id
from schema.scopes import require_visible_session
from services.live.sessions import check_presented
from storage.mongo.client import new_id


@strawberry.input
class ContactInput:
    name: str
    phone: str = strawberry.field(description="A Chinese mobile number.")


@strawberry.input(description="The person agreed to the text of `consentText` with this version.")
class ConsentInput:
    text_version: str


@strawberry.input
class ExpressInterestInput:
    session_id: strawberry.ID | None = strawberry.field(
        default=None, description="Left out on the board, and at a poster without a session."
    )
    posting_id: strawberry.ID
    contact: ContactInput
    consent: ConsentInput | None = None
    source: LeadSource = LeadSource.LIVE_TAP
    code: str | None = strawberry.field(
        default=None, description="The token that was scanned; needed with a QR code as source."
    )
    group: SeekerGroup | None = strawberry.field(
        default=None, description="Only if the person says so; for the unions' counts."
    )


@strawberry.type(
    description="The interest is stored for good; sent again, it stays one lead, unless it was "
    "withdrawn since: then it is given anew."
)
class InterestRecorded:
    lead: Lead = strawberry.field(description="As it was when it was first given.")
    created: bool = strawberry.field(description="False when it was there before.")
    receipt: str = strawberry.field(
        description="Keep it: with it the giver sees, corrects and takes back what they gave."
    )


ExpressInterestResult = Annotated[
    InterestRecorded
    | errors.PhoneInvalid
    | errors.ConsentRequired
    | errors.CodeInvalid
    | errors.SessionNotLive
    | errors.PostingNotInSession
    | errors.PostingNotOpen
    | errors.CommonRefusal,
    strawberry.union("ExpressInterestResult"),
]


@strawberry.type
class InterestMutations:
    @strawberry.mutation(description="For viewers and seekers: I am interested.")
    async def express_interest(
        self, info: Info, input: ExpressInterestInput
    ) -> ExpressInterestResult:
        context = info.context
        context.require(*VISITOR_ROLES)
        posting_id = parse_global_id(input.posting_id, "Posting", "input", "postingId")
        contact = Contact(
            name=check_name(input.contact.name),
            phone=normalise_phone(input.contact.phone, demo=context.services.demo),
        )
        session = await _require_session(context, input.session_id)
        posting = await context.services.posting_loader.load(posting_id)
        if posting is None:
            raise NotFound("There is no such posting.", field=("input", "postingId"))
        try:
            lead = await _build_lead(context, session, posting, contact, input)
        except (SessionNotLive, PostingNotOpen):
            # Somebody who sends again what was taken gets the same answer, whatever ended since.
            person = context.services.store.keyring.hash_phone(contact.phone)
            session_id = session.id if session else None
            known = await context.services.store.leads.find(session_id, posting.id, person)
            if known is None:
                raise
            return _build_result(context, known, person, created=False)
        stored, created = await context.services.lead_capture.record(lead)
        return _build_result(context, stored, lead.person, created=created)


def _build_result(
    context: Context, lead: LeadRecord, person: str, *, created: bool
) -> InterestRecorded:
    # Of the caller, not of the lead: somebody else may have given it with the same phone.
    holder = ReceiptHolder(person=person, giver=context.require(*VISITOR_ROLES).subject)
    return InterestRecorded(
        lead=Lead.of(lead if created else _hide_progress(lead)),
        created=created,
        receipt=context.services.receipts.issue(holder),
    )


async def _require_session(
    context: Context, session_id: strawberry.ID | None
) -> SessionRecord | None:
    if session_id is None:
        return None
    wanted = parse_global_id(session_id, "LiveSession", "input", "sessionId")
    found = await context.services.session_loader.load(wanted)
    return require_visible_session(context, found, "input", "sessionId")


def _hide_progress(record: LeadRecord) -> LeadRecord:
    """The lead as it was when it was given.

    How far it has come is for staff: whoever sends a phone has not proved that it is theirs.
    """
    return replace(
        record,
        stage=LeadStage.INTERESTED,
        reason=None,
        version=1,
        updated_at=record.created_at,
        withdrawn_at=None,
        erased_at=None,
    )


async def _build_lead(
    context: Context,
    session: SessionRecord | None,
    posting: PostingRecord,
    contact: Contact,
    given: ExpressInterestInput,
) -> LeadRecord:
    code = (
        None
        if given.code is None
        else await require_code_by_token(context, given.code, "input", "code")
    )
    check_source(given.source, session, posting.id, code)
    if not posting.is_open(context.services.today()):
        raise PostingNotOpen("This posting is no longer open; look at the others.")
    if session is not None:
        check_presented(session, posting.id)
    text = await require_agreed_consent_text(
        context, posting, given.consent.text_version if given.consent else None
    )
    lead_id, now = new_id(), context.services.clock()
    seal = context.services.store.keyring
    lead = LeadRecord(
        id=lead_id,
        session_id=session.id if session else None,
        posting_id=posting.id,
        employer_id=posting.employer_id,
        union_path=session.union_path if session else await _load_union_path(context, posting),
        owner_id=session.owner_id if session else None,
        person=seal.hash_phone(contact.phone),
        contact=seal.seal_contact(lead_id, contact),
        consent=ConsentGiven(text_version=text.version, text_sha256=text.sha256, at=now),
        source=given.source,
        segment=session.segment if session else None,
        code_id=code.id if code else None,
        group=given.group,
        terms=posting.terms,
        created_at=now,
        updated_at=now,
        giver=context.require(*VISITOR_ROLES).subject,
    )
    return start_follow_up(lead)


async def _load_union_path(context: Context, posting: PostingRecord) -> tuple[str, ...]:
    union = await context.loaders.unions.load(posting.union_id)
    assert union is not None  # a union with postings is never deleted
    return union.path
