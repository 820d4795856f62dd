"""Refresh tokens rotate; a spent one ends its sign-in, and an officer or the person ends all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.identity.accounts import Account, Role
from domain.identity.audit import OPERATOR_ACTOR, AuditAction
from domain.refusals import Unauthenticated
from realtime.usage_counter import UsageCounter
from services.identity.account_changes import AccountChanges
from services.identity.passwords import PasswordVerifier
from services.identity.sign_in import MAX_SIGN_INS_PER_ACCOUNT, SignInService
from services.identity.sign_in_lanes import SignInLanes
from services.identity.tokens import TokenPair, Tokens
from storage.clock import utc_now
from storage.mongo.client import new_id
from storage.mongo.crypto import derive_key
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.services import PASSWORD, PASSWORD_HASH

SECRET = "a secret for tests"
PEER = "192.0.2.1"


class SignInScene:
    """Staff who sign in and refresh over one store."""

    def __init__(self, store: Store, passwords: PasswordVerifier) -> None:
        self.store = store
        self.tokens = Tokens(SECRET, utc_now)
        self.changes = AccountChanges(store, utc_now)
        lanes = SignInLanes(UsageCounter(store, utc_now))
        self.service = SignInService(
            self.tokens, store, passwords, self.changes, utc_now, lanes=lanes
        )

    async def account(self) -> Account:
        made = records.account(
            username=f"li-{new_id()}", role=Role.OFFICER, password_hash=PASSWORD_HASH
        )
        await self.store.accounts.add(made)
        return made

    async def sign_in(self, account: Account) -> str:
        return refresh_of(await self.service.sign_in(account.username, PASSWORD, peer=PEER))

    async def refresh(self, token: str) -> str:
        return refresh_of(await self.service.refresh_sign_in(token))

    async def is_refused(self, token: str) -> bool:
        try:
            await self.refresh(token)
        except Unauthenticated:
            return True
        return False

    async def let_grace_pass(self, account: Account) -> None:
        then = {"$subtract": ["$used_at", 11_000]}
        await self.store.mongo["sign_ins"].update_many(
            {"account_id": account.id}, [{"$set": {"used_at": then}}]
        )

    async def audited(self, account: Account) -> list[AuditAction]:
        page = await self.store.audit_log.page_of_subject(
            "Account", account.id, PageRequest(limit=100)
        )
        return [row.action for row in page.items]


def refresh_of(pair: TokenPair) -> str:
    assert pair.refresh is not None  # staff always get one
    return pair.refresh


@pytest.fixture
async def scene(store: Store) -> AsyncIterator[SignInScene]:
    passwords = PasswordVerifier()
    yield SignInScene(store, passwords)
    passwords.close()


async def test_a_refresh_uses_the_present_role_and_scope_of_the_account(
    scene: SignInScene,
) -> None:
    account = await scene.account()
    token = await scene.sign_in(account)
    await scene.store.mongo["accounts"].update_one(
        {"_id": account.id}, {"$set": {"union_id": "elsewhere"}}
    )
    assert (await scene.service.refresh_sign_in(token)).principal.union_id == "elsewhere"


async def test_a_token_of_a_missing_account_is_refused(scene: SignInScene) -> None:
    gone = records.account()
    token = scene.tokens.issue_for_account(gone, records.sign_in(account_id=gone.id)).refresh
    assert token is not None
    assert await scene.is_refused(token)


async def test_two_tabs_or_a_retry_get_the_same_successor(scene: SignInScene) -> None:
    token = await scene.sign_in(await scene.account())
    first, *others = await asyncio.gather(*(scene.refresh(token) for _ in range(5)))
    numbers = {scene.tokens.verify_refresh_token(each).rotation for each in (first, *others)}
    assert numbers == {1}
    assert not await scene.is_refused(first)


async def test_a_spent_token_ends_the_sign_in_of_the_thief_and_of_the_owner(
    scene: SignInScene,
) -> None:
    account = await scene.account()
    stolen, other_device = await scene.sign_in(account), await scene.sign_in(account)
    current = await scene.refresh(stolen)
    await scene.let_grace_pass(account)
    assert await scene.is_refused(stolen)
    assert await scene.is_refused(current)
    assert not await scene.is_refused(other_device)
    assert await scene.audited(account) == [AuditAction.END_SIGN_IN]


async def test_a_sign_in_ends_after_30_days_of_use(scene: SignInScene) -> None:
    account = await scene.account()
    now = utc_now()
    tokens = Tokens(SECRET, lambda: now)
    sign_in = records.sign_in(account_id=account.id, expires_at=now + timedelta(days=30))
    for used in range(61):
        refresh = tokens.issue_for_account(account, replace(sign_in, rotation=used)).refresh
        assert refresh is not None
        assert tokens.verify_refresh_token(refresh).rotation == used
        now += timedelta(hours=11, minutes=59)
        if now >= sign_in.expires_at + timedelta(minutes=1):
            break
        assert tokens.verify_refresh_token(refresh).rotation == used
    assert refresh is not None
    with pytest.raises(Unauthenticated):
        tokens.verify_refresh_token(refresh)


async def test_a_token_of_an_earlier_version_is_exchanged_once(scene: SignInScene) -> None:
    account = await scene.account()
    now = utc_now()
    claims = {
        "iss": "songgang",
        "kind": "refresh",
        "sub": account.id,
        "role": "OFFICER",
        "union": account.union_id,
        "employer": None,
        "iat": now,
        "exp": now + timedelta(hours=12),
    }
    legacy = jwt.encode(claims, derive_key(SECRET, "token"), "HS256")
    current = await scene.refresh(legacy)
    assert not await scene.is_refused(legacy)
    await scene.let_grace_pass(account)
    assert await scene.is_refused(legacy)
    assert await scene.is_refused(current)
    assert await scene.is_refused(legacy)


async def test_signing_out_ends_one_sign_in_and_can_be_repeated(scene: SignInScene) -> None:
    account = await scene.account()
    here, there = await scene.sign_in(account), await scene.sign_in(account)
    await scene.service.sign_out(here)
    await scene.service.sign_out(here)
    assert await scene.is_refused(here)
    assert not await scene.is_refused(there)
    assert await scene.audited(account) == [AuditAction.END_SIGN_IN]


async def test_signing_out_everywhere_ends_all_and_admits_a_new_sign_in(
    scene: SignInScene,
) -> None:
    account = await scene.account()
    tokens = [await scene.sign_in(account) for _ in range(3)]
    await scene.changes.sign_out_everywhere(account, OPERATOR_ACTOR, reason="")
    assert [await scene.is_refused(token) for token in tokens] == [True] * 3
    assert not await scene.is_refused(await scene.sign_in(account))


async def test_an_account_has_a_bounded_number_of_sign_ins(scene: SignInScene) -> None:
    account = await scene.account()
    first = await scene.sign_in(account)
    for _ in range(MAX_SIGN_INS_PER_ACCOUNT):
        last = await scene.sign_in(account)
    assert await scene.store.sign_ins.count_standing(account.id) == MAX_SIGN_INS_PER_ACCOUNT
    assert await scene.is_refused(first)
    assert not await scene.is_refused(last)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("refresh"), st.integers(0, 8)),
        st.tuples(st.just("wait"), st.just(0)),
        st.tuples(st.just("sign out"), st.integers(0, 8)),
        st.tuples(st.just("everywhere"), st.just(0)),
    ),
    max_size=14,
)


@hypothesis_settings(max_examples=25, deadline=None)
@given(steps=STEPS)
async def test_any_history_of_exchanges_is_as_the_model_says(
    prepared_store: Store, steps: list[tuple[str, int]]
) -> None:
    """The model: a sign-in has a number, an age and an end; tokens are numbers."""
    passwords = PasswordVerifier()
    scene = SignInScene(prepared_store, passwords)
    account = await scene.account()
    tokens = [await scene.sign_in(account)]
    number, is_recent, has_ended = 0, False, False
    for step, which in steps:
        token = tokens[which % len(tokens)]
        spent = which % len(tokens)
        match step:
            case "refresh":
                is_valid = spent == number or (spent == number - 1 and is_recent)
                if has_ended or not is_valid:
                    assert await scene.is_refused(token)
                    has_ended = True
                    continue
                successor = await scene.refresh(token)
                assert scene.tokens.verify_refresh_token(successor).rotation == spent + 1
                if spent == number:
                    tokens.append(successor)
                    number, is_recent = number + 1, True
            case "wait":
                await scene.let_grace_pass(account)
                is_recent = False
            case "sign out":
                await scene.service.sign_out(token)
                has_ended = True
            case "everywhere":
                await scene.changes.sign_out_everywhere(account, OPERATOR_ACTOR, reason="")
                has_ended = True
    passwords.close()
