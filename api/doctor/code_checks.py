"""Checks of one-time codes: what sends them, and how much of the budget is used."""

from __future__ import annotations

from api.doctor.check_results import CheckResult
from api.doctor.database_checks import OpenDatabase
from api.settings import Settings
from api.sms_settings import GatewayKind
from api.wiring.codes import describe_gateway
from domain.identity.code_caps import alert_count


def check_gateway(settings: Settings) -> CheckResult:
    """What sends one-time codes; nothing is sent."""
    name, kind = "code gateway", settings.gateway_kind
    if kind is GatewayKind.NONE:
        return CheckResult.ok(
            name,
            "No gateway is set: phones are confirmed by a call of the staff only.",
            "未设置验证码网关：手机号码只能由工作人员电话核实。",
        )
    gateway = describe_gateway(settings)
    channels = ", ".join(channel.value for channel in gateway.channels)
    channels_zh = "、".join(channel.zh for channel in gateway.channels)
    if kind in {GatewayKind.ALIYUN, GatewayKind.TENCENT} and settings.sms_callback_key is None:
        return CheckResult.warning(
            name,
            f"{kind.value} sends codes ({channels}). Set SONGGANG_SMS_CALLBACK_KEY: without it "
            "delivery reports and requests to stop are not received.",
            f"验证码由 {kind.value} 发送（{channels_zh}）。请设置 SONGGANG_SMS_CALLBACK_KEY，"
            "否则收不到送达回执和退订回复。",
        )
    return CheckResult.ok(
        name,
        f"{kind.value} sends codes ({channels}).",
        f"验证码由 {kind.value} 发送（{channels_zh}）。",
    )


async def check_budget(database: OpenDatabase) -> CheckResult:
    """How much of the budget for one-time codes is used."""
    name, limits = "code budget", database.code_limits
    used = await database.store.code_caps.read_house(at=database.at)
    budgets = {"day": limits.day_budget, "month": limits.month_budget}
    said = "; ".join(
        f"{used[window]} of {budget} messages of the {window}" for window, budget in budgets.items()
    )
    said_zh = (
        f"今日 {used['day']}/{limits.day_budget} 条，本月 {used['month']}/{limits.month_budget} 条"
    )
    if any(used[window] >= alert_count(budget, limits) for window, budget in budgets.items()):
        return CheckResult.warning(
            name,
            f"The budget for codes runs out: {said} are used. The metrics show whether they arrive "
            "and are confirmed.",
            f"验证码额度即将用完：{said_zh}。请查看指标，确认验证码是否送达并被使用。",
        )
    return CheckResult.ok(name, f"{said} are used.", f"验证码用量：{said_zh}。")
