"""The mutation with which a viewer expresses interest in a posting."""

from typing import Annotated

import strawberry

from domain.identity.accounts import VISITOR_ROLES
from domain.leads.leads import LeadSource
from domain.seekers.seeker_groups import SeekerGroup
from schema import errors
from schema.context import Info
from schema.leads.lead_types import Lead
from schema.leads.own_lead_types import OwnLead
from schema.relay import parse_global_id
from services.leads.interests import Interest


@strawberry.input
class ContactInput:
    name: str
    phone: str = strawberry.field(description="A Chinese mobile number.")


@strawberry.input(description="The person agreed to the text of `consentText` with this version.")
class ConsentInput:
    text_version: str
    sha256: str | None = strawberry.field(
        default=None,
        description="Of the text that was shown, as `ConsentText` has it. Another wording by now "
        "is refused then: show it again.",
    )


@strawberry.input
class ExpressInterestInput:
    session_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Left out on the posting board, and for a poster without a session.",
    )
    posting_id: strawberry.ID
    contact: ContactInput
    consent: ConsentInput | None = None
    source: LeadSource = LeadSource.LIVE_TAP
    code: str | None = strawberry.field(
        default=None, description="The scanned token; required when the source is a QR code."
    )
    request_id: str | None = strawberry.field(
        default=None,
        description="What the client calls this tap, such as a UUID. A retry sends the same one, "
        "and is the same lead even after a withdrawal.",
    )
    group: SeekerGroup | None = strawberry.field(
        default=None,
        description="Only as the person says of themselves; for the unions' statistics.",
    )


@strawberry.type(
    description="The interest is stored durably. Sent again from the same device it is the same "
    "lead, unless that was withdrawn: then a new one is created. While `lead.confirmation` is "
    "UNCONFIRMED, no employer gets it."
)
class InterestRecorded:
    lead: Lead = strawberry.field(description="As it was when it was given.")
    own_lead: OwnLead = strawberry.field(description="The same as `myLeads` shows it.")
    created: bool = strawberry.field(description="False when the lead existed before.")
    receipt: str = strawberry.field(
        description="Keep it: with it the giver sees, corrects, withdraws and erases what they "
        "gave."
    )


ExpressInterestResult = Annotated[
    InterestRecorded
    | errors.PhoneInvalid
    | errors.ConsentRequired
    | errors.CodeInvalid
    | errors.SessionNotLive
    | errors.PostingNotInSession
    | errors.PostingNotOpen
    | errors.TooManyAttempts
    | errors.CommonRefusal,
    strawberry.union("ExpressInterestResult"),
]


@strawberry.type
class InterestMutations:
    @strawberry.mutation(description="For viewers and seekers: I am interested.")
    async def express_interest(
        self, info: Info, input: ExpressInterestInput
    ) -> ExpressInterestResult:
        caller = info.context.require(*VISITOR_ROLES)
        recorded = await info.context.services.interests.record(
            caller, _read_interest(input), peer=info.context.peer
        )
        return InterestRecorded(
            lead=Lead.of(recorded.lead),
            own_lead=OwnLead.of(recorded.lead),
            created=recorded.created,
            receipt=recorded.receipt,
        )


def _read_interest(input: ExpressInterestInput) -> Interest:
    session_id = None
    posting_id = parse_global_id(input.posting_id, "Posting", "input", "postingId")
    if input.session_id is not None:
        session_id = parse_global_id(input.session_id, "LiveSession", "input", "sessionId")
    return Interest(
        session_id=session_id,
        posting_id=posting_id,
        name=input.contact.name,
        phone=input.contact.phone,
        consent_version=input.consent.text_version if input.consent else None,
        consent_sha256=input.consent.sha256 if input.consent else None,
        source=input.source,
        code=input.code,
        group=input.group,
        request_id=input.request_id,
    )
