import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from argon2 import PasswordHasher

from api import auth
from api.auth import FAILED_SIGN_INS_PER_PEER, FailedSignIns, SignInService, Tokens, hash_password
from domain.errors import SignInFailed, TooManyAttempts, Unauthenticated
from domain.identity.accounts import Account, Principal, Role
from storage.clock import utc_now
from storage.mongo.client import Mongo
from storage.mongo.crypto import derive_key
from storage.store import Store

SECRET = "a secret for tests"
KEY = derive_key(SECRET, "token")
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
async def gate(store: Store, tokens: Tokens) -> AsyncIterator[SignInService]:
    gate = SignInService(tokens, store.accounts)
    yield gate
    gate.close()


def claims(**other: Any) -> dict[str, Any]:
    given = {
        "iss": "songgang",
        "kind": "access",
        "sub": OFFICER.id,
        "role": "OFFICER",
        "union": OFFICER.union_id,
        "employer": None,
        "iat": utc_now(),
        "exp": utc_now() + timedelta(minutes=5),
    } | other
    return {name: value for name, value in given.items() if value is not ...}


def refused(tokens: Tokens, authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.authenticate(authorization)


def test_an_access_token_stands_for_its_account_for_15_minutes(tokens: Tokens) -> None:
    before = utc_now()
    pair = tokens.issue_for_account(OFFICER)
    principal = tokens.authenticate(f"Bearer {pair.access}")
    assert principal == pair.principal
    assert principal is not None
    assert (principal.role, principal.subject) == (Role.OFFICER, OFFICER.id)
    assert (principal.union_id, principal.employer_id) == (OFFICER.union_id, None)
    assert principal.expires_at is not None
    life = principal.expires_at - before
    assert timedelta(minutes=14, seconds=58) < life <= timedelta(minutes=15, seconds=2)


def test_a_viewer_is_somebody_new_each_time_for_6_hours(tokens: Tokens) -> None:
    first, second = tokens.issue_for_viewer(), tokens.issue_for_viewer()
    principal = tokens.authenticate(f"Bearer {first.access}")
    assert principal == first.principal
    assert principal is not None
    assert principal.role is Role.VIEWER
    assert principal.subject != second.principal.subject
    assert first.refresh is None
    assert principal.expires_at is not None
    life = principal.expires_at - utc_now()
    assert timedelta(hours=5, minutes=59) < life <= timedelta(hours=6)


def test_without_a_header_nobody_calls(tokens: Tokens) -> None:
    assert tokens.authenticate(None) is None


def test_the_scheme_is_read_without_regard_to_case(tokens: Tokens) -> None:
    assert tokens.authenticate(f"bEARER {tokens.issue_for_viewer().access}") is not None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "x" * 9])
def test_what_is_no_bearer_token_is_refused(tokens: Tokens, header: str) -> None:
    refused(tokens, header)


def test_an_expired_token_is_refused() -> None:
    past = Tokens(SECRET, lambda: utc_now() - timedelta(hours=7))
    refused(Tokens(SECRET, utc_now), f"Bearer {past.issue_for_viewer().access}")


def test_a_token_that_was_taken_before_is_refused_once_it_has_expired(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = tokens.issue_for_viewer()
    header = f"Bearer {pair.access}"
    assert tokens.authenticate(header) == tokens.authenticate(header) == pair.principal
    assert pair.principal.expires_at is not None
    end = pair.principal.expires_at.timestamp()
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: end - 0.1))
    assert tokens.authenticate(header) == pair.principal
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: end))
    refused(tokens, header)


def test_a_token_of_another_secret_is_refused(tokens: Tokens) -> None:
    refused(tokens, f"Bearer {Tokens('another secret 123', utc_now).issue_for_viewer().access}")


def test_a_token_that_was_changed_is_refused(tokens: Tokens) -> None:
    head, _, signature = tokens.issue_for_viewer().access.split(".")
    body = jwt.encode(claims(), KEY, "HS256").split(".")[1]
    refused(tokens, f"Bearer {head}.{body}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_of_another_algorithm_is_refused_even_with_our_key(
    tokens: Tokens, algorithm: str
) -> None:
    key = KEY * 2
    refused(tokens, f"Bearer {jwt.encode(claims(), key, algorithm)}")


def test_a_token_without_a_signature_is_refused(tokens: Tokens) -> None:
    refused(tokens, f"Bearer {jwt.encode(claims(), '', 'none')}")


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": ...},
        {"iss": ...},
        {"iss": "somebody"},
        {"sub": ...},
        {"kind": ...},
        {"kind": "refresh"},
        {"role": "EMPEROR"},
        {"role": ...},
        {"union": ...},
        {"union": None},
        {"role": "HOST", "union": None},
        {"role": "RECRUITER"},
    ],
)
def test_a_token_that_lacks_or_bends_a_claim_is_refused(
    tokens: Tokens, changed: dict[str, Any]
) -> None:
    assert tokens.authenticate(f"Bearer {jwt.encode(claims(), KEY, 'HS256')}") is not None
    refused(tokens, f"Bearer {jwt.encode(claims(**changed), KEY, 'HS256')}")


