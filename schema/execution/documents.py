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

MAX_CACHED_CHARACTERS = 256 * 1024
"""Characters of all texts that are kept; the least used goes first. What is kept with a text takes
up to 270 bytes a character, so this is 70 MB at most."""
MAX_DOCUMENT_CHARACTERS = 64 * 1024
MAX_TOKENS = 5_000
MAX_DEPTH = 15
"""Fields within fields; introspection by the common tools needs 13."""
MAX_FIELDS = 1_000
"""Fields that a document selects, each fragment counted wherever it is spread."""
MAX_ROOT_FIELDS = 20
"""Root fields (and aliases of them) of an operation."""
MAX_COST = 50_000
"""Fields that an answer may hold, each page taken as full: about a second of work."""
DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
"""Items of a page that names no size, and of one whose size is a variable."""


@dataclass(frozen=True, kw_only=True)
class SelectionComplexity:
    """How deep a selection goes, how many fields it selects, and how many it may answer with.

    ``roots`` are the fields that stand in it itself, also by way of fragments.
    """

    roots: int = 0
    depth: int = 0
    fields: int = 0
    cost: int = 0

    def __or__(self, other: SelectionComplexity) -> SelectionComplexity:
        """Both, side by side."""
        return SelectionComplexity(
            roots=self.roots + other.roots,
            depth=max(self.depth, other.depth),
            fields=self.fields + other.fields,
            cost=self.cost + other.cost,
        )


@dataclass(frozen=True, kw_only=True)
class PreparedDocument:
    """A text and what was found out about it: a document that may be executed, or the errors."""

    sha256: str
    document: DocumentNode | None = None
    errors: tuple[GraphQLError, ...] = ()
    variable_uses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By operation (empty for one without a name), then by variable."""

    def find_operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name, or the only one; None when there is no such."""
        assert self.document is not None  # asked for valid documents only
        found = [
            definition
            for definition in self.document.definitions
            if isinstance(definition, OperationDefinitionNode)
            and (name is None or (definition.name and definition.name.value == name))
        ]
        return found[0] if len(found) == 1 else None


