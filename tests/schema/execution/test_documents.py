"""Documents are prepared once for each text, within limits, for any text."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from graphql import get_introspection_query
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.execution.documents import DocumentCache, DocumentLimits
from schema.root import SCHEMA

LIMITS = DocumentLimits()
ME = "{ me { id } }"
DEEP = "{ me { union { " + "parent { " * 13 + "id" + " }" * 16
CHAIN_OF_150 = "{...f0} " + " ".join(f"fragment f{i} on Query{{...f{i + 1}}}" for i in range(150))
SPREAD_TWICE = (
    "{...f0} "
    + " ".join(f"fragment f{i} on Query{{...f{i + 1} ...f{i + 1}}}" for i in range(40))
    + " fragment f40 on Query{me{id}}"
)
PAGES = (
    "liveSessions(first: 100) { edges { node { postings(first: 100) { edges { node { id } } } } } }"
)
FINDINGS = "node { findings { marks { text start end } } }"
REFUSED = {
    "no document": ("", "Syntax Error"),
    "no GraphQL": ("岗位", "Syntax Error"),
    "an unknown field": ("{ salaries }", "Cannot query field 'salaries'"),
    "too long": (ME + " " * LIMITS.characters, "at most 65536 characters"),
    "too many tokens": ("{ me { " + "id " * 6_000 + "} }", "Syntax Error: Document contains more"),
    "10,000 aliases": (
        "{" + " ".join(f"a{i}:me{{id}}" for i in range(10_000)) + "}",
        "at most 65536 characters",
    ),
    "21 aliases": (
        "{" + " ".join(f"a{i}:me{{id}}" for i in range(21)) + "}",
        "at most 20 root fields",
    ),
    "21 aliases in a fragment": (
        "{...a} fragment a on Query{" + " ".join(f"a{i}:me{{id}}" for i in range(21)) + "}",
        "at most 20 root fields",
    ),
    "21 aliases in two inline fragments": (
        "".join(("{...{", *(f"a{i}:me{{id}}" for i in range(11)), "}...{")).replace("}a", "} a")
        + " ".join(f"b{i}:me{{id}}" for i in range(10))
        + "}}",
        "at most 20 root fields",
    ),
    "1,201 fields": (
        "{ me { " + " ".join(f"a{i}: id" for i in range(1_500)) + " } }",
        "selects at most 1500 fields",
    ),
    "16 levels": (DEEP, "nest at most 15 deep"),
    "brackets": ("{ a " * 10_000, "Syntax Error: Document is nested too deeply"),
    "list brackets": ("{ node(id: " + "[" * 4_000, "Syntax Error: Document is nested too deeply"),
    "inline fragments": (
        "{" + "... {" * 400 + " me { id } " + "}" * 401,
        "Syntax Error: Document is nested too deeply",
    ),
    "fragments spread twice": (SPREAD_TWICE, "selects at most 1500 fields"),
    "a cycle": ("{...a} fragment a on Query{...b} fragment b on Query{...a}", "within itself"),
    "a fragment within itself": ("{...a} fragment a on Query{me{id} ...a}", "within itself"),
    "an unknown fragment": ("{...a}", "Unknown fragment 'a'"),
    "pages within pages": (f"{{ a: {PAGES} b: {PAGES} c: {PAGES} }}", "may have"),
    "pages of any size": (
        f"query ($n: Int) {{ a: {PAGES} b: {PAGES} c: {PAGES} }}".replace(
            "first: 100", "first: $n"
        ),
        "may have",
    ),
    "lists within pages": (
        f"{{ postings(first: 100) {{ edges {{ a: {FINDINGS} b: {FINDINGS} }} }} }}",
        "may have",
    ),
    "201 fragments": (
        "{"
        + " ".join(f"...f{i}" for i in range(201))
        + "}"
        + " ".join(f"fragment f{i} on Query{{me{{id}}}}" for i in range(201)),
        "at most 200 fragments",
    ),
    "51 operations": (
        " ".join(f"query q{i}{{me{{id}}}}" for i in range(51)),
        "at most 50 operations",
    ),
    "a page of a long number": (
        f"{{ postings(first: {'9' * 5_000}) {{ edges {{ cursor }} }} }}",
        "at most 40 digits",
    ),
    "a long number below zero": (f"{{ node(id: -{'9' * 40}) {{ id }} }}", "at most 40 digits"),
    "a long fraction": (f"{{ node(id: 0.{'9' * 40}) {{ id }} }}", "at most 40 digits"),
    "a long exponent": (f"{{ node(id: 1e{'9' * 40}) {{ id }} }}", "at most 40 digits"),
    "a page of 40 digits": (
        f"{{ postings(first: {'9' * 40}) {{ edges {{ cursor }} }} }}",
        "Int cannot represent non 32-bit signed integer value",
    ),
    "480 lists of all types": (
        "{"
        + " ".join(
            f"r{i}:__schema{{types{{{' '.join(f'f{j}:fields{{name}}' for j in range(48))}}}}}"
            for i in range(10)
        )
        + "}",
        "The description of the schema may have",
    ),
    "all fields of the types of all fields": (
        "{__schema{types{fields{type{fields{name}}}}}}",
        "The description of the schema may have",
    ),
    "20 long types by name": (
        "{"
        + " ".join(
            f't{i}:__type(name:"Mutation"){{{" ".join(f"f{j}:fields{{...f}}" for j in range(6))}}}'
            for i in range(20)
        )
        + "} fragment f on __Field{"
        + " ".join(f"a{j}:args{{name}}" for j in range(4))
        + "}",
        "The description of the schema may have",
    ),
}
ACCEPTED = {
    "a small one": ME,
    "15 levels": DEEP.replace("parent { ", "", 1).removesuffix(" }"),
    "a chain of fragments": CHAIN_OF_150 + " fragment f150 on Query{me{id}}",
    "20 root fields": "{" + " ".join(f"a{i}:me{{id}}" for i in range(20)) + "}",
    "50 operations": " ".join(f"query q{i}{{me{{id}}}}" for i in range(50)),
    "one page within another": f"{{ {PAGES} }}",
    "pages by default": f"{{ a: {PAGES} b: {PAGES} }}".replace("(first: 100)", ""),
    "empty pages": f"{{ a: {PAGES} b: {PAGES} }}".replace("100", "0"),
    "introspection": get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    ),
}


@pytest.fixture
def prepared() -> DocumentCache:
    return DocumentCache(SCHEMA._schema)


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=list(REFUSED))
def test_a_document_over_a_limit_is_refused_quickly_with_the_reason(
    text: str, message: str, prepared: DocumentCache
) -> None:
    began = time.perf_counter()
    errors = prepared.prepare(text).errors
    assert time.perf_counter() - began < 2
    assert any(message in error.message for error in errors), errors[:1]


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=list(ACCEPTED))
def test_a_document_within_the_limits_may_be_executed(text: str, prepared: DocumentCache) -> None:
    found = prepared.prepare(text)
    assert found.errors == ()
    assert found.document is not None


@pytest.mark.parametrize("text", [ME, "{ salaries }", "{"])
def test_a_text_is_prepared_once(text: str, prepared: DocumentCache) -> None:
    assert prepared.prepare(text) is prepared.prepare(text)


def test_a_text_that_is_too_long_is_not_cached(prepared: DocumentCache) -> None:
    text = ME + " " * LIMITS.characters
    assert prepared.prepare(text) is not prepared.prepare(text)


def test_the_cache_is_bounded_and_evicts_the_least_recently_used() -> None:
    prepared = DocumentCache(SCHEMA._schema, DocumentLimits(cached_characters=3 * 20))
    texts = [f"{{ a{number}: me {{ id }} }}".ljust(20) for number in range(4)]
    first, second, third = (prepared.prepare(text) for text in texts[:3])
    assert prepared.prepare(texts[0]) is first
    fourth = prepared.prepare(texts[3])
    assert prepared.prepare(texts[0]) is first
    assert prepared.prepare(texts[2]) is third
    assert prepared.prepare(texts[3]) is fourth
    assert prepared.prepare(texts[1]) is not second
    assert prepared._length == sum(len(text) for text in prepared._prepared) == 60


def test_texts_that_differ_have_different_hashes(prepared: DocumentCache) -> None:
    assert prepared.prepare(ME).sha256 != prepared.prepare(ME + " ").sha256


@pytest.mark.parametrize(
    ("name", "found"), [("a", "a"), ("b", "b"), (None, None), ("c", None), ("", None)]
)
def test_an_operation_is_found_by_its_name(
    name: str | None, found: str | None, prepared: DocumentCache
) -> None:
    operation = prepared.prepare("query a { me { id } } query b { me { id } }").find_operation(name)
    assert (operation.name.value if operation and operation.name else None) == found


def test_the_only_operation_needs_no_name(prepared: DocumentCache) -> None:
    assert prepared.prepare(ME).find_operation(None) is not None


def _words() -> Iterator[str]:
    yield from ("{", "}", "(", ")", "[", "]", ":", "$", "...", "on", "@skip", "!", "=", '"', "#")
    yield from ("query", "mutation", "subscription", "fragment", "me", "id", "node", "postings")
    yield from ("edges", "first", "last", "-1", "99", "f", "Query", "null", "true", "\ud800", "\n")


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(st.sampled_from(list(_words())), max_size=60).map(" ".join)))
def test_any_text_is_prepared_or_has_errors(text: str) -> None:
    found = DocumentCache(SCHEMA._schema).prepare(text)
    assert (found.document is None) == bool(found.errors)
