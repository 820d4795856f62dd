"""Each command can be called: the table of the command line names what its modules have."""

from importlib import import_module
from pkgutil import iter_modules

import typer

import api.cli
from api.cli import main


def test_the_table_names_every_command_of_every_module() -> None:
    modules = {
        each.name: import_module(f"api.cli.{each.name}") for each in iter_modules(api.cli.__path__)
    }
    declared = {}
    for name, module in modules.items():
        if hasattr(module, "commands"):
            app = typer.Typer()
            app.add_typer(module.commands)
            declared[name] = tuple(typer.main.get_group(app).commands)
    assert declared == main._FAMILIES
