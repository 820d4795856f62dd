"""Words for when the pay is handed over: 日结, 当天结, 周结, 按月发放, 完工结."""

from __future__ import annotations

from domain.exchange.cell_parsers import make_enum_parser
from domain.postings.pay import PaySettlement

_WORDS = {
    **dict.fromkeys(("日结算", "当天结", "当日结", "天结", "日清", "每天结"), PaySettlement.DAILY),
    **dict.fromkeys(("周结算", "每周结"), PaySettlement.WEEKLY),
    **dict.fromkeys(("月结算", "按月结", "按月发放", "每月发放"), PaySettlement.MONTHLY),
    **dict.fromkeys(
        ("完工结算", "做完结账", "做完结", "活完结", "干完结", "项目结", "单结"),
        PaySettlement.PER_JOB,
    ),
} | {settlement.zh: settlement for settlement in PaySettlement}
SETTLEMENT_WORDS = {word: _WORDS[word] for word in sorted(_WORDS, key=len, reverse=True)}
"""By word, the longest first: one may be part of another."""
parse_settlement = make_enum_parser(PaySettlement, **SETTLEMENT_WORDS)
"""Parses when the pay is handed over, by a word or the code."""
