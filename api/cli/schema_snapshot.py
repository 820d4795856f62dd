"""``songgang schema``: writes or checks the committed GraphQL schema."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

import schema as schema_package
from schema.root import print_schema

_SCHEMA_FILE = Path(schema_package.__path__[0]) / "schema.graphql"

commands = typer.Typer()


@commands.command()
def schema(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; exit 1 on a change.")
    ] = False,
) -> None:
    """Write the GraphQL schema to schema/schema.graphql."""
    if not check:
        _SCHEMA_FILE.write_text(print_schema(), "utf-8")
    elif diff := diff_schema(_SCHEMA_FILE):
        typer.echo("\n".join(diff))
        typer.echo("songgang: the schema has changed; run `songgang schema`.", err=True)
        raise typer.Exit(1)


def diff_schema(path: Path) -> list[str]:
    """Return the lines of a unified diff from the schema at ``path`` to that of the code."""
    current = print_schema()
    committed = path.read_text("utf-8") if path.exists() else ""
    if committed == current:
        return []
    return list(
        difflib.unified_diff(
            committed.splitlines(), current.splitlines(), "committed", "in the code", lineterm=""
        )
    )
