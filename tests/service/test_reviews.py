"""Readers' reviews: read by a librarian first, gone at once when taken back, nobody named."""

import io
from datetime import timedelta

import pytest
from PIL import Image, PngImagePlugin

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, messages, queries, review_desk, reviews
from shuren.service.case_shapes import Incoming
from shuren.service.contributions import CAME, CAME_NOT, REVIEW, UNDER_WAY, contributions
from shuren.service.definitions import review_limits
from shuren.service.errors import (
    CaseChanged,
    NoSuchReview,
    NotNow,
    NotOffered,
    WrongField,
)
from shuren.service.internals import keeping
from shuren.service.internals.review_rows import (
    ReviewMark,
    ReviewPhoto,
    ReviewSending,
    TitleReview,
)
from shuren.service.review_shapes import (
    DOWN,
    KEEP,
    PUBLISH,
    PUBLISHED,
    REFUSE,
    REFUSED,
    TAKE_DOWN,
    WAITING,
    About,
    Said,
    Sent,
)
from shuren.trust import consent
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, reader

pytestmark = pytest.mark.django_db(transaction=True)
THREE_BODY = About(("t1", "t1-copy"), "三体")
NOBODY = Actor("", "anonymous")
WORDS = "宇宙很大，生活更大；读完想再读一遍。"


@pytest.fixture(autouse=True)
def served(site: Site, settings) -> None:
    settings.SITE = site


@pytest.fixture
def ann(site: Site) -> Actor:
    return reader(site)


@pytest.fixture
def ben(site: Site) -> Actor:
    return reader(site, "2020002")


def sent(site: Site, actor: Actor, text: str = WORDS, about: About = THREE_BODY, **said):
    key = said.pop("key", "")
    return reviews.save(site, about, Said(text, **said), actor=actor, key=key)


def decide(site: Site, id: str, what: str, reason: str = "", by: Actor = LIBRARIAN):
    version = TitleReview.objects.get(pk=id).version
    return review_desk.decide(site, id, what, version=version, reason=reason, actor=by)


def published(site: Site, actor: Actor, **said):
    made = sent(site, actor, **said)
    decide(site, made.id, PUBLISH)
    return made


def shown(site: Site, about: About = THREE_BODY, actor: Actor = NOBODY, page: int = 1):
    return reviews.of_title(about, review_limits(site), page=page, actor=actor)


