"""``songgang staff``: list accounts, disable and enable them, set passwords, sign out.

Each command can be run while the service runs. Nodes refuse ended tokens within seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from api.cli.secret_input import read_secret
from api.settings import Settings
from api.wiring.store import open_store
from domain.identity.accounts import Account
from domain.identity.audit import OPERATOR_ACTOR, check_reason
from domain.identity.passwords import check_new_password
from domain.refusals import NotFound
from services.identity.account_changes import AccountChanges
from services.identity.passwords import create_one_time_password, hash_password
from services.identity.staff_administration import ONE_TIME_PASSWORD_LIFETIME
from storage.store import Store

_REASON_FIELD = ("reason",)

commands = typer.Typer()
_staff = typer.Typer(
    name="staff", help="List, disable and enable staff accounts.", no_args_is_help=True
)
commands.add_typer(_staff)

_Username = Annotated[str, typer.Argument(metavar="USERNAME")]
_Reason = Annotated[str, typer.Option(help="5 to 200 characters, kept in the audit log.")]


@_staff.command(name="list")
def list_accounts(
    *, disabled: Annotated[bool, typer.Option("--disabled", help="Only disabled ones.")] = False
) -> None:
    """Print each account: user name, role, state, standing sign-ins, display name."""
    asyncio.run(_list_accounts(only_disabled=disabled))


@_staff.command()
def disable(username: _Username, *, reason: _Reason) -> None:
    """Refuse sign-ins, and end all tokens and sockets of an account within 60 seconds."""
    _change(
        username,
        lambda changes, account: changes.disable(
            account, OPERATOR_ACTOR, reason=check_reason(reason, _REASON_FIELD)
        ),
    )
    typer.echo(f"{username.lower()} is disabled.")


@_staff.command()
def enable(username: _Username, *, reason: _Reason) -> None:
    """Admit sign-ins of a disabled account again."""
    _change(
        username,
        lambda changes, account: changes.enable(
            account, OPERATOR_ACTOR, reason=check_reason(reason, _REASON_FIELD)
        ),
    )
    typer.echo(f"{username.lower()} can sign in.")


@_staff.command()
def set_password(
    username: _Username,
    *,
    reason: _Reason,
    one_time: Annotated[
        bool, typer.Option("--one-time", help="Print a random password that must be changed.")
    ] = False,
) -> None:
    """Set a password and sign out everywhere; it comes as for create-staff, or is one-time."""
    reason = check_reason(reason, _REASON_FIELD)
    password = (
        create_one_time_password()
        if one_time
        else read_secret("Password", "SONGGANG_STAFF_PASSWORD")
    )

    async def set_it(changes: AccountChanges, account: Account) -> Account:
        if not one_time:
            check_new_password(password, names=(account.username, account.display_name))
        return await changes.set_password(
            account,
            await asyncio.to_thread(hash_password, password),
            OPERATOR_ACTOR,
            lifetime=ONE_TIME_PASSWORD_LIFETIME if one_time else None,
            reason=reason,
        )

    _change(username, set_it)
    if one_time:
        hours = int(ONE_TIME_PASSWORD_LIFETIME.total_seconds() // 3_600)
        typer.echo(password)
        typer.echo(f"It must be changed at the first sign-in, within {hours} hours.", err=True)
    else:
        typer.echo(f"The password of {username.lower()} is set.")


@_staff.command()
def sign_out(username: _Username, *, reason: _Reason) -> None:
    """End all sign-ins of an account; it can sign in again."""
    _change(
        username,
        lambda changes, account: changes.sign_out_everywhere(
            account, OPERATOR_ACTOR, reason=check_reason(reason, _REASON_FIELD)
        ),
    )
    typer.echo(f"{username.lower()} is signed out.")


def _change(username: str, change: Callable[[AccountChanges, Account], Awaitable[Account]]) -> None:
    asyncio.run(_run_change(username, change))


async def _run_change(
    username: str, change: Callable[[AccountChanges, Account], Awaitable[Account]]
) -> None:
    async with open_store(Settings.read()) as store:
        await change_account(store, username, change)


async def change_account(
    store: Store, username: str, change: Callable[[AccountChanges, Account], Awaitable[Account]]
) -> Account:
    """Change the account with this user name.

    :raises NotFound: there is no such account.
    """
    account = await store.accounts.by_username(username)
    if account is None:
        raise NotFound(f"There is no account {username}.", f"没有名为 {username} 的账号。")
    return await change(AccountChanges(store, store.clock), account)


async def _list_accounts(*, only_disabled: bool) -> None:
    async with open_store(Settings.read()) as store:
        async for account in store.accounts.iterate():
            if only_disabled and account.disabled_at is None:
                continue
            sign_ins = await store.sign_ins.count_standing(account.id)
            typer.echo(format_account(account, sign_ins))


def format_account(account: Account, sign_ins: int) -> str:
    """Return the line of an account in the list; columns are separated by tabs."""
    state = "in use"
    if account.disabled_at is not None:
        state = f"disabled {account.disabled_at:%Y-%m-%d}"
    elif account.password_expires_at is not None:
        state = "one-time password"
    columns = (account.username, account.role.lower(), state, str(sign_ins), account.display_name)
    return "\t".join(columns)
