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
from domain.identity.accounts import STAFF, Account, Principal, Role, require
from domain.identity.unions import Union
from domain.leads.consent import ConsentTemplate
from domain.leads.contacts import Holder
from domain.leads.leads import Lead
from domain.live.qr_codes import Code
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
from realtime.presence import Presence
from schema.execution.batch_loader import Gathered
from schema.execution.ttl_cache import Recent
from services.leads.capture import Capture, LeadLog
from services.leads.contacts import Contacts
from services.leads.follow_up import Pipeline
from services.live.questions import Questions
from services.live.sessions import Desk
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import LiveWages
from services.screening.reviews import Reviews
from services.seekers.seekers import Seekers
from services.webhooks.webhooks import Webhooks
from storage.clock import Clock
from storage.leads.leads import CodeYield
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

    async def refresh(self, token: str) -> TokenPair:
        """New tokens for a refresh token.

        :raises Unauthenticated: it is expired, forged or no refresh token.
        """

    def enter(self) -> TokenPair:
        """A token for a new viewer, who has no account."""

    def enter_as_seeker(self, giver: str) -> TokenPair:
        """A token for somebody who has left a profile, under the id with which they gave it."""


class Receipts(Protocol):
    """Issues and checks the receipts with which givers come back to what they gave."""

    def issue(self, holder: Holder) -> str:
        """The receipt of that giver for that person, good for three years."""

    def holder(self, receipt: str) -> Holder:
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
    desk: Desk
    gate: PostingGate
    reviews: Reviews
    questions: Questions
    capture: Capture
    lead_log: LeadLog
    contacts: Contacts
    seekers: Seekers
    matcher: Matcher
    receipts: Receipts
    pipeline: Pipeline
    webhooks: Webhooks
    commit: GroupCommit
    presence: Presence
    authority: Authority
    clock: Clock
    live_wages: LiveWages
    public_url: str
    demo: bool = False
    refusals: Counter[tuple[str, ErrorCode]] = field(default_factory=Counter)
    """How often each mutation was refused, and with what."""

    @property
    def wages(self) -> WageTable:
        """The minimum wages as they are known now."""
        return self.live_wages.table

    @cached_property
    def recent_sessions(self) -> Recent[LiveSession | None]:
        """For admission, which many ask for at once."""
        return Recent(self.store.sessions.by_id)

    @cached_property
    def recent_codes(self) -> Recent[Code | None]:
        """For scans, which come by the hundred from one screen."""
        return Recent(self.store.codes.by_id)

    @cached_property
    def recent_consent(self) -> Recent[ConsentTemplate]:
        """The current consent text, under any key: everybody who taps needs it."""
        return Recent(lambda _: self.store.consents.current(self.clock()))

    @cached_property
    def recent_employers(self) -> Recent[Employer | None]:
        """Whom the consent text names."""

        async def find(employer_id: str) -> Employer | None:
            return (await self.store.employers.by_ids([employer_id])).get(employer_id)

        return Recent(find)

    @cached_property
    def recent_viewers(self) -> Recent[int]:
        """How many watch, which everybody asks for who comes back in a storm."""

        async def find(ids: Iterable[str]) -> dict[str, int]:
            return await self.store.presence.totals(ids, at=self.clock())

        totals = Gathered(find)

        async def count(session_id: str) -> int:
            return await totals.get(session_id) or 0

        return Recent(count)

    @cached_property
    def sessions(self) -> Gathered[LiveSession]:
        """For interests, which a room sends at once."""
        return Gathered(self.store.sessions.by_ids)

    @cached_property
    def postings(self) -> Gathered[Posting]:
        """The same for what the room is interested in."""
        return Gathered(self.store.postings.by_ids)

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
        return _by_id(self._store.unions.by_ids)

    @cached_property
    def employers(self) -> DataLoader[str, Employer | None]:
        return _by_id(self._store.employers.by_ids)

    @cached_property
    def postings(self) -> DataLoader[str, Posting | None]:
        return _by_id(self._store.postings.by_ids)

    @cached_property
    def sessions(self) -> DataLoader[str, LiveSession | None]:
        return _by_id(self._store.sessions.by_ids)

    @cached_property
    def leads(self) -> DataLoader[str, Lead | None]:
        return _by_id(self._store.leads.by_ids)

    @cached_property
    def seekers(self) -> DataLoader[str, Seeker | None]:
        return _by_id(self._store.seekers.by_ids)

    @cached_property
    def campaigns(self) -> DataLoader[str, CallCampaign | None]:
        return _by_id(self._store.campaigns.by_ids)

    @cached_property
    def call_entries(self) -> DataLoader[str, CallEntry | None]:
        return _by_id(self._store.calls.by_ids)

    @cached_property
    def referrals(self) -> DataLoader[str, Referral | None]:
        return _by_id(self._store.referrals.by_ids)

    @cached_property
    def accounts(self) -> DataLoader[str, Account | None]:
        return _by_id(self._store.accounts.by_ids)

    @cached_property
    def codes(self) -> DataLoader[str, Code | None]:
        return _by_id(self._store.codes.by_ids)

    @cached_property
    def code_yields(self) -> DataLoader[str, CodeYield | None]:
        return _by_id(self._store.leads.by_codes)

    @cached_property
    def questions(self) -> DataLoader[str, Question | None]:
        return _by_id(self._store.questions.by_ids)

    @cached_property
    def interests(self) -> DataLoader[str, dict[str, int] | None]:
        return _by_id(self._store.tallies.by_sessions)

    @cached_property
    def viewers(self) -> DataLoader[str, int]:
        async def load(ids: list[str]) -> Sequence[int]:
            recent = self._services.recent_viewers
            return await asyncio.gather(*(recent.get(session_id) for session_id in ids))

        return DataLoader(load)


def _by_id(
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
        refused: Unauthenticated | None = None,
    ) -> None:
        """``refused`` says why a token that was sent does not count."""
        self.services = services
        self.refused = refused
        self.principal = principal
        self.peer = peer
        self.loaders = Loaders(services)

    def require(self, *roles: Role) -> Principal:
        """The caller, who must have one of the roles.

        :raises Unauthenticated: nobody is signed in, or the token does not count.
        :raises NotPermitted: signed in with another role.
        """
        if self.refused is not None:
            raise self.refused
        return require(self.principal, *roles)

    async def account(self) -> Account | None:
        """The staff account of the caller, if it is staff."""
        if self.principal is None or self.principal.role not in STAFF:
            return None
        return await self.services.store.accounts.by_id(self.principal.subject)


Info = strawberry.Info[Context, None]
