"""The key in the addresses that gateways and media servers call, for those that sign nothing."""

from __future__ import annotations

import hmac

from pydantic import SecretStr
from starlette.requests import Request

_MAX_KEY_LENGTH = 1_000


def has_callback_key(request: Request, key: SecretStr | None) -> bool:
    """Return whether the address of a request holds this key; without a key none does."""
    shown = request.query_params.get("key", "")[:_MAX_KEY_LENGTH]
    return key is not None and hmac.compare_digest(shown.encode(), key.get_secret_value().encode())
