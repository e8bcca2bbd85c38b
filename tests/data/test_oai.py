"""Harvesting by OAI-PMH from a real server: real pages, and a repository that misbehaves."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from shuren.data import actions, queries
from shuren.data.errors import NothingLoaded
from shuren.data.internals import building, snapshots
from shuren.data.internals.connector_state import read_state
from shuren.data.internals.feeds import oai_client, oai_pages
from shuren.data.internals.feeds.oai_client import RepositoryProblem
from shuren.data.internals.models import load_models
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted, refusals

pytestmark = pytest.mark.django_db
Answer = tuple[int, dict[str, str], str]


class Repository:
    """Answers by a function of the request's parameters; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Callable[[dict[str, str]], Answer] = lambda _asked: (404, {}, "")
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
                repository.asked.append(asked)
                if asked["verb"] == "Identify":
                    seconds = "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
                    status, headers, body = 200, {}, page(f"<Identify>{seconds}</Identify>")
                else:
                    status, headers, body = repository.answer(asked)
                content = body.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_parts: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/oai"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lists(self) -> list[dict[str, str]]:
        return [asked for asked in self.asked if asked["verb"] == "ListRecords"]


def page(inside: str, answered: str = "2026-11-20T08:00:00Z") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{answered}</responseDate>"
        '<request verb="ListRecords" metadataPrefix="oai_dc">http://repo.example/oai</request>'
        f"{inside}</OAI-PMH>"
    )


def record(number: int, title: str = "书", status: str = "") -> str:
    header = (
        f"<header{status}><identifier>oai:repo:{number}</identifier>"
        "<datestamp>2026-11-01T00:00:00Z</datestamp><setSpec>books</setSpec></header>"
    )
    if status:
        return f"<record>{header}</record>"
    return (
        f"<record>{header}<metadata><oai_dc:dc "
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>甲</dc:creator><dc:creator>乙</dc:creator>"
        "</oai_dc:dc></metadata></record>"
    )


def listed(*records: str, token: str = "") -> str:
    return page(
        f"<ListRecords>{''.join(records)}<resumptionToken>{token}</resumptionToken></ListRecords>"
    )


@pytest.fixture
def repository(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    running = Repository()
    folder = site.definitions / "sources"
    folder.mkdir(parents=True)
    (folder / "repo.yaml").write_text(
        "title: {zh: 库, en: Repository}\nsystem: repository\nsource: oai\n"
        f"contract: oai_records\nsettings: {{url: '{running.url}'}}\n",
        "utf-8",
    )
    monkeypatch.setattr(oai_client, "wait", lambda _seconds: None)
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_records_carry_where_they_come_from_and_their_licence(
    site: Site, repository: Repository
) -> None:
    path = site.definitions / "sources" / "repo.yaml"
    path.write_text(path.read_text("utf-8") + "licence: CC BY 4.0\n", "utf-8")
    repository.answer = lambda asked: (200, {}, PAGES[asked.get("resumptionToken", "")])
    collect(site)
    known = load_models(site)
    few = {"conformed.oai_record": known["conformed.oai_record"]}
    building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress)
    table = snapshots.source(site, snapshots.required(site), "conformed.oai_record")
    found = snapshots.query(site, f"SELECT identifier, source, licence FROM {table} ORDER BY 1", [])
    assert found == [(f"oai:repo:{number}", "repo", "CC BY 4.0") for number in (1, 3)]


