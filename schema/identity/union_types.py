"""The GraphQL type of a trade union."""

from typing import Self

import strawberry

from domain.identity.unions import Union as UnionRecord
from domain.identity.unions import UnionLevel, find_service_phone
from schema.context import Context, Info
from schema.relay import Node, global_id


@strawberry.type(description="A trade union in the tree of unions, from national to grassroots.")
class Union(Node):
    record: strawberry.Private[UnionRecord]
    name: str
    level: UnionLevel
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    branches_see_postings: bool = strawberry.field(
        description="Whether officers of its branches see postings of their places that are not "
        "open yet."
    )

    @classmethod
    def of(cls, record: UnionRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Union", record.id),
            name=record.name,
            level=record.level,
            place_code=record.place_code,
            branches_see_postings=record.branches_see_postings,
        )

    @strawberry.field(
        description="The number to call: its own, that of the nearest union above that has one, or "
        "the hotline 12351."
    )
    async def service_phone(self, info: Info) -> str:
        above = await info.context.loaders.unions.load_many(self.record.path)
        return find_service_phone(self.record, {each.id: each for each in above if each})

    @strawberry.field(description="The union above this one; null for the root.")
    async def parent(self, info: Info) -> "Union | None":
        return await find_union(info.context, self.record.parent_id)


async def find_union(context: Context, union_id: str | None) -> Union | None:
    """Return the union with that id; None without an id, or when there is none."""
    if union_id is None:
        return None
    record = await context.loaders.unions.load(union_id)
    return Union.of(record) if record else None
