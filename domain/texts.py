"""Free text that people give: bounded, readable, and never with an identity-card number."""

from __future__ import annotations

from unicodedata import category

from domain.errors import InvalidInput
from domain.persons import holds_identity_number


def check_text(text: str, most: int, field: tuple[str, ...]) -> None:
    """Pass for text of at most ``most`` characters.

    :raises InvalidInput: longer, with control characters, or with an identity-card number.
    """
    if len(text) > most:
        raise InvalidInput(f"Use at most {most} characters.", field=field)
    if any(category(char) in {"Cc", "Cs"} and char not in "\n\r\t" for char in text):
        raise InvalidInput("Use text without control characters.", field=field)
    if holds_identity_number(text):
        raise InvalidInput(
            "Take the identity-card number out: they are never collected here.", field=field
        )
