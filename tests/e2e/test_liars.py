"""People who lie, over two nodes: what they reach, and that honest people go on meanwhile.

The nodes have the limits of a house that sets none, and believe the test when it names addresses.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import httpx
import pytest

from realtime.usage_limits import DEFAULT_USAGE_LIMITS
from services.identity.credentials import FAILED_SIGN_INS_PER_USERNAME
from services.identity.sign_in_lanes import STRANGERS
from storage.mongo.client import Mongo, new_id
from tests.e2e.conftest import PASSWORD
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import ENTER_AS_VIEWER, SIGN_IN
from tests.support.waiting import wait_until

PHONES_A_DEVICE = DEFAULT_USAGE_LIMITS.phones_per_device_hour
TAPS = 800
SENDERS = 16
TAP = """
mutation ($session: ID, $posting: ID!, $phone: String!, $source: LeadSource!) {
  expressInterest(input: {
    sessionId: $session, postingId: $posting, source: $source,
    contact: {name: "王小明", phone: $phone}, consent: {textVersion: "1"}
  }) {
    ... on InterestRecorded { created receipt lead { id confirmation } }
    ... on TooManyAttempts { code retryAfter }
    ... on UserError { code }
  }
}
"""
POSTINGS = """
query ($id: ID!) { liveSession(id: $id) { postings(first: 5) { edges { node { id } } } } }
"""
BOARD = """
query ($employer: ID!) {
  postings(filter: {employerId: $employer}, first: 1) { edges { node { id } } }
}
"""
REPORT = """
mutation ($posting: ID!) {
  reportPosting(input: {postingId: $posting, reason: FRAUD}) {
    __typename ... on UserError { code }
  }
}
"""
SHOW = "query ($id: ID!) { node(id: $id) { ... on Posting { status } } }"
REQUEST_CODE = """
mutation ($phone: String!) {
  requestCode(input: {phone: $phone}) {
    ... on CodeRequested { demoCode } ... on UserError { code }
  }
}
"""
CONFIRM_PHONE = """
mutation ($phone: String!, $code: String!) {
  confirmPhone(input: {phone: $phone, code: $code}) { __typename ... on UserError { code } }
}
"""
OWN = "query ($receipt: String!) { myLeads(receipt: $receipt) { edges { node { id } } } }"
LEADS = "{ leads(first: 100) { edges { node { id confirmation } } } }"
CREATE_CODE = """
mutation ($session: ID!) {
  createCode(input: {sessionId: $session, label: "海报"}) {
    ... on CodeCreated { qrCode { id token } } ... on UserError { code }
  }
}
"""
SCANS = "query ($id: ID!) { node(id: $id) { ... on Code { scans } } }"

_phones = count(70_000_000)
_addresses = count(1)


class Client:
    """One device at one network address, which may talk to either node."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self._http = http
        self.address = address
        self.token: str | None = None

    async def send(self, node: ServerProcess, query: str, **variables: Any) -> dict[str, Any]:
        """Return the payload of the only field of a request."""
        headers = {"x-forwarded-for": self.address}
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        body = {"query": query, "variables": variables}
        response = await self._http.post(node.graphql_url, json=body, headers=headers)
        answer = response.json()
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        found: dict[str, Any] = payload
        return found

    async def scan(self, node: ServerProcess, code: str) -> int:
        """Scan a QR code; the status of the answer."""
        headers = {"x-forwarded-for": self.address}
        response = await self._http.get(f"{node.url}/q/{code}", headers=headers)
        return response.status_code


