"""Tests that need the machine to themselves, although the workers of a run test side by side."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# What each worker holds while it tests; any two files that all of them know would do.
ENTRY_LOCK_FILE = Path(__file__)
TEST_LOCK_FILE = Path(__file__).with_name("__init__.py")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that is marked ``alone`` have the machine, whatever other workers have to do."""
    mode = fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH
    # Whoever wants to be alone keeps the door shut meanwhile: the room would never be empty.
    with _locked(ENTRY_LOCK_FILE, mode) as door:
        if mode == fcntl.LOCK_SH:
            fcntl.flock(door, fcntl.LOCK_UN)
        with _locked(TEST_LOCK_FILE, mode):
            return (yield)


@contextmanager
def _locked(path: Path, mode: int) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, mode)
        yield descriptor
    finally:
        os.close(descriptor)
