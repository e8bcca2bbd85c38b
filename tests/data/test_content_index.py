"""A page becomes searchable text with page coordinates; the index names its data, and a stale or
drifted one is not put to use."""

import pytest

from shuren.data import actions, content, queries
from shuren.data.errors import NotPromoted
from shuren.data.internals import building
from shuren.data.internals.content import dense, entities, indexing, lexical, searching
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.learned import against_model, model_cards
from shuren.kernel.shapes import Actor, no_progress
from tests.data import documents
from tests.data.documents import PAPERS
from tests.data.loading import OPERATOR

ANYBODY = Actor(id="", role="anonymous")


def load(site, content_, name: str, rights: str = "open"):
    said = f"file,title,rights\n{name},{name},{rights}\n".encode()
    path = site.root.parent / f"{name}.zip"
    path.write_bytes(documents.archive({name: content_, "documents.csv": said}))
    return actions.load_file(site, "content_units", path, actor=OPERATOR)


SECRET = (
    "The secret chapter of a copyrighted book about rivers.",
    "Its second line is never shown to anybody at all.",
    "Nor is the third, which closes the page.",
)
TABLES = (
    "document", "document_page", "text_line", "text_line_search", "text_segment", "text_entity",
)  # fmt: skip


def publish(site) -> None:
    """A snapshot of what is needed here, and of what that is made from."""
    known = load_models(site)
    wanted = {f"conformed.{name}" for name in (*TABLES, "bib_record", "title", "item")}
    models = {name: model for name, model in known.items() if name in wanted}
    actions.measure_quality(site, actor=OPERATOR)
    building.build_snapshot(site, models, all_receipts(site)[::-1], no_progress)


@pytest.fixture
def indexed(site):
    load(site, documents.as_bytes(documents.drawn()), "hours.png")
    load(site, documents.pdf([SECRET]), "book.pdf", "snippet")
    load(site, (PAPERS / "newsletter-2026-10.pdf").read_bytes(), "news.pdf")
    publish(site)
    made = content.make_index(site, actor=OPERATOR)
    assert made.promoted
    return site, made


@pytest.mark.django_db
def test_a_page_image_becomes_searchable_text_with_page_coordinates(indexed):
    site, _made = indexed
    (hit, *_more) = content.search(site, "rooms", actor=ANYBODY).hits
    assert "".join(piece.text for piece in hit.pieces if piece.found) == "rooms"
    (mark,) = hit.marks
    # The second line was drawn 130 px below the top of 500 and begins 60 px from the left of 900.
    assert mark.line_no == 2
    assert mark.top < 150 / 500 < mark.bottom
    assert 60 / 900 < mark.left < mark.right < 0.5


@pytest.mark.django_db
def test_chinese_words_of_a_scan_are_found_and_marked_where_they_were_drawn(site):
    load(site, (PAPERS / "annual-report-1936.png").read_bytes(), "report.png")
    publish(site)
    content.make_index(site, actor=OPERATOR)
    (hit, *_more) = content.search(site, "线装书", actor=ANYBODY).hits
    (mark,) = hit.marks
    assert mark.line_no == 5
    assert 0.28 < mark.top < mark.bottom < 0.32
    # The line has 31 signs from 0.083 to 0.8; the word is its fifth to seventh.
    assert mark.left == pytest.approx(0.083 + 4 / 31 * 0.717, abs=0.02)
    assert mark.right == pytest.approx(0.083 + 7 / 31 * 0.717, abs=0.02)


@pytest.mark.django_db
def test_words_across_the_end_of_a_line_and_lost_spaces_are_found(indexed):
    site, _made = indexed
    (hit, *_more) = content.search(site, "at ten. ISBN978-7-301-12345-6", actor=ANYBODY).hits
    assert {mark.line_no for mark in hit.marks} == {2, 3}


@pytest.mark.django_db
def test_of_a_document_that_may_not_be_shown_there_is_a_snippet_and_no_page(indexed):
    site, _made = indexed
    (hit, *_more) = content.search(site, "copyrighted", actor=ANYBODY).hits
    assert not hit.is_open
    assert len("".join(piece.text for piece in hit.pieces).strip("…")) <= searching.SHORT
    assert content.page_picture(site, hit.document_id, 1, actor=OPERATOR) is None
    rows = queries.read(
        site, "conformed.text_line", purpose="public_information", actor=ANYBODY,
        where=[("document_id", "=", hit.document_id)],
    )  # fmt: skip
    assert {row[rows.columns.index("shown_text")] for row in rows.rows} == {""}
    assert "full_text" not in rows.columns
    open_one = content.search(site, "rooms", actor=ANYBODY).hits[0]
    picture = content.page_picture(site, open_one.document_id, 1, actor=ANYBODY)
    assert picture.startswith(b"\x89PNG")


