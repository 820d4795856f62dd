"""The limits of one process on uploads, exports, downloads and feeds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class UploadLimits:
    """The limits of one process on uploads of tables."""

    max_concurrent: int = 2
    """Tables received at the same time; each is read by a process of its own."""
    timeout_seconds: float = 300.0
    """Time for a table to arrive and be stored."""


@dataclass(frozen=True, kw_only=True)
class ExportLimits:
    """The limits of one process on lead exports."""

    max_concurrent: int = 4
    """Exports at the same time, each for another account."""
    timeout_seconds: float = 900.0
    """An export that takes longer is cut off: its client has stopped reading."""
    max_leads: int = 1_000_000
    """Leads in one table; a sheet of Excel holds 1,048,576 rows."""
    leads_per_read: int = 100
    """Leads read at a time, about 10 ms of work: live sessions are served in between."""
    max_cached_names: int = 1_000
    """Names of sessions and employers that one export keeps in memory."""


@dataclass(frozen=True, kw_only=True)
class DownloadLimits:
    """The limits of one process on downloads of open data."""

    max_concurrent: int = 4
    """Downloads at the same time, each for another client address."""
    timeout_seconds: float = 900.0
    """A download that takes longer is cut off: its client has stopped reading."""
    postings_per_read: int = 100
    """Postings read from the database at a time."""


@dataclass(frozen=True, kw_only=True)
class FeedLimits:
    """The limits on the sitemap and the RSS feed of one process."""

    max_concurrent_sitemaps: int = 4
    """Parts of the sitemap written at the same time, each for another client address."""
    urls_per_sitemap: int = 50_000
    """URLs in one part of the sitemap: the most that the protocol allows."""
    urls_per_read: int = 500
    """URLs read from the database at a time."""
    rss_postings: int = 50
    """Postings in the RSS feed."""
    boundary_cache_seconds: float = 60.0
    """Time for which the boundaries between the parts are cached."""
