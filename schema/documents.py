"""Documents: parsed, validated and measured once a text, however often it is sent.

Parsing and validating cost ten times what a small operation does. The cache is keyed on the text
and bounded; a text that is wrong is kept with its errors, so that it is wrong cheaply too.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.language import VariableNode

CACHED = 1_000
"""Texts kept; the least used goes first."""
CACHED_LENGTH = 16 * 1024
"""Longer texts are not kept: 16 MiB at most in all."""
TEXT_LENGTH = 64 * 1024
TOKENS = 5_000
DEPTH = 15
"""Fields within fields; introspection by the common tools needs 13."""
FIELDS = 1_000
"""Fields that a document selects, each fragment counted wherever it is spread."""
ROOTS = 20
"""Root fields (and aliases of them) of an operation."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How deep a selection goes, and how many fields it selects."""

    depth: int
    fields: int


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A text and what was found out about it: a document that may be executed, or the errors."""

    sha256: str
    document: DocumentNode | None = None
    errors: tuple[GraphQLError, ...] = ()
    variable_uses: dict[str, int] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name, or the only one; None when there is no such."""
        assert self.document is not None  # asked for valid documents only
        found = [
            definition
            for definition in self.document.definitions
            if isinstance(definition, OperationDefinitionNode)
            and (name is None or (definition.name and definition.name.value == name))
        ]
        return found[0] if len(found) == 1 else None


class Documents:
    """The texts that were sent to one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """Parse, validate and measure ``text``, or remember having done so. Never raises."""
        known = self._prepared.get(text)
        if known is not None:
            self._prepared.move_to_end(text)
            return known
        prepared = self._prepare(text)
        if len(text) <= CACHED_LENGTH:
            self._prepared[text] = prepared
            if len(self._prepared) > CACHED:
                self._prepared.popitem(last=False)
        return prepared

    def _prepare(self, text: str) -> Prepared:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        if len(text) > TEXT_LENGTH:
            too_long = GraphQLError(f"A document has at most {TEXT_LENGTH} characters.")
            return Prepared(sha256=digest, errors=(too_long,))
        try:
            document = parse(text, max_tokens=TOKENS)
        except GraphQLSyntaxError as error:
            return Prepared(sha256=digest, errors=(error,))
        except RecursionError:
            nested = GraphQLError("The document is nested too deeply to be read.")
            return Prepared(sha256=digest, errors=(nested,))
        # Measured first: validation takes longer the more a document nests and repeats.
        errors = _measured(document) or validate(self._schema, document, max_errors=20)
        if errors:
            return Prepared(sha256=digest, errors=tuple(errors))
        return Prepared(sha256=digest, document=document, variable_uses=_variable_uses(document))


def _measured(document: DocumentNode) -> list[GraphQLError]:
    """What exceeds a limit, found in one walk: every fragment is measured once."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    measured: dict[str, Measure | None] = {}
    errors: list[GraphQLError] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            if len(definition.selection_set.selections) > ROOTS:
                errors.append(
                    GraphQLError(f"An operation has at most {ROOTS} root fields.", definition)
                )
            size = _measure(definition.selection_set, fragments, measured)
            if size.depth > DEPTH:
                errors.append(GraphQLError(f"Fields nest at most {DEPTH} deep.", definition))
            if size.fields > FIELDS:
                errors.append(
                    GraphQLError(f"An operation selects at most {FIELDS} fields.", definition)
                )
    return errors


def _measure(
    selected: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    measured: dict[str, Measure | None],
) -> Measure:
    depth, count = 0, 0
    for selection in selected.selections:
        size = Measure(depth=0, fields=0)
        if isinstance(selection, FieldNode):
            if selection.selection_set:
                size = _measure(selection.selection_set, fragments, measured)
            size = Measure(depth=size.depth + 1, fields=size.fields + 1)
        elif isinstance(selection, InlineFragmentNode):
            size = _measure(selection.selection_set, fragments, measured)
        elif isinstance(selection, FragmentSpreadNode):
            size = _measure_fragment(selection.name.value, fragments, measured)
        depth, count = max(depth, size.depth), count + size.fields
    return Measure(depth=depth, fields=count)


def _measure_fragment(
    name: str,
    fragments: dict[str, FragmentDefinitionNode],
    measured: dict[str, Measure | None],
) -> Measure:
    if name not in measured:
        # None while it is under way: a fragment that holds itself is left to validation.
        measured[name] = None
        if name in fragments:
            measured[name] = _measure(fragments[name].selection_set, fragments, measured)
    return measured[name] or Measure(depth=0, fields=0)


class _Uses(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.uses: dict[str, int] = {}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.uses[node.name.value] = self.uses.get(node.name.value, 0) + 1


def _variable_uses(document: DocumentNode) -> dict[str, int]:
    """How often each variable stands in the document, its definition included."""
    uses = _Uses()
    visit(document, uses)
    return uses.uses


def is_subscription(operation: OperationDefinitionNode) -> bool:
    """Whether the operation is a subscription."""
    return operation.operation is OperationType.SUBSCRIPTION
