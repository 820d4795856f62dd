"""A person with a unique name and phone, and all that they and staff do with a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from schema.relay import parse_global_id
from storage.mongo.client import Mongo
from tests.e2e.conftest import PASSWORD
from tests.support.graphql_clients import open_websocket
from tests.support.readme_tour import read_tour
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient

STEPS = read_tour()
NAME, CORRECTED_NAME = "柯南丽薇", "柯楠丽蔷"
PHONE = "14498761234"
PHONE_SPELLINGS = ["14498761234", "+86 144-9876-1234", "144 9876 1234", "１４４９８７６１２３４"]
MASKED_CONTACT = {"name": "柯**", "phone": "144****1234"}
PUBLIC_SENTENCE = "这句话公开并且保存"
REASON = "电话通知面试时间"

INTEREST_MUTATION = """
mutation ($session: ID!, $posting: ID!, $name: String!, $phone: String!, $version: String!) {
  expressInterest(input: {
    sessionId: $session, postingId: $posting,
    contact: {name: $name, phone: $phone}, consent: {textVersion: $version}
  }) {
    __typename
    ... on InterestRecorded { created receipt lead { id contact { name phone } } }
    ... on UserError { code message field }
  }
}
"""

MUTATION_TEMPLATE = "mutation ($input: %s!) { %s(input: $input) { __typename ... on %s { %s } } }"


class Recorder(HttpClient):
    """Records every answer, apart from those that may show a contact."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.kept: list[str] = []
        self.shown: list[str] = []

    async def post(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        answer = await super().post(*arguments, **named)
        self.kept.append(json.dumps(answer, ensure_ascii=False))
        return answer

    async def shows(
        self, query: str, variables: dict[str, Any], token: str | None = None
    ) -> dict[str, Any]:
        """Return an answer that must show the contact."""
        data = await self(query, variables, token=token)
        self.shown.append(self.kept.pop())
        assert NAME in self.shown[-1] or CORRECTED_NAME in self.shown[-1]
        return data


@asynccontextmanager
async def record_frames(
    server: ServerProcess, token: str, query: str, variables: dict[str, Any]
) -> AsyncIterator[list[str]]:
    """Yield a list that receives every frame of a subscriber's socket."""
    frames: list[str] = []
    async with open_websocket(server.websocket_url) as follower:
        await follower.initialise(token)
        await follower.subscribe_live("1", query, **variables)

        async def listen() -> None:
            async for frame in follower.connection:
                frames.append(str(frame))  # noqa: PERF401 - the list is read while more arrive

        listening = asyncio.create_task(listen())
        try:
            yield frames
        finally:
            listening.cancel()
            await asyncio.wait({listening})


class Visit:
    """The actions of the canary and of staff with one server."""

    def __init__(self, server: ServerProcess, http: Recorder, mongo: Mongo) -> None:
        self.server = server
        self.http = http
        self.mongo = mongo
        self.session = server.live_session

    async def begin(self) -> None:
        self.viewer = await self.http.enter()
        self.host = (await self.http.sign_in("host", PASSWORD))["accessToken"]
        self.officer = (await self.http.sign_in("officer", PASSWORD))["accessToken"]
        query = """query ($id: ID!) { liveSession(id: $id) {
            postings(first: 4) { edges { node { id } } } } }"""
        data = await self.http(query, {"id": self.session})
        edges = data["liveSession"]["postings"]["edges"]
        self.postings = [edge["node"]["id"] for edge in edges]

    async def tap(self, posting: int = 0, **changes: str) -> dict[str, Any]:
        given = {
            "session": self.session,
            "posting": self.postings[posting],
            "name": NAME,
            "phone": PHONE,
            "version": "1",
        }
        data = await self.http(INTEREST_MUTATION, given | changes, token=self.viewer)
        answer: dict[str, Any] = data["expressInterest"]
        return answer

    async def act(
        self, name: str, kind: str, fields: str, token: str | None = None, /, **given: Any
    ) -> None:
        query = MUTATION_TEMPLATE % (f"{name[0].upper()}{name[1:]}Input", name, kind, fields)
        shows = "contact" in fields or "data" in fields
        ask = self.http.shows if shows else self.http
        data = await ask(query, {"input": given}, token=token)
        assert data[name]["__typename"] == kind, data

    async def stumble(self) -> None:
        """Send requests with the contact that are refused or malformed."""
        refused = [
            await self.tap(version="0"),
            await self.tap(session=self.postings[0]),
            await self.tap(name=f"{NAME}\n{PHONE}"),
            await self.tap(name=NAME * 100),
            await self.tap(phone=f"{PHONE}5"),
            await self.tap(phone=f"{NAME}{PHONE}"),
        ]
        assert {answer["__typename"] for answer in refused} == {
            "ConsentRequired",
            "InvalidInput",
            "PhoneInvalid",
        }
        # Answers to malformed requests go to their sender only, so only the logs are searched.
        async with httpx.AsyncClient(base_url=self.server.url) as client:
            for content in (
                f'{{"query": "{NAME} {PHONE}',
                json.dumps({"query": f'{{ {NAME}(phone: "{PHONE}") }}'}),
                json.dumps({"query": f'mutation {{ expressInterest(input: "{PHONE}") {{ a }} }}'}),
                json.dumps({"query": INTEREST_MUTATION, "variables": {"name": {NAME: PHONE}}}),
            ):
                headers = {"content-type": "application/json"}
                await client.post("/graphql", content=content.encode(), headers=headers)
            await client.get("/graphql", params={"query": PHONE, "name": NAME})
            await client.get("/nowhere", params={"phone": PHONE})

    async def fail(self, lead: str) -> None:
        """Damage a stored contact, so that reading it is a fault that is logged."""
        found = await self.mongo["leads"].find_one({"_id": parse_global_id(lead, "Lead")})
        assert found is not None
        broken = {"$set": {"contact.name": found["contact"]["phone"]}}
        await self.mongo["leads"].update_one({"_id": found["_id"]}, broken)
        leads = STEPS["Leads"].query
        answer = await self.http.post(leads, {"session": self.session}, token=self.host)
        assert answer["errors"]
        assert '"level":"error"' in self.server.err

    async def follow_up(self, lead: str, receipt: str) -> None:
        data = await self.http(STEPS["Leads"].query, {"session": self.session}, token=self.host)
        shown = {edge["node"]["id"]: edge["node"] for edge in data["leads"]["edges"]}
        assert shown[lead]["contact"] == MASKED_CONTACT
        await self.http(STEPS["Confirm"].query, {"lead": lead}, token=self.officer)
        await self.http(STEPS["Advance"].query, {"lead": lead}, token=self.host)
        contact = "contact { name phone }"
        seen = {"leadId": lead, "reason": REASON}
        await self.act("revealContact", "ContactRevealed", contact, self.officer, **seen)
        mine = "query ($receipt: String!) { myLeads(receipt: $receipt) { edges { node { contact { name phone } } } } }"  # noqa: E501 - one document
        await self.http.shows(mine, {"receipt": receipt})
        await self.act(
            "correctMyContact", "MyContactCorrected", "leads", receipt=receipt, name=CORRECTED_NAME
        )
        await self.act("exportMyData", "MyDataExported", "data", receipt=receipt)
        await self.act(
            "withdrawConsent", "ConsentTakenBack", "lead { id }", receipt=receipt, leadId=lead
        )
        trail = "query ($lead: ID!) { auditTrail(leadId: $lead) { edges { node { detail } } } }"
        await self.http(trail, {"lead": lead}, token=self.officer)

    async def prove(self) -> None:
        """Ask for a code, mistype it once, and prove the phone."""
        given = {"phone": PHONE_SPELLINGS[1]}
        asked = await self.answer("requestCode", "CodeRequested", "demoCode", given)
        wrong = f"{(int(asked['demoCode']) + 1) % 1_000_000:06d}"
        query = MUTATION_TEMPLATE % ("ConfirmPhoneInput", "confirmPhone", "UserError", "message")
        guess = {"input": {"phone": PHONE, "code": wrong}}
        data = await self.http(query, guess, token=self.viewer)
        assert data["confirmPhone"]["__typename"] == "PhoneCodeInvalid"
        right = given | {"code": asked["demoCode"]}
        await self.answer("confirmPhone", "PhoneConfirmed", "validUntil", right)

    async def seek(self) -> None:
        """Save the person's own profile, and one that an officer enters from a call list."""
        profile = {"group": "LAID_OFF", "wants": {"heaviest": "LIGHT"}}
        person = {"name": NAME, "phone": PHONE}
        given = {"profile": profile, "contact": person, "consent": {"textVersion": "1"}}
        saved = await self.answer("saveProfile", "ProfileSaved", "receipt accessToken", given)
        seeker = saved["accessToken"]
        await self.http.shows("{ myProfile { contact { name phone } } }", {}, seeker)
        await self.http("{ recommendedPostings { posting { title } } }", token=seeker)
        made = await self.answer(
            "createCampaign",
            "CampaignCreated",
            "campaign { id }",
            {"title": PUBLIC_SENTENCE},
            self.officer,
        )
        campaign = made["campaign"]["id"]
        rows = [person | {"phone": written, "group": "LAID_OFF"} for written in PHONE_SPELLINGS]
        wrong = [
            {"phone": f"{PHONE}5"},
            {"name": f"{NAME}\n{PHONE}"},
            {"remark": f"{NAME} {PHONE}"},
        ]
        rows += [rows[0] | change for change in wrong]
        imported = await self.answer(
            "importCallList",
            "CallListImported",
            "added known findings { row message }",
            {"campaignId": campaign, "rows": rows},
            self.officer,
        )
        assert (imported["added"], imported["known"], len(imported["findings"])) == (1, 3, 3)
        listing = "query ($id: ID!) { callList(campaignId: $id) { edges { node { id contact { name phone } } } } }"  # noqa: E501 - one document
        listed = await self.http(listing, {"id": campaign}, token=self.officer)
        ((entry,),) = [[edge["node"] for edge in listed["callList"]["edges"]]]
        assert entry["contact"] == MASKED_CONTACT
        call = {"entryId": entry["id"], "outcome": "REACHED", "note": "下午五点前要接孩子"}
        await self.answer("recordCall", "CallRecorded", "entry { id }", call, self.officer)
        asked = {"textVersion": "1", "askedAt": datetime.now(UTC).isoformat()}
        entered = {"entryId": entry["id"], "profile": profile, "consent": asked}
        await self.answer(
            "saveProfileFor", "ProfileSavedFor", "seeker { id }", entered, self.officer
        )
        seen = {"id": entry["id"], "reason": REASON}
        contact = "contact { name phone }"
        await self.act("revealPerson", "PersonRevealed", contact, self.officer, **seen)
        run = {"campaignId": campaign}
        await self.answer("matchCampaign", "CampaignMatching", "campaign { id }", run, self.officer)
        seekers = "{ seekers { edges { node { contact { name phone } } } } }"
        assert MASKED_CONTACT in [
            edge["node"]["contact"]
            for edge in (await self.http(seekers, token=self.officer))["seekers"]["edges"]
        ]
        receipt = {"receipt": saved["receipt"]}
        await self.act("exportMyData", "MyDataExported", "data", **receipt)
        await self.act("eraseMyData", "MyDataErased", "profile", **receipt)

    async def answer(
        self, name: str, kind: str, fields: str, given: dict[str, Any], token: str | None = None
    ) -> dict[str, Any]:
        """Return the result of a mutation that shows no contact; by default as the viewer."""
        query = MUTATION_TEMPLATE % (f"{name[0].upper()}{name[1:]}Input", name, kind, fields)
        data = await self.http(query, {"input": given}, token=token or self.viewer)
        found: dict[str, Any] = data[name]
        assert found["__typename"] == kind, found
        return found
