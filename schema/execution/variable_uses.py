"""The validation rule for the variables of an operation, in one walk of the document.

The rules are those of https://spec.graphql.org/draft/#sec-Validation.Variables: each variable that
is used is defined, each that is defined is used, and its type fits where it stands. graphql-core
has three rules for this, which walk each fragment once more and look at every use for every
operation. This rule notes the uses while the document is walked for all rules. It keeps two uses
of one definition apart only if they ask for different things of the variable.

One exception: amounts of pay were integers before they were decimal numbers. A document that
declares ``$amount: Int!`` stays valid: a variable of type Int or Float may stand where a Decimal
is expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    SKIP,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNonNull,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    VisitorAction,
    get_named_type,
    is_input_object_type,
    is_nullable_type,
    is_type_sub_type_of,
    type_from_ast,
)
from graphql.validation import ValidationContext, ValidationRule
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage

_NUMBERS = frozenset({"Int", "Float"})


class _Demand(NamedTuple):
    """What a use asks of its variable. Uses of one definition with equal demands are one."""

    name: str
    type_name: str
    has_default: bool
    one_of: str
    """The OneOf input type that the variable is a field of; empty for none."""


class _Use(NamedTuple):
    """The first use with a demand."""

    node: VariableNode
    expected: Any
    """The type where the variable stands; None where the schema has none."""
    default: Any


@dataclass(frozen=True, slots=True)
class _Definition:
    """The variables that an operation or a fragment uses itself, and the fragments it spreads."""

    uses: dict[_Demand, _Use] = field(default_factory=dict)
    spreads: dict[str, None] = field(default_factory=dict)


class VariableUsesRule(ValidationRule):
    """Reports variables that are not defined, not used, or of a type that does not fit."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._operations: list[tuple[OperationDefinitionNode, _Definition]] = []
        self._fragments: dict[str, _Definition] = {}
        self._current = _Definition()
        self.steps = 0
        """Variables and spreads that were looked at: those of the text, and for each operation
        those of the fragments that it reaches."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Begin to note the uses of an operation."""
        self._current = _Definition()
        self._operations.append((node, self._current))

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        """Begin to note the uses of a fragment."""
        self._current = self._fragments[node.name.value] = _Definition()

    def enter_variable_definition(self, *_: Any) -> VisitorAction:
        """Skip the definition of a variable: it is not a use."""
        return SKIP

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        """Note a spread."""
        self.steps += 1
        self._current.spreads[node.name.value] = None

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        """Note a use, unless one with the same demand is known."""
        self.steps += 1
        expected = self.context.get_input_type()
        parent = self.context.get_parent_input_type()
        default = self.context._type_info.get_default_value()  # noqa: SLF001 - the context shows all but defaults
        one_of = parent.name if is_input_object_type(parent) and parent.is_one_of else ""
        demand = _Demand(node.name.value, str(expected), default is not Undefined, one_of)
        self._current.uses.setdefault(demand, _Use(node, expected, default))

    def leave_document(self, *_: Any) -> None:
        """Check all operations against what they and their fragments use."""
        for operation, definition in self._operations:
            uses = self._collect_uses(definition)
            defined = {
                each.variable.name.value: each for each in operation.variable_definitions or ()
            }
            self._check_defined(operation, defined, uses)
            self._check_used(operation, uses)
            for demand, use in uses.items():
                if demand.name in defined:
                    self._check_type(defined[demand.name], demand, use)

    def _collect_uses(self, definition: _Definition) -> Mapping[_Demand, _Use]:
        """The uses of an operation and of all fragments that it reaches."""
        uses: dict[_Demand, _Use] = {}
        for each in self._reach(definition):
            self.steps += len(each.uses) + len(each.spreads)
            for demand, use in each.uses.items():
                uses.setdefault(demand, use)
        return uses

    def _reach(self, definition: _Definition) -> Iterator[_Definition]:
        """A definition and each fragment that it reaches, once."""
        reached = set(definition.spreads)
        pending = [definition]
        while pending:
            each = pending.pop()
            yield each
            for name in each.spreads:
                if name in self._fragments and (each is definition or name not in reached):
                    reached.add(name)
                    pending.append(self._fragments[name])

    def _check_defined(
        self,
        operation: OperationDefinitionNode,
        defined: Mapping[str, VariableDefinitionNode],
        uses: Mapping[_Demand, _Use],
    ) -> None:
        place = f" by operation '{operation.name.value}'" if operation.name else ""
        for demand, use in uses.items():
            if demand.name not in defined:
                message = f"Variable '${demand.name}' is not defined{place}."
                self.report_error(GraphQLError(message, [use.node, operation]))

    def _check_used(self, operation: OperationDefinitionNode, uses: Mapping[_Demand, _Use]) -> None:
        place = f" in operation '{operation.name.value}'" if operation.name else ""
        used = {demand.name for demand in uses}
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            if name not in used:
                message = f"Variable '${name}' is never used{place}."
                self.report_error(GraphQLError(message, definition))

    def _check_type(self, definition: VariableDefinitionNode, demand: _Demand, use: _Use) -> None:
        schema = self.context.schema
        declared = type_from_ast(schema, definition.type)
        if use.expected is None or declared is None or self._is_number_for_decimal(declared, use):
            return
        if not allowed_variable_usage(
            schema, declared, definition.default_value, use.expected, use.default
        ):
            message = (
                f"Variable '${demand.name}' of type '{declared}' used in position expecting type"
                f" '{use.expected}'."
            )
            self.report_error(GraphQLError(message, [definition, use.node]))
        if demand.one_of and is_nullable_type(declared):
            message = (
                f"Variable '${demand.name}' is of type '{declared}' but must be non-nullable to be"
                f" used for OneOf Input Object '{demand.one_of}'."
            )
            self.report_error(GraphQLError(message, [definition, use.node]))

    def _is_number_for_decimal(self, declared: Any, use: _Use) -> bool:
        number = get_named_type(declared)
        if get_named_type(use.expected).name != "Decimal" or number.name not in _NUMBERS:
            return False
        wanted = number if is_nullable_type(use.expected) else GraphQLNonNull(number)
        return is_type_sub_type_of(self.context.schema, declared, wanted)
