"""Who speaks and who works on it, for the tests of the reader's voice."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management import opinions, supervision
from shuren.management.voice_shapes import Planned, Taken
from shuren.service.case_shapes import BY_ITSELF
from shuren.trust.actions import create_account, pseudonymise

LIBRARIAN, SECOND = Actor("lin", "front_desk"), Actor("bai", "subject_librarian")
OPERATOR = Actor("cli:test", "technical_librarian")
MANAGER, OVERSEER = Actor("guan", "director"), Actor("du", "overseer")
ZONE = ZoneInfo("Asia/Shanghai")
DARK = "三楼东区自习座位的灯光太暗了，看书很吃力，建议加装台灯。"
DARK_TOO = "自习区三楼东边的灯光实在太暗，晚上看书吃力，能不能加装几盏台灯？"
TWO = (
    "第一，知网在校外访问总是登录不上，下载限制太严。第二，晚上阅览室有人大声打电话，很吵，没人管。"
)
RESULT = {"outcome": "三楼东区加装了二十盏台灯。", "evidence": "验收单 2026-31"}


@pytest.fixture
def staff(db: None) -> None:
    """Their accounts, so that they can be told."""
    for one in (LIBRARIAN, SECOND, MANAGER):
        create_account(one.id, "a long enough phrase", one.role)


def reader(site: Site, card: str = "2020001") -> Actor:
    return Actor(f"r{card}", "student", pseudonymise(site, [card])[0])


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def said(site: Site, text: str = DARK, actor: Actor = BY_ITSELF, **more) -> Taken:
    return opinions.take_in(
        site, channel=more.pop("channel", "web"), text=text, actor=actor, **more
    )


def under_way(site: Site, case_id: str, *owners: str, due: date = date(2026, 10, 10)) -> list[str]:
    """Planned and assigned; the ids of its tasks."""
    wanted = [Planned(f"事项{at}", owner, due) for at, owner in enumerate(owners, 1)]
    tasks = supervision.plan(site, case_id, wanted, actor=LIBRARIAN)
    supervision.assign(site, case_id, actor=MANAGER)
    return tasks


def done(site: Site, task: str) -> None:
    supervision.act_on(site, task, "handle", actor=LIBRARIAN, fields=RESULT)
    supervision.act_on(site, task, "accept", actor=MANAGER)


def answered(site: Site, case_id: str) -> None:
    supervision.answer(site, case_id, actor=LIBRARIAN, resolution="fixed", **RESULT)
