"""Break-glass: a reason, a time; the reader told; somebody else reviews; it ends by itself."""

import pytest

from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.trust import glass, ledger
from shuren.trust.errors import GlassInUse, NotAllowed, UnknownName
from shuren.trust.internals.glass_rows import Glass

pytestmark = pytest.mark.django_db

ANN, BEN = "r_" + "a" * 26, "r_" + "b" * 26
JIN, QI = Actor("jin", "director"), Actor("qi", "director")
BOARD = Actor("su", "ethics_board")
REASON = "读者安娜在阅览室突发心脏病，需联系家属"


def open_ann(site, actor=JIN, **other):
    asked = {"kind": "health", "reason": REASON, "minutes": 15} | other
    return glass.open_records(site, ANN, actor=actor, **asked)


@pytest.fixture(autouse=True)
def own(site, settings, clock):
    settings.SITE = site
    clock("2026-06-01T08:00")


def test_only_a_role_that_its_file_marks_may_open(site):
    for role in ("front_desk", "data_librarian", "administrator", "ethics_board", "student"):
        with pytest.raises(NotAllowed):
            open_ann(site, Actor("x", role, ANN))
    assert not Glass.objects.exists()
    assert open_ann(site).state == "open"


@pytest.mark.parametrize(
    "other, error, said",
    [
        ({"reason": "紧急"}, UsageError, "2 characters"),
        ({"reason": "  " + "急 " * 4}, UsageError, "7 characters"),
        ({"reason": "急" * 1001}, UsageError, "1001 characters"),
        ({"kind": "curiosity"}, UnknownName, "curiosity"),
        ({"minutes": 0}, UsageError, "5 to 60 minutes"),
        ({"minutes": 61}, UsageError, "5 to 60 minutes"),
    ],
    ids=str,
)
def test_what_is_missing_is_named_and_nothing_opens(site, other, error, said):
    with pytest.raises(error, match=said):
        open_ann(site, **other)
    assert not Glass.objects.exists()
    assert ledger.entries_about(ANN) == []


def test_it_ends_by_itself_and_before_that_on_a_word(site, clock):
    open_ann(site)
    assert glass.open_subject(JIN) == ANN
    with pytest.raises(NotAllowed):
        glass.open_subject(QI)
    clock("2026-06-01T08:14:59")
    assert glass.open_subject(JIN) == ANN
    clock("2026-06-01T08:15")
    with pytest.raises(NotAllowed):
        glass.open_subject(JIN)
    open_ann(site)
    glass.end(JIN)
    assert glass.open_now(JIN) is None
    glass.end(JIN)  # nothing to end is no mistake


def test_one_reader_at_a_time(site):
    open_ann(site)
    with pytest.raises(GlassInUse):
        glass.open_records(site, BEN, kind="health", reason=REASON, minutes=5, actor=JIN)
    assert glass.open_subject(JIN) == ANN


def test_the_reader_is_told_and_the_ledger_says_each_step_without_their_name(site):
    open_ann(site)
    glass.note_look(JIN)
    glass.end(JIN)
    glass.review(glass.opened(actor=BOARD)[0].id, "justified", actor=BOARD)
    [notice] = glass.notices(ANN)
    assert (notice.role, notice.kind, notice.looks) == ("director", "health", 1)
    assert notice.verdict == "justified"
    assert glass.notices(BEN) == glass.notices("") == []
    events = [(e.body["event"], e.actor) for e in reversed(ledger.entries_about(ANN))]
    assert events == [("opened", "jin"), ("ended", "jin"), ("reviewed", "su")]
    assert not any(ANN in e.leaf or REASON in e.leaf for e in ledger.entries_about(ANN))


def test_the_reason_is_sealed_where_it_is_kept(site):
    open_ann(site)
    row = Glass.objects.get()
    assert REASON.encode() not in bytes(row.reason)
    assert glass.open_now(JIN).reason == REASON


def test_nobody_reviews_their_own_and_nobody_twice(site, clock):
    number = open_ann(site).id
    with pytest.raises(UsageError, match="still open"):
        glass.review(number, "justified", actor=BOARD)
    clock("2026-06-01T09:00")
    assert glass.opened(actor=BOARD)[0].state == "unreviewed"
    with pytest.raises(NotAllowed):
        glass.review(number, "justified", actor=QI)
    Glass.objects.update(opened_by=BOARD.id)  # a role with both permissions, in one person
    with pytest.raises(NotAllowed, match="themselves"):
        glass.review(number, "justified", actor=BOARD)
    Glass.objects.update(opened_by=JIN.id)
    with pytest.raises(UnknownName):
        glass.review(number, "fine", actor=BOARD)
    glass.review(number, "unjustified", actor=BOARD)
    assert glass.opened(actor=BOARD)[0].state == "reviewed"
    with pytest.raises(UsageError, match="su already"):
        glass.review(number, "justified", actor=Actor("lu", "ethics_board"))


def test_who_opens_sees_their_own_and_who_reviews_sees_all(site):
    open_ann(site)
    open_ann(site, QI)
    assert [one.opened_by for one in glass.opened(actor=JIN)] == ["jin"]
    assert [one.opened_by for one in glass.opened(actor=BOARD)] == ["qi", "jin"]
    with pytest.raises(NotAllowed):
        glass.opened(actor=Actor("x", "data_librarian"))


def test_erasing_the_reader_ends_it_and_leaves_that_it_happened(site):
    open_ann(site)
    assert glass.forget(ANN) == 1
    assert glass.notices(ANN) == []
    with pytest.raises(NotAllowed):
        glass.open_subject(JIN)
    assert glass.opened(actor=BOARD)[0].state == "unreviewed"
    assert glass.forget("") == 0


def test_the_longest_time_is_a_setting_of_the_site(site):
    site.root.joinpath("shuren.toml").write_text("break_glass_minutes = 20\n")
    assert glass.most_minutes(site) == 20
    with pytest.raises(UsageError, match="5 to 20"):
        open_ann(site, minutes=30)
