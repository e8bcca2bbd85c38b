"""A title's page with its reviews, the form of one's own, the desk's list: in both languages."""

from hashlib import md5

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.cli.demo_reviews import review_titles
from shuren.kernel.shapes import Actor
from shuren.service import messages, reviews
from shuren.service.internals.review_rows import TitleReview
from shuren.trust.actions import pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from shuren.web import errors
from tests.service.test_reviews import WORDS, jpeg
from tests.web.library import LETTERS, MATHEMATICS, READERS
from tests.web.test_gift_pages import signed_in
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)
# The page of 三体: its id is made of its title and call number.
TITLE = md5("call|三体|I247.55/7".encode()).hexdigest()
PAGE, FORM = f"/find/{TITLE}/", f"/find/{TITLE}/review/"
DESK = "/workbench/reviews/"
LANGUAGES = {"en": ("Readers' reviews", "Your review"), "zh-hans": ("读者书评", "我的书评")}


def of(library, card: str, name: str) -> Client:
    return signed_in(name, "student", pseudonymise(library, [card])[0])


@pytest.fixture
def ann(library) -> Client:
    return of(library, LETTERS[0], "ann")


@pytest.fixture
def desk(library) -> Client:
    return signed_in("lin", "subject_librarian")


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("p.jpg", b"".join(jpeg().chunks()), "image/jpeg")


def decide(desk: Client, what: str, reason: str = "") -> None:
    row = TitleReview.objects.get()
    said = {"do": what, "version": row.version, "reason": reason}
    assert desk.post(f"{DESK}{row.pk}/", said).status_code == 302


def write(client: Client, **said) -> None:
    answer = client.post(FORM, {"text": WORDS, "as": "nobody", **said})
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_form_to_the_page_of_the_title(library, ann, desk, language):
    for one in (ann, desk):
        one.cookies["shuren_language"] = language
    anybody = Client()
    anybody.cookies["shuren_language"] = language
    section, own = LANGUAGES[language]
    assert section in see(anybody, PAGE)
    assert FORM in see(ann, PAGE)
    assert see(ann, FORM)
    write(ann, stars="4", **{"photo-1": photo(), "photo-1-alt": "一只猫<b>"})
    page = see(ann, FORM)
    assert own in page
    assert WORDS in page
    assert WORDS not in see(anybody, PAGE)
    [row] = TitleReview.objects.all()
    image = reverse("review-photo", args=[row.pk, 1])
    assert anybody.get(image).status_code == 404
    assert ann.get(image).headers["Cache-Control"] == "private, no-store"
    for page in (see(desk, DESK), see(desk, f"{DESK}{row.pk}/")):
        assert WORDS in page
        assert "ann" not in page.lower().split()
        assert row.pseudonym not in page
    assert f'href="{DESK}"' in see(desk, "/workbench/voice/")
    assert see(desk, "/workbench/")
    decide(desk, "publish")
    page = see(anybody, PAGE)
    assert WORDS in page
    assert "一只猫&lt;b&gt;" in page
    assert "★★★★" in page
    served = anybody.get(image)
    assert (served.status_code, served.headers["Content-Type"]) == (200, "image/jpeg")
    again = anybody.get(image, headers={"If-None-Match": served.headers["ETag"]})
    assert again.status_code == 304
    assert WORDS in see(of(library, LETTERS[1], "ben"), PAGE)
    assert see(ann, "/my/contributions/")
    assert see(ann, "/my/inbox/")
    assert see(ann, "/my/privacy/held/?store=reviews")
    assert ann.post(FORM, {"do": "withdraw", "review": row.pk}).status_code == 302
    assert WORDS not in see(anybody, PAGE)
    assert anybody.get(image).status_code == 404


def test_text_is_text(ann, desk):
    write(
        ann,
        text="<script>alert(1)</script> 与\n第二行 {{ x }}",
        signed="<b>某人</b>",
        **{"as": "pen"},
    )
    decide(desk, "publish")
    page = see(Client(), PAGE)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;某人&lt;/b&gt;" in page
    assert "<script>alert" not in page


def test_a_name_is_shown_by_choice_only(library, ann, desk):
    Account.objects.filter(username="ann").update(display_name="安同学")
    write(ann, signed="不该出现")
    decide(desk, "publish")
    page = see(Client(), PAGE)
    assert "不该出现" not in page
    assert "安同学" not in page
    write(ann, **{"as": "account"})
    assert "安同学" in see(desk, f"{DESK}{TitleReview.objects.get().pk}/")
    decide(desk, "publish")
    assert "安同学" in see(Client(), PAGE)
    answer = ann.post(FORM, {"text": WORDS, "as": "pen", "signed": " "})
    assert answer.status_code == 400
    assert "Write the name to be shown" in answer.content.decode()


