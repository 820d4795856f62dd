"""The base of errors whose message tells a user of the command line what to do."""

from __future__ import annotations


class CommandError(Exception):
    """A command ends with the message as one line on stderr and exit code 1."""
