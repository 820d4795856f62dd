"""The process that owns a data folder: its lock, and what it has written about itself."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from storage.mongo.database_password import add_password

if sys.platform != "win32":
    import fcntl

OWNER_FILE_BYTES = 4096
"""The file ``owner`` always has this size, so that it can be rewritten on a full disk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerStatus:
    """What the owner of a data folder has written about itself and its mongod."""

    pid: int | None = None
    uri: str | None = None
    """Without the password; None until mongod accepts writes for the first time."""
    restarts: int = 0
    """How often mongod was started again after it had ended."""
    cause: str | None = None
    """Why mongod does not run now (``MongodFailed.cause``); None while it runs."""
    message: str = ""
    """The line of that failure, or of the last one."""
    message_zh: str = ""


class DataFolderBusy(Exception):
    """Another process uses the data folder; the message names it and what can be done.

    ``uri`` is where its MongoDB is, with the password if this process may read it. ``pid`` and
    ``uri`` are None until that process has written them down.
    """

    def __init__(self, data_dir: Path, owner: OwnerStatus) -> None:
        process = f"process {owner.pid}" if owner.pid else "another process"
        where = f", whose MongoDB is at {owner.uri}" if owner.uri else ""
        super().__init__(
            f"The data folder {data_dir} is in use by {process}{where}. Stop that process, or set "
            "SONGGANG_DATA_DIR to another folder, or set MONGODB_URI to use a running MongoDB."
        )
        self.data_dir = data_dir
        self.pid = owner.pid
        self.uri = owner.uri and add_password(owner.uri, data_dir)


def read_owner_status(data_dir: Path) -> OwnerStatus | None:
    """What the process that uses the folder has written about itself; None if there is none."""
    try:
        descriptor = os.open(data_dir / "owner", os.O_RDWR)
    except OSError:
        return None
    try:
        return None if try_lock(descriptor) else read_owner(descriptor)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock an open file; False if another process has locked it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_owner(owner: int, status: OwnerStatus) -> None:
    """Store the status in the open file ``owner``."""
    written = json.dumps(asdict(status)).encode()
    if len(written) > OWNER_FILE_BYTES:
        short = {**asdict(status), "message": "", "message_zh": ""}
        written = json.dumps(short).encode()
    os.pwrite(owner, written.ljust(OWNER_FILE_BYTES), 0)


def read_owner(owner: int) -> OwnerStatus:
    """The status in the open file ``owner``; an empty one if the file is new or damaged."""
    try:
        written = json.loads(os.pread(owner, OWNER_FILE_BYTES, 0))
        # Another version of the service may have written other fields.
        known = {
            name: written[name] for name in OwnerStatus.__dataclass_fields__ if name in written
        }
        return OwnerStatus(**known)
    except (ValueError, TypeError):
        return OwnerStatus()
