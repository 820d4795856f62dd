"""The validation rule for the types of variables, with one exception for ``Decimal``.

Amounts of pay were integers before they were decimal numbers. A document that declares ``$amount:
Int!`` stays valid: a variable of type Int or Float may stand where a Decimal is expected.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_nullable_type,
    is_type_sub_type_of,
    type_from_ast,
)
from graphql.validation.rules.variables_in_allowed_position import VariablesInAllowedPositionRule

_NUMBERS = frozenset({"Int", "Float"})


class VariablePositionsRule(VariablesInAllowedPositionRule):
    """Reports variables in positions of another type, except numbers in place of a Decimal."""

    _allowed: frozenset[int] = frozenset()

    def leave_operation_definition(self, operation: OperationDefinitionNode, *args: Any) -> None:
        """Check the variables of an operation, after it was read."""
        self._allowed = frozenset(
            id(usage.node)
            for usage in self.context.get_recursive_variable_usages(operation)
            if usage.type is not None
            and get_named_type(usage.type).name == "Decimal"
            and self._is_number(usage.node.name.value, usage.type)
        )
        super().leave_operation_definition(operation, *args)

    def report_error(self, error: GraphQLError) -> None:
        """Report an error, unless it is about a variable that is allowed after all."""
        if not (error.nodes and id(error.nodes[-1]) in self._allowed):
            super().report_error(error)

    def _is_number(self, name: str, expected: Any) -> bool:
        definition = self.var_def_map.get(name)
        if definition is None:
            return False
        schema: GraphQLSchema = self.context.schema
        declared = type_from_ast(schema, definition.type)
        if declared is None or get_named_type(declared).name not in _NUMBERS:
            return False
        number = get_named_type(declared)
        wanted = number if is_nullable_type(expected) else GraphQLNonNull(number)
        return is_type_sub_type_of(schema, declared, wanted)