def jpeg(size=(40, 20), name: str = "a.jpg") -> Incoming:
    """A photo as a telephone writes it: turned, with the place it was taken at and a remark."""
    image = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "CAMERAMAKER"
    exif.get_ifd(0x8825)[2] = (29.0, 33.0, 50.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SECRETPLACE")
    return incoming(out.getvalue(), name)


def incoming(content: bytes, name: str) -> Incoming:
    return Incoming(name, len(content), lambda: [content])


def test_a_review_is_public_once_it_was_read(site: Site, ann: Actor) -> None:
    made = sent(site, ann, stars=4)
    assert made.state == WAITING
    assert shown(site).total == 0
    [waiting] = review_desk.queue(actor=LIBRARIAN).reviews
    assert (waiting.id, waiting.title, waiting.stars) == (made.id, "三体", 4)
    assert ann.reader_key not in repr(waiting)
    decide(site, made.id, PUBLISH)
    [one] = shown(site).reviews
    assert (one.text, one.stars, one.signed, one.is_mine) == (WORDS, 4, "", False)
    assert ann.reader_key not in repr(one)
    assert shown(site, actor=ann).reviews[0].is_mine
    assert review_desk.queue(actor=LIBRARIAN).total == 0
    [told] = messages.inbox(site, ann).messages
    assert told.about == {"kind": "title", "id": "t1"}
    assert "三体" in told.body["zh"]


def test_a_review_of_any_holding_is_of_the_work(site: Site, ann: Actor) -> None:
    published(site, ann, about=About(("t1-copy",), "三体"))
    assert shown(site).total == 1
    changed = sent(site, ann, "合并之后再改一遍也还是同一篇书评。")
    assert TitleReview.objects.get().pk == changed.id


def test_what_is_refused_says_why_and_may_be_sent_again(site: Site, ann: Actor) -> None:
    made = sent(site, ann)
    with pytest.raises(WrongField):
        decide(site, made.id, REFUSE, reason="  ")
    decide(site, made.id, REFUSE, reason="请不要写别人的名字")
    mine = reviews.own(THREE_BODY, actor=ann)
    assert (mine.state, mine.why) == (REFUSED, "请不要写别人的名字")
    [told] = messages.inbox(site, ann).messages
    assert told.about == {"kind": "review", "id": "t1"}
    assert "请不要写别人的名字" in told.body["zh"]
    again = sent(site, ann, "改过了，不再提任何人的名字。")
    assert (again.state, again.why) == (WAITING, "")


def test_what_is_published_may_be_taken_down_and_put_up_again(site: Site, ann: Actor) -> None:
    made = published(site, ann)
    decide(site, made.id, TAKE_DOWN, reason="照片不是本人所拍")
    assert shown(site).total == 0
    assert reviews.own(THREE_BODY, actor=ann).state == DOWN
    decide(site, made.id, PUBLISH)
    assert shown(site).total == 1
    assert messages.inbox(site, ann).total == 3


def test_a_change_waits_again_and_nobody_publishes_words_they_did_not_see(
    site: Site, ann: Actor
) -> None:
    made = sent(site, ann)
    seen = review_desk.one(made.id, actor=LIBRARIAN)
    sent(site, ann, "这是后来换上的另一段文字。")
    with pytest.raises(CaseChanged):
        review_desk.decide(site, made.id, PUBLISH, version=seen.version, actor=LIBRARIAN)
    decide(site, made.id, PUBLISH)
    assert shown(site).total == 1
    sent(site, ann, "发布以后又改的第三段文字。")
    assert shown(site).total == 0


def test_a_second_tap_of_a_decision_does_nothing(site: Site, ann: Actor) -> None:
    made = sent(site, ann)
    version = TitleReview.objects.get().version
    for _tap in range(2):
        review_desk.decide(site, made.id, PUBLISH, version=version, actor=LIBRARIAN)
    assert messages.inbox(site, ann).total == 1


def test_a_form_sent_twice_is_one_review(site: Site, ann: Actor) -> None:
    photo = Sent("一只猫坐在书上", jpeg())
    first = sent(site, ann, photos=(photo,), key="k1")
    again = sent(site, ann, photos=(photo,), key="k1")
    assert first.id == again.id
    assert (TitleReview.objects.count(), ReviewPhoto.objects.count()) == (1, 1)
    assert ReviewSending.objects.get().times == 1
    decide(site, first.id, PUBLISH)
    sent(site, ann, photos=(Sent("一只猫坐在书上", None, 1),))  # nothing is changed
    assert shown(site).total == 1


def test_taken_back_it_is_gone_with_photos_and_marks(site: Site, ann: Actor, ben: Actor) -> None:
    made = published(site, ann, photos=(Sent("一只猫", jpeg()),))
    reviews.mark(made.id, reviews.HELPFUL, actor=ben)
    with pytest.raises(NoSuchReview):
        reviews.withdraw(made.id, actor=ben)
    with pytest.raises(NoSuchReview):
        reviews.withdraw(made.id, actor=Actor("x", "student", ben.reader_key))
    reviews.withdraw(made.id, actor=ann)
    assert shown(site).total == 0
    assert not any(one.objects.exists() for one in (TitleReview, ReviewPhoto, ReviewMark))
    with pytest.raises(NoSuchReview):
        reviews.photo(made.id, 1, actor=NOBODY)


def test_of_a_photo_only_the_pixels_are_kept(site: Site, ann: Actor, ben: Actor) -> None:
    made = sent(site, ann, photos=(Sent("红色的封面", jpeg((4_000, 2_000))),))
    content, _sha, is_public = reviews.photo(made.id, 1, actor=ann)
    assert not is_public
    assert reviews.photo(made.id, 1, actor=LIBRARIAN)[0] == content
    for other in (ben, NOBODY, MANAGER):
        with pytest.raises(NoSuchReview):
            reviews.photo(made.id, 1, actor=other)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (800, 1_600)  # turned upright, and smaller
        assert dict(image.getexif()) == {}
        assert "comment" not in image.info
    for secret in (b"CAMERAMAKER", b"SECRETPLACE", b"Exif", b"GPS"):
        assert secret not in content
    assert made.photos[0].alt == "红色的封面"
    decide(site, made.id, PUBLISH)
    assert reviews.photo(made.id, 1, actor=NOBODY)[2]


def test_a_png_loses_its_remarks_and_shows_on_white(site: Site, ann: Actor) -> None:
    remarks = PngImagePlugin.PngInfo()
    remarks.add_text("Author", "SOMEBODY")
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG", pnginfo=remarks)
    made = sent(site, ann, photos=(Sent("空白", incoming(out.getvalue(), "a.PNG")),))
    content = reviews.photo(made.id, 1, actor=ann)[0]
    assert b"SOMEBODY" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.getpixel((5, 5))) == ("JPEG", (255, 255, 255))


