"""Messages of graphql-core without values of the request, one of which may be a phone number.

Only known sentences are shown, and of these only parts that cannot hold a value: names of types,
fields, arguments, variables and fragments, and positions. Any other message becomes a general
sentence; the error's ``locations`` and ``path`` still say where it is.
"""

from __future__ import annotations

import re

from graphql import GraphQLError

GENERAL_MESSAGE = "The document or its variables do not fit the schema."
_SYNTAX_ERROR = "Syntax Error"

_SLOTS = {
    "{name}": r"[_A-Za-z][_0-9A-Za-z]*",
    "{type}": r"[][!_0-9A-Za-z]+",
    "{operation}": r"(?:query|mutation|subscription)",
    "{location}": r"[a-z ]+",
    "{number}": r"\d+",
    "{token}": r"(?:'(?:[][!$&():=@{|}]|\.\.\.)'|<EOF>|Name|Int|Float|String|BlockString)",
    "{keyword}": r"[a-z]+",
    "{suggestion}": (
        r"(?: Did you mean [ A-Za-z]*"
        r"(?:'[_A-Za-z][._0-9A-Za-z]*(?: \{ \.\.\. \})?'(?:,? or |, )?)+\?)?"
    ),
}

_SENTENCES = (
    # Validation: https://spec.graphql.org/draft/#sec-Validation
    "Cannot query field '{name}' on type '{name}'.{suggestion}",
    "Field '{name}' must not have a selection since type '{type}' has no subfields.",
    "Field '{name}' of type '{type}' must have a selection of subfields.{suggestion}",
    "Unknown argument '{name}' on field '{name}.{name}'.{suggestion}",
    "Unknown argument '{name}' on directive '@{name}'.{suggestion}",
    "Unknown directive '@{name}'.",
    "Directive '@{name}' may not be used on {location}.",
    "Unknown fragment '{name}'.",
    "Unknown type '{name}'.{suggestion}",
    "Fragment '{name}' is never used.",
    "Fragment '{name}' cannot condition on non composite type '{name}'.",
    "Fragment cannot condition on non composite type '{name}'.",
    "Fragment cannot be spread here as objects of type '{name}' can never be of type '{name}'.",
    (
        "Fragment '{name}' cannot be spread here as objects of type '{name}'"
        " can never be of type '{name}'."
    ),
    "Cannot spread fragment '{name}' within itself.",
    "Variable '${name}' is not defined.",
    "Variable '${name}' is not defined by operation '{name}'.",
    "Variable '${name}' is never used.",
    "Variable '${name}' is never used in operation '{name}'.",
    "Variable '${name}' cannot be non-input type '{type}'.",
    "Variable '${name}' of type '{type}' used in position expecting type '{type}'.",
    (
        "Variable '${name}' is of type '{type}' but must be non-nullable to be used for OneOf"
        " Input Object '{name}'."
    ),
    "Argument '{name}.{name}({name}:)' of type '{type}' is required, but it was not provided.",
    "Argument '@{name}({name}:)' of type '{type}' is required, but it was not provided.",
    "Argument '{name}' of required type '{type}' was not provided.",
    "There can be only one argument named '{name}'.",
    "There can be only one fragment named '{name}'.",
    "There can be only one input field named '{name}'.",
    "There can be only one operation named '{name}'.",
    "There can be only one variable named '${name}'.",
    "The directive '@{name}' can only be used once at this location.",
    "This anonymous operation must be the only defined operation.",
    "The {operation} operation is not supported by the schema.",
    "Subscription '{name}' must select only one top level field.",
    "Anonymous Subscription must select only one top level field.",
    "Maximum introspection depth exceeded",
    "Too many validation errors, error limit reached. Validation aborted.",
    # Variables, before execution
    "Too many errors processing variables, error limit reached. Execution aborted.",
    "Variable values are nested too deeply.",
    # Syntax
    "Syntax Error: Document contains more than {number} tokens. Parsing aborted.",
    "Syntax Error: Document is nested too deeply. Parsing aborted.",
    "Syntax Error: Unterminated string.",
    "Syntax Error: Unexpected '..', did you mean '...'?",
)
"""Messages that are shown whole."""

