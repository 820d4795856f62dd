"""Temporary files of tests, in memory where there is room for them.

MongoDB flushes each acknowledged write and creates some 200 files for a database. On a busy disk
that is most of the time of a test run. Tests kill processes and never the machine, so a file in
memory survives all that one on a disk does.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 -- Linux has no other name for it
MIN_FREE_BYTES = 8 << 30
"""What the databases of four workers and their fault tests fill at most, and as much again."""


def keep_temporary_files_in_memory() -> None:
    """Let this process and those that it starts create temporary files in memory.

    It changes nothing where TMPDIR is set, and where memory is short.
    """
    if "TMPDIR" in os.environ or _free_bytes() < MIN_FREE_BYTES:
        return
    tempfile.tempdir = os.environ["TMPDIR"] = str(_MEMORY)


def _free_bytes() -> int:
    if not os.access(_MEMORY, os.W_OK):
        return 0
    folder = os.statvfs(_MEMORY)
    lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    available = next(line for line in lines if line.startswith("MemAvailable:"))
    return min(folder.f_bavail * folder.f_frsize, int(available.split()[1]) << 10)