def test_a_token_from_a_node_whose_clock_is_ahead_is_taken(tokens: Tokens) -> None:
    ahead = Tokens(SECRET, lambda: utc_now() + timedelta(minutes=2))
    assert tokens.authenticate(f"Bearer {ahead.issue_for_viewer().access}") is not None


def test_a_token_of_enormous_length_is_refused(tokens: Tokens) -> None:
    refused(tokens, f"Bearer {jwt.encode(claims(note='x' * 5_000), KEY, 'HS256')}")


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(tokens: Tokens) -> None:
    pair = tokens.issue_for_account(OFFICER)
    assert pair.refresh is not None
    refused(tokens, f"Bearer {pair.refresh}")
    with pytest.raises(Unauthenticated):
        tokens.verify_refresh_token(pair.access)
    assert tokens.verify_refresh_token(pair.refresh).subject == OFFICER.id


async def test_the_right_password_opens_whatever_the_case_of_the_name(
    gate: SignInService, tokens: Tokens
) -> None:
    pair = await gate.sign_in("LI", PASSWORD, peer="192.0.2.1")
    principal = tokens.authenticate(f"Bearer {pair.access}")
    assert isinstance(principal, Principal)
    assert principal.subject == OFFICER.id


async def test_unknown_name_wrong_password_and_what_is_too_long_get_the_same_answer(
    gate: SignInService,
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
            await gate.sign_in(username, password, peer="192.0.2.1")
        answers.add((refusal.value.message, refusal.value.field))
    assert answers == {("The user name or the password is wrong.", None)}


async def fail(gate: SignInService, username: str, peer: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            await gate.sign_in(username, "wrong", peer=peer)


async def test_after_ten_wrong_tries_for_a_name_its_peer_waits_and_nobody_else(
    gate: SignInService,
) -> None:
    await fail(gate, "Li", "192.0.2.1", 5)
    await fail(gate, "li", "192.0.2.1", 5)
    with pytest.raises(TooManyAttempts, match=r"Wait (29\d|300) seconds"):
        await gate.sign_in("li", PASSWORD, peer="192.0.2.1")
    await gate.sign_in("li", PASSWORD, peer="192.0.2.2")
    await fail(gate, "another", "192.0.2.1", 1)


async def test_right_tries_do_not_count(gate: SignInService) -> None:
    for _ in range(11):
        await gate.sign_in("li", PASSWORD, peer="192.0.2.1")


async def test_tries_at_the_same_moment_do_not_slip_through_together(gate: SignInService) -> None:
    tries = [gate.sign_in("li", "wrong", peer="192.0.2.1") for _ in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    failed = sum(isinstance(outcome, SignInFailed) for outcome in outcomes)
    # Two are hashed at once, so one may be under way while the tenth fails.
    assert failed in {10, 11}
    assert all(isinstance(outcome, SignInFailed | TooManyAttempts) for outcome in outcomes)


def test_a_peer_waits_after_100_wrong_tries_whatever_the_names() -> None:
    tries = FailedSignIns()
    for number in range(FAILED_SIGN_INS_PER_PEER.amount):
        tries.check(f"name{number}", "192.0.2.1")
        tries.record(f"name{number}", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        tries.check("one more", "192.0.2.1")
    tries.check("one more", "192.0.2.2")


async def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(
    gate: SignInService, store: Store
) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    await store.accounts.change_password(OFFICER.id, weaker)
    await gate.sign_in("li", PASSWORD, peer="192.0.2.1")
    account = await store.accounts.by_id(OFFICER.id)
    assert account is not None
    assert account.password_hash != weaker
    assert not PasswordHasher().check_needs_rehash(account.password_hash)
    await gate.sign_in("li", PASSWORD, peer="192.0.2.1")


async def test_a_refresh_token_gets_the_role_and_place_that_the_account_has_now(
    gate: SignInService, tokens: Tokens, store: Store
) -> None:
    elsewhere = replace(OFFICER, union_id="2123456789abcdef01234567")
    refresh = tokens.issue_for_account(elsewhere).refresh
    assert refresh is not None
    pair = await gate.refresh_sign_in(refresh)
    assert pair.principal.union_id == OFFICER.union_id
    assert pair.refresh is not None


async def test_a_refresh_token_of_an_account_that_is_gone_is_refused(
    gate: SignInService, tokens: Tokens
) -> None:
    refresh = tokens.issue_for_account(replace(OFFICER, id="3123456789abcdef01234567")).refresh
    assert refresh is not None
    with pytest.raises(Unauthenticated):
        await gate.refresh_sign_in(refresh)


async def test_whoever_enters_gets_a_viewers_token(gate: SignInService, tokens: Tokens) -> None:
    principal = tokens.authenticate(f"Bearer {gate.enter_as_viewer().access}")
    assert principal is not None
    assert principal.role is Role.VIEWER
