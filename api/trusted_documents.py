"""Trusted documents on disk: a JSON object from SHA-256 to text, or a folder of .graphql files."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.settings import SettingsInvalid
from schema.execution.documents import hash_document
from schema.execution.persisted_documents import TrustedDocuments, find_document_errors

MAX_DOCUMENTS = 10_000
"""Documents: several per page of a client, and its last releases."""
MAX_DOCUMENTS_BYTES = 64 << 20

commands = typer.Typer()


class DocumentRefused(Exception):
    """A document cannot be trusted; the message says which and why."""


def load_trusted_documents(path: Path | None) -> TrustedDocuments | None:
    """What SONGGANG_TRUSTED_DOCUMENTS names; None, and all are executed, when it is not set.

    :raises SettingsInvalid: there is nothing, or something else.
    """
    if path is None:
        return None
    try:
        texts = _read_folder(path) if path.is_dir() else list(_read_file(path).values())
    except (OSError, ValueError) as error:
        raise SettingsInvalid(
            f"SONGGANG_TRUSTED_DOCUMENTS: {path}: {_explain_error(error)}"
        ) from None
    return TrustedDocuments(texts)


def _read_folder(path: Path) -> list[str]:
    files = sorted(path.rglob("*.graphql"))
    if not files:
        raise ValueError("holds no .graphql file")
    if (
        len(files) > MAX_DOCUMENTS
        or sum(file.stat().st_size for file in files) > MAX_DOCUMENTS_BYTES
    ):
        raise ValueError(
            f"holds more than {MAX_DOCUMENTS} documents or {MAX_DOCUMENTS_BYTES >> 20} MiB"
        )
    return [file.read_text("utf-8") for file in files]


def _read_file(path: Path) -> dict[str, str]:
    if path.stat().st_size > MAX_DOCUMENTS_BYTES:
        raise ValueError(f"is larger than {MAX_DOCUMENTS_BYTES >> 20} MiB")
    kept = json.loads(path.read_text("utf-8"))
    if not isinstance(kept, dict) or not all(isinstance(text, str) for text in kept.values()):
        raise ValueError("is no JSON object from SHA-256 to text; make it with songgang trust")
    if len(kept) > MAX_DOCUMENTS:
        raise ValueError(f"holds more than {MAX_DOCUMENTS} documents")
    for sha256, text in kept.items():
        if hash_document(text) != sha256:
            raise ValueError(f"the text at {sha256[:64]} has another SHA-256")
    return kept


def _explain_error(error: OSError | ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "is not JSON"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


@commands.command()
def trust(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE...")],
    *,
    to: Annotated[
        Path | None, typer.Option(help="Add them to this file; without it they are printed.")
    ] = None,
) -> None:
    """Write the JSON that SONGGANG_TRUSTED_DOCUMENTS takes, from files of one document each."""
    texts = _read_valid_texts(files)
    try:
        kept = _read_file(to) if to is not None and to.exists() else {}
    except (OSError, ValueError) as error:
        raise DocumentRefused(f"{to}: {_explain_error(error)}") from None
    kept |= {hash_document(text): text for text in texts}
    written = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if to is None:
        typer.echo(written, nl=False)
        return
    _replace_file(to, written)
    typer.echo(f"{to} holds {len(kept)} documents.")


def _read_valid_texts(files: Sequence[Path]) -> list[str]:
    """The texts, each of which can be executed.

    :raises NotTrustworthy: one cannot.
    """
    texts: list[str] = []
    for file in files:
        try:
            text = file.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise DocumentRefused(f"{file}: {_explain_error(error)}") from None
        if faults := find_document_errors(text):
            raise DocumentRefused(f"{file}:{faults[0]}")
        texts.append(text)
    return texts


def _replace_file(path: Path, text: str) -> None:
    """Write the file so that whoever reads it sees the old one or the new one whole."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DocumentRefused(f"{path}: {_explain_error(error)}") from None
