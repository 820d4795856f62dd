"""The README's tour, run literally against a demo as ``make run`` starts it.

Where the README of before had another document, it runs, too: clients were written after it.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.readme_tour import README_BEFORE, TourStep, read_tour
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient, subscribe
from tests.support.waiting import wait_until

STEPS = read_tour()
STEPS_BEFORE = read_tour(README_BEFORE)
ALL_INSURANCE = ["PENSION", "MEDICAL", "UNEMPLOYMENT", "WORK_INJURY", "MATERNITY"]


@pytest.fixture
async def http(demo: ServerProcess) -> AsyncIterator[HttpClient]:
    async with HttpClient(demo.url) as http:
        yield http


async def run_step(
    http: HttpClient, step: TourStep, known: dict[str, Any], token: str | None = None, **other: Any
) -> Any:
    """Run a step and return its root field."""
    data = await http(step.query, {**step.fill_variables(known), **other}, token=token)
    (answer,) = data.values()
    return answer


async def test_every_step_of_the_tour_does_what_the_readme_says(
    demo: ServerProcess, http: HttpClient
) -> None:
    done: set[str] = set()

    async def step(name: str, known: dict[str, Any], token: str | None = None, **other: Any) -> Any:
        done.add(name)
        former = STEPS_BEFORE.get(name)
        if former is not None and former.query != STEPS[name].query:
            # Only queries differ (tests/schema/test_documents_before.py).
            await run_step(http, former, known, token, **other)
        return await run_step(http, STEPS[name], known, token, **other)

    now = datetime.now(UTC)
    known: dict[str, Any] = {
        "password": demo.demo_password,
        "in 30 days": (now + timedelta(days=30)).date().isoformat(),
        "in 2 days": (now + timedelta(days=2)).date().isoformat(),
        "in 1 hour": (now + timedelta(hours=1)).isoformat(),
    }
    viewer = (await step("Enter", known))["accessToken"]
    on_air = (await step("OnAir", known, viewer))["edges"]
    session = on_air[0]["node"]
    postings = session["postings"]["edges"]
    assert len(postings) == 3
    known |= {
        "session": session["id"],
        "cursor": session["cursor"],
        "posting": postings[0]["node"]["id"],
    }
    host = (await step("SignIn", known))["accessToken"]

    follow, arrivals = STEPS["Follow"], STEPS["Arrivals"]
    done |= {"Follow", "Arrivals"}
    async with (
        subscribe(demo.url, viewer, follow.query, follow.fill_variables(known)) as room,
        subscribe(demo.url, host, arrivals.query, arrivals.fill_variables(known)) as leads,
    ):
        pinned = await step("Pin", known, host)
        assert pinned["session"]["pinnedPosting"]["id"] == known["posting"]
        event = await room.wait_for("PostingPinned")
        assert event["posting"]["id"] == known["posting"]
        await step("Say", known, host)
        assert (await room.wait_for("Announcement"))["body"].startswith("岗位已上车")

        known["question"] = (await step("Ask", known, viewer))["question"]["id"]
        assert (await step("Reply", known, host))["question"]["status"] == "ANSWERED"
        await room.wait_for("QuestionPublished")
        await room.wait_for("QuestionAnswered")

        known["version"] = (await step("Consent", known, viewer))["version"]
        first = await step("Tap", known, viewer)
        again = await step("Tap", known, viewer)
        assert (first["created"], again["created"]) == (True, False)
        assert first["lead"] == again["lead"]
        known["lead"] = first["lead"]["id"]
        arrived = await leads.wait_for("LeadRecorded")
        assert arrived["lead"]["contact"] == {"name": "王**", "phone": "144****5678"}
        tally = await room.wait_for("TallyChanged")
        assert tally["tallies"] == [{"postingId": known["posting"], "interests": 1}]

        listed = (await step("Leads", known, host))["edges"]
        assert [edge["node"]["id"] for edge in listed] == [known["lead"]]
        officer = (await http.sign_in("officer", demo.demo_password))["accessToken"]
        confirmed = (await step("Confirm", known, officer))["lead"]
        assert confirmed["confirmation"] == "CONFIRMED"
        advanced = (await step("Advance", known, host))["lead"]
        assert (advanced["stage"], advanced["version"]) == ("CONTACTED", 3)
        assert (await leads.wait_for("LeadAdvanced"))["stage"] == "CONTACTED"
        noted = (await step("Note", known, host))["lead"]
        assert noted["nextActionOn"] == known["in 2 days"]
        entry_types = [edge["node"]["__typename"] for edge in noted["timeline"]["edges"]]
        assert entry_types == [
            "NotedEntry",
            "AdvancedEntry",
            "PhoneConfirmedEntry",
            "RecordedEntry",
        ]

    known["employer"] = (await step("Employer", known, officer))["employer"]["id"]
    verified = (await step("Verify", known, officer))["employer"]
    assert verified["verified"] is True
    refused = await step("Submit", known, officer)
    assert {finding["code"] for finding in refused["findings"]} == {
        "PAY_BELOW_MINIMUM_WAGE",
        "SOCIAL_INSURANCE_MISSING",
    }
    accepted = await step("Submit", known, officer, pay=6800, insurance=ALL_INSURANCE)
    assert accepted["posting"]["status"] == "OPEN"
    known["accepted posting"] = accepted["posting"]["id"]

    scheduled = await step("Schedule", known, host)
    assert scheduled["session"]["status"] == "SCHEDULED"
    known["own session"] = scheduled["session"]["id"]
    assert (await step("Start", known, host))["session"]["status"] == "LIVE"
    assert (await step("End", known, host))["session"]["status"] == "ENDED"

    code = (await step("Code", known, host))["qrCode"]
    known["code token"] = code["token"]
    scanned = await step("Scanned", known, viewer)
    assert scanned["session"]["id"] == known["session"]
    assert scanned["posting"]["id"] == known["posting"]
    by_scan = await step("Scan", known, viewer)
    assert (by_scan["created"], by_scan["lead"]["source"]) == (True, "POSTING_QR")
    (brought,) = (await step("Campaign", known, host))["edges"]
    assert brought["node"] == {
        "label": "东门海报",
        "place": "南湖广场",
        "scans": 0,
        "interests": 1,
        "hires": 0,
    }

    known["import"] = await upload_template(demo, officer, "postings.xlsx")
    (imported,) = (await step("Imports", known, officer))["edges"]
    assert imported["node"] == {
        "id": known["import"],
        "status": "DONE",
        "total": 1,
        "read": 1,
        "accepted": 0,
        "held": 0,
        "refused": 0,
        "duplicates": 0,
        "failed": 1,
    }
    (row,) = (await step("Rows", known, officer))["edges"]
    assert [finding["code"] for finding in row["node"]["findings"]] == ["EXAMPLE_ROW"]

    saved = await step("Profile", known, viewer)
    assert saved["seeker"]["status"] == "SEEKING"
    recommended = await step("Recommended", known, saved["accessToken"])
    assert known["accepted posting"] in {match["posting"]["id"] for match in recommended}
    for match in recommended:
        codes = {reason["code"] for reason in match["reasonsFor"]}
        assert codes >= {"PLACE", "SHIFT", "INTENSITY", "PAY"}

    created = await step("Webhook", known, officer)
    assert created["secret"].startswith("whsec_")
    known["webhook"] = created["webhook"]["id"]
    tried = (await step("Try", known, officer))["delivery"]
    assert (tried["payload"]["type"], tried["payload"]["data"]) == ("webhook.test", {})
    (told_of,) = (await step("Told", known, officer))["edges"]
    assert told_of["node"]["event"] == "WEBHOOK_TEST"

    done.add("Search")
    found = await http(STEPS["Search"].query)
    edges = found["postings"]["edges"]
    assert found["postings"]["facets"]["total"] >= len(edges) > 0
    for edge in edges:
        assert edge["node"]["place"]["fullName"].startswith("上海市")
    by_id = {edge["node"]["id"]: edge["highlights"] for edge in edges}
    title = {"field": "TITLE", "start": 0, "end": 2}
    assert title in by_id[known["accepted posting"]]
    assert {"kind": "OCCUPATION", "text": "焊工"} in found["postingSuggestions"]
    assert done == set(STEPS)


async def upload_template(demo: ServerProcess, token: str, template: str) -> str:
    """Upload an import template unchanged; return the import's id once it is done."""
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=demo.url, headers=headers) as client,
        HttpClient(demo.url) as api,
    ):
        table = (await client.get(f"/imports/{template}")).content
        answer = await client.post("/imports?dryRun=true", content=table)
        assert answer.status_code == 202
        found: str = answer.json()["id"]

        async def is_done() -> bool:
            asked = "query ($id: ID!) { import(id: $id) { status } }"
            data = await api(asked, {"id": found}, token=token)
            return bool(data["import"]["status"] == "DONE")

        await wait_until(is_done, every=0.05)
    return found
