"""Passwords: hashed and verified with Argon2id (RFC 9106), in threads, a bounded number at once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from domain.identity.passwords import check_new_password, normalise_password

MAX_CONCURRENT_HASHES = 3
"""Hashes computed at once. Each takes 64 MiB and 50 ms with the defaults of argon2-cffi."""

_ONE_TIME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Digits and letters that are not mistaken for each other when read aloud."""
_ONE_TIME_GROUPS = 4
_ONE_TIME_GROUP_LENGTH = 5

T = TypeVar("T")


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store for a password. Blocks for 50 ms and takes 64 MiB."""
    return PasswordHasher().hash(normalise_password(password))


def create_one_time_password() -> str:
    """Return a random password of 99 bits in four groups, easy to read aloud."""
    return "-".join(
        "".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(_ONE_TIME_GROUP_LENGTH))
        for _ in range(_ONE_TIME_GROUPS)
    )


class PasswordVerifier:
    """Verifies and hashes passwords in threads, at most ``MAX_CONCURRENT_HASHES`` at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._dummy_hash = self._hasher.hash(secrets.token_hex(16))
        self._threads = ThreadPoolExecutor(MAX_CONCURRENT_HASHES, thread_name_prefix="password")

    def close(self) -> None:
        """Stop the threads. Verifications that have not started are cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def is_right(self, password: str, stored_hash: str | None) -> bool:
        """Whether the password matches the stored hash.

        Without a stored hash the answer is False after the same time as with one, so the duration
        does not reveal whether the account exists.
        """
        expected = stored_hash if stored_hash is not None else self._dummy_hash
        matches = await self._run_in_thread(lambda: self._matches(expected, password))
        return matches and stored_hash is not None

    async def rehash_if_outdated(self, password: str, stored_hash: str) -> str | None:
        """A new hash if the stored one was made with other parameters than today's; else None."""
        if not self._hasher.check_needs_rehash(stored_hash):
            return None
        return await self.hash(password)

    async def hash(self, password: str) -> str:
        """The hash to store for a password."""
        return await self._run_in_thread(lambda: hash_password(password))

    async def check_new(
        self, password: str, *, names: Iterable[str], field: tuple[str, ...]
    ) -> None:
        """Pass when the password may be set for the person with these names.

        :raises InvalidInput: it is too short, too long or easy to guess; ``field`` names it.
        """
        given = tuple(names)
        await self._run_in_thread(lambda: check_new_password(password, names=given, field=field))

    def _matches(self, expected: str, password: str) -> bool:
        # Passwords of earlier versions were hashed as they were typed.
        return any(self._verify(expected, form) for form in _forms(password))

    def _verify(self, expected: str, password: str) -> bool:
        try:
            return self._hasher.verify(expected, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run_in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _forms(password: str) -> tuple[str, ...]:
    """The forms in which the stored hash may hold the password: one for nearly all passwords."""
    normalised = normalise_password(password)
    return (normalised,) if normalised == password else (normalised, password)
