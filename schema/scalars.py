"""The scalars ``Decimal``, exact numbers, and ``Occupation``, codes of the list of occupations."""

import re
from decimal import Decimal
from typing import NewType

import strawberry
from graphql import (
    EnumValueNode,
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    StringValueNode,
    ValueNode,
)

from domain.reference.occupations import Occupation, find_occupation

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)
_MAX_LENGTH = 24
NOT_A_NUMBER = Decimal("NaN")


def _parse_number(given: object) -> Decimal:
    """Return the number in a JSON number or a string such as "25.40".

    Any other short text is not a number (NaN), which every use refuses with its field and in words
    that help.
    """
    if isinstance(given, bool) or not isinstance(given, (int, float, str, Decimal)):
        raise _not_a_number()
    # The shortest text of a float is the number that the client wrote.
    text = f"{Decimal(repr(given)):f}" if isinstance(given, float) else _to_text(given)
    if len(text) > _MAX_LENGTH:
        raise _not_a_number()
    return Decimal(text) if _NUMBER.fullmatch(text) else NOT_A_NUMBER


def _to_text(given: int | str | Decimal) -> str:
    # Python refuses to print an integer of more than 4,300 digits.
    if isinstance(given, int) and abs(given) >= 10**12:
        raise _not_a_number()
    return str(given)


def _parse_literal(node: ValueNode, _variables: object = None) -> Decimal:
    if isinstance(node, (IntValueNode, FloatValueNode, StringValueNode)):
        return _parse_number(node.value)
    raise _not_a_number()


def _serialize(value: object) -> int | float:
    number = _parse_number(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _not_a_number() -> GraphQLError:
    return GraphQLError(
        "Give a number with at most 12 digits before the point and 6 behind it, such as 25.4 or "
        '"25.40".'
    )


DECIMAL = strawberry.scalar(
    name="Decimal",
    description='An exact decimal number. As input a number or a string, such as 25.4 or "25.40"; '
    "in answers a JSON number, without a fraction where it is whole.",
    serialize=_serialize,
    parse_value=_parse_number,
    parse_literal=_parse_literal,
)

OccupationCode = NewType("OccupationCode", str)
"""The code of an occupation, in annotations of GraphQL types; its values are ``Occupation``."""


def _parse_occupation(given: object) -> Occupation:
    found = find_occupation(given) if isinstance(given, str) else None
    if found is None:
        raise GraphQLError(
            "Give a code of the list of occupations, such as WELDER. `occupationOfTitle` finds the "
            "code for a title, and OTHER with `occupationText` takes any other word."
        )
    return found


def _parse_occupation_literal(node: ValueNode, _variables: object = None) -> Occupation:
    if isinstance(node, (EnumValueNode, StringValueNode)):
        return _parse_occupation(node.value)
    return _parse_occupation(None)


def read_occupation(code: OccupationCode) -> Occupation:
    """Return the occupation of an input value, which was parsed already."""
    return find_occupation(code) or Occupation.OTHER


OCCUPATION = strawberry.scalar(
    name="Occupation",
    description="A code of the list of occupations, such as WELDER (`codeList(name: "
    '"Occupation")`). Written with or without quotes. The list grows: officers add occupations.',
    serialize=str,
    parse_value=_parse_occupation,
    parse_literal=_parse_occupation_literal,
)
