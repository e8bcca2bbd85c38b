import pytest

from shuren.kernel.shapes import Actor


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """The real hash takes a third of a second on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def operator():
    return Actor("cli:root", "administrator")


@pytest.fixture
def clock(monkeypatch):
    """Sets the present moment: `clock("2026-11-22T09:30")`."""
    return lambda moment: monkeypatch.setenv("SHUREN_NOW", moment)