@pytest.mark.parametrize(
    "language, said", [("en", "at least 10 characters"), ("zh-hans", "至少写 10")]
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(ann, language, said):
    ann.cookies["shuren_language"] = language
    answer = ann.post(FORM, {"text": "太短", "stars": "3", "as": "pen", "signed": "笔名"})
    page = answer.content.decode()
    assert (answer.status_code, said in page, "太短" in page, "笔名" in page) == (400,) + (
        True,
    ) * 3
    without_words = {"text": WORDS, "as": "nobody", "photo-1": photo(), "photo-1-alt": ""}
    answer = ann.post(FORM, without_words)
    assert answer.status_code == 400
    assert 'id="field-photo-1-alt-error"' in answer.content.decode()
    assert not TitleReview.objects.exists()
    assert ann.post(FORM, {"text": WORDS, "stars": "七"}).status_code == 302  # no stars


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_reader_finds_it_helpful_or_reports_it(library, ann, desk, language):
    write(ann)
    decide(desk, "publish")
    ben = of(library, MATHEMATICS[0], "ben")
    ben.cookies["shuren_language"] = desk.cookies["shuren_language"] = language
    row = TitleReview.objects.get()
    mark = reverse("review-mark", args=[row.pk])
    assert mark in see(ben, PAGE)
    assert mark not in see(ann, PAGE)
    assert mark not in see(Client(), PAGE)
    assert "sign-in" in Client().post(mark, {"do": "helpful"}).headers["Location"]
    assert ben.get(mark).status_code == 405
    for _tap in range(2):
        assert ben.post(mark, {"do": "helpful"}).headers["Location"] == f"{PAGE}#reviews"
    assert 'value="not_helpful"' in see(ben, PAGE)
    ben.post(mark, {"do": "not_helpful"})
    assert 'value="not_helpful"' not in see(ben, PAGE)
    assert ann.post(mark, {"do": "helpful"}).status_code == 409
    assert ben.post(mark, {"do": "report", "reason": "nonsense"}).status_code == 400
    assert ben.post(mark, {"do": "report", "reason": "rude"}).status_code == 302
    assert 'value="report"' not in see(ben, PAGE)
    page = see(desk, f"{DESK}?show=reported")
    assert WORDS in page
    assert 'value="keep"' in see(desk, f"{DESK}{row.pk}/")
    decide(desk, "keep")
    assert WORDS not in see(desk, f"{DESK}?show=reported")
    assert WORDS in see(Client(), PAGE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_writer_is_told_why_not(library, ann, desk, language):
    ann.cookies["shuren_language"] = desk.cookies["shuren_language"] = language
    write(ann)
    row = TitleReview.objects.get()
    no_reason = desk.post(f"{DESK}{row.pk}/", {"do": "refuse", "version": row.version})
    assert no_reason.status_code == 400
    old = desk.post(f"{DESK}{row.pk}/", {"do": "publish", "version": row.version - 1})
    assert old.status_code == 409
    decide(desk, "refuse", "与本书无关")
    for url in (FORM, "/my/contributions/"):
        assert "与本书无关" in see(ann, url)
    [told] = messages.inbox(library, actor_of(Account.objects.get(username="ann"))).messages
    assert FORM in see(ann, f"/my/inbox/{told.id}/")
    assert WORDS in see(desk, f"{DESK}?show=refused")
    write(ann, text=WORDS + "改过了")
    decide(desk, "publish")
    decide(desk, "take_down", "作者要求")
    assert WORDS not in see(Client(), PAGE)
    assert "作者要求" in see(ann, "/my/contributions/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_reviews_come_by_pages_with_their_average(library, language):
    for number in range(6):
        TitleReview.objects.create(
            id=f"R{number}", pseudonym=f"p{number}", title_id=TITLE, title="三体",
            text=f"第{number}篇书评", stars=4, state="published", at="2026-03-01T00:00:00Z",
        )  # fmt: skip
    anybody = Client()
    anybody.cookies["shuren_language"] = language
    page = see(anybody, PAGE)
    assert page.count('class="review"') == reviews.PAGE
    assert "4.0" in page
    assert '"aggregateRating"' in page
    assert page.count("?reviews=2#reviews") == 1
    assert see(anybody, f"{PAGE}?reviews=2").count('class="review"') == 1
    assert see(anybody, f"{PAGE}?reviews=x").count('class="review"') == reviews.PAGE


def test_nobody_changes_or_sees_anothers(library, ann, desk):
    write(ann)
    row = TitleReview.objects.get()
    ben = of(library, LETTERS[1], "ben")
    assert WORDS not in see(ben, FORM)
    assert ben.post(FORM, {"do": "withdraw", "review": row.pk}).status_code == 404
    assert ben.get(DESK).status_code == 403
    assert desk.post(f"{DESK}{'x' * 40}/", {"do": "publish"}).status_code == 404
    assert "sign-in" in Client().get(FORM).headers["Location"]
    assert TitleReview.objects.get().text == WORDS


def test_every_refusal_has_a_page_of_its_own_number():
    for status in sorted(set(errors._STATUS.values())):
        assert errors._heading(status)


def test_the_demo_writes_its_reviews_once(library):
    keys = pseudonymise(library, READERS)
    student, *others = [Actor(f"r{at}", "student", key) for at, key in enumerate(keys)]
    for _time in range(2):
        review_titles(library, student, others)
    states = TitleReview.objects.filter(title="三体").values_list("state", flat=True)
    assert list(states) == ["published"] * 6
    assert TitleReview.objects.filter(title="活着").count() == 2
    assert len(reviewed := set(TitleReview.objects.values_list("title", flat=True))) == 2, reviewed
    assert "aggregateRating" in see(Client(), PAGE)