def hash_document(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class DocumentCache:
    """The texts that were sent to one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._paged = _collect_paged_fields(schema)
        self._prepared: OrderedDict[str, PreparedDocument] = OrderedDict()
        self._length = 0
        self.hits = 0
        """Texts that were known."""
        self.misses = 0

    def __len__(self) -> int:
        """How many texts are kept."""
        return len(self._prepared)

    def prepare(self, text: str) -> PreparedDocument:
        """Parse, validate and measure ``text``, or remember having done so. Never raises."""
        known = self._prepared.get(text)
        if known is not None:
            self._prepared.move_to_end(text)
            self.hits += 1
            return known
        self.misses += 1
        prepared = self._prepare(text)
        if len(text) <= MAX_DOCUMENT_CHARACTERS:
            self._prepared[text] = prepared
            self._length += len(text)
        while self._length > MAX_CACHED_CHARACTERS:
            oldest, _ = self._prepared.popitem(last=False)
            self._length -= len(oldest)
        return prepared

    def _prepare(self, text: str) -> PreparedDocument:
        digest = hash_document(text)
        if len(text) > MAX_DOCUMENT_CHARACTERS:
            too_long = GraphQLError(f"A document has at most {MAX_DOCUMENT_CHARACTERS} characters.")
            return PreparedDocument(sha256=digest, errors=(too_long,))
        try:
            document = parse(text, max_tokens=MAX_TOKENS)
            # Measured first: validation takes longer the more a document nests and repeats.
            errors = self._check_limits(document) or validate(self._schema, document, max_errors=20)
        except GraphQLSyntaxError as error:
            return PreparedDocument(sha256=digest, errors=(error,))
        except RecursionError:
            nested = GraphQLError("The document is nested too deeply to be read.")
            return PreparedDocument(sha256=digest, errors=(nested,))
        if errors:
            return PreparedDocument(sha256=digest, errors=tuple(errors))
        return PreparedDocument(
            sha256=digest, document=document, variable_uses=_count_variable_uses(document)
        )

    def _check_limits(self, document: DocumentNode) -> list[GraphQLError]:
        """What exceeds a limit, found in one walk: every fragment is measured once."""
        ruler = _ComplexityMeter(document, self._paged)
        errors: list[GraphQLError] = []
        for definition in document.definitions:
            if not isinstance(definition, OperationDefinitionNode):
                continue
            size = ruler.measure(definition.selection_set)
            if size.roots > MAX_ROOT_FIELDS:
                errors.append(
                    GraphQLError(
                        f"An operation has at most {MAX_ROOT_FIELDS} root fields.", definition
                    )
                )
            if size.depth > MAX_DEPTH:
                errors.append(GraphQLError(f"Fields nest at most {MAX_DEPTH} deep.", definition))
            if size.fields > MAX_FIELDS:
                errors.append(
                    GraphQLError(f"An operation selects at most {MAX_FIELDS} fields.", definition)
                )
            if size.cost > MAX_COST:
                errors.append(
                    GraphQLError(
                        f"The answer may have {size.cost} fields, {MAX_COST} at most: "
                        "ask for fewer items or fewer fields of each.",
                        definition,
                    )
                )
        return errors


def _collect_paged_fields(schema: GraphQLSchema) -> frozenset[str]:
    """The names of all fields that take ``first``."""
    return frozenset(
        name
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, its in kind.fields.items()
        if "first" in its.args
    )


class _ComplexityMeter:
    """Measures the selections of one document."""

    def __init__(self, document: DocumentNode, paged: frozenset[str]) -> None:
        self._paged = paged
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, SelectionComplexity] = {}

    def measure(self, selected: SelectionSetNode | None) -> SelectionComplexity:
        size = SelectionComplexity()
        for selection in selected.selections if selected else ():
            if isinstance(selection, FieldNode):
                size |= self._measure_field(selection)
            elif isinstance(selection, InlineFragmentNode):
                size |= self.measure(selection.selection_set)
            else:
                assert isinstance(selection, FragmentSpreadNode)  # there are these three kinds
                size |= self._measure_fragment(selection.name.value)
        return size

    def _measure_field(self, node: FieldNode) -> SelectionComplexity:
        inner = self.measure(node.selection_set)
        items = _page_size(node) if node.name.value in self._paged else 1
        return SelectionComplexity(
            roots=1,
            depth=inner.depth + 1,
            fields=inner.fields + 1,
            cost=items * inner.cost + 1,
        )

    def _measure_fragment(self, name: str) -> SelectionComplexity:
        if name not in self._measured:
            # Nothing while it is under way: a fragment that holds itself is left to validation.
            self._measured[name] = SelectionComplexity()
            if name in self._fragments:
                self._measured[name] = self.measure(self._fragments[name].selection_set)
        return self._measured[name]


def _page_size(node: FieldNode) -> int:
    """How many items a page has at most, as far as the document says."""
    for argument in node.arguments or ():
        if argument.name.value in {"first", "last"}:
            wanted = argument.value
            # A number of more than three digits is refused in any case.
            if isinstance(wanted, IntValueNode) and len(wanted.value) <= 3:
                return max(0, min(int(wanted.value), MAX_PAGE_SIZE))
            return MAX_PAGE_SIZE
    return DEFAULT_PAGE_SIZE


class _VariableCounter(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.uses: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.uses[node.name.value] += 1


def _count_variable_uses(document: DocumentNode) -> dict[str, Counter[str]]:
    """How often each variable stands in each operation, its definition and all fragments included.

    The key is the operation's name, empty for the one without.
    """
    shared: Counter[str] = Counter()
    operations: dict[str, Counter[str]] = {}
    for definition in document.definitions:
        counted = _VariableCounter()
        visit(definition, counted)
        if isinstance(definition, OperationDefinitionNode):
            operations[definition.name.value if definition.name else ""] = counted.uses
        else:
            shared += counted.uses
    return {name: uses + shared for name, uses in operations.items()}


def is_subscription(operation: OperationDefinitionNode) -> bool:
    """Whether the operation is a subscription."""
    return operation.operation is OperationType.SUBSCRIPTION
