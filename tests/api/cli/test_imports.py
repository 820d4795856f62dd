"""Imports from the command line, as real processes: their output, and what they store."""

from __future__ import annotations

import asyncio
import csv
import io
import signal
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.cli.imports import ImportArguments, import_table, import_template
from domain.employers.employers import Employer
from domain.exchange.import_columns import EMPLOYER_COLUMNS, POSTING_COLUMNS
from domain.exchange.imports import Import, ImportKind, ImportStatus
from domain.identity.accounts import Role
from domain.refusals import InvalidId, InvalidInput, NotFound, NotPermitted, Refusal
from schema.relay import parse_global_id
from services.exchange.import_creation import MAX_TABLE_BYTES
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support import records
from tests.support.organisations import new_credit_code
from tests.support.songgang_process import (
    ProcessResult,
    run_command,
    running_server,
    spawn_songgang,
)
from tests.support.waiting import wait_until
from tests.support.world import gid, today

SECRET = "a secret for tests"


@dataclass
class Shell:
    """A folder with tables, and the command over a database with staff and an employer."""

    uri: str
    database: str
    folder: Path
    store: Store
    employer: Employer

    async def run(self, *arguments: str) -> ProcessResult:
        return await run_command(
            self.uri, self.database, *arguments, folder=self.folder, SONGGANG_SECRET=SECRET
        )

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await spawn_songgang(
            self.uri, self.database, *arguments, folder=self.folder, SONGGANG_SECRET=SECRET
        )

    async def wait_ended(self, process: asyncio.subprocess.Process) -> int:
        """Return the exit code of a process that must end within the timeout."""
        try:
            async with asyncio.timeout(30):
                return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()

    def posting_row(self, number: str, **cells: str) -> dict[str, str]:
        row = {column.zh: column.example for column in POSTING_COLUMNS}
        row |= {
            "岗位编号": number,
            "统一社会信用代码": self.employer.credit_code,
            "有效期至": (today() + timedelta(days=30)).isoformat(),
        }
        return row | cells

    def write(self, name: str, rows: Iterable[dict[str, str]]) -> None:
        listed = list(rows)
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(listed[0]))
            writer.writeheader()
            writer.writerows(listed)

    def set_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MONGODB_URI", self.uri)
        monkeypatch.setenv("MONGODB_DATABASE", self.database)
        monkeypatch.setenv("SONGGANG_SECRET", SECRET)

    async def postings(self) -> int:
        return await self.store.mongo["postings"].count_documents({})

    async def statuses(self) -> list[str]:
        found = self.store.mongo["imports"].find({}).sort([("_id", 1)])
        return [document["status"] async for document in found]


@pytest.fixture
async def shell(mongo_uri: str, database_name: str, folder: Path, mongo: Mongo) -> Shell:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    await store.minimum_wages.seed()
    employer = records.employer(credit_code=new_credit_code())
    await store.employers.add([employer])
    await store.unions.add([records.union()])
    officer = replace(records.account(), role=Role.OFFICER, username="li")
    recruiter = records.account(
        role=Role.RECRUITER, username="wang", union_id=None, employer_id=employer.id
    )
    for account in (officer, recruiter, records.account()):
        await store.accounts.add(account)
    return Shell(mongo_uri, database_name, folder, store, employer)


async def test_a_table_is_dry_run_imported_and_recognised_the_next_time(shell: Shell) -> None:
    rows = [
        shell.posting_row("1"),
        shell.posting_row("2", 社会保险=""),
        shell.posting_row("3", 工作地点代码="330402", 基本工资="2500"),
        shell.posting_row("4", 班次="夜班"),
    ]
    shell.write("a.csv", rows)
    dry = await shell.run("import-postings", "a.csv", "--as", "li", "--dry-run")
    assert await shell.postings() == 0
    wet = await shell.run("import-postings", "a.csv", "--as", "li")
    assert await shell.postings() == 3
    assert (dry.code, wet.code, dry.out) == (3, 3, wet.out)
    summary = "4 of 4 rows: 1 accepted, 1 held, 1 refused, 0 duplicates, 1 failed.\n"
    assert (dry.err, wet.err) == (f"Dry run, nothing was written: {summary}", summary)
    lines = wet.out.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["Row", "Outcome", "Number", "Column"],
        ["3", "REFUSED", "2", "社会保险"],
        ["4", "HELD", "3", "基本工资"],
        ["5", "FAILED", "班次", "“夜班”"],
    ]
    assert lines[1].endswith("(SOCIAL_INSURANCE_MISSING, 劳动法第72条；社会保险法第58条)")
    # In a terminal a Chinese character takes two columns: the last columns must align.
    starts = {len(line.encode("gb18030").split("“夜".encode("gb18030"))[0]) for line in lines[3:]}
    assert starts == {len(lines[0].split("Finding")[0])}


async def test_employers_are_imported_and_the_csv_report_names_every_row(shell: Shell) -> None:
    cells = {column.zh: column.example for column in EMPLOYER_COLUMNS}
    code = new_credit_code()
    rows = [cells | {"统一社会信用代码": each} for each in (code, "123")]
    shell.write("a.csv", [*rows, cells | {"统一社会信用代码": shell.employer.credit_code}])
    ended = await shell.run("import-employers", "a.csv", "--as", "li", "--csv")
    assert ended.code == 3
    lines = list(csv.DictReader(io.StringIO(ended.out.removeprefix("\ufeff"), newline="")))
    assert [(line["row"], line["outcome"], line["column"], line["code"]) for line in lines] == [
        ("2", "ACCEPTED", "", ""),
        ("3", "FAILED", "统一社会信用代码", "INVALID_INPUT"),
        ("4", "DUPLICATE", "统一社会信用代码", "EMPLOYER_KNOWN_OTHERWISE"),
    ]
    made = (await shell.store.employers.by_credit_codes([code]))[code]
    assert parse_global_id(lines[0]["employer"], "Employer") == made.id
    assert lines[1]["message_zh"].endswith("。")


