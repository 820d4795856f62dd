"""Looks ahead at the selection below a field, so that a resolver can read records in advance."""

from collections.abc import Set as AbstractSet

from graphql import FieldNode, FragmentSpreadNode, SelectionNode

from schema.context import Info


def selects_any_field(info: Info, names: AbstractSet[str]) -> bool:
    """Whether a field with one of these names is selected at any depth below the field of ``info``.

    Directives are ignored: a skipped field counts as selected.
    """
    raw = info._raw_info  # noqa: SLF001 - Strawberry's selected_fields is rebuilt on each access and slow
    pending: list[SelectionNode] = [*raw.field_nodes]
    visited: set[str] = set()
    while pending:
        node = pending.pop()
        if isinstance(node, FragmentSpreadNode):
            # Each fragment once, however often it is spread.
            if node.name.value in visited:
                continue
            visited.add(node.name.value)
            pending += raw.fragments[node.name.value].selection_set.selections
            continue
        if isinstance(node, FieldNode) and node.name.value in names:
            return True
        selected = getattr(node, "selection_set", None)
        if selected is not None:
            pending += selected.selections
    return False
