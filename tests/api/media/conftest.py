"""One running media process for each file of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.media.limits import MediaLimits
from tests.support.camera_parts import MediaStudio, running_media

LIMITS = MediaLimits(key_check_seconds=0.1, silence_seconds=2.0, folder_check_seconds=0.1)


@pytest.fixture(scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MediaStudio]:
    folder: Path = tmp_path_factory.mktemp("media")
    async with running_media(folder, LIMITS) as running:
        yield running
