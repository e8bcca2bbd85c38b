"""A library of two buildings with a zone of twenty seats, one that is open all night, and rooms.

The calendar is written by hand: teaching weeks from 2 March 2026, 江湾 7 to 23, closed on
10 October, half days in the long holiday of 1 to 7 October; 通宵 never closes.
"""

import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shuren.data.actions import build
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site, open_site
from shuren.service.internals import opening
from shuren.trust.actions import pseudonymise
from tests.data.loading import load
from tests.early import make_site

ZONE = ZoneInfo("Asia/Shanghai")
DESK = Actor("lin", "front_desk")
ZONES = (
    "zone_id,campus,building,floor,title,title_en,kind,seats,power,quiet_level,opens_at,closes_at\n"
    "A,本部,江湾,1,自习区,Study,study,20,有,3,07:00,23:00\n"
    "B,本部,江湾,2,阅览室,Reading,reading,4,无,3,08:00,22:00\n"
    "R,本部,江湾,3,研讨间,Rooms,discussion,24,有,1,08:00,22:00\n"
    "N,本部,通宵,1,通宵区,Night,study,6,有,2,00:00,24:00\n"
    "L,本部,江湾,1,书吧,Café,lounge,10,无,1,08:00,22:00\n"
)
CALENDAR = """
title: {zh: 手写校历, en: By hand}
terms:
  - {id: spring, title: {zh: 春, en: Spring}, first_day: 2026-03-02, weeks: 20}
  - {id: autumn, title: {zh: 秋, en: Autumn}, first_day: 2026-08-31, weeks: 20}
holidays:
  - year: 2026
    name: {zh: 国庆节, en: National Day}
    days: [2026-10-01, 2026-10-07]
    worked: [2026-10-10]
week_kinds:
  teaching: {title: {zh: 教学周, en: Teaching}}
  long_holiday: {title: {zh: 长假, en: Long holiday}}
places:
  jw:
    title: {zh: 江湾, en: Jiangwan}
    campus: 本部
    hours: {default: "07:00-23:00", long_holiday: "08:30-12:00"}
    closed_days: [[2026-10-10, 2026-10-10]]
  ty:
    title: {zh: 通宵, en: Night house}
    campus: 本部
    hours: {default: "00:00-24:00"}
    closed_days: []
"""
ROOMS = """
id: hand
title: {zh: 江湾, en: Jiangwan}
building: 江湾
rooms:
  - {id: R1, title: {zh: 研讨间一, en: Room one}, zone: R, kind: group, people: [2, 6]}
  - {id: R2, title: {zh: 研讨室二, en: Room two}, zone: R, kind: group, people: [6, 19]}
"""


@pytest.fixture(scope="session")
def places_built(tmp_path_factory, django_db_setup, django_db_blocker) -> Site:
    """The library, built once; tests get copies."""
    from django.db import transaction

    site = open_site(make_site(tmp_path_factory.mktemp("places") / "site"))
    (site.root / "shuren.toml").write_text('calendar = "hand"\n', "utf-8")
    for kind, text in (("calendars", CALENDAR), ("rooms", ROOMS)):
        folder = site.definitions / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hand.yaml").write_text(text, "utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        load(site, "seat_zones", ZONES, "zones.csv")
        build(site, actor=Actor("cli:test", "administrator"))
        transaction.set_rollback(True)
    return site


@pytest.fixture
def library(places_built: Site, tmp_path: Path, settings) -> Site:
    """A copy of it that this test may change."""
    shutil.copytree(places_built.root, tmp_path / "library")
    site = open_site(tmp_path / "library")
    settings.SITE = site
    opening.calendar.cache_clear()
    return site


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is, in Shanghai: clock("11-16T09:00")."""

    def fix(text: str) -> None:
        monkeypatch.setenv("SHUREN_NOW", at(text).isoformat())

    fix("11-16T09:00")  # a Monday of teaching
    return fix


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def reader(site: Site, number: int = 1, role: str = "student") -> Actor:
    card = f"2026{number:04}"
    return Actor(f"r{card}", role, pseudonymise(site, [card])[0])
