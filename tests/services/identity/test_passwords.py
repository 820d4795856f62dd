"""Passwords: hashes of the normal form, and of what earlier versions hashed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from services.identity.passwords import PasswordVerifier, create_one_time_password, hash_password

WIDE = "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　ｂａｔｔｅｒｙ"


@pytest.fixture
def passwords() -> Iterator[PasswordVerifier]:
    verifier = PasswordVerifier()
    yield verifier
    verifier.close()


async def test_a_password_is_right_in_each_of_its_forms(passwords: PasswordVerifier) -> None:
    stored = hash_password(WIDE)
    assert await passwords.is_right(WIDE, stored)
    assert await passwords.is_right("correct horse battery", stored)
    assert not await passwords.is_right("correct horse batterY", stored)


async def test_a_password_that_an_earlier_version_hashed_stays_right(
    passwords: PasswordVerifier,
) -> None:
    assert await passwords.is_right(WIDE, PasswordHasher().hash(WIDE))


def test_a_one_time_password_has_99_bits_in_four_groups() -> None:
    made = {create_one_time_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        assert [len(group) for group in password.split("-")] == [5, 5, 5, 5]
        assert not set(password) & set("01ilo")
