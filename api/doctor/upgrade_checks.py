"""Checks of upgrades, which they only read: the schema version, and what new rules find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from api.doctor.check_results import CheckResult
from api.doctor.database_checks import DatabaseCheck, OpenDatabase
from domain.postings.lifecycle import rescreen_posting
from domain.postings.postings import Posting, PostingStatus
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import RULES_VERSION
from storage.mongo.schema_version import NewerData

MAX_POSTINGS_SCREENED = 5_000
"""How many postings a check screens by the rules of this version; each takes about 0.2 ms."""
MAX_POSTINGS_NAMED = 5


async def check_schema_version(database: OpenDatabase) -> CheckResult:
    """The schema version of the data, and the upgrade steps that are pending or were applied."""
    name = "upgrades"
    upgrades = database.store.upgrades()
    code = upgrades.code_version.version
    try:
        stored = await upgrades.check()
    except NewerData as error:
        return CheckResult.failed(name, error.message, error.message_zh)
    if stored is None and await database.store.meta.fits_secret(database.secret) is None:
        return CheckResult.ok(
            name,
            f"The database is new. It begins with schema version {code}.",
            f"数据库是新的，结构版本将为 {code}。",
        )
    version = stored.version if stored else 0
    if version > code:
        return CheckResult.warning(
            name,
            f"The data have schema version {version}, this code has {code}. It can work with them. "
            "Upgrade this node.",
            f"数据库结构版本为 {version}，当前程序为 {code}，可以继续使用。请升级本节点。",
        )
    pending = ", ".join(step.name for step in await upgrades.pending())
    if pending:
        return CheckResult.warning(
            name,
            f"The data have schema version {version}, this code has {code}. The next start runs: "
            f"{pending}. Back up the database first.",
            f"数据库结构版本为 {version}，当前程序为 {code}。下次启动将执行：{pending}。请先备份。",
        )
    applied = ", ".join(
        f"{step.name} ({step.found} to {step.left})" for step in await upgrades.applied()
    )
    return CheckResult.ok(
        name,
        f"The data have schema version {version}. Applied: {applied or 'none, it was new'}.",
        f"数据库结构版本为 {version}。已执行的升级步骤：{applied or '无（新建数据库）'}。",
    )


async def check_new_rules(database: OpenDatabase) -> CheckResult:
    """The open postings that the rules of this version would not let through, and why."""
    name = "new rules"
    failing = await _find_failing_by_new_rules(database)
    if not failing:
        return CheckResult.ok(
            name,
            "No open posting fails by newer rules.",
            "没有在招岗位不符合新规则。",
        )
    reasons = Counter(code for posting in failing for code in posting.codes)
    why = ", ".join(f"{code} {number}" for code, number in reasons.most_common())
    ids = ", ".join(posting.id for posting in failing[:MAX_POSTINGS_NAMED])
    return CheckResult.warning(
        name,
        f"{len(failing)} open postings fail by newer rules and stay open ({why}), such as {ids}. "
        "Decide on them in the review queue, or set SONGGANG_RULES_APPLY_ON.",
        f"{len(failing)} 个在招岗位不符合新规则，目前仍在展示（{why}），例如 {ids}。"
        "请在审核队列中逐一处理，或设置 SONGGANG_RULES_APPLY_ON。",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingPosting:
    """An open posting and the codes of the findings that do not count yet."""

    id: str
    codes: tuple[str, ...]


async def _find_failing_by_new_rules(database: OpenDatabase) -> list[FailingPosting]:
    """Those that were screened by the new rules already, and those that are still to be."""
    postings = database.store.postings
    screened = await postings.find_deferred(limit=MAX_POSTINGS_SCREENED)
    unscreened = await postings.find_screened_by_older_rules(
        RULES_VERSION, limit=MAX_POSTINGS_SCREENED
    )
    known = {posting.id for posting in screened}
    to_screen = [
        posting
        for posting in unscreened
        if posting.status is PostingStatus.OPEN and posting.id not in known
    ]
    failing = [posting for posting in await _screen(database, to_screen) if posting.deferred]
    return [_describe(posting) for posting in (*screened, *failing)]


async def _screen(database: OpenDatabase, postings: Sequence[Posting]) -> list[Posting]:
    """The postings as the rules of this version would leave them; nothing is stored."""
    table = await database.store.minimum_wages.table()
    employers = await database.store.employers.by_ids({each.employer_id for each in postings})
    return [
        rescreen_posting(
            posting,
            employer=employers[posting.employer_id],
            table=table if table.rows else KNOWN_WAGES,
            at=database.at,
        )
        for posting in postings
        if posting.employer_id in employers
    ]


def _describe(posting: Posting) -> FailingPosting:
    codes = [each.code for each in posting.findings if each.key in posting.deferred]
    return FailingPosting(id=posting.id, codes=tuple(dict.fromkeys(codes)))


UPGRADE_CHECKS: tuple[DatabaseCheck, ...] = (check_schema_version, check_new_rules)
"""All checks of upgrades, in the order of their lines."""
