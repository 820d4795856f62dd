"""``/covers/{id}.svg``: the cover that this service draws of a live session.

A card of 1280 x 720: title, union, host and start, in the reader's own fonts. It holds no script
and loads nothing.
"""

from __future__ import annotations

from html import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.http.etags import with_etag
from domain.identity.scopes import may_see_session
from domain.line_breaks import break_lines, shorten
from domain.live.sessions import LiveSession
from domain.reference.calendar import CHINA_TIMEZONE
from domain.reference.weekdays import Weekday
from domain.refusals import InvalidId
from schema.context import Services
from schema.relay import parse_global_id
from storage.mongo.errors import StorageUnavailable

MAX_TITLE_LINES = 3
_LINE_WIDTH = 28
"""Half-width characters in a line of the title; a Chinese character counts as two."""
_CACHE = "public, max-age=60"
_FONTS = "'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif"
_CARD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" role="img">
<title>{label}</title>
<rect width="1280" height="720" fill="#FAF7F2"/>
<rect x="64" y="64" width="1152" height="592" rx="8" fill="#FFFFFF" stroke="#8A8073" \
stroke-width="2"/>
<path d="M64 536h1152" stroke="#8A8073" stroke-width="2" stroke-dasharray="16 12"/>
<circle cx="64" cy="536" r="20" fill="#FAF7F2"/><circle cx="1216" cy="536" r="20" fill="#FAF7F2"/>
<g font-family="{fonts}" fill="#221E19">
<text x="120" y="150" font-size="34" fill="#0B6650" font-weight="700">送岗 · {kind}</text>
{title}
<text x="120" y="500" font-size="34" fill="#5E564B">{host}</text>
<text x="120" y="612" font-size="36" font-weight="700">{start}</text>
<text x="1160" y="612" font-size="32" fill="#5E564B" text-anchor="end">{union}</text>
</g>
</svg>
"""
_TITLE_LINE = '<text x="120" y="{y}" font-size="72" font-weight="700">{text}</text>'
_WEEKDAYS = tuple(Weekday)


class SessionCovers:
    """Answers ``/covers/{id}.svg``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def respond(self, name: str, known_etags: str | None) -> Response:
        """Return the cover of a session that everybody may see.

        :raises HTTPException: 404, there is none; 503, the database does not answer.
        """
        try:
            session_id = parse_global_id(name.removesuffix(".svg"), "LiveSession", "id")
            session = await self._services.cached_sessions.get(session_id)
            if not name.endswith(".svg") or session is None or not may_see_session(None, session):
                raise HTTPException(404)
            unions = await self._services.store.unions.by_ids([session.union_id])
        except InvalidId:
            raise HTTPException(404) from None
        except StorageUnavailable:
            raise HTTPException(503, "Try again in a moment.") from None
        cover = draw_cover(session, unions[session.union_id].name)
        answer = Response(cover, media_type="image/svg+xml")
        return with_etag(answer, known_etags, cache_control=_CACHE)


def draw_cover(session: LiveSession, union: str) -> str:
    """Return the cover of a session as SVG; ``union`` is the name of its union."""
    lines = break_lines(session.title, _LINE_WIDTH, MAX_TITLE_LINES)
    host = " · ".join(
        [session.host.name, *([session.host.honour.zh] if session.host.honour else [])]
    )
    start = session.starts_at.astimezone(CHINA_TIMEZONE)
    return _CARD.format(
        label=escape(session.title),
        fonts=_FONTS,
        kind=escape(session.format.zh),
        title="\n".join(
            _TITLE_LINE.format(y=250 + 88 * number, text=escape(line))
            for number, line in enumerate(lines)
        ),
        host=escape(shorten(host, 60)),
        start=f"{start.month}月{start.day}日 {_WEEKDAYS[start.weekday()].zh} {start:%H:%M}",
        union=escape(shorten(union, 36)),
    )


async def serve_cover(request: Request) -> Response:
    """Answer ``/covers/{id}.svg``."""
    covers: SessionCovers = request.app.state.node.covers
    return await covers.respond(request.path_params["name"], request.headers.get("if-none-match"))
