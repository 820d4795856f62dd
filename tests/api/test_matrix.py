"""Every caller reads every field by every root field, compared with tests/support/visibility.py.

One showcase is crawled by each caller over real HTTP and WebSockets; the tests check the results.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from domain.identity.persons import normalise_phone
from storage.mongo.client import new_id
from tests.support.callers import CALLERS, SCOPED_STAFF, STAFF
from tests.support.full_documents import (
    QUERY,
    SUBSCRIPTION,
    SeenField,
    build_full_document,
    find_seen_fields,
)
from tests.support.graphql_clients import UvicornServer, WebSocketClient, open_websocket
from tests.support.privacy_table import callers_by_field
from tests.support.root_field_calls import (
    RootFieldCall,
    query_calls,
    reset_calls,
    revealing_mutation_calls,
    send_call,
    subscription_calls,
)
from tests.support.services import RunningServices, hash_collections
from tests.support.showcase import CORRECTED_NAME, MASKED_CONTACTS, Showcase
from tests.support.showcase_records import CONTACTS
from tests.support.visibility import RECORD_READERS
from tests.support.world import gid, gid_as

MUTATIONS = {"revealContact", "revealPerson", "expressInterest"}


@dataclass
class PathResult:
    """What one caller got through one path: a response or events, or the code of a refusal."""

    way: RootFieldCall
    received: list[dict[str, Any]]
    code: str | None


@dataclass
class Crawl:
    """What each caller got through each path."""

    world: Showcase
    before: dict[str, str]
    after: dict[str, str]
    results: dict[str, list[PathResult]] = field(default_factory=lambda: defaultdict(list))

    def seen(self, caller: str) -> Iterator[SeenField]:
        for result in self.results[caller]:
            yield from find_seen_fields(result.received)


@pytest.fixture(scope="module")
async def crawl(
    isolated_running: RunningServices,
    showcase: Showcase,
    isolated_server: UvicornServer,
    isolated_http: httpx.AsyncClient,
) -> Crawl:
    before = await hash_collections(isolated_running)
    results: dict[str, list[PathResult]] = {}
    for caller in CALLERS:
        results[caller] = [
            await send_query(isolated_http, showcase, caller, "query", way)
            for way in query_calls(showcase, receipts(showcase, caller))
        ]
    crawl = Crawl(showcase, before, await hash_collections(isolated_running), results)
    for caller in CALLERS:
        async with open_websocket(isolated_server.url) as connection:
            await connection.initialise(showcase.token_of(caller))
            for way in (*subscription_calls(showcase), *reset_calls(showcase)):
                results[caller].append(await follow_subscription(connection, way))
    for caller in CALLERS:
        results[caller] += [
            await send_query(isolated_http, showcase, caller, "mutation", way)
            for way in revealing_mutation_calls(showcase, caller)
        ]
    return crawl


def receipts(world: Showcase, caller: str) -> list[str]:
    given = (world.lead, world.offered, world.withdrawn_lead)
    return [world.lead_receipt(lead) for lead in given] if caller == "giver" else ["forged"]


async def send_query(
    http: httpx.AsyncClient, world: Showcase, caller: str, operation: str, way: RootFieldCall
) -> PathResult:
    answer = (await send_call(http, world.token_of(caller), operation, way)).json()
    errors = answer.get("errors", [])
    code = errors[0]["extensions"]["code"] if errors else None
    return PathResult(way, [answer.get("data") or {}], code)


async def follow_subscription(connection: WebSocketClient, way: RootFieldCall) -> PathResult:
    """Return the logged events that a subscription follows, up to now."""
    name, end = new_id(), new_id()
    await connection.subscribe(
        name, build_full_document("subscription", way.root, way.variables), **way.variables
    )
    # It is answered only after the other subscription has caught up.
    await connection.subscribe(end, "{ __typename }")
    result = PathResult(way, [], None)
    while (message := await connection.receive()) != {"id": end, "type": "complete"}:
        if message["type"] == "error":
            result.code = message["payload"][0]["extensions"]["code"]
        elif message["id"] == name:
            assert "errors" not in message["payload"], message
            result.received.append(message["payload"]["data"])
    if result.code is None:
        await connection.send(id=name, type="complete")
    return result


def test_every_query_and_subscription_has_a_reading_path(showcase: Showcase) -> None:
    assert QUERY is not None
    assert SUBSCRIPTION is not None
    assert {way.root for way in query_calls(showcase, ["forged"])} == set(QUERY.fields)
    subscriptions = SUBSCRIPTION.fields
    assert {way.root for way in subscription_calls(showcase)} == set(subscriptions)
    resumable = {name for name, field in subscriptions.items() if "after" in field.args}
    assert {way.root for way in reset_calls(showcase)} == resumable


@pytest.mark.parametrize("caller", CALLERS)
def test_a_caller_outside_a_path_is_refused_with_its_code(caller: str, crawl: Crawl) -> None:
    results = [result for result in crawl.results[caller] if result.way.root not in MUTATIONS]
    got = {repr(result.way): result.code for result in results}
    assert got == {repr(result.way): result.way.refusal(caller) for result in results}


@pytest.mark.parametrize("caller", CALLERS)
def test_a_caller_sees_only_the_fields_of_their_role(caller: str, crawl: Crawl) -> None:
    table = callers_by_field()
    shown = {(each.type, each.field) for each in crawl.seen(caller) if each.value is not None}
    shown = {each for each in shown if each in table}
    assert shown == {field for field, callers in table.items() if caller in callers}


@pytest.mark.parametrize("caller", CALLERS)
def test_a_caller_sees_only_the_records_of_their_scope(caller: str, crawl: Crawl) -> None:
    ids = {each.value for each in crawl.seen(caller) if each.field == "id"}
    records = {name: getattr(crawl.world, name) for name in RECORD_READERS}
    # A person sees a lead under an id of its own type.
    found = {name for name, each in records.items() if {gid(each), gid_as("OwnLead", each)} & ids}
    assert found == {name for name, callers in RECORD_READERS.items() if caller in callers}


def test_reading_changes_no_data_whether_allowed_or_refused(crawl: Crawl) -> None:
    assert crawl.after == crawl.before


CLEAR = {
    "giver": {"lead", "offered", "withdrawn_lead"},
    "seeker": {"seeker"},
    "other seeker": {"other_seeker"},
    "officer": {"lead", "entry", "seeker"},
    "officer above": {"lead", "entry", "seeker"},
    "recruiter": {"lead"},
}


@pytest.mark.parametrize("caller", CALLERS)
def test_masks_are_exact_and_cover_only_visible_people(caller: str, crawl: Crawl) -> None:
    shown = {each.value for each in crawl.seen(caller) if each.type == "MaskedContact"}
    theirs = [
        mask for name, mask in MASKED_CONTACTS.items() if caller in RECORD_READERS[name] - {"giver"}
    ]
    assert shown == {part for mask in theirs for part in mask}


@pytest.mark.parametrize("caller", CALLERS)
def test_unmasked_contacts_are_for_the_person_and_for_staff_with_a_reason(
    caller: str, crawl: Crawl
) -> None:
    shown = {each.value for each in crawl.seen(caller) if each.type == "Contact"}
    theirs = {part for name in CLEAR.get(caller, ()) for part in CONTACTS[name]}
    typed = [
        each.way.variables["input"]["contact"]
        for each in crawl.results[caller]
        if each.way.root == "expressInterest"
    ]
    theirs |= {
        part for each in typed for part in (each["name"], normalise_phone(each["phone"], demo=True))
    }
    assert shown == theirs


@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_outside_a_contact_identifies_a_person(caller: str, crawl: Crawl) -> None:
    received = json.dumps(
        [_without_contacts(result.received) for result in crawl.results[caller]], ensure_ascii=False
    )
    persons = [lead.person for lead in crawl.world.leads] + [crawl.world.seeker.person or "?"]
    for name, phone in (*CONTACTS.values(), (CORRECTED_NAME, "")):
        assert name not in received
        assert not phone or phone.removeprefix("+86") not in received
    assert not [person for person in persons if person in received]


def _without_contacts(received: Any) -> Any:
    if isinstance(received, list):
        return [_without_contacts(each) for each in received]
    if not isinstance(received, dict):
        return received
    return {
        alias: _without_contacts(value)
        for alias, value in received.items()
        if not alias.startswith("Contact__")
    }


LEADS = (
    *("lead", "offered", "refused_lead", "withdrawn_lead", "erased_lead", "handed_lead"),
    *("unconfirmed_lead", "confirmed_lead"),
)
"""The leads that are counted; one that is superseded is counted nowhere."""


@pytest.mark.parametrize("caller", sorted(STAFF))
def test_the_funnel_counts_only_the_leads_of_the_scope(caller: str, crawl: Crawl) -> None:
    scope = [name for name in LEADS if caller in RECORD_READERS[name] & SCOPED_STAFF]
    for result in crawl.results[caller]:
        if result.way.root != "funnel" or result.code:
            continue
        counted = [
            each.value
            for each in find_seen_fields(result.received)
            if each[:2] == ("FunnelRow", "interests")
        ]
        by_union = result.way.variables["by"] == "UNION"
        # By union, each lead counts in the row of every union on its path.
        assert (max(counted, default=0) if by_union else sum(counted)) == len(scope), result.way


@pytest.mark.parametrize("caller", CALLERS)
def test_facets_count_only_what_the_caller_may_list(caller: str, crawl: Crawl) -> None:
    lists = [
        result
        for result in crawl.results[caller]
        if result.way.root == "postings" and not result.code
    ]
    assert lists
    for result in lists:
        (found,) = [each["postings"] for each in result.received]
        facets = found["PostingConnection__facets"]
        assert facets["PostingFacets__total"] == len(found["PostingConnection__edges"]), result.way
