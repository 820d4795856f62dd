"""Mutations for call campaigns: call lists, calls, profiles of people called, and match runs."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.refusals import ErrorCode
from domain.seekers.call_campaigns import CallOutcome
from domain.seekers.seeker_groups import SeekerGroup
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id
from schema.seekers.call_campaign_types import CallCampaign, CallEntry
from schema.seekers.profile_inputs import ProfileInput, parse_profile_input
from schema.seekers.seeker_types import Seeker
from services.seekers.call_campaigns import CallRow, RejectedRow


@strawberry.input
class CreateCampaignInput:
    title: str
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="The caller's union or a branch of it. Omitted: the caller's."
    )


@strawberry.type
class CampaignCreated:
    campaign: CallCampaign


@strawberry.input
class CallRowInput:
    name: str
    phone: str
    group: SeekerGroup
    remark: str = strawberry.field(
        default="", description="What matters for work, such as when children are picked up."
    )


@strawberry.input(description="At most 1,000 rows; send a longer list in parts.")
class ImportCallListInput:
    campaign_id: strawberry.ID
    rows: list[CallRowInput]


@strawberry.type(description="Why a row was left out. It repeats none of its values.")
class CallRowFinding:
    row: int = strawberry.field(description="The first row is 1.")
    field: str
    code: ErrorCode
    message: str


@strawberry.type(description="The same import sent again adds nobody twice.")
class CallListImported:
    campaign: CallCampaign
    added: int
    known: int = strawberry.field(description="Rows whose person was on the list already.")
    findings: list[CallRowFinding]


@strawberry.input
class RecordCallInput:
    entry_id: strawberry.ID
    outcome: CallOutcome
    note: str = ""
    next_call_on: date | None = strawberry.field(
        default=None, description="Needed for CALL_BACK. Omitted after NO_ANSWER: the next day."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse the call if the entry is no longer at this version."
    )


@strawberry.type
class CallRecorded:
    entry: CallEntry


@strawberry.input(description="The person was asked on the phone and agreed.")
class OralConsentInput:
    text_version: str
    asked_at: datetime


@strawberry.input
class SaveProfileForInput:
    entry_id: strawberry.ID
    profile: ProfileInput
    consent: OralConsentInput


@strawberry.type
class ProfileSavedFor:
    seeker: Seeker


@strawberry.input
class MatchCampaignInput:
    campaign_id: strawberry.ID


@strawberry.type(
    description="The run continues in the background; `CallCampaign.matching` shows its progress."
)
class CampaignMatching:
    campaign: CallCampaign


CreateCampaignResult = Annotated[
    CampaignCreated | errors.CommonRefusal, strawberry.union("CreateCampaignResult")
]
ImportCallListResult = Annotated[
    CallListImported | errors.CommonRefusal, strawberry.union("ImportCallListResult")
]
RecordCallResult = Annotated[
    CallRecorded | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("RecordCallResult"),
]
SaveProfileForResult = Annotated[
    ProfileSavedFor | errors.StatusConflict | errors.ConsentRequired | errors.CommonRefusal,
    strawberry.union("SaveProfileForResult"),
]
MatchCampaignResult = Annotated[
    CampaignMatching | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("MatchCampaignResult"),
]


@strawberry.type
class CallCampaignMutations:
    @strawberry.mutation(
        description="For officers: create a call campaign of their union or a branch."
    )
    async def create_campaign(self, info: Info, input: CreateCampaignInput) -> CreateCampaignResult:
        caller = info.context.require(Role.OFFICER)
        union_id = None
        if input.union_id is not None:
            union_id = parse_global_id(input.union_id, "Union", "input", "unionId")
        campaign = await info.context.services.call_campaigns.create(caller, input.title, union_id)
        return CampaignCreated(campaign=CallCampaign.of(campaign))

    @strawberry.mutation(
        description="For officers: add people to a call list. Invalid rows are left out and "
        "answered as findings."
    )
    async def import_call_list(
        self, info: Info, input: ImportCallListInput
    ) -> ImportCallListResult:
        caller = info.context.require(Role.OFFICER)
        campaign_id = _parse_campaign_id(input.campaign_id)
        rows = [
            CallRow(name=row.name, phone=row.phone, group=row.group, remark=row.remark)
            for row in input.rows
        ]
        result = await info.context.services.call_campaigns.import_call_list(
            caller, campaign_id, rows
        )
        return CallListImported(
            campaign=CallCampaign.of(result.campaign),
            added=result.added,
            known=result.known,
            findings=[_build_row_finding(row) for row in result.rejected],
        )

    @strawberry.mutation(
        description="For officers: record the outcome of a call. NOT_SEEKING also stops the "
        "matching of the person's profile."
    )
    async def record_call(self, info: Info, input: RecordCallInput) -> RecordCallResult:
        caller = info.context.require(Role.OFFICER)
        entry = await info.context.services.call_follow_up.record_call(
            caller,
            _parse_entry_id(input.entry_id),
            input.outcome,
            note=input.note,
            next_call_on=input.next_call_on,
            expected_version=input.expected_version,
        )
        return CallRecorded(entry=CallEntry.of(entry))

    @strawberry.mutation(
        description="For officers: save the profile of a person who was reached and agreed on the "
        "phone. Name and phone come from the call list."
    )
    async def save_profile_for(
        self, info: Info, input: SaveProfileForInput
    ) -> SaveProfileForResult:
        caller = info.context.require(Role.OFFICER)
        seeker = await info.context.services.call_follow_up.save_profile(
            caller,
            _parse_entry_id(input.entry_id),
            parse_profile_input(input.profile),
            consent_version=input.consent.text_version,
            asked_at=input.consent.asked_at,
        )
        return ProfileSavedFor(seeker=Seeker.of(seeker))

    @strawberry.mutation(description="For officers: find postings for all seekers of a campaign.")
    async def match_campaign(self, info: Info, input: MatchCampaignInput) -> MatchCampaignResult:
        caller = info.context.require(Role.OFFICER)
        campaign = await info.context.services.call_campaigns.queue_match_run(
            caller, _parse_campaign_id(input.campaign_id)
        )
        return CampaignMatching(campaign=CallCampaign.of(campaign))


def _parse_campaign_id(given: strawberry.ID) -> str:
    return parse_global_id(given, "CallCampaign", "input", "campaignId")


def _parse_entry_id(given: strawberry.ID) -> str:
    return parse_global_id(given, "CallEntry", "input", "entryId")


def _build_row_finding(row: RejectedRow) -> CallRowFinding:
    refusal = row.refusal
    return CallRowFinding(
        row=row.number,
        field=refusal.field[-1] if refusal.field else "",
        code=refusal.code,
        message=refusal.message,
    )
