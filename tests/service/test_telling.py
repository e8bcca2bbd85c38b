"""The flow engine tells the reader: at the transitions that say so, never of their own doing."""

import pytest

from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import act, add_note, open_case
from shuren.service.definitions import flows
from shuren.service.internals.messaging.rows import Message
from shuren.service.internals.reading_flows import TELLING, read_flow
from shuren.service.message_shapes import Told
from tests.service.desk_of_cases import LIBRARIAN, held, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(site: Site, settings) -> Site:
    settings.SITE = site
    return site


def newest(site: Site, actor: Actor) -> Told:
    return messages.inbox(site, actor).messages[0]


def test_a_hold_that_is_ready_is_told_with_its_last_day(house: Site) -> None:
    ann = reader(house)
    case = held(house, ann)
    assert messages.inbox(house, ann).total == 0, "queueing is no news"
    act(house, case.id, "copy_free", actor=BY_ITSELF)
    act(house, case.id, "arrive", actor=LIBRARIAN, note="三楼服务台，找李老师")
    one = newest(house, ann)
    assert one.title["zh"] == "图书预约：可取书"
    assert one.about == {"kind": "case", "id": case.id}
    lines = one.body["zh"].splitlines()
    assert lines[0] == "《三体》"
    assert lines[1] == "请在保留期内到取书点办理借书。"
    assert lines[2] == "馆员附言：三楼服务台，找李老师"
    assert lines[3].startswith("有效至：")


def test_nobody_is_told_what_they_did_themselves(house: Site) -> None:
    ann = reader(house)
    act(house, held(house, ann).id, "cancel", actor=ann)
    assert messages.inbox(house, ann).total == 0
    act(house, held(house, ann).id, "cancel", actor=LIBRARIAN)
    assert newest(house, ann).title["en"] == "Holds: Cancelled"


def test_a_transition_done_twice_is_told_once(house: Site) -> None:
    ann = reader(house)
    case = held(house, ann)
    act(house, case.id, "copy_free", actor=BY_ITSELF)
    for _again in range(2):
        act(house, case.id, "arrive", actor=LIBRARIAN, key="once")
    assert Message.objects.count() == 1


def test_a_librarians_note_arrives_and_a_readers_own_does_not(house: Site) -> None:
    ann = reader(house)
    case = held(house, ann)
    add_note(house, case.id, "我下周回来", actor=ann)
    assert messages.inbox(house, ann).total == 0
    add_note(house, case.id, "已为您留一本，电话 13912345678", actor=LIBRARIAN)
    one = newest(house, ann)
    assert "已为您留一本" in one.body["zh"]
    assert "13912345678" not in one.body["zh"]
    assert Message.objects.get().mail["zh"] == "", "a note is in no mail"


def test_the_second_reader_of_a_handover_is_asked(house: Site) -> None:
    ann, ben = reader(house), reader(house, "2020002")
    item = {"kind": "item", "id": "i1", "title": "三体"}
    case = open_case(house, "loan_transfer", actor=ann, subject=item, party=ben.reader_key)
    assert newest(house, ben).about["id"] == case.id
    act(house, case.id, "decline", actor=ben)
    assert newest(house, ann).title["zh"].endswith("已谢绝")


def test_every_way_to_the_readers_turn_or_to_a_no_tells_them(house: Site) -> None:
    """Where somebody else than the reader brings a case to where the reader must act, or ends it
    without success, the reader hears of it. Left out: what tells by itself elsewhere (booking,
    supervision, task), feeds, which are messages themselves, and a use of one's own sign-in."""
    own_ways = {"booking", "supervision", "task", "feed", "access", "publish", "event", "course"}
    silent = [
        f"{id}: {way.source} → {way.target}"
        for id, flow in flows(None).items()
        if id not in own_ways
        for way in flow.transitions
        if way.by != "reader" and way.source != way.target
        and (flow.states[way.target].waits == "reader" or flow.states[way.target].end == "failure")
        and not TELLING & set(way.effects)
    ]  # fmt: skip
    assert set(silent) == {
        "correction: refused → closed_refused",  # told when it was refused
        "enquiry: asked → ai_answered",  # the reader sits before the answer
        "loan: overdue → lost",  # at the desk, with the reader
    }


def test_a_sentence_without_anybody_being_told_is_refused() -> None:
    flow = flows(None)["hold"].said
    ways = [{**one, "effects": []} if "tell" in one else one for one in flow["transitions"]]
    with pytest.raises(DefinitionError, match="tell"):
        read_flow(SHIPPED / "flows" / "hold.yaml", {**flow, "transitions": ways})
