"""The leaf executor returns what graphql-core's executor returns, for any objects."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import fields
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, cast

import strawberry
from graphql import ExecutionResult, Executor, GraphQLObjectType, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.leads.leads import LeadStage
from schema.execution.leaf_executor import FALL_BACK, LeafExecutor, leaf_readers
from schema.root import SCHEMA as OURS


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Other(StrEnum):
    RED = "red"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Leaf(Named):
    maybe: int | None


@strawberry.type
class Thing(Named):
    id: strawberry.ID
    text: str | None
    number: int
    maybe_number: int | None
    ratio: float
    flag: bool | None
    at: datetime
    day: date | None
    moment: time | None
    amount: Decimal
    colour: Colour
    maybe_colour: Colour | None
    colours: list[Colour]
    texts: list[str] | None
    holes: list[int | None]
    grid: list[list[int]] | None
    leaf: Leaf | None
    leaves: list[Leaf]
    named: Named | None

    @strawberry.field
    def counted(self, times: int = 2) -> int:
        return len(self.name) * times

    @strawberry.field
    async def later(self) -> str | None:
        return self.text

    @strawberry.field
    async def fails(self) -> Leaf | None:
        raise LookupError(self.name)


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, info: strawberry.Info) -> Thing | None:
        return info.context  # type: ignore[no-any-return] # the test gives it

    @strawberry.field
    async def things(self, info: strawberry.Info) -> list[Thing | None]:
        return [info.context, None, info.context]


SCHEMA = strawberry.Schema(Query, types=[Leaf, Thing])._schema
NESTED = {"leaf", "leaves", "named", "fails"}
LEAVES = [field.name for field in fields(Thing) if field.init and field.name not in NESTED]

scalars = st.sampled_from(
    [
        *("", "name", b"bytes", True, 0, 7, 2**31, 1.5, float("nan"), Decimal("1.50"), None),
        *(
            datetime(2026, 10, 1, tzinfo=UTC),
            date(2026, 10, 1),
            time(8, 30),
            time(8, 30, tzinfo=UTC),
        ),
        *(Colour.RED, Colour.BLUE, Other.RED, LeadStage.HIRED, ValueError("held"), FALL_BACK),
    ]
)
any_values = (
    st.none()
    | scalars
    | st.lists(scalars, max_size=3)
    | st.lists(scalars, max_size=3).map(tuple)
    | st.lists(st.lists(scalars, max_size=2), max_size=2)
)
FITTING_VALUES: dict[str, Any] = {
    "text": "text",
    "at": datetime(2026, 10, 1, tzinfo=UTC),
    "colour": Colour.BLUE,
    "colours": (Colour.RED, Colour.BLUE),
    "texts": ["a", "b"],
    "holes": [1, None],
    "grid": [[1], []],
    "amount": Decimal("2.50"),
    "ratio": 1,
    "number": 3,
    "name": "name",
    "id": "id",
}


def build_thing(**values: Any) -> Thing:
    """Build a thing with these values and fitting values for the rest."""
    return Thing(**{**dict.fromkeys(LEAVES), **FITTING_VALUES, **values})


class Bare:
    """An object without the attributes of any type of the schema."""

    def __repr__(self) -> str:
        return "Bare"


@st.composite
def leaves(draw: st.DrawFn) -> Any:
    return draw(
        st.builds(Leaf, name=st.just("leaf") | scalars, maybe=st.just(1) | scalars)
        | st.sampled_from([None, "text", ValueError("no leaf"), Bare()])
    )


@st.composite
def things(draw: st.DrawFn) -> Any:
    """Draw a thing in which most attributes fit their types."""
    values = {name: draw(any_values) for name in draw(st.sets(st.sampled_from(LEAVES), max_size=6))}
    thing = build_thing(
        leaf=draw(leaves()),
        leaves=draw(st.lists(leaves(), max_size=3)),
        named=draw(leaves()),
        **values,
    )
    if draw(st.booleans()):
        del thing.day
    return draw(st.sampled_from([thing] * 8 + [None, Bare()]))


ALL = ["__typename", *cast("GraphQLObjectType", SCHEMA.type_map["Thing"]).fields]
INNER = ["name", "maybe", "__typename"]


@st.composite
def selections(draw: st.DrawFn, known: list[str], depth: int = 2) -> str:
    parts = []
    for name in draw(st.lists(st.sampled_from(known), min_size=1, max_size=8)):
        alias = draw(st.sampled_from(["", "", "", "a: ", "b: "]))
        condition = draw(st.sampled_from(["", "", "", "@include(if: $yes)", "@skip(if: $yes)"]))
        inner = ""
        if name in NESTED:
            own = ["name", "__typename"] if name == "named" else INNER
            inner = draw(selections(own, 0))
            if name == "named":
                inner = inner[:-1] + " ... on Leaf { maybe } ... on Thing { id } }"
        parts.append(f"{alias}{name} {condition} {inner}")
    if depth and draw(st.booleans()):
        parts.append(f"... on Thing {draw(selections(known, depth - 1))}")
    return "{ " + " ".join(parts) + " }"


async def _execute(kind: type[Executor[Any]], document: Any, thing: Any, yes: bool) -> Any:
    executor = kind.build(SCHEMA, document, context_value=thing, raw_variable_values={"yes": yes})
    assert isinstance(executor, kind)
    result: Any = executor.execute_operation()
    if isinstance(result, Awaitable):
        result = await result
    assert isinstance(result, ExecutionResult)
    return json.dumps(result.data), [error.formatted for error in result.errors or ()]


@settings(max_examples=300, deadline=None)
@given(selected=selections(ALL), thing=things(), yes=st.booleans())
async def test_results_equal_those_of_graphql_core(selected: str, thing: Any, yes: bool) -> None:
    document = parse(f"query ($yes: Boolean! = true) {{ thing {selected} things {selected} }}")
    if validate(SCHEMA, document):
        return  # two different fields under one name: never executed
    assert await _execute(LeafExecutor, document, thing, yes) == await _execute(
        Executor, document, thing, yes
    )


class _RecordingExecutor(LeafExecutor):
    """Records the fields that are left to graphql-core."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.left: list[str] = []

    def execute_field(self, parent_type: Any, source: Any, details: Any, *rest: Any) -> Any:
        self.left.append(details[0].node.name.value)
        return super().execute_field(parent_type, source, details, *rest)


async def test_plain_fields_are_read_without_graphql_core_in_order() -> None:
    thing = build_thing(leaf=None, leaves=[], named=None)
    document = parse("{ thing { colour __typename later text at colours texts day counted } }")
    executor = _RecordingExecutor.build(SCHEMA, document, context_value=thing)
    assert isinstance(executor, _RecordingExecutor)
    result: Any = executor.execute_operation()
    shown = (await result).data["thing"]
    assert executor.left == ["thing", "later", "counted"]
    assert list(shown.items()) == [
        ("colour", "BLUE"),
        ("__typename", "Thing"),
        ("later", "text"),
        ("text", "text"),
        ("at", "2026-10-01T00:00:00+00:00"),
        ("colours", ["RED", "BLUE"]),
        ("texts", ["a", "b"]),
        ("day", None),
        ("counted", 8),
    ]


def test_most_fields_of_a_posting_are_plain() -> None:
    plain = leaf_readers(cast("GraphQLObjectType", OURS._schema.type_map["Posting"]))
    assert {"id", "title", "occupation", "insurance", "hoursPerDay", "validUntil"} <= set(plain)
    assert not {"employer", "pay", "findings"} & set(plain)
