"""The rule of merged fields finds what graphql-core finds, in linear time."""

from __future__ import annotations

import pytest
from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)
from graphql.utilities import TypeInfo
from graphql.validation import OverlappingFieldsCanBeMergedRule, ValidationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.execution.documents import DocumentCache
from schema.execution.field_merging import MAX_STEPS, FieldMergingRule, MergingTooLarge

PETS = build_schema("""
    type Query { pet(id: ID, at: At): Pet, pets: [Pet!]!, dog: Dog, any: Any }
    input At { lat: Int, lon: Int }
    interface Pet { name: String, owner(id: ID): Person, mate: Pet, age: Int }
    type Dog implements Pet {
        name: String, owner(id: ID): Person, mate: Pet, age: Int, barks: Boolean!, toy: Toy
    }
    type Cat implements Pet {
        name: String, owner(id: ID): Person, mate: Pet, age: Int, barks: Boolean, toy: [Toy]
    }
    type Person { name: String, nick: String, age: Int!, pet: Pet, dog: Dog }
    type Toy { name: String, price: Int }
    union Any = Dog | Cat | Person
""")
TOO_MANY_FIELDS = (
    "The document selects too many fields: nest fewer alternatives of object types, "
    "or send fewer operations."
)
CONFLICTS = [
    "{ dog { a: name a: age } }",
    "{ dog { a: name a: barks } }",
    '{ pet(id: "1") { name } pet(id: "2") { name } }',
    '{ pet(id: "1") { name } pet { name } }',
    "{ pet { ... on Dog { barks } ... on Cat { barks } } }",
    "{ pet { ... on Dog { toy { name } } ... on Cat { toy { name } } } }",
    "{ pet { ... on Dog { a: name } a: mate { name } } }",
    "{ pet { ... on Dog { mate { a: name } } ... on Cat { mate { a: age } } } }",
    "{ pet { ...f } pet { a: name } } fragment f on Pet { a: mate { name } }",
    "{ pet(at: {lat: 1, lon: 2}) { name } pet(at: {lat: 2, lon: 1}) { name } }",
    "{ pet { owner { a: name } } pet { owner { a: nick } } }",
]
MERGED = [
    "{ dog { name name } dog { name age } }",
    "{ pet(at: {lat: 1, lon: 2}) { name } pet(at: {lon: 2, lat: 1}) { name } }",
    "{ pet { ... on Dog { a: name } ... on Cat { a: name } } }",
    '{ pet { ... on Dog { owner(id: "1") { name } } ... on Cat { owner(id: "2") { name } } } }',
    "{ pet { ... on Dog { owner { a: name } } ... on Cat { owner { a: nick } } } }",
    "{ any { ... on Dog { a: age } ... on Cat { a: age } } }",
    "{ pets { ...f ...f } pets { ...f } } fragment f on Pet { name mate { name } }",
    "{ a: __typename a: __typename __schema { types { name } } }",
]


def conflicts(document: DocumentNode, rule: type, schema: GraphQLSchema = PETS) -> bool:
    return bool(validate(schema, document, [rule]))


@pytest.mark.parametrize(
    ("text", "is_conflict"),
    [*((text, True) for text in CONFLICTS), *((text, False) for text in MERGED)],
)
def test_conflicts_are_those_of_graphql_core(text: str, is_conflict: bool) -> None:
    document = parse(text)
    assert conflicts(document, FieldMergingRule) is is_conflict
    assert conflicts(document, OverlappingFieldsCanBeMergedRule) is is_conflict


def test_both_fields_are_named() -> None:
    [error] = validate(PETS, parse(CONFLICTS[0]), [FieldMergingRule])
    assert error.message.startswith("Fields 'a' conflict because they return conflicting types.")
    assert [each.column for each in error.locations or []] == [9, 17]


LEAVES = ["name", "age", "a: name", "a: age", "b: name", "nick", "barks", "a: barks", "__typename"]
PARENTS = ["mate", "owner", "a: mate", 'owner(id: "1")', "b: owner", "pet", "dog", "toy"]
CONDITIONS = ["... on Dog", "... on Cat", "... on Pet", "... on Person", "...", "... on Any"]


def selections(depth: int) -> st.SearchStrategy[str]:
    leaves = st.sampled_from([*LEAVES, "...f", "...g"])
    if depth == 0:
        return st.lists(leaves, min_size=1, max_size=3).map(" ".join)
    nested = st.builds(
        "{} {{ {} }}".format, st.sampled_from(PARENTS + CONDITIONS), selections(depth - 1)
    )
    return st.lists(leaves | nested, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=400)
@given(selections(3), selections(2), selections(1))
def test_any_document_has_the_verdict_of_graphql_core(root: str, f: str, g: str) -> None:
    # g spreads nothing and f only g: fragments within themselves are another rule's.
    f, g = f.replace("...f", "...g"), g.replace("...f", "name").replace("...g", "age")
    document = parse(
        f"{{ pet {{ {root} }} pet {{ ...f ...g }} }} "
        f"fragment f on Pet {{ {f} }} fragment g on Pet {{ {g} }}"
    )
    expected = conflicts(document, OverlappingFieldsCanBeMergedRule)
    assert conflicts(document, FieldMergingRule) is expected


def count_steps(text: str) -> int:
    document = parse(text)
    context = ValidationContext(PETS, document, TypeInfo(PETS), lambda _: None)
    rule = FieldMergingRule(context)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    rule.enter_operation_definition(operation)
    return rule.steps


def test_spreading_many_fragments_looks_at_each_field_once() -> None:
    text = (
        "{ dog {"
        + " ".join(f"...f{i}" for i in range(200))
        + "} }"
        + " ".join(f"fragment f{i} on Dog {{ name age }}" for i in range(200))
    )
    assert count_steps(text) == 1 + 200 + 400


@pytest.mark.parametrize(("operations", "is_given_up"), [(30, False), (50, True)])
def test_operations_share_the_steps_of_their_document(operations: int, is_given_up: bool) -> None:
    text = " ".join(f"query q{i} {{ dog {{ ...all }} }}" for i in range(operations))
    text += " fragment all on Dog {" + " ".join(f"...f{i}" for i in range(199)) + "}"
    text += " ".join(f"fragment f{i} on Dog {{ name age }}" for i in range(199))
    assert [error.message for error in DocumentCache(PETS).prepare(text).errors] == (
        [TOO_MANY_FIELDS] if is_given_up else []
    )


def test_alternatives_within_alternatives_are_given_up() -> None:
    text = "name"
    for level in range(11):
        text = (
            f"...on Dog{{mate{{x{level}:name}}}} ...on Cat{{mate{{x{level}:name}}}} mate{{{text}}}"
        )
    text = f"{{ pet {{ {text} }} }}"
    with pytest.raises(MergingTooLarge):
        count_steps(text)
    assert [error.message for error in DocumentCache(PETS).prepare(text).errors] == [
        TOO_MANY_FIELDS
    ]


def test_a_fragment_within_itself_ends() -> None:
    assert count_steps("{ dog { ...f } } fragment f on Dog { name ...f mate { ...f } }") < MAX_STEPS
