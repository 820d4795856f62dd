"""Mutations of the follow-up of leads: advance, assign, note, confirm a hire."""

import asyncio
from datetime import date
from typing import Annotated

import strawberry

from domain.identity.accounts import STAFF_ROLES, Principal, Role
from domain.leads.confirmation import ConfirmationMethod
from domain.leads.leads import LeadStage, RefusalReason
from domain.refusals import InvalidInput, Refusal
from schema import errors
from schema.context import Context, Info
from schema.leads.lead_types import Lead
from schema.relay import parse_global_id

MAX_LEADS_PER_ADVANCE = 100
"""Leads in one `advanceLeads`."""


@strawberry.input
class AdvanceLeadInput:
    lead_id: strawberry.ID
    stage: LeadStage
    reason: RefusalReason | None = strawberry.field(default=None, description="With REFUSED only.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the lead has changed since this version."
    )


@strawberry.type
class LeadStageAdvanced:
    lead: Lead


AdvanceLeadResult = Annotated[
    LeadStageAdvanced | errors.LeadStageConflict | errors.RetentionTooEarly | errors.CommonRefusal,
    strawberry.union("AdvanceLeadResult"),
]


@strawberry.input
class ConfirmLeadInput:
    lead_id: strawberry.ID
    method: ConfirmationMethod = strawberry.field(
        description="CALL or IN_PERSON: how you spoke with the person. 电话或当面核实。"
    )


@strawberry.type(
    description="The lead is CONFIRMED, and others' leads for its phone ended. It is SUPERSEDED if "
    "the person has a confirmed lead for the posting already."
)
class LeadConfirmedByStaff:
    lead: Lead


ConfirmLeadResult = Annotated[
    LeadConfirmedByStaff | errors.LeadStageConflict | errors.CommonRefusal,
    strawberry.union("ConfirmLeadResult"),
]


@strawberry.input
class AdvanceLeadsInput:
    lead_ids: list[strawberry.ID] = strawberry.field(description="1 to 100, each once.")
    stage: LeadStage
    reason: RefusalReason | None = strawberry.field(default=None, description="With REFUSED only.")


LeadOutcome = Annotated[
    LeadStageAdvanced
    | errors.LeadStageConflict
    | errors.RetentionTooEarly
    | errors.InvalidInput
    | errors.NotFound
    | errors.Busy,
    strawberry.union("LeadOutcome"),
]


@strawberry.type(description="One outcome for each lead: some may have been refused.")
class LeadsAdvanced:
    outcomes: list[LeadOutcome] = strawberry.field(description="In the order of `leadIds`.")


AdvanceLeadsResult = Annotated[
    LeadsAdvanced | errors.CommonRefusal, strawberry.union("AdvanceLeadsResult")
]


@strawberry.input
class AssignLeadInput:
    lead_id: strawberry.ID
    account_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="One of `Lead.assignable`; null assigns the lead to nobody.",
    )


@strawberry.type
class LeadInHands:
    lead: Lead


AssignLeadResult = Annotated[
    LeadInHands | errors.CommonRefusal, strawberry.union("AssignLeadResult")
]


@strawberry.input
class NoteLeadInput:
    lead_id: strawberry.ID
    body: str = strawberry.field(
        description="1 to 500 characters, without phone and identity-card numbers. All staff in "
        "whose scope the lead is can read it."
    )
    next_action_on: date | None = None


@strawberry.type
class LeadNoteKept:
    lead: Lead


NoteLeadResult = Annotated[
    LeadNoteKept | errors.LeadStageConflict | errors.CommonRefusal,
    strawberry.union("NoteLeadResult"),
]


@strawberry.input
class ConfirmHireInput:
    lead_id: strawberry.ID
    hired: bool


@strawberry.type
class HireNoted:
    lead: Lead


ConfirmHireResult = Annotated[
    HireNoted | errors.LeadStageConflict | errors.CommonRefusal,
    strawberry.union("ConfirmHireResult"),
]


