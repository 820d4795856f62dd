"""The scalar ``Decimal``: exact decimal numbers, as JSON numbers in answers."""

import re
from decimal import Decimal

import strawberry
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, ValueNode

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
