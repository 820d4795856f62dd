"""Relay: global ids, and connections over keyset pages.

https://relay.dev/graphql/connections.htm. A global id is opaque: base64 of type and local id.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from domain import cursors
from domain.refusals import BadCursor, BadPageSize, InvalidId
from storage.mongo.paging import Page, PageRequest, SortOrder

MAX_PAGE_SIZE = 100
"""Items of one page at most."""
DEFAULT_PAGE_SIZE = 20
"""Items of a page without ``first`` and ``last``."""

NODE_TYPES = (
    "MinimumWage",
    "Posting",
    "Employer",
    "LiveSession",
    "Union",
    "Lead",
    "Account",
    "Code",
    "Question",
    "Import",
    "Seeker",
    "Campaign",
    "CallCampaign",
    "CallEntry",
    "Referral",
    "Webhook",
)
"""The types that ``node`` finds."""
_TYPES_OF_ONE_RECORD = {"Lead": ("OwnLead",), "Account": ("Colleague", "StaffAccount")}
"""Types that show the same record to somebody else. Each has ids of its own, so that a cache of a
client keeps them apart; an input that takes the id of the first takes theirs, too."""

EMPTY_PAGE: Page[Any] = Page(items=(), has_next=False, has_previous=False)
"""The page of a list that the caller may not see."""

T = TypeVar("T")
R = TypeVar("R")


@strawberry.interface(description="A thing with a global id that `node` finds again.")
class Node:
    id: strawberry.ID


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo


def global_id(kind: str, local_id: str) -> strawberry.ID:
    """The global id of the object of type ``kind`` with this local id."""
    return strawberry.ID(cursors.encode(kind, local_id))


def parse_any_global_id(wanted: str, *field: str) -> tuple[str, str]:
    """The type and local id in a global id of any type.

    :raises InvalidId: it is not a global id; ``field`` is its place in the input.
    """
    for kind in NODE_TYPES:
        found = _read_local_id(wanted, kind)
        if found is not None:
            return kind, found
    raise InvalidId(
        "This link or address is not complete. Open the page again.",
        "链接或编号不完整，请重新打开页面。",
        field=field or ("id",),
        hint="This is not a global id of this service.",
    )


def parse_global_id(wanted: str, kind: str, *field: str) -> str:
    """The local id in a global id of type ``kind``, or of a type that shows the same record.

    :raises InvalidId: it is malformed, or the id of another type; ``field`` is its place in the
        input.
    """
    kinds = (kind, *_TYPES_OF_ONE_RECORD.get(kind, ()))
    found = next(filter(None, (_read_local_id(wanted, each) for each in kinds)), None)
    if found is None:
        raise InvalidId(
            "This link or address belongs to something else. Open the page again.",
            "链接或编号与内容不符，请重新打开页面。",
            field=field or ("id",),
            hint=f"This is not the id of a {kind}.",
        )
    return found


def parse_global_ids(wanted: Sequence[str], kind: str, *field: str) -> list[str]:
    """The local ids in a list of global ids, as ``parse_global_id`` reads them."""
    return [parse_global_id(each, kind, *field, str(index)) for index, each in enumerate(wanted)]


def _read_local_id(wanted: str, kind: str) -> str | None:
    try:
        (found,) = cursors.decode(wanted, kind, 1)
    except BadCursor:
        return None
    return found if found.isascii() and found.isalnum() else None


@dataclass(frozen=True, kw_only=True)
class Keyset(Generic[R]):
    """The order of a list, and how the key of a record is written into a cursor and read back.

    ``name`` keeps cursors of different lists apart.
    """

    name: str
    order: SortOrder
    key: Callable[[R], tuple[str, ...]]
    parse: Callable[[list[str]], tuple[Any, ...]] = tuple

    def encode_cursor(self, record: R) -> str:
        """The cursor of a record."""
        return self.encode_key(self.key(record))

    def encode_key(self, key: tuple[str, ...]) -> str:
        """The cursor of a key."""
        return cursors.encode(self.name, *key)

    def decode_cursor(self, cursor: str) -> tuple[Any, ...]:
        """The key in a cursor.

        :raises BadCursor: it is damaged, or a cursor of another list.
        """
        parts = cursors.decode(cursor, self.name, len(self.order))
        try:
            return self.parse(parts)
        except ValueError:
            raise BadCursor(
                "This page of the list is not there any more. Start at the beginning.",
                "列表的这一页已不可用，请从头开始。",
                hint="The cursor is damaged.",
            ) from None


def parse_whole_number(part: str) -> int:
    """The number in a part of a cursor, at most nine digits long.

    :raises ValueError: it is not such a number.
    """
    if not (part.isascii() and part.isdigit() and len(part) <= 9):
        raise ValueError("not a number of this service")
    return int(part)


def id_keyset(name: str, key: Callable[[R], str], order: SortOrder = (("_id", -1),)) -> Keyset[R]:
    """The keyset of a list that is ordered by id, newest first by default."""
    return Keyset(name=name, order=order, key=lambda record: (key(record),))


def parse_page_arguments(
    keyset: Keyset[Any],
    *,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
) -> PageRequest:
    """The page that the arguments of a list field ask for; 20 items by default.

    :raises BadPageSize: the size is not 0 to 100, or both ``first`` and ``last`` are given.
    :raises BadCursor: a cursor is damaged or of another list.
    """
    if first is not None and last is not None:
        raise BadPageSize(
            "Read the list from its start or from its end, not both.",
            "请从头或从尾读取列表，不能同时进行。",
            field=("first",),
            hint="Give `first` or `last`.",
        )
    size = first if last is None else last
    if size is None:
        size = DEFAULT_PAGE_SIZE
    if not 0 <= size <= MAX_PAGE_SIZE:
        name = "first" if last is None else "last"
        raise BadPageSize(
            "This list cannot be that long. Take more pages instead.",
            "一次不能显示这么多条，请翻页查看。",
            field=(name,),
            hint=f"`{name}` is 0 to {MAX_PAGE_SIZE}.",
        )
    return PageRequest(
        limit=size,
        after=keyset.decode_cursor(after) if after is not None else None,
        before=keyset.decode_cursor(before) if before is not None else None,
        backward=last is not None,
    )


def build_connection(page: Page[R], keyset: Keyset[R], node: Callable[[R], T]) -> Connection[T]:
    """The connection of a page of records; ``node`` makes the GraphQL object of a record."""
    edges = [Edge(cursor=keyset.encode_cursor(record), node=node(record)) for record in page.items]
    end_cursor = edges[-1].cursor if edges else None
    if page.next_after is not None:
        end_cursor = keyset.encode_key(page.next_after)
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=end_cursor,
        ),
    )


async def resolve_connection(
    keyset: Keyset[R],
    find_page: Callable[[PageRequest], Awaitable[Page[R]]],
    node: Callable[[R], T],
    *,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
) -> Connection[T]:
    """Answer a list field: check its paging arguments, read the page, build the connection.

    :raises BadPageSize: see ``parse_page_arguments``.
    :raises BadCursor: see ``parse_page_arguments``.
    """
    request = parse_page_arguments(keyset, first=first, after=after, last=last, before=before)
    return build_connection(await find_page(request), keyset, node)
