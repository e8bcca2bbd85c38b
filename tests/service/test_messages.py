"""Telling somebody: once, with what it tells of, in both languages, in their inbox alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.actions import export_held, forget_fact
from shuren.service.errors import UnknownName
from shuren.service.internals.messaging.rows import Delivery, Message
from shuren.service.internals.stores import store_of
from shuren.service.message_definitions import templates
from shuren.service.message_shapes import Work

pytestmark = pytest.mark.django_db

ANN = Actor("ann", "student", "r_" + "a" * 26)
BEN = Actor("ben", "student", "r_" + "b" * 26)
LIN = Actor("lin", "front_desk")
VALUES = {
    "service": {"zh": "图书预约", "en": "Holds"},
    "state": {"zh": "可取书", "en": "Ready for collection"},
    "subject": Work("三体", "b1"),
    "sentence": "",
    "note": "在三楼",
    "until": datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
}


@pytest.fixture
def house(site: Site, settings) -> Site:
    settings.SITE = site
    return site


def told(site: Site, key: str = "k1", actor: Actor = ANN, **more: object) -> bool:
    return messages.tell(
        site, reader=actor.reader_key, template="case_moved", values=VALUES | more,
        about={"kind": "case", "id": "C1"}, key=key,
    )  # fmt: skip


def test_a_message_is_told_once_however_often_it_is_said(house: Site) -> None:
    assert [told(house), told(house), told(house, "k2")] == [True, False, True]
    assert messages.inbox(house, ANN).total == 2
    assert Delivery.objects.count() == 2


def test_one_key_is_each_readers_own(house: Site) -> None:
    assert told(house)
    assert told(house, actor=BEN)
    assert messages.inbox(house, BEN).total == 1


def test_what_did_not_happen_is_not_told(house: Site) -> None:
    def fail() -> None:
        with transaction.atomic():
            told(house)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Message.objects.exists()


def test_it_is_said_in_both_languages_and_on_the_librarys_clock(house: Site) -> None:
    told(house)
    [one] = messages.inbox(house, ANN).messages
    assert one.title == {"zh": "图书预约：可取书", "en": "Holds: Ready for collection"}
    assert one.body["zh"] == "《三体》\n馆员附言：在三楼\n有效至：2026年12月1日 00:00"
    assert one.body["en"].splitlines()[-1] == "Open until: 1 December 2026 00:00"


def test_a_mail_never_has_a_librarians_words_and_titles_apart(house: Site) -> None:
    told(house)
    [row] = Message.objects.all()
    assert row.mail["zh"] == "有效至：2026年12月1日 00:00"
    assert row.mail_named["zh"] == "《三体》\n有效至：2026年12月1日 00:00"
    assert row.works == ["b1"]


def test_a_value_is_text_and_never_a_place_for_another(house: Site) -> None:
    told(house, subject="{note} {service.__class__}", note="")
    [one] = messages.inbox(house, ANN).messages
    assert one.body["zh"].splitlines()[0] == "《{note} {service.__class__}》"


def test_values_that_are_not_those_declared_are_a_slip_that_is_told(house: Site) -> None:
    with pytest.raises(ValueError, match="takes"):
        messages.tell(house, reader=ANN.reader_key, template="case_moved", values={}, key="k")
    planet = {"kind": "planet", "id": "1"}
    with pytest.raises(ValueError, match="no page about"):
        messages.tell(
            house,
            reader=ANN.reader_key,
            template="case_moved",
            values=VALUES,
            about=planet,
            key="k",
        )
    with pytest.raises(UnknownName, match="case_moved"):
        messages.tell(house, reader=ANN.reader_key, template="case_move", values={}, key="k")


def test_an_inbox_is_its_readers_alone(house: Site) -> None:
    told(house)
    [one] = messages.inbox(house, ANN).messages
    for act in (
        lambda: messages.message(house, one.id, actor=BEN),
        lambda: messages.remove(one.id, actor=BEN),
        lambda: messages.mark(one.id, actor=BEN, is_read=True),
    ):
        with pytest.raises(UnknownName):
            act()
    assert messages.inbox(house, BEN).total == 0


def test_unread_until_it_is_opened_and_again_by_ones_own_word(house: Site) -> None:
    told(house)
    told(house, "k2")
    [first, second] = messages.inbox(house, ANN).messages
    assert messages.unread(ANN) == 2
    messages.message(house, first.id, actor=ANN)
    assert messages.unread(ANN) == 1
    messages.mark(first.id, actor=ANN, is_read=False)
    assert messages.unread(ANN) == 2
    assert messages.mark_all_read(actor=ANN) == 2
    messages.remove(second.id, actor=ANN)
    assert [one.id for one in messages.inbox(house, ANN).messages] == [first.id]


def test_staff_have_an_inbox_and_no_mail(house: Site) -> None:
    messages.tell(house, account="lin", template="case_moved", values=VALUES, key="k")
    assert messages.inbox(house, LIN).total == 1
    assert not Delivery.objects.exists()
    assert messages.inbox(house, ANN).total == 0


def test_a_page_of_an_inbox_is_filtered(house: Site) -> None:
    for number in range(35):
        told(house, f"k{number}")
    found = messages.inbox(house, ANN, page=2)
    assert (found.total, found.pages, len(found.messages)) == (35, 2, 5)
    assert found.kinds["case"] == 35
    assert messages.inbox(house, ANN, kind="alert").total == 0
    messages.mark_all_read(actor=ANN)
    assert messages.inbox(house, ANN, unread=True).total == 0


def test_what_a_reader_was_told_is_held_exported_forgotten_and_erased(house: Site) -> None:
    told(house)
    told(house, "k2")
    [first, _second] = messages.inbox(house, ANN).messages
    assert "三体" in export_held(house, ANN, "json").decode()
    assert forget_fact(house, ANN, "messages", str(first.id)) == 1
    store = store_of("messages")
    assert store is not None
    assert store.erase is not None
    assert store.erase(ANN) == 1
    assert not Delivery.objects.exists()


# --- the files ---------------------------------------------------------------


def written(site: Site, text: str, name: str = "ours") -> Path:
    folder = site.definitions / "messages"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    templates.cache_clear()
    return path


GOOD = """id: ours
kind: case
title: {zh: "甲 {state}", en: "A {state}"}
body: {zh: "乙", en: "B {more}"}
values: {state: text, more: text}
"""


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("values: {state: text, more: text}", "values: {state: text}", "'{more}'"),
        ("more: text}", "more: text, less: text}", "'less'"),
        ("state: text", "state: note", "over a shoulder"),
        ("zh: \"乙\", ", "", "{zh: …, en: …}"),
        ("kind: case", "kind: cases", "case"),
        ("kind: case", "kind: alert", "consent"),
        ("more: text", "more: words", "words"),
        ("id: ours", "id: other", "file's name"),
    ],
    ids=["not declared", "not used", "private in the title", "one language", "kind", "no purpose",
         "kind of value", "id"],
)  # fmt: skip
def test_a_file_with_a_mistake_is_refused_by_name(
    house: Site, old: str, new: str, said: str
) -> None:
    written(house, GOOD)
    assert "ours" in templates(house)
    path = written(house, GOOD.replace(old, new, 1))
    with pytest.raises(DefinitionError) as refused:
        templates(house)
    assert said in f"{refused.value} {refused.value.fix}"
    assert path.name in str(refused.value)


def test_a_local_message_takes_what_the_one_it_replaces_is_given(house: Site) -> None:
    written(house, GOOD.replace("ours", "case_note", 1), "case_note")
    with pytest.raises(DefinitionError, match="case_note"):
        templates(house)


def test_every_shipped_message_can_be_filled_in(house: Site) -> None:
    for one in templates(None).values():
        values = {
            name: {"moment": datetime(2026, 1, 1, tzinfo=UTC), "number": 3}.get(kind, "词")
            for name, kind in one.values.items()
        }
        if not one.purpose:
            assert messages.tell(
                house, reader=ANN.reader_key, template=one.id, values=values, key=one.id
            )
