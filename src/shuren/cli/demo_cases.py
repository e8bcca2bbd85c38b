"""Commissions and gifts of the demo in several states, each at its own time and through the
ordinary actions: a report is written by one, signed by another, and confirmed by who asked."""

import csv
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shuren.campus.commissioned import COMMISSIONS, Commission
from shuren.campus.gifts import HEADS, gift_rows
from shuren.cli.demo_clock import Days, as_if
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

DESK, DIRECTOR = Actor("desk", "front_desk"), Actor("director", "director")
WRITER = Actor("subject", "subject_librarian")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUESTION = "请把论文清单补上来（表格或逐行都可以），并说明是否区分自引。"
# (days ago, volumes, what, lines that the catalogue has, others, what the desk does)
GIFTS: tuple[tuple[int, int, str, int, int, tuple[str, ...]], ...] = (
    (60, 128, "文史资料、方志与桥梁图录，藏书家一批", 24, 92, ("screen_ok", "list", "receive",
     "decide", "select_and_process", "certify")),
    (5, 46, "校友回忆录与旧教材", 6, 36, ("screen_ok", "list", "receive")),
    (1, 15, "个人诗集若干", 0, 0, ()),
)  # fmt: skip
DONOR = "一位校友"


def commission(site: Site, readers: Mapping[str, Actor]) -> None:
    """All commissions; readers: the demo's own, by account. Each is opened once, by its key."""
    days = Days(site)
    for number, one in enumerate(COMMISSIONS):
        if one.by in readers:
            _commission(site, one, readers[one.by], days, f"demo-commission-{number}")


def _commission(site: Site, one: Commission, reader: Actor, days: Days, key: str) -> None:
    from shuren.service import commissions
    from shuren.service.cases import act, open_case

    asked = days.at(-one.days, 9.5)
    with as_if(min(asked, now())):
        case = open_case(site, one.service, actor=reader, fields=one.fields, key=key)
    if case.state != "submitted":  # a set-up that was stopped has been here
        return
    actors = {"assign": DIRECTOR, "sign_off": WRITER, "confirm": reader}
    for at, step in enumerate(one.steps, 1):
        with as_if(_later(asked, at, one.days)):
            if step == "draft":
                said = one.draft | _journals(site, one.draft)
                commissions.save_draft(site, case.id, said, actor=DESK)
                continue
            fields = {"quote_cny": one.quote} if step == "accept_quote" else None
            note = QUESTION if step == "ask_more" else ""
            act(site, case.id, step, actor=actors.get(step, DESK), fields=fields, note=note)


def _later(asked: datetime, step: int, days: int) -> datetime:
    """A step a day while there are days, else one an hour; never after the present."""
    return min(asked + step * (DAY if step < days else HOUR), now())


def _journals(site: Site, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The papers of a draft in journals of the lists that were loaded."""
    from shuren.data.queries import read

    papers = draft.get("papers")
    if not papers:
        return {}
    rows = read(
        site, "conformed.journal_index", columns=["number", "title"], purpose="public_information",
        actor=DESK, where=[("index_name", "=", "CSSCI"), ("is_covered", "=", True)],
        order_by=["number", "title"], limit=len(papers),
    ).rows  # fmt: skip
    placed = [
        paper | {"issn": rows[at][0], "journal": rows[at][1]} if at < len(rows) else paper
        for at, paper in enumerate(papers)
    ]
    return {"papers": placed}


def give_books(site: Site, donor: Actor) -> None:
    """A batch that was taken, listed, decided on and thanked for; one on the table; one offered."""
    from shuren.service.cases import open_case

    days = Days(site)
    for number, (ago, volumes, what, known, new, steps) in enumerate(GIFTS):
        offered = days.at(-ago, 10)
        with as_if(min(offered, now())):
            fields = {"volumes": volumes, "what": what, "delivery": "pickup"}
            case = open_case(
                site, "book_donation", actor=donor, fields=fields, key=f"demo-gift-{number}"
            )
        if case.state != "offered":
            continue
        rows = gift_rows(_known(site, known), new)
        for at, step in enumerate(steps, 1):
            with as_if(_later(offered, at, ago)):
                _gift_step(site, case.id, step, rows, donor)


def _gift_step(site: Site, case: str, step: str, rows: list[tuple[str, ...]], donor: Actor) -> None:
    from shuren.service import gifts
    from shuren.service.cases import act

    if step == "list":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "gift.csv"
            with open(path, "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([HEADS, *rows])
            gifts.load_list(site, case, path, actor=DESK)
    elif step == "decide":
        gifts.decide(case, "declined", view="known", reason="馆藏已足", actor=DESK)
        gifts.decide(case, "accepted", view="open", actor=DESK)
        gifts.be_named(case, DONOR, actor=donor)
    else:
        act(site, case, step, actor=DESK)


def _known(site: Site, count: int) -> list[tuple[str, str, str]]:
    from shuren.data.queries import read

    if not count:
        return []
    rows = read(
        site, "conformed.title", columns=["title", "author", "isbn"], purpose="public_information",
        actor=DESK, order_by=["title_id"], limit=count,
    ).rows  # fmt: skip
    return [(title, author or "", isbn or "") for title, author, isbn in rows]
