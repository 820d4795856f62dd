"""Settings of one-time codes: what each gateway needs, and what a wrong value says."""

from __future__ import annotations

import base64
from dataclasses import fields

import pytest

from api.settings import Settings, SettingsInvalid
from api.sms_settings import GatewayKind
from domain.identity.code_caps import DEFAULT_LIMITS, CodeLimits

SECRET = "whsec_" + base64.b64encode(b"s" * 24).decode()
ACCOUNT = {
    "ACCESS_KEY_ID": "id",
    "ACCESS_KEY_SECRET": "hush",
    "SIGN_NAME": "某市总工会",
    "TEMPLATE": "SMS_1",
}
COMPLETE: dict[GatewayKind, dict[str, str]] = {
    GatewayKind.NONE: {},
    GatewayKind.HTTP: {"URL": "https://sms.example.org/codes", "ACCESS_KEY_SECRET": SECRET},
    GatewayKind.ALIYUN: ACCOUNT,
    GatewayKind.TENCENT: ACCOUNT | {"APP_ID": "1400006666"},
}
NEEDED = [(kind, name) for kind, given in COMPLETE.items() for name in given]


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)


def set_all(monkeypatch: pytest.MonkeyPatch, kind: GatewayKind, **changes: str) -> None:
    given = {"GATEWAY": kind.value} | COMPLETE[kind] | changes
    for name, value in given.items():
        monkeypatch.setenv(f"SONGGANG_SMS_{name}", value)


def test_by_default_nothing_sends_and_in_a_demo_the_console_does() -> None:
    assert Settings.read().gateway_kind is GatewayKind.NONE
    assert Settings.read(demo=True).gateway_kind is GatewayKind.CONSOLE
    assert Settings.read().code_limits == DEFAULT_LIMITS


def test_the_console_is_refused_outside_a_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGGANG_SMS_GATEWAY", "console")
    with pytest.raises(SettingsInvalid, match=r"^SONGGANG_SMS_GATEWAY: "):
        Settings.read()
    assert Settings.read(demo=True).gateway_kind is GatewayKind.CONSOLE


@pytest.mark.parametrize("kind", COMPLETE)
def test_a_gateway_with_all_it_needs_is_accepted(
    kind: GatewayKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, kind)
    assert Settings.read(demo=True).gateway_kind is kind


@pytest.mark.parametrize(("kind", "name"), NEEDED)
def test_what_a_gateway_lacks_is_named(
    kind: GatewayKind, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, kind, **{name: ""})
    with pytest.raises(SettingsInvalid) as refused:
        Settings.read()
    assert str(refused.value) == f"SONGGANG_SMS_GATEWAY={kind} needs SONGGANG_SMS_{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY", "pigeon"),
        ("URL", "http://sms.example.org"),
        ("URL", "ftp://sms.example.org"),
        ("URL", "https://user@sms.example.org"),
        ("VOICE_URL", "http://127.0.0.1.example.org"),
        ("CALLBACK_KEY", "short"),
        ("PER_PHONE_HOUR", "0"),
        ("DAY_BUDGET", "many"),
        ("RESERVED_PERCENT", "91"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SONGGANG_SMS_{name}", value)
    with pytest.raises(SettingsInvalid) as refused:
        Settings.read()
    assert str(refused.value).startswith(f"SONGGANG_SMS_{name}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!", "whsec_c2hvcnQ=", "hush-hush"])
def test_a_secret_that_cannot_sign_is_refused_and_not_shown(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, GatewayKind.HTTP, ACCESS_KEY_SECRET=secret)
    with pytest.raises(SettingsInvalid, match="SONGGANG_SMS_ACCESS_KEY_SECRET") as refused:
        Settings.read()
    assert "hush" not in str(refused.value)


def test_an_address_of_this_machine_may_be_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://localhost:8080/codes", "http://127.0.0.1", "http://[::1]:1/"):
        set_all(monkeypatch, GatewayKind.HTTP, URL=url)
        assert Settings.read().sms_url == url.rstrip("/")


def test_no_secret_is_shown_by_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, GatewayKind.ALIYUN, CALLBACK_KEY="hush-hush-hush-hush")
    assert "hush" not in repr(Settings.read()) + str(Settings.read())


def test_every_cap_is_set_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [field.name for field in fields(CodeLimits) if field.name != "alert_percent"]
    for number, name in enumerate(names, 1):
        monkeypatch.setenv(f"SONGGANG_SMS_{name.upper()}", str(number))
    limits = Settings.read().code_limits
    assert [getattr(limits, name) for name in names] == list(range(1, len(names) + 1))
