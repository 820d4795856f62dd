"""Trade unions."""

from typing import Self

import strawberry

from domain.identity.unions import Union as UnionRecord
from domain.identity.unions import UnionLevel
from schema.context import Info
from schema.relay import Node, global_id


@strawberry.type(description="A trade union, somewhere in the tree from the nation down.")
class Union(Node):
    record: strawberry.Private[UnionRecord]
    name: str
    level: UnionLevel
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")

    @classmethod
    def of(cls, record: UnionRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Union", record.id),
            name=record.name,
            level=record.level,
            place_code=record.place_code,
        )

    @strawberry.field(description="The union above this one.")
    async def parent(self, info: Info) -> "Union | None":
        if self.record.parent_id is None:
            return None
        record = await info.context.loaders.unions.load(self.record.parent_id)
        return Union.of(record) if record else None
