"""A provider of text messages: a small HTTP server on this machine with documented answers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.support.webhook_receivers import http_response

ALIYUN_ACCEPTED: dict[str, Any] = {
    "Message": "OK",
    "RequestId": "819BE656-D2E0-4858-8B21-B2E477085AAF",
    "Code": "OK",
    "BizId": "900619746936498440^0",
}
"""The example of SendSms at Alibaba Cloud."""
TENCENT_ACCEPTED: dict[str, Any] = {
    "Response": {
        "SendStatusSet": [
            {
                "SerialNo": "5000:1045710669157053657849499619",
                "PhoneNumber": "+8618511122233",
                "Fee": 1,
                "SessionContext": "test",
                "Code": "Ok",
                "Message": "send success",
                "IsoCode": "CN",
            }
        ],
        "RequestId": "a0aabda6-cf91-4f3e-a81f-9198114a2279",
    }
}
"""The example of SendSms at Tencent Cloud."""


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it arrived on the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """The decoded parameters of the query."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


class SmsProvider:
    """Records requests and answers with ``answers`` in turn, then with ``accepted``.

    An answer is a status with an object, or bytes that are sent as they are.
    """

    def __init__(self, accepted: dict[str, Any]) -> None:
        self.accepted = accepted
        self.answers: list[tuple[int, Any] | bytes] = []
        self.requests: list[ReceivedRequest] = []
        self.held: asyncio.Event | None = None
        """While set, requests are answered only after the event."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.held is not None:
            self.held.set()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.split(": ", 1) for line in lines if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(ReceivedRequest(method, target, headers, body))
        if self.held is not None:
            await self.held.wait()
        answer = self.answers.pop(0) if self.answers else (200, self.accepted)
        if isinstance(answer, tuple):
            answer = http_response(answer[0], body=json.dumps(answer[1]).encode())
        writer.write(answer)
        writer.close()
