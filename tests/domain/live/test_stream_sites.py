"""Addresses of pictures: origins that the operator named, and three known platforms."""

from __future__ import annotations

import pytest

from domain.live.stream_sites import (
    MAX_STREAM_URL_LENGTH,
    NO_STREAM_SITE,
    StreamPlatform,
    check_link_url,
    check_stream_url,
    find_platform,
    parse_stream_origins,
)
from domain.refusals import InvalidInput

RULES = parse_stream_origins("https://live.example.org, http://10.0.0.5:8080,http://[fd00::1]:80")


def test_origins_are_read_from_a_list() -> None:
    assert RULES.origins == (
        "https://live.example.org",
        "http://10.0.0.5:8080",
        "http://[fd00::1]:80",
    )
    assert parse_stream_origins(" , ") == NO_STREAM_SITE


@pytest.mark.parametrize(
    "listed",
    [
        "live.example.org",
        "https://live.example.org/",
        "https://live.example.org/hls",
        "https://user@live.example.org",
        "https://live.example.org; script-src *",
        "https://*.example.org",
        "https://live.example.org:",
        "https://live.example.org:66000",
        "https://live.example.org:0",
        "http://[1.2]",
        "ftp://live.example.org",
        "https://",
        "*",
    ],
)
def test_what_is_no_origin_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match="list of origins"):
        parse_stream_origins(listed)


@pytest.mark.parametrize(
    "url",
    [
        "https://live.example.org/hls/1.m3u8",
        "https://LIVE.example.org/hls/1.m3u8?a=1&b=2",
        "http://10.0.0.5:8080/1.m3u8",
        "http://[fd00::1]:80/1.m3u8",
        "  https://live.example.org/1.m3u8 ",
        "https://live.example.org",
    ],
)
def test_an_address_at_a_named_origin_is_allowed(url: str) -> None:
    assert check_stream_url(url, RULES, ("input", "hlsUrl")) == url.strip()


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_no_address_is_none(nothing: str | None) -> None:
    assert check_stream_url(nothing, NO_STREAM_SITE, ()) == ""
    assert check_link_url(nothing, ()) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://live.example.org/1.m3u8",
        "https://live.example.org.evil.example/1.m3u8",
        "https://evil.example/https://live.example.org/1.m3u8",
        "https://user@live.example.org/1.m3u8",
        "https://live.example.org:8443/1.m3u8",
        "https://live.example.org\\@evil.example/1.m3u8",
        "http://10.0.0.5/1.m3u8",
        "http://10.0.0.5:8080@evil.example/1.m3u8",
        "//live.example.org/1.m3u8",
        "/1.m3u8",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://live.example.org/1 .m3u8",
        'https://live.example.org/1.m3u8"onload',
        "https://live.example.org/直播.m3u8",
        "https://[live/1.m3u8",
        "https://live.example.org/\n1.m3u8",
        "https://live.example.org/" + "1" * MAX_STREAM_URL_LENGTH,
    ],
)
def test_every_other_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_stream_url(url, RULES, ("input", "hlsUrl"))
    assert refused.value.field == ("input", "hlsUrl")


def test_without_a_named_origin_nothing_is_allowed() -> None:
    with pytest.raises(InvalidInput, match="SONGGANG_STREAM_ORIGINS"):
        check_stream_url("https://live.example.org/1.m3u8", NO_STREAM_SITE, ())


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://live.douyin.com/745964462470", StreamPlatform.DOUYIN),
        ("https://v.douyin.com/iRNBho6u/", StreamPlatform.DOUYIN),
        ("https://live.kuaishou.com/u/KPL704668133", StreamPlatform.KUAISHOU),
        ("https://v.kuaishou.com/abc", StreamPlatform.KUAISHOU),
        ("https://channels.weixin.qq.com/live/pages/home", StreamPlatform.WECHAT_CHANNELS),
        ("https://weixin.qq.com/sph/AbCdEf", StreamPlatform.WECHAT_CHANNELS),
    ],
)
def test_pages_of_known_platforms_are_known(url: str, platform: StreamPlatform) -> None:
    assert find_platform(check_link_url(url, ())) is platform


@pytest.mark.parametrize(
    "url",
    [
        "http://live.douyin.com/1",
        "https://douyin.com.evil.example/1",
        "https://evildouyin.com/1",
        "https://live.douyin.com@evil.example/1",
        "https://evil.example/?douyin.com",
        "https://live.douyin.com:8443/1",
        "https://user@live.douyin.com/1",
        "https://qq.com/1",
        "weixin://dl/channels",
        "7.43 复制打开抖音 https://v.douyin.com/iRNBho6u/",
        "https://v.douyin.com/" + "1" * MAX_STREAM_URL_LENGTH,
        "https://[douyin.com/1",
    ],
)
def test_every_other_page_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_link_url(url, ("input", "linkUrl"))
    assert refused.value.field == ("input", "linkUrl")
