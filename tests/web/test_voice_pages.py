"""The reader's voice on the pages: said without a name, worked on, rated, published."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.management import opinions, rating, supervision
from shuren.management.internals import telling
from shuren.management.internals.voice_rows import Opinion, OpinionSource, Task
from shuren.service.case_shapes import BY_ITSELF
from shuren.trust.actions import create_account
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.management.voice_people import (
    DARK,
    LIBRARIAN,
    MANAGER,
    RESULT,
    TWO,
    answered,
    done,
    under_way,
)
from tests.web.test_privacy_panel import see

SAY = "/voice/"


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2026-09-29T09:00:00+08:00")


@pytest.fixture
def nobody(library, db) -> Client:
    client = Client()
    client.cookies["shuren_language"] = "en"
    return client


def signed_in(name: str, role: str) -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role))
    client.cookies["shuren_language"] = "en"
    return client


@pytest.fixture
def lin(library, db) -> Client:
    return signed_in(LIBRARIAN.id, LIBRARIAN.role)


@pytest.fixture
def guan(library, db) -> Client:
    return signed_in(MANAGER.id, MANAGER.role)


def test_anybody_says_something_and_keeps_the_address_of_its_page(nobody):
    answer = nobody.post(SAY, {"text": DARK, "key": "k1"})
    assert answer.status_code == 302
    again = nobody.post(SAY, {"text": DARK, "key": "k1"})
    assert again.headers["Location"] == answer.headers["Location"]
    assert Opinion.objects.count() == 1
    page = see(nobody, answer.headers["Location"])
    assert "Keep the address of this page" in page
    assert DARK[:10] in page
    assert nobody.get(answer.headers["Location"]).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("said", [{}, {"text": "  "}, {"text": "x", "email": "nonsense"}])
def test_what_cannot_be_taken_is_told_and_what_was_written_stays(nobody, said):
    answer = nobody.post(SAY, said)
    assert answer.status_code == 400
    assert said.get("text", "").strip() in answer.content.decode()
    assert not Opinion.objects.exists()


def test_a_flood_is_told_to_wait_with_a_sentence_and_what_was_written_stays(nobody, library):
    for number in range(8):
        assert nobody.post(SAY, {"text": f"{DARK}{number}", "key": f"k{number}"}).status_code == 302
    refused = nobody.post(SAY, {"text": "<b>第九条", "key": "k9"})
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "was not taken in yet" in page
    assert "&lt;b&gt;第九条</textarea>" in page
    assert Opinion.objects.count() == 8
    again = nobody.post(SAY, {"text": f"{DARK}0", "key": "k0"})
    assert again.status_code == 302, "sent twice is not counted twice"
    other = nobody.post(SAY, {"text": DARK, "key": "o1"}, headers={"user-agent": "Another/1"})
    assert other.status_code == 302
    signed = signed_in("desk-of-ours", "front_desk")
    assert signed.post(SAY, {"text": DARK, "key": "s1"}).status_code == 302


def test_the_address_that_is_sent_by_mail_is_the_pages():
    assert reverse("voice-own", args=["t"]) == f"{telling.OWN_PAGE}t/"


def test_a_letter_of_two_issues_is_split_assigned_handled_answered_and_rated(
    nobody, lin, guan, library
):
    own = nobody.post(SAY, {"text": TWO, "agreed": "yes", "key": "k"}).headers["Location"]
    opinion = Opinion.objects.get()
    url = reverse("workbench:opinion", args=[opinion.pk])
    page = see(lin, url)
    titles = re.findall(r'name="(\d)-title" type="text" value="([^"]*)"', page)
    assert [bool(title) for _number, title in titles] == [True, True, False]
    rows = {"do": "plan", "row": ["1", "2", "3"]}
    for number, owner in (("1", "资源建设部"), ("2", "读者服务部")):
        rows |= {f"{number}-title": f"事项{number}", f"{number}-owner": owner,
                 f"{number}-due": "2026-10-10", f"{number}-topic": "other"}  # fmt: skip
    assert lin.post(url, rows).status_code == 302
    assert "A manager names owners" in see(lin, url)
    assert "Put under supervision" in (form := see(guan, url))
    tasks = list(Task.objects.order_by("title"))
    for one in tasks:
        assert f'name="{one.pk}-due" type="date" value="2026-10-10"' in form
    said = {"do": "assign", "task": [one.pk for one in tasks]}
    for one in tasks:
        said |= {f"{one.pk}-title": one.title, f"{one.pk}-owner": one.owner,
                 f"{one.pk}-due": "2026-10-12"}  # fmt: skip
    assert guan.post(url, said).status_code == 302
    board = see(guan, reverse("workbench:supervision"))
    assert "事项1" in board
    assert "资源建设部" in board
    assert "Nothing is late." in board
    for one in tasks:
        place = reverse("workbench:supervised", args=[one.pk])
        refused = lin.post(place, {"event": "handle", "outcome": "做了", "evidence": ""})
        assert refused.status_code >= 400
        file = SimpleUploadedFile("验收.txt", "合格".encode())
        sent = {"event": "handle", "outcome": "做了", "evidence": "", "files": file}
        assert lin.post(place, sent).status_code == 302
        assert "验收.txt" in see(lin, place)
        assert lin.post(place, {"event": "accept"}).status_code == 403
        assert guan.post(place, {"event": "accept"}).status_code == 302
    reply = {"do": "answer", "outcome": "已开通", "evidence": "记录", "resolution": "partly"}
    assert lin.post(url, reply).status_code == 400  # why only partly is not said
    assert lin.post(url, reply | {"unresolved_why": "supplier"}).status_code == 302
    page = see(nobody, own)
    assert "已开通" in page
    assert "Did it solve your problem?" in page
    assert nobody.post(own, {"score": ""}).status_code == 400
    assert nobody.post(own, {"score": "5", "agreed": "yes"}).status_code == 302
    assert "Your rating has been recorded" in see(nobody, own.partition("?")[0] + "?rated=1")
    publish = {"do": "publish", "text": "校外访问；噪音，电话13812345678", "answer": "已开通"}
    assert guan.post(url, publish).status_code == 302
    public = see(nobody, SAY)
    assert "校外访问；噪音，电话…" in public
    assert "fewer than five" in public
    assert guan.post(url, {"do": "withdraw"}).status_code == 302
    assert "校外访问" not in see(nobody, SAY)


def test_a_reader_sees_what_came_of_what_they_said(as_role, library):
    student = as_role("student")
    actor = actor_of(Account.objects.get(username="a-student"))
    answer = student.post(SAY, {"text": DARK, "as": "me", "key": "k"})
    assert answer.status_code == 302
    opinion = Opinion.objects.get()
    assert OpinionSource.objects.get().pseudonym == actor.reader_key
    [task] = under_way(library, opinion.pk, "后勤")
    done(library, task)
    answered(library, opinion.pk)
    assert "Please rate the answer" in see(student, "/my/opinions/")
    mine = reverse("my-opinion", args=[opinion.pk])
    assert RESULT["outcome"] in see(student, mine)
    assert student.post(mine, {"score": "1", "comment": "没有"}).status_code == 302
    assert Opinion.objects.get().reopened == 1
    assert student.get(reverse("my-opinion", args=["C-nothing"])).status_code == 404
    assert student.post(SAY, {"text": "隔壁太吵", "as": "nobody", "key": "k2"}).status_code == 302
    other = OpinionSource.objects.exclude(pseudonym=actor.reader_key).get()
    assert other.noted_by == ""


def test_merging_original_and_taking_apart_from_the_page(lin, library):
    first = opinions.take_in(library, channel="web", text=DARK, actor=BY_ITSELF)
    second = opinions.take_in(
        library, channel="phone", text=DARK + "请尽快", actor=LIBRARIAN, name="李小明"
    )
    url = reverse("workbench:opinion", args=[second.case_id])
    assert "May say the same" in see(lin, url)
    assert lin.post(url, {"do": "merge", "into": first.case_id}).status_code == 302
    assert "was merged into it" in see(lin, url)
    into = reverse("workbench:opinion", args=[first.case_id])
    shown = lin.post(into, {"do": "original", "source": second.source_id}).content.decode()
    assert "Original, as it came" in shown
    apart = lin.post(into, {"do": "apart", "case": second.case_id})
    assert apart.status_code == 302
    assert apart.headers["Location"] not in (url, into)
    for odd in ({"do": "merge", "into": "x"}, {"do": "apart", "case": "x"}):
        assert lin.post(into, odd).status_code == 404


def test_a_phone_note_and_a_salon(lin, library):
    page = reverse("workbench:voice-new")
    assert lin.post(page, {"do": "phone", "text": ""}).status_code == 400
    noted = {"do": "phone", "text": "空调太冷", "key": "f1"}
    assert lin.post(page, noted).status_code == 302
    said = "多办讲座\n\n研讨间太少"
    salon = {"do": "salon", "title": "十月沙龙", "held_on": "2026-09-28", "said": said, "key": "s1"}
    for _again in range(2):
        assert lin.post(page, salon).status_code == 302
    assert Opinion.objects.filter(channel="salon").count() == 2
    assert lin.post(page, salon | {"held_on": "gestern", "key": "s2"}).status_code == 400
    listed = see(lin, f"{reverse('workbench:voice')}?channel=salon")
    assert "研讨间太少" in listed
    assert "空调太冷" not in listed


def test_a_task_of_a_meeting_stands_on_the_same_board_and_oversight_only_looks(guan, library):
    add = reverse("workbench:supervised-new")
    task = {"title": "修订入馆须知", "owner": "办公室", "due": "2026-10-09", "kind": "meeting",
            "origin": "馆务会 9 月 28 日"}  # fmt: skip
    assert guan.post(add, task | {"due": "2026-09-01"}).status_code >= 400
    assert guan.post(add, task).status_code == 302
    opinion = opinions.take_in(library, channel="web", text=DARK, actor=BY_ITSELF)
    under_way(library, opinion.case_id, "后勤")
    looks = signed_in("du", "overseer")
    board = see(looks, reverse("workbench:supervision"))
    assert "修订入馆须知" in board
    assert "馆务会" in board
    assert "事项1" in board
    assert "A new task" not in board
    place = reverse("workbench:supervised", args=[Task.objects.get(kind="meeting").pk])
    assert "Nothing here is yours to do now." in see(looks, place)
    assert looks.post(place, {"event": "cancel", "note": "x"}).status_code == 403
    for closed in (reverse("workbench:voice"), reverse("workbench:cases"), add):
        assert looks.get(closed).status_code == 403
    narrowed = see(looks, f"{reverse('workbench:supervision')}?kind=meeting&owner=办公室")
    assert "修订入馆须知" in narrowed
    assert "事项1" not in narrowed


def test_an_attachment_is_only_ever_a_download(lin, nobody, library):
    file = SimpleUploadedFile("照片.html", b"<script>alert(1)</script>", content_type="text/html")
    assert nobody.post(SAY, {"text": DARK, "files": file, "key": "k"}).status_code == 302
    opinion = Opinion.objects.get()
    page = see(lin, reverse("workbench:opinion", args=[opinion.pk]))
    url = re.search(r'href="(/workbench/voice/files/\d+/)"', page)[1]
    answer = lin.get(url)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert nobody.get(url).status_code == 302  # to sign in
    assert lin.get("/workbench/voice/files/999999/").status_code == 404


def test_what_everybody_reads_counts_five_people_or_nothing(nobody, library):
    for number in range(6):
        opinion = opinions.take_in(library, channel="web", text=f"{DARK}{number}", actor=BY_ITSELF)
        supervision.plan(
            library, opinion.case_id, [supervision.Planned("灯", "后勤", date(2026, 10, 9))],
            actor=LIBRARIAN,
        )  # fmt: skip
        supervision.assign(library, opinion.case_id, actor=MANAGER)
        for task in Task.objects.filter(opinion=opinion.case_id):
            done(library, task.pk)
        answered(library, opinion.case_id)
        if number < 4:
            token = rating.token_of(opinion.source_id)
            rating.rate_by_token(library, token, score=4, comment="", agreed=False)
    page = see(nobody, SAY)
    assert "too few ratings" in page
    assert re.search(r"<dd>6</dd>", page)
    token = rating.token_of(opinion.source_id)
    rating.rate_by_token(library, token, score=5, comment="", agreed=False)
    assert re.search(r"<dd>4\.2</dd>", see(nobody, SAY))  # (4 × 4 + 5) / 5


def test_the_directory_of_services_leads_here_and_a_readers_case_to_its_page(as_role, library):
    student = as_role("student")
    assert student.get("/services/reader_opinion/ask/").headers["Location"] == SAY
    page = see(student, f"{SAY}?text=About+%E2%80%9CHold%E2%80%9D")
    assert "About “Hold”</textarea>" in page
    assert student.post(SAY, {"text": DARK, "as": "me", "key": "k"}).status_code == 302
    opinion = Opinion.objects.get().pk
    answer = student.get(reverse("my-case", args=[opinion]))
    assert answer.headers["Location"] == reverse("my-opinion", args=[opinion])
