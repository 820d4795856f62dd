"""What an operation asks for below a field, so that it can be read at once."""

from collections.abc import Set as AbstractSet

from graphql import FieldNode, FragmentSpreadNode, SelectionNode

from schema.context import Info


def selects_any_field(info: Info, names: AbstractSet[str]) -> bool:
    """Whether a field of one of these names is selected anywhere below the field of ``info``.

    Directives are not looked at: a field that is skipped counts as selected.
    """
    raw = info._raw_info  # noqa: SLF001 - Strawberry's own view of it is made anew, and slow
    coming: list[SelectionNode] = [*raw.field_nodes]
    known: set[str] = set()
    while coming:
        node = coming.pop()
        if isinstance(node, FragmentSpreadNode):
            # Each fragment once, however often it is spread.
            if node.name.value in known:
                continue
            known.add(node.name.value)
            coming += raw.fragments[node.name.value].selection_set.selections
            continue
        if isinstance(node, FieldNode) and node.name.value in names:
            return True
        selected = getattr(node, "selection_set", None)
        if selected is not None:
            coming += selected.selections
    return False
