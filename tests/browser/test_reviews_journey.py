"""A reader reviews a title with a photo, a librarian reads it, another reader finds it; every page
of it in four looks and on the smallest phone."""

from hashlib import md5

import pytest
from django.test import Client

from shuren.service import reviews
from shuren.service.internals.review_rows import TitleReview
from shuren.service.review_shapes import About, Said
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.browser.journeying import look
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.service.test_reviews import jpeg
from tests.web.library import LETTERS, remember_cards
from tests.web.library import built as built

LOOKS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
    (SMALLEST, "light", "zh-hans"),
]
TITLE = md5("call|三体|I247.55/7".encode()).hexdigest()
PAGE, FORM, DESK = f"/find/{TITLE}/", f"/find/{TITLE}/review/", "/workbench/reviews/"
WORDS = "前五章慢一点，值得。\n推荐给第一次读科幻的同学，也推荐给期末周不打算睡觉的人。"


@pytest.fixture
def people(live_server, transactional_db, settings, built):
    """(address, {name: session}) of two readers and a librarian"""
    site = settings.SITE = built[0]
    remember_cards(site)
    found = {}
    for name, role, card in (
        ("ann", "student", LETTERS[0]), ("ben", "student", LETTERS[1]),
        ("lin", "subject_librarian", ""),
    ):  # fmt: skip
        key = pseudonymise(site, [card])[0] if card else ""
        client = Client()
        client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
        found[name] = client.cookies["shuren_session"].value
    return live_server.url, found


def test_a_review_from_the_form_to_the_page(people, browser, axe_script, tmp_path, settings):
    origin, sessions = people
    photo = tmp_path / "cat.jpg"
    photo.write_bytes(b"".join(jpeg((1_200, 900)).chunks()))
    with (
        visiting(browser, origin, size=PHONE, session=sessions["ann"]) as ann,
        visiting(browser, origin, session=sessions["lin"]) as lin,
    ):
        ann.open(PAGE)
        ann.page.click("main a:has-text('写书评')")
        ann.page.fill("textarea[name=text]", WORDS)
        ann.page.check("input[name=stars][value='5']")
        ann.page.set_input_files("input[name=photo-1]", str(photo))
        ann.page.fill("input[name=photo-1-alt]", "红色封面的旧书放在窗台上")
        ann.page.click("button:has-text('提交')")
        ann.page.wait_for_selector(".badge:has-text('待审阅')")
        lin.open(DESK)
        look(lin, axe_script, "reviews-1-queue")
        lin.page.click("main .case-title a")
        lin.page.click("button:has-text('发布')")
        lin.page.wait_for_url(f"**{DESK}")
    other = actor_of(Account.objects.get(username="ben"))
    about = About(("t2",), "活着")
    waiting = reviews.save(settings.SITE, about, Said(WORDS, 3), actor=other)
    made = TitleReview.objects.get(title_id=TITLE)
    looks = [
        ("ann", "own", [PAGE, FORM, "/my/contributions/"]),
        ("ben", "other", [PAGE]),
        ("lin", "desk", [DESK, f"{DESK}{waiting.id}/", f"{DESK}{made.pk}/", "/workbench/voice/"]),
    ]
    for size, theme, language in LOOKS:
        for name, label, paths in looks:
            with visiting(
                browser, origin, size=size, theme=theme, language=language, session=sessions[name]
            ) as visit:
                for number, path in enumerate(paths):
                    visit.open(path)
                    if name == "ben":
                        visit.page.click(".review-report summary")
                    look(visit, axe_script, f"reviews-{label}-{number}-{theme}-{language}")
