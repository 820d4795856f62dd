"""Media links lead to public https sites, and only to those that the operator allows."""

from __future__ import annotations

import pytest

from domain.postings.media_links import MediaKind, MediaLink
from domain.postings.media_sites import (
    ANY_SITE,
    MediaRules,
    check_media_hosts,
    check_media_link,
    parse_media_hosts,
)
from domain.refusals import InvalidInput


def check(url: str, rules: MediaRules = ANY_SITE, title: str = "") -> None:
    check_media_link(MediaLink(kind=MediaKind.VIDEO, url=url, title=title), rules, ("media",))


@pytest.mark.parametrize(
    "url",
    [
        "https://v.qq.com/x/page/a.html?t=1#s",
        "https://xn--fiqs8s.cn/%E8%A7%86",
        "HTTPS://V.QQ.COM/a",
    ],
)
def test_a_public_https_address_is_allowed(url: str) -> None:
    check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://v.qq.com/a",
        "//v.qq.com/a",
        "javascript:alert(1)",
        "https://user@v.qq.com/a",
        "https://v.qq.com:8443/a",
        "https://v.qq.com:x/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://2130706433/a",
        "https://localhost/a",
        "https://nas.local/a",
        "https://v.qq.com\\@evil.example/a",
        "https://v.qq.com/ a",
        "https://视频.cn/a",
        "https://v.qq.com/" + "a" * 484,
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check(url)
    assert caught.value.field == ("media", "url")


def test_an_operator_limits_the_sites() -> None:
    rules = parse_media_hosts(" v.qq.com, Example.CN ,")
    assert rules == MediaRules(hosts=("v.qq.com", "example.cn"))
    check("https://vr.example.cn/1", rules)
    for url in ("https://qq.com/a", "https://evil-example.cn/a", "https://v.qq.com.evil.cn/a"):
        with pytest.raises(InvalidInput, match="these sites only"):
            check(url, rules)


def test_a_list_of_hosts_holds_domain_names() -> None:
    assert check_media_hosts("v.qq.com") == "v.qq.com"
    with pytest.raises(ValueError, match="domain names"):
        check_media_hosts("https://v.qq.com")


def test_a_long_title_is_refused() -> None:
    with pytest.raises(InvalidInput):
        check("https://v.qq.com/a", title="长" * 61)
