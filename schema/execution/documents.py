"""GraphQL documents: each text is parsed, validated and measured once, then cached.

Parsing and validating take ten times as long as executing a small operation. The cache is keyed
by the text and bounded. An invalid text is cached with its errors, so that refusing it is cheap.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    parse,
    visit,
)
from graphql.language import VariableNode

from schema.execution.cost import ComplexityMeter, SelectionComplexity
from schema.execution.field_merging import MergingTooLarge
from schema.execution.redaction import RequestError
from schema.execution.validation import find_longest_number, has_variables, validate_document


@dataclass(frozen=True, kw_only=True)
class DocumentLimits:
    """What a document may be, and how much of documents is kept."""

    characters: int = 64 * 1024
    """Characters of a document."""
    tokens: int = 6_000
    """Tokens of a document: names, values and punctuation."""
    depth: int = 15
    """Fields nested in fields. The introspection of common tools needs 13."""
    fragments: int = 200
    """Fragments of a document."""
    digits: int = 40
    """Characters of a number in a document: more than any number of the schema has."""
    operations: int = 50
    """Operations of a document. Each is checked with all fragments that it reaches."""
    fields: int = 1_500
    """Fields that an operation selects. A fragment counts wherever it is spread."""
    root_fields: int = 20
    """Fields at the root of an operation, aliases included."""
    cost: int = 90_000
    """Fields that an answer may hold, with every page full: about a second of work."""
    introspection: int = 100_000
    """Fields that a description of the schema may hold: about 50 ms of work. The query that common
    tools send counts 62,000."""
    cached_characters: int = 256 * 1024
    """Characters of all cached documents; the least recently used leaves first. A cached document
    takes up to 270 bytes a character, so this is 70 MB at most."""


@dataclass(frozen=True, kw_only=True)
class PreparedDocument:
    """A document that is ready for execution, or the errors that make it invalid."""

    sha256: str
    document: DocumentNode | None = None
    errors: tuple[GraphQLError, ...] = ()
    variable_uses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often each variable occurs, by operation (empty for an unnamed one) and variable."""

    def find_operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name, or without a name the only one; None if there is none."""
        assert self.document is not None  # callers check ``errors`` first
        found = [
            definition
            for definition in self.document.definitions
            if isinstance(definition, OperationDefinitionNode)
            and (name is None or (definition.name and definition.name.value == name))
        ]
        return found[0] if len(found) == 1 else None


def hash_document(text: str) -> str:
    """The SHA-256 of a document's text, in hexadecimal digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class DocumentCache:
    """Parses, validates and measures documents of one schema, each text once."""

    def __init__(self, schema: GraphQLSchema, limits: DocumentLimits | None = None) -> None:
        self._schema = schema
        self._limits = limits or DocumentLimits()
        self._prepared: OrderedDict[str, PreparedDocument] = OrderedDict()
        self._length = 0
        self.hits = 0
        """How often a text was found in the cache."""
        self.misses = 0

    def __len__(self) -> int:
        """The number of cached documents."""
        return len(self._prepared)

    def prepare(self, text: str) -> PreparedDocument:
        """The prepared document of ``text``, from the cache if it is there. Never raises."""
        known = self._prepared.get(text)
        if known is not None:
            self._prepared.move_to_end(text)
            self.hits += 1
            return known
        self.misses += 1
        prepared = self._prepare(text)
        if len(text) <= self._limits.characters:
            self._prepared[text] = prepared
            self._length += len(text)
        while self._length > self._limits.cached_characters:
            oldest, _ = self._prepared.popitem(last=False)
            self._length -= len(oldest)
        return prepared

    def _prepare(self, text: str) -> PreparedDocument:
        digest = hash_document(text)
        if len(text) > self._limits.characters:
            too_long = RequestError(f"A document has at most {self._limits.characters} characters.")
            return PreparedDocument(sha256=digest, errors=(too_long,))
        try:
            document = parse(text, max_tokens=self._limits.tokens)
            # Measured first: validation takes longer the more a document nests and repeats.
            errors = self._check_limits(document) or validate_document(self._schema, document)
        except MergingTooLarge:
            repeated = RequestError(
                "The document selects too many fields: nest fewer alternatives of object types, "
                "or send fewer operations."
            )
            return PreparedDocument(sha256=digest, errors=(repeated,))
        except GraphQLSyntaxError as error:
            return PreparedDocument(sha256=digest, errors=(error,))
        except RecursionError:
            nested = RequestError("The document is nested too deeply to be read.")
            return PreparedDocument(sha256=digest, errors=(nested,))
        if errors:
            return PreparedDocument(sha256=digest, errors=tuple(errors))
        return PreparedDocument(
            sha256=digest, document=document, variable_uses=_count_variable_uses(document)
        )

    def _check_limits(self, document: DocumentNode) -> list[GraphQLError]:
        """The limits that a document and its operations exceed."""
        fragments = sum(isinstance(each, FragmentDefinitionNode) for each in document.definitions)
        if fragments > self._limits.fragments:
            return [RequestError(f"A document has at most {self._limits.fragments} fragments.")]
        if len(document.definitions) - fragments > self._limits.operations:
            return [RequestError(f"A document has at most {self._limits.operations} operations.")]
        if find_longest_number(document) > self._limits.digits:
            return [RequestError(f"A number has at most {self._limits.digits} digits.")]
        meter = ComplexityMeter(self._schema, document)
        return [
            RequestError(message, definition)
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
            for message in _list_excesses(meter.measure_operation(definition), self._limits)
        ]


def _list_excesses(size: SelectionComplexity, limits: DocumentLimits) -> Iterator[str]:
    if size.roots > limits.root_fields:
        yield f"An operation has at most {limits.root_fields} root fields."
    if size.depth > limits.depth:
        yield f"Fields nest at most {limits.depth} deep."
    if size.fields > limits.fields:
        yield f"An operation selects at most {limits.fields} fields."
    cost = round(size.cost - size.introspection)
    if cost > limits.cost:
        yield (
            f"The answer may have {cost} fields, {limits.cost} at most: "
            "ask for fewer items or fewer fields of each."
        )
    if size.introspection > limits.introspection:
        yield (
            f"The description of the schema may have {round(size.introspection)} fields, "
            f"{limits.introspection} at most: ask for fewer fields, or read schema.graphql."
        )


class _VariableCounter(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.uses: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.uses[node.name.value] += 1


def _count_variable_uses(document: DocumentNode) -> dict[str, Counter[str]]:
    """How often each variable occurs in each operation, with its definition and all fragments.

    The key is the operation's name, empty for an unnamed one.
    """
    if not has_variables(document):
        return {
            each.name.value if each.name else "": Counter()
            for each in document.definitions
            if isinstance(each, OperationDefinitionNode)
        }
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
