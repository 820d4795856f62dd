"""Walks through the states of the pages: each walk opens one after another, and names it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from playwright.async_api import Route, expect

from tests.web.hosts import Host
from tests.web.interests import PHONES, WORDS, fill_in, shown_code, type_code
from tests.web.visitors import Visitor

ZH = WORDS["zh"]
_API = "**/graphql"


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A visitor, and the staff who change what is shown."""

    visitor: Visitor
    host: Host
    officer: Host
    password: str
    """Of all staff of the demo."""


async def home_and_board(walk: Walk) -> AsyncIterator[str]:
    """The first page and the list of jobs."""
    visitor = walk.visitor
    await visitor.open("/")
    await visitor.page.locator("main .slip").first.wait_for()
    yield "home"
    await visitor.context.route(_API, _without_sessions)
    await visitor.open("/")
    await visitor.has_text("还没有安排直播")
    yield "home without sessions"
    await visitor.context.unroute(_API)
    await visitor.open("/jobs")
    await visitor.page.locator("main .slip").first.wait_for()
    yield "board"
    await visitor.offline()
    await visitor.page.locator("select").first.select_option("8000")
    await visitor.page.get_by_role("alert").wait_for()
    yield "board without an answer"
    await visitor.page.go_back()
    await visitor.has_text("的内容")
    yield "board as it was"
    await visitor.offline(False)
    await visitor.open("/jobs?search=zzzz&benefit=DORMITORY")
    await visitor.has_text("没找到")
    yield "board that finds nothing"


async def _without_sessions(route: Route) -> None:
    answer = await route.fetch()
    data = await answer.json()
    for part in data["data"].values():
        if "edges" in part:
            part["edges"] = []
    await route.fulfill(response=answer, json=data)


async def _fail(route: Route) -> None:
    await route.abort()


async def job(walk: Walk) -> AsyncIterator[str]:
    """One job."""
    visitor = walk.visitor
    last = (await walk.officer.jobs())[-1]
    path = f"/?posting={last['id']}"
    await visitor.open(path)
    yield "job"
    await walk.officer.act("closePosting", {"postingId": last["id"]})
    await visitor.open(path)
    await visitor.has_text("已招满或不存在")
    yield "job that is closed"
    await visitor.open("/?posting=nothing")
    yield "unknown job"
    await visitor.context.route(_API, _fail)
    await visitor.open(path)
    yield "job without an answer"
    await visitor.open("/live/nothing")
    yield "room without an answer"
    await visitor.context.unroute(_API)


async def room(walk: Walk) -> AsyncIterator[str]:
    """A session from its plan to its end."""
    visitor, host = walk.visitor, walk.host
    jobs = (await host.jobs())[:3]
    session = await host.schedule("每个样子看一遍", jobs)
    of_session = {"sessionId": session}
    await visitor.open(f"/live/{session}")
    await visitor.has_text("开播")
    yield "room to come"
    await host.act("startSession", of_session)
    await visitor.has_text("还没有开始介绍岗位")
    yield "room on air"
    await host.pin(session, jobs[0])
    await host.pin(session, jobs[1])
    await host.act("announce", {**of_session, "body": "夫妻房还有6间"})
    await visitor.page.get_by_label("想问什么").fill("有夜班吗")
    await visitor.button("提问").click()
    await visitor.has_text("我的提问 · 待审核")
    await visitor.has_text("夫妻房还有6间")
    await visitor.has_text("刚讲过")
    yield "room that shows a job"
    await visitor.offline()
    await visitor.has_text("正在重连")
    yield "room that lost its connection"
    await visitor.offline(False)
    await host.act("interruptSession", of_session)
    await visitor.has_text("主播马上回来")
    yield "room that is interrupted"
    reason = {**of_session, "reason": "画面里有求职者的证件"}
    await walk.officer.act("cutOffStream", reason)
    await visitor.has_text("画面已停止")
    yield "room whose picture was cut off"
    await host.act("endSession", of_session)
    await visitor.has_text("直播结束")
    yield "room that ended"
    cancelled = await host.schedule("这场取消", jobs)
    await host.act("cancelSession", {"sessionId": cancelled})
    await visitor.open(f"/live/{cancelled}")
    await visitor.has_text("这场取消了")
    yield "room that was cancelled"


