"""OAI-PMH 2.0 as the protocol says it (standards.md §5), read from the XML."""

import pytest
from lxml import etree

from shuren.data.actions import build, collect
from shuren.data.queries import receipts
from shuren.kernel.site import open_site
from shuren.web.oai import holdings
from tests.data.loading import accepted
from tests.early import make_site
from tests.web.api_tools import OPERATOR

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
DC_CONTAINER = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}


@pytest.fixture
def ask(client, library, db):
    """`ask(verb=…)`: the root of the answer."""

    def asking(query=None, **arguments):
        answer = client.get("/oai", {**(query or {}), **arguments})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/xml")
        return etree.fromstring(answer.content)

    return asking


def error(root):
    found = root.find(f"{OAI}error")
    return "" if found is None else found.get("code")


def texts(root, path):
    return [one.text for one in root.iter(f"{OAI}{path}")]


def test_the_frame_is_date_then_request_then_answer(ask):
    root = ask(verb="Identify")
    assert root.tag == f"{OAI}OAI-PMH"
    assert [child.tag for child in root] == [
        f"{OAI}responseDate", f"{OAI}request", f"{OAI}Identify",
    ]  # fmt: skip
    assert root[0].text.endswith("Z")
    assert root[1].text.endswith("/oai")
    assert dict(root[1].attrib) == {"verb": "Identify"}


def test_identify_says_everything_in_the_order_of_the_schema(ask):
    body = ask(verb="Identify").find(f"{OAI}Identify")
    assert [child.tag.removeprefix(OAI) for child in body] == [
        "repositoryName", "baseURL", "protocolVersion", "adminEmail", "earliestDatestamp",
        "deletedRecord", "granularity", "compression",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "public_url, admin_email, told",
    [
        ("https://lib.example.edu", "oai@example.edu", "oai@example.edu"),
        ("https://lib.example.edu", "", "postmaster@lib.example.edu"),
    ],
)
def test_identify_names_whom_to_write_to(ask, settings, public_url, admin_email, told):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(
        update={"public_url": public_url, "admin_email": admin_email}
    )
    assert texts(ask(verb="Identify"), "adminEmail") == [told]


@pytest.mark.parametrize(
    "query, code",
    [
        ({}, "badVerb"),
        ({"verb": "Nope"}, "badVerb"),
        ({"verb": ["Identify", "Identify"]}, "badVerb"),
        ({"verb": "Identify", "x": "1"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({**LIST, "metadataPrefix": ["oai_dc", "oai_dc"]}, "badArgument"),
        ({**LIST, "resumptionToken": "x"}, "badArgument"),
        ({**LIST, "from": "yesterday"}, "badArgument"),
        ({**LIST, "from": "2026-13-01"}, "badArgument"),
        ({**LIST, "from": "2026-01-01", "until": "2026-01-01T00:00:00Z"}, "badArgument"),
        ({**LIST, "from": "2026-02-01", "until": "2026-01-01"}, "badArgument"),
        ({**LIST, "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
        ({**LIST, "until": "1990-01-01"}, "noRecordsMatch"),
        ({**LIST, "set": "clc:Z"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:x:1"},
            "idDoesNotExist",
        ),
        ({"verb": "ListMetadataFormats", "identifier": "oai:localhost:title/no"}, "idDoesNotExist"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_by_the_protocols_name(ask, query, code):
    root = ask(query)
    assert error(root) == code
    shown = dict(root.find(f"{OAI}request").attrib)
    assert not shown or code not in ("badVerb", "badArgument")


def test_post_answers_as_get_does(client, library, db):
    got = etree.fromstring(client.get("/oai", LIST).content)
    posted = etree.fromstring(client.post("/oai", LIST).content)
    assert texts(got, "identifier") == texts(posted, "identifier") != []


def test_a_record_has_header_then_metadata_and_dublin_core_of_standards(ask):
    record = next(ask(LIST, set="clc:O").iter(f"{OAI}record"))
    assert [child.tag.removeprefix(OAI) for child in record] == ["header", "metadata"]
    assert [child.tag.removeprefix(OAI) for child in record[0]] == [
        "identifier", "datestamp", "setSpec",
    ]  # fmt: skip
    assert record[1][0].tag == DC_CONTAINER
    said = {child.tag.removeprefix(DC): child.text for child in record[1][0]}
    assert said == {"title": "线性代数", "subject": "CLC O151.2", "type": "Text"}


def test_a_list_in_pieces_is_the_list_also_while_new_data_are_published(ask, library, monkeypatch):
    whole = texts(ask(LIST), "identifier")
    assert len(whole) == 4
    monkeypatch.setattr(holdings, "PAGE", 3)
    first = ask(LIST)
    token = first.find(f".//{OAI}resumptionToken")
    assert (token.get("completeListSize"), token.get("cursor")) == ("4", "0")
    assert token.get("expirationDate").endswith("Z")
    build(library, actor=OPERATOR, everything=True)
    second = ask(verb="ListRecords", resumptionToken=token.text)
    last = second.find(f".//{OAI}resumptionToken")
    assert (last.text, last.get("cursor"), last.get("expirationDate")) == (None, "3", None)
    assert texts(first, "identifier") + texts(second, "identifier") == whole
    assert error(ask(verb="ListIdentifiers", resumptionToken=token.text)) == "badResumptionToken"


def test_a_token_ends_after_ten_minutes(ask, monkeypatch):
    monkeypatch.setattr(holdings, "PAGE", 3)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-22T09:00")
    token = ask(LIST).find(f".//{OAI}resumptionToken").text
    monkeypatch.setenv("SHUREN_NOW", "2026-11-22T09:11")
    assert error(ask(verb="ListRecords", resumptionToken=token)) == "badResumptionToken"


def test_titles_that_came_out_the_same_keep_their_datestamp(ask, library):
    before = texts(ask(LIST), "datestamp")
    build(library, actor=OPERATOR, everything=True)
    assert texts(ask(LIST), "datestamp") == before
    assert ask(LIST, **{"from": before[0], "until": before[0]}).find(f".//{OAI}record") is not None


def test_nothing_built_says_when_to_come_again(client, settings, site, db):
    settings.SITE = site
    answer = client.get("/oai", {"verb": "Identify"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_answers_are_compressed_for_who_can_read_that(client, library, db):
    answer = client.get("/oai", LIST, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.django_db(transaction=True)
def test_our_own_harvester_takes_every_title_over_several_pages(live_server, library, tmp_path):
    """Client and provider of this platform, over HTTP; Sickle's answer is in test_api_server."""
    theirs = open_site(make_site(tmp_path / "another"))
    folder = theirs.definitions / "sources"
    folder.mkdir(parents=True)
    (folder / "ours.yaml").write_text(
        "title: {zh: 我馆, en: Us}\nsystem: repository\nsource: oai\n"
        f"contract: oai_records\nsettings: {{url: '{live_server.url}/oai'}}\n",
        "utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holdings, "PAGE", 3)
        done = collect(theirs, "ours", actor=OPERATOR)
    assert (done.records, done.accepted, done.refused) == (4, 4, 0)
    rows = [row for one in receipts(theirs) for row in accepted(theirs, one)]
    assert {row["dc_title"] for row in rows} == {"三体", "活着", "线性代数", "存在与时间"}
    assert {row["identifier"][:20] for row in rows} == {"oai:localhost:title/"}
    assert not any(row["is_deleted"] for row in rows)
