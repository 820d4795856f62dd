"""``songgang create-union`` and ``create-staff``."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any

import typer

from api.cli.secret_input import read_secret
from api.settings import Settings
from api.wiring.store import open_store
from domain.free_text import check_text
from domain.identity.accounts import STAFF_ROLES, Account, Role
from domain.identity.passwords import check_new_password
from domain.identity.unions import Union, UnionLevel
from domain.reference.regions import check_place_code
from domain.refusals import AlreadyExists, InvalidInput, NotFound
from schema.relay import global_id, parse_global_id
from services.identity.credentials import MAX_USERNAME_LENGTH
from services.identity.passwords import hash_password
from storage.mongo.client import Duplicate, new_id
from storage.store import Store

MAX_NAME_LENGTH = 64
"""Characters."""
_USERNAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_USERNAME_LENGTH - 1}}}")

commands = typer.Typer()


@commands.command()
def create_union(
    name: str,
    *,
    level: Annotated[UnionLevel, typer.Option(case_sensitive=False)],
    place: Annotated[str, typer.Option(help="GB/T 2260 code, six digits.")],
    parent: Annotated[
        str | None, typer.Option(help="Id of the union above; none for the root of the tree.")
    ] = None,
) -> None:
    """Create a union and print its id."""
    union = asyncio.run(_create_union(name, level, place, parent))
    typer.echo(global_id("Union", union.id))


@commands.command()
def create_staff(
    username: str,
    *,
    role: Annotated[Role, typer.Option(case_sensitive=False)],
    display_name: Annotated[str, typer.Option(help="As others see it.")],
    union: Annotated[str | None, typer.Option(help="Id, for an officer or a host.")] = None,
    employer: Annotated[str | None, typer.Option(help="Id, for a recruiter.")] = None,
) -> None:
    """Create an account; the password comes from SONGGANG_STAFF_PASSWORD, a prompt or stdin."""
    check_username(username)
    password = read_secret("Password", "SONGGANG_STAFF_PASSWORD")
    check_new_password(password, names=(username, display_name))
    asyncio.run(
        _create_staff(
            username=username,
            role=role,
            display_name=display_name,
            password_hash=hash_password(password),
            union=union,
            employer=employer,
        )
    )
    typer.echo(f"{username.lower()} can sign in.")


async def _create_union(name: str, level: UnionLevel, place: str, parent: str | None) -> Union:
    async with open_store(Settings.read()) as store:
        return await store_union(store, name, level, place, parent)


async def _create_staff(**account: Any) -> None:
    async with open_store(Settings.read()) as store:
        await store_staff(store, **account)


async def store_union(
    store: Store, name: str, level: UnionLevel, place_code: str, parent: str | None
) -> Union:
    """Store a union below ``parent`` (a global id); without one, as the root of the tree.

    :raises InvalidInput: the name, place or parent is invalid.
    :raises NotFound: there is no such parent.
    :raises AlreadyExists: the tree has a root already.
    """
    _check_name(name)
    place_code = check_place_code(place_code, ("place",))
    above: tuple[str, ...] = ()
    if parent is not None:
        above = (await _find_union(store, parent)).path
    elif root := await store.unions.root():
        raise AlreadyExists(
            f"The tree has a root, {root.name}: give the union above as --parent.",
            f"工会组织树已有根节点“{root.name}”，请用 --parent 指定上级工会。",
        )
    union_id = new_id()
    union = Union(
        id=union_id, name=name, level=level, place_code=place_code, path=(*above, union_id)
    )
    await store.unions.add([union])
    return union


async def store_staff(
    store: Store,
    username: str,
    *,
    role: Role,
    display_name: str,
    password_hash: str,
    union: str | None,
    employer: str | None,
) -> Account:
    """Store a staff account.

    Officers and hosts need the global id of a union, recruiters that of an employer.

    :raises InvalidInput: a value is invalid, or union and employer do not fit the role.
    :raises NotFound: there is no such union or employer.
    :raises AlreadyExists: the user name is taken.
    """
    check_username(username)
    _check_name(display_name)
    if role not in STAFF_ROLES:
        raise InvalidInput(
            "Viewers have no account: --role is officer, host or recruiter.",
            "观众没有账号，--role 只能是 officer、host 或 recruiter。",
        )
    wants_employer = role is Role.RECRUITER
    if (union is not None, employer is not None) != (not wants_employer, wants_employer):
        option = "--employer" if wants_employer else "--union"
        raise InvalidInput(
            f"The role {role.lower()} needs {option} alone.",
            f"角色 {role.lower()} 只需要且必须提供 {option}。",
        )
    account = Account(
        id=new_id(),
        username=username.lower(),
        display_name=display_name,
        role=role,
        password_hash=password_hash,
        union_id=(await _find_union(store, union)).id if union is not None else None,
        employer_id=await _find_employer_id(store, employer) if employer is not None else None,
        created_at=store.clock(),
    )
    try:
        await store.accounts.add(account)
    except Duplicate:
        raise AlreadyExists(
            f"There is an account {account.username} already.",
            f"账号 {account.username} 已存在。",
        ) from None
    return account


def check_username(username: str) -> None:
    """Check a user name; upper and lower case are the same.

    :raises InvalidInput: it is not a valid user name.
    """
    if not _USERNAME.fullmatch(username.lower()):
        raise InvalidInput(
            f"A user name has at most {MAX_USERNAME_LENGTH} letters a to z, digits, dots, dashes "
            "and underscores, and begins with a letter or digit.",
            f"用户名最多 {MAX_USERNAME_LENGTH} 个字符，只能使用字母 a 至 z、数字、点、连字符"
            "和下划线，并以字母或数字开头。",
        )


def _check_name(name: str) -> None:
    if not name.strip():
        raise InvalidInput("A name cannot be empty.", "名称不能为空。")
    check_text(name, MAX_NAME_LENGTH, ("name",))


async def _find_union(store: Store, wanted: str) -> Union:
    union = await store.unions.by_id(parse_global_id(wanted, "Union"))
    if union is None:
        raise NotFound("There is no union with that id.", "没有这个编号的工会。")
    return union


async def _find_employer_id(store: Store, wanted: str) -> str:
    employer_id = parse_global_id(wanted, "Employer")
    if not await store.employers.by_ids([employer_id]):
        raise NotFound("There is no employer with that id.", "没有这个编号的用人单位。")
    return employer_id
