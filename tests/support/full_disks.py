"""Disks that are full for a while: a small tmpfs, of all or of one process, or limits on files."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BALLAST_PIECE = bytes(1024 * 1024)
SERVICE_FILE_BYTES = 64 * 1024 * 1024
"""Enough for the logs of a service, and too little for the journal files of its mongod."""
_OWN_MOUNTS = ("--user", "--map-root-user", "--mount")


class TmpfsDisk:
    """A disk in memory that is filled with a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no room."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(BALLAST_PIECE)

    def make_room(self) -> None:
        """Free what ``fill`` has taken."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


class LimitedFiles:
    """A folder whose service and mongod may not write to files; no rights are needed for that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service_pid = 0
        """The service that runs the mongod in ``folder / "data"``; set it before ``fill``."""

    def fill(self) -> None:
        """Let every further write of mongod fail."""
        # A mongod that is started again inherits the limit of the service.
        _limit_files(self.service_pid, SERVICE_FILE_BYTES)
        mongod = int((self.folder / "data" / "db" / "mongod.lock").read_text())
        _limit_files(mongod, 0)

    def make_room(self) -> None:
        """Lift the limits; the next mongod that is started can write."""
        _limit_files(self.service_pid, resource.RLIM_INFINITY)


def find_unshare() -> str | None:
    """Return the program that gives a process mounts of its own; None where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    tried = subprocess.run([unshare, *_OWN_MOUNTS, "true"], capture_output=True, check=False)
    return unshare if tried.returncode == 0 else None


def on_own_disk(unshare: str, folder: Path, megabytes: int) -> list[str]:
    """Return the words before a command whose process has a tmpfs of its own at a folder.

    No rights are needed for that.
    """
    mount = f'mount -t tmpfs -o size={megabytes}m songgang "$0" && exec "$@"'
    return [unshare, *_OWN_MOUNTS, "sh", "-c", mount, str(folder)]


def own_disk_of(pid: int, folder: Path) -> TmpfsDisk:
    """Return the tmpfs that only this process has at a folder."""
    return TmpfsDisk(Path(f"/proc/{pid}/root{folder}"))


def _limit_files(pid: int, most_bytes: int) -> None:
    """Change the soft limit of the file size; it can be raised again."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, hard))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[TmpfsDisk | None]:
    """Mount a tmpfs of this size at a folder during the block; None where that is not allowed."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        yield None
        return
    folder.mkdir()
    command = [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "songgang-faults", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield TmpfsDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - beside mount
