"""Peer: `expressInterest` on stock Strawberry under uvicorn, one insert a request.

It does what Songgang does with an interest, the way one writes it first: every request reads
session, posting, employer and consent text, and inserts its lead with majority and journal.
Usage: interests_strawberry.py PORT [no-reads] [cached]; MONGODB_URI, MONGODB_DATABASE and
PEER_SECRET come from the environment. `no-reads` leaves the reads out, `cached` adds Strawberry's
own caches for parsing and validation.
"""

import hmac
import os
import re
import sys
import unicodedata
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Annotated, Any

import jwt
import strawberry
import uvicorn
from bson import ObjectId
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

OPTIONS = sys.argv[2:]
SECRET = os.environ["PEER_SECRET"]
KEY = sha256(f"contact/{SECRET}".encode()).digest()
PERSON_KEY = sha256(f"person/{SECRET}".encode()).digest()
MOBILE = re.compile(r"(?:\+86)?(1[0-9]{10})")
DAY = timedelta(days=1)

client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
    os.environ["MONGODB_URI"], w="majority", journal=True, readConcernLevel="majority"
)
database = client[os.environ["MONGODB_DATABASE"]]
leads = database["peer_leads"]

LeadStage = strawberry.enum(Enum("LeadStage", {"INTERESTED": "INTERESTED"}))
LeadSource = strawberry.enum(
    Enum("LeadSource", {name: name for name in ("LIVE_TAP", "SESSION_QR", "REPLAY", "BOARD")})
)


@strawberry.input
class ContactInput:
    name: str
    phone: str


@strawberry.input
class ConsentInput:
    text_version: str


@strawberry.input
class ExpressInterestInput:
    session_id: strawberry.ID
    posting_id: strawberry.ID
    contact: ContactInput
    consent: ConsentInput | None = None
    source: LeadSource = LeadSource.LIVE_TAP


@strawberry.type
class Lead:
    id: strawberry.ID
    stage: LeadStage
    created_at: datetime


@strawberry.type
class InterestRecorded:
    lead: Lead
    created: bool
    receipt: str


@strawberry.interface
class UserError:
    code: str
    message: str


@strawberry.type
class Refused(UserError):
    pass


ExpressInterestResult = Annotated[
    InterestRecorded | Refused, strawberry.union("ExpressInterestResult")
]


@strawberry.type
class Query:
    alive: bool = True


class Refusal(Exception):
    """The error that the response carries instead of a lead."""


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def express_interest(
        self,
        info: strawberry.Info,
        input: ExpressInterestInput,  # noqa: A002 - the contract's name
    ) -> ExpressInterestResult:
        try:
            giver = info.context["claims"]["sub"]
            name = unicodedata.normalize("NFC", input.contact.name).strip()
            phone = normalised(input.contact.phone)
            shown = await checked(input) if "no-reads" not in OPTIONS else {}
        except Refusal as refusal:
            return Refused(code="REFUSED", message=str(refusal))
        lead_id, now = str(ObjectId()), datetime.now(UTC)
        person = hmac.new(PERSON_KEY, phone.encode(), sha256).hexdigest()
        lead = {
            "_id": lead_id,
            "session_id": input.session_id,
            "posting_id": input.posting_id,
            "person": person,
            "contact": {
                "key_version": 1,
                "name": sealed(name, f"{lead_id}/name/1"),
                "phone": sealed(phone, f"{lead_id}/phone/1"),
            },
            "source": input.source.value,
            "stage": "INTERESTED",
            "version": 1,
            "giver": giver,
            "created_at": now,
            "updated_at": now,
            **shown,
        }
        created = True
        try:
            await leads.insert_one(lead)
        except DuplicateKeyError:
            created = False
            first = {key: lead[key] for key in ("session_id", "posting_id", "person")}
            lead = await leads.find_one(first)
        receipt = {"sub": giver, "person": person, "iat": now, "exp": now + 3 * 366 * DAY}
        return InterestRecorded(
            lead=Lead(id=lead["_id"], stage=LeadStage.INTERESTED, created_at=lead["created_at"]),
            created=created,
            receipt=jwt.encode(receipt, SECRET, "HS256"),
        )


def normalised(raw: str) -> str:
    match = MOBILE.fullmatch(raw.replace(" ", "").replace("-", ""))
    if match is None:
        raise Refusal("Give a Chinese mobile number.")
    return f"+86{match[1]}"


def sealed(text: str, bound: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(KEY).encrypt(nonce, text.encode(), bound.encode())


async def checked(given: ExpressInterestInput) -> dict[str, Any]:
    """Return what the lead copies from the session, the posting and the consent text."""
    session = await database["sessions"].find_one({"_id": given.session_id})
    if session is None or session["status"] not in {"LIVE", "INTERRUPTED"}:
        raise Refusal("The session is not live.")
    posting = await database["postings"].find_one({"_id": given.posting_id})
    today = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
    if posting is None or posting["status"] != "OPEN" or posting["terms"]["valid_until"] < today:
        raise Refusal("The posting is not open.")
    if given.posting_id not in session["posting_ids"]:
        raise Refusal("The posting is not in the session.")
    employer = await database["employers"].find_one({"_id": posting["employer_id"]})
    text = await database["consent_texts"].find_one(
        {"valid_from": {"$lte": datetime.now(UTC)}}, sort=[("valid_from", -1)]
    )
    assert employer is not None
    assert text is not None
    if given.consent is None or given.consent.text_version != str(text["number"]):
        raise Refusal("Agree to the current text.")
    body = text["body"].replace("{employer}", employer["name"])
    body = body.replace("{posting}", posting["terms"]["title"])
    return {
        "employer_id": posting["employer_id"],
        "union_path": session["union_path"],
        "owner_id": session["owner_id"],
        "segment": session["segment"],
        "terms": posting["terms"],
        "consent": {
            "text_version": given.consent.text_version,
            "text_sha256": sha256(body.encode()).hexdigest(),
            "at": datetime.now(UTC),
        },
    }


def claims(authorization: str | None) -> dict[str, Any]:
    token = (authorization or "").removeprefix("Bearer ")
    found: dict[str, Any] = jwt.decode(token, SECRET, ["HS256"])
    return found


class Interests(GraphQL):
    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> dict[str, Any]:
        context: dict[str, Any] = {"request": request, "response": response}
        if request.scope["type"] == "http":
            context["claims"] = claims(request.headers.get("authorization"))
        return context

    async def on_ws_connect(self, context: dict[str, Any]) -> Any:
        context["claims"] = claims(context["connection_params"]["authorization"])
        return await super().on_ws_connect(context)


schema = strawberry.Schema(
    Query, Mutation, extensions=[ParserCache, ValidationCache] if "cached" in OPTIONS else []
)

if __name__ == "__main__":
    uvicorn.run(
        Interests(schema),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        backlog=4096,
        access_log=False,
        log_level="warning",
    )
