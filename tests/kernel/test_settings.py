"""shuren.toml and the environment: every wrong line is a sentence."""

from pathlib import Path

import pytest

from shuren.kernel.errors import UsageError
from shuren.kernel.settings import SiteSettings, read_settings
from tools.reference.settings import settings_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    monkeypatch.delenv("SHUREN_DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def write(site, text):
    site.settings_file.write_text(text, "utf-8")
    return site


def test_an_empty_file_means_the_defaults(site):
    settings = read_settings(site)
    assert (settings.host, settings.port, settings.language) == ("127.0.0.1", 8000, "zh-hans")
    assert not settings.https


def test_the_environment_wins_over_the_file(site, monkeypatch):
    write(site, 'name_zh = "甲"\nport = 9000')
    monkeypatch.setenv("SHUREN_PORT", "9001")
    settings = read_settings(site)
    assert (settings.name_zh, settings.port) == ("甲", 9001)


def test_a_file_saved_by_notepad_is_read(site):
    site.settings_file.write_bytes(b"\xef\xbb\xbfport = 9000\r\n")
    assert read_settings(site).port == 9000


def test_database_url_is_understood_and_shuren_database_url_wins(site, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@b/c")
    assert read_settings(site).database_url == "postgresql://a@b/c"
    monkeypatch.setenv("SHUREN_DATABASE_URL", "postgresql://x@y/z")
    assert read_settings(site).database_url == "postgresql://x@y/z"


def test_paths_start_at_the_site(site):
    settings = read_settings(write(site, 'tls_cert = "tls/cert.pem"\ntls_key = "/etc/key.pem"'))
    assert settings.tls_cert == site.root / "tls/cert.pem"
    assert settings.tls_key == Path("/etc/key.pem")
    assert settings.https


@pytest.mark.parametrize(
    "text, said",
    [
        ("prot = 80", "shuren.toml: prot: there is no such setting. Did you mean 'port'?"),
        ('port = "eighty"', "shuren.toml: port must be a whole number."),
        ("port = 70000", "shuren.toml: port must be at most 65535."),
        ("workers = 0", "shuren.toml: workers must be at least 1."),
        ('language = "fr"', "shuren.toml: language must be one of 'zh-hans' or 'en'."),
        ('demo = "perhaps"', "shuren.toml: demo must be true or false."),
        ("name_zh = 5", "shuren.toml: name_zh must be text in quotes."),
        ('time_zone = "Asia/Shanghi"', "shuren.toml: time_zone: it is no IANA time zone."),
        ('public_url = "lib.example.edu"', "public_url: it must begin with http:// or https://"),
        ('database_url = "mysql://a:pw@b"', "database_url: it must begin with postgresql://"),
        ('tls_cert = "c.pem"', "tls_cert and tls_key belong together"),
        ("port = ", "is not valid TOML"),
    ],
    ids=lambda value: value if "=" in value else "",
)
def test_a_wrong_line_is_named(site, text, said):
    with pytest.raises(UsageError) as error:
        read_settings(write(site, text))
    assert said in error.value.message
    assert "pw@" not in error.value.message


def test_all_wrong_lines_are_named_at_once(site):
    with pytest.raises(UsageError) as error:
        read_settings(write(site, "prot = 1\nworkers = 0"))
    assert "prot" in error.value.message
    assert "workers" in error.value.message


def test_a_wrong_value_of_the_environment_is_named_by_its_name(site, monkeypatch):
    monkeypatch.setenv("SHUREN_PORT", "eighty")
    with pytest.raises(UsageError, match="SHUREN_PORT must be a whole number"):
        read_settings(site)


def test_a_slip_in_an_environment_name_is_noticed(site, monkeypatch):
    monkeypatch.setenv("SHUREN_WORKER", "2")
    with pytest.raises(UsageError, match="Did you mean 'SHUREN_WORKERS'"):
        read_settings(site)


def test_names_of_others_in_the_environment_are_left_alone(site, monkeypatch):
    monkeypatch.setenv("SHUREN_DEPLOYED_BY", "somebody")
    read_settings(site)


def test_every_setting_has_a_help_line_on_the_current_page():
    assert all(field.description for field in SiteSettings.model_fields.values())
    assert PAGE.read_text("utf-8") == settings_page(), "run `python -m tools.reference`"
