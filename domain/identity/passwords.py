"""Rules for new passwords, after NIST SP 800-63B-4, section 3.1.1.

A password is the only factor here, so it has at least 15 characters. There are no rules of
composition and no expiry. Refused are passwords that attackers try first: common ones, names and
dates, repeats and rows of keys, and variations of the user's and the service's own name. The rules
apply when a password is set; passwords from before stay valid.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from zxcvbn import zxcvbn

from domain.refusals import InvalidInput

MIN_PASSWORD_LENGTH = 15
"""Characters (code points) of a password that is the only factor."""
MAX_PASSWORD_LENGTH = 256
"""Characters of a password, before and after normalisation."""
MIN_GUESSES = 10**10
"""Guesses that a password must withstand, as zxcvbn estimates them from its lists of common
passwords, words, names, dates, key rows and repeats. It is the lower bound of its best score."""
MIN_OWN_CHARACTERS = 8
"""Letters and digits that must remain without the names of the account and the service."""
_MAX_ESTIMATED_LENGTH = 72
"""Characters that are estimated: more would only add to the estimate, and cost time."""
_MAX_WORD_LENGTH = 64
_MIN_WORD_LENGTH = 3
_SERVICE_WORDS = ("songgang", "送岗", "工会", "gonghui")


def normalise_password(password: str) -> str:
    """Return the password in Unicode normal form KC, as it is hashed.

    The same password typed on another system, or with full-width letters, gives the same text.
    """
    return unicodedata.normalize("NFKC", password)


def check_new_password(
    password: str, *, names: Iterable[str] = (), field: tuple[str, ...] | None = None
) -> str:
    """Return the normalised password if it may be set. Takes up to 30 ms.

    ``names`` are the user name, the display name and others that an attacker would try first.

    :raises InvalidInput: it has a wrong length, or is easy to guess.
    """
    if len(password) <= MAX_PASSWORD_LENGTH:
        password = normalise_password(password)
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidInput(
            f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters. A sentence "
            "is easy to remember.",
            f"密码长度须为{MIN_PASSWORD_LENGTH}至{MAX_PASSWORD_LENGTH}个字符，可以用一句容易记住的话。",
            field=field,
        )
    words = [*_SERVICE_WORDS, *_split_names(names)]
    if _count_own_characters(password, words) < MIN_OWN_CHARACTERS:
        raise InvalidInput(
            "The password consists mostly of your name or the name of this service. Choose "
            "another one.",
            "密码主要由您的姓名、用户名或本服务名称组成，请换一个密码。",
            field=field,
        )
    if zxcvbn(password[:_MAX_ESTIMATED_LENGTH], user_inputs=words)["guesses"] < MIN_GUESSES:
        raise InvalidInput(
            "The password is easy to guess: it is a common one, or consists of repeats, a row of "
            "keys, names or dates. Choose another one.",
            "密码容易被猜中（常见密码、重复字符、键盘顺序、姓名或日期），请换一个密码。",
            field=field,
        )
    return password


def _split_names(names: Iterable[str]) -> list[str]:
    """Return the names and their parts in lower case, the longest first."""
    words = set()
    for name in names:
        text = normalise_password(name[:_MAX_WORD_LENGTH]).lower()
        parts = "".join(char if char.isalnum() else " " for char in text).split()
        words |= {part for part in (*parts, "".join(parts)) if len(part) >= _MIN_WORD_LENGTH}
        # A Chinese name has two or three characters.
        words |= {part for part in parts if len(part) > 1 and not part.isascii()}
    return sorted(words, key=lambda word: (-len(word), word))


def _count_own_characters(password: str, words: Iterable[str]) -> int:
    """Return how many letters and digits remain without the words."""
    text = password.lower()
    for word in words:
        text = text.replace(word, " ")
    return sum(char.isalnum() for char in text)
