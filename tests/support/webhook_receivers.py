"""Receivers of webhooks: small HTTP servers on this machine."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Self


class WebhookReceiver:
    """An HTTP server that records requests and answers with ``responses`` first, then with 204.

    While ``is_holding`` is set it accepts messages and does not answer until ``release``. With
    ``tls`` it presents the certificate of that context.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.responses: list[bytes] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.is_holding = False
        self._released = asyncio.Event()
        self._host = host
        self._port = port
        self._tls = tls

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, self._host, self._port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{self._host}:{self.port}/hook?key=secret"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release()
        self._server.close()

    def release(self) -> None:
        """Answer the held requests, and every later one without delay."""
        self.is_holding = False
        self._released.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((headers, body))
        if self.is_holding:
            await self._released.wait()
        writer.write(self.responses.pop(0) if self.responses else http_response(204))
        writer.close()

    def message_types(self) -> list[str]:
        """The types of the messages, in order of arrival."""
        return [json.loads(body)["type"] for _, body in self.requests]

    def message_ids(self) -> list[str]:
        """The ``webhook-id`` of the messages, in order of arrival."""
        return [headers["webhook-id"] for headers, _ in self.requests]


def http_response(status: int, more: str = "", body: bytes = b"") -> bytes:
    """Return a whole HTTP response that closes the connection."""
    head = f"HTTP/1.1 {status} X\r\n{more}connection: close\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body
