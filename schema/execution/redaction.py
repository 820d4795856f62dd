"""What is wrong with a request, without the values that it holds: one of them may be a phone."""

from __future__ import annotations

import re

_VARIABLE_PREFIX = re.compile(r"Variable '\$\w+' has invalid value(?: at [^:]+)?: ")
_VALUE_TAIL = re.compile(r"(?:, but encountered error|, found:| Found:|:) .*", re.DOTALL)
_ENUM_VALUE = re.compile(r"Value '.*' does not exist in", re.DOTALL)
_SYNTAX_ERROR_PREFIX = "Syntax Error: "
_LITERAL_TOKEN = re.compile(
    r"\b(String|BlockString|Int|Float) '.*'|, did you mean '[0-9.]+'", re.DOTALL
)


def redact_message(message: str) -> str:
    """The message of the GraphQL library, without values of variables and literals.

    Names that stand in the document, of fields, types and variables, are left in it.
    """
    if message.startswith(_SYNTAX_ERROR_PREFIX):
        return _LITERAL_TOKEN.sub(r"\1", message)
    place = _VARIABLE_PREFIX.match(message)
    start = place.end() if place else 0
    said = _ENUM_VALUE.sub("This value does not exist in", message[start:])
    kept = _VALUE_TAIL.sub("", said)
    return message[:start] + (kept if kept == said or kept.endswith("?") else f"{kept}.")
