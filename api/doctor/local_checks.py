"""Checks of this machine: settings, the secret, the data folder, and its embedded mongod."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from api.doctor.check_results import CheckResult
from api.settings import Settings, SettingsInvalid
from storage.mongo.database_password import password_path
from storage.mongo.folder_owner import read_owner_status
from storage.mongo.mongod_failures import free_bytes

LOW_SPACE_BYTES = 2_000_000_000
"""With less free space the doctor warns: oplog and journal of the embedded database take 1 GB."""
_SETTINGS_ARE_VALID = CheckResult.ok("settings", "All settings are valid.", "所有设置均有效。")


def check_settings(settings: Settings) -> CheckResult:
    """Whether the files that the settings name can be read; the values were checked before."""
    if settings.trusted_documents is None:
        return _SETTINGS_ARE_VALID
    from api.document_files import load_trusted_documents  # noqa: PLC0415 -- it loads the schema

    try:
        load_trusted_documents(settings.trusted_documents)
    except SettingsInvalid as error:
        return invalid_settings(error)
    return _SETTINGS_ARE_VALID


def invalid_settings(error: SettingsInvalid) -> CheckResult:
    """A setting is wrong."""
    return CheckResult.failed(
        "settings", f"Correct this setting: {error}", f"请更正此设置：{error}"
    )


def check_secret(settings: Settings) -> CheckResult:
    """Where the secret comes from; none is created."""
    path = settings.data_dir / "secret"
    if settings.given_secret is not None:
        return CheckResult.ok("secret", "SONGGANG_SECRET is set.", "已设置 SONGGANG_SECRET。")
    if not path.exists():
        return CheckResult.ok(
            "secret",
            f"There is no secret yet. The first start creates {path}.",
            f"尚无密钥，首次启动时将创建 {path}。",
        )
    try:
        settings.load_secret()
    except SettingsInvalid as error:
        return CheckResult.failed("secret", str(error), f"密钥文件 {path} 无法使用，请放回原文件。")
    if _is_open_to_others(path):
        return CheckResult.warning(
            "secret",
            f"Other users of this machine can read {path}. Run: chmod 600 {path}",
            f"本机其他用户可以读取 {path}。请执行：chmod 600 {path}",
        )
    return CheckResult.ok(
        "secret",
        f"The secret is in {path}. Keep a copy of it apart from the data.",
        f"密钥保存在 {path}。请另存一份，与数据分开存放。",
    )


def check_data_folder(settings: Settings) -> CheckResult:
    """The space and the rights of the data folder."""
    name, folder = "data folder", settings.data_dir.absolute()
    if not folder.is_dir():
        return CheckResult.ok(
            name,
            f"{folder} does not exist yet. The first start creates it.",
            f"{folder} 尚不存在，首次启动时将自动创建。",
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return CheckResult.failed(
            name,
            f"This user may not write {folder}. Change its owner or its rights.",
            f"当前用户没有 {folder} 的写权限。请修改该目录的所有者或权限。",
        )
    open_files = [path for path in (folder, password_path(folder)) if _is_open_to_others(path)]
    if open_files:
        named = " ".join(str(path) for path in open_files)
        return CheckResult.warning(
            name,
            f"Other users of this machine can read or enter it. Run: chmod go= {named}",
            f"本机其他用户可以读取或进入。请执行：chmod go= {named}",
        )
    free = free_bytes(folder)
    said = f"{free / 1_000_000_000:,.1f} GB"
    if free < LOW_SPACE_BYTES:
        return CheckResult.warning(
            name,
            f"Only {said} are free for {folder}. Make room before MongoDB stops.",
            f"{folder} 仅剩 {said} 可用空间。请在 MongoDB 停止前腾出空间。",
        )
    return CheckResult.ok(
        name,
        f"{folder} can be written; {said} are free.",
        f"{folder} 可写，剩余 {said}。",
    )


def check_running_mongod(settings: Settings) -> CheckResult:
    """How the embedded mongod of a running service fares."""
    name, status = "embedded mongod", read_owner_status(settings.data_dir)
    if status is None:
        return CheckResult.ok(
            name,
            "No service runs on the data folder.",
            "当前没有服务使用该数据目录。",
        )
    if status.cause is not None:
        return CheckResult.failed(
            name,
            f"It does not run ({status.cause}). {status.message}",
            f"未在运行（{status.cause}）。{status.message_zh}",
        )
    if status.restarts:
        return CheckResult.warning(
            name,
            f"It runs. Restarts since the service started: {status.restarts}. "
            f"The last cause: {status.message}",
            f"正在运行，服务启动以来曾意外退出并重新启动 {status.restarts} 次。"
            f"最近一次原因：{status.message_zh}",
        )
    return CheckResult.ok(
        name,
        f"It runs for the service with process id {status.pid}.",
        f"正在为进程号 {status.pid} 的服务运行。",
    )


def _is_open_to_others(path: Path) -> bool:
    """Whether the group or others have any right to a file that exists."""
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))
    except FileNotFoundError:
        return False
