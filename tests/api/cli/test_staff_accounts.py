"""``songgang staff``: what the commands change and print."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.identity.accounts import Account, Role
from domain.identity.audit import AuditAction
from services.identity.passwords import hash_password
from services.identity.staff_administration import ONE_TIME_PASSWORD_LIFETIME
from storage.clock import utc_now
from storage.mongo.client import Mongo
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.songgang_process import run_command

SECRET = "a secret for tests"
PASSWORD = "correct horse battery"
REASON = ("--reason", "该同志已离职")


class StaffCommands:
    """Run ``songgang staff`` on one new database that holds one account."""

    def __init__(self, uri: str, database: str, folder: Path, store: Store) -> None:
        self.uri = uri
        self.database = database
        self.folder = folder
        self.store = store

    async def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        ended = await run_command(
            self.uri, self.database, "staff", *arguments, folder=self.folder, stdin=stdin,
            SONGGANG_SECRET=SECRET,
        )  # fmt: skip
        return ended.code, ended.out, ended.err

    async def account(self) -> Account:
        account = await self.store.accounts.by_username("li")
        assert account is not None
        return account

    async def audited(self) -> list[tuple[AuditAction, str]]:
        account = await self.account()
        page = await self.store.audit_log.page_of_subject(
            "Account", account.id, PageRequest(limit=100)
        )
        return [(row.action, row.detail) for row in page.items]


@pytest.fixture
async def staff(mongo_uri: str, database_name: str, mongo: Mongo, folder: Path) -> StaffCommands:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    account = records.account(
        username="li", display_name="李", role=Role.OFFICER, password_hash=hash_password(PASSWORD)
    )
    await store.accounts.add(account)
    await store.sign_ins.add(records.sign_in(account_id=account.id), most=20)
    return StaffCommands(mongo_uri, database_name, folder, store)


async def test_an_account_is_disabled_listed_and_enabled(staff: StaffCommands) -> None:
    assert await staff.run("list") == (0, "li\tofficer\tin use\t1\t李\n", "")
    assert await staff.run("disable", "LI", *REASON) == (0, "li is disabled.\n", "")
    disabled_at = (await staff.account()).disabled_at
    assert disabled_at is not None
    line = f"li\tofficer\tdisabled {disabled_at:%Y-%m-%d}\t0\t李\n"
    assert await staff.run("list", "--disabled") == (0, line, "")
    assert await staff.run("enable", "li", *REASON) == (0, "li can sign in.\n", "")
    assert await staff.run("list", "--disabled") == (0, "", "")
    account = await staff.account()
    assert (account.disabled_at, account.generation) == (None, 3)
    assert await staff.audited() == [
        (AuditAction.ENABLE_ACCOUNT, REASON[1]),
        (AuditAction.DISABLE_ACCOUNT, REASON[1]),
    ]


async def test_a_password_is_set_or_replaced_by_a_one_time_password(staff: StaffCommands) -> None:
    refused = await staff.run("set-password", "li", *REASON, stdin="passwordpassword\n")
    assert refused[:2] == (1, "")
    assert "easy to guess" in refused[2]
    new = "the tram to work was late again"
    assert await staff.run("set-password", "li", *REASON, stdin=f"{new}\n") == (
        0,
        "The password of li is set.\n",
        "",
    )
    assert (await staff.account()).password_expires_at is None
    before = utc_now()
    code, password, note = await staff.run("set-password", "li", *REASON, "--one-time")
    assert (code, len(password)) == (0, 24)
    assert note == "It must be changed at the first sign-in, within 72 hours.\n"
    expires_at = (await staff.account()).password_expires_at
    assert expires_at is not None
    assert expires_at >= before.replace(microsecond=0) + ONE_TIME_PASSWORD_LIFETIME
    assert (await staff.run("list"))[1] == "li\tofficer\tone-time password\t0\t李\n"
    assert await staff.audited() == [(AuditAction.RESET_PASSWORD, REASON[1])] * 2


async def test_an_account_is_signed_out(staff: StaffCommands) -> None:
    assert await staff.run("sign-out", "li", *REASON) == (0, "li is signed out.\n", "")
    assert (await staff.run("list"))[1] == "li\tofficer\tin use\t0\t李\n"
    assert await staff.audited() == [(AuditAction.SIGN_OUT_EVERYWHERE, REASON[1])]


@pytest.mark.parametrize("command", ["disable", "enable", "sign-out"])
async def test_an_unknown_account_or_a_missing_reason_is_refused(
    command: str, staff: StaffCommands
) -> None:
    unknown = await staff.run(command, "wang", *REASON)
    assert unknown == (1, "", "songgang: There is no account wang.\n")
    short = await staff.run(command, "li", "--reason", "x")
    assert short == (1, "", "songgang: Give a reason of 5 to 200 characters.\n")
    assert await staff.audited() == []