class Stage:
    """Two nodes of one demo, its live session, and new devices."""

    def __init__(self, nodes: list[ServerProcess], http: httpx.AsyncClient, mongo: Mongo) -> None:
        self.nodes = nodes
        self.mongo = mongo
        self.session = nodes[0].live_session
        self._http = http

    async def enter(self, address: str | None = None) -> Client:
        """Return a new device; by default at an address that nobody else has."""
        client = Client(self._http, address or new_address())
        entered = await client.send(self.nodes[0], ENTER_AS_VIEWER)
        client.token = entered["accessToken"]
        return client

    async def sign_in(self, username: str, address: str | None = None) -> Client:
        """Return a member of staff."""
        client = Client(self._http, address or new_address())
        answer = await client.send(self.nodes[0], SIGN_IN, username=username, password=PASSWORD)
        client.token = answer["accessToken"]
        return client

    async def postings(self) -> list[str]:
        """The first five postings of the live session."""
        client = await self.enter()
        found = await client.send(self.nodes[0], POSTINGS, id=self.session)
        return [edge["node"]["id"] for edge in found["postings"]["edges"]]

    async def tap(
        self, client: Client, node: ServerProcess, posting: str, phone: str, **place: Any
    ) -> dict[str, Any]:
        """Send an interest in the live session, or elsewhere."""
        where = {"session": self.session, "source": "LIVE_TAP"} | place
        return await client.send(node, TAP, posting=posting, phone=phone, **where)


@pytest.fixture(scope="module")
async def stage(mongo_uri: str) -> AsyncIterator[Stage]:
    name = f"test_{new_id()}"
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(
                running_server(
                    mongo_uri,
                    name,
                    "--demo",
                    SONGGANG_SECRET="a secret that both nodes share",
                    SONGGANG_DEMO_PASSWORD=PASSWORD,
                    SONGGANG_PROXIES="127.0.0.1",
                    SONGGANG_MAX_PHONES_PER_DEVICE=str(PHONES_A_DEVICE),
                )
            )
            for _ in range(2)
        ]
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=120))
        mongo = await Mongo.connect(mongo_uri, name)
        yield Stage(nodes, http, mongo)
        await stack.aclose()
        await mongo.drop_database()
        await mongo.close()


def new_phone() -> str:
    return f"144{next(_phones)}"


def new_address() -> str:
    number = next(_addresses)
    return f"10.{number // 62_500 % 250}.{number // 250 % 250}.{number % 250}"


