"""A station for each college: who answers, what it says in versions, whose the questions are."""

import pytest

from shuren.data.actions import build
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, stations
from shuren.service.errors import CaseChanged, UnknownName, WrongField
from shuren.service.internals.messaging.rows import Message
from shuren.service.internals.station_rows import StationLibrarian, StationText
from shuren.trust.actions import create_account
from shuren.trust.errors import NotAllowed
from tests.data.loading import load
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
SUBJECT, OTHER = Actor("song", "subject_librarian"), Actor("tang", "subject_librarian")
TITLE = {"zh": "物理学院", "en": "School of Physics"}
SHOWN = {"shown": {"zh": "宋老师", "en": "Ms Song"}, "place": {"zh": "四楼", "en": "4th floor"}}
SAID = {"about": {"zh": "为师生服务", "en": "For all"}, "links": "arXiv | https://arxiv.org/"}
NEED = {"topic": "超导", "need": "如何查综述"}


@pytest.fixture(autouse=True)
def served(site: Site, settings) -> None:
    settings.SITE = site
    for one in (SUBJECT, OTHER):
        create_account(one.id, "a long enough phrase", one.role)


@pytest.fixture
def physics(site: Site) -> str:
    return stations.make(site, "physics", "物理学院", TITLE, actor=SUBJECT).id


def asked(site: Site, who: Actor, station: str = "physics", service: str = "subject_consultation"):
    subject = {"kind": "college", "id": station, "title": "谎称的名字"}
    return cases.open_case(site, service, actor=who, subject=subject, fields=NEED)


def test_a_question_is_in_the_hand_of_the_colleges_librarian_from_the_first(site, physics):
    stations.appoint(site, physics, SUBJECT.id, SHOWN, actor=SUBJECT)
    made = asked(site, reader(site, role="faculty"))
    assert made.subject == {"kind": "college", "id": "physics", "title": "物理学院"}
    assert cases.case(site, made.id, SUBJECT).assignee == SUBJECT.id
    [told] = Message.objects.filter(template="station_asked")
    assert (told.account, told.title["en"]) == (
        SUBJECT.id,
        "A new case of School of Physics for you",
    )
    assert (told.about_kind, told.about_id) == ("desk_case", made.id)
    assert [one.id for one in stations.open_cases(site, physics, SUBJECT)] == [made.id]
    assert [one.id for one in cases.queue(site, SUBJECT, mine=True).lines] == [made.id]


def test_of_two_librarians_the_one_with_fewer_open_cases_is_asked(site, physics):
    for one in (SUBJECT, OTHER):
        stations.appoint(site, physics, one.id, SHOWN, actor=SUBJECT)
    who = [reader(site, card, "faculty") for card in ("2020001", "2020002", "2020003")]
    made = [asked(site, one).id for one in who]
    hands = [cases.case(site, one, LIBRARIAN).assignee for one in made]
    assert hands == [SUBJECT.id, OTHER.id, SUBJECT.id]
    cases.act(site, made[0], "librarian_answer", actor=SUBJECT, note="见附")
    cases.act(site, made[0], "accept", actor=who[0])
    cases.act(site, made[2], "librarian_answer", actor=SUBJECT, note="见附")
    cases.act(site, made[2], "accept", actor=who[2])
    assert cases.case(site, asked(site, who[0]).id, LIBRARIAN).assignee == SUBJECT.id


def test_a_college_without_a_librarian_can_be_asked_and_its_case_waits_for_anybody(site, physics):
    made = asked(site, reader(site, role="faculty"))
    assert cases.case(site, made.id, LIBRARIAN).assignee == ""
    assert not Message.objects.filter(template="station_asked").exists()
    for wrong in ("chemistry", ""):
        with pytest.raises(UnknownName):
            asked(site, reader(site, role="faculty"), wrong)
    stations.open_or_close(site, physics, is_open=False, actor=SUBJECT)
    with pytest.raises(UnknownName):
        asked(site, reader(site, role="faculty"))


def test_what_a_station_says_is_kept_in_versions_and_nothing_is_written_over(site, physics):
    assert stations.station(site, physics).words.version == 0
    stations.write(site, physics, SAID, expected_version=0, actor=SUBJECT)
    newer = SAID | {"about": {"zh": "新的", "en": "New"}}
    with pytest.raises(CaseChanged):
        stations.write(site, physics, newer, expected_version=0, actor=OTHER)
    stations.write(site, physics, newer, expected_version=1, actor=OTHER)
    back = stations.restore(site, physics, 1, expected_version=2, actor=SUBJECT)
    assert (back.words.version, back.words.about["zh"]) == (3, "为师生服务")
    assert [(link.title, link.url) for link in back.words.links] == [
        ("arXiv", "https://arxiv.org/")
    ]
    found = stations.versions(physics, actor=SUBJECT)
    assert [(one.version, one.by) for one in found] == [(3, "song"), (2, "tang"), (1, "song")]
    assert stations.station(site, physics).words.by == ""  # not told to everybody
    assert StationText.objects.count() == 3


