"""Validation of documents, with only the rules that a document can break."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Token,
    TokenKind,
    specified_rules,
    validate,
)
from graphql import validation as rules

from schema.execution.field_merging import FieldMergingRule
from schema.execution.variable_uses import VariableUsesRule

MAX_ERRORS = 20
"""Errors that one document is told."""

_VARIABLE_RULES = frozenset(
    {
        rules.UniqueVariableNamesRule,
        rules.VariablesAreInputTypesRule,
        VariableUsesRule,
    }
)
_DIRECTIVE_RULES = frozenset({rules.KnownDirectivesRule, rules.UniqueDirectivesPerLocationRule})
_REPLACED = frozenset(
    {
        rules.OverlappingFieldsCanBeMergedRule,
        rules.NoUndefinedVariablesRule,
        rules.NoUnusedVariablesRule,
        rules.VariablesInAllowedPositionRule,
        # The schema has neither @defer nor @stream: KnownDirectivesRule reports them.
        rules.DeferStreamDirectiveLabel,
        rules.DeferStreamDirectiveOnRootField,
        rules.DeferStreamDirectiveOnValidOperationsRule,
        rules.StreamDirectiveOnListField,
    }
)
_RULES = (
    *(rule for rule in specified_rules if rule not in _REPLACED),
    FieldMergingRule,
    VariableUsesRule,
)
"""The rules of graphql-core, with quicker ones for fields and for variables."""
_NUMBERS = frozenset({TokenKind.INT, TokenKind.FLOAT})


def validate_document(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """The errors of a parsed document, without suggestions of other names.

    A document without variables or directives cannot break their rules, which are half of the
    work.

    :raises MergingTooLarge: see ``FieldMergingRule``.
    """
    kinds = {token.kind for token in _iterate_tokens(document)}
    needless: set[object] = set()
    if TokenKind.DOLLAR not in kinds:
        needless |= _VARIABLE_RULES
    if TokenKind.AT not in kinds:
        needless |= _DIRECTIVE_RULES
    chosen = [rule for rule in _RULES if rule not in needless]
    return validate(schema, document, chosen, max_errors=MAX_ERRORS, hide_suggestions=True)


def has_variables(document: DocumentNode) -> bool:
    """Whether a document names a variable anywhere."""
    return any(token.kind is TokenKind.DOLLAR for token in _iterate_tokens(document))


def find_longest_number(document: DocumentNode) -> int:
    """The characters of the longest number in a document; 0 without one."""
    return max(
        (token.end - token.start for token in _iterate_tokens(document) if token.kind in _NUMBERS),
        default=0,
    )


def _iterate_tokens(document: DocumentNode) -> Iterator[Token]:
    token = document.loc.start_token if document.loc else None
    while token is not None:
        yield token
        token = token.next
