"""Which subscriptions form a group, so that an event is executed once for all of them.

Members of a group have the same document, operation and audience, and the same variables but for
their cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, OperationDefinitionNode
from graphql.language import VariableNode

from schema.execution.documents import is_subscription
from schema.execution.redaction import RequestError
from schema.execution.results import RequestInvalid


def find_root_field(operation: OperationDefinitionNode) -> FieldNode:
    """The root field of a subscription.

    :raises RequestInvalid: the root is not one plain field. Fragments at the root are refused,
        because such subscriptions could not share a group.
    """
    selections = operation.selection_set.selections
    if not is_subscription(operation):
        raise RequestInvalid(RequestError("This is not a subscription.", operation))
    if len(selections) != 1 or not isinstance(selections[0], FieldNode):
        raise RequestInvalid(RequestError("Subscribe to one plain field at the root.", operation))
    return selections[0]


def keep_declared_variables(
    operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables that the operation declares. Others have no effect."""
    names = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    return {name: value for name, value in given.items() if name in names}


def drop_cursor_variable(
    root: FieldNode, variables: dict[str, Any], uses: Mapping[str, int]
) -> dict[str, Any]:
    """The variables without the one of ``after``, if the document uses it for nothing else.

    Members of a group differ only in their cursor.
    """
    for argument in root.arguments or ():
        if argument.name.value == "after" and isinstance(argument.value, VariableNode):
            name = argument.value.name.value
            if uses[name] == 2:
                return {key: value for key, value in variables.items() if key != name}
    return variables
