"""Builds the gateway for one-time codes from the settings."""

from __future__ import annotations

from collections.abc import Sequence

from api.settings import Settings
from api.sms_settings import GatewayKind
from domain.identity.phone_codes import CodeChannel
from services.identity.code_caps import CodeCaps
from services.identity.code_gateway import CodeGateway
from services.identity.phone_proving import OnProven, PhoneProving
from storage.clock import Clock
from storage.store import Store
from workers.sms.aliyun import SMS_ENDPOINT as ALIYUN_SMS_ENDPOINT
from workers.sms.aliyun import VOICE_ENDPOINT as ALIYUN_VOICE_ENDPOINT
from workers.sms.aliyun import AliyunAccount, AliyunGateway
from workers.sms.console import ConsoleGateway
from workers.sms.gateway import GatewayClient, MessageGateway
from workers.sms.signatures import AccessKey
from workers.sms.signed_http import SignedHttpGateway
from workers.sms.tencent import DEFAULT_REGION, TencentAccount, TencentGateway
from workers.sms.tencent import SMS_ENDPOINT as TENCENT_SMS_ENDPOINT
from workers.sms.tencent import VOICE_ENDPOINT as TENCENT_VOICE_ENDPOINT


def describe_gateway(settings: Settings) -> CodeGateway:
    """Return what the services know of the gateway: its name and channels."""
    kind = settings.gateway_kind
    is_console = kind is GatewayKind.CONSOLE
    channels = [CodeChannel.SMS] if kind is not GatewayKind.NONE else []
    if is_console or (channels and settings.sms_voice):
        channels.append(CodeChannel.VOICE)
    return CodeGateway(
        name=kind.value, channels=tuple(channels), shows_codes=is_console and settings.demo
    )


def create_phone_proving(
    store: Store,
    gateway: CodeGateway,
    settings: Settings,
    clock: Clock,
    *,
    on_proven: Sequence[OnProven],
) -> PhoneProving:
    """Return the service that issues codes and confirms phones, then calls ``on_proven``."""
    return PhoneProving(
        store,
        gateway,
        CodeCaps(store, settings.code_limits),
        clock,
        on_proven=on_proven,
        allows_demo_phones=settings.demo,
    )


def create_gateway(settings: Settings, clock: Clock) -> MessageGateway:
    """Return the gateway that sends; without one it is never asked to."""
    match settings.gateway_kind:
        case GatewayKind.ALIYUN:
            return AliyunGateway(_aliyun_account(settings), GatewayClient(), clock)
        case GatewayKind.TENCENT:
            return TencentGateway(_tencent_account(settings), GatewayClient(), clock)
        case GatewayKind.HTTP:
            return SignedHttpGateway(
                settings.sms_url or "", settings.sms_signing_secret, GatewayClient(), clock
            )
        case _:
            return ConsoleGateway()


def _aliyun_account(settings: Settings) -> AliyunAccount:
    return AliyunAccount(
        key=_access_key(settings),
        sign_name=settings.sms_sign_name or "",
        template=settings.sms_template or "",
        voice_template=settings.sms_voice,
        voice_number=settings.sms_voice_number,
        sms_endpoint=settings.sms_url or ALIYUN_SMS_ENDPOINT,
        voice_endpoint=settings.sms_voice_url or ALIYUN_VOICE_ENDPOINT,
    )


def _tencent_account(settings: Settings) -> TencentAccount:
    return TencentAccount(
        key=_access_key(settings),
        app_id=settings.sms_app_id or "",
        sign_name=settings.sms_sign_name or "",
        template=settings.sms_template or "",
        region=settings.sms_region or DEFAULT_REGION,
        voice_app_id=settings.sms_voice,
        sms_endpoint=settings.sms_url or TENCENT_SMS_ENDPOINT,
        voice_endpoint=settings.sms_voice_url or TENCENT_VOICE_ENDPOINT,
    )


def _access_key(settings: Settings) -> AccessKey:
    secret = settings.sms_key_secret
    return AccessKey(
        id=settings.sms_key_id or "", secret=secret.get_secret_value() if secret else ""
    )
