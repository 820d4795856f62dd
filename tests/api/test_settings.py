import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.settings import Settings, SettingsInvalid
from domain.leads.personal_data import RetentionPeriods

NAMES = (
    "SONGGANG_HOST",
    "SONGGANG_PORT",
    "SONGGANG_DATA_DIR",
    "SONGGANG_SECRET",
    "SONGGANG_DEMO",
    "SONGGANG_DEMO_PASSWORD",
    "SONGGANG_ORIGINS",
    "SONGGANG_PUBLIC_URL",
    "SONGGANG_WEB_URL",
    "MONGODB_URI",
    "MONGODB_DATABASE",
    "MONGODB_DRIVER",
    "SONGGANG_CONTACT_DAYS",
    "SONGGANG_RECORD_DAYS",
    "SONGGANG_RULES_APPLY_ON",
    "SONGGANG_METRICS_TOKEN",
    "SONGGANG_TRUSTED_DOCUMENTS",
    "SONGGANG_MAX_UPLOADS",
    "SONGGANG_MAX_EXPORTS",
    "SONGGANG_MAX_DOWNLOADS",
)
OTHER_NAMES = (
    "SONGGANG_MAX_CONNECTIONS",
    "SONGGANG_MAX_CONNECTIONS_PER_ADDRESS",
    "SONGGANG_PROXIES",
)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *OTHER_NAMES):
        monkeypatch.delenv(name, raising=False)