def test_marc_records_are_harvested_by_the_contract_of_books(
    site: Site, repository: Repository, shared_data: Callable[[str], Path]
) -> None:
    """A real answer of an Alma system in two pages: as many records as it holds, deleted ones
    left out or refused with a reason, none lost."""
    whole = shared_data("oai-pmh/vufindharvest/marc.xml").read_text("utf-8")
    whole = re.sub("<resumptionToken>.*?</resumptionToken>", "", whole)
    starts = [found.start() for found in re.finditer("<record><header", whole)]
    half, head = starts[len(starts) // 2], whole[: starts[0]]
    pages = {
        "": whole[:half] + "<resumptionToken>2</resumptionToken></ListRecords></OAI-PMH>",
        "2": head + whole[half:],
    }
    path = site.definitions / "sources" / "repo.yaml"
    text = path.read_text("utf-8").replace("oai_records", "bib_records")
    path.write_text(text.replace("url:", "metadata_prefix: marc21, url:"), "utf-8")
    repository.answer = lambda asked: (200, {}, pages[asked.get("resumptionToken", "")])
    done = collect(site)
    assert [asked.get("metadataPrefix", "") for asked in repository.lists()] == ["marc21", ""]
    marc = whole.count('<record xmlns="http://www.loc.gov/MARC21/slim"')
    assert len(starts) == marc == done.records == done.accepted + done.refused
    titles = {
        row["record_id"]: row["title"]
        for one in queries.receipts(site, "bib_records")
        for row in accepted(site, one)
    }
    assert len(titles) == done.accepted == marc
    assert titles["9925821506101791"].startswith("Der Soldat, oder, Abhandlung vom Kriegs-Stand")


def collect(site: Site) -> Any:
    return actions.collect(site, "repo", actor=OPERATOR)


def rows(site: Site) -> dict[str, dict[str, Any]]:
    found = queries.receipts(site, "oai_records")[::-1]
    return {row["identifier"]: row for one in found for row in accepted(site, one)}


PAGES = {
    "": listed(record(1), record(2, status=' status="deleted"'), token="t&amp;2"),
    "t&2": listed(record(3, "A & B".replace("&", "&amp;"))),
}


def test_a_list_is_followed_to_its_end_and_deleted_records_say_so(
    site: Site, repository: Repository
) -> None:
    repository.answer = lambda asked: (200, {}, PAGES[asked.get("resumptionToken", "")])
    assert (collect(site).accepted, len(repository.lists())) == (3, 2)
    found = rows(site)
    assert found["oai:repo:1"]["dc_creator"] == "甲 ; 乙"
    assert found["oai:repo:2"]["is_deleted"] is True
    assert found["oai:repo:3"]["dc_title"] == "A & B"
    assert found["oai:repo:1"]["repository"] == "http://repo.example/oai"


def test_the_next_harvest_asks_from_an_hour_before_the_last(
    site: Site, repository: Repository
) -> None:
    repository.answer = lambda asked: (200, {}, PAGES[asked.get("resumptionToken", "")])
    collect(site)
    repository.answer = lambda _asked: (200, {}, page('<error code="noRecordsMatch"/>'))
    assert collect(site).loads == []
    assert repository.lists()[-1]["from"] == "2026-11-20T07:00:00Z"


def test_busy_repositories_are_waited_for(
    site: Site, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(oai_client, "wait", waited.append)
    answers = iter([(503, {"Retry-After": "7"}, ""), (502, {}, ""), (200, {}, listed(record(1)))])
    repository.answer = lambda _asked: next(answers)
    assert collect(site).accepted == 1
    assert waited == [7, 2]


def test_a_harvest_that_broke_off_goes_on_at_the_page_it_had_reached(
    site: Site, repository: Repository
) -> None:
    def broken(asked: dict[str, str]) -> Answer:
        token = asked.get("resumptionToken", "")
        return (500, {}, "") if token else (200, {}, PAGES[""])

    repository.answer = broken
    with pytest.raises(RepositoryProblem):
        collect(site)
    assert read_state(site, "repo").problem
    repository.asked.clear()
    repository.answer = lambda asked: (200, {}, PAGES[asked.get("resumptionToken", "")])
    collect(site)
    assert [asked.get("resumptionToken") for asked in repository.lists()] == ["t&2"]
    assert (len(rows(site)), read_state(site, "repo").problem) == (3, "")


def test_an_expired_token_starts_the_list_again_once(site: Site, repository: Repository) -> None:
    expired = page('<error code="badResumptionToken">expired</error>')
    repository.answer = lambda asked: (
        (200, {}, expired) if asked.get("resumptionToken") else (200, {}, PAGES[""])
    )
    with pytest.raises(RepositoryProblem):
        collect(site)
    assert [("resumptionToken" in asked) for asked in repository.lists()] == [0, 1, 0, 1]


def test_a_token_that_leads_to_itself_ends_in_a_sentence(
    site: Site, repository: Repository
) -> None:
    repository.answer = lambda asked: (200, {}, listed(record(1), token="same"))
    with pytest.raises(RepositoryProblem, match="repo"):
        collect(site)


def test_a_broken_record_is_in_quarantine_and_the_rest_goes_on(
    site: Site, repository: Repository
) -> None:
    broken = record(2).replace("</dc:title>", "</dc:titel>")
    pages = {"": listed(record(1), broken, record(3), token="n"), "n": listed(record(4))}
    repository.answer = lambda asked: (200, {}, pages[asked.get("resumptionToken", "")])
    done = collect(site)
    assert (done.accepted, done.refused) == (3, 1)
    found = [refusals(site, one) for one in queries.receipts(site)]
    assert [rule for lines in found for _line, rule, _field in lines] == ["S12"]


@pytest.mark.parametrize("body", ["<html>Login</html>", "", "\x00\x01"])
def test_what_is_no_answer_is_a_sentence(site: Site, repository: Repository, body: str) -> None:
    repository.answer = lambda _asked: (200, {}, body)
    with pytest.raises(RepositoryProblem):
        collect(site)
    assert not queries.receipts(site)


def test_every_record_of_the_real_pages_is_read_or_refused(
    site: Site, shared_data: Callable[[str], Path]
) -> None:
    """323 records in the well-formed files, counted by lxml alone, and one in a broken file."""
    expected, found, refused, files = 0, 0, 0, 0
    for path in sorted(shared_data("oai-pmh").rglob("*.xml")):
        files += 1
        read = oai_pages.read_page(path.read_bytes())
        names = oai_pages.namespaces(read.text)
        for piece in oai_pages.pieces(read.text):
            try:
                oai_pages.read_record(piece.text, names)
                found += 1
            except ValueError:
                refused += 1
        if read.whole:
            tree = etree.parse(str(path))
            expected += len(tree.xpath("//*[local-name()='record'][*[local-name()='header']]"))
    assert (files, expected, found, refused) == (49, 323, 323, 1)


def test_files_without_records_say_why(site: Site, shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("oai-pmh") / "sickle"
    for name in ("noRecordsMatch.xml", "badArgument.xml", "ListRecordsBroken.xml", "Identify.xml"):
        with pytest.raises((FileProblem, NothingLoaded)):
            actions.load_file(site, "oai_records", folder / name, actor=OPERATOR)


def test_the_real_pages_load(site: Site, shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("oai-pmh")
    receipt = actions.load_file(
        site, "oai_records", folder / "sickle" / "ListRecords.xml", actor=OPERATOR
    )
    assert (receipt.records, receipt.refused, receipt.source) == (receipt.accepted, 0, "oai")
    found = accepted(site, receipt)
    assert any(row["dc_title"] for row in found)
    assert all(row["identifier"].startswith("oai:") for row in found)
