"""Short names of the refusals in both languages, for the published code list of errors."""

from __future__ import annotations

from collections.abc import Mapping

from domain.refusals import ErrorCode

ERROR_LABELS: Mapping[ErrorCode, tuple[str, str]] = {
    ErrorCode.INVALID_INPUT: ("填写内容有误", "A value cannot be right"),
    ErrorCode.INVALID_ID: ("编号有误", "Not an id, or the id of something else"),
    ErrorCode.PHONE_INVALID: ("手机号无效", "Not a mobile number that can be called"),
    ErrorCode.CONSENT_REQUIRED: ("需要本人授权", "Consent is missing or out of date"),
    ErrorCode.CODE_INVALID: ("二维码或验证码无效", "The code is not valid"),
    ErrorCode.UNAUTHENTICATED: ("请先登录", "Not signed in"),
    ErrorCode.SIGN_IN_FAILED: ("用户名或密码错误", "Wrong user name or password"),
    ErrorCode.TOO_MANY_ATTEMPTS: ("操作过于频繁", "Too many attempts"),
    ErrorCode.TEXT_REFUSED: ("文字不符合发布要求", "The text breaks a rule"),
    ErrorCode.NOT_PERMITTED: ("没有权限", "Not permitted"),
    ErrorCode.NOT_FOUND: ("未找到", "Not found"),
    ErrorCode.ALREADY_EXISTS: ("已存在", "Exists already"),
    ErrorCode.SESSION_NOT_LIVE: ("场次未在直播", "The session is not live"),
    ErrorCode.SESSION_STATE_CONFLICT: ("场次当前状态不能这样操作", "Not possible in this state"),
    ErrorCode.POSTING_NOT_IN_SESSION: ("岗位不在该场次中", "The session has no such posting"),
    ErrorCode.POSTING_NOT_OPEN: ("岗位未开放", "The posting is not open"),
    ErrorCode.POSTING_CONFLICT: ("岗位已被他人修改", "The posting has changed"),
    ErrorCode.PAY_UNUSUAL: ("工资与通常水平相差过大", "The pay is far from the usual one"),
    ErrorCode.LEAD_STAGE_CONFLICT: ("线索当前阶段不能这样操作", "Not possible in this stage"),
    ErrorCode.CONSENT_WITHDRAWN: ("本人已撤回授权", "The person withdrew consent"),
    ErrorCode.QUESTION_CONFLICT: ("提问已被处理", "The question was dealt with"),
    ErrorCode.RETENTION_TOO_EARLY: ("在岗天数未满", "Too early to confirm"),
    ErrorCode.STATUS_CONFLICT: ("当前状态不能这样操作", "Not possible in this status"),
    ErrorCode.BUSY: ("系统繁忙，请稍后再试", "Busy, try again"),
    ErrorCode.BAD_PAGE_SIZE: ("每页条数超出范围", "Page size out of range"),
    ErrorCode.BAD_CURSOR: ("翻页位置有误", "Not a cursor of this list"),
}
"""Chinese and English name by code."""
