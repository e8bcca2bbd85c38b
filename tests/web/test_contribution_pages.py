"""What a reader gave the library stands on one page, with thanks and what came of each."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.kernel.i18n import use_language
from shuren.management import opinions
from shuren.service import cases
from shuren.service.contributions import (
    CAME,
    CAME_NOT,
    HOURS,
    UNDER_WAY,
    Given,
    contributions,
)
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.trust.actions import pseudonymise
from shuren.trust.errors import NotAllowed
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from shuren.web.contribution_words import of_given
from tests.service.desk_of_cases import LIBRARIAN
from tests.web.library import LETTERS
from tests.web.test_gift_pages import signed_in
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/my/contributions/"


@pytest.fixture
def ann(library):
    """(client, actor) of a reader"""
    client = signed_in("ann", "faculty", pseudonymise(library, [LETTERS[0]])[0])
    return client, actor_of(Account.objects.get(username="ann"))


@pytest.mark.parametrize("language, said", [("zh-hans", "2 小时 50 分钟"), ("en", "2 h 50 min")])
def test_hours_are_told_in_either_language(language: str, said: str) -> None:
    use_language(language)
    try:
        row = of_given(Given(HOURS, "", {}, now(), CAME, shifts=1, worked=timedelta(minutes=170)))
    finally:
        use_language(None)
    assert row["badge"]["label"] == said


def suggests(site, actor, title: str) -> str:
    about = {"kind": "title", "id": f"t-{title}", "title": title}
    return cases.open_case(
        site, "purchase_suggestion", actor=actor, subject=about, fields={"book_title": title}
    ).id


def test_who_gave_nothing_yet_is_told_what_there_is_to_give(ann):
    page = see(ann[0], URL)
    assert "Nothing yet" in page
    assert f'href="{URL}"' in see(ann[0], "/my/")
    for url in ("/my/opinions/", "/voice/", "/services/purchase_suggestion/"):
        assert f'href="{url}"' in page


def test_a_suggestion_is_thanked_for_by_how_it_ended(library, ann):
    client, actor = ann
    bought, refused = suggests(library, actor, "甲"), suggests(library, actor, "乙")
    suggests(library, actor, "丙")
    cases.act(library, bought, "review_ok", actor=LIBRARIAN)
    assert "will be ordered" in see(client, URL)
    for event in ("order", "receive", "process"):
        cases.act(library, bought, event, actor=LIBRARIAN)
    cases.act(library, refused, "review_no", actor=LIBRARIAN, note="馆藏已有新版")
    page = see(client, URL)
    assert "has this book because you asked for it" in page
    assert "it was not bought this time" in page
    assert "馆藏已有新版" in page
    assert "A librarian is looking at it" in page
    found = {one.title["zh"]: one.came for one in contributions(library, actor)}
    assert (found["乙"], found["丙"]) == (CAME_NOT, UNDER_WAY)


def test_a_gift_says_how_many_volumes_are_on_the_shelves(library, ann):
    client, actor = ann
    case = cases.open_case(
        library, "book_donation", actor=actor, fields={"volumes": 3, "what": "文学"}
    ).id
    assert "which books we can keep" in see(client, URL)
    desk = signed_in("lin", "front_desk")
    cases.act(library, case, "screen_ok", actor=LIBRARIAN)
    url = reverse("workbench:case-gift", args=[case])
    sent = SimpleUploadedFile("list.csv", "题名,册数\n三体,2\n乙,1\n丙,1\n".encode())
    assert desk.post(url, {"file": sent}).status_code == 302
    cases.act(library, case, "receive", actor=LIBRARIAN)
    desk.post(f"{url}?view=open", {"decision": "declined", "line": "2", "reason": "品相"})
    desk.post(f"{url}?view=open", {"decision": "accepted", "all": "1"})
    for event in ("select_and_process", "certify"):
        cases.act(library, case, event, actor=LIBRARIAN)
    page = see(client, URL)
    assert "3 volumes (2 titles) of yours are on our shelves" in page
    assert "Certificate of donation" in page
    assert 'href="/gifts/"' in page
    assert "1 of these led to something" in page
    [given] = contributions(library, actor)
    assert (given.came, given.titles, given.volumes) == (CAME, 2, 3)


def test_an_event_that_was_rated_is_there_and_its_opinion_only_once(library, ann):
    client, actor = ann
    start = now() - timedelta(days=2)
    event = Event.objects.create(
        id="E1", case_id="C1", service="literacy_lecture", state="held",
        title={"zh": "读书会", "en": "Reading evening"}, sessions=[], starts_at=start,
        ends_at=start, enrol_until=start, code="123456", changed_at=start,
        recap={"zh": "回顾", "en": "Recap"},
    )  # fmt: skip
    own = Enrolment.objects.create(
        event=event, pseudonym=actor.reader_key, number="111111", state="enrolled", at=start
    )
    assert "Reading evening" not in see(client, URL)
    Enrolment.objects.filter(pk=own.pk).update(rating=5, said_at=now(), opinion="好")
    page = see(client, URL)
    assert "Reading evening" in page
    assert "What it was like" in page
    said = opinions.take_in(
        library, channel="web", text="读书会好，多办几场", title="读书会", actor=actor
    )
    Enrolment.objects.filter(pk=own.pk).update(opinion_case=said.case_id)
    page = see(client, URL)
    assert "Reading evening" not in page
    assert "We are looking into it" in page


def test_nobody_sees_what_another_gave(library, ann):
    suggests(library, ann[1], "甲书")
    ben = signed_in("ben", "student", pseudonymise(library, [LETTERS[1]])[0])
    assert "甲书" not in see(ben, URL)
    assert "甲书" in see(ann[0], URL)
    staff = signed_in("sun", "subject_librarian")
    assert "甲书" not in staff.get(URL).content.decode()
    with pytest.raises(NotAllowed):
        contributions(library, LIBRARIAN)
