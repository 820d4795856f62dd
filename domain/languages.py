"""The languages in which messages exist."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language of messages, by its subtag of BCP 47."""

    ENGLISH = "en"
    CHINESE = "zh"
