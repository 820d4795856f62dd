"""Officers manage the accounts of their scope; each change ends tokens and is audited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.identity.accounts import Account
from domain.identity.audit import AuditAction, AuditRow
from domain.refusals import (
    InvalidInput,
    NotFound,
    NotPermitted,
    PasswordChangeRequired,
    Refusal,
    SignInFailed,
    Unauthenticated,
)
from services.identity.sign_in import SignInService
from services.identity.staff_administration import StaffAdministration
from storage.mongo.paging import PageRequest
from tests.support.organisations import Organisations
from tests.support.services import NEW_PASSWORD, PASSWORD, RunningServices
from tests.support.world import World

REASON = "该同志已离职"
PEER = "192.0.2.7"


@pytest.fixture
def staff(running: RunningServices) -> StaffAdministration:
    return running.services.staff


@pytest.fixture
def sign_in(running: RunningServices) -> SignInService:
    return running.services.sign_in


async def audit_rows(running: RunningServices, account: Account) -> list[AuditRow]:
    wanted = PageRequest(limit=100)
    return list(
        (await running.store.audit_log.page_of_subject("Account", account.id, wanted)).items
    )


async def stored(running: RunningServices, account: Account) -> Account:
    found = await running.store.accounts.by_id(account.id)
    assert found is not None
    return found


async def test_a_disabled_account_signs_in_nowhere_until_it_is_enabled(
    world: World, running: RunningServices, staff: StaffAdministration, sign_in: SignInService
) -> None:
    officer, host = world.principal(world.officer), world.host
    pair = await sign_in.sign_in(host.username, PASSWORD, peer=PEER)
    assert pair.refresh is not None
    disabled = await staff.disable(officer, host.id, reason=REASON)
    assert disabled.disabled_at is not None
    assert await staff.disable(officer, host.id, reason=REASON) == disabled
    with pytest.raises(Unauthenticated, match="disabled"):
        await sign_in.sign_in(host.username, PASSWORD, peer=PEER)
    with pytest.raises(Unauthenticated, match="disabled"):
        await sign_in.change_password(host.username, PASSWORD, NEW_PASSWORD, peer=PEER)
    with pytest.raises(Unauthenticated, match="disabled"):
        await sign_in.refresh_sign_in(pair.refresh)
    # Only who knows the password learns that the account is disabled.
    with pytest.raises(SignInFailed):
        await sign_in.sign_in(host.username, "wrong", peer=PEER)
    with pytest.raises(Unauthenticated, match="disabled"):
        running.parts.authentication.authenticate(f"Bearer {pair.access}")
    enabled = await staff.enable(officer, host.id, reason="调回原岗位工作")
    assert await staff.enable(officer, host.id, reason="调回原岗位工作") == enabled
    await sign_in.sign_in(host.username, PASSWORD, peer=PEER)
    with pytest.raises(Unauthenticated):
        await sign_in.refresh_sign_in(pair.refresh)
    rows = await audit_rows(running, host)
    assert [(row.action, row.actor_id, row.detail) for row in rows] == [
        (AuditAction.ENABLE_ACCOUNT, world.officer.id, "调回原岗位工作"),
        (AuditAction.DISABLE_ACCOUNT, world.officer.id, REASON),
    ]


async def test_a_reset_gives_a_one_time_password_that_only_changes(
    world: World, running: RunningServices, staff: StaffAdministration, sign_in: SignInService
) -> None:
    host = world.host
    reset = await staff.reset_password(world.principal(world.officer), host.id, reason=REASON)
    with pytest.raises(SignInFailed):
        await sign_in.sign_in(host.username, PASSWORD, peer=PEER)
    with pytest.raises(PasswordChangeRequired):
        await sign_in.sign_in(host.username, reset.password, peer=PEER)
    for refused in (reset.password, "short", host.username * 3):
        with pytest.raises(InvalidInput) as refusal:
            await sign_in.change_password(host.username, reset.password, refused, peer=PEER)
        assert refusal.value.field == ("input", "newPassword")
    pair = await sign_in.change_password(host.username, reset.password, NEW_PASSWORD, peer=PEER)
    assert pair.principal.subject == host.id
    await sign_in.sign_in(host.username, NEW_PASSWORD, peer=PEER)
    with pytest.raises(SignInFailed):
        await sign_in.sign_in(host.username, reset.password, peer=PEER)
    assert (await stored(running, host)).password_expires_at is None
    rows = await audit_rows(running, host)
    assert [(row.action, row.actor_id) for row in rows] == [
        (AuditAction.CHANGE_PASSWORD, host.id),
        (AuditAction.RESET_PASSWORD, world.officer.id),
    ]
    assert reset.password not in repr(rows)


async def test_a_one_time_password_expires(
    world: World, running: RunningServices, staff: StaffAdministration, sign_in: SignInService
) -> None:
    host = world.host
    reset = await staff.reset_password(world.principal(world.officer), host.id, reason=REASON)
    await running.store.mongo["accounts"].update_one(
        {"_id": host.id}, {"$set": {"password_expires_at": reset.expires_at - timedelta(hours=73)}}
    )
    with pytest.raises(SignInFailed, match="has expired"):
        await sign_in.change_password(host.username, reset.password, NEW_PASSWORD, peer=PEER)


async def test_a_changed_password_ends_every_other_sign_in(
    world: World, sign_in: SignInService
) -> None:
    host = world.host
    before = await sign_in.sign_in(host.username, PASSWORD, peer=PEER)
    after = await sign_in.change_password(host.username, PASSWORD, NEW_PASSWORD, peer=PEER)
    assert before.refresh is not None
    assert after.refresh is not None
    with pytest.raises(Unauthenticated):
        await sign_in.refresh_sign_in(before.refresh)
    await sign_in.refresh_sign_in(after.refresh)


ABOVE = {"officer", "officer above"}


@pytest.mark.parametrize(
    ("managed", "managers"),
    [
        ("host", ABOVE),
        ("recruiter", ABOVE),
        ("officer", {"officer above"}),
        ("officer below", ABOVE),
        ("officer above", set()),
        ("officer elsewhere", {"officer above"}),
    ],
)
async def test_officers_manage_only_accounts_of_their_scope_and_not_their_own(
    managed: str, managers: set[str], world: World, staff: StaffAdministration
) -> None:
    account = world.staff[managed]
    for name, manager in world.staff.items():
        caller = world.principal(manager)
        for change in (staff.disable, staff.enable, staff.reset_password):
            if name in managers:
                await change(caller, account.id, reason=REASON)
                continue
            expected: type[Refusal] = NotPermitted if name == managed else NotFound
            with pytest.raises(expected):
                await change(caller, account.id, reason=REASON)


async def test_everybody_signs_out_the_own_account_and_officers_those_of_their_scope(
    world: World, staff: StaffAdministration, running: RunningServices
) -> None:
    for account in world.staff.values():
        await staff.sign_out_everywhere(world.principal(account), None)
        assert (await stored(running, account)).generation == 2
    await staff.sign_out_everywhere(world.principal(world.officer), world.host.id)
    assert (await stored(running, world.host)).generation == 3
    for stranger in (world.other_officer, world.other_host, world.recruiter):
        with pytest.raises(NotFound):
            await staff.sign_out_everywhere(world.principal(stranger), world.host.id)


async def names(
    staff: StaffAdministration, world: Organisations, account: Account, employer: str | None
) -> set[str]:
    caller, wanted = world.principal(account), PageRequest(limit=100)
    page = await staff.page(caller, employer, wanted)
    by_id = {each.id: name for name, each in world.staff.items()}
    return {by_id[each.id] for each in page.items}


async def test_an_officer_lists_the_staff_of_the_scope(
    world: World, staff: StaffAdministration
) -> None:
    union = {"host", "other host", "officer", "officer below"}
    assert await names(staff, world, world.officer, None) == union
    assert await names(staff, world, world.lower_officer, None) == {"officer below"}
    everybody = union | {"officer above", "officer elsewhere"}
    assert await names(staff, world, world.upper_officer, None) == everybody
    assert await names(staff, world, world.officer, world.employer.id) == {"recruiter"}
    for stranger in (world.other_officer, world.lower_officer):
        with pytest.raises(NotFound):
            await names(staff, world, stranger, world.employer.id)
