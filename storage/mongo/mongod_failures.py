"""Why an embedded mongod does not run, as one line that says what to do.

mongod itself ends with stack frames. The cause is found in its exit status, in the errors of its
log, and in the free space of its disk: on a full disk the last lines of the log are missing.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

MIN_FREE_BYTES = 256 * 1024 * 1024
"""With less free space, a mongod that stopped without a word is taken to have met a full disk: it
allocates journal files of 100 MiB, and they are free again when it has ended."""
KILLED_STATUSES = frozenset({137, 143})
"""Exit statuses of a mongod that somebody else has ended: 128 plus SIGKILL or SIGTERM."""
MAX_LOG_BYTES_READ = 512 * 1024
"""Only the end of the log is read: stack frames take 50 KiB at most."""
NO_SPACE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, the quota of the user is used up, or a limit of the file size is reached."""
ACCESS_ERRORS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# WT_TRY_SALVAGE, WT_PANIC and WT_ERROR of WiredTiger's wiredtiger.h: damage was found, the files
# cannot be used, a file is none of WiredTiger's. ENOENT: a file is missing.
DAMAGE_ERRORS = frozenset({-31809, -31804, -31802, errno.ENOENT, errno.EIO})
# Log messages of the server (src/mongo/db/storage) for files that cannot be read: the metadata of
# the storage engine, a table, the database as a whole.
DAMAGE_LOG_IDS = frozenset({28661, 50882, 50944})
WIREDTIGER_ERROR_LOG_ID = 22435
NEEDS_OTHER_VERSION_STATUS = 62
"""The exit status of a mongod whose data files were written by a version that it cannot read."""
PORT_TAKEN_STATUS = 48
"""The exit status of a mongod whose port another process has."""


class MongodFailed(Exception):
    """The embedded mongod does not run. The message is one line: the cause, and what to do."""

    cause: ClassVar[str] = "mongod_stopped"
    """The name of the cause in ``/health/ready`` and in the log."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message_zh = message_zh


class DataDiskFull(MongodFailed):
    """mongod cannot write: the disk of the data folder has no room."""

    cause = "data_disk_full"

    def __init__(self, folder: Path, error: int = errno.ENOSPC) -> None:
        free, reason = f"{free_bytes(folder) / 1_000_000:,.1f} MB", os.strerror(error)
        if error == errno.ENOSPC:
            super().__init__(
                f"The disk of the data folder {folder} is full: {free} are free ({reason}). "
                "Make room, or set SONGGANG_DATA_DIR to a folder on another disk.",
                f"数据目录 {folder} 所在的磁盘已满：剩余 {free}（{reason}）。"
                "请腾出空间，或将 SONGGANG_DATA_DIR 设为其他磁盘上的目录。",
            )
        else:
            super().__init__(
                f"The data folder {folder} takes no more data ({reason}), although {free} of its "
                "disk are free. Raise the quota or the limit of the file size.",
                f"数据目录 {folder} 无法再写入数据（{reason}），磁盘剩余 {free}。"
                "请提高磁盘配额或文件大小上限。",
            )


class DataFilesDamaged(MongodFailed):
    """mongod cannot read its data files."""

    cause = "data_files_damaged"

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The data files in {folder} are damaged ({reason}). Restore a backup of this folder, "
            "or move the folder away to start with an empty database.",
            f"{folder} 中的数据文件已损坏（{reason}）。请用备份恢复该目录；"
            "如要从空数据库开始，请先将该目录移走。",
        )


class PortTaken(MongodFailed):
    """Another process has the port that mongod was given."""

    cause = "port_taken"

    def __init__(self) -> None:
        super().__init__(
            "Another process has taken the port of the embedded mongod. Stop that process.",
            "内置 mongod 的端口已被其他进程占用。请停止该进程。",
        )


def free_bytes(folder: Path) -> int:
    """Bytes that are free on the disk of a folder; 0 if it cannot be determined."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def explain_exit(status: int, folder: Path, log: Path, *, log_start: int) -> MongodFailed:
    """Why mongod ended with this exit status.

    ``log_start`` is the size in bytes that the log had when this mongod was started.
    """
    if status == PORT_TAKEN_STATUS:
        return PortTaken()
    errors = list(_read_errors(log, log_start))
    numbers = {number for each in errors for number in _error_numbers(each)}
    if no_space := numbers & NO_SPACE_ERRORS:
        return DataDiskFull(folder, min(no_space))
    if status not in KILLED_STATUSES and free_bytes(folder) < MIN_FREE_BYTES:
        return DataDiskFull(folder)
    if not numbers & ACCESS_ERRORS and any(_shows_damage(each) for each in errors):
        return DataFilesDamaged(folder, _reason(errors[0]))
    return _explain_other_exit(status, log, _reason(errors[0]) if errors else "")