@pytest.mark.django_db
def test_the_data_card_names_snapshot_and_loads_and_a_stale_index_is_not_put_to_use(indexed):
    site, made = indexed
    (card,) = [one for one in model_cards(site) if one.name == "content"]
    assert card.version == made.version
    assert card.snapshot == queries.current_snapshot(site).id
    assert len(card.loads["content_units"]) == 3
    assert against_model(site, card) == []
    for n in range(4):
        leaflet = f"Leaflet number {n} of the library speaks of seats."
        load(site, documents.pdf([[leaflet]]), f"{n}.pdf")
    publish(site)
    with pytest.raises(NotPromoted, match="4 loads"):
        actions.promote_model(site, "content", actor=OPERATOR)
    assert "4 loads" in " ".join(content.search(site, "rooms", actor=ANYBODY).against)
    again = content.make_index(site, actor=OPERATOR)
    assert again.promoted
    assert content.search(site, "leaflet", actor=ANYBODY).hits[0].by_words


@pytest.mark.django_db
def test_an_index_whose_texts_have_changed_is_not_put_to_use(site):
    english = [[f"Line {n} of page {p} is in plain English." for n in range(20)] for p in range(10)]
    load(site, documents.pdf(english), "english.pdf")
    publish(site)
    content.make_index(site, actor=OPERATOR)
    digits = [[f"{n}{p}" for n in range(25)] for p in range(40)]
    load(site, documents.pdf(digits), "digits.pdf")
    publish(site)
    with pytest.raises(NotPromoted, match=r"text_line_search\.full_text is spread otherwise"):
        actions.promote_model(site, "content", actor=OPERATOR)


@pytest.mark.django_db
def test_entities_are_rows_of_a_table_after_the_next_build(indexed):
    site, made = indexed
    assert made.entities == {"doi": 1, "isbn": 1, "year": 1}
    publish(site)
    rows = queries.read(
        site, "conformed.text_entity", purpose="public_information", actor=ANYBODY,
        columns=("entity_kind", "entity_text", "normal_form"), order_by=("entity_text",),
    ).rows  # fmt: skip
    assert ("year", "二〇二六", "2026") in rows
    assert ("doi", "10.5555/shancheng.2026.10", "10.5555/shancheng.2026.10") in rows
    assert ("isbn", "978-7-302-51234-9", "9787302512349") in rows
    assert content.make_index(site, actor=OPERATOR).load == ""


NAMES = entities.Names(
    entities.known_names([("a1", "鲁迅", "周树人‖Lu, Xun")], ["沈祖荣‖刘国钧", "鲁迅"])
)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("见 ISBN 978-7-301-12345-9", []),
        ("见 ISBN 978-7-302-51234-9", [("isbn", "9787302512349")]),
        ("ISBN 7-302-01234-2。", [("isbn", "9787302012344")]),
        ("doi:10.5555/ABC.1。", [("doi", "10.5555/abc.1")]),
        ("一九三六年与 1937 年", [("year", "1936"), ("year", "1937")]),
        ("共 1936.5 元，电话 1936-2011", []),
        ("周树人与沈祖荣", [("heading", "鲁迅"), ("author", "沈祖荣")]),
        ("《呐喊》与呐喊", [("title", "呐喊")]),
        ("1999页", []),
    ],
    ids=["wrong check digit", "ISBN-13", "ISBN-10", "doi", "years", "no years", "names", "title",
         "a page number"],
)  # fmt: skip
def test_entities_go_by_rules_that_can_be_told(text, expected):
    found = entities.find(text, NAMES, {"呐喊": "t1"})
    assert [(one.kind, one.normal) for one in found] == expected


def test_bm25_by_hand():
    index = lexical.Lexical.of(["red fox", "red red hen", "blue"])
    # Two of three texts have `red`: ln(1 + 1.5 / 2.5); mean length 2.
    rarity, long = 0.470004, 1.2 * (0.25 + 0.75 * 3 / 2)
    assert index.scores("red").tolist() == pytest.approx(
        [rarity * 2.2 / 2.2, rarity * 2 * 2.2 / (2 + long), 0.0], rel=1e-4
    )
    assert index.scores("").tolist() == [0, 0, 0]


def test_vectors_find_a_passage_through_bad_text_recognition():
    about = ("藏书的剔旧", "座位的预约", "古籍的修复", "经费的决算", "开放的时间")
    texts = [f"第{n}次会议讨论了{what}" for n, what in enumerate(about)]
    made = dense.Dense.of(texts)
    assert int(made.scores("古籍的修夏").argmax()) == 2
    assert made.scores("古籍修复")[2] > made.scores("古籍修复")[0]
    assert dense.Dense.of([]).vectors.shape == (0, 0)


def test_an_index_comes_back_from_disk_as_it_was(tmp_path):
    texts = ["图书馆学概论", "city and river", ""]
    words, vectors = lexical.Lexical.of(texts), dense.Dense.of(texts)
    words.save(tmp_path)
    vectors.save(tmp_path)
    again = lexical.Lexical.load(tmp_path)
    assert again.scores("概论 river").tolist() == words.scores("概论 river").tolist()
    assert dense.Dense.load(tmp_path).scores("图书馆") == pytest.approx(
        vectors.scores("图书馆"), abs=1e-3
    )
    assert indexing.judged(texts, words, vectors)["asked"] == 0
