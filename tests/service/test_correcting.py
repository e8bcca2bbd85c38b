"""A reader says that a record is wrong; a librarian answers; all of it goes with an erasure."""

import json
from datetime import timedelta

import pytest

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, cases, correcting
from shuren.service.errors import NoSuchCase, NothingHeld, NotNow, WrongField
from shuren.service.queries import held
from shuren.trust import ledger
from shuren.trust.errors import NotAllowed
from shuren.trust.models import Account
from tests.service.library import CARD, NAME, fill
from tests.service.test_erase import database_text

pytestmark = pytest.mark.django_db(transaction=True)
CHEN, LI = Actor("chen", "data_librarian"), Actor("li", "front_desk")
WRONG = "《围城》我上月已还，系统仍显示在借"


@pytest.fixture
def reader(site: Site, settings) -> Actor:
    settings.SITE = site
    return fill(site)


def asked(site: Site, reader: Actor) -> str:
    return correcting.ask(site, "lake:loans", WRONG, actor=reader).id


def test_it_lands_with_the_data_librarian_and_with_nobody_else_at_the_desk(
    reader: Actor, site: Site
) -> None:
    id = asked(site, reader)
    [line] = cases.queue(site, CHEN, service=correcting.SERVICE).lines
    assert (line.id, line.state) == (id, "submitted")
    assert line.subject == {
        "kind": "own_record",
        "id": "lake:loans",
        "title": line.subject["title"],
    }
    assert cases.case(site, id, CHEN).fields == {"what_is_wrong": WRONG}
    assert cases.queue(site, LI).lines == ()
    assert correcting.SERVICE not in cases.queue(site, LI).services
    with pytest.raises(NoSuchCase):
        cases.case(site, id, LI)
    with pytest.raises(NoSuchCase):
        cases.act(site, id, "accept", actor=LI)


def test_corrected_at_its_source_and_confirmed(reader: Actor, site: Site) -> None:
    id = asked(site, reader)
    cases.act(site, id, "accept", actor=CHEN)
    with pytest.raises(WrongField):
        cases.act(site, id, "correct", actor=CHEN)
    cases.act(site, id, "correct", actor=CHEN, note="已在借还系统补记归还，下次装载生效")
    [mine] = cases.my_cases(site, reader)
    assert mine.state == "corrected"
    told = cases.case(site, id, reader)
    assert told.history[-1].note == "已在借还系统补记归还，下次装载生效"
    assert told.history[-1].account == ""
    assert cases.act(site, id, "confirm", actor=reader).is_success


def test_who_corrects_sees_whose_record_it_is_and_the_reader_sees_the_look(
    reader: Actor, site: Site
) -> None:
    id = asked(site, reader)
    assert cases.who(site, id, CHEN) == {"reader_id": CARD, "name": NAME}
    about = ledger.entries_about(reader.reader_key, limit=5)
    assert ("chen", "record_correction") in {(e.actor, e.body.get("purpose")) for e in about}
    with pytest.raises(NoSuchCase):
        cases.who(site, id, LI)
    with pytest.raises(NotAllowed):
        cases.who(site, id, Actor("guan", "director"))


def test_refused_with_a_reason_it_can_be_objected_to_or_closes_by_itself(
    reader: Actor, site: Site
) -> None:
    id = asked(site, reader)
    cases.act(site, id, "accept", actor=CHEN)
    with pytest.raises(WrongField):
        cases.act(site, id, "refuse", actor=CHEN)
    cases.act(site, id, "refuse", actor=CHEN, note="还书记录核对无误")
    assert cases.act(site, id, "object", actor=reader, note="有还书回执").state == "accepted"
    cases.act(site, id, "refuse", actor=CHEN, note="回执属另一册")
    with pytest.raises(NotNow):
        cases.act(site, id, "accept", actor=CHEN)
    cases.fire_timers(site, now() + timedelta(days=15))
    closed = cases.case(site, id, reader)
    assert (closed.state, closed.is_over, closed.is_success) == ("closed_refused", True, False)


def test_only_what_another_system_says_is_corrected_there(reader: Actor, site: Site) -> None:
    can = {one.id for one in held(site, reader) if one.can_correct}
    assert {"identity", "lake:loans", "lake:readers", "quarantine"} <= can
    for store in ("consents", "interests", "cases", "account", "nowhere"):
        assert store not in can
        with pytest.raises(NothingHeld):
            correcting.ask(site, store, WRONG, actor=reader)
    with pytest.raises(WrongField):
        correcting.ask(site, "lake:loans", " ", actor=reader)


@pytest.mark.parametrize("state", ["submitted", "accepted", "closed"])
def test_the_words_are_in_the_export_and_go_with_the_erasure(
    reader: Actor, site: Site, state: str
) -> None:
    id = asked(site, reader)
    if state != "submitted":
        cases.act(site, id, "accept", actor=CHEN)
    if state == "closed":
        cases.act(site, id, "correct", actor=CHEN, note="已补记归还")
        cases.act(site, id, "confirm", actor=reader)
    exported = json.loads(actions.export_held(site, reader, "json"))
    [store] = [one for one in exported["stores"] if one["id"] == "cases"]
    text = json.dumps(store, ensure_ascii=False)
    assert WRONG in text
    assert ("已补记归还" in text) == (state == "closed")
    done = actions.erase(site, reader)
    assert done.content["statement"]["erased"]["cases"] == 1
    assert WRONG not in database_text()
    assert "已补记归还" not in database_text()
    again = Actor("ann", "student", Account.objects.get(username="ann").reader_key)
    assert cases.my_cases(site, again) == []
    assert cases.queue(site, CHEN).lines == ()


def test_one_fact_deletes_an_open_request(reader: Actor, site: Site) -> None:
    id = asked(site, reader)
    assert actions.forget_fact(site, reader, "cases", id) == 1
    assert cases.my_cases(site, reader) == []
