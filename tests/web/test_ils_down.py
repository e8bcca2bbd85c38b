"""While the library's circulation system does not answer, pages open and say what they show."""

import re
import socket

import pytest

from shuren.service.internals.circulation import link
from shuren.trust.actions import create_account
from tests.service.circulating import ANN, BEN
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.web.having import as_reader as as_reader
from tests.web.having import circulation_indexed as circulation_indexed
from tests.web.having import shelves as shelves
from tests.web.test_having_pages import see

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["sip2", "koha"])
def down(request, shelves, monkeypatch):
    """A site whose system was there once: nobody listens on its port any more."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    how = {
        "sip2": f'host = "127.0.0.1"\nport = {port}\n',
        "koha": f'url = "http://127.0.0.1:{port}"\nuser = "x"\n',
    }
    said = f'[ils]\nadapter = "{request.param}"\n[ils.{request.param}]\n{how[request.param]}'
    shelves.settings_file.write_text(said, "utf-8")
    monkeypatch.setenv("SHUREN_SECRET_KOHA", "secret")
    yield shelves
    link._down.clear()


@pytest.mark.parametrize("card", [ANN, BEN], ids=["in the vault", "not in the vault"])
def test_hits_and_items_are_shown_as_of_the_snapshot_and_say_so(as_reader, down, card):
    client = as_reader(card)
    hits = see(client, "/find/?q=活着")
    item = re.search(r'href="(/find/[0-9a-f]{32}/)"', hits)[1]
    page = see(client, item)
    assert "The circulation system does not answer; this is as of" in page
    assert "On loan" in page
    assert see(client, "/my/")


def test_a_hold_is_not_placed_and_that_is_said(as_reader, down):
    client = as_reader(ANN)
    item = re.search(r'href="(/find/[0-9a-f]{32}/)"', see(client, "/find/?q=三体"))[1]
    answer = client.post(f"{item}ask/hold/", {"pickup": "东校区"})
    assert answer.status_code < 500


def test_the_desk_is_told_since_when(client, down):
    client.force_login(create_account("li", "a long enough phrase", "front_desk"))
    client.cookies["shuren_language"] = "en"
    answer = client.post("/workbench/circulation/", {"do": "lend", "card": BEN, "items": "B1"})
    assert answer.status_code == 400
    assert "The circulation system stopped answering" in answer.text
    assert "has not answered since" in see(client, "/workbench/circulation/")
