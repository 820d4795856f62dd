"""What a check of ``songgang doctor`` finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Self


class Verdict(Enum):
    """How a check ends; the value is what the command prints."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """The result of one check: one line in English and in Chinese."""

    name: str
    verdict: Verdict
    message: str
    message_zh: str

    @classmethod
    def ok(cls, name: str, message: str, message_zh: str) -> Self:
        """All is well."""
        return cls(name=name, verdict=Verdict.OK, message=message, message_zh=message_zh)

    @classmethod
    def warning(cls, name: str, message: str, message_zh: str) -> Self:
        """The service runs, but somebody should look at this."""
        return cls(name=name, verdict=Verdict.WARNING, message=message, message_zh=message_zh)

    @classmethod
    def failed(cls, name: str, message: str, message_zh: str) -> Self:
        """The service does not work, or not fully; the message says what to do."""
        return cls(name=name, verdict=Verdict.FAILED, message=message, message_zh=message_zh)