_BEGINNINGS = (
    "Fields '{name}' conflict",
    "Cannot spread fragment '{name}' within itself via '{name}'",
    # Values: https://spec.graphql.org/draft/#sec-Values-of-Correct-Type
    "Expected value of type '{type}' to include required field '{name}'",
    "Expected value of type '{type}' not to include unknown field '{name}'.{suggestion}",
    "Expected value of type '{type}' not to include unknown field '{name}'",
    "Expected value of type '{type}' not to include unknown field",
    "Expected value of type '{type}' to be an object",
    "Expected value of type '{type}'",
    "Expected value of non-null type '{type}' not to be None",
    "Expected a value of non-null type '{type}' to be provided",
    "Within OneOf Input Object type '{type}', exactly one field must be specified",
    "Int cannot represent non-integer value",
    "Int cannot represent non 32-bit signed integer value",
    "Float cannot represent non numeric value",
    "String cannot represent a non string value",
    "Boolean cannot represent a non boolean value",
    "ID cannot represent a non-string and non-integer value",
    "ID cannot represent value",
    "Enum '{name}' cannot represent non-string value",
    "Enum '{name}' cannot represent non-enum value",
    "Value cannot represent a {name}",
    # Syntax
    "Syntax Error: Expected {token}, found {token}",
    "Syntax Error: Expected '{keyword}', found {token}",
    "Syntax Error: Unexpected {token}",
    "Syntax Error: Unexpected character",
    "Syntax Error: Unexpected single quote character",
    "Syntax Error: Unexpected variable",
    "Syntax Error: Unexpected description",
    "Syntax Error: Invalid character escape sequence",
    "Syntax Error: Invalid character within String",
    "Syntax Error: Invalid character",
    "Syntax Error: Invalid Unicode escape sequence",
    "Syntax Error: Invalid number, unexpected digit after 0",
    "Syntax Error: Invalid number, expected digit before '.'",
    "Syntax Error: Invalid number, expected digit",
)
"""Beginnings of messages. The rest of the message is left out: it can hold a value."""


def _compile(template: str) -> str:
    pattern = re.escape(template)
    for slot, allowed in _SLOTS.items():
        pattern = pattern.replace(re.escape(slot), allowed)
    return pattern


_SENTENCE = re.compile("|".join(map(_compile, _SENTENCES)))
_BEGINNING = re.compile(f"({'|'.join(map(_compile, _BEGINNINGS))})(?:[ ,:.].*)?", re.DOTALL)
_ENUM_VALUE = re.compile(r"Value '.*' does not exist in ('[_0-9A-Za-z]+' enum)\..*", re.DOTALL)
_PLACE = re.compile(
    _compile("Variable '${name}' has invalid value")
    + r"(?: at (?:\.[_A-Za-z][_0-9A-Za-z]*|\[\d+\])+)?: "
    + "|"
    + _compile("Argument '{name}' has invalid value")
    + r"(?: at (?:\.[_A-Za-z][_0-9A-Za-z]*|\[\d+\])+)?: "
)


class RequestError(GraphQLError):
    """What is wrong with a request, in words of this service that repeat nothing of it."""


def redact_message(error: GraphQLError) -> str:
    """The message of an error, without values of the document and its variables."""
    if isinstance(error, RequestError):
        return error.message
    message = error.message
    place = _PLACE.match(message)
    if place is None:
        return _redact_sentence(message) or (
            f"{_SYNTAX_ERROR}." if message.startswith(_SYNTAX_ERROR) else GENERAL_MESSAGE
        )
    reason = _redact_sentence(message[place.end() :])
    return f"{place[0]}{reason}" if reason else f"{place[0].removesuffix(': ')}."


def _redact_sentence(message: str) -> str | None:
    """The part of a message that may be shown; None if it is no known message."""
    if _SENTENCE.fullmatch(message):
        return message
    enum_value = _ENUM_VALUE.fullmatch(message)
    if enum_value:
        return f"This value does not exist in {enum_value[1]}."
    beginning = _BEGINNING.fullmatch(message)
    if beginning is None:
        return None
    shown = beginning[1]
    return shown if shown.endswith((".", "?")) else f"{shown}."
