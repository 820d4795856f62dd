"""Peer: a page of postings on stock Strawberry under uvicorn, with employer and region.

The way one writes it first: one read for the page, one for all its employers and one for all its
regions (DataLoader). Usage: board_strawberry.py PORT [cached]; MONGODB_URI and MONGODB_DATABASE
come from the environment. `cached` adds Strawberry's own caches for parsing and validation.
"""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Self

import strawberry
import uvicorn
from pymongo import AsyncMongoClient
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

OPTIONS = sys.argv[2:]
PAGE = 20

client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
    os.environ["MONGODB_URI"], readConcernLevel="majority"
)
database = client[os.environ["MONGODB_DATABASE"]]


def enum(name: str, values: str) -> Any:
    return strawberry.enum(Enum(name, {value: value for value in values.split()}))


Occupation = enum(
    "Occupation",
    "ELECTRICIAN WELDER CRANE_OPERATOR NETWORK_PROGRAMMER CHILDCARE_WORKER ECOMMERCE_STREAMER "
    "CATERING_SUPERVISOR REFINERY_ELECTRICIAN PASTRY_COOK GENERAL_WORKER SECURITY_GUARD CLERK "
    "SALES DELIVERY_RIDER MATERNITY_NANNY COURIER RIDE_HAILING_DRIVER SANITATION_WORKER "
    "INDUSTRIAL_ROBOTICS INDUSTRIAL_DESIGNER OTHER",
)
EmploymentType = enum("EmploymentType", "FULL_TIME PART_TIME INTERNSHIP GIG DISPATCH")
Shift = enum("Shift", "DAY TWO_SHIFT THREE_SHIFT FLEXIBLE")
PayPeriod = enum("PayPeriod", "MONTH HOUR")
Insurance = enum("InsuranceKind", "PENSION MEDICAL UNEMPLOYMENT WORK_INJURY MATERNITY")
Benefit = enum(
    "Benefit",
    "MEALS DORMITORY SHUTTLE_BUS HOUSING_FUND PAID_LEAVE PAID_TRAINING HEALTH_CHECK "
    "HEAT_ALLOWANCE NIGHT_ALLOWANCE CHILD_CARE FESTIVAL_GIFTS",
)


@strawberry.type
class Region:
    code: str
    name: str
    full_name: str


@strawberry.type
class Pay:
    amount: int
    period: PayPeriod


@strawberry.type
class Employer:
    id: strawberry.ID
    name: str
    place_code: strawberry.Private[str]

    @strawberry.field
    async def place(self, info: strawberry.Info) -> Region | None:
        found: Region | None = await info.context["regions"].load(self.place_code)
        return found


@strawberry.type
class Posting:
    id: strawberry.ID
    title: str
    occupation: Occupation
    headcount: int
    place_code: str
    valid_until: date
    employment_type: EmploymentType
    shift: Shift
    insurance: list[Insurance]
    benefits: list[Benefit]
    pay: Pay
    employer_id: strawberry.Private[str]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        terms = document["terms"]
        return cls(
            id=strawberry.ID(document["_id"]),
            title=terms["title"],
            occupation=Occupation(terms["occupation"]),
            headcount=terms["headcount"],
            place_code=terms["place_code"],
            valid_until=date.fromisoformat(terms["valid_until"]),
            employment_type=EmploymentType(terms["employment_type"]),
            shift=Shift(terms["shift"]),
            insurance=[Insurance(kind) for kind in terms["insurance"]],
            benefits=[Benefit(kind) for kind in terms["benefits"]],
            pay=Pay(amount=terms["pay"]["amount"], period=PayPeriod(terms["pay"]["period"])),
            employer_id=document["employer_id"],
        )

    @strawberry.field
    async def place(self, info: strawberry.Info) -> Region | None:
        found: Region | None = await info.context["regions"].load(self.place_code)
        return found

    @strawberry.field
    async def employer(self, info: strawberry.Info) -> Employer:
        found: Employer = await info.context["employers"].load(self.employer_id)
        return found


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge:
    cursor: str
    node: Posting


@strawberry.type
class PostingConnection:
    edges: list[Edge]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def postings(self, first: int = PAGE, after: str | None = None) -> PostingConnection:
        today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
        where: dict[str, Any] = {
            "status": "OPEN",
            "terms.valid_until": {"$gte": today},
            "verified_until": {"$gte": today},
        }
        if after is not None:
            where["_id"] = {"$lt": after}
        found = database["postings"].find(where, {"search": 0}).sort("_id", -1).limit(first + 1)
        documents = await found.to_list(first + 1)
        shown = documents[:first]
        return PostingConnection(
            edges=[Edge(cursor=each["_id"], node=Posting.of(each)) for each in shown],
            page_info=PageInfo(
                has_next_page=len(documents) > first,
                end_cursor=shown[-1]["_id"] if shown else None,
            ),
        )


async def load_employers(ids: list[str]) -> list[Employer]:
    found = {
        each["_id"]: Employer(
            id=strawberry.ID(each["_id"]), name=each["name"], place_code=each["place_code"]
        )
        async for each in database["employers"].find({"_id": {"$in": ids}})
    }
    return [found[each] for each in ids]


async def load_regions(codes: list[str]) -> list[Region | None]:
    found = {
        each["_id"]: Region(code=each["_id"], name=each["name"], full_name=each["full_name"])
        async for each in database["peer_regions"].find({"_id": {"$in": codes}})
    }
    return [found.get(code) for code in codes]


class Board(GraphQL):
    async def get_context(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {
            "employers": DataLoader(load_fn=load_employers),
            "regions": DataLoader(load_fn=load_regions),
        }


extensions = [ParserCache(maxsize=100), ValidationCache(maxsize=100)] if "cached" in OPTIONS else []
app = Board(strawberry.Schema(query=Query, extensions=extensions))

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
    )