async def test_one_device_sends_five_phones_a_node_whatever_it_tries(stage: Stage) -> None:
    posting = (await stage.postings())[3]
    liar = await stage.enter()
    before = await stage.mongo["leads"].count_documents({})
    answers: dict[str, list[dict[str, Any]]] = {node.url: [] for node in stage.nodes}
    taps = iter([(node, new_phone()) for _ in range(TAPS // 2) for node in stage.nodes])

    async def send() -> None:
        for node, phone in taps:
            answers[node.url].append(await stage.tap(liar, node, posting, phone))

    await asyncio.gather(*(send() for _ in range(SENDERS)))
    recorded = [sum("receipt" in answer for answer in of_node) for of_node in answers.values()]
    refused = [
        answer for of_node in answers.values() for answer in of_node if "receipt" not in answer
    ]
    # The second node may not have heard of the first one's count within the first second.
    assert PHONES_A_DEVICE <= sum(recorded) <= 2 * PHONES_A_DEVICE
    assert max(recorded) <= PHONES_A_DEVICE
    assert sum(recorded) + len(refused) == TAPS
    assert {answer["code"] for answer in refused} == {"TOO_MANY_ATTEMPTS"}
    assert all(0 < answer["retryAfter"] <= 3_600 for answer in refused)
    assert await stage.mongo["leads"].count_documents({}) == before + sum(recorded)


async def test_whoever_taps_first_with_a_phone_takes_nothing_over(stage: Stage) -> None:
    one, other = stage.nodes
    phone = new_phone()
    squatter, owner = await stage.enter(), await stage.enter()
    recruiter = await stage.sign_in("recruiter")
    employer = (await recruiter.send(one, "{ me { employer { id } } }"))["employer"]["id"]
    [edge] = (await recruiter.send(one, BOARD, employer=employer))["edges"]
    posting = edge["node"]["id"]
    taken = await stage.tap(squatter, one, posting, phone, session=None, source="BOARD")
    given = await stage.tap(owner, other, posting, phone, session=None, source="BOARD")
    for answer in (taken, given):  # neither knows that the other one sent the phone
        assert (answer["created"], answer["lead"]["confirmation"]) == (True, "UNCONFIRMED")
    assert taken["lead"]["id"] != given["lead"]["id"]
    code = (await owner.send(one, REQUEST_CODE, phone=phone))["demoCode"]
    confirmed = await owner.send(other, CONFIRM_PHONE, phone=phone, code=code)
    assert confirmed["__typename"] == "PhoneConfirmed"

    async def is_superseded() -> bool:
        own = await squatter.send(one, OWN, receipt=taken["receipt"])
        return not own["edges"]

    await wait_until(is_superseded)
    for node in stage.nodes:
        seen = [edge["node"] for edge in (await recruiter.send(node, LEADS))["edges"]]
        confirmations = {lead["id"]: lead["confirmation"] for lead in seen}
        assert confirmations.get(given["lead"]["id"]) == "CONFIRMED"
        assert taken["lead"]["id"] not in confirmations
        own = await owner.send(node, OWN, receipt=given["receipt"])
        assert len(own["edges"]) == 1


async def test_three_addresses_and_thirty_do_not_take_a_job_off_the_board(stage: Stage) -> None:
    posting = (await stage.postings())[2]
    for number in range(30):
        liar = await stage.enter()
        node = stage.nodes[number % 2]
        answer = await liar.send(node, REPORT, posting=posting)
        assert answer["__typename"] == "PostingReported"
    reader = await stage.enter()
    for node in stage.nodes:
        assert (await reader.send(node, SHOW, id=posting))["status"] == "OPEN"


async def test_ninety_wrong_sign_ins_at_once_keep_no_staff_out(stage: Stage) -> None:
    office = new_address()
    await stage.sign_in("officer", office)
    liar = await stage.enter()

    async def guess(number: int) -> str:
        answer = await liar.send(
            stage.nodes[number % 2], SIGN_IN, username="officer", password=f"wrong {number}"
        )
        return str(answer["code"])

    guesses = [asyncio.create_task(guess(number)) for number in range(90)]
    await stage.sign_in("officer", office)
    answers = Counter(await asyncio.gather(*guesses))
    assert answers.keys() <= {"SIGN_IN_FAILED", "TOO_MANY_ATTEMPTS", "BUSY"}
    # Each node hashes ten of an address, and those under way. The officer waits for none.
    most = FAILED_SIGN_INS_PER_USERNAME.amount + STRANGERS.hashes - 1
    assert answers["SIGN_IN_FAILED"] <= 2 * most
    await stage.sign_in("officer", office)


async def test_scans_of_one_address_count_some_times_a_minute(stage: Stage) -> None:
    host = await stage.sign_in("host")
    made = (await host.send(stage.nodes[0], CREATE_CODE, session=stage.session))["qrCode"]
    liar, honest = Client(stage._http, new_address()), Client(stage._http, new_address())
    scans = iter([stage.nodes[number % 2] for number in range(1_000)])
    statuses: Counter[int] = Counter()

    async def scan() -> None:
        for node in scans:
            statuses[await liar.scan(node, made["token"])] += 1

    await asyncio.gather(*(scan() for _ in range(SENDERS)))
    # Everybody gets to the job.
    assert statuses == {302: 1_000}
    assert await honest.scan(stage.nodes[0], made["token"]) == 302
    most = DEFAULT_USAGE_LIMITS.scans_per_code_minute

    scans_seen = 0

    async def are_written() -> bool:
        nonlocal scans_seen
        scans_seen = int((await host.send(stage.nodes[0], SCANS, id=made["id"]))["scans"])
        return scans_seen > most

    # One window's worth and the honest scan; two nodes, and two minutes at most.
    await wait_until(are_written)
    assert scans_seen <= 4 * most + 1
