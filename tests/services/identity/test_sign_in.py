"""Sign-in: right passwords get tokens, failed sign-ins are limited and reveal nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher

from domain.identity.accounts import Account, Principal, Role
from domain.refusals import SignInFailed, TooManyAttempts
from realtime.usage_counter import UsageCounter
from services.identity.account_changes import AccountChanges
from services.identity.credentials import FAILED_SIGN_INS_PER_PEER, FailedSignIns
from services.identity.passwords import PasswordVerifier, hash_password
from services.identity.sign_in import SignInService
from services.identity.sign_in_lanes import SignInLanes
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.client import Mongo
from storage.store import Store

SECRET = "a secret for tests"
PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)
OFFICER = Account(
    id="0123456789abcdef01234567",
    username="li",
    display_name="李",
    role=Role.OFFICER,
    password_hash=HASH,
    union_id="1123456789abcdef01234567",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SECRET, utc_now)


@pytest.fixture
async def store(mongo: Mongo) -> Store:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    await store.accounts.add(OFFICER)
    return store


@pytest.fixture
async def sign_in(store: Store, tokens: Tokens) -> AsyncIterator[SignInService]:
    passwords = PasswordVerifier()
    changes = AccountChanges(store, utc_now)
    lanes = SignInLanes(UsageCounter(store, utc_now))
    yield SignInService(tokens, store, passwords, changes, utc_now, lanes=lanes)
    passwords.close()


async def test_the_right_password_signs_in_with_any_case_of_the_user_name(
    sign_in: SignInService, tokens: Tokens
) -> None:
    pair = await sign_in.sign_in("LI", PASSWORD, peer="192.0.2.1")
    principal = tokens.authenticate(f"Bearer {pair.access}")
    assert isinstance(principal, Principal)
    assert principal.subject == OFFICER.id


async def test_unknown_name_wrong_password_and_overlong_input_get_the_same_answer(
    sign_in: SignInService,
) -> None:
    answers = set()
    for username, password in [
        ("li", "wrong"),
        ("nobody", PASSWORD),
        ("x" * 65, PASSWORD),
        ("li", "x" * 257),
        ("", ""),
    ]:
        with pytest.raises(SignInFailed) as refusal:
            await sign_in.sign_in(username, password, peer="192.0.2.1")
        answers.add((refusal.value.message, refusal.value.field))
    assert answers == {("The user name or the password is wrong.", None)}


async def fail(sign_in: SignInService, username: str, peer: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            await sign_in.sign_in(username, "wrong", peer=peer)


async def test_after_ten_failures_of_a_user_name_only_that_peer_must_wait(
    sign_in: SignInService,
) -> None:
    await fail(sign_in, "Li", "192.0.2.1", 5)
    await fail(sign_in, "li", "192.0.2.1", 5)
    with pytest.raises(TooManyAttempts, match=r"Wait (29\d|300) seconds"):
        await sign_in.sign_in("li", PASSWORD, peer="192.0.2.1")
    await sign_in.sign_in("li", PASSWORD, peer="192.0.2.2")
    await fail(sign_in, "another", "192.0.2.1", 1)


async def test_successful_sign_ins_do_not_count_as_failures(sign_in: SignInService) -> None:
    for _ in range(11):
        await sign_in.sign_in("li", PASSWORD, peer="192.0.2.1")


async def test_concurrent_failures_cannot_exceed_the_limit(sign_in: SignInService) -> None:
    tries = [sign_in.sign_in("li", "wrong", peer="192.0.2.1") for _ in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    failed = sum(isinstance(outcome, SignInFailed) for outcome in outcomes)
    # Two are hashed at once, so one may be under way while the tenth fails.
    assert failed in {10, 11}
    assert all(isinstance(outcome, SignInFailed | TooManyAttempts) for outcome in outcomes)


def test_a_peer_must_wait_after_100_failures_with_any_user_names() -> None:
    tries = FailedSignIns()
    for number in range(FAILED_SIGN_INS_PER_PEER.amount):
        tries.check(f"name{number}", "192.0.2.1")
        tries.record(f"name{number}", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        tries.check("one more", "192.0.2.1")
    tries.check("one more", "192.0.2.2")


async def test_a_hash_with_weaker_parameters_is_replaced_at_the_next_sign_in(
    sign_in: SignInService, store: Store
) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    await store.accounts.change_password(OFFICER.id, weaker)
    await sign_in.sign_in("li", PASSWORD, peer="192.0.2.1")
    account = await store.accounts.by_id(OFFICER.id)
    assert account is not None
    assert account.password_hash != weaker
    assert not PasswordHasher().check_needs_rehash(account.password_hash)
    await sign_in.sign_in("li", PASSWORD, peer="192.0.2.1")
