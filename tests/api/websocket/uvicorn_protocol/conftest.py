"""Fixtures of the WebSocket protocol: each test runs on both event loops."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.api.websocket.uvicorn_protocol.wire_protocol_server import LOOPS, Run


@pytest.fixture(params=sorted(LOOPS))
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test on either event loop: production has uvloop where there is one."""

    def run(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(test)

    return run
