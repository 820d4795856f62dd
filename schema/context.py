"""What every resolver works with: the caller, the services, and loaders that live one operation."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from domain.employers.employers import Employer
from domain.errors import ErrorCode, Unauthenticated
from domain.identity.accounts import STAFF_ROLES, Account, Principal, Role, require_role
from domain.identity.unions import Union
from domain.leads.consent import ConsentTemplate
from domain.leads.leads import Lead
from domain.leads.personal_data import ReceiptHolder
from domain.live.qr_codes import QrCode
from domain.live.questions import Question
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import WageTable
from domain.seekers.call_campaigns import CallCampaign, CallEntry
from domain.seekers.referrals import Referral
from domain.seekers.seekers import Seeker
from realtime.commit import GroupCommit
from realtime.hub import Hub
from realtime.presence import PresenceTracker
from schema.execution.batch_loader import SharedBatchLoader
from schema.execution.ttl_cache import TtlCache
from services.leads.capture import LeadCapture, LeadLogWriter
from services.leads.contacts import ContactDisclosure
from services.leads.follow_up import LeadFollowUp
from services.live.questions import QuestionModeration
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import MinimumWages
from services.screening.reviews import PostingReview
from services.seekers.seekers import SeekerProfiles
from services.webhooks.webhooks import WebhookAdministration
from storage.clock import Clock
from storage.leads.leads import QrCodeResults
from storage.store import Store
from workers.matcher import Matcher

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    """An access token, when it expires, and the token that gets the next one."""

    access: str
    refresh: str | None
    principal: Principal


class Authority(Protocol):
    """Issues and checks tokens, and knows the staff's passwords."""

    async def sign_in(self, username: str, password: str, *, peer: str) -> TokenPair:
        """Tokens for the right user name and password.

        :raises SignInFailed: they are not right.
        :raises TooManyAttempts: too many wrong tries.
        """

    async def refresh_sign_in(self, token: str) -> TokenPair:
        """New tokens for a refresh token.

        :raises Unauthenticated: it is expired, forged or no refresh token.
        """

    def enter_as_viewer(self) -> TokenPair:
        """A token for a new viewer, who has no account."""

    def enter_as_seeker(self, giver: str) -> TokenPair:
        """A token for somebody who has left a profile, under the id with which they gave it."""


class Receipts(Protocol):
    """Issues and checks the receipts with which givers come back to what they gave."""

    def issue(self, holder: ReceiptHolder) -> str:
        """The receipt of that giver for that person, good for three years."""

    def verify(self, receipt: str) -> ReceiptHolder:
        """Whom a receipt stands for.

        :raises Unauthenticated: it is expired or forged.
        """


@dataclass(frozen=True, kw_only=True)
class Services:
    """What one process has once; built by the app, shared by all operations.

    ``public_url`` is where people reach this service, without a slash at the end.
    """

    store: Store
    hub: Hub
    session_control: LiveSessionControl
    posting_gate: PostingGate
    reviews: PostingReview
    questions: QuestionModeration
    lead_capture: LeadCapture
    lead_log: LeadLogWriter
    contact_disclosure: ContactDisclosure
    seekers: SeekerProfiles
    matcher: Matcher
    receipts: Receipts
    lead_follow_up: LeadFollowUp
    webhooks: WebhookAdministration
    group_commit: GroupCommit
    presence: PresenceTracker
    authority: Authority
    clock: Clock
    minimum_wages: MinimumWages
    public_url: str
    demo: bool = False
    refusal_counts: Counter[tuple[str, ErrorCode]] = field(default_factory=Counter)
    """How often each mutation was refused, and with what."""

    @property
    def wage_table(self) -> WageTable:
        """The minimum wages as they are known now."""
        return self.minimum_wages.table

    @cached_property
    def cached_sessions(self) -> TtlCache[LiveSession | None]:
        """For admission, which many ask for at once."""
        return TtlCache(self.store.live_sessions.by_id)

    @cached_property
    def cached_codes(self) -> TtlCache[QrCode | None]:
        """For scans, which come by the hundred from one screen."""
        return TtlCache(self.store.qr_codes.by_id)

    @cached_property
    def cached_consent_template(self) -> TtlCache[ConsentTemplate]:
        """The current consent text, under any key: everybody who taps needs it."""
        return TtlCache(lambda _: self.store.consent_texts.current(self.clock()))

    @cached_property
    def cached_employers(self) -> TtlCache[Employer | None]:
        """Whom the consent text names."""

        async def find(employer_id: str) -> Employer | None:
            return (await self.store.employers.by_ids([employer_id])).get(employer_id)

        return TtlCache(find)

    @cached_property
    def cached_viewer_counts(self) -> TtlCache[int]:
        """How many watch, which everybody asks for who comes back in a storm."""

        async def find(ids: Iterable[str]) -> dict[str, int]:
            return await self.store.presence_reports.count_viewers(ids, at=self.clock())

        totals = SharedBatchLoader(find)

        async def count(session_id: str) -> int:
            return await totals.load(session_id) or 0

        return TtlCache(count)

    @cached_property
    def session_loader(self) -> SharedBatchLoader[LiveSession]:
        """For interests, which a room sends at once."""
        return SharedBatchLoader(self.store.live_sessions.by_ids)

    @cached_property
    def posting_loader(self) -> SharedBatchLoader[Posting]:
        """The same for what the room is interested in."""
        return SharedBatchLoader(self.store.postings.by_ids)

    def today(self) -> date:
        """The day in China now."""
        return day_in_china(self.clock())


class Loaders:
    """Gather what one operation asks for into one read a kind; made when first asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.store

    @cached_property
    def unions(self) -> DataLoader[str, Union | None]:
        return _build_loader(self._store.unions.by_ids)

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
    def viewer_counts(self) -> DataLoader[str, int]:
        async def load(ids: list[str]) -> Sequence[int]:
            recent = self._services.cached_viewer_counts
            return await asyncio.gather(*(recent.get(session_id) for session_id in ids))

        return DataLoader(load)


def _build_loader(
    find: Callable[[Iterable[str]], Awaitable[dict[str, R]]],
) -> DataLoader[str, R | None]:
    async def load(ids: list[str]) -> Sequence[R | None]:
        found = await find(ids)
        return [found.get(wanted) for wanted in ids]

    return DataLoader(load)


class Context:
    """The context of one operation, or of one event of a subscription."""

    def __init__(
        self,
        services: Services,
        principal: Principal | None,
        *,
        peer: str = "unknown",
        token_error: Unauthenticated | None = None,
    ) -> None:
        """``token_error`` says why a token that was sent does not count."""
        self.services = services
        self.token_error = token_error
        self.principal = principal
        self.peer = peer
        self.loaders = Loaders(services)

    def require(self, *roles: Role) -> Principal:
        """The caller, who must have one of the roles.

        :raises Unauthenticated: nobody is signed in, or the token does not count.
        :raises NotPermitted: signed in with another role.
        """
        if self.token_error is not None:
            raise self.token_error
        return require_role(self.principal, *roles)

    async def load_staff_account(self) -> Account | None:
        """The staff account of the caller, if it is staff."""
        if self.principal is None or self.principal.role not in STAFF_ROLES:
            return None
        return await self.services.store.accounts.by_id(self.principal.subject)


Info = strawberry.Info[Context, None]
