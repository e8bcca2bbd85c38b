"""A source is set up on a page: sent, looked at, tried, saved, loaded. Nothing else comes in."""

import io
import os
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shuren.data import definitions, queries
from shuren.data.internals.masking import MASK
from shuren.web import uploads

ROWS = "借阅者证号,书的题名,册条码,借出的日子\n" + "".join(
    f"2023{n % 50:04},红楼梦第{n}回,SC{n:05},2025/03/{n % 28 + 1:02}\n" for n in range(200)
)
BAD = "20239999,水浒传,SC99999,2025/02/30\n"


def send(client, content=ROWS + BAD, name="借阅 export.csv"):
    data = content if isinstance(content, bytes) else content.encode("gb18030")
    return client.post(reverse("workbench:source-new"), {"file": SimpleUploadedFile(name, data)})


def form_of(client, address):
    """What the form would send as it stands."""
    context = client.get(address).context
    form = {"contract": context["suggestion"].contract, "id": context["id"]}
    for row in context["fields"]:
        form[f"column.{row['name']}"] = row["chosen"]
        form[f"formats.{row['name']}"] = row["formats"]
        form[f"values.{row['name']}"] = row["values"]
    return form


def staged(site):
    return sorted(site.temporary.glob("upload-*"))


def test_from_a_file_to_a_receipt(library, as_role):
    client = as_role("data_librarian")
    answer = send(client)
    address = answer["Location"]
    assert answer.status_code == 302
    page = client.get(address).content.decode()
    assert "红楼梦第0回" in page
    assert "20230000" not in page
    assert MASK in page
    form = form_of(client, address)
    assert form["contract"] == "loans"
    tried = client.post(address, {**form, "do": "try"})
    run = tried.context["run"]
    assert (run.records, run.accepted, run.refused) == (201, 200, 1)
    assert "Would be" not in tried.content.decode()
    assert "20239999" not in tried.content.decode()
    assert not [r for r in queries.receipts(library) if "export" in r.source_name]
    done = client.post(address, {**form, "id": "borrowed", "do": "load"})
    receipt = queries.receipts(library)[0]
    assert done["Location"] == reverse("workbench:load", args=[receipt.id])
    assert (receipt.mapping, receipt.accepted, receipt.refused) == ("borrowed", 200, 1)
    assert receipt.source_name == "借阅 export.csv"
    assert definitions.mappings(library)["borrowed"].encoding == "gb18030"
    assert not staged(library)
    assert client.get(address).status_code == 404


def test_an_upload_belongs_to_the_session_that_sent_it(library, as_role, client):
    address = send(as_role("data_librarian"))["Location"]
    folder = staged(library)[0]
    assert folder.stat().st_mode & 0o077 == 0
    assert next(folder.iterdir()).stat().st_mode & 0o077 == 0
    client.logout()
    stranger = as_role("administrator")
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"do": "load"}).status_code == 404


def test_uploads_go_after_an_hour_and_when_the_next_is_sent(library, as_role):
    client = as_role("data_librarian")
    first = send(client)["Location"]
    second = send(client)["Location"]
    assert client.get(first).status_code == 404
    assert len(staged(library)) == 1
    past = time.time() - uploads.KEPT_SECONDS - 5
    os.utime(staged(library)[0], (past, past))
    assert client.get(second).status_code == 404
    assert not staged(library)


@pytest.mark.parametrize(
    "name, content",
    [
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("line.csv", b"a" * 2_000_000),
        ("nothing.csv", b"\n\n\n"),
        ("zeros.xlsx", b"PK\x03\x04" + b"\0" * 500),
        ("noise.csv", bytes(range(256)) * 40),
        ("../../shuren.toml", b"a,b\n1,2\n"),
        ("<b>x</b>.csv", b"reader_id,loaned_at\nr1,2025-01-01\n"),
        ("one.csv", b"x"),
        ("half.parquet", b"PAR1" + b"\0" * 90),
        ("bad.json", b'{"Report_Header": {'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files_are_a_sentence(library, as_role, name, content):
    client = as_role("data_librarian")
    before = library.settings_file.read_bytes()
    answer = send(client, content, name)
    if answer.status_code == 302:
        answer = client.get(answer["Location"])
    assert answer.status_code in (200, 400)
    assert b"<script>alert" not in answer.content
    assert b"<b>x</b>" not in answer.content
    assert library.settings_file.read_bytes() == before
    assert all(len(list(folder.iterdir())) == 1 for folder in staged(library))


def test_an_archive_that_unpacks_to_too_much_is_refused(library, as_role, settings):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"upload_mb": 1})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"x," * 15_000_000)
    answer = send(as_role("data_librarian"), buffer.getvalue(), "bomb.zip")
    assert answer.status_code == 400
    assert "20 MB" in answer.content.decode()
    assert not staged(library)


