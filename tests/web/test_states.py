"""Every state of the pages can be read in every theme: light, dark, large, both languages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host
from tests.web.states import WALKS, Walk
from tests.web.themes import faults_in_every_theme
from tests.web.visitors import visiting


@pytest.mark.parametrize("name", WALKS)
async def test_every_state_is_clean_in_every_theme(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host, name: str
) -> None:
    password = demo.demo_password
    officer = Host(http, (await http.sign_in("officer", password))["accessToken"])
    found: dict[str, list[tuple[str, Any]]] = {}
    async with visiting(browser, demo.url) as visitor:
        walk = Walk(visitor=visitor, host=host, officer=officer, password=password)
        async for state in WALKS[name](walk):
            faults = await faults_in_every_theme(visitor)
            if faults:
                found[state] = faults
    assert found == {}
