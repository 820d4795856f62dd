"""Signatures of requests to Alibaba Cloud and Tencent Cloud, by their published methods.

ACS3-HMAC-SHA256: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature.
TC3-HMAC-SHA256: https://cloud.tencent.com/document/api/382/52072. The tests hold the example of
each page, with the signature that it prints.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

TC3_CONTENT_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessKey:
    """The access key of an account; the secret signs and is never sent."""

    id: str
    secret: str = field(repr=False)


def acs3_query(parameters: Mapping[str, str]) -> str:
    """Return parameters as a canonical query string: sorted, encoded by RFC 3986."""
    pairs = sorted(
        (quote(name, safe=""), quote(value, safe="")) for name, value in parameters.items()
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def acs3_headers(
    key: AccessKey,
    *,
    host: str,
    action: str,
    version: str,
    query: str,
    at: datetime,
    nonce: str,
) -> dict[str, str]:
    """Return the headers of a POST without body to the path ``/`` of an RPC service.

    ``at`` is in UTC; the service accepts a request for 15 minutes. ``nonce`` may not repeat.
    """
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": _hex_digest(""),
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join(["POST", "/", query, lines, names, headers["x-acs-content-sha256"]])
    signature = hmac.new(
        key.secret.encode(), f"ACS3-HMAC-SHA256\n{_hex_digest(request)}".encode(), sha256
    ).hexdigest()
    authorization = (
        f"ACS3-HMAC-SHA256 Credential={key.id},SignedHeaders={names},Signature={signature}"
    )
    return headers | {"authorization": authorization}


def tc3_authorization(
    key: AccessKey, *, host: str, service: str, payload: bytes, at: datetime
) -> str:
    """Return the ``Authorization`` of a POST of JSON to the path ``/``; ``at`` is in UTC.

    The service accepts a request for five minutes.
    """
    timestamp, day = int(at.timestamp()), f"{at:%Y-%m-%d}"
    names = "content-type;host"
    request = "\n".join(
        [
            "POST",
            "/",
            "",
            f"content-type:{TC3_CONTENT_TYPE}\nhost:{host}\n",
            names,
            sha256(payload).hexdigest(),
        ]
    )
    scope = f"{day}/{service}/tc3_request"
    signing_key = f"TC3{key.secret}".encode()
    for part in (day, service, "tc3_request"):
        signing_key = hmac.new(signing_key, part.encode(), sha256).digest()
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{_hex_digest(request)}"
    signature = hmac.new(signing_key, to_sign.encode(), sha256).hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )


def _hex_digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
