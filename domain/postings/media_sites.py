"""The sites that media links of postings may lead to, and the check of a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from domain.free_text import check_text
from domain.postings.media_links import MediaLink
from domain.refusals import InvalidInput

MAX_URL_LENGTH = 500
MAX_TITLE_LENGTH = 60
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_VISIBLE_ASCII = re.compile(r"[!-~]+")
_NAMES_OF_NO_PUBLIC_SITE = (".local", ".localhost", ".internal", ".test", ".invalid", ".onion")


@dataclass(frozen=True, kw_only=True)
class MediaRules:
    """The sites that media links may lead to.

    ``hosts`` are domain names; a link may lead to them and to names below them. Empty: any public
    site.
    """

    hosts: tuple[str, ...] = ()

    def allows(self, host: str) -> bool:
        """Return whether a link may lead to a host, given in lower case."""
        return not self.hosts or any(
            host == allowed or host.endswith(f".{allowed}") for allowed in self.hosts
        )


ANY_SITE = MediaRules()


def parse_media_hosts(listed: str) -> MediaRules:
    """Return the rules for a comma-separated list of domain names.

    :raises ValueError: a name is not a domain name.
    """
    hosts = tuple(host.strip().lower() for host in listed.split(",") if host.strip())
    if not all(_HOST.fullmatch(host) for host in hosts):
        raise ValueError("is a comma-separated list of domain names such as v.qq.com")
    return MediaRules(hosts=hosts)


def check_media_hosts(listed: str) -> str:
    """Return the list if every name in it is a domain name.

    :raises ValueError: a name is not.
    """
    parse_media_hosts(listed)
    return listed


def check_media_link(link: MediaLink, rules: MediaRules, field: tuple[str, ...]) -> None:
    """Check that a link is an https address of an allowed site, without user name and port.

    :raises InvalidInput: it is not, or address or title are too long.
    """
    check_text(link.title, MAX_TITLE_LENGTH, (*field, "title"))
    if len(link.url) > MAX_URL_LENGTH or not _VISIBLE_ASCII.fullmatch(link.url):
        raise _refuse_url(field)
    try:
        parts = urlsplit(link.url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _refuse_url(field) from None
    is_plain = parts.scheme == "https" and "@" not in parts.netloc and port is None
    if not is_plain or "\\" in link.url or not _HOST.fullmatch(host) or _is_address(host):
        raise _refuse_url(field)
    if host.endswith(_NAMES_OF_NO_PUBLIC_SITE):
        raise _refuse_url(field)
    if not rules.allows(host):
        sites = ", ".join(rules.hosts)
        raise InvalidInput(
            f"Links may lead to these sites only: {sites}.",
            f"链接仅限以下网站：{'、'.join(rules.hosts)}。",
            field=(*field, "url"),
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refuse_url(field: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(
        "Give a web address of a public site that starts with https://, at most "
        f"{MAX_URL_LENGTH} characters, without user name and port.",
        f"请填写以https://开头的公开网址，不超过{MAX_URL_LENGTH}个字符，不含用户名和端口。",
        field=(*field, "url"),
    )
