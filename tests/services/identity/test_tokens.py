"""Access and refresh tokens: what is issued is accepted, anything else is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from domain.identity.accounts import Account, Role
from domain.identity.token_rotation import RefreshToken
from domain.refusals import Unauthenticated
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.crypto import derive_key
from tests.support import records

SECRET = "a secret for tests"
KEY = derive_key(SECRET, "token")
OFFICER = Account(
    id="0123456789abcdef01234567",
    username="li",
    display_name="李",
    role=Role.OFFICER,
    password_hash="",
    union_id="1123456789abcdef01234567",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SECRET, utc_now)


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


SIGN_IN = records.sign_in(account_id=OFFICER.id)


def refused(tokens: Tokens, authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.authenticate(authorization)


def test_an_access_token_stands_for_its_account_for_15_minutes(tokens: Tokens) -> None:
    before = utc_now()
    pair = tokens.issue_for_account(OFFICER, SIGN_IN)
    principal = tokens.authenticate(f"Bearer {pair.access}")
    assert principal == pair.principal
    assert principal is not None
    assert (principal.role, principal.subject) == (Role.OFFICER, OFFICER.id)
    assert (principal.union_id, principal.employer_id) == (OFFICER.union_id, None)
    assert principal.expires_at is not None
    life = principal.expires_at - before
    assert timedelta(minutes=14, seconds=58) < life <= timedelta(minutes=15, seconds=2)


def test_each_viewer_token_stands_for_a_new_viewer_for_6_hours(tokens: Tokens) -> None:
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


def test_without_a_header_there_is_no_principal(tokens: Tokens) -> None:
    assert tokens.authenticate(None) is None


def test_the_scheme_is_case_insensitive(tokens: Tokens) -> None:
    assert tokens.authenticate(f"bEARER {tokens.issue_for_viewer().access}") is not None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "x" * 9])
def test_anything_but_a_bearer_token_is_refused(tokens: Tokens, header: str) -> None:
    refused(tokens, header)


def test_an_expired_token_is_refused() -> None:
    past = Tokens(SECRET, lambda: utc_now() - timedelta(hours=7))
    refused(Tokens(SECRET, utc_now), f"Bearer {past.issue_for_viewer().access}")


def test_an_accepted_token_is_refused_a_minute_after_its_expiry() -> None:
    now = utc_now()
    tokens = Tokens(SECRET, lambda: now)
    pair = tokens.issue_for_account(OFFICER, SIGN_IN)
    assert pair.principal.expires_at is not None
    assert pair.refresh is not None
    header = f"Bearer {pair.access}"
    assert tokens.authenticate(header) == tokens.authenticate(header) == pair.principal
    end = pair.principal.expires_at + timedelta(minutes=1)
    now = end - timedelta(milliseconds=1)
    assert tokens.authenticate(header) == pair.principal
    now = end
    refused(tokens, header)
    assert tokens.verify_refresh_token(pair.refresh).account_id == OFFICER.id


@pytest.mark.parametrize("ahead", [timedelta(seconds=59), timedelta(seconds=-59)])
def test_a_token_is_good_for_its_lifetime_on_a_node_that_is_a_minute_off(ahead: timedelta) -> None:
    now = utc_now()
    pair = Tokens(SECRET, lambda: now).issue_for_viewer()
    assert pair.principal.expires_at is not None
    last_moment = pair.principal.expires_at - timedelta(milliseconds=1)
    other = Tokens(SECRET, lambda: last_moment + ahead)
    assert other.authenticate(f"Bearer {pair.access}") == pair.principal


@pytest.mark.parametrize("exp", ["soon", [], None, -1])
def test_a_signed_token_with_an_impossible_expiry_is_refused(tokens: Tokens, exp: object) -> None:
    refused(tokens, f"Bearer {jwt.encode(claims(exp=exp), KEY, 'HS256')}")


def test_a_token_of_another_secret_is_refused(tokens: Tokens) -> None:
    refused(tokens, f"Bearer {Tokens('another secret 123', utc_now).issue_for_viewer().access}")


def test_a_changed_token_is_refused(tokens: Tokens) -> None:
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
def test_a_token_with_a_missing_or_wrong_claim_is_refused(
    tokens: Tokens, changed: dict[str, Any]
) -> None:
    assert tokens.authenticate(f"Bearer {jwt.encode(claims(), KEY, 'HS256')}") is not None
    refused(tokens, f"Bearer {jwt.encode(claims(**changed), KEY, 'HS256')}")


def test_a_token_of_a_node_whose_clock_is_ahead_is_accepted(tokens: Tokens) -> None:
    ahead = Tokens(SECRET, lambda: utc_now() + timedelta(minutes=2))
    assert tokens.authenticate(f"Bearer {ahead.issue_for_viewer().access}") is not None


def test_a_token_over_the_maximum_length_is_refused(tokens: Tokens) -> None:
    refused(tokens, f"Bearer {jwt.encode(claims(note='x' * 5_000), KEY, 'HS256')}")


def test_refresh_and_access_tokens_are_not_interchangeable(tokens: Tokens) -> None:
    pair = tokens.issue_for_account(OFFICER, SIGN_IN)
    assert pair.refresh is not None
    refused(tokens, f"Bearer {pair.refresh}")
    with pytest.raises(Unauthenticated):
        tokens.verify_refresh_token(pair.access)
    assert tokens.verify_refresh_token(pair.refresh).account_id == OFFICER.id


def test_a_refresh_token_says_its_sign_in_and_its_number(tokens: Tokens) -> None:
    sign_in = replace(SIGN_IN, rotation=7)
    account = replace(OFFICER, generation=3)
    pair = tokens.issue_for_account(account, sign_in)
    assert pair.refresh is not None
    assert tokens.verify_refresh_token(pair.refresh) == RefreshToken(
        account_id=OFFICER.id, generation=3, sign_in_id=sign_in.id, rotation=7
    )
    principal = tokens.authenticate(f"Bearer {pair.access}")
    assert principal is not None
    assert (principal.generation, principal.sign_in_id) == (3, sign_in.id)


def test_a_refresh_token_expires_with_its_sign_in() -> None:
    now = utc_now()
    tokens = Tokens(SECRET, lambda: now)
    ends = replace(SIGN_IN, expires_at=now + timedelta(hours=1))
    refresh = tokens.issue_for_account(OFFICER, ends).refresh
    assert refresh is not None
    assert tokens.verify_refresh_token(refresh).sign_in_id == ends.id
    now += timedelta(hours=1, minutes=1, seconds=1)
    with pytest.raises(Unauthenticated):
        tokens.verify_refresh_token(refresh)


def test_a_refresh_token_of_an_earlier_version_has_a_sign_in_of_its_own(tokens: Tokens) -> None:
    read = []
    for seconds in (1, 1, 2):
        expiry = claims()["exp"] + timedelta(seconds=seconds)
        token = jwt.encode(claims(kind="refresh", exp=int(expiry.timestamp())), KEY, "HS256")
        read.append(tokens.verify_refresh_token(token))
    assert all(each.is_legacy and each.generation == 1 and each.rotation == 0 for each in read)
    assert len({each.sign_in_id for each in read}) == len(set(read)) == 2
