"""What only the command line can make: unions, and the accounts of those who work with them."""

from __future__ import annotations

import re

from domain.errors import AlreadyExists, InvalidInput, NotFound
from domain.free_text import check_text
from domain.identity.accounts import STAFF_ROLES, Account, Role
from domain.identity.unions import Union, UnionLevel
from domain.reference.regions import check_place_code
from schema.relay import parse_global_id
from services.identity.passwords import MAX_PASSWORD_LENGTH
from services.identity.sign_in import MAX_USERNAME_LENGTH
from storage.clock import utc_now
from storage.mongo.client import Duplicate, new_id
from storage.store import Store

MIN_PASSWORD_LENGTH = 12
MAX_NAME_LENGTH = 64
_USERNAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_USERNAME_LENGTH - 1}}}")


async def create_union(
    store: Store, name: str, level: UnionLevel, place_code: str, parent: str | None
) -> Union:
    """Store a union below ``parent`` (a global id); without one, as the root of the tree.

    :raises InvalidInput: name, place or parent cannot be right.
    :raises NotFound: there is no such parent.
    :raises AlreadyExists: the tree has a root.
    """
    _check_name(name)
    place_code = check_place_code(place_code, ("place",))
    above: tuple[str, ...] = ()
    if parent is not None:
        above = (await _find_union(store, parent)).path
    elif root := await store.unions.root():
        raise AlreadyExists(f"The tree has a root, {root.name}: say which --parent is above.")
    union_id = new_id()
    union = Union(
        id=union_id, name=name, level=level, place_code=place_code, path=(*above, union_id)
    )
    await store.unions.add([union])
    return union


async def create_staff(
    store: Store,
    username: str,
    *,
    role: Role,
    display_name: str,
    password_hash: str,
    union: str | None,
    employer: str | None,
) -> Account:
    """Store an account: an officer's or host's with the global id of a union, a recruiter's with
    that of an employer.

    :raises InvalidInput: a value cannot be right, or the wrong one of union and employer is given.
    :raises NotFound: there is no such union or employer.
    :raises AlreadyExists: the user name is taken.
    """
    check_username(username)
    _check_name(display_name)
    if role not in STAFF_ROLES:
        raise InvalidInput("Viewers have no account: --role is officer, host or recruiter.")
    wants_employer = role is Role.RECRUITER
    if (union is not None, employer is not None) != (not wants_employer, wants_employer):
        raise InvalidInput(
            f"The role {role.lower()} needs --{'employer' if wants_employer else 'union'} alone."
        )
    account = Account(
        id=new_id(),
        username=username.lower(),
        display_name=display_name,
        role=role,
        password_hash=password_hash,
        union_id=(await _find_union(store, union)).id if union is not None else None,
        employer_id=await _find_employer_id(store, employer) if employer is not None else None,
        created_at=utc_now(),
    )
    try:
        await store.accounts.add(account)
    except Duplicate:
        raise AlreadyExists(f"There is an account {account.username}.") from None
    return account


def check_username(username: str) -> None:
    """Pass for a user name, whose case does not count.

    :raises InvalidInput: it is none.
    """
    if not _USERNAME.fullmatch(username.lower()):
        raise InvalidInput(
            f"A user name has at most {MAX_USERNAME_LENGTH} letters a to z, digits, dots, dashes "
            "and underscores, and begins with a letter or digit."
        )


def check_password(password: str) -> None:
    """Pass for a password that may be stored.

    :raises InvalidInput: too short or too long.
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidInput(
            f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters."
        )


def _check_name(name: str) -> None:
    if not name.strip():
        raise InvalidInput("A name cannot be empty.")
    check_text(name, MAX_NAME_LENGTH, ("name",))


async def _find_union(store: Store, wanted: str) -> Union:
    union = await store.unions.by_id(parse_global_id(wanted, "Union"))
    if union is None:
        raise NotFound("There is no union with that id.")
    return union


async def _find_employer_id(store: Store, wanted: str) -> str:
    employer_id = parse_global_id(wanted, "Employer")
    if not await store.employers.by_ids([employer_id]):
        raise NotFound("There is no employer with that id.")
    return employer_id