@pytest.mark.parametrize(
    "photo",
    [
        incoming(b"<svg onload=alert(1)>", "a.svg"),
        incoming(b"<html>", "a.jpg"),
        incoming(b"\xff\xd8\xff\xe0broken", "a.jpg"),
        incoming(b"\x89PNG\r\n\x1a\n", "a.png"),
        incoming(b"", "a.jpg"),
        Incoming("a.jpg", 11 * 1024 * 1024, lambda: [b"\xff\xd8\xff"]),
    ],
    ids=["another kind", "a page", "broken", "a head alone", "empty", "too large"],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(site: Site, ann: Actor, photo) -> None:
    with pytest.raises(WrongField) as refused:
        sent(site, ann, photos=(Sent("照片", photo, 0, "photo-2"),))
    assert refused.value.name == "photo-2"
    assert not TitleReview.objects.exists()


def test_photos_are_kept_described_anew_and_removed(site: Site, ann: Actor) -> None:
    sent(site, ann, photos=(Sent("甲", jpeg()), Sent("乙", jpeg((30, 30)))))
    made = sent(site, ann, photos=(Sent("乙，倒着看", None, 2), Sent("丙", jpeg((9, 9)))))
    assert [(one.number, one.alt) for one in made.photos] == [(2, "乙，倒着看"), (3, "丙")]
    with pytest.raises(WrongField) as refused:
        sent(site, ann, photos=(Sent(" ", jpeg(), 0, "photo-1"),))
    assert refused.value.name == "photo-1-alt"
    with pytest.raises(WrongField):
        sent(site, ann, photos=tuple(Sent("照片", jpeg()) for _n in range(4)))


@pytest.mark.parametrize(
    "said, field",
    [
        (Said("短"), "text"),
        (Said("长" * 3_001), "text"),
        (Said(WORDS, 6), "stars"),
        (Said(WORDS, -1), "stars"),
        (Said(WORDS, 0, "名" * 41), "signed"),
    ],
    ids=["too short", "too long", "six stars", "below none", "long name"],
)
def test_what_may_not_be_said_names_its_field(site: Site, ann: Actor, said, field) -> None:
    with pytest.raises(WrongField) as refused:
        reviews.save(site, THREE_BODY, said, actor=ann)
    assert refused.value.name == field


def test_numbers_and_addresses_of_persons_are_masked(site: Site, ann: Actor) -> None:
    made = sent(
        site, ann, "好书！请打 13800001234 或写信 li@example.org 与我交流。", signed="李\x00四"
    )
    assert "13800001234" not in made.text
    assert "li@example.org" not in made.text
    assert made.signed == "李四"


def test_a_pupil_is_shown_by_no_name(site: Site) -> None:
    assert sent(site, reader(site, "2020003", "school_pupil"), signed="小明").signed == ""


def test_the_average_is_told_from_five_ratings_on(site: Site) -> None:
    for number, stars in enumerate((5, 4, 4, 5, 0)):
        published(site, reader(site, f"21000{number}"), stars=stars)
    found = shown(site)
    assert (found.total, found.ratings, found.average) == (5, 4, None)
    published(site, reader(site, "210009"), stars=4)
    found = shown(site)
    assert (found.ratings, found.average) == (5, 4.4)  # 22 stars by five readers
    assert (found.pages, len(found.reviews)) == (2, 5)
    assert len(shown(site, page=99).reviews) == 1


def test_helpful_counts_from_five_readers_on_and_is_taken_back(site: Site, ann: Actor) -> None:
    made = published(site, ann)
    with pytest.raises(NotNow):
        reviews.mark(made.id, reviews.HELPFUL, actor=ann)
    others = [reader(site, f"21100{number}") for number in range(5)]
    for one in others[:4] * 2:
        reviews.mark(made.id, reviews.HELPFUL, actor=one)
    assert shown(site).reviews[0].helpful is None
    reviews.mark(made.id, reviews.HELPFUL, actor=others[4])
    assert shown(site).reviews[0].helpful == 5
    [given] = contributions(site, ann)
    assert (given.kind, given.came, given.helpful) == (REVIEW, CAME, 5)
    reviews.mark(made.id, reviews.HELPFUL, on=False, actor=others[0])
    assert shown(site).reviews[0].helpful is None


def test_a_report_brings_it_back_before_the_desk_until_it_was_looked_at(
    site: Site, ann: Actor, ben: Actor
) -> None:
    made = published(site, ann)
    with pytest.raises(WrongField):
        reviews.mark(made.id, reviews.REPORT, reason="", actor=ben)
    assert review_desk.to_look_at(LIBRARIAN) == 0
    reviews.mark(made.id, reviews.REPORT, reason="rude", actor=ben)
    assert review_desk.to_look_at(LIBRARIAN) == 1
    [one] = review_desk.queue(review_desk.REPORTED, actor=LIBRARIAN).reviews
    assert one.reports == {"rude": 1}
    assert shown(site).total == 1  # still shown: nobody takes a review away by reporting it
    decide(site, made.id, KEEP)
    assert review_desk.queue(review_desk.REPORTED, actor=LIBRARIAN).total == 0
    reviews.mark(made.id, reviews.REPORT, reason="rude", actor=ben)  # said already
    assert review_desk.to_look_at(LIBRARIAN) == 0
    reviews.mark(made.id, reviews.REPORT, reason="copied", actor=reader(site, "2020009"))
    decide(site, made.id, TAKE_DOWN, reason="转载")
    assert review_desk.to_look_at(LIBRARIAN) == 0


def test_only_so_many_a_day_and_the_next_day_anew(site: Site, ann: Actor, monkeypatch) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2026-05-04T10:00:00+08:00")
    for number in range(10):
        sent(site, ann, about=About((f"t{number}",), "书"))
    with pytest.raises(NotOffered):
        sent(site, ann, about=About(("t99",), "书"))
    assert TitleReview.objects.count() == 10
    reviews.withdraw(TitleReview.objects.first().pk, actor=ann)
    with pytest.raises(NotOffered):  # taking one back makes no room
        sent(site, ann, about=About(("t99",), "书"))
    sent(site, reader(site, "2020002"))
    monkeypatch.setenv("SHUREN_NOW", "2026-05-06T10:00:00+08:00")
    sent(site, ann, about=About(("t99",), "书"))
    assert ReviewSending.objects.count() == 1  # of the days before nothing is left


def test_who_decides_is_no_reader_and_decides_not_of_their_own(site: Site, ann: Actor) -> None:
    made = sent(site, ann)
    for other in (ann, MANAGER, NOBODY):
        with pytest.raises(NotAllowed):
            review_desk.queue(actor=other)
        with pytest.raises(NotAllowed):
            decide(site, made.id, PUBLISH, by=other)
    both = Actor("lin", "front_desk", ann.reader_key)
    with pytest.raises(NotNow):
        decide(site, made.id, PUBLISH, by=both)
    assert review_desk.to_look_at(ann) is None


def test_it_is_written_with_every_purpose_refused(site: Site, ann: Actor) -> None:
    for one in consent.states(ann):
        consent.withdraw(one.purpose.id, actor=ann)
    made = published(site, ann, stars=5)
    assert shown(site).reviews[0].id == made.id


def test_it_is_told_exported_and_erased(site: Site, ann: Actor, ben: Actor) -> None:
    made = published(site, ann, signed="一个读者", photos=(Sent("窗边的书", jpeg()),))
    other = published(site, ben, about=About(("t2",), "活着"))
    reviews.mark(other.id, reviews.HELPFUL, actor=ann)
    reviews.mark(made.id, reviews.REPORT, reason="rude", actor=ben)
    [held] = [one for one in queries.held(site, ann) if one.id == "reviews"]
    assert held.count == len(held.facts) == 2
    assert "窗边的书" in str(held.facts[0].values)
    assert WORDS in actions.export_held(site, ann, "json").decode()
    assert "活着" in str(held.facts[1])
    assert actions.forget_fact(site, ann, "reviews", held.facts[1].id) == 1
    reviews.mark(other.id, reviews.HELPFUL, actor=ann)
    actions.erase(site, ann)
    assert [one.pk for one in TitleReview.objects.all()] == [other.id]
    assert not ReviewPhoto.objects.exists()
    assert not ReviewMark.objects.exists()
    assert not ReviewSending.objects.filter(pseudonym=ann.reader_key).exists()
    assert actions.forget_fact(site, ben, "reviews", other.id) == 1
    assert not TitleReview.objects.exists()


def test_contributions_tell_what_came_of_each(site: Site, ann: Actor) -> None:
    came = {}
    for number, what in enumerate(("", PUBLISH, REFUSE)):
        made = sent(site, ann, about=About((f"t{number}",), f"书{number}"))
        if what:
            decide(site, made.id, what, reason="与本书无关" if what == REFUSE else "")
    for one in contributions(site, ann):
        came[one.title["zh"]] = (one.came, one.why)
    assert came == {
        "书0": (UNDER_WAY, ""), "书1": (CAME, ""), "书2": (CAME_NOT, "与本书无关"),
    }  # fmt: skip


def test_what_was_refused_long_ago_goes_when_its_term_is_over(site: Site, ann: Actor) -> None:
    kept, gone = published(site, ann), sent(site, ann, about=About(("t2",), "活着"))
    decide(site, gone.id, REFUSE, reason="与本书无关")
    assert TitleReview.objects.get(pk=kept.id).state == PUBLISHED
    operator = Actor("cli:test", "administrator")
    assert "reviews" not in keeping.clear(operator)
    old = now() - timedelta(days=1_096)
    TitleReview.objects.update(decided_at=old)
    assert keeping.clear(operator)["reviews"] == 1
    assert TitleReview.objects.get().pk == kept.id