def test_more_than_the_setting_allows_is_not_read(library, as_role, settings):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"upload_mb": 1})
    answer = send(as_role("data_librarian"), b"a,b\n" * 900_000, "big.csv")
    assert answer.status_code == 400
    assert not staged(library)


def test_a_form_needs_its_token(library, as_role):
    client = as_role("data_librarian")
    address = send(client)["Location"]
    client.handler.enforce_csrf_checks = True
    assert client.post(address, {"do": "load"}).status_code == 403


def test_a_mapping_of_that_name_stays_as_it_is(library, as_role):
    client = as_role("data_librarian")
    address = send(client)["Location"]
    form = form_of(client, address)
    for id in ("demo-loans", "../evil", ""):
        answer = client.post(address, {**form, "id": id, "do": "load"})
        assert answer.status_code in (200, 302, 400)
        if id:
            assert answer.status_code == 400
    assert not (library.definitions / "evil.yaml").exists()
    assert staged(library) or id == ""


def test_a_file_of_a_drop_folder_can_be_chosen_and_no_other(library, as_role):
    (library.root / "incoming").mkdir(exist_ok=True)
    (library.root / "incoming" / "x.csv").write_text(ROWS, "utf-8")
    (library.root / "incoming" / "link.csv").symlink_to(library.settings_file)
    folder = library.definitions / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    text = "title: {zh: 甲, en: A}\nsystem: ils\nsource: folder\ncontract: loans\n"
    (folder / "drop.yaml").write_text(text + "settings: {path: incoming}\n", "utf-8")
    client = as_role("data_librarian")
    start = reverse("workbench:source-new")
    page = client.get(start).content.decode()
    assert "drop/x.csv" in page
    assert "link.csv" not in page
    for wrong in ("drop/link.csv", "drop/../shuren.toml", "/etc/passwd"):
        assert client.post(start, {"dropped": wrong}).status_code == 400
    assert client.post(start, {"dropped": "drop/x.csv"}).status_code == 302
    assert (library.root / "incoming" / "x.csv").exists()


NEW = {
    "kind": "folder",
    "id": "loans-drop",
    "title_zh": "借阅",
    "title_en": "Loans",
    "system": "ils",
    "contract": "loans",
    "set.path": "incoming",
    "set.pattern": "*.csv",
    "every_hours": "24",
}


def test_a_connector_is_added_and_collected(library, as_role):
    client = as_role("data_librarian")
    answer = client.post(reverse("workbench:connector-new"), NEW)
    assert answer["Location"] == reverse("workbench:connectors")
    made = definitions.connectors(library)["loans-drop"]
    assert (made.source, made.contract, made.settings["path"]) == ("folder", "loans", "incoming")
    (library.root / "incoming").mkdir(exist_ok=True)
    path = library.root / "incoming" / "a.csv"
    path.write_text("reader_id,loaned_at\nr1,2025-03-01\nr2,\n", "utf-8")
    os.utime(path, (1, 1))
    collect = reverse("workbench:connector-collect", args=["loans-drop"])
    assert client.get(collect).status_code == 405
    page = client.post(collect).content.decode()
    assert "2 records came, 1 accepted, 1 refused" in page
    assert "nothing new" in client.post(collect).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"set.path": "/etc"},
        {"set.path": "../.."},
        {"set.path": "data/secrets"},
        {"set.path": "."},
        {"set.pattern": "../*"},
        {"id": "../x"},
        {"id": "own-events"},
        {"system": "nothing"},
        {"contract": "nothing"},
        {"every_hours": "-1"},
        {"kind": "sql", "set.url": "sqlite:////etc/passwd", "set.table": "t"},
        {"kind": "sql", "set.url": "postgresql://u:pw@h/d", "set.table": "t"},
        {"kind": "oai", "set.url": "file:///etc/passwd"},
        {"kind": "sql", "set.url": "postgresql://h/d", "set.table": "t", "set.password": "a b"},
    ],
    ids=str,
)
def test_a_connector_opens_nothing_of_this_machine(library, as_role, change):
    client = as_role("data_librarian")
    before = set(definitions.connectors(library))
    answer = client.post(reverse("workbench:connector-new"), {**NEW, **change})
    assert answer.status_code == 400
    assert set(definitions.connectors(library)) == before


def test_who_may_only_read_sees_no_buttons(library, as_role):
    from shuren.kernel.shapes import Actor
    from shuren.trust.queries import may, roles

    readers = [id for id in roles() if may(Actor("x", id), "loads.read")
               and not may(Actor("x", id), "loads.run")]  # fmt: skip
    if not readers:
        pytest.skip("every role that may see loads may run them")
    page = as_role(readers[0]).get(reverse("workbench:connectors")).content.decode()
    assert reverse("workbench:connector-new") not in page