@pytest.mark.parametrize(
    "links",
    ["arXiv https://arxiv.org", "| https://a.example", "x | javascript:alert(1)", "x | //a.example",
     "x | ftp://a.example", "x | https://", "x | http://[", "x | data:text/html,x",
     "ok | /find/\nx | \\evil"],
)  # fmt: skip
def test_a_line_that_is_no_link_is_refused_by_its_number(site, physics, links):
    with pytest.raises(WrongField, match=f"Line {len(links.splitlines())} is no link"):
        stations.write(site, physics, SAID | {"links": links}, expected_version=0, actor=SUBJECT)
    assert StationText.objects.count() == 0


def test_how_a_librarian_is_shown_is_sealed_and_accounts_are_for_who_edits(site, physics):
    stations.appoint(site, physics, SUBJECT.id, SHOWN, actor=SUBJECT)
    [kept] = StationLibrarian.objects.all()
    assert "宋老师".encode() not in bytes(kept.sealed)
    [seen] = stations.station(site, physics).librarians
    assert (seen.shown["zh"], seen.place["en"], seen.account) == ("宋老师", "4th floor", "")
    [edited] = stations.station(site, physics, actor=SUBJECT).librarians
    assert edited.account == SUBJECT.id
    for account, said in (("nobody", SHOWN), (SUBJECT.id, {"shown": {"zh": "宋", "en": ""}})):
        with pytest.raises(WrongField):
            stations.appoint(site, physics, account, said, actor=SUBJECT)
    create_account("ann", "a long enough phrase", "student")
    with pytest.raises(WrongField, match="works on cases"):
        stations.appoint(site, physics, "ann", SHOWN, actor=SUBJECT)
    stations.release(site, physics, SUBJECT.id, actor=SUBJECT)
    assert stations.station(site, physics).librarians == ()


def test_a_college_has_one_station_at_one_address(site, physics):
    for id, college, title in (
        ("physics", "化学院", TITLE), ("phys-2", "物理学院", TITLE), ("Ph ysics", "法学院", TITLE),
        ("law", " ", TITLE), ("law", "法学院", {"zh": "法学院", "en": ""}),
        ("-law", "法学院", TITLE),
    ):  # fmt: skip
        with pytest.raises(WrongField):
            stations.make(site, id, college, title, actor=SUBJECT)
    assert [one.id for one in stations.stations(site)] == ["physics"]


def test_who_does_not_edit_stations_changes_nothing(site, physics):
    front = Actor("lin", "front_desk")
    stations.write(site, physics, SAID, expected_version=0, actor=SUBJECT)
    for verb in (
        lambda: stations.make(site, "law", "法学院", TITLE, actor=front),
        lambda: stations.write(site, physics, SAID, expected_version=1, actor=front),
        lambda: stations.appoint(site, physics, SUBJECT.id, SHOWN, actor=front),
        lambda: stations.open_or_close(site, physics, is_open=False, actor=front),
        lambda: stations.versions(physics, actor=front),
        lambda: stations.open_cases(site, physics, reader(site)),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_the_check_names_the_colleges_without_station_or_librarian(site, physics):
    assert not stations.coverage(site, SUBJECT).is_known  # nothing is built
    people = [(f"20{n:03}", "物理学院") for n in range(6)] + [
        (f"21{n:03}", "法学院") for n in range(7)
    ]
    people += [(f"22{n:03}", "小学院") for n in range(3)]  # too few to be named
    rows = "".join(f"{card},student,{college}\n" for card, college in people)
    load(site, "readers", "reader_id,kind,college\n" + rows, "readers.csv")
    build(site, actor=Actor("cli:test", "administrator"))
    found = stations.coverage(site, SUBJECT)
    assert found.without_station == ("法学院",)
    assert [one["en"] for one in found.without_librarian] == ["School of Physics"]
    assert not found.is_whole
    stations.make(site, "law", "法学院", {"zh": "法学院", "en": "School of Law"}, actor=SUBJECT)
    for id in ("law", "physics"):
        stations.appoint(site, id, SUBJECT.id, SHOWN, actor=SUBJECT)
    assert stations.coverage(site, SUBJECT).is_whole