@strawberry.type
class LeadFollowUpMutations:
    @strawberry.mutation(description="For staff: advance a lead of their scope to a stage.")
    async def advance_lead(self, info: Info, input: AdvanceLeadInput) -> AdvanceLeadResult:
        caller = info.context.require(*STAFF_ROLES)
        advanced = await info.context.services.staff_follow_up.advance(
            caller,
            _read_lead_id(input.lead_id),
            input.stage,
            input.reason,
            expected_version=input.expected_version,
        )
        return LeadStageAdvanced(lead=Lead.of(advanced))

    @strawberry.mutation(
        description="For staff: advance several leads to the same stage. Each is advanced or "
        "refused independently."
    )
    async def advance_leads(self, info: Info, input: AdvanceLeadsInput) -> AdvanceLeadsResult:
        caller = info.context.require(*STAFF_ROLES)
        lead_ids = input.lead_ids
        if not 1 <= len(lead_ids) <= MAX_LEADS_PER_ADVANCE or len(set(lead_ids)) < len(lead_ids):
            raise InvalidInput(
                f"Give 1 to {MAX_LEADS_PER_ADVANCE} leads, each once.",
                f"请提供1到{MAX_LEADS_PER_ADVANCE}条线索，每条只能出现一次。",
                field=("input", "leadIds"),
            )
        places = range(len(lead_ids))
        outcomes = (_advance_one(info.context, caller, input, place) for place in places)
        return LeadsAdvanced(outcomes=await asyncio.gather(*outcomes))

    @strawberry.mutation(
        description="For officers: the person said, on the phone or in person, that the lead is "
        "theirs. Until then no employer gets it. 工会干部与本人核实后，用人单位才能看到线索。"
    )
    async def confirm_lead(self, info: Info, input: ConfirmLeadInput) -> ConfirmLeadResult:
        caller = info.context.require(Role.OFFICER)
        confirmed = await info.context.services.phone_confirmation.confirm_by_staff(
            caller, _read_lead_id(input.lead_id), input.method
        )
        return LeadConfirmedByStaff(lead=Lead.of(confirmed))

    @strawberry.mutation(
        description="For officers and recruiters: assign a lead of their scope to a colleague, who "
        "sees and follows it from then on."
    )
    async def assign_lead(self, info: Info, input: AssignLeadInput) -> AssignLeadResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        account_id = None
        if input.account_id is not None:
            account_id = parse_global_id(input.account_id, "Account", "input", "accountId")
        assigned = await info.context.services.staff_follow_up.assign(
            caller, _read_lead_id(input.lead_id), account_id
        )
        return LeadInHands(lead=Lead.of(assigned))

    @strawberry.mutation(
        description="For staff: note what was done or agreed, and when to act next."
    )
    async def note_lead(self, info: Info, input: NoteLeadInput) -> NoteLeadResult:
        caller = info.context.require(*STAFF_ROLES)
        noted = await info.context.services.staff_follow_up.add_note(
            caller, _read_lead_id(input.lead_id), input.body, input.next_action_on
        )
        return LeadNoteKept(lead=Lead.of(noted))

    @strawberry.mutation(
        description="For recruiters, who answer for the employer, and officers, who answer on "
        "behalf of the person: whether the person was hired. A later answer replaces an earlier "
        "one."
    )
    async def confirm_hire(self, info: Info, input: ConfirmHireInput) -> ConfirmHireResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        confirmed = await info.context.services.staff_follow_up.confirm_hire(
            caller, _read_lead_id(input.lead_id), hired=input.hired
        )
        return HireNoted(lead=Lead.of(confirmed))


def _read_lead_id(lead_id: strawberry.ID) -> str:
    return parse_global_id(lead_id, "Lead", "input", "leadId")


async def _advance_one(
    context: Context, caller: Principal, input: AdvanceLeadsInput, place: int
) -> LeadOutcome:
    field = "input", "leadIds", str(place)
    try:
        advanced = await context.services.staff_follow_up.advance(
            caller,
            parse_global_id(input.lead_ids[place], "Lead", *field),
            input.stage,
            input.reason,
            field=field,
        )
    except Refusal as refusal:
        refused: LeadOutcome = errors.to_user_error(refusal, context.language)  # type: ignore[assignment] # the members of LeadOutcome are what an advance can be refused with
        return refused
    return LeadStageAdvanced(lead=Lead.of(advanced))
