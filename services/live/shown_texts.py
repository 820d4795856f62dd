"""The check of texts that a host or an officer shows to everybody in a room."""

from __future__ import annotations

from domain.free_text import check_text
from domain.identity.persons import holds_mobile_number
from domain.refusals import InvalidInput
from domain.screening.text_screening import check_public_text


def check_shown_text(given: str, max_length: int, field: tuple[str, ...]) -> str:
    """Return a text that everybody will read, without surrounding blanks.

    :raises InvalidInput: it is too long, holds a mobile number or cannot be shown.
    :raises TextRefused: it breaks a rule for public texts.
    """
    text = given.strip()
    check_text(text, max_length, field)
    if holds_mobile_number(text):
        raise InvalidInput(
            "Remove the phone number: everybody in the room would see it. Viewers tap "
            '"I am interested" to be called.',
            "请删除手机号码，否则直播间所有人都能看到。请引导观众点“我有意向”。",
            field=field,
        )
    check_public_text(text, field)
    return text
