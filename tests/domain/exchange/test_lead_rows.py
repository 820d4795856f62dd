"""Leads as rows: headings, masking, words for codes, and no formulas."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.lead_rows import LEAD_HEADINGS, build_lead_row, escape_formula
from domain.leads.leads import Contact, LeadStage, RefusalReason
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.leads.test_leads import lead
from tests.domain.posting_terms_samples import hourly_pay, posting_terms

CONTACT = Contact(name="王小明", phone="+8613800138000")


def test_a_lead_is_a_row_under_the_headings() -> None:
    given_at = datetime(2026, 9, 30, 16, 5, tzinfo=UTC)
    refused = replace(
        lead(LeadStage.REFUSED),
        reached=LeadStage.INTERVIEWED,
        reason=RefusalReason.SKILL_MISMATCH,
        group=SeekerGroup.LAID_OFF,
        terms=posting_terms(pay=hourly_pay(30)),
        created_at=given_at,
        updated_at=given_at.replace(second=7, microsecond=999_999),
    )
    cells = build_lead_row(
        refused, CONTACT, lead_id="TGVhZDpsMQ", session="劳模送岗", employer="电机厂"
    )
    assert dict(zip(LEAD_HEADINGS, cells, strict=True)) == {
        "线索编号 Lead": "TGVhZDpsMQ",
        "场次 Session": "劳模送岗",
        "用人单位 Employer": "电机厂",
        "岗位 Posting": "电工",
        "地区代码 Place code": "310115",
        "基本工资（元） Basic pay (yuan)": 30,
        "计薪周期 Pay period": "元/小时",
        "姓名 Name (masked)": "王**",
        "手机 Phone (masked)": "138****8000",
        "来源 Source": "直播间",
        "阶段 Stage": "未录用",
        "最远阶段 Furthest stage": "已面试",
        "未录用原因 Reason refused": "技能不符",
        "同意书版本 Consent version": "1",
        "提交时间 Given at (UTC+8)": "2026-10-01 00:05:00",
        "更新时间 Updated at (UTC+8)": "2026-10-01 00:05:07",
        "人群 Group": "下岗职工",
        "本人核实 Confirmation": "核实制度前登记",
        "工资说明 Pay in words": "30元/小时",
    }


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert escape_formula(f"{sign}1+1") == f"'{sign}1+1"


@given(st.text())
def test_only_formulas_are_changed(text: str) -> None:
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert escape_formula(text) in {text, f"'{text}"}
    assert escape_formula(escape_formula(text)) == escape_formula(text)


@given(st.sampled_from("=+-@"), st.text(max_size=20))
def test_typed_text_is_escaped_in_every_cell(sign: str, rest: str) -> None:
    typed = sign + rest
    hostile = replace(
        lead(LeadStage.INTERESTED), terms=posting_terms(title=typed, place_code=typed)
    )
    contact = Contact(name=typed, phone=typed)
    cells = build_lead_row(hostile, contact, lead_id=typed, session=typed, employer=typed)
    assert [cell for cell in cells if str(cell).startswith(("=", "+", "-", "@"))] == []


def test_a_lead_without_contact_has_empty_cells() -> None:
    cells = build_lead_row(lead(LeadStage.WITHDRAWN), None, lead_id="x", session="y", employer="z")
    cell_by_heading = dict(zip(LEAD_HEADINGS, cells, strict=True))
    assert (cell_by_heading["姓名 Name (masked)"], cell_by_heading["手机 Phone (masked)"]) == (
        "",
        "",
    )
