"""Use cases of call campaigns: creating one, importing its call list, and matching it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.free_text import check_remark, check_text
from domain.identity.accounts import Principal
from domain.identity.persons import check_name, normalise_phone
from domain.identity.scopes import may_manage_seekers
from domain.leads.leads import Contact
from domain.reference.calendar import day_in_china
from domain.refusals import InvalidInput, NotFound, NotPermitted, Refusal, StatusConflict
from domain.seekers.call_campaigns import (
    MAX_CALL_LIST_ROWS,
    CallCampaign,
    CallEntry,
    MatchRun,
    RunStatus,
)
from domain.seekers.group_checks import check_own_group
from domain.seekers.seeker_groups import SeekerGroup
from services.seekers.union_assignment import require_union
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

MAX_TITLE_LENGTH = 80
"""Characters of a campaign's title."""
ROWS_PER_YIELD = 50
"""Rows checked and sealed before the event loop runs other tasks: a few milliseconds."""
_CAMPAIGN_FIELD = ("input", "campaignId")


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One row of a call list, as it was sent."""

    name: str
    phone: str
    group: SeekerGroup
    remark: str


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A row that was left out, by its number (the first row is 1), with the reason."""

    number: int
    refusal: Refusal


@dataclass(frozen=True, kw_only=True)
class CallListImport:
    """Result of an import: ``known`` rows were on the list already, or repeat an earlier row."""

    campaign: CallCampaign
    added: int
    known: int
    rejected: Sequence[RejectedRow]


class CallCampaignControl:
    """Creates call campaigns, imports call lists and queues match runs.

    ``wake_matcher`` makes the matcher look for queued runs now; without it the next poll finds
    them. ``demo`` admits the reserved phone numbers 144xxxxxxxx.
    """

    def __init__(
        self, store: Store, clock: Clock, *, wake_matcher: Callable[[], None], demo: bool
    ) -> None:
        self._store = store
        self._clock = clock
        self._wake_matcher = wake_matcher
        self._demo = demo

    async def require_in_scope(
        self, caller: Principal, campaign_id: str, *, field: tuple[str, ...] = _CAMPAIGN_FIELD
    ) -> CallCampaign:
        """Return a campaign that the officer may manage.

        :raises NotFound: The officer's union and its branches have no such campaign.
        """
        campaign = (await self._store.call_campaigns.by_ids([campaign_id])).get(campaign_id)
        if campaign is None or not may_manage_seekers(caller, campaign.union_path):
            raise NotFound(
                "No call campaign in your scope has this id.",
                "您的管辖范围内没有这个呼叫活动。",
                field=field,
            )
        return campaign

    async def create(self, caller: Principal, title: str, union_id: str | None) -> CallCampaign:
        """Create a campaign of the officer's union, or of one of its branches.

        :raises InvalidInput: The title is empty, too long, or holds an identity-card number.
        :raises NotFound: No union has this id.
        :raises NotPermitted: The union is not a branch of the officer's union.
        """
        trimmed = title.strip()
        if not trimmed:
            raise InvalidInput(
                "Give the campaign a title.", "请填写活动名称。", field=("input", "title")
            )
        check_text(trimmed, MAX_TITLE_LENGTH, ("input", "title"))
        own_union_id = caller.union_id
        assert own_union_id is not None  # every officer belongs to a union
        union = await require_union(self._store, own_union_id if union_id is None else union_id)
        if not may_manage_seekers(caller, union.path):
            raise NotPermitted(
                "This union is not a branch of yours.",
                "该工会不是您的下级工会。",
                field=("input", "unionId"),
            )
        campaign = CallCampaign(
            id=new_id(),
            title=trimmed,
            union_path=union.path,
            created_by=caller.subject,
            created_at=self._clock(),
        )
        await self._store.call_campaigns.add([campaign])
        return campaign

    async def import_call_list(
        self, caller: Principal, campaign_id: str, rows: Sequence[CallRow]
    ) -> CallListImport:
        """Add people to the call list of a campaign; rejected rows are left out.

        A person is on a list once. The same import sent again, also after a failure, adds nobody
        twice.

        :raises NotFound: The officer's scope has no such campaign.
        :raises InvalidInput: There are no rows, or more than ``MAX_CALL_LIST_ROWS``.
        """
        campaign = await self.require_in_scope(caller, campaign_id)
        if not 1 <= len(rows) <= MAX_CALL_LIST_ROWS:
            raise InvalidInput(
                f"Send 1 to {MAX_CALL_LIST_ROWS} rows at a time.",
                f"每次请提交1至{MAX_CALL_LIST_ROWS}行。",
                field=("input", "rows"),
            )
        entries: dict[str, CallEntry] = {}
        rejected: list[RejectedRow] = []
        for number, row in enumerate(rows, start=1):
            try:
                entry = self._build_entry(caller, campaign, row)
            except Refusal as refusal:
                rejected.append(RejectedRow(number=number, refusal=refusal))
            else:
                entries.setdefault(entry.person, entry)
            if number % ROWS_PER_YIELD == 0:
                await asyncio.sleep(0)
        already_listed = await self._store.call_entries.add(list(entries.values()))
        added = len(entries) - len(already_listed)
        return CallListImport(
            campaign=campaign,
            added=added,
            known=len(rows) - len(rejected) - added,
            rejected=rejected,
        )

    async def queue_match_run(self, caller: Principal, campaign_id: str) -> CallCampaign:
        """Queue a match run over all seekers of a campaign, and return the campaign with it.

        :raises NotFound: The officer's scope has no such campaign.
        :raises StatusConflict: A run is queued or in progress.
        """
        campaign = await self.require_in_scope(caller, campaign_id)
        run = MatchRun(
            status=RunStatus.QUEUED,
            requested_by=caller.subject,
            requested_at=self._clock(),
            total=await self._store.seekers.count_by_campaign(campaign.id),
        )
        queued = await self._store.call_campaigns.queue_run(campaign.id, run)
        if queued is None:
            raise StatusConflict(
                "A match run of this campaign is in progress. See CallCampaign.matching.",
                "该活动正在匹配岗位，请查看匹配进度。",
            )
        self._wake_matcher()
        return queued

    def _build_entry(self, caller: Principal, campaign: CallCampaign, row: CallRow) -> CallEntry:
        """Return the call entry of a row.

        :raises Refusal: the name, the phone, the group or the remark is not valid.
        """
        contact = Contact(
            name=check_name(row.name, field=("name",)),
            phone=normalise_phone(row.phone, demo=self._demo),
        )
        now = self._clock()
        entry = CallEntry(
            id=new_id(),
            campaign_id=campaign.id,
            union_path=campaign.union_path,
            person=self._store.keyring.hash_phone(contact.phone),
            contact=None,
            group=check_own_group(row.group, ("group",)),
            remark=check_remark(row.remark, ("remark",)),
            next_call_on=day_in_china(now),
            created_by=caller.subject,
            created_at=now,
            updated_at=now,
        )
        return replace(entry, contact=self._store.seal_contact(entry, contact))
