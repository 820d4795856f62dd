"""Runs all checks of ``songgang doctor``, each as far as those before it allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from api.doctor.check_results import CheckResult
from api.doctor.code_checks import check_budget, check_gateway
from api.doctor.database_checks import DATABASE_CHECKS, DatabaseCheck, OpenDatabase
from api.doctor.local_checks import (
    check_data_folder,
    check_running_mongod,
    check_secret,
    check_settings,
    invalid_settings,
)
from api.doctor.upgrade_checks import UPGRADE_CHECKS
from api.settings import Settings, SettingsInvalid
from api.wiring.database import reach_database
from storage.mongo.client import Mongo, StorageError, StorageMisconfigured, StorageUnavailable
from storage.mongo.embedded import DataFolderBusy, MongodFailed, MongodNotFound
from storage.store import Store

CONNECT_TIMEOUT_SECONDS = 5.0


async def diagnose() -> AsyncIterator[CheckResult]:
    """Yield the result of each check. Nothing is written, apart from what a start of mongod does.

    Without MONGODB_URI and without a running service, the embedded mongod of an existing data
    folder runs for the time of the checks.
    """
    try:
        settings = Settings.read()
    except SettingsInvalid as error:
        yield invalid_settings(error)
        return
    yield check_settings(settings)
    yield check_secret(settings)
    yield check_data_folder(settings)
    yield check_gateway(settings)
    if settings.mongodb_uri is None:
        yield check_running_mongod(settings)
        if not (settings.data_dir / "db").is_dir():
            return
    if not settings.has_secret:
        yield CheckResult.failed(
            "secret fits",
            "There is a database, but no secret. Put the secret back that it was made with.",
            "已有数据库，但没有密钥。请放回建立该数据库时使用的密钥。",
        )
        return
    async with AsyncExitStack() as stack:
        try:
            database = await _open(settings, stack)
        except (MongodNotFound, DataFolderBusy, MongodFailed, StorageError) as error:
            yield _explain("mongodb", error)
            return
        for check in (*DATABASE_CHECKS, check_budget, *UPGRADE_CHECKS):
            yield await _run(check, database)


async def _open(settings: Settings, stack: AsyncExitStack) -> OpenDatabase:
    address = await stack.enter_async_context(reach_database(settings))
    mongo = await Mongo.connect(
        address.uri,
        settings.mongodb_database,
        driver=settings.mongodb_driver,
        timeout=CONNECT_TIMEOUT_SECONDS,
    )
    stack.push_async_callback(mongo.close)
    secret = settings.load_secret()
    store = Store(mongo, secret)
    await store.clock.sample()
    return OpenDatabase(
        store=store, secret=secret, at=store.clock(), code_limits=settings.code_limits
    )


async def _run(check: DatabaseCheck, database: OpenDatabase) -> CheckResult:
    try:
        return await check(database)
    except StorageError as error:
        return _explain(check.__name__.removeprefix("check_").replace("_", " "), error)


def _explain(name: str, error: Exception) -> CheckResult:
    """The result of a check that an error has ended."""
    return CheckResult.failed(name, str(error), _explain_zh(error))


def _explain_zh(error: Exception) -> str:
    if isinstance(error, MongodFailed):
        return error.message_zh
    if isinstance(error, MongodNotFound):
        return "本机没有可用的 mongod。请安装，或将 MONGODB_URI 设为正在运行的副本集。"
    if isinstance(error, DataFolderBusy):
        return "数据目录正被另一进程使用，其 MongoDB 尚未就绪。请稍后再试，或停止该进程。"
    if isinstance(error, StorageMisconfigured):
        return "无法按当前设置使用 MongoDB。请检查 MONGODB_URI 中的地址、用户、密码和副本集名称。"
    if isinstance(error, StorageUnavailable):
        return "MongoDB 没有应答。请确认其正在运行，并检查网络和 MONGODB_URI。"
    return "MongoDB 拒绝了查询。请检查该用户的权限。"
