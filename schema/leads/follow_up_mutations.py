"""Following leads up: advancing, assigning, noting, and confirming a hire."""

import asyncio
from datetime import date
from typing import Annotated

import strawberry

from domain.errors import InvalidInput, NotFound, Refusal
from domain.identity.accounts import STAFF_ROLES, Principal, Role
from domain.identity.scopes import may_assign_lead, may_follow_up_lead
from domain.leads.follow_up import check_note, hire_side_of
from domain.leads.leads import Lead as LeadRecord
from domain.leads.leads import LeadStage, RefusalReason
from schema import errors
from schema.context import Info
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
        default=None, description="Refuse when the lead has changed since this version."
    )


@strawberry.type
class LeadStageAdvanced:
    lead: Lead


AdvanceLeadResult = Annotated[
    LeadStageAdvanced | errors.LeadStageConflict | errors.RetentionTooEarly | errors.CommonRefusal,
    strawberry.union("AdvanceLeadResult"),
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


@strawberry.type(description="Each lead for itself: some may have been refused.")
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
        description="One of `Lead.assignable`; null takes it out of everybody's hands.",
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
        description="1 to 500 characters, without phone and identity-card numbers. All staff of "
        "the lead read it."
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
    @strawberry.mutation(description="For staff: bring a lead of their scope to its next stage.")
    async def advance_lead(self, info: Info, input: AdvanceLeadInput) -> AdvanceLeadResult:
        caller = info.context.require(*STAFF_ROLES)
        record = await _require_lead(info, caller, input.lead_id, "input", "leadId")
        advanced = await info.context.services.lead_follow_up.advance(
            record,
            input.stage,
            input.reason,
            by=caller,
            expected_version=input.expected_version,
        )
        await _remove_filled_posting(info, advanced)
        return LeadStageAdvanced(lead=Lead.of(advanced))

    @strawberry.mutation(
        description="For staff: bring several leads to the same stage. Each is changed, or "
        "refused, for itself."
    )
    async def advance_leads(self, info: Info, input: AdvanceLeadsInput) -> AdvanceLeadsResult:
        caller = info.context.require(*STAFF_ROLES)
        wanted = input.lead_ids
        if not 1 <= len(wanted) <= MAX_LEADS_PER_ADVANCE or len(set(wanted)) < len(wanted):
            raise InvalidInput(
                f"Give 1 to {MAX_LEADS_PER_ADVANCE} leads, each once.", field=("input", "leadIds")
            )

        async def outcome(place: int) -> LeadOutcome:
            try:
                field = "input", "leadIds", str(place)
                record = await _require_lead(info, caller, wanted[place], *field)
                advanced = await info.context.services.lead_follow_up.advance(
                    record, input.stage, input.reason, by=caller
                )
                await _remove_filled_posting(info, advanced)
            except Refusal as refusal:
                refused: LeadOutcome = errors.to_user_error(refusal)  # type: ignore[assignment] # what a step can be refused with
                return refused
            return LeadStageAdvanced(lead=Lead.of(advanced))

        return LeadsAdvanced(outcomes=await asyncio.gather(*map(outcome, range(len(wanted)))))

    @strawberry.mutation(
        description="For officers and recruiters: give a lead of their scope into the hands of a "
        "colleague, who sees and follows it from then on."
    )
    async def assign_lead(self, info: Info, input: AssignLeadInput) -> AssignLeadResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await _require_lead(info, caller, input.lead_id, "input", "leadId")
        assignee_id = None
        if input.account_id is not None:
            assignee_id = parse_global_id(input.account_id, "Account", "input", "accountId")
            await _check_assignee(info, caller, record, assignee_id)
        assigned = await info.context.services.lead_follow_up.assign(
            record, assignee_id, by=caller.subject
        )
        return LeadInHands(lead=Lead.of(assigned))

    @strawberry.mutation(
        description="For staff: keep what was done or agreed, and when to act next."
    )
    async def note_lead(self, info: Info, input: NoteLeadInput) -> NoteLeadResult:
        caller = info.context.require(*STAFF_ROLES)
        body = check_note(input.body, input.next_action_on, today=info.context.services.today())
        record = await _require_lead(info, caller, input.lead_id, "input", "leadId")
        noted = await info.context.services.lead_follow_up.add_note(
            record, body, input.next_action_on, by=caller.subject
        )
        return LeadNoteKept(lead=Lead.of(noted))

    @strawberry.mutation(
        description="For recruiters, who speak for the employer, and officers, who speak on behalf "
        "of the seeker: whether the person was hired. A later word replaces an earlier one."
    )
    async def confirm_hire(self, info: Info, input: ConfirmHireInput) -> ConfirmHireResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await _require_lead(info, caller, input.lead_id, "input", "leadId")
        confirmed = await info.context.services.lead_follow_up.record_hire_answer(
            record, hire_side_of(caller.role), hired=input.hired, by=caller.subject
        )
        return HireNoted(lead=Lead.of(confirmed))


async def _remove_filled_posting(info: Info, lead: LeadRecord) -> None:
    """Have the rooms told when the last one wanted has the job."""
    if lead.stage is LeadStage.HIRED:
        await info.context.services.session_control.unpin_closed(lead.posting_id)


async def _require_lead(
    info: Info, caller: Principal, lead_id: strawberry.ID, *field: str
) -> LeadRecord:
    """The lead with a global id, which must be in the scope of the caller."""
    record = await info.context.loaders.leads.load(parse_global_id(lead_id, "Lead", *field))
    if record is None or not may_follow_up_lead(caller, record):
        raise NotFound("There is no such lead in your scope.", field=field)
    return record


async def _check_assignee(info: Info, caller: Principal, lead: LeadRecord, account_id: str) -> None:
    account = await info.context.loaders.accounts.load(account_id)
    union_path: tuple[str, ...] = ()
    if account is not None and account.union_id is not None:
        union = await info.context.loaders.unions.load(account.union_id)
        union_path = union.path if union else ()
    if account is None or not may_assign_lead(caller, lead, account, union_path):
        raise NotFound(
            "There is nobody with this id whom you may give this lead.",
            field=("input", "accountId"),
        )
