"""``/jobs/{id}``: the public page of an open posting, for people and search engines.

Browsers and proxies may store a page but must revalidate it at each request, so a posting that the
gate closes disappears with the next request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.http.etags import with_etag
from api.http.public.job_facts import list_facts
from api.http.web.client_pages import ClientPages
from domain.employers.employers import Employer
from domain.exchange.schema_org import (
    build_job_posting,
    summarise_posting,
    to_script_json,
)
from domain.live.qr_codes import make_page_code
from domain.live.sessions import LiveSession
from domain.postings.pay_text import describe_pay
from domain.postings.postings import Posting
from domain.refusals import InvalidId
from schema.context import Services
from schema.relay import global_id, parse_global_id
from storage.mongo.errors import StorageUnavailable

MAX_SESSIONS_SHOWN = 3
"""Live sessions that a page links to."""

_STYLE = Path(__file__).with_name("jobs.css").read_text("utf-8")
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../jobs.css">
{head}</head>
<body>
<div id="app">
<main>
{body}
</main>
<footer><a href="../">送岗 Songgang</a></footer>
</div>
</body>
</html>
"""
_QR_CODE_FIGURE = """<figure>
<img src="../codes/{token}.svg?scale=4" alt="这个岗位的二维码">
<figcaption>用手机扫码，打开这个岗位</figcaption>
</figure>"""
_CLOSED_NOTICE = """<h1>这个岗位已经结束招聘</h1>
<p>岗位已关闭、已招满或已过有效期。请看看其他岗位。</p>
<p lang="en">This job is no longer open. Have a look at the others.</p>"""
_NO_EMPLOYER_NOTICE = """<h1>这个岗位暂时不能显示</h1>
<p>找不到用人单位的资料。请看看其他岗位，或向发布岗位的工会询问。</p>
<p lang="en">This job cannot be shown: the record of its employer is missing. Ask the union.</p>"""
_UNKNOWN_NOTICE = """<h1>没有这个岗位</h1>
<p>网址不完整或有误，请重新扫码或复制完整网址。</p>
<p lang="en">There is no such job: the address is incomplete. Scan the code again.</p>"""


