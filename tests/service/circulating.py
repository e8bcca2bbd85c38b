"""A library of nine copies and three readers, with lending rules that can be counted by hand."""

import json
import shutil
from typing import Any

import pytest
from django.db import transaction

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site, open_site
from shuren.service.internals.circulation import listing
from shuren.trust.actions import keep_identities, pseudonymise
from shuren.trust.internals.surrogate_rows import Surrogate
from tests.data.raw_helper import put_raw
from tests.early import make_site

TODAY = "2026-03-10T02:00"
LI = Actor("li", "front_desk", doing="desk.serve")
ANYBODY = Actor("", "anonymous")
ANN, BEN, CAI = "20230001", "20230002", "20230003"
EAST, WEST = "东校区", "西校区"
# 三体 has three copies, 活着 two, the dictionary one for use in the library.
ITEMS = (
    ("B1", "三体", "I247.5/1", EAST, "available"),
    ("B2", "三体", "I247.5/1", EAST, "available"),
    ("B3", "三体", "I247.5/1", WEST, "available"),
    ("B4", "活着", "I247.5/2", EAST, "available"),
    ("B5", "活着", "I247.5/2", EAST, "missing"),
    ("B6", "辞海", "Z32/1", EAST, "reference"),
    ("B7", "旧书", "I247.5/9", EAST, "withdrawn"),
    ("B8", "佛教史", "B949/1", EAST, "available"),
    ("B9", "新订的书", "I247.5/3", EAST, "on_order"),
)
# Student: 2 loans, 10 days, one renewal of 7 days, one hold; everybody else less.
RULES = """\
id: lending
title: {zh: 试验规则, en: Rules of the tests}
kinds:
  student: {loans: 2, days: 10, renewals: 1, renewal_days: 7, holds: 1}
  public: {loans: 1, days: 5, renewals: 0, renewal_days: 0, holds: 0}
unknown_kind: public
overdue_days: 3
card_blocks: [suspended, closed]
hold_shelf_days: 2
"""


def reader_of(site: Site, card: str) -> Actor:
    """The reader with a card, signed in."""
    return Actor(f"a{card}", "student", pseudonymise(site, [card])[0])


def item_row(id: str, title: str, call_number: str, campus: str, status: str) -> dict[str, Any]:
    return {
        "item_id": id,
        "title": title,
        "author": "作者",
        "call_number": call_number,
        "class_number": call_number.split("/")[0],
        "campus": campus,
        "location": "总馆三楼",
        "status": status,
    }


def loan_row(site: Site, id: str, card: str, item: str, lent: str, due: str, back: str = "") -> Any:
    [who] = pseudonymise(site, [card])
    title = next(row[1] for row in ITEMS if row[0] == item)
    return {
        "loan_id": id,
        "reader_id": who,
        "item_id": item,
        "title": title,
        "loaned_at": lent,
        "due_at": due,
        "returned_at": back or None,
    }


@pytest.fixture(scope="session")
def circulation_built(tmp_path_factory, django_db_setup, django_db_blocker) -> Site:
    """The library, built once; tests get copies of it."""
    site = open_site(make_site(tmp_path_factory.mktemp("circulation") / "site"))
    with django_db_blocker.unblock(), transaction.atomic():
        fill(site)
        rows = list(Surrogate.objects.values_list("blind", "pseudonym"))
        (site.root / "surrogates.json").write_text(json.dumps(rows), "utf-8")
        transaction.set_rollback(True)
    return site


@pytest.fixture
def library(circulation_built, settings, monkeypatch, tmp_path, db) -> Site:
    """A copy of the library at ten in the morning of 10 March 2026."""
    monkeypatch.setenv("SHUREN_NOW", TODAY)
    shutil.copytree(circulation_built.root, tmp_path / "copy")
    settings.SITE = open_site(tmp_path / "copy")
    rows = json.loads((tmp_path / "copy" / "surrogates.json").read_text("utf-8"))
    Surrogate.objects.bulk_create([Surrogate(blind=one, pseudonym=name) for one, name in rows])
    [ann] = pseudonymise(settings.SITE, [ANN])
    keep_identities(settings.SITE, [(ann, {"reader_id": ANN, "name": "安娜"})])
    return settings.SITE


def fill(site: Site) -> None:
    """Items, cards and one loan: B4 to Ann since 1 March, due on the 20th."""
    (site.definitions / "circulation").mkdir(parents=True)
    (site.definitions / "circulation" / "lending.yaml").write_text(RULES, "utf-8")
    put_raw(site, "items", [item_row(*row) for row in ITEMS], place=1)
    keys = pseudonymise(site, [ANN, BEN, CAI])
    cards = [
        {"reader_id": keys[0], "kind": "student"},
        {"reader_id": keys[1], "kind": "student"},
        {"reader_id": keys[2], "kind": "student", "status": "suspended"},
    ]
    put_raw(site, "readers", cards, place=2)
    loan = loan_row(site, "L1", ANN, "B4", "2026-03-01T09:00:00", "2026-03-20T00:00:00")
    put_raw(site, "loans", [loan], place=3)
    build(site)


def build(site: Site) -> None:
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


def title_of(site: Site, item: str) -> str:
    """The title_id of a copy."""
    return listing.of_items(site, [item], ANYBODY)[item].copy.title_id
