"""Links from a posting to pictures, videos and tours on other sites."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class MediaKind(Labelled):
    """What a link shows."""

    VIDEO = "VIDEO", "视频"
    VR = "VR", "VR全景", "VR tour"
    IMAGE = "IMAGE", "图片"


@dataclass(frozen=True, kw_only=True)
class MediaLink:
    """A link with an optional title. The service never opens the address."""

    kind: MediaKind
    url: str
    title: str = ""
