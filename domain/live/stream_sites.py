"""The addresses that a session's picture may come from: named media servers, known platforms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.labels import Labelled
from domain.refusals import InvalidInput

MAX_STREAM_URL_LENGTH = 500
"""Characters in an address of a playlist, a poster, a cover or a page."""
_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
_HOST = re.compile(r"[a-z0-9.-]+")
# Nothing that ends an attribute, a header or a policy.
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&()*+,=%-]+")


class StreamPlatform(Labelled):
    """Another platform that shows a session's picture."""

    DOUYIN = "DOUYIN", "抖音"
    KUAISHOU = "KUAISHOU", "快手"
    WECHAT_CHANNELS = "WECHAT_CHANNELS", "视频号", "WeChat Channels"


_PLATFORM_SITES = {
    "douyin.com": StreamPlatform.DOUYIN,
    "kuaishou.com": StreamPlatform.KUAISHOU,
    "weixin.qq.com": StreamPlatform.WECHAT_CHANNELS,
}


@dataclass(frozen=True, kw_only=True)
class StreamRules:
    """Where pictures may come from: origins such as ``https://live.example.org``; none by default.

    Pages load playlists, segments and posters from them, and this service reads the playlists.
    """

    origins: tuple[str, ...] = ()


NO_STREAM_SITE = StreamRules()


def parse_stream_origins(listed: str) -> StreamRules:
    """Return the rules for a comma-separated list of origins.

    :raises ValueError: one of them is not an origin.
    """
    origins = tuple(each.strip().lower() for each in listed.split(",") if each.strip())
    if not all(map(_is_origin, origins)):
        raise ValueError("is a comma-separated list of origins such as https://live.example.org")
    return StreamRules(origins=origins)


def _is_origin(text: str) -> bool:
    if not _ORIGIN.fullmatch(text):
        return False
    try:
        return urlsplit(text).port != 0
    except ValueError:  # no address in the brackets, or no port
        return False


def is_from_stream_site(url: str, rules: StreamRules) -> bool:
    """Return whether an address lies at one of the origins."""
    return _is_plain(url) and origin_of(url) in rules.origins


def origin_of(url: str) -> str:
    """Return the origin of an address in lower case; an empty text if it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""


def _is_plain(url: str) -> bool:
    return len(url) <= MAX_STREAM_URL_LENGTH and _ADDRESS.fullmatch(url) is not None


def check_stream_url(given: str | None, rules: StreamRules, field: tuple[str, ...]) -> str:
    """Return the address of a playlist, a poster or a cover; an empty text for none.

    :raises InvalidInput: it does not lie at an origin that the operator has named.
    """
    url = (given or "").strip()
    if url and not is_from_stream_site(url, rules):
        sites = ", ".join(rules.origins)
        raise InvalidInput(
            f"Give an address that begins with one of these: {sites}."
            if sites
            else "This service takes no pictures from elsewhere. Ask its operator to name the site "
            "in SONGGANG_STREAM_ORIGINS.",
            f"请填写以下网站的地址：{'、'.join(rules.origins)}。"
            if sites
            else "本系统尚未开通外部画面来源，请联系系统管理员添加。",
            field=field,
        )
    return url


def check_link_url(given: str | None, field: tuple[str, ...]) -> str:
    """Return the address of a page of another platform; an empty text for none.

    :raises InvalidInput: it is not an https address of a known platform.
    """
    url = (given or "").strip()
    if url and find_platform(url) is None:
        raise InvalidInput(
            "Give the https:// address that Douyin, Kuaishou or WeChat Channels shows for sharing.",
            "请填写抖音、快手或视频号的分享链接，以https://开头。",
            field=field,
        )
    return url


def find_platform(url: str) -> StreamPlatform | None:
    """Return the platform of an https address; None if it is none that is known."""
    if not _is_plain(url):
        return None
    scheme, _, host = origin_of(url).partition("://")
    # The whole of the host: neither a user name nor a port belongs to a link that is shared.
    if scheme != "https" or not _HOST.fullmatch(host):
        return None
    for site, platform in _PLATFORM_SITES.items():
        if host == site or host.endswith(f".{site}"):
            return platform
    return None
