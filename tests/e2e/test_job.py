"""The main use case over two processes: a live session whose viewers become leads."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.conftest import PASSWORD
from tests.support.readme_tour import read_tour
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient, subscribe

STEPS = read_tour()
FOLLOW = STEPS["Follow"].query
TAP = STEPS["Tap"].query
ALL_INSURANCE = ["PENSION", "MEDICAL", "UNEMPLOYMENT", "WORK_INJURY", "MATERNITY"]


async def run_step(http: HttpClient, name: str, variables: dict[str, Any], token: str) -> Any:
    """Run an operation of the README and return its root field."""
    data = await http(STEPS[name].query, variables, token=token)
    (answer,) = data.values()
    return answer


async def submit_posting(http: HttpClient, employer: str, token: str, *, pay: int) -> str:
    """Submit a posting that passes the gate; return its id."""
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    given = {"employer": employer, "pay": pay, "insurance": ALL_INSURANCE, "until": until}
    submitted = await run_step(http, "Submit", given, token)
    posting: str = submitted["posting"]["id"]
    return posting


async def start_session(http: HttpClient, postings: list[str], host: str) -> str:
    """Schedule and start a session with ``postings``; return its id."""
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    scheduled = await run_step(http, "Schedule", {"postings": postings, "at": at}, host)
    session: str = scheduled["session"]["id"]
    started = await run_step(http, "Start", {"session": session}, host)
    assert started["session"]["status"] == "LIVE"
    return session


@pytest.mark.alone
async def test_a_live_session_over_two_nodes_yields_one_lead(
    two_nodes: list[ServerProcess],
) -> None:
    one, other = two_nodes
    async with HttpClient(one.url) as here, HttpClient(other.url) as there:
        officer = (await here.sign_in("officer", PASSWORD))["accessToken"]
        host = (await here.sign_in("host", PASSWORD))["accessToken"]
        employer = (await run_step(here, "Employer", {}, officer))["employer"]["id"]
        await run_step(here, "Verify", {"employer": employer}, officer)
        postings = [
            await submit_posting(here, employer, officer, pay=pay) for pay in (6800, 6900, 7000)
        ]
        session = await start_session(here, postings, host)

        staying, leaving = await there.enter(), await there.enter()
        follow: dict[str, Any] = {"session": session, "after": None}
        async with subscribe(other.url, staying, FOLLOW, follow) as stays:
            async with subscribe(other.url, leaving, FOLLOW, follow) as leaves:
                pin = {"session": session, "posting": postings[0]}
                await run_step(here, "Pin", pin, host)
                seen = await stays.wait_for("PostingPinned", within=1)
                assert seen["posting"]["id"] == postings[0]
                cut_off_at = await leaves.wait_for("PostingPinned", within=1)

            await run_step(here, "Say", {"session": session}, host)
            await run_step(there, "Pin", {"session": session, "posting": postings[1]}, host)
            await stays.wait_for("Announcement")
            await stays.wait_for("PostingPinned")

            resumed = {"session": session, "after": cut_off_at["cursor"]}
            async with subscribe(one.url, leaving, FOLLOW, resumed) as back:
                await run_step(here, "Say", {"session": session}, host)
                for kind in ("Announcement", "PostingPinned", "Announcement"):
                    await back.wait_for(kind)
                logged = [event for event in back.events if not is_ephemeral_or_reset(event)]
                assert [event["seq"] for event in logged] == [3, 4, 5]
            await stays.wait_for("Announcement")
            logged = [event for event in stays.events if not is_ephemeral_or_reset(event)]
            assert [event["seq"] for event in logged] == [2, 3, 4, 5]

        tap = {"session": session, "posting": postings[1], "version": "1"}
        arrivals = STEPS["Arrivals"]
        async with subscribe(one.url, host, arrivals.query, {"session": session}) as leads:
            taps = [run_step(via, "Tap", tap, staying) for via in [here, there] * 25]
            answers = await asyncio.gather(*taps)
            assert sum(given["created"] for given in answers) == 1
            assert len({given["lead"]["id"] for given in answers}) == 1
            arrived = await leads.wait_for("LeadRecorded")
            assert arrived["lead"]["id"] == answers[0]["lead"]["id"]

        listed = await run_step(there, "Leads", {"session": session}, officer)
        assert [edge["node"]["id"] for edge in listed["edges"]] == [answers[0]["lead"]["id"]]
        lead = {"lead": answers[0]["lead"]["id"]}
        confirmed = await run_step(here, "Confirm", lead, officer)
        assert confirmed["lead"]["confirmation"] == "CONFIRMED"
        assert (await run_step(there, "Advance", lead, officer))["lead"]["stage"] == "CONTACTED"
        ended = await run_step(there, "End", {"session": session}, host)
        assert ended["session"]["status"] == "ENDED"

        late = await run_step(here, "Tap", {**tap, "posting": postings[0]}, leaving)
        assert late["code"] == "SESSION_NOT_LIVE"
        repeated = await run_step(here, "Tap", tap, staying)
        assert (repeated["created"], repeated["lead"]["id"]) == (False, lead["lead"])


def is_ephemeral_or_reset(event: dict[str, Any]) -> bool:
    """Return whether the event is ephemeral or a reset, and not logged."""
    return event["__typename"] in {"TallyChanged", "PresenceChanged", "Reset"}
