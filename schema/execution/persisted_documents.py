"""Trusted documents: if the operator configures them, no other document is executed.

A client sends the text of a document or only its SHA-256, in ``extensions.persistedQuery`` as
Apollo's clients do.
"""

from __future__ import annotations

from collections.abc import Iterable

from schema.execution.documents import DocumentCache, hash_document
from schema.execution.redaction import RequestError
from schema.root import SCHEMA


class TrustedDocuments:
    """The documents that may be executed, by SHA-256 in hexadecimal digits."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_digest = {hash_document(text): text for text in texts}
        self._texts = frozenset(self._by_digest.values())

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def by_digest(self, sha256: str) -> str | None:
        """The trusted document with this digest; None if there is none."""
        return self._by_digest.get(sha256)


NO_DOCUMENTS = TrustedDocuments(())


def persisted_query_not_found() -> RequestError:
    """The error for an unknown digest. Clients look for exactly this message."""
    return RequestError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})


def document_not_trusted() -> RequestError:
    """The error for a document that is not trusted."""
    return RequestError(
        "This service executes only the documents that its operator trusts. Use a client of the "
        "same release, or ask the operator to add yours.",
        extensions={"code": "DOCUMENT_NOT_TRUSTED"},
    )


def digest_mismatch() -> RequestError:
    """The error for a digest that is not the one of the document sent with it."""
    return RequestError("The sha256Hash is not that of the query.")


def find_document_errors(text: str) -> list[str]:
    """The errors of a document, each with line and column; empty if it can be executed."""
    documents = DocumentCache(SCHEMA._schema)  # noqa: SLF001 - Strawberry has no other way to it
    return [
        "".join(f"{at.line}:{at.column}: " for at in (error.locations or [])[:1]) + error.message
        for error in documents.prepare(text).errors
    ]
