"""Writes the pictures of the README into docs/pictures; `make pictures` calls it.

A demo of its own is shown as a phone and a wide screen see it. Needs Chromium and built pages.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.support.mongod import temporary_mongod
from tests.support.songgang_process import running_server
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host, sign_in_host
from tests.web.visitors import WIDE, missing_parts, running_browser, visiting

TARGET = Path(__file__).parent.parent / "docs" / "pictures"
PASSWORD = "demo-for-pictures-1"  # noqa: S105 -- of a database that lives as long as the run
QUESTIONS = (
    ("夜班多吗？一个月能休几天", "没有夜班，每周休两天"),
    ("夫妻两个人来，有夫妻房吗", "有，现在还有六间"),
    ("社保从第一个月就交吗", ""),
)
ASK = """
mutation ($session: ID!, $body: String!) {
  askQuestion(input: {sessionId: $session, body: $body}) { __typename }
}
"""


async def fill_room(host: Host, http: HttpClient) -> tuple[str, str]:
    """Put a session on air in which something happens; return its id and that of its job."""
    found = await host.jobs(benefits=["DORMITORY"], payFrom=5_500)
    jobs = [job for job in found if "（" not in job["title"]]
    session = await host.go_live("李师傅带你看车间", jobs[:12])
    await host.pin(session, jobs[1])
    await host.pin(session, jobs[0])
    await host.act("announce", {"sessionId": session, "body": "夫妻房还有6间，先到先得"})
    for body, _ in QUESTIONS:
        await http(ASK, {"session": session, "body": body}, token=await http.enter())
    for question in await host.questions(session):
        answer = dict(QUESTIONS)[question["body"]]
        await host.act("publishQuestion", {"questionId": question["id"]})
        if answer:
            await host.act("answerQuestion", {"questionId": question["id"], "answer": answer})
    return session, jobs[0]["id"]


async def main() -> None:
    """Take all pictures."""
    missing = missing_parts()
    if missing:
        sys.exit(missing)
    TARGET.mkdir(exist_ok=True)
    async with (
        temporary_mongod() as mongod,
        running_server(mongod.uri, "pictures", "--demo", SONGGANG_DEMO_PASSWORD=PASSWORD) as server,
        running_browser() as browser,
        HttpClient(server.url) as http,
    ):
        host = await sign_in_host(http, PASSWORD)
        session, job = await fill_room(host, http)
        phone_pages = {
            "board": "/jobs",
            "job": f"/?posting={job}&session={session}",
            "room": f"/live/{session}",
        }
        for name, path in phone_pages.items():
            async with visiting(browser, server.url) as visitor:
                await visitor.open(path)
                await visitor.page.locator(".slip, .main").first.wait_for()
                await visitor.page.screenshot(path=TARGET / f"{name}.png")
        async with visiting(browser, server.url, size=WIDE) as visitor:
            await visitor.open(phone_pages["room"])
            await visitor.page.locator(".questions li").first.wait_for()
            await visitor.button("提问").wait_for()  # This address has just asked three.
            await visitor.page.screenshot(path=TARGET / "room-wide.png")


if __name__ == "__main__":
    asyncio.run(main())
