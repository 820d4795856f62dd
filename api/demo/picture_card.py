"""The card that the demo shows as the picture of a session: the pinned job, drawn by ffmpeg.

ffmpeg reads the texts from files again and again, so the card follows the pinned job without a new
picture. Texts come from strangers: ffmpeg draws them as they are and expands nothing in them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path

from domain.employers.employers import Employer
from domain.line_breaks import break_lines, shorten
from domain.live.sessions import LiveSession
from domain.postings.pay_text import format_pay
from domain.postings.postings import Posting
from domain.reference.regions import list_ancestors, region_of

MIME_TYPE = "video/mp4;codecs=avc1.42C01F"
CHINA_TIME = {"TZ": "CST-8"}
"""The environment of an ffmpeg that draws the time of day in China, in the form of POSIX."""
_FONT = "NotoSansCJKsc-GB2312.otf"
_FRAMES_PER_SECOND = 2
_EMPTY = " "
"""Ffmpeg takes a text without a character for a fault."""
_TITLE_WIDTH, _TITLE_LINES = 26, 2
_LINE_WIDTH = 56
_PAY_WIDTH = 34
_PAPER, _CARD, _EDGE = "0xFAF7F2", "0xFFFFFF", "0x8A8073"
_INK, _GREY, _GREEN = "0x221E19", "0x5E564B", "0x0B6650"
_FRAME = (
    f"drawbox=64:64:1152:592:{_CARD}:fill,drawbox=64:64:1152:592:{_EDGE}:2,"
    f"drawbox=120:516:1040:2:{_EDGE}:fill"
)
_CLOCK = (
    f"drawtext=fontfile={_FONT}:text='%{{localtime\\:%H\\\\\\:%M\\\\\\:%S}}'"
    f":x=1160-tw:y=112:fontsize=34:fontcolor={_GREY}"
)


@dataclass(frozen=True, kw_only=True)
class CardTexts:
    """What a card says, each in lines that fit; the fields have the names of their files."""

    heading: str
    title: str
    pay: str
    place: str
    employer: str


def describe_session(session: LiveSession) -> CardTexts:
    """Return the card of a session that presents no job at the moment."""
    return CardTexts(
        heading=_heading_of(session),
        title=_break_title(session.title),
        pay="",
        place="",
        employer=shorten(session.host.name, _LINE_WIDTH),
    )


def describe_pinned(session: LiveSession, posting: Posting, employer: Employer) -> CardTexts:
    """Return the card of a session that presents this job."""
    terms = posting.terms
    region = region_of(terms.place_code)
    above = [each.name for each in list_ancestors(region)] if region is not None else []
    place = "".join([*above, region.name if region is not None else ""])
    return CardTexts(
        heading=_heading_of(session),
        title=_break_title(terms.title),
        pay=shorten(format_pay(terms.pay), _PAY_WIDTH),
        place=shorten(f"{place} {terms.address}".strip(), _LINE_WIDTH),
        employer=shorten(employer.name, _LINE_WIDTH),
    )


def _heading_of(session: LiveSession) -> str:
    return f"送岗 · {session.format.zh} · 演示画面"


def _break_title(title: str) -> str:
    return "\n".join(break_lines(title, _TITLE_WIDTH, _TITLE_LINES))


def prepare_card(folder: Path, texts: CardTexts) -> None:
    """Put the font and the texts of a card into a folder, which ffmpeg then runs in."""
    with as_file(files("api.demo") / "font" / _FONT) as font:
        shutil.copyfile(font, folder / _FONT)
    write_card(folder, texts)


def write_card(folder: Path, texts: CardTexts) -> None:
    """Replace the texts of a card; ffmpeg never reads half of one."""
    for name, text in asdict(texts).items():
        fresh = folder / f"{name}.new"
        fresh.write_text(text or _EMPTY, "utf-8")
        fresh.replace(folder / name)


def card_arguments() -> Sequence[str]:
    """Return the arguments of an ffmpeg that draws the card of its folder, as it goes on air.

    The recording goes to its standard output, in fragments of a second, as fast as time passes.
    """
    drawn = (
        _FRAME,
        _text("heading", y=112, size=34, colour=_GREEN),
        # The font has one weight: an outline makes the title bold.
        f"{_text('title', y=190, size=76, colour=_INK)}:borderw=1:bordercolor={_INK}",
        _text("pay", y=404, size=60, colour=_GREEN),
        _text("place", y=540, size=36, colour=_GREY),
        _text("employer", y=594, size=36, colour=_INK),
        _CLOCK,
    )
    source = f"color=c={_PAPER}:s=1280x720:r={_FRAMES_PER_SECOND}"
    return (
        *("-hide_banner", "-loglevel", "error", "-filter_threads", "1"),
        *("-re", "-f", "lavfi", "-i", source, "-vf", ",".join(drawn)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage", "-crf", "28"),
        *("-pix_fmt", "yuv420p", "-threads", "1", "-g", str(_FRAMES_PER_SECOND)),
        *("-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "pipe:1"),
    )


def _text(name: str, *, y: int, size: int, colour: str) -> str:
    return (
        f"drawtext=fontfile={_FONT}:textfile={name}:reload=1:expansion=none"
        f":x=120:y={y}:fontsize={size}:fontcolor={colour}:line_spacing=12"
    )
