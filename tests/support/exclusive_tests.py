"""Runs tests marked ``alone`` while no other worker of the run executes a test."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The files that workers lock; any two files that all workers know would do.
ENTRY_LOCK_FILE = Path(__file__)
TEST_LOCK_FILE = Path(__file__).with_name("__init__.py")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test marked ``alone`` under an exclusive lock, and any other under a shared lock."""
    mode = fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH
    # A waiting exclusive test keeps new tests out; otherwise its turn might never come.
    with _locked(ENTRY_LOCK_FILE, mode) as entry:
        if mode == fcntl.LOCK_SH:
            fcntl.flock(entry, fcntl.LOCK_UN)
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
