"""Loads trusted documents: a JSON file from SHA-256 to text, or a folder of .graphql files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from api.settings import SettingsInvalid
from schema.execution.documents import hash_document
from schema.execution.persisted_documents import TrustedDocuments


@dataclass(frozen=True, kw_only=True)
class DocumentFileLimits:
    """The limits on the trusted documents of a process."""

    max_documents: int = 10_000
    """Documents: several per page of a client, for its last releases."""
    max_bytes: int = 64 << 20
    """Bytes of all documents together."""


def load_trusted_documents(
    path: Path | None,
    limits: DocumentFileLimits = DocumentFileLimits(),
) -> TrustedDocuments | None:
    """Return the documents at the path of SONGGANG_TRUSTED_DOCUMENTS; None when it is not set.

    Without trusted documents every valid document is executed.

    :raises SettingsInvalid: the path holds no documents, damaged ones or too many.
    """
    if path is None:
        return None
    try:
        texts = (
            _read_folder(path, limits)
            if path.is_dir()
            else list(read_document_file(path, limits).values())
        )
    except (OSError, ValueError) as error:
        raise SettingsInvalid(
            f"SONGGANG_TRUSTED_DOCUMENTS: {path}: {explain_error(error)}"
        ) from None
    return TrustedDocuments(texts)


def _read_folder(path: Path, limits: DocumentFileLimits) -> list[str]:
    files = sorted(path.rglob("*.graphql"))
    if not files:
        raise ValueError("holds no .graphql file")
    if (
        len(files) > limits.max_documents
        or sum(file.stat().st_size for file in files) > limits.max_bytes
    ):
        raise ValueError(
            f"holds more than {limits.max_documents} documents or {limits.max_bytes >> 20} MiB"
        )
    return [read_document(file) for file in files]


def read_document(path: Path) -> str:
    """Return the text of one file with its line ends as they are: a digest is that of the bytes.

    :raises OSError: the file cannot be read.
    :raises UnicodeDecodeError: it is not UTF-8.
    """
    return path.read_bytes().decode("utf-8")


def read_document_file(
    path: Path,
    limits: DocumentFileLimits = DocumentFileLimits(),
) -> dict[str, str]:
    """Return the documents of a JSON file by their SHA-256.

    :raises OSError: the file cannot be read.
    :raises ValueError: it is no such file, too large, or a text does not match its SHA-256.
    """
    if path.stat().st_size > limits.max_bytes:
        raise ValueError(f"is larger than {limits.max_bytes >> 20} MiB")
    kept = json.loads(path.read_text("utf-8"))
    if not isinstance(kept, dict) or not all(isinstance(text, str) for text in kept.values()):
        raise ValueError("is no JSON object from SHA-256 to text; create it with songgang trust")
    if len(kept) > limits.max_documents:
        raise ValueError(f"holds more than {limits.max_documents} documents")
    for sha256, text in kept.items():
        if hash_document(text) != sha256:
            raise ValueError(f"the text at {sha256[:64]} has another SHA-256")
    return kept


def explain_error(error: OSError | ValueError) -> str:
    """Return why a file of documents cannot be read, without its content."""
    if isinstance(error, json.JSONDecodeError):
        return "is not JSON"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
