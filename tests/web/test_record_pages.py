"""Editing a record on its page: fields, text, a conflict, an earlier version put back."""

import pytest
from django.urls import reverse

from shuren.data import queries
from tests.data.test_editing import LIBRARIAN, catalogue, id_of  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, catalogue, settings, django_user_model):  # noqa: F811 - the fixture
    settings.SITE = catalogue
    client.force_login(django_user_model.objects.create_user("li", role="data_librarian"))
    bib_id = id_of(catalogue, "红楼梦")
    return client, reverse("workbench:record", args=[bib_id]), bib_id


def opened(catalogue, bib_id):  # noqa: F811 - the fixture
    return queries.editable_record(catalogue, bib_id, actor=LIBRARIAN)


def fields_of(record):
    """The form as a browser sends it, unchanged."""
    leader = next(line[6:] for line in record.newest.text.splitlines() if line[:4] == "=LDR")
    rows = [("LDR", "", leader), *((f.tag, f.indicators, f.content) for f in record.fields)]
    names = ("tag", "indicators", "content")
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    return {"how": "fields", "based_on": record.newest.id, **columns}


def test_fields_are_shown_and_saved(page, catalogue):  # noqa: F811
    client, address, bib_id = page
    form = fields_of(opened(catalogue, bib_id))
    unchanged = client.post(address, form)
    assert unchanged.status_code == 400
    assert "没有任何改动" in unchanged.content.decode()
    form["content"] = [one.replace("$a红楼梦", "$a红楼梦校注") for one in form["content"]]
    saved = client.post(address, form)
    assert saved.status_code == 302
    shown = client.get(saved.url).content.decode()
    assert "已保存" in shown
    assert "$a红楼梦校注$9hong lou meng" in shown
    again = client.post(address, form)
    assert again.status_code == 400
    assert "对方改了什么" in again.content.decode()


def test_a_version_is_put_back_and_text_may_be_typed(page, catalogue):  # noqa: F811
    client, address, bib_id = page
    first = opened(catalogue, bib_id).newest
    text = first.text.replace("$d1988", "$d1989")
    form = {"how": "text", "based_on": first.id, "text": text.replace("\n", "\r\n")}
    assert client.post(address, form).status_code == 302
    newest = opened(catalogue, bib_id).newest
    assert "$d1989" in newest.text
    back = client.post(address, {"restore": first.id, "based_on": newest.id})
    assert back.status_code == 302
    assert "$d1988" in opened(catalogue, bib_id).newest.text


def test_records_are_found_by_title_number_and_isbn(page):
    client, _address, bib_id = page
    for words in ("红楼", "7", "9787532510436"):
        assert bib_id in client.get(reverse("workbench:records"), {"q": words}).content.decode()