def test_without_an_environment_the_documented_defaults_apply() -> None:
    settings = Settings.read()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.data_dir == Path(".songgang")
    assert (settings.given_secret, settings.demo_password, settings.mongodb_uri) == (None,) * 3
    assert (settings.mongodb_database, settings.mongodb_driver) == ("songgang", "pymongo")
    assert settings.origins == ()
    assert not settings.demo
    assert settings.retention_periods == RetentionPeriods()


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    values = (
        "0.0.0.0",  # noqa: S104 - a value to be read, nobody listens
        "0",
        "/data",
        "a secret of enough length",
        "true",
        "demo",
        "https://a.example, http://b.example:3000,",
        "https://jobs.example.org/live/",
        "https://pages.example.org/",
        "mongodb://u:p@h/?replicaSet=r",
        "other",
        "motor",
        "30",
        "2000",
        "2027-03-01",
        "a token of enough length",
        "/trusted.json",
        "3",
        "5",
        "7",
    )
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)
    settings = Settings.read()
    assert (settings.host, settings.port, settings.data_dir) == (values[0], 0, Path("/data"))
    assert settings.load_secret() == values[3]
    assert settings.demo
    assert settings.demo_password is not None
    assert settings.demo_password.get_secret_value() == "demo"
    assert settings.origins == ("https://a.example", "http://b.example:3000")
    assert settings.public_url == "https://jobs.example.org/live"
    assert settings.web_url == "https://pages.example.org"
    assert settings.mongodb_uri is not None
    assert settings.mongodb_uri.get_secret_value() == values[9]
    assert (settings.mongodb_database, settings.mongodb_driver) == ("other", "motor")
    assert settings.retention_periods == RetentionPeriods(
        contacts=timedelta(days=30), records=timedelta(days=2000)
    )
    assert settings.trusted_documents == Path("/trusted.json")
    assert settings.metrics_token is not None
    assert settings.metrics_token.get_secret_value() == values[15]
    assert settings.rules_apply_on == date(2027, 3, 1)
    assert settings.upload_limits.max_concurrent == 3
    assert settings.export_limits.max_concurrent == 5
    assert settings.download_limits.max_concurrent == 7
    assert settings.feed_limits.max_concurrent_sitemaps == 7


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_variable_counts_as_unset(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Settings.read()
    monkeypatch.setenv(name, "")
    assert Settings.read() == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_public_url_defaults_to_the_served_address(
    host: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONGGANG_HOST", host)
    assert Settings.read().public_url == expected


def test_a_caller_can_enable_the_demo() -> None:
    assert Settings.read(demo=True).demo


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SONGGANG_PORT", "65536"),
        ("SONGGANG_PORT", "-1"),
        ("SONGGANG_RULES_APPLY_ON", "tomorrow"),
        ("SONGGANG_PORT", "http"),
        ("SONGGANG_SECRET", "123456789012345"),
        ("SONGGANG_DEMO", "perhaps"),
        ("SONGGANG_DEMO_PASSWORD", "x" * 257),
        ("SONGGANG_ORIGINS", "https://a.example/path"),
        ("SONGGANG_ORIGINS", "*"),
        ("SONGGANG_PUBLIC_URL", "jobs.example.org"),
        ("SONGGANG_PUBLIC_URL", "https://user@jobs.example.org"),
        ("SONGGANG_PUBLIC_URL", "https://jobs.example.org/?a=b"),
        ("SONGGANG_PUBLIC_URL", "https://送岗.example"),
        ("SONGGANG_PUBLIC_URL", f"https://{'a' * 193}"),
        ("MONGODB_URI", "user:hush@host"),
        ("MONGODB_DRIVER", "mongoose"),
        ("SONGGANG_CONTACT_DAYS", "0"),
        ("SONGGANG_CONTACT_DAYS", "1099"),
        ("SONGGANG_MAX_EXPORTS", "0"),
        # Less than the three years of Order 44: nothing can be deleted before.
        ("SONGGANG_RECORD_DAYS", "1097"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable_and_not_the_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as refused:
        Settings.read()
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    if name.endswith(("SECRET", "PASSWORD", "URI")):
        assert value not in message


def test_a_secret_of_16_characters_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGGANG_SECRET", "1234567890123456")
    assert Settings.read().load_secret() == "1234567890123456"


def test_no_secret_is_shown_by_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SONGGANG_SECRET", "SONGGANG_DEMO_PASSWORD", "MONGODB_URI"):
        monkeypatch.setenv(name, f"mongodb://hush-hush-hush-{name}")
    assert "hush" not in repr(Settings.read()) + str(Settings.read())


def test_without_a_secret_one_is_created_once_and_readable_by_its_owner_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir = folder / "new" / "data"
    monkeypatch.setenv("SONGGANG_DATA_DIR", str(data_dir))
    secret = Settings.read().load_secret()
    assert len(secret) == 64
    assert Settings.read().load_secret() == secret
    assert stat.S_IMODE((data_dir / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert [path.name for path in data_dir.iterdir()] == ["secret"]


def read_secret(data_dir: str) -> str:
    return Settings(SONGGANG_DATA_DIR=Path(data_dir)).load_secret()  # type: ignore[call-arg]  # by alias


def test_processes_that_start_at_once_get_the_same_secret(folder: Path) -> None:
    with ProcessPoolExecutor(4) as processes:
        assert len(set(processes.map(read_secret, [str(folder / "data")] * 8))) == 1


def test_a_secret_file_that_holds_none_is_refused_and_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONGGANG_DATA_DIR", str(folder))
    (folder / "secret").write_text("short")
    with pytest.raises(SettingsInvalid, match="holds no secret"):
        Settings.read().load_secret()
    assert (folder / "secret").read_text() == "short"


def test_an_unwritable_data_folder_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("SONGGANG_DATA_DIR", str(folder / "file"))
    with pytest.raises(SettingsInvalid, match=r"SONGGANG_SECRET is not set, and .*file/secret"):
        Settings.read().load_secret()


def test_proxies_and_connections_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.read().proxies == ()
    monkeypatch.setenv("SONGGANG_PROXIES", "10.0.0.2, fd00::/8,")
    monkeypatch.setenv("SONGGANG_MAX_CONNECTIONS", "100")
    monkeypatch.setenv("SONGGANG_MAX_CONNECTIONS_PER_ADDRESS", "20")
    settings = Settings.read()
    assert settings.proxies == ("10.0.0.2", "fd00::/8")
    limits = settings.connection_limits
    assert (limits.max_connections, limits.max_per_address, limits.max_in_rooms) == (100, 20, 75)


@pytest.mark.parametrize("listed", ["*", "localhost", "10.0.0.0/33", "10.0.0.1 10.0.0.2"])
def test_a_proxy_that_is_no_address_is_refused(
    listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONGGANG_PROXIES", listed)
    with pytest.raises(SettingsInvalid, match="SONGGANG_PROXIES: is a comma-separated list"):
        Settings.read()


@pytest.mark.parametrize(
    ("url", "is_public"),
    [
        (None, False),
        ("http://localhost:8000", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:8000", False),
        ("https://jobs.example.org", True),
        ("http://10.0.0.1", True),
    ],
)
def test_a_public_url_of_another_machine_makes_the_service_public(
    url: str | None, is_public: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url is not None:
        monkeypatch.setenv("SONGGANG_PUBLIC_URL", url)
    assert Settings.read().is_public is is_public
