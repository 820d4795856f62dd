"""Checks of the database, which they only read: its version, the secret, the keys, the work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from api.doctor.check_results import CheckResult
from domain.identity.code_caps import DEFAULT_LIMITS, CodeLimits
from storage.mongo.database_clock import MAX_OFFSET_SECONDS, ClockFault
from storage.mongo.meta import RestoreUnfinished, WrongSecret
from storage.mongo.mongod import MIN_MAJOR_VERSION
from storage.store import Store

MAX_WAITING_MESSAGES = 5_000
"""More waiting webhook messages than this are a warning, as in the alerts of the runbook."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDatabase:
    """The database under examination; ``store`` is not prepared."""

    store: Store
    secret: str = field(repr=False)
    at: datetime
    code_limits: CodeLimits = DEFAULT_LIMITS


DatabaseCheck = Callable[[OpenDatabase], Awaitable[CheckResult]]


async def check_version(database: OpenDatabase) -> CheckResult:
    """MongoDB's version, and the members of the replica set."""
    version: str = (await database.store.mongo.command({"buildInfo": 1}))["version"]
    hello = await database.store.mongo.command({"hello": 1})
    members = len(hello.get("hosts", ()))
    if int(version.partition(".")[0]) < MIN_MAJOR_VERSION:
        return CheckResult.failed(
            "mongodb",
            f"MongoDB {version} answers. Upgrade it to {MIN_MAJOR_VERSION}.0 or newer.",
            f"MongoDB {version} 有应答，但版本过低，请升级到 {MIN_MAJOR_VERSION}.0 或更高版本。",
        )
    return CheckResult.ok(
        "mongodb",
        f"MongoDB {version} answers as primary; its replica set has {members} member(s).",
        f"MongoDB {version} 主节点有应答，副本集共有 {members} 个成员。",
    )


async def check_clock(database: OpenDatabase) -> CheckResult:
    """Whether the clocks of this machine and of the database agree."""
    clock = database.store.clock
    seconds = clock.offset_seconds
    said = f"{abs(seconds):,.1f}"
    where, where_zh = ("ahead of", "快") if seconds > 0 else ("behind", "慢")
    if clock.fault is ClockFault.NODE:
        return CheckResult.failed(
            "clock",
            f"The clock of this machine is {said} s {where} that of the database. Nodes on it get "
            "no requests. Set it by NTP.",
            f"本机时钟比数据库{where_zh} {said} 秒，本机节点不会接收请求。请用 NTP 校准时间。",
        )
    if clock.fault is ClockFault.DATABASE:
        return CheckResult.warning(
            "clock",
            f"The clock of this machine is {said} s {where} that of the MongoDB primary, and a "
            "secondary agrees with this machine. Set the clock of the primary by NTP.",
            f"本机时钟比 MongoDB 主节点{where_zh} {said} 秒，而从节点与本机一致。"
            "请用 NTP 校准主节点的时间。",
        )
    return CheckResult.ok(
        "clock",
        f"The clocks of this machine and of the database agree within {MAX_OFFSET_SECONDS:g} s.",
        f"本机与数据库的时钟相差不超过 {MAX_OFFSET_SECONDS:g} 秒。",
    )


async def check_secret_fits(database: OpenDatabase) -> CheckResult:
    """Whether the database is bound to the secret."""
    fits = await database.store.meta.fits_secret(database.secret)
    if fits is None:
        return CheckResult.ok(
            "secret fits",
            "The database is new. The first start binds it to the secret.",
            "数据库是新的，首次启动时将与密钥绑定。",
        )
    if not fits:
        return CheckResult.failed(
            "secret fits",
            str(WrongSecret()),
            "此数据库是用另一个 SONGGANG_SECRET 建立的。"
            "请用原密钥启动，或换用其他 MONGODB_DATABASE。",
        )
    return CheckResult.ok(
        "secret fits", "The secret is that of the database.", "密钥与数据库相符。"
    )


async def check_keys(database: OpenDatabase) -> CheckResult:
    """Whether the secret opens every stored key."""
    try:
        number = await database.store.keys.reload()
    except WrongSecret:
        return CheckResult.failed(
            "keys",
            "The secret does not open the stored keys. Start with the secret that the database "
            "had before.",
            "密钥无法解开已存储的加密密钥。请用数据库原来的密钥启动。",
        )
    return CheckResult.ok(
        "keys",
        f"The secret opens all {number} stored keys.",
        f"密钥可解开全部 {number} 个加密密钥。",
    )


