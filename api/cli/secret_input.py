"""Reads a secret of a command: from a variable, a prompt, or stdin."""

from __future__ import annotations

import os
import sys

import typer


def read_secret(prompt: str, variable: str) -> str:
    """Return the value of the environment variable; without it, ask, or read a line of stdin.

    It is asked for twice when stdin is a terminal.
    """
    given = os.environ.get(variable)
    if given:
        return given
    if sys.stdin.isatty():
        prompted: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=True)
        return prompted
    return sys.stdin.readline().rstrip("\r\n")
