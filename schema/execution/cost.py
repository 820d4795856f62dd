"""The cost of a document: how many fields its answer may hold, found before it is executed.

A connection costs its page size times what it selects of an edge, any other list of objects its
bound (``list_bounds``) times what it selects of an item. Every object of a list counts one
besides its fields. A list of introspection costs its real length. Each fragment is measured once
or twice, so measuring is linear in the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from schema.execution.introspection import META_FIELDS, measure_lists
from schema.execution.list_bounds import CUT_BY_FIRST, DEFAULT_BOUND, LIST_BOUNDS
from schema.relay import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE


@dataclass(frozen=True, kw_only=True)
class SelectionComplexity:
    """The size of a selection set.

    ``roots`` counts the fields of the set itself, including those of its fragments; ``depth`` is
    the number of nested fields; ``fields`` counts all fields that are selected; ``cost`` counts
    the fields that the answer may hold. ``edge_cost`` is the part of the cost that a connection
    adds for each edge of its page. ``introspection`` is the part of the cost that describes the
    schema; it need not be a whole number, because it uses average lengths.
    """

    roots: int = 0
    depth: int = 0
    fields: int = 0
    cost: float = 0
    edge_cost: float = 0
    introspection: float = 0

    def __or__(self, other: SelectionComplexity) -> SelectionComplexity:
        """Two selections in the same set."""
        return SelectionComplexity(
            roots=self.roots + other.roots,
            depth=max(self.depth, other.depth),
            fields=self.fields + other.fields,
            cost=self.cost + other.cost,
            edge_cost=self.edge_cost + other.edge_cost,
            introspection=self.introspection + other.introspection,
        )


def is_connection(kind: GraphQLNamedType | None) -> bool:
    """Whether a type is a Relay connection: it has a list ``edges`` and a ``pageInfo``."""
    return (
        isinstance(kind, GraphQLObjectType)
        and "pageInfo" in kind.fields
        and "edges" in kind.fields
        and is_list_type(get_nullable_type(kind.fields["edges"].type))
    )


class ComplexityMeter:
    """Measures the selection sets of one document.

    The document need not be valid: an unknown field costs one, and what it selects as much again.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        bounds: Mapping[str, int] = LIST_BOUNDS,
    ) -> None:
        self._schema = schema
        self._bounds = bounds
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._introspected = measure_lists(schema)
        self._measured: dict[tuple[str, bool], SelectionComplexity] = {}

    def measure_operation(self, operation: OperationDefinitionNode) -> SelectionComplexity:
        """The size of an operation."""
        root = self._schema.get_root_type(operation.operation)
        return self._measure(operation.selection_set, root)

    def _measure(
        self,
        selected: SelectionSetNode | None,
        parent: GraphQLNamedType | None,
        *,
        of_all_types: bool = False,
    ) -> SelectionComplexity:
        """The size of a selection. ``of_all_types``: it is made once for each type of the schema,
        so that a list in it has its average length."""
        size = SelectionComplexity()
        for selection in selected.selections if selected else ():
            if isinstance(selection, FieldNode):
                size |= self._measure_field(selection, parent, of_all_types=of_all_types)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                kind = self._schema.get_type(condition.name.value) if condition else parent
                size |= self._measure(selection.selection_set, kind, of_all_types=of_all_types)
            else:
                assert isinstance(selection, FragmentSpreadNode)  # there are these three kinds
                size |= self._measure_fragment(selection.name.value, of_all_types=of_all_types)
        return size

    def _measure_fragment(self, name: str, *, of_all_types: bool) -> SelectionComplexity:
        key = (name, of_all_types)
        if key not in self._measured:
            # Nothing while it is under way: validation refuses a fragment that contains itself.
            self._measured[key] = SelectionComplexity()
            fragment = self._fragments.get(name)
            if fragment is not None:
                kind = self._schema.get_type(fragment.type_condition.name.value)
                self._measured[key] = self._measure(
                    fragment.selection_set, kind, of_all_types=of_all_types
                )
        return self._measured[key]

    def _measure_field(
        self, node: FieldNode, parent: GraphQLNamedType | None, *, of_all_types: bool
    ) -> SelectionComplexity:
        name = node.name.value
        field = self._find_field(parent, name)
        kind = get_named_type(field.type) if field else None
        place = f"{parent.name}.{name}" if field and parent else ""
        length = self._introspected.get(place)
        # Each type of the schema is met once under "types", and its lists lie within it.
        of_all_types = place == "__Schema.types" or (of_all_types and length is not None)
        inner = self._measure(node.selection_set, kind, of_all_types=of_all_types)
        cost: float = 1 + inner.cost
        edge_cost: float = 0
        if field is None or is_leaf_type(kind):
            pass
        elif length is not None:
            cost *= length.mean if of_all_types else length.longest
        elif is_connection(kind):
            cost += _page_size(node, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE) * inner.edge_cost
        elif is_connection(parent) and name == "edges":
            cost, edge_cost = 0, cost
        elif _holds_list(field.type):
            cost *= self._count_items(node, field, place)
        return SelectionComplexity(
            roots=1,
            depth=inner.depth + 1,
            fields=inner.fields + 1,
            cost=cost,
            edge_cost=edge_cost,
            introspection=cost if name in META_FIELDS else inner.introspection,
        )

    def _find_field(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return None
        if parent is self._schema.query_type and name in META_FIELDS:
            return META_FIELDS[name]
        field: GraphQLField | None = parent.fields.get(name)
        return field

    def _count_items(self, node: FieldNode, field: GraphQLField, place: str) -> int:
        bound = self._bounds.get(place, DEFAULT_BOUND)
        if place not in CUT_BY_FIRST:
            return bound
        default = field.args["first"].default_value
        return _page_size(node, default if isinstance(default, int) else bound, bound)


def _holds_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(get_nullable_type(kind))


def _page_size(node: FieldNode, default: int, bound: int) -> int:
    """How many items ``first`` or ``last`` asks for, as far as the document says."""
    for argument in node.arguments or ():
        if argument.name.value in {"first", "last"}:
            wanted = argument.value
            # A number of more than three digits is refused in any case.
            if isinstance(wanted, IntValueNode) and len(wanted.value) <= 3:
                return max(0, min(int(wanted.value), bound))
            return bound
    return default
