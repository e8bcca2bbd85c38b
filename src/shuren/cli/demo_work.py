"""A first day's work in the demo library, by its own staff and through the ordinary actions."""

from datetime import timedelta

from shuren.cli.demo_voice import let_readers_speak
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

# The demo university writes Chinese, as its own records would.
CLOSED_CONTRACT = "eholdings"
FIX = "已与平台核对：这份清单是图书，本来就没有刊期各栏，数据无误，无须重载。"
DECISION = {
    "title": "考试周延长江湾图书馆开放至 24 点",
    "question": "考试周座位紧张，是否延长开放时间？",
    "expected": "考试周晚间找不到座位的投诉减少，座位占用率高峰后移。",
}
RESTS_ON = ("places_occupancy", "visits_per_capita")
KEY = {"name": "校园数据中心", "owner": "信息化办公室", "contact": "data-centre@example.edu.cn"}
SCOPES = ("figures:read", "indicators:read")


def first_day(site: Site) -> None:
    """Rules and datasets published, one task closed, one decision noted, one key handed out; each
    only if nothing of its kind is there, so that a set-up that was stopped goes on."""
    director = Actor(id="director", role="director")
    _publish_rules(site, director)
    _close_a_task(Actor(id="data", role="data_librarian"))
    _note_a_decision(site, director)
    _hand_out_a_key(Actor(id="admin", role="administrator"))
    _publish_datasets(site, director)
    let_readers_speak(site, director, Actor(id="desk", role="front_desk"))


def _publish_rules(site: Site, director: Actor) -> None:
    from shuren.data.actions import publish_governance
    from shuren.data.queries import governance

    if not governance(site).published:
        publish_governance(site, actor=director)


def _close_a_task(librarian: Actor) -> None:
    from shuren.data.actions import close_task, take_task
    from shuren.data.queries import tasks

    every = tasks(actor=librarian, is_open=None)
    opened = [t for t in every if t.closed_at is None and t.contract == CLOSED_CONTRACT]
    if len(opened) < len([t for t in every if t.contract == CLOSED_CONTRACT]) or not opened:
        return
    take_task(opened[0].id, actor=librarian)
    close_task(opened[0].id, fix=FIX, actor=librarian)


def _note_a_decision(site: Site, director: Actor) -> None:
    from shuren.management.actions import record_decision
    from shuren.management.queries import decisions

    if decisions(actor=director):
        return
    today = now().date()
    record_decision(
        site,
        actor=director,
        **DECISION,
        indicators=RESTS_ON,
        decided_on=today,
        review_on=today + timedelta(days=90),
    )


def _publish_datasets(site: Site, director: Actor) -> None:
    from shuren.repository.actions import publish
    from shuren.repository.queries import shelves

    for shelf in shelves(site):
        if not shelf.versions:
            publish(site, shelf.dataset.id, actor=director)


def _hand_out_a_key(administrator: Actor) -> None:
    """Its text is shown to nobody: who wants to try it gives the key a new secret."""
    from shuren.trust.actions import create_api_key
    from shuren.trust.queries import api_keys_known

    if not api_keys_known(actor=administrator):
        create_api_key(
            name=KEY["name"], owner=KEY["owner"], contact=KEY["contact"], scopes=SCOPES,
            created_by=administrator,
        )  # fmt: skip