async def check_background(database: OpenDatabase) -> CheckResult:
    """Which work is done in the background now, as the leases of the nodes show it."""
    leases = await database.store.leases.find_held(at=database.at)
    if not leases:
        return CheckResult.ok(
            "background",
            "No node holds a lease: no service runs, or it has just started.",
            "没有节点持有租约：服务未运行，或刚刚启动。",
        )
    nodes, names = (
        len({lease.holder for lease in leases}),
        ", ".join(lease.name for lease in leases),
    )
    return CheckResult.ok(
        "background",
        f"{nodes} node(s) hold leases on {names}.",
        f"{nodes} 个节点持有租约：{names}。",
    )


async def check_feed(database: OpenDatabase) -> CheckResult:
    """Whether events reach every node that runs now, as the nodes report it each second."""
    reports = await database.store.heartbeats.find_reports()
    silent = [report.node for report in reports if not report.is_fresh]
    if not reports:
        return CheckResult.ok(
            "feed",
            "No node follows the event log: no service runs.",
            "没有节点在接收事件：服务未运行。",
        )
    if silent:
        return CheckResult.warning(
            "feed",
            f"Events do not reach {len(silent)} of {len(reports)} node(s): {', '.join(silent)}. "
            "They open the change stream again by themselves. If this stays, see whether a member "
            "of the replica set lags, then restart the node.",
            f"{len(reports)} 个节点中有 {len(silent)} 个收不到事件：{'、'.join(silent)}。"
            "节点会自动重新订阅；若持续如此，请检查副本集成员是否落后，再重启该节点。",
        )
    return CheckResult.ok(
        "feed",
        f"Events reach all {len(reports)} node(s).",
        f"全部 {len(reports)} 个节点均能收到事件。",
    )


async def check_webhook_backlog(database: OpenDatabase) -> CheckResult:
    """How many webhook messages wait."""
    waiting = await database.store.deliveries.count_pending(
        leaving_out=[], most=2 * MAX_WAITING_MESSAGES
    )
    if waiting > MAX_WAITING_MESSAGES:
        return CheckResult.warning(
            "webhooks",
            f"{waiting} messages or more wait. The log names the partners that do not accept them.",
            f"至少有 {waiting} 条消息待发送。日志中列出了不接收消息的对接方。",
        )
    return CheckResult.ok("webhooks", f"{waiting} messages wait.", f"{waiting} 条消息待发送。")


async def check_backup(database: OpenDatabase) -> CheckResult:
    """When the last backup was made, and whether a restore is unfinished."""
    try:
        await database.store.meta.check_restored()
    except RestoreUnfinished as error:
        return CheckResult.failed("backup", error.message, error.message_zh)
    history = await database.store.meta.backup_history()
    restored, restored_zh = "", ""
    if history.restored_at and history.restored_from:
        restored = (
            f" The database was restored on {history.restored_at:%Y-%m-%d %H:%M} UTC from the "
            f"backup of {history.restored_from:%Y-%m-%d %H:%M} UTC."
        )
        restored_zh = (
            f"数据库已于 UTC {history.restored_at:%Y-%m-%d %H:%M} "
            f"由 {history.restored_from:%Y-%m-%d %H:%M} 的备份恢复。"
        )
    if history.of is None:
        return CheckResult.ok(
            "backup",
            f"songgang backup has made no backup of this database yet.{restored}",
            f"尚未用 songgang backup 备份过此数据库。{restored_zh}",
        )
    if history.started_at != history.of:
        return CheckResult.warning(
            "backup",
            f"The last backup has not finished. The one before is of {history.of:%Y-%m-%d %H:%M} "
            f"UTC.{restored}",
            f"最近一次备份尚未完成，上一次为 UTC {history.of:%Y-%m-%d %H:%M}。{restored_zh}",
        )
    return CheckResult.ok(
        "backup",
        f"The last backup is of {history.of:%Y-%m-%d %H:%M} UTC.{restored}",
        f"最近一次备份：UTC {history.of:%Y-%m-%d %H:%M}。{restored_zh}",
    )


DATABASE_CHECKS: tuple[DatabaseCheck, ...] = (
    check_version,
    check_clock,
    check_secret_fits,
    check_keys,
    check_background,
    check_feed,
    check_webhook_backlog,
    check_backup,
)
"""All checks of the database, in the order of their lines."""
