"""The validation rule that fields with one response name can be merged, in linear time.

The rule is that of https://spec.graphql.org/draft/#sec-Field-Selection-Merging. graphql-core
compares the fields pair by pair: 300 small fragments take 0.4 s. This rule collects the fields
of one place of the answer, groups them by response name, and compares each with one other of its
group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_object_type,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node
from graphql.validation import ValidationContext, ValidationRule

MAX_STEPS = 20_000
"""Fields that one document may make the rule look at, about 20 ms of work. Only a document that
nests alternatives of object types in each other, or has many operations that spread the same
fragments, makes it look at a field many times."""
MAX_DEPTH = 50
"""Fields nested in fields. Only a fragment that contains itself nests deeper; another rule reports
it."""


class MergingTooLarge(Exception):
    """The rule has looked at ``MAX_STEPS`` fields of a document."""


@dataclass(frozen=True, slots=True)
class _Selected:
    """A field at one place of the answer, with the type that it is selected on."""

    node: FieldNode
    parent: GraphQLNamedType | None
    field: GraphQLField | None

    @property
    def response_name(self) -> str:
        """The name of the field in the answer."""
        return self.node.alias.value if self.node.alias else self.node.name.value


_Group = Sequence[_Selected]


class FieldMergingRule(ValidationRule):
    """Reports fields of one response name that differ in name, arguments or kind of value."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._depth = 0
        self.steps = 0
        """Fields and fragments that were looked at."""
        self._call_keys: dict[int, tuple[Any, ...]] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Check one operation with all its fragments.

        :raises MergingTooLarge: the operations up to this one take too many steps.
        """
        root = self.context.schema.get_root_type(node.operation)
        self._check_set([(node.selection_set, root)], exclusive=False)

    def _check_set(
        self,
        selected: Iterable[tuple[SelectionSetNode, GraphQLNamedType | None]],
        *,
        exclusive: bool,
    ) -> None:
        """Check selection sets that are merged.

        ``exclusive``: some of them are of different objects, so that only kinds of values count.
        """
        groups: dict[str, list[_Selected]] = defaultdict(list)
        for each in self._collect(selected):
            groups[each.response_name].append(each)
        for group in groups.values():
            if len(group) == 1:
                self._check_below(group, exclusive=exclusive)
            elif self._check_values(group):
                self._check_calls(group, exclusive=exclusive)

    def _check_values(self, group: _Group) -> bool:
        """Whether all fields of the group have values of one kind."""
        known = [(each, each.field.type) for each in group if each.field is not None]
        for each, kind in known[1:]:
            first, first_kind = known[0]
            if not _same_kind(first_kind, kind):
                self._report(first, each, "they return conflicting types")
                return False
        return True

    def _check_calls(self, group: _Group, *, exclusive: bool) -> None:
        """Compare the names and arguments of fields that may be of one object."""
        if exclusive:
            self._check_below(group, exclusive=True)
            return
        on_any = [each for each in group if not is_object_type(each.parent)]
        by_type: dict[str, list[_Selected]] = defaultdict(list)
        for each in group:
            if isinstance(each.parent, GraphQLObjectType):
                by_type[each.parent.name].append(each)
        alternatives = [[*on_any, *fields] for fields in by_type.values()] or [on_any]
        for fields in alternatives:
            key = self._call_key(fields[0])
            for each in fields[1:]:
                if self._call_key(each) != key:
                    self._report(fields[0], each, "they differ in name or arguments")
                    return
        if len(alternatives) > 1:
            self._check_below(group, exclusive=True)
        for fields in alternatives:
            self._check_below(fields, exclusive=False)

    def _check_below(self, group: _Group, *, exclusive: bool) -> None:
        """Check what is selected of the values of these fields."""
        below = [
            (each.node.selection_set, get_named_type(each.field.type) if each.field else None)
            for each in group
            if each.node.selection_set is not None
        ]
        if below and self._depth < MAX_DEPTH:
            self._depth += 1
            self._check_set(below, exclusive=exclusive)
            self._depth -= 1

    def _collect(
        self, selected: Iterable[tuple[SelectionSetNode, GraphQLNamedType | None]]
    ) -> Iterable[_Selected]:
        """The fields of these sets and of the fragments in them, each fragment once."""
        schema = self.context.schema
        pending = list(selected)
        spread: set[str] = set()
        while pending:
            selection_set, parent = pending.pop()
            for node in selection_set.selections:
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise MergingTooLarge
                if isinstance(node, FieldNode):
                    field = (
                        schema.get_field(parent, node.name.value)
                        if is_composite_type(parent)
                        else None
                    )
                    yield _Selected(node, parent, field)
                elif isinstance(node, InlineFragmentNode):
                    condition = node.type_condition
                    kind = schema.get_type(condition.name.value) if condition else parent
                    pending.append((node.selection_set, kind))
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self.context.get_fragment(node.name.value)
                    if fragment is not None:
                        kind = schema.get_type(fragment.type_condition.name.value)
                        pending.append((fragment.selection_set, kind))

    def _call_key(self, selected: _Selected) -> tuple[Any, ...]:
        """What two fields must have in common: name and arguments, in any order."""
        node = selected.node
        if id(node) not in self._call_keys:
            arguments = sorted(
                (each.name.value, print_ast(sort_value_node(each.value)))
                for each in node.arguments or ()
            )
            self._call_keys[id(node)] = (node.name.value, *arguments)
        return self._call_keys[id(node)]

    def _report(self, one: _Selected, other: _Selected, why: str) -> None:
        self.report_error(
            GraphQLError(
                f"Fields '{one.response_name}' conflict because {why}. Use different aliases on "
                "the fields to fetch both if this was intentional.",
                [one.node, other.node],
            )
        )


def _same_kind(one: Any, other: Any) -> bool:
    """Whether values of two types have the same lists and nulls, and the same kind of leaf."""
    while one is not other:
        for wrapper in (GraphQLList, GraphQLNonNull):
            if isinstance(one, wrapper) is not isinstance(other, wrapper):
                return False
        if not isinstance(one, GraphQLList | GraphQLNonNull):
            return not (is_leaf_type(one) or is_leaf_type(other))
        one, other = one.of_type, other.of_type
    return True
