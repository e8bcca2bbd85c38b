import pytest

from shuren.kernel.shapes import Actor


@pytest.fixture
def operator():
    return Actor("cli:root", "administrator")


@pytest.fixture
def clock(monkeypatch):
    """Sets the present moment: `clock("2026-11-22T09:30")`."""
    return lambda moment: monkeypatch.setenv("SHUREN_NOW", moment)
