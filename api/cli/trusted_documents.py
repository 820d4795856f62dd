"""``songgang trust``: writes the file that SONGGANG_TRUSTED_DOCUMENTS names."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.command_errors import CommandError
from api.document_files import explain_error, read_document, read_document_file
from schema.execution.documents import hash_document
from schema.execution.persisted_documents import find_document_errors

commands = typer.Typer()


class DocumentRefused(CommandError):
    """A document cannot be trusted; the message says which and why."""


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
        kept = read_document_file(to) if to is not None and to.exists() else {}
    except (OSError, ValueError) as error:
        raise DocumentRefused(f"{to}: {explain_error(error)}") from None
    kept |= {hash_document(text): text for text in texts}
    written = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if to is None:
        typer.echo(written, nl=False)
        return
    _replace_file(to, written)
    typer.echo(f"{to} holds {len(kept)} documents.")


def _read_valid_texts(files: Sequence[Path]) -> list[str]:
    """Return the texts of the files, each a valid document.

    :raises DocumentRefused: a file cannot be read, or its document is not valid.
    """
    texts: list[str] = []
    for file in files:
        try:
            text = read_document(file)
        except (OSError, ValueError) as error:
            raise DocumentRefused(f"{file}: {explain_error(error)}") from None
        if errors := find_document_errors(text):
            raise DocumentRefused(f"{file}:{errors[0]}")
        texts.append(text)
    return texts


def _replace_file(path: Path, text: str) -> None:
    """Replace the file at once: a reader sees the old content or the new content."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DocumentRefused(f"{path}: {explain_error(error)}") from None