async def sheet(walk: Walk) -> AsyncIterator[str]:
    """What registers somebody, and what became of it, there and in what one has."""
    visitor, page = walk.visitor, walk.visitor.page
    jobs = (await walk.host.jobs())[7:10]
    session = await walk.host.go_live("登记的每一步", jobs)
    paths = [f"/?posting={each['id']}&session={session}" for each in jobs]
    await visitor.open(paths[0])
    await visitor.button(ZH["act"]).click()
    await expect(page.get_by_label(ZH["name"], exact=True)).to_be_focused()
    yield "sheet"
    await visitor.button(ZH["submit"]).click()
    await visitor.has_text(ZH["bad phone"])
    yield "sheet with faults"
    await fill_in(visitor, ZH, next(PHONES))
    await page.locator("input[name=consent]").check()
    await visitor.button(ZH["submit"]).click()
    code = await shown_code(visitor, ZH)
    yield "code"
    await page.locator("input[name=code]").fill("000000")
    await page.locator("dialog [role=alert]").wait_for()
    yield "wrong code"
    await visitor.button("关闭").click()
    await visitor.has_text("待确认")
    yield "job that waits for the code"
    await _follow(visitor, "我的")
    await visitor.has_text("待确认")
    yield "mine, to be confirmed"
    await page.go_back()
    await visitor.button("输入验证码").click()
    await page.locator("dialog [role=alert]").wait_for()
    yield "code that was sent a moment ago"
    await page.locator("input[name=code]").fill(code)
    await visitor.has_text(ZH["done"])
    yield "job that is registered"
    await visitor.button(ZH["undo"]).click()
    await visitor.has_text(ZH["undone"])
    yield "job that was taken back"
    await _follow(visitor, "我的")
    await visitor.has_text("已撤回")
    await visitor.button("改姓名").click()
    await visitor.button("删除我的资料").click()
    yield "mine, withdrawn"


async def known(walk: Walk) -> AsyncIterator[str]:
    """Somebody who is known, on the next job, and without a network."""
    visitor, page = walk.visitor, walk.visitor.page
    jobs = (await walk.host.jobs())[10:12]
    session = await walk.host.go_live("再来一次", jobs)
    await walk.host.pin(session, jobs[0])
    await visitor.open(f"/live/{session}")
    await visitor.button(ZH["act"]).click()
    await fill_in(visitor, ZH, next(PHONES))
    await page.locator("input[name=consent]").check()
    yield "sheet in a room"
    await visitor.offline()
    await visitor.button(ZH["submit"]).click()
    await visitor.has_text("还没发出，联网后自动发送")
    yield "interest that waits for a network"
    await visitor.offline(False)
    await visitor.button("输入验证码").click()
    await type_code(visitor, ZH)
    await visitor.has_text(ZH["done"])
    await walk.host.pin(session, jobs[1])
    await visitor.has_text("换一个人")
    yield "one tap"


async def wishes(walk: Walk) -> AsyncIterator[str]:
    """What somebody has, and wants."""
    visitor, page = walk.visitor, walk.visitor.page
    await visitor.open("/me")
    await visitor.page.locator("main .slip").first.wait_for()
    yield "mine, empty"
    await visitor.open("/me/wishes")
    await visitor.button("找适合的岗位").click()
    await visitor.has_text("请先看一下这句话，同意再打勾")
    yield "wishes with a fault"
    await page.get_by_label("想去的地方（最多5个）").fill("上海")
    await visitor.button("+ 上海市").click()
    await page.locator("input[name=consent]").check()
    await visitor.button("找适合的岗位").click()
    await page.locator(".reasons").first.wait_for()
    yield "matches"


async def console(walk: Walk) -> AsyncIterator[str]:
    """A host, from the sign-in to the end of a session."""
    visitor, host, page = walk.visitor, walk.host, walk.visitor.page
    session = await host.schedule("看看控制台", (await host.jobs())[:3])
    of_session = {"sessionId": session}
    await page.goto(f"{visitor.url}/console/{session}")
    await page.get_by_label("用户名", exact=True).fill("host")
    yield "sign-in"
    await page.get_by_label("密码", exact=True).fill("not this one")
    await visitor.button("登录").click()
    await page.get_by_role("alert").wait_for()
    yield "sign-in that is refused"
    await page.get_by_label("密码", exact=True).fill(walk.password)
    await visitor.button("登录").click()
    await visitor.has_text("彩排：观众还看不到这里的操作")
    yield "desk before the session"
    await host.act("startSession", of_session)
    await visitor.button("公告").click()
    await page.get_by_label("公告内容").fill("只招男工")
    await visitor.button("发布").click()
    await page.get_by_role("alert").wait_for()
    yield "desk on air with a refused announcement"
    await host.act("interruptSession", of_session)
    await visitor.has_text("暂停中")
    yield "desk of an interrupted session"
    await host.act("endSession", of_session)
    await visitor.has_text("已结束")
    yield "desk of a session that ended"
    await page.goto(f"{visitor.url}/console")
    await visitor.has_text("看看控制台")
    yield "sessions"
    await page.goto(f"{visitor.url}/console/new")
    await page.get_by_label("标题").wait_for()
    yield "plan"


async def _follow(visitor: Visitor, name: str) -> None:
    await visitor.page.get_by_role("link", name=name, exact=True).click()


WALKS: dict[str, Callable[[Walk], AsyncIterator[str]]] = {
    "home and board": home_and_board,
    "job": job,
    "room": room,
    "sheet": sheet,
    "known": known,
    "wishes": wishes,
    "console": console,
}
"""Every state of the pages; each name of a state is in one walk."""
