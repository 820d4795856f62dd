"""Trusted documents: where an operator names them, no other document is executed.

A client sends the text of one, or its SHA-256 alone (``extensions.persistedQuery``, as Apollo's
clients do).
"""

from __future__ import annotations

from collections.abc import Iterable

from schema.execution.documents import DocumentCache, hash_document
from schema.execution.redaction import RequestError
from schema.root import SCHEMA


class TrustedDocuments:
    """The texts that may be executed, by their SHA-256 in hexadecimal digits."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_digest = {hash_document(text): text for text in texts}
        self._texts = frozenset(self._by_digest.values())

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def by_digest(self, sha256: str) -> str | None:
        """The text with that digest, if it is trusted."""
        return self._by_digest.get(sha256)


def persisted_query_not_found() -> RequestError:
    """Nobody here knows a text with that digest; the words are those that clients look for."""
    return RequestError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})


def document_not_trusted() -> RequestError:
    """The text is none of the trusted ones."""
    return RequestError(
        "This service executes only the documents that its operator trusts. Use a client of the "
        "same release, or ask the operator to add yours.",
        extensions={"code": "DOCUMENT_NOT_TRUSTED"},
    )


def digest_mismatch() -> RequestError:
    """A text and a digest came together, and do not belong together."""
    return RequestError("The sha256Hash is not that of the query.")


def find_document_errors(text: str) -> list[str]:
    """Why the document could not be executed, each with line and column; nothing when it could."""
    documents = DocumentCache(SCHEMA._schema)  # noqa: SLF001 - Strawberry has no other way to it
    return [
        "".join(f"{at.line}:{at.column}: " for at in (error.locations or [])[:1]) + error.message
        for error in documents.prepare(text).errors
    ]
