"""Calling: importing a list, noting calls, and entering profiles on behalf of people."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

import strawberry

from domain.errors import ErrorCode, InvalidInput, NotFound, NotPermitted, Refusal, StatusConflict
from domain.free_text import check_remark, check_text
from domain.identity.accounts import Role
from domain.identity.persons import check_name, normalise_phone
from domain.identity.scopes import may_manage_seekers
from domain.leads.leads import Contact as ContactRecord
from domain.seekers.call_campaigns import (
    MAX_CALL_LIST_ROWS,
    CallOutcome,
    MatchRun,
    RunStatus,
    add_call,
    check_can_enter_profile,
)
from domain.seekers.call_campaigns import CallCampaign as CampaignRecord
from domain.seekers.call_campaigns import CallEntry as EntryRecord
from domain.seekers.groups import SeekerGroup
from domain.seekers.profile import check_profile
from domain.seekers.profile_consent import check_asked_at, make_profile_consent
from domain.seekers.seekers import Seeker as SeekerRecord
from domain.seekers.seekers import SeekerStatus
from schema import errors
from schema.context import Context, Info
from schema.relay import (
    parse_global_id,
)
from schema.seekers.call_campaign_types import (
    CallCampaign,
    CallEntry,
    require_call_entry,
    require_campaign,
)
from schema.seekers.profile_types import ProfileInput, parse_profile_input
from schema.seekers.seeker_types import Seeker
from storage.mongo.client import new_id

MAX_TITLE_LENGTH = 80
ROWS_PER_YIELD = 50
"""Rows of an import that are checked and sealed before others get a turn: some milliseconds."""


@strawberry.input
class CreateCampaignInput:
    title: str
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="One's own union or a branch; left out, one's own."
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
        default="", description="What matters for work, such as when children are fetched."
    )


@strawberry.input(description="At most 1,000 rows; a longer list comes in parts.")
class ImportCallListInput:
    campaign_id: strawberry.ID
    rows: list[CallRowInput]


@strawberry.type(description="What is wrong with a row, which was left out. It repeats nothing.")
class CallRowFinding:
    row: int = strawberry.field(description="1 for the first.")
    field: str
    code: ErrorCode
    message: str


@strawberry.type(description="Sent again, nobody comes onto the list twice.")
class CallListImported:
    campaign: CallCampaign
    added: int
    known: int = strawberry.field(description="Who were on the list already.")
    findings: list[CallRowFinding]


@strawberry.input
class RecordCallInput:
    entry_id: strawberry.ID
    outcome: CallOutcome
    note: str = ""
    next_call_on: date | None = strawberry.field(
        default=None, description="Needed for CALL_BACK; after NO_ANSWER the next day, if left out."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse when somebody has called since this version."
    )


@strawberry.type
class CallRecorded:
    entry: CallEntry


@strawberry.input(description="The person was asked on the phone, and agreed.")
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


@strawberry.type(description="It goes on by itself; `CallCampaign.matching` tells how far it is.")
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
class CallMutations:
    @strawberry.mutation(description="For officers: a campaign of their union or a branch.")
    async def create_campaign(self, info: Info, input: CreateCampaignInput) -> CreateCampaignResult:
        context = info.context
        caller = context.require(Role.OFFICER)
        title = input.title.strip()
        if not title:
            raise InvalidInput("Give the campaign a title.", field=("input", "title"))
        check_text(title, MAX_TITLE_LENGTH, ("input", "title"))
        union_id, field = caller.union_id, ("input", "unionId")
        if input.union_id is not None:
            union_id = parse_global_id(input.union_id, "Union", *field)
        assert union_id is not None  # every officer belongs to a union
        union = await context.loaders.unions.load(union_id)
        if union is None:
            raise NotFound("There is no such union.", field=field)
        if not may_manage_seekers(caller, union.path):
            raise NotPermitted("That union is not a branch of yours.", field=field)
        record = CampaignRecord(
            id=new_id(),
            title=title,
            union_path=union.path,
            created_by=caller.subject,
            created_at=context.services.clock(),
        )
        await context.services.store.call_campaigns.add([record])
        return CampaignCreated(campaign=CallCampaign.of(record))

    @strawberry.mutation(
        description="For officers: put people onto a call list. Rows that cannot be right are "
        "answered as findings and left out."
    )
    async def import_call_list(
        self, info: Info, input: ImportCallListInput
    ) -> ImportCallListResult:
        context = info.context
        campaign = await require_campaign(context, input.campaign_id, "input", "campaignId")
        if not 1 <= len(input.rows) <= MAX_CALL_LIST_ROWS:
            raise InvalidInput(
                f"Send 1 to {MAX_CALL_LIST_ROWS} rows at once.", field=("input", "rows")
            )
        entries: dict[str, EntryRecord] = {}
        findings: list[CallRowFinding] = []
        for number, row in enumerate(input.rows, start=1):
            try:
                entry = _build_entry(context, campaign, row)
            except Refusal as refusal:
                findings.append(_build_row_finding(number, refusal))
            else:
                entries.setdefault(entry.person, entry)
            if number % ROWS_PER_YIELD == 0:
                await asyncio.sleep(0)
        known = await context.services.store.call_entries.add(list(entries.values()))
        added = len(entries) - len(known)
        return CallListImported(
            campaign=CallCampaign.of(campaign),
            added=added,
            known=len(input.rows) - len(findings) - added,
            findings=findings,
        )

    @strawberry.mutation(description="For officers: note what became of a call.")
    async def record_call(self, info: Info, input: RecordCallInput) -> RecordCallResult:
        context = info.context
        known = await require_call_entry(context, input.entry_id)
        note = check_remark(input.note, ("input", "note"))
        caller, services = context.require(Role.OFFICER), context.services

        def rule(before: EntryRecord) -> EntryRecord:
            if input.expected_version not in {None, before.version}:
                raise StatusConflict(
                    f"The entry is at version {before.version}: somebody else has called."
                )
            return add_call(
                before,
                input.outcome,
                note,
                input.next_call_on,
                by=caller.subject,
                at=services.clock(),
                today=services.today(),
            )

        entry = await services.seekers.change_call_entry(known.id, rule)
        if entry.outcome is CallOutcome.NOT_SEEKING and entry.seeker_id is not None:
            await services.seekers.change(
                entry.seeker_id, lambda seeker: replace(seeker, status=SeekerStatus.NOT_SEEKING)
            )
        return CallRecorded(entry=CallEntry.of(entry))

    @strawberry.mutation(
        description="For officers: the profile of somebody who was reached and agreed on the "
        "phone. Name and phone come from the list."
    )
    async def save_profile_for(
        self, info: Info, input: SaveProfileForInput
    ) -> SaveProfileForResult:
        context = info.context
        entry = await require_call_entry(context, input.entry_id)
        check_can_enter_profile(entry)
        caller, services = context.require(Role.OFFICER), context.services
        now = services.clock()
        profile = check_profile(parse_profile_input(input.profile), ("input", "profile"))
        asked_at = check_asked_at(input.consent.asked_at, now=now)
        consent = make_profile_consent(
            input.consent.text_version, at=asked_at, asked_by=caller.subject
        )
        before = None
        if entry.seeker_id is not None:
            before = await services.store.seekers.by_id(entry.seeker_id)
        seeker = SeekerRecord(
            id=before.id if before else new_id(),
            profile=profile,
            matching=before.matching if before else True,
            union_path=entry.union_path,
            person=entry.person,
            consent=consent,
            campaign_id=entry.campaign_id,
            entered_by=caller.subject,
            searches=before.searches if before else (),
            version=before.version + 1 if before else 1,
            created_at=before.created_at if before else now,
            updated_at=now,
        )
        contact = await services.store.open_contact(entry)
        assert contact is not None  # it is askable
        sealed = replace(seeker, contact=services.store.seal_contact(seeker, contact))
        return ProfileSavedFor(
            seeker=Seeker.of(await services.seekers.save_from_call_entry(entry, sealed, before))
        )

    @strawberry.mutation(description="For officers: find postings for all seekers of a campaign.")
    async def match_campaign(self, info: Info, input: MatchCampaignInput) -> MatchCampaignResult:
        context = info.context
        campaign = await require_campaign(context, input.campaign_id, "input", "campaignId")
        run = MatchRun(
            status=RunStatus.QUEUED,
            requested_by=context.require(Role.OFFICER).subject,
            requested_at=context.services.clock(),
            total=await context.services.store.seekers.count_by_campaign(campaign.id),
        )
        queued = await context.services.store.call_campaigns.queue_run(campaign.id, run)
        if queued is None:
            raise StatusConflict("The campaign is being matched: see CallCampaign.matching.")
        context.services.matcher.wake()
        return CampaignMatching(campaign=CallCampaign.of(queued))


def _build_entry(context: Context, campaign: CampaignRecord, row: CallRowInput) -> EntryRecord:
    """The entry of a row.

    :raises Refusal: the row cannot be right.
    """
    services = context.services
    contact = ContactRecord(
        name=check_name(row.name, field=("name",)),
        phone=normalise_phone(row.phone, demo=services.demo),
    )
    now = services.clock()
    entry = EntryRecord(
        id=new_id(),
        campaign_id=campaign.id,
        union_path=campaign.union_path,
        person=services.store.keyring.hash_phone(contact.phone),
        contact=None,
        group=row.group,
        remark=check_remark(row.remark, ("remark",)),
        next_call_on=services.today(),
        created_by=context.require(Role.OFFICER).subject,
        created_at=now,
        updated_at=now,
    )
    return replace(entry, contact=services.store.seal_contact(entry, contact))


def _build_row_finding(row: int, refusal: Refusal) -> CallRowFinding:
    return CallRowFinding(
        row=row,
        field=refusal.field[-1] if refusal.field else "",
        code=refusal.code,
        message=refusal.message,
    )
