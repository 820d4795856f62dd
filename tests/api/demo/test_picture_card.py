"""The card of a demo session: what it says, and that ffmpeg draws any text as it is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from api.demo.picture_card import (
    CHINA_TIME,
    CardTexts,
    card_arguments,
    describe_pinned,
    describe_session,
    prepare_card,
    write_card,
)
from api.media.hls_encoder import find_ffmpeg
from domain.live.camera_recordings import Container, read_head
from domain.live.sessions import Host
from tests.support import records
from tests.support.camera_parts import find_darkest

TITLE, PAY, CLOCK = "1000:170:120:180", "1000:90:120:395", "180:40:1000:105"
WHITE = 230
"""Nothing is drawn that is darker."""
TEXTS = CardTexts(
    heading="送岗", title="数控车床操作工", pay="6500元/月", place="嘉兴市", employer="某公司"
)


@pytest.fixture
def draw(tmp_path: Path) -> Callable[[CardTexts], bytes]:
    prepare_card(tmp_path, TEXTS)

    def draw_frame(texts: CardTexts) -> bytes:
        write_card(tmp_path, texts)
        *arguments, output = card_arguments()
        return subprocess.run(
            [find_ffmpeg(), *arguments, "-frames:v", "1", output],
            cwd=tmp_path,
            env=os.environ | CHINA_TIME,
            capture_output=True,
            check=True,
        ).stdout

    return draw_frame


def test_a_card_says_what_the_pinned_job_is() -> None:
    posting, employer = records.posting(), records.employer(name="嘉兴某精密机械有限公司")
    card = describe_pinned(records.live_session(), posting, employer)
    assert card.title.replace("\n", "") == posting.terms.title
    assert card.pay.endswith("元/月")
    assert card.place == "上海市浦东新区"
    assert card.employer == employer.name


def test_long_texts_are_broken_and_end_with_an_ellipsis() -> None:
    posting = records.posting()
    posting = replace(posting, terms=replace(posting.terms, title="焊" * 80))
    card = describe_pinned(records.live_session(), posting, records.employer(name="甲" * 100))
    assert card.title == "焊" * 13 + "\n" + "焊" * 12 + "…"
    assert card.employer == "甲" * 27 + "…"


def test_a_session_without_a_pinned_job_shows_its_own_title() -> None:
    session = records.live_session(title="春风行动专场", host=Host(name="王师傅"))
    card = describe_session(session)
    assert (card.title, card.employer, card.pay) == ("春风行动专场", "王师傅", "")


def test_ffmpeg_draws_the_texts_as_a_recording_of_a_camera(
    draw: Callable[[CardTexts], bytes],
) -> None:
    frame = draw(TEXTS)
    recording = read_head(frame)
    assert recording is not None
    assert (recording.container, recording.is_h264) == (Container.MP4, True)
    assert find_darkest(frame, TITLE) < WHITE
    assert find_darkest(frame, PAY) < WHITE
    assert find_darkest(frame, CLOCK) < WHITE
    empty = draw(CardTexts(**dict.fromkeys(asdict(TEXTS), "")))
    assert find_darkest(empty, TITLE) >= WHITE
    assert find_darkest(empty, PAY) >= WHITE


@pytest.mark.parametrize("text", ["%{localtime} %{e:1/0", "':x=0\\", "100%", "电\u200b工\n", "𬬻"])
def test_texts_of_strangers_are_drawn_and_not_executed(
    draw: Callable[[CardTexts], bytes], text: str
) -> None:
    assert find_darkest(draw(replace(TEXTS, title=text)), TITLE) < WHITE
