"""Documents: parsed, validated and measured once a text, however often it is sent.

Parsing and validating cost ten times what a small operation does. The cache is keyed on the text
and bounded; a text that is wrong is kept with its errors, so that it is wrong cheaply too.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.language import VariableNode

CACHED_LENGTH = 256 * 1024
"""Characters of all texts that are kept; the least used goes first. What is kept with a text takes
up to 270 bytes a character, so this is 70 MB at most."""
TEXT_LENGTH = 64 * 1024
TOKENS = 5_000
DEPTH = 15
"""Fields within fields; introspection by the common tools needs 13."""
FIELDS = 1_000
"""Fields that a document selects, each fragment counted wherever it is spread."""
ROOTS = 20
"""Root fields (and aliases of them) of an operation."""
COST = 50_000
"""Fields that an answer may hold, each page taken as full: about a second of work."""
PAGE = 20
LARGEST_PAGE = 100
"""Items of a page that names no size, and of one whose size is a variable."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How deep a selection goes, how many fields it selects, and how many it may answer with.

    ``roots`` are the fields that stand in it itself, also by way of fragments.
    """

    roots: int = 0
    depth: int = 0
    fields: int = 0
    cost: int = 0

    def __or__(self, other: Measure) -> Measure:
        """Both, side by side."""
        return Measure(
            roots=self.roots + other.roots,
            depth=max(self.depth, other.depth),
            fields=self.fields + other.fields,
            cost=self.cost + other.cost,
        )


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A text and what was found out about it: a document that may be executed, or the errors."""

    sha256: str
    document: DocumentNode | None = None
    errors: tuple[GraphQLError, ...] = ()
    variable_uses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By operation (empty for one without a name), then by variable."""

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


def digest_of(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Documents:
    """The texts that were sent to one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._paged = _paged_fields(schema)
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        self._length = 0
        self.hits = 0
        """Texts that were known."""
        self.misses = 0

    def __len__(self) -> int:
        """How many texts are kept."""
        return len(self._prepared)

    def prepare(self, text: str) -> Prepared:
        """Parse, validate and measure ``text``, or remember having done so. Never raises."""
        known = self._prepared.get(text)
        if known is not None:
            self._prepared.move_to_end(text)
            self.hits += 1
            return known
        self.misses += 1
        prepared = self._prepare(text)
        if len(text) <= TEXT_LENGTH:
            self._prepared[text] = prepared
            self._length += len(text)
        while self._length > CACHED_LENGTH:
            oldest, _ = self._prepared.popitem(last=False)
            self._length -= len(oldest)
        return prepared

    def _prepare(self, text: str) -> Prepared:
        digest = digest_of(text)
        if len(text) > TEXT_LENGTH:
            too_long = GraphQLError(f"A document has at most {TEXT_LENGTH} characters.")
            return Prepared(sha256=digest, errors=(too_long,))
        try:
            document = parse(text, max_tokens=TOKENS)
            # Measured first: validation takes longer the more a document nests and repeats.
            errors = self._measured(document) or validate(self._schema, document, max_errors=20)
        except GraphQLSyntaxError as error:
            return Prepared(sha256=digest, errors=(error,))
        except RecursionError:
            nested = GraphQLError("The document is nested too deeply to be read.")
            return Prepared(sha256=digest, errors=(nested,))
        if errors:
            return Prepared(sha256=digest, errors=tuple(errors))
        return Prepared(sha256=digest, document=document, variable_uses=_variable_uses(document))

    def _measured(self, document: DocumentNode) -> list[GraphQLError]:
        """What exceeds a limit, found in one walk: every fragment is measured once."""
        ruler = _Ruler(document, self._paged)
        errors: list[GraphQLError] = []
        for definition in document.definitions:
            if not isinstance(definition, OperationDefinitionNode):
                continue
            size = ruler.measure(definition.selection_set)
            if size.roots > ROOTS:
                errors.append(
                    GraphQLError(f"An operation has at most {ROOTS} root fields.", definition)
                )
            if size.depth > DEPTH:
                errors.append(GraphQLError(f"Fields nest at most {DEPTH} deep.", definition))
            if size.fields > FIELDS:
                errors.append(
                    GraphQLError(f"An operation selects at most {FIELDS} fields.", definition)
                )
            if size.cost > COST:
                errors.append(
                    GraphQLError(
                        f"The answer may have {size.cost} fields, {COST} at most: "
                        "ask for fewer items or fewer fields of each.",
                        definition,
                    )
                )
        return errors


def _paged_fields(schema: GraphQLSchema) -> frozenset[str]:
    """The names of all fields that take ``first``."""
    return frozenset(
        name
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, its in kind.fields.items()
        if "first" in its.args
    )


class _Ruler:
    """Measures the selections of one document."""

    def __init__(self, document: DocumentNode, paged: frozenset[str]) -> None:
        self._paged = paged
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measure] = {}

    def measure(self, selected: SelectionSetNode | None) -> Measure:
        size = Measure()
        for selection in selected.selections if selected else ():
            if isinstance(selection, FieldNode):
                size |= self._field(selection)
            elif isinstance(selection, InlineFragmentNode):
                size |= self.measure(selection.selection_set)
            else:
                assert isinstance(selection, FragmentSpreadNode)  # there are these three kinds
                size |= self._fragment(selection.name.value)
        return size

    def _field(self, node: FieldNode) -> Measure:
        inner = self.measure(node.selection_set)
        items = _items(node) if node.name.value in self._paged else 1
        return Measure(
            roots=1,
            depth=inner.depth + 1,
            fields=inner.fields + 1,
            cost=items * inner.cost + 1,
        )

    def _fragment(self, name: str) -> Measure:
        if name not in self._measured:
            # Nothing while it is under way: a fragment that holds itself is left to validation.
            self._measured[name] = Measure()
            if name in self._fragments:
                self._measured[name] = self.measure(self._fragments[name].selection_set)
        return self._measured[name]


def _items(node: FieldNode) -> int:
    """How many items a page has at most, as far as the document says."""
    for argument in node.arguments or ():
        if argument.name.value in {"first", "last"}:
            wanted = argument.value
            # A number of more than three digits is refused in any case.
            if isinstance(wanted, IntValueNode) and len(wanted.value) <= 3:
                return max(0, min(int(wanted.value), LARGEST_PAGE))
            return LARGEST_PAGE
    return PAGE


class _Uses(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.uses: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.uses[node.name.value] += 1


def _variable_uses(document: DocumentNode) -> dict[str, Counter[str]]:
    """How often each variable stands in each operation, its definition and all fragments included.

    The key is the operation's name, empty for the one without.
    """
    shared: Counter[str] = Counter()
    operations: dict[str, Counter[str]] = {}
    for definition in document.definitions:
        counted = _Uses()
        visit(definition, counted)
        if isinstance(definition, OperationDefinitionNode):
            operations[definition.name.value if definition.name else ""] = counted.uses
        else:
            shared += counted.uses
    return {name: uses + shared for name, uses in operations.items()}


def is_subscription(operation: OperationDefinitionNode) -> bool:
    """Whether the operation is a subscription."""
    return operation.operation is OperationType.SUBSCRIPTION