def explain_timeout(seconds: float, log: Path) -> MongodFailed:
    """mongod runs, but does not accept writes within so many seconds."""
    return MongodFailed(
        f"mongod was not ready within {seconds:g} s. Its log is {log}.",
        f"mongod 在 {seconds:g} 秒内未就绪。日志见 {log}。",
    )


def explain_os_error(error: OSError, folder: Path) -> MongodFailed:
    """Why the service cannot use the data folder."""
    if error.errno in NO_SPACE_ERRORS:
        return DataDiskFull(folder, error.errno or errno.ENOSPC)
    reason = error.strerror or type(error).__name__
    return MongodFailed(
        f"The data folder {folder} cannot be used: {reason}. Give the user of the service the "
        "right to write it, or set SONGGANG_DATA_DIR to another folder.",
        f"无法使用数据目录 {folder}：{reason}。请为运行服务的用户开放写权限，"
        "或将 SONGGANG_DATA_DIR 设为其他目录。",
    )


def _explain_other_exit(status: int, log: Path, reason: str) -> MongodFailed:
    if status == NEEDS_OTHER_VERSION_STATUS:
        return MongodFailed(
            "The data files were written by a version of MongoDB that this mongod cannot read. "
            "Use the mongod of that version, or upgrade one major version at a time.",
            "数据文件由本机 mongod 无法读取的 MongoDB 版本写入。请使用该版本的 mongod，"
            "或逐个大版本升级。",
        )
    how = f"was ended by signal {status - 128}" if status > 128 else f"stopped with status {status}"
    how_zh = f"被信号 {status - 128} 终止" if status > 128 else f"以状态码 {status} 退出"
    return MongodFailed(
        f"mongod {how}{f': {reason}' if reason else ''}. Its log is {log}.",
        f"mongod {how_zh}{f'：{reason}' if reason else ''}。日志见 {log}。",
    )


def _read_errors(log: Path, start: int) -> Iterator[dict[str, Any]]:
    """The errors (E) and fatal errors (F) in the log after ``start``, oldest first."""
    with suppress(OSError), log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        # The log was emptied meanwhile when it is shorter than it was.
        start = start if start <= size else 0
        file.seek(max(start, size - MAX_LOG_BYTES_READ))
        for line in file:
            with suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict) and entry.get("s") in {"E", "F"}:
                    yield entry


def _error_numbers(entry: dict[str, Any]) -> Iterator[int]:
    """The error codes of WiredTiger, or of the operating system, in a log entry."""
    attributes = entry.get("attr") or {}
    message = attributes.get("message")
    found = [attributes.get("error")]
    if isinstance(message, dict):
        found.append(message.get("error_code"))
    yield from (number for number in found if isinstance(number, int))


def _shows_damage(entry: dict[str, Any]) -> bool:
    if entry.get("id") in DAMAGE_LOG_IDS:
        return True
    numbers = set(_error_numbers(entry))
    return entry.get("id") == WIREDTIGER_ERROR_LOG_ID and bool(numbers & DAMAGE_ERRORS)


def _reason(entry: dict[str, Any]) -> str:
    """What a log entry says, in one line, without the place in WiredTiger's source."""
    message = (entry.get("attr") or {}).get("message")
    if isinstance(message, dict) and isinstance(message.get("msg"), str):
        # Such as "__wt_turtle_read:609:WiredTiger.turtle: fatal turtle file read error".
        said = message["msg"].split(":", 2)[-1]
        if str(message.get("error_str", "")) and message.get("error_code", 0) > 0:
            said = f"{said}: {message['error_str']}"
    else:
        said = str(entry.get("msg", ""))
    return " ".join(said.split())
