"""The forms in which media servers call when somebody publishes or stops.

- nginx-rtmp: directives on_publish, on_update and on_publish_done; a form whose field ``call`` says
  which. The arguments that the publisher chose stand behind the fields of the server, so the first
  field of a name counts.
- SRS: http_hooks on_publish and on_unpublish; JSON with ``action``, ``stream``, ``param``.
- MediaMTX: authHTTPAddress asks with ``action`` publish, and for readers with others. The end is
  told by ``runOnNotReady``, whose command sends ``action`` unpublish.
- songgang media, our own: JSON with ``action`` publish, update or end, ``name``, ``key`` and
  ``connection``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qsl

import orjson

from api.stream_settings import StreamServer
from domain.refusals import InvalidInput

MAX_FIELDS = 64
"""Fields of a form or of a query."""


class PublishingReport(Enum):
    """What a call is about."""

    WANTS_TO_BEGIN = auto()
    GOES_ON = auto()
    ENDED = auto()
    OF_NO_INTEREST = auto()
    TO_BE_REFUSED = auto()


@dataclass(frozen=True, kw_only=True)
class PublishingCall:
    """One call: ``name`` of the stream, ``secret`` of its key, ``publisher`` is the connection."""

    report: PublishingReport
    name: str = ""
    secret: str = ""
    publisher: str = ""


def read_call(server: StreamServer, body: bytes) -> PublishingCall:
    """Return what the body of a call says.

    :raises InvalidInput: it is not in the form of this server.
    """
    if server is StreamServer.NGINX_RTMP:
        return _read_nginx_rtmp(_read_fields(body.decode("utf-8", "replace")))
    given = _read_object(body)
    if server is StreamServer.SONGGANG_MEDIA:
        return _read_songgang_media(given)
    return _read_srs(given) if server is StreamServer.SRS else _read_mediamtx(given)


def _read_nginx_rtmp(fields: Mapping[str, str]) -> PublishingCall:
    reports = {
        "publish": PublishingReport.WANTS_TO_BEGIN,
        "update_publish": PublishingReport.GOES_ON,
        "publish_done": PublishingReport.ENDED,
    }
    return PublishingCall(
        report=reports.get(fields.get("call", ""), PublishingReport.OF_NO_INTEREST),
        name=fields.get("name", ""),
        secret=fields.get("key", ""),
        publisher=fields.get("clientid", ""),
    )


def _read_srs(given: Mapping[str, Any]) -> PublishingCall:
    reports = {
        "on_publish": PublishingReport.WANTS_TO_BEGIN,
        "on_unpublish": PublishingReport.ENDED,
    }
    return PublishingCall(
        report=reports.get(_text(given, "action"), PublishingReport.OF_NO_INTEREST),
        name=_text(given, "stream"),
        secret=_read_fields(_text(given, "param").removeprefix("?")).get("key", ""),
        publisher=_text(given, "client_id"),
    )


def _read_mediamtx(given: Mapping[str, Any]) -> PublishingCall:
    reports = {
        "publish": PublishingReport.WANTS_TO_BEGIN,
        "unpublish": PublishingReport.ENDED,
        "read": PublishingReport.OF_NO_INTEREST,
        "playback": PublishingReport.OF_NO_INTEREST,
    }
    return PublishingCall(
        # The others are its control interface and its metrics, for which we admit nobody.
        report=reports.get(_text(given, "action"), PublishingReport.TO_BE_REFUSED),
        name=_text(given, "path").rpartition("/")[2],
        secret=_read_fields(_text(given, "query")).get("key", ""),
        publisher=_text(given, "id"),
    )


def _read_songgang_media(given: Mapping[str, Any]) -> PublishingCall:
    reports = {
        "publish": PublishingReport.WANTS_TO_BEGIN,
        "update": PublishingReport.GOES_ON,
        "end": PublishingReport.ENDED,
    }
    return PublishingCall(
        report=reports.get(_text(given, "action"), PublishingReport.TO_BE_REFUSED),
        name=_text(given, "name"),
        secret=_text(given, "key"),
        publisher=_text(given, "connection"),
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    """The text of a field; SRS before version 4 sends numbers as ids."""
    value = given.get(name)
    return str(value) if isinstance(value, (str, int)) else ""


def _read_fields(text: str) -> dict[str, str]:
    """The fields of a form or a query; of several with one name the first."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise _wrong_form() from None
    return dict(reversed(pairs))


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _wrong_form() from None
    if not isinstance(given, dict):
        raise _wrong_form()
    return given


def _wrong_form() -> InvalidInput:
    return InvalidInput(
        "The call is not in the form of this media server.", "请求不符合该流媒体服务器的格式。"
    )
