"""A refused mutation as a test case, and builders of the input that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from schema.relay import global_id
from storage.mongo.client import new_id
from tests.support.world import World

IDENTITY_CARD = "11010519491231002X"
WANTS_PATH = ("profile", "wants")
MutationInput = dict[str, Any]


class RefusalCase(NamedTuple):
    """A mutation with a changed input by a caller, and the refusal that it gets."""

    name: str
    caller: str
    change: Callable[[World], MutationInput]
    kind: str
    code: str
    field: tuple[str, ...] | None


def invalid_input(
    name: str, caller: str, change: Callable[[World], MutationInput], *field: str
) -> RefusalCase:
    """A case that is refused with INVALID_INPUT at this field of the input."""
    return RefusalCase(name, caller, change, "InvalidInput", "INVALID_INPUT", ("input", *field))


def invalid_id(
    name: str, caller: str, change: Callable[[World], MutationInput], *field: str
) -> RefusalCase:
    """A case that is refused with INVALID_ID at this field of the input."""
    return RefusalCase(name, caller, change, "InvalidInput", "INVALID_ID", ("input", *field))


def unknown_id(kind: str) -> str:
    """Return a global id that no record has."""
    return global_id(kind, new_id())


def with_values(**values: Any) -> Callable[[World], MutationInput]:
    """Return a change that sets these fields; a function is called with the world."""

    def change(world: World) -> MutationInput:
        return {name: it(world) if callable(it) else it for name, it in values.items()}

    return change


def with_contact(**values: Any) -> Callable[[World], MutationInput]:
    return lambda world: {"contact": {"name": "王小明", "phone": world.next_phone()} | values}


def with_wants(**values: Any) -> Callable[[World], MutationInput]:
    return lambda _: {"profile": {"group": "LAID_OFF", "wants": values}}


def with_host(**values: Any) -> Callable[[World], MutationInput]:
    return lambda _: {"host": {"name": "王师傅", "honour": "CITY_CRAFTSMAN"} | values}


FORBIDDEN_TEXTS = {
    "of control characters": "a\x07b",
    "of an identity card": f"身份证 {IDENTITY_CARD}",
}
