"""Free text that people give: bounded, readable, and never with an identity-card number."""

from __future__ import annotations

import re

from domain.errors import InvalidInput
from domain.identity.persons import holds_identity_number

# Categories Cc and Cs of Unicode, but for line ends and tabs; found in one pass, not a call each.
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def check_text(text: str, most: int, field: tuple[str, ...]) -> None:
    """Pass for text of at most ``most`` characters.

    :raises InvalidInput: longer, with control characters, or with an identity-card number.
    """
    if len(text) > most:
        raise InvalidInput(f"Use at most {most} characters.", field=field)
    if _UNREADABLE.search(text):
        raise InvalidInput("Use text without control characters.", field=field)
    if holds_identity_number(text):
        raise InvalidInput(
            "Take the identity-card number out: they are never collected here.", field=field
        )
