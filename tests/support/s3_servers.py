"""A real S3 server with one bucket that everybody may read, as an operator sets it up."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.media_programs import free_port
from tests.support.source_files import ROOT
from tests.support.waiting import wait_until

BUCKET = "pictures"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "S3RVER",
    "AWS_SECRET_ACCESS_KEY": "S3RVER",
    "AWS_REGION": "us-east-1",
}
_PROGRAM = ROOT / ".uv" / "s3rver" / "node_modules" / "s3rver" / "bin" / "s3rver.js"
_CORS = ROOT / "tests" / "data" / "s3rver" / "cors.xml"


@dataclass(frozen=True, kw_only=True)
class S3Server:
    """A running server. ``folder`` has the objects of the bucket as files."""

    url: str
    folder: Path

    def list_names(self, prefix: str) -> list[str]:
        """Return the names of the objects in a folder of the bucket, in order."""
        found = (self.folder / prefix).glob("*._S3rver_object")
        return sorted(each.name.removesuffix("._S3rver_object") for each in found)


def find_s3rver() -> tuple[str, Path] | None:
    """Return Node and the program of the server; None without both."""
    own = ROOT / ".uv" / "node" / "bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    return (node, _PROGRAM) if node is not None and _PROGRAM.exists() else None


@asynccontextmanager
async def running_s3(folder: Path) -> AsyncIterator[S3Server]:
    """Run the server with an empty bucket in a folder until the block ends."""
    found = find_s3rver()
    assert found is not None  # the test has asked
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(*found, "--directory", folder / "objects", "--address", "127.0.0.1"),
            *("--port", str(port), "--no-vhost-buckets", "--configure-bucket", BUCKET, _CORS),
            stdout=log,
            stderr=log,
        )
    try:
        await wait_until(lambda: b"listening" in (folder / "log").read_bytes(), 60)
        yield S3Server(url=f"http://127.0.0.1:{port}/{BUCKET}", folder=folder / "objects" / BUCKET)
    finally:
        process.terminate()
        await process.wait()