class JobPages:
    """Answers ``/jobs/{id}`` with the global id of a posting.

    With ``client`` the page of an open posting becomes that of the browser client, where people
    register. Readers without script and search engines keep what is rendered here.
    """

    def __init__(self, services: Services, client: ClientPages) -> None:
        self._services = services
        self._client = client

    async def respond(self, wanted: str, known_etags: str | None) -> Response:
        """Return the page; 304 if ``known_etags`` holds its ETag, 410 if the posting is closed."""
        try:
            posting_id = parse_global_id(wanted, "Posting", "id")
        except InvalidId:
            return _notice_response("没有这个岗位", _UNKNOWN_NOTICE, 404)
        store = self._services.store
        posting = (await store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None:
            return _notice_response("没有这个岗位", _UNKNOWN_NOTICE, 404)
        if not posting.is_open(self._services.today()):
            return _notice_response("岗位已结束招聘", _CLOSED_NOTICE, 410)
        employer = (await store.employers.by_ids([posting.employer_id])).get(posting.employer_id)
        if employer is None:
            # A consent must name the employer, so nobody could apply; the public lists skip it too.
            return _notice_response("岗位暂时不能显示", _NO_EMPLOYER_NOTICE, 404)
        live_sessions = await store.live_sessions.live_with_posting(
            posting_id, limit=MAX_SESSIONS_SHOWN
        )
        html = render_page(
            posting,
            employer,
            live_sessions,
            token=store.qr_codes.sign_token(make_page_code(posting)),
            site=self._services.public_url,
            client_tags=self._client.tags,
        )
        headers = {
            "content-security-policy": self._client.content_security_policy,
            **self._client.preload_headers("job"),
        }
        return with_etag(HTMLResponse(html, headers=headers), known_etags)


def _notice_response(title: str, body: str, status: int) -> Response:
    headers = {"cache-control": "no-store"}
    head = '<meta name="robots" content="noindex">\n'
    page = _PAGE.format(title=title, head=head, body=body)
    return HTMLResponse(page, status, headers=headers)


def render_page(
    posting: Posting,
    employer: Employer,
    live_sessions: Sequence[LiveSession],
    *,
    token: str,
    site: str,
    client_tags: str = "",
) -> str:
    """Return the page as HTML; every text from outside is escaped.

    ``token`` belongs to the QR code of the page; ``site`` is the URL of the service without a
    slash at its end.
    """
    terms = posting.terms
    title = f"{terms.title} - {employer.name}"
    url = f"{site}/jobs/{global_id('Posting', posting.id)}"
    data = to_script_json(build_job_posting(posting, employer, url=url))
    head = f'<link rel="canonical" href="{escape(url)}">\n'
    head += _meta_tags(
        title, summarise_posting(posting, employer), url, f"{site}/codes/{token}.png"
    )
    if posting.synthetic:
        # Demo data must not be found by search engines.
        head += '<meta name="robots" content="noindex">\n'
    head += f'<script type="application/ld+json">{data}</script>\n{client_tags}'
    body = [
        f"<h1>{escape(terms.title)}</h1>",
        f'<p class="pay">{escape(describe_pay(terms.pay))}</p>',
        f"<dl>{_definition_list(list_facts(posting, employer))}</dl>",
        f"<h2>工作内容</h2><p>{_with_line_breaks(terms.duties)}</p>",
        f"<h2>招聘条件</h2><p>{_with_line_breaks(terms.conditions)}</p>",
        _media_links(posting),
        f"<h2>怎样报名</h2>{_application_links(posting, live_sessions)}",
        _QR_CODE_FIGURE.format(token=token),
    ]
    return _PAGE.format(title=escape(title), head=head, body="\n".join(body))


def _meta_tags(title: str, description: str, url: str, image: str) -> str:
    """Return the tags for link previews and search results: https://ogp.me/"""
    properties = {
        "og:type": "website",
        "og:site_name": "送岗 Songgang",
        "og:locale": "zh_CN",
        "og:title": title,
        "og:description": description,
        "og:url": url,
        "og:image": image,
        "og:image:alt": "这个岗位的二维码",
    }
    metas = [
        f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()
    ]
    return "\n".join([f'<meta name="description" content="{escape(description)}">', *metas, ""])


def _media_links(posting: Posting) -> str:
    """Return the links to videos, tours and pictures; browsers tell the other site no referrer."""
    items = [
        f'<li><a href="{escape(link.url)}" rel="nofollow noopener noreferrer">'
        f"{link.kind.zh}{'：' if link.title else ''}{escape(link.title)}</a></li>"
        for link in posting.terms.media
    ]
    return f"<h2>看一看</h2><ul>{''.join(items)}</ul>" if items else ""


def _definition_list(facts: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<dt>{term}</dt><dd>{escape(value)}</dd>" for term, value in facts)


def _with_line_breaks(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _application_links(posting: Posting, live_sessions: Sequence[LiveSession]) -> str:
    """Return links to the live sessions that present the posting, and to the posting board."""
    session_links = [
        f'<li><a href="{_front_page_url(posting, session)}">'
        f"进入直播间：{escape(session.title)}</a></li>"
        for session in live_sessions
    ]
    board = (
        f'<li><a href="{_front_page_url(posting, None)}">留下联系方式，由工会转交用人单位</a></li>'
    )
    return f"<ul>{''.join((*session_links, board))}</ul>"


def _front_page_url(posting: Posting, session: LiveSession | None) -> str:
    given = {"posting": global_id("Posting", posting.id)}
    if session is not None:
        given["session"] = global_id("LiveSession", session.id)
    # A relative URL works below any path that a proxy serves the application at.
    return escape(f"../?{urlencode(given)}")


async def serve_job_page(request: Request) -> Response:
    """Answer ``/jobs/{id}``."""
    pages: JobPages = request.app.state.node.job_pages
    try:
        return await pages.respond(request.path_params["id"], request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


async def serve_stylesheet(request: Request) -> Response:
    """Answer ``/jobs.css``; the content security policy forbids styles inside a page."""
    answer = Response(_STYLE, media_type="text/css; charset=utf-8")
    return with_etag(answer, request.headers.get("if-none-match"))
