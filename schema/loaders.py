"""Data loaders: the reads of one operation, batched by kind of record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from strawberry.dataloader import DataLoader

from domain.employers.employers import Employer
from domain.identity.accounts import Account
from domain.identity.unions import Union
from domain.leads.leads import Lead
from domain.live.log_position import LogPosition
from domain.live.qr_codes import QrCode
from domain.live.questions import Question
from domain.live.recruitment_campaigns import RecruitmentCampaign
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from domain.seekers.call_campaigns import CallCampaign, CallEntry
from domain.seekers.referrals import Referral
from domain.seekers.seekers import Seeker
from realtime.ttl_cache import TtlCache
from storage.leads.leads import QrCodeResults
from storage.store import Store

R = TypeVar("R")


class Loaders:
    """The data loaders of one operation, one for each kind of record, created on first use."""

    def __init__(self, store: Store, viewer_counts: TtlCache[int]) -> None:
        self._store = store
        self._viewer_counts = viewer_counts

    @cached_property
    def unions(self) -> DataLoader[str, Union | None]:
        return _build_loader(self._store.unions.by_ids)

    @cached_property
    def recruitment_campaigns(self) -> DataLoader[str, RecruitmentCampaign | None]:
        return _build_loader(self._store.recruitment_campaigns.by_ids)

    @cached_property
    def employers(self) -> DataLoader[str, Employer | None]:
        return _build_loader(self._store.employers.by_ids)

    @cached_property
    def postings(self) -> DataLoader[str, Posting | None]:
        return _build_loader(self._store.postings.by_ids)

    @cached_property
    def sessions(self) -> DataLoader[str, LiveSession | None]:
        return _build_loader(self._store.live_sessions.by_ids)

    @cached_property
    def leads(self) -> DataLoader[str, Lead | None]:
        return _build_loader(self._store.leads.by_ids)

    @cached_property
    def seekers(self) -> DataLoader[str, Seeker | None]:
        return _build_loader(self._store.seekers.by_ids)

    @cached_property
    def campaigns(self) -> DataLoader[str, CallCampaign | None]:
        return _build_loader(self._store.call_campaigns.by_ids)

    @cached_property
    def call_entries(self) -> DataLoader[str, CallEntry | None]:
        return _build_loader(self._store.call_entries.by_ids)

    @cached_property
    def referrals(self) -> DataLoader[str, Referral | None]:
        return _build_loader(self._store.referrals.by_ids)

    @cached_property
    def accounts(self) -> DataLoader[str, Account | None]:
        return _build_loader(self._store.accounts.by_ids)

    @cached_property
    def codes(self) -> DataLoader[str, QrCode | None]:
        return _build_loader(self._store.qr_codes.by_ids)

    @cached_property
    def code_yields(self) -> DataLoader[str, QrCodeResults | None]:
        return _build_loader(self._store.leads.results_by_code)

    @cached_property
    def questions(self) -> DataLoader[str, Question | None]:
        return _build_loader(self._store.questions.by_ids)

    @cached_property
    def interest_counts(self) -> DataLoader[str, dict[str, int] | None]:
        return _build_loader(self._store.interest_counts.by_sessions)

    @cached_property
    def log_positions(self) -> DataLoader[tuple[str, int], LogPosition | None]:
        """Positions by topic and seq."""

        async def load(places: list[tuple[str, int]]) -> Sequence[LogPosition | None]:
            found = await self._store.event_log.find_positions(places)
            return [found.get(place) for place in places]

        return DataLoader(load)

    @cached_property
    def viewer_counts(self) -> DataLoader[str, int]:
        async def load(ids: list[str]) -> Sequence[int]:
            return await asyncio.gather(*map(self._viewer_counts.get, ids))

        return DataLoader(load)


def _build_loader(
    find: Callable[[Iterable[str]], Awaitable[dict[str, R]]],
) -> DataLoader[str, R | None]:
    async def load(ids: list[str]) -> Sequence[R | None]:
        records = await find(ids)
        return [records.get(record_id) for record_id in ids]

    return DataLoader(load)