async def fail_on_output(*_: object) -> None:
    raise AssertionError("nothing was brought in")


@pytest.mark.parametrize(
    ("username", "kind", "employer", "why", "message"),
    [
        ("nobody", "POSTINGS", None, NotFound, "There is no account nobody."),
        ("host", "POSTINGS", None, NotPermitted, "for the role officer or recruiter"),
        ("wang", "EMPLOYERS", None, NotPermitted, "for the role officer"),
        ("li", "POSTINGS", None, InvalidInput, "“color” is not known"),
        ("li", "POSTINGS", "x", InvalidId, "not the id of a"),
    ],
)
async def test_a_forbidden_import_is_refused_as_over_http(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    username: str,
    kind: str,
    employer: str | None,
    why: type[Refusal],
    message: str,
) -> None:
    shell.write("a.csv", [{"title": "x", "color": "y"}])
    shell.set_environment(monkeypatch)
    wanted = ImportArguments(
        shell.folder / "a.csv", ImportKind[kind], username, employer, dry_run=False
    )
    with pytest.raises(why) as caught:
        await import_table(wanted, fail_on_output)
    assert message in f"{caught.value} {caught.value.hint}"
    assert await shell.statuses() == []


async def test_an_option_names_the_employer_of_all_rows(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("a.csv", [shell.posting_row("1", 统一社会信用代码="")])
    shell.set_environment(monkeypatch)
    printed: list[Import] = []

    async def note(_store: Store, one: Import) -> None:
        printed.append(one)

    done = await import_table(
        ImportArguments(
            shell.folder / "a.csv", ImportKind.POSTINGS, "Li", gid(shell.employer), dry_run=False
        ),
        note,
    )
    assert printed == [done]
    assert (done.accepted, done.total, done.file_name) == (1, 1, "a.csv")


async def test_a_file_over_the_limit_prints_one_line_and_exits_with_1(shell: Shell) -> None:
    with (shell.folder / "large.csv").open("wb") as file:
        file.truncate(MAX_TABLE_BYTES + 1)
    ended = await shell.run("import-postings", "large.csv", "--as", "li")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "songgang: A table has at most 32 MiB: divide the file.\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("there.csv", "exists. Name a new file"),
        ("a.doc", "ends with .xlsx or .csv"),
        ("none/a.csv", "No such file or directory"),
    ],
)
def test_a_template_is_written_to_a_new_file_only(folder: Path, name: str, message: str) -> None:
    there = folder / "there.csv"
    there.write_text("filled in", "utf-8")
    with pytest.raises(InvalidInput, match=message):
        import_template(ImportKind.POSTINGS, folder / name)
    assert there.read_text("utf-8") == "filled in"
    assert list(folder.iterdir()) == [there]


async def test_ctrl_c_cancels_the_import_and_keeps_the_written_rows(shell: Shell) -> None:
    # So many that the import is far from its end when the signal comes, also on a busy machine.
    shell.write("a.csv", (shell.posting_row(str(number)) for number in range(6_000)))
    process = await shell.start("import-postings", "a.csv", "--as", "li")
    await wait_until(shell.postings, within=60, every=0.02)
    process.send_signal(signal.SIGINT)
    assert await shell.wait_ended(process) != 0
    assert await shell.statuses() == ["CANCELLED"]
    stored = await shell.postings()
    assert 0 < stored < 6_000
    assert await shell.store.mongo["import_chunks"].count_documents({}) == 0
    assert "Traceback" not in (shell.folder / "err").read_text("utf-8")


async def test_the_next_import_finishes_a_killed_one(shell: Shell) -> None:
    shell.write("a.csv", (shell.posting_row(str(number)) for number in range(1_500)))
    process = await shell.start("import-postings", "a.csv", "--as", "li")
    await wait_until(shell.postings, within=60, every=0.02)
    process.kill()
    await process.wait()
    assert 0 < await shell.postings() < 1_500
    # As if the lease of 30 s had expired.
    await shell.store.mongo["leases"].delete_many({})
    ended = await shell.run("import-postings", "a.csv", "--as", "li")
    assert ended.code == 0
    assert ended.err.splitlines() == [
        "The account has another import running. Waiting for it to finish.",
        "1,500 of 1,500 rows: 0 accepted, 0 held, 0 refused, 1,500 duplicates, 0 failed.",
    ]
    assert await shell.statuses() == ["DONE", "DONE"]
    assert await shell.postings() == 1_500


async def test_a_cancelled_import_says_what_to_do(shell: Shell) -> None:
    shell.write("a.csv", (shell.posting_row(str(number)) for number in range(1_500)))
    process = await shell.start("import-postings", "a.csv", "--as", "li")
    await wait_until(shell.postings, within=60, every=0.02)
    (one,) = [document["_id"] async for document in shell.store.mongo["imports"].find({})]
    await shell.store.imports.end_early(one, ImportStatus.CANCELLED, at=records.FIXED_NOW)
    assert await shell.wait_ended(process) == 1
    assert "Import the table again" in (shell.folder / "err").read_text("utf-8")


async def test_the_import_uses_the_mongod_of_a_running_service(folder: Path) -> None:
    async with running_server(None, "songgang", "--demo", folder=folder):
        import_template(ImportKind.POSTINGS, folder / "a.xlsx")
        ended = await run_command(
            None, "songgang", "import-postings", "a.xlsx", "--as", "officer", folder=folder
        )
    assert (ended.code, ended.out.count("EXAMPLE_ROW")) == (3, 1)
