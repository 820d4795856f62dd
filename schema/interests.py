"""Interests: the tap of a viewer becomes a lead."""

from dataclasses import replace
from typing import Annotated

import strawberry

from domain.accounts import Role
from domain.consent import check_consent
from domain.errors import NotFound, PostingNotOpen
from domain.leads import ConsentGiven, Contact, LeadSource, LeadStage
from domain.leads import Lead as LeadRecord
from domain.persons import check_name, normalise_phone
from domain.pipeline import begun
from domain.postings import Posting as PostingRecord
from domain.sessions import LiveSession as SessionRecord
from domain.sessions import SessionStatus
from realtime.sessions import check_live, check_presented
from schema import errors
from schema.consent import current_text
from schema.context import Context, Info
from schema.leads import Lead
from schema.nodes import local_id
from storage.client import new_id


@strawberry.input
class ContactInput:
    name: str
    phone: str = strawberry.field(description="A Chinese mobile number.")


@strawberry.input(description="The person agreed to the text of `consentText` with this version.")
class ConsentInput:
    text_version: str


@strawberry.input
class ExpressInterestInput:
    session_id: strawberry.ID
    posting_id: strawberry.ID
    contact: ContactInput
    consent: ConsentInput | None = None
    source: LeadSource = LeadSource.LIVE_TAP


@strawberry.type(description="The interest is stored for good; sent again, it stays one lead.")
class InterestRecorded:
    lead: Lead = strawberry.field(description="As it was when it was first given.")
    created: bool = strawberry.field(description="False when it was there before.")


ExpressInterestResult = Annotated[
    InterestRecorded
    | errors.PhoneInvalid
    | errors.ConsentRequired
    | errors.SessionNotLive
    | errors.PostingNotInSession
    | errors.PostingNotOpen
    | errors.AnyRefusal,
    strawberry.union("ExpressInterestResult"),
]


@strawberry.type
class InterestMutations:
    @strawberry.mutation(description="For viewers: I am interested.")
    async def express_interest(
        self, info: Info, input: ExpressInterestInput
    ) -> ExpressInterestResult:
        context = info.context
        context.require(Role.VIEWER)
        session_id = local_id(input.session_id, "LiveSession", "input", "sessionId")
        posting_id = local_id(input.posting_id, "Posting", "input", "postingId")
        contact = Contact(
            name=check_name(input.contact.name),
            phone=normalise_phone(input.contact.phone, demo=context.services.demo),
        )
        session = await context.loaders.sessions.load(session_id)
        if session is None:
            raise NotFound("There is no such session.", field=("input", "sessionId"))
        posting = await context.loaders.postings.load(posting_id)
        if posting is None:
            raise NotFound("There is no such posting.", field=("input", "postingId"))
        known = await _known_lead(context, session, posting, contact)
        if known is not None:
            return InterestRecorded(lead=Lead.of(_as_given(known)), created=False)
        lead = await _new_lead(context, session, posting, contact, input)
        stored, created = await context.services.capture.record(lead)
        return InterestRecorded(lead=Lead.of(_as_given(stored)), created=created)


def _as_given(record: LeadRecord) -> LeadRecord:
    """The lead as it was when it was given.

    How far it has come is for staff: whoever sends a phone has not proved that it is theirs.
    """
    return replace(
        record,
        stage=LeadStage.INTERESTED,
        reason=None,
        version=1,
        updated_at=record.created_at,
    )


async def _known_lead(
    context: Context, session: SessionRecord, posting: PostingRecord, contact: Contact
) -> LeadRecord | None:
    """The lead that this person gave before, if new ones are not taken any more.

    Somebody who sends again what was taken gets the same answer, even after the session ended.
    While it is live the insert itself finds out, without a look before.
    """
    if session.status is SessionStatus.LIVE and posting.is_open(context.services.today()):
        return None
    store = context.services.store
    return await store.leads.find(session.id, posting.id, store.seal.person(contact.phone))


async def _new_lead(
    context: Context,
    session: SessionRecord,
    posting: PostingRecord,
    contact: Contact,
    given: ExpressInterestInput,
) -> LeadRecord:
    check_live(session)
    if not posting.is_open(context.services.today()):
        raise PostingNotOpen("This posting is no longer open; look at the others.")
    check_presented(session, posting.id)
    text = await current_text(context, posting)
    check_consent(given.consent.text_version if given.consent else None, text)
    lead_id, now = new_id(), context.services.clock()
    seal = context.services.store.seal
    lead = LeadRecord(
        id=lead_id,
        session_id=session.id,
        posting_id=posting.id,
        employer_id=posting.employer_id,
        union_path=session.union_path,
        owner_id=session.owner_id,
        person=seal.person(contact.phone),
        contact=seal.seal(lead_id, contact),
        consent=ConsentGiven(text_version=text.version, text_sha256=text.sha256, at=now),
        source=given.source,
        terms=posting.terms,
        created_at=now,
        updated_at=now,
    )
    return begun(lead)
