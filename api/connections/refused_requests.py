"""Answers to requests that are not read to their end, written without the application."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*")


def has_one_host(headers: Iterable[tuple[bytes, bytes]], http_version: str) -> bool:
    """Whether the headers hold one well-formed host, or none in HTTP/1.0 (RFC 9112, 3.2)."""
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts:
        return http_version == "1.0"
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None


class RequestRefused(Exception):
    """A request that is not read to its end; the client is told the status and why."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self._status = status
        self._message = message

    def encode(self) -> bytes:
        """The whole HTTP answer, after which the connection is closed."""
        body = orjson.dumps({"error": self._message})
        headers = (
            b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            % len(body)
        )
        return STATUS_LINE[self._status] + headers + body
