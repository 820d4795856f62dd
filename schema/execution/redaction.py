"""What is wrong with a request, without the values that it holds: one of them may be a phone."""

from __future__ import annotations

import re

_PLACE = re.compile(r"Variable '\$\w+' has invalid value(?: at [^:]+)?: ")
_VALUE = re.compile(r"(?:, but encountered error|, found:| Found:|:) .*", re.DOTALL)
_CODE = re.compile(r"Value '.*' does not exist in", re.DOTALL)
_SYNTAX = "Syntax Error: "
_TOKEN = re.compile(r"\b(String|BlockString|Int|Float) '.*'|, did you mean '[0-9.]+'", re.DOTALL)


def unquoted(message: str) -> str:
    """The message of the GraphQL library, without values of variables and literals.

    Names that stand in the document, of fields, types and variables, are left in it.
    """
    if message.startswith(_SYNTAX):
        return _TOKEN.sub(r"\1", message)
    place = _PLACE.match(message)
    start = place.end() if place else 0
    said = _CODE.sub("This value does not exist in", message[start:])
    kept = _VALUE.sub("", said)
    return message[:start] + (kept if kept == said or kept.endswith("?") else f"{kept}.")
