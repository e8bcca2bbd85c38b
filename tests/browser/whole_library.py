"""A library with shelves, seats and rooms, for journeys that go through all of it.

The copies and readers of tests/service/circulating.py, the seats and rooms of
tests/service/places_library.py, on a Tuesday of teaching: 10 March 2026.
"""

import json
import shutil

import pytest
from django.db import transaction
from django.test import Client

from shuren.discovery.actions import index
from shuren.kernel.site import Site, open_site
from shuren.service.internals import opening
from shuren.trust.actions import create_account
from shuren.trust.internals.surrogate_rows import Surrogate
from tests.data.loading import OPERATOR, load
from tests.early import make_site
from tests.service.circulating import fill
from tests.service.places_library import CALENDAR, ROOMS, ZONES, at

PASSWORD = "a long enough phrase"
MORNING = "03-10T09:00"


@pytest.fixture(scope="session")
def whole_built(tmp_path_factory, django_db_setup, django_db_blocker) -> Site:
    """The library with its index, built once; tests get copies."""
    site = open_site(make_site(tmp_path_factory.mktemp("whole") / "site"))
    (site.root / "shuren.toml").write_text('calendar = "hand"\n', "utf-8")
    for kind, text in (("calendars", CALENDAR), ("rooms", ROOMS)):
        (site.definitions / kind).mkdir(parents=True, exist_ok=True)
        (site.definitions / kind / "hand.yaml").write_text(text, "utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        load(site, "seat_zones", ZONES, "zones.csv")
        fill(site)
        index(site, actor=OPERATOR)
        rows = list(Surrogate.objects.values_list("blind", "pseudonym"))
        (site.root / "surrogates.json").write_text(json.dumps(rows), "utf-8")
        transaction.set_rollback(True)
    return site


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is, in Shanghai; nine in the morning of a Tuesday of teaching at first."""

    def fix(text: str) -> None:
        monkeypatch.setenv("SHUREN_NOW", at(text).isoformat())

    fix(MORNING)
    return fix


@pytest.fixture
def whole(whole_built, live_server, transactional_db, clock, settings, tmp_path) -> Site:
    """A copy of it behind the live server."""
    shutil.copytree(whole_built.root, tmp_path / "whole")
    site = settings.SITE = open_site(tmp_path / "whole")
    rows = json.loads((site.root / "surrogates.json").read_text("utf-8"))
    Surrogate.objects.bulk_create([Surrogate(blind=one, pseudonym=name) for one, name in rows])
    opening.calendar.cache_clear()
    return site


def session_of(name: str, role: str, key: str = "") -> str:
    """A new account that is signed in: its session."""
    client = Client()
    client.force_login(create_account(name, PASSWORD, role, reader_key=key))
    return str(client.cookies["shuren_session"].value)
