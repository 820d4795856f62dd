"""The layers, and what no file may hold: see docs/decisions/0001.

Each rule is tested on the project, and on a small tree that breaks it.
"""

from pathlib import Path

import pytest

from tests.support.layer_rules import (
    Rule,
    drivers_outside_storage,
    endless_loops_outside_background,
    imports_against_the_layers,
    impurities_in_the_domain,
    suppressions_without_reason,
    unfinished_work,
    vague_module_names,
)
from tests.support.source_files import LAYERS, ROOT, python_files

RULES: list[Rule] = [
    imports_against_the_layers,
    drivers_outside_storage,
    impurities_in_the_domain,
    vague_module_names,
    suppressions_without_reason,
    unfinished_work,
    endless_loops_outside_background,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_follows_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_the_rules_look_at_every_layer() -> None:
    seen = {path.relative_to(ROOT).parts[0] for path in python_files(ROOT)}
    assert {*LAYERS, "tests"} <= seen


VIOLATIONS: list[tuple[Rule, str, str, list[str]]] = [
    (
        imports_against_the_layers,
        "storage/leads.py",
        "from domain import leads\n\ndef late():\n    import api.app\n",
        ["storage/leads.py:4: storage imports api.app"],
    ),
    (
        imports_against_the_layers,
        "domain/deep/leads.py",
        "from ...storage import leads\n",
        ["domain/deep/leads.py:1: domain imports storage"],
    ),
    (
        imports_against_the_layers,
        "realtime/hub.py",
        "if TYPE_CHECKING:\n    from tests.support import clock\n",
        ["realtime/hub.py:2: realtime imports tests.support"],
    ),
    (
        imports_against_the_layers,
        "services/leads/lead_capture.py",
        "from workers.matcher import Matcher\n",
        ["services/leads/lead_capture.py:1: services imports workers.matcher"],
    ),
    (
        drivers_outside_storage,
        "api/app.py",
        "import pymongo\n",
        ["api/app.py:1: imports pymongo"],
    ),
    (
        drivers_outside_storage,
        "schema/leads.py",
        "from bson.objectid import ObjectId\n",
        ["schema/leads.py:1: imports bson.objectid"],
    ),
    (
        impurities_in_the_domain,
        "domain/leads.py",
        "import time\nfrom datetime import datetime\nat = datetime.now(UTC)\n",
        ["domain/leads.py:1: imports time", "domain/leads.py:3: reads a clock"],
    ),
    (
        endless_loops_outside_background,
        "workers/keys.py",
        "async def run():\n    while True:\n        await work()\n",
        ["workers/keys.py:2: loops without end"],
    ),
    (
        endless_loops_outside_background,
        "api/demo/keeper.py",
        "async def run(stopping):\n    while not stopping.is_set():\n        await work()\n",
        ["api/demo/keeper.py:2: loops without end"],
    ),
    (vague_module_names, "storage/utils.py", "", ["storage/utils.py"]),
    (vague_module_names, "api/helpers/tokens.py", "", ["api/helpers/tokens.py"]),
    (
        suppressions_without_reason,
        "api/app.py",
        (
            "import os  # noqa: F401\n"
            "x = f()  # type: ignore[misc]\n"
            "y = 1  # type: ignore[a] # noqa: E1, E2 -\n"
        ),
        [
            "api/app.py:1: # noqa: F401",
            "api/app.py:2: # type: ignore[misc]",
            "api/app.py:3: # type: ignore[a] # noqa: E1, E2 -",
        ],
    ),
    (
        suppressions_without_reason,
        "api/app.py",
        "# a reason before it does not count  # ruff: noqa: F401\n",
        ["api/app.py:1: # a reason before it does not count  # ruff: noqa: F401"],
    ),
    (
        unfinished_work,
        "docs/runbook.md",
        "Fine.\n" + "TO" + "DO: write this\n",
        ["docs/runbook.md:2: " + "TO" + "DO: write this"],
    ),
    (
        unfinished_work,
        "Makefile",
        "# FIX" + "ME\n",
        ["Makefile:1: # FIX" + "ME"],
    ),
]


@pytest.mark.parametrize(("rule", "name", "text", "findings"), VIOLATIONS)
def test_a_violation_is_found(
    tmp_path: Path, rule: Rule, name: str, text: str, findings: list[str]
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    assert rule(tmp_path) == findings


ALLOWED: list[tuple[Rule, str, str]] = [
    (
        imports_against_the_layers,
        "api/app.py",
        "import schema, realtime.hub\nfrom domain import x\n",
    ),
    (imports_against_the_layers, "workers/matcher.py", "import services.leads.lead_capture\n"),
    (imports_against_the_layers, "schema/leads.py", "from . import errors\nfrom .leads import x\n"),
    (drivers_outside_storage, "storage/client.py", "import pymongo\n"),
    (drivers_outside_storage, "tests/test_client.py", "import pymongo\n"),
    (impurities_in_the_domain, "domain/leads.py", "from datetime import datetime\nat: datetime\n"),
    (impurities_in_the_domain, "storage/leads.py", "import time\n"),
    (suppressions_without_reason, "api/app.py", "import os  # noqa: F401 - the shell reads it\n"),
    (
        suppressions_without_reason,
        "api/app.py",
        "x()  # type: ignore[misc]  # Motor has no types\n",
    ),
    (suppressions_without_reason, "api/app.py", 'text = "# noqa"  # only a text\n'),
    (
        endless_loops_outside_background,
        "realtime/background.py",
        "async def run():\n    while True:\n        await work()\n",
    ),
    (
        endless_loops_outside_background,
        "api/websocket/connection.py",
        "async def f():\n    while True:\n        if await next() is None:\n            return\n",
    ),
    (
        endless_loops_outside_background,
        "workers/matcher.py",
        "async def run():\n    while await take_lease():\n        await work()\n",
    ),
    (vague_module_names, "storage/leads.py", ""),
    (vague_module_names, "node_modules/utils/x.py", ""),
    (unfinished_work, ".venv/x.py", "# FIX" + "ME\n"),
    (unfinished_work, "web/logo.png", "TO" + "DO"),
]


@pytest.mark.parametrize(("rule", "name", "text"), ALLOWED)
def test_allowed_code_is_not_found(tmp_path: Path, rule: Rule, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    assert rule(tmp_path) == []
