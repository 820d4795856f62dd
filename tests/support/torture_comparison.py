"""Compares what was acknowledged in a torture run with what is stored, logged and listed."""

from __future__ import annotations

from collections import Counter

from pymongo.errors import PyMongoError

from domain.identity.persons import normalise_phone
from domain.live.log_topics import lead_topic
from schema.relay import parse_global_id
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.faults import NodeProcess
from tests.support.replica_set import ReplicaSet
from tests.support.third_party_clients import HttpClient
from tests.support.torture_report import Ledger, TortureReport, WeakWrites
from tests.support.waiting import wait_until

DATABASE = "songgang_torture"
SECRET = "a secret that both nodes share"
PASSWORD = "demo-for-torture-1"
SETTLE_TIMEOUT_SECONDS = 120.0

LEADS_QUERY = """
query ($session: ID!, $after: String) {
  leads(filter: {sessionId: $session}, first: 100, after: $after) {
    edges { node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""


class Comparison:
    """Compares what the service acknowledged with MongoDB, the log and the API after a run."""

    def __init__(
        self,
        replica_set: ReplicaSet,
        nodes: list[NodeProcess],
        session: str,
        ledger: Ledger,
        weak: WeakWrites,
        fault_counts: Counter[str],
    ) -> None:
        self._set = replica_set
        self._nodes = nodes
        self._session = session
        self._ledger = ledger
        self._weak = weak
        self._fault_counts = fault_counts

    async def run(self, seconds: float) -> TortureReport:
        """Compare what is stored, listed and logged with what was acknowledged."""
        mongo = await Mongo.connect(self._set.uri, DATABASE)
        store = Store(mongo, SECRET)
        await wait_until(lambda: is_all_logged(store), SETTLE_TIMEOUT_SECONDS, every=0.5)
        session_id = parse_global_id(self._session, "LiveSession")
        found = mongo["leads"].find({}, {"session_id": 1, "posting_id": 1, "person": 1, "giver": 1})
        leads = [document async for document in found]
        stored = {document["_id"]: identity_of_lead(document) for document in leads}
        acknowledged = {
            parse_global_id(lead_id, "Lead"): (
                session_id,
                parse_global_id(interest.posting, "Posting"),
                store.keyring.hash_phone(normalise_phone(interest.phone, demo=True)),
                interest.giver,
            )
            for interest, lead_id in self._ledger.acknowledged.items()
        }
        if len(acknowledged) != len(self._ledger.acknowledged):
            self._ledger.contradictions.append("one lead was given to two")
        listed = await self._list_leads()
        report = TortureReport(
            ledger=self._ledger,
            faults=self._fault_counts,
            weak=await self._count_lost_weak_writes(),
            seconds=seconds,
            stored=len(stored),
            missing=[one for one, key in acknowledged.items() if stored.get(one) != key],
            unknown=sorted({*stored, *listed} - acknowledged.keys()),
            doubled=[str(key) for key, times in Counter(stored.values()).items() if times > 1],
            unlisted=sorted((Counter(stored.keys()) - Counter(listed)).keys())
            + [one for one, times in Counter(listed).items() if times > 1],
            log=await _find_log_differences(store, session_id, stored),
            diverged=await self._find_diverged_members(),
            errors=[line for node in self._nodes for line in node.log_lines('"level":"error"')]
            + [line for node in self._nodes for line in node.log_lines("Traceback")],
        )
        await mongo.close()
        return report

    async def _list_leads(self) -> list[str]:
        """Return the leads on all pages of ``leads`` for the host of the session."""
        ids: list[str] = []
        after: str | None = None
        async with HttpClient(self._nodes[-1].url) as http:
            host = (await http.sign_in("host", PASSWORD))["accessToken"]
            while True:
                page = (
                    await http(LEADS_QUERY, {"session": self._session, "after": after}, token=host)
                )["leads"]
                ids += [parse_global_id(edge["node"]["id"], "Lead") for edge in page["edges"]]
                if not page["pageInfo"]["hasNextPage"]:
                    return ids
                after = page["pageInfo"]["endCursor"]

    async def _count_lost_weak_writes(self) -> WeakWrites:
        primary = await self._set.wait_for_primary()
        found = primary.client["weak"]["leads"].find({}, {"_id": 1})
        present = {document["_id"] async for document in found}
        self._weak.lost = len(set(self._weak.acknowledged) - present)
        return self._weak

    async def _find_diverged_members(self) -> list[str]:
        """Return the members whose leads differ from the primary's once all have caught up."""
        await self._set.wait_healthy()
        hashes: list[str] = []

        async def alike() -> bool:
            hashes.clear()
            for member in self._set.members:
                try:
                    answer = await member.client[DATABASE].command("dbHash", collections=["leads"])
                except PyMongoError:
                    return False  # A member whose role changes answers nobody.
                hashes.append(answer["collections"]["leads"])
            return len(set(hashes)) == 1

        try:
            await wait_until(alike, SETTLE_TIMEOUT_SECONDS, every=0.5)
        except TimeoutError:
            return hashes
        return []


async def is_all_logged(store: Store) -> bool:
    """Return whether every stored lead is in the log of its session."""
    return not await store.unlogged_leads.sessions()


def identity_of_lead(document: dict[str, str]) -> tuple[str, str, str, str]:
    """Return session, posting, person and giver of a stored lead."""
    person = document["session_id"], document["posting_id"], document["person"]
    return *person, document["giver"]


async def _find_log_differences(
    store: Store, session_id: str, stored: dict[str, tuple[str, str, str, str]]
) -> list[str]:
    ids = list(stored)
    found = store.mongo["events"].find({"topic": lead_topic(session_id)}).sort("_id", 1)
    events = [document async for document in found]
    differences = []
    if [document["seq"] for document in events] != list(range(1, len(events) + 1)):
        differences.append("the log has holes")
    logged = Counter(document["event"]["lead_id"] for document in events)
    differences += [f"{one} {logged[one]} times" for one in ids if logged[one] != 1]
    differences += [f"{one} is no lead" for one in logged.keys() - set(ids)]
    tally = (await store.interest_counts.by_sessions([session_id])).get(session_id, {})
    # No phone is proven here, so each giver of a phone counts.
    if sum(tally.values()) != len(stored):
        differences.append(f"the tally is {sum(tally.values())}, the leads are {len(stored)}")
    return differences
