"""Documents in the workbench: found by their words, shown with their lines, or not shown."""

import hashlib

import pytest
from django.urls import reverse

from shuren.data import actions, content
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import no_progress
from tests.data import documents
from tests.data.loading import OPERATOR

pytestmark = pytest.mark.django_db
OPEN = (("The library opens at eight.", "Reading rooms close at ten."), ("A second page.",))
CLOSED = (("A copyrighted chapter about rivers and the towns along their banks.",),)
TABLES = (
    "document", "document_page", "text_line", "text_line_search", "text_segment", "text_entity",
)  # fmt: skip


def load_documents(site, index: bool = True) -> dict[str, str]:
    """{name: document id} of one open and one closed PDF."""
    files = {"open.pdf": documents.pdf(OPEN), "closed.pdf": documents.pdf(CLOSED)}
    said = "file,title,rights\nopen.pdf,开放时间,open\nclosed.pdf,河流,snippet\n".encode()
    path = site.root.parent / "documents.zip"
    path.write_bytes(documents.archive({**files, "documents.csv": said}))
    actions.load_file(site, "content_units", path, actor=OPERATOR)
    wanted = {f"conformed.{name}" for name in (*TABLES, "bib_record", "title", "item")}
    models = {name: one for name, one in load_models(site).items() if name in wanted}
    building.build_snapshot(site, models, all_receipts(site)[::-1], no_progress)
    if index:
        assert content.make_index(site, actor=OPERATOR).promoted
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


@pytest.fixture
def ids(site, settings):
    settings.SITE = site
    return load_documents(site)


def text(response) -> str:
    return response.content.decode()


def test_words_lead_to_the_line_they_stand_in(ids, as_role):
    client = as_role("data_librarian")
    listed = text(client.get(reverse("workbench:content")))
    assert "开放时间" in listed
    assert "河流" in listed
    found = text(client.get(reverse("workbench:content"), {"q": "rooms"}))
    assert "<mark>rooms</mark>" in found
    address = reverse("workbench:document", args=[ids["open.pdf"]])
    assert f"{address}?page=1&amp;q=rooms&amp;line=2" in found
    page = text(client.get(address, {"page": 1, "q": "rooms", "line": 2}))
    assert page.count('class="page-mark"') == 1
    assert page.count("page-line-chosen") == 1
    assert 'aria-current="true">Reading rooms close at ten.' in page


def test_a_page_is_shown_only_where_its_rights_are_open(ids, as_role):
    client = as_role("data_librarian")
    seen = client.get(reverse("workbench:document-page", args=[ids["open.pdf"], 1]))
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/png")
    closed = client.get(reverse("workbench:document-page", args=[ids["closed.pdf"], 1]))
    assert closed.status_code == 404
    page = text(client.get(reverse("workbench:document", args=[ids["closed.pdf"]])))
    assert "copyrighted" not in page
    assert "<image" not in page
    assert 'class="page-line"' in page
    hits = text(client.get(reverse("workbench:content"), {"q": "copyrighted"}))
    assert "<mark>copyrighted</mark>" in hits
    assert "along their banks" not in hits


@pytest.mark.parametrize(
    "asked", [{"page": "9"}, {"page": "-1"}, {"page": "x"}, {"line": "٣"}, {"q": "\x00%"}]
)
def test_odd_addresses_show_the_nearest_page(ids, as_role, asked):
    address = reverse("workbench:document", args=[ids["open.pdf"]])
    assert as_role("data_librarian").get(address, asked).status_code == 200


def test_before_anything_is_built_or_indexed_the_page_says_what_to_do(site, settings, as_role):
    settings.SITE = site
    client = as_role("data_librarian")
    assert "shuren load content_units" in text(client.get(reverse("workbench:content")))
    load_documents(site, index=False)
    asked = text(client.get(reverse("workbench:content"), {"q": "rooms"}))
    assert "shuren content --index" in asked
    assert client.get(reverse("workbench:document", args=["0" * 64])).status_code == 404
