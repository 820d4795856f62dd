"""Employers: the firms that offer the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Employer:
    """A firm; ``credit_code`` is its 统一社会信用代码 (GB 32100-2015, 18 characters)."""

    id: str
    name: str
    credit_code: str
    place_code: str
    description: str = ""
    union_id: str
    created_by: str
    created_at: datetime
    synthetic: bool = False
