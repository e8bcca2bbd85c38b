"""Editing a bibliographic record: a new load that takes its place, with its history and undo."""

import pytest

from shuren.data import actions, queries
from shuren.data.errors import BadRecord, EditConflict, NotEditable
from shuren.data.internals.marc.linemarc import render
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed
from tests.data.loading import OPERATOR
from tests.data.marc_records import cnmarc, iso, marc21, sub

pytestmark = pytest.mark.django_db

LIBRARIAN = Actor("li", "data_librarian")
CN = cnmarc(
    "7", "红楼梦", ("010", sub("  ", "a9787532510436", "dCNY12.00")),
    ("101", sub("0 ", "achi")), ("210", sub("  ", "a上海", "c古籍出版社", "d1988")),
    ("215", sub("  ", "a3册")),
    ("606", sub("0 ", "a章回小说")), ("690", sub("  ", "aI242.4")),
    ("701", sub(" 0", "a曹雪芹")), ("801", sub(" 0", "aCN", "bNLC")),
)  # fmt: skip


@pytest.fixture
def catalogue(site, tmp_path):
    """One complete CNMARC record, one thin MARC 21 record, one without a number of its own."""
    for name, record in (("a.mrc", CN), ("b.mrc", marc21("9", "Walden"))):
        (tmp_path / name).write_bytes(iso(record))
        actions.load_file(site, "bib_records", tmp_path / name, actor=OPERATOR)
    (tmp_path / "c.csv").write_text("title,published\nBare,1990\n")
    actions.load_file(site, "bib_records", tmp_path / "c.csv", actor=OPERATOR)
    actions.build(site, actor=OPERATOR)
    return site


def id_of(site, title):
    found = queries.read(
        site, "conformed.bib_record", purpose="public_information", actor=OPERATOR,
        columns=["bib_id"], where=[("title", "=", title)],
    )  # fmt: skip
    return found.rows[0][0]


def edit(site, bib_id, old, new, actor=LIBRARIAN):
    opened = queries.editable_record(site, bib_id, actor=actor)
    assert old in opened.newest.text
    text = opened.newest.text.replace(old, new)
    return actions.edit_record(site, bib_id, text, based_on=opened.newest.id, actor=actor)


def test_an_edit_takes_the_place_of_the_record_and_keeps_its_history(catalogue):
    bib_id = id_of(catalogue, "红楼梦")
    saved = edit(catalogue, bib_id, "$a红楼梦", "$a红楼梦八十回校本")
    assert (saved.actor, saved.source[:5]) == ("li", "edit-")
    assert saved.removed == ("=200  1\\$a红楼梦$9hong lou meng",)
    assert saved.added == ("=200  1\\$a红楼梦八十回校本$9hong lou meng",)
    opened = queries.editable_record(catalogue, bib_id, actor=LIBRARIAN)
    assert [one.actor for one in opened.history] == ["li", OPERATOR.id]
    actions.build(catalogue, actor=OPERATOR)
    assert id_of(catalogue, "红楼梦八十回校本") == bib_id
    count = queries.read(
        catalogue, "conformed.bib_record", purpose="public_information", actor=OPERATOR
    )
    assert len(count.rows) == 3


def test_the_export_gives_the_edited_record_and_nothing_else_changes(catalogue, tmp_path):
    before, after = tmp_path / "before.xml", tmp_path / "after.xml"
    actions.export_marc(catalogue, before, actor=OPERATOR, format="marcxml")
    edit(catalogue, id_of(catalogue, "红楼梦"), "$c古籍出版社", "$c上海古籍出版社")
    actions.build(catalogue, actor=OPERATOR)
    actions.export_marc(catalogue, after, actor=OPERATOR, format="marcxml")

    def plain(path):
        lines = path.read_text("utf-8").splitlines()
        return [line for line in lines if 'tag="005"' not in line]

    assert plain(after) == [
        line.replace(">古籍出版社<", ">上海古籍出版社<") for line in plain(before)
    ]


def test_an_older_version_can_be_put_back(catalogue):
    bib_id = id_of(catalogue, "红楼梦")
    edit(catalogue, bib_id, "$d1988", "$d1889")
    opened = queries.editable_record(catalogue, bib_id, actor=LIBRARIAN)
    first = opened.history[-1]
    actions.edit_record(catalogue, bib_id, first.text, based_on=opened.newest.id, actor=LIBRARIAN)
    again = queries.editable_record(catalogue, bib_id, actor=LIBRARIAN)
    assert len(again.history) == 3
    assert "$d1988" in again.newest.text


def test_who_saves_second_is_told_and_overwrites_nothing(catalogue):
    bib_id = id_of(catalogue, "红楼梦")
    opened = queries.editable_record(catalogue, bib_id, actor=LIBRARIAN)
    edit(catalogue, bib_id, "$d1988", "$d1989", Actor("wang", "data_librarian"))
    mine = opened.newest.text.replace("$d1988", "$d1990")
    with pytest.raises(EditConflict, match="wang"):
        actions.edit_record(catalogue, bib_id, mine, based_on=opened.newest.id, actor=LIBRARIAN)
    assert "$d1989" in queries.editable_record(catalogue, bib_id, actor=LIBRARIAN).newest.text


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("$a红楼梦$9hong lou meng", "$9hong lou meng", "empty|required|missing"),
        ("=001  7", "=001  8", "stay as they are"),
        ("=215", "=999  \\\\$x别处没有的话\n=215", "=999"),
        ("=690  ", "690!", "no MARC field"),
        ("", "", "Nothing is different"),
    ],
    ids=["no title", "another number", "a field no column holds", "no field", "unchanged"],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(catalogue, old, new, sentence):
    bib_id = id_of(catalogue, "红楼梦")
    loads = len(queries.receipts(catalogue, "bib_records"))
    with pytest.raises(BadRecord, match=sentence):
        edit(catalogue, bib_id, old, new)
    assert len(queries.receipts(catalogue, "bib_records")) == loads
    assert not queries.quarantine_counts(catalogue)


def test_core_fields_that_are_missing_are_named(catalogue):
    thin = queries.editable_record(catalogue, id_of(catalogue, "Walden"), actor=LIBRARIAN)
    whole = queries.editable_record(catalogue, id_of(catalogue, "红楼梦"), actor=LIBRARIAN)
    assert {one["en"] for one in thin.missing} >= {"ISBN", "Publisher", "Subjects", "Persons"}
    assert not whole.missing


def test_a_record_without_a_number_cannot_be_edited(catalogue):
    with pytest.raises(NotEditable):
        queries.editable_record(catalogue, id_of(catalogue, "Bare"), actor=LIBRARIAN)


def test_editing_takes_its_permission(catalogue):
    bib_id = id_of(catalogue, "红楼梦")
    for role in ("technical_librarian", "director", "student"):
        with pytest.raises(NotAllowed):
            queries.editable_record(catalogue, bib_id, actor=Actor("x", role))
        with pytest.raises(NotAllowed):
            actions.edit_record(catalogue, bib_id, render(CN), based_on="", actor=Actor("x", role))
