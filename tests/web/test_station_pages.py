"""The station of a college on one page, with its librarian's part, and its keeping."""

import pytest
from django.test import Client
from django.urls import reverse

from shuren.data.actions import build
from shuren.kernel.shapes import Actor
from shuren.service import cases, stations
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from shuren.web.portal.stations import counted
from tests.data.loading import load
from tests.web.library import LETTERS
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(name: str, role: str, key: str = "") -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
    client.cookies["shuren_language"] = "en"
    return client


def stranger() -> Client:
    client = Client()
    client.cookies["shuren_language"] = "en"
    return client


def test_from_the_first_station_to_a_question_in_its_librarians_hand(library):
    subject = signed_in("song", "subject_librarian")
    assert "No college has a station yet" in see(stranger(), "/stations/")
    made = {"college": "文学院", "title_zh": "文学院", "title_en": "School of Letters"}
    wrong = subject.post("/workbench/stations/", {**made, "address": "Letters!"})
    assert (wrong.status_code, "An address is up to 40" in wrong.content.decode()) == (400, True)
    assert subject.post("/workbench/stations/", {**made, "address": "letters"}).status_code == 302
    url, public = "/workbench/stations/letters/", "/stations/letters/"
    page = see(subject, "/workbench/stations/")
    assert "Stations that nobody answers for" in page
    said = {
        "do": "write", "version": "0", "about_zh": "甲", "about_en": "For <b>letters</b>",
        "guide_en": "First.\n\nSecond.", "links": "JSTOR | https://www.jstor.org/",
    }  # fmt: skip
    bad = subject.post(url, {**said, "links": "nonsense"})
    assert (bad.status_code, "Line 1 is no link" in bad.content.decode()) == (400, True)
    assert "For &lt;b&gt;letters" in bad.content.decode()  # what was typed stays
    assert subject.post(url, said).status_code == 302
    assert subject.post(url, said).status_code in (400, 409)  # version 0 is no longer the last
    person = {"account": "song", "shown_zh": "宋老师", "shown_en": "Ms Song", "hours_en": "Mondays"}
    assert subject.post(url, {"do": "appoint", **person}).status_code == 302
    page = see(stranger(), public)
    for part in ("School of Letters", "Ms Song", "Mondays", "For &lt;b&gt;letters", "Second.",
                 "https://www.jstor.org/", "Ask my subject librarian", "What the college reads",
                 "Subject consultation"):  # fmt: skip
        assert part in page
    assert "Open cases of the college" not in page
    assert ">song<" not in page

    reader = signed_in("zhou", "faculty", pseudonymise(library, [LETTERS[0]])[0])
    ask = f"{reverse('service-ask', args=['subject_consultation'])}?station=letters"
    form = see(reader, ask)
    assert '<option value="letters" selected>' in form
    sent = {"f-station": "letters", "f-topic": "唐诗", "f-need": "找资料", "key": "k1"}
    assert reader.post(ask, sent).status_code == 302
    row = Case.objects.get(service="subject_consultation")
    assert (row.assignee, row.subject["id"]) == ("song", "letters")
    assert reader.post(ask, {**sent, "f-station": "nobody", "key": "k2"}).status_code == 422
    assert reader.post(ask, {**sent, "f-station": "", "key": "k3"}).status_code == 302
    mine = see(subject, public)
    assert "Open cases of the college" in mine
    assert reverse("workbench:case", args=[row.id]) in mine
    assert "Open cases of the college" not in see(reader, public)

    assert subject.post(url, {"do": "restore", "version": "1", "wanted": "1"}).status_code == 302
    assert subject.post(url, {"do": "close"}).status_code == 302
    assert stranger().get(public).status_code == 404
    assert "Not open yet" in see(subject, public)
    assert [one.id for one in stations.stations(library)] == []
    assert len(cases.my_cases(library, _actor("zhou"))) == 2


def _actor(name: str):
    return actor_of(Account.objects.get(username=name))


def test_what_a_college_reads_is_counted_for_five_at_least(site, settings, db):
    """Letters: six read I, five of them H. Mathematics: seven read O, five of them I."""
    settings.SITE = site
    letters, numbers = [f"21{n:04}" for n in range(6)], [f"22{n:04}" for n in range(7)]
    rows = [f"{r},student,文学院" for r in letters] + [f"{r},student,数学学院" for r in numbers]
    load(site, "readers", "reader_id,kind,college\n" + "\n".join(rows) + "\n", "readers.csv")
    read = [(r, "三体", "I247.55/7") for r in letters] + [
        (r, "语言学", "H0/1") for r in letters[:5]
    ]
    read += [(r, "代数", "O15/1") for r in numbers] + [
        (r, "三体", "I247.55/7") for r in numbers[:5]
    ]
    lines = [f"{r},{t},{c},2026-03-{n:02} 10:00:00" for n, (r, t, c) in enumerate(read, 1)]
    head = "reader_id,title,call_number,loaned_at\n"
    load(site, "loans", head + "\n".join(lines) + "\n", "loans.csv")
    build(site, actor=Actor("cli:test", "administrator"))
    assert counted() == {"文学院": (("I", 6), ("H", 5)), "数学学院": (("O", 7), ("I", 5))}
    title = {"zh": "文学院", "en": "School of Letters"}
    stations.make(site, "letters", "文学院", title, actor=Actor("song", "subject_librarian"))
    table = stranger().get("/stations/letters/reading.csv").content.decode("utf-8-sig")
    first, second, third = (line.split(",") for line in table.splitlines())
    assert first == ["CLC class", "Subject", "Loans"]
    assert [(one[0], one[-1]) for one in (second, third)] == [("I", "6"), ("H", "5")]
    page = see(stranger(), "/stations/letters/")
    assert "Counted over all readers of the college until 23 March 2026" in page
    assert stranger().get("/stations/none/reading.csv").status_code == 404


def test_where_few_read_nothing_is_told(library):
    assert "哲学系" not in counted()  # two readers
    title = {"zh": "哲学系", "en": "Philosophy"}
    stations.make(library, "phil", "哲学系", title, actor=Actor("song", "subject_librarian"))
    assert "Nothing can be told yet" in see(stranger(), "/stations/phil/")
