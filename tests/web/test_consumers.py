"""Who reads what: every address is opened, and what it read at the door stands in the lineage.

Nothing is listed here that the code could say itself: addresses come from the URL tables, what
they read from the ledger, what the API offers from its answers.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from shuren.data import actions, definitions
from shuren.data import queries as data_queries
from shuren.data.queries import current_snapshot
from shuren.discovery.actions import index
from shuren.insight import queries
from shuren.kernel.shapes import Actor
from shuren.service import ils
from shuren.service.actions import choose_interests
from shuren.trust import consent
from shuren.trust.models import Account, UseRecord
from shuren.trust.queries import actor_of
from shuren.web.lineage import OF_ANY_TABLE, lineage, pages
from tests.data.loading import load
from tests.web.api_tools import program as program
from tests.web.library import LETTERS
from tests.web.test_workbench_access import EXAMPLES, POSTED

OPERATOR = Actor("cli:test", "administrator")
pytestmark = pytest.mark.django_db
ASKED = {
    "find": "q=三体",
    "find-export": "q=三体&format=ris",
    "find-shelf": "at=I247",
    "find-suggest": "q=san",
    "resolve": "ctx_ver=Z39.88-2004&rft.issn=1234-5679&rft.date=2020",
    "oai": "verb=ListRecords&metadataPrefix=oai_dc",
    "workbench:decision-new": "indicator=loans_per_capita",
}
KNOWN = EXAMPLES | {"identifier": "10.1/nothing"}
EHOLDINGS = (
    "publication_title,print_identifier,title_url,package_name,date_first_issue_online\n"
    "某刊,1234-5679,https://example.org/j,某库,2000-01-01\n"
)
# Of a page and what is reached from it only by filling a form in, or that is its file.
ONE_PAGE = {
    "my-privacy": "my-held",
    "my-forget": "my-held",
    "my-erase": "my-held",
    "my-correct": "my-held",
    "find-export": "find",
    "find-shelf": "find",
    "find-suggest": "find",
    "find-now": "find",
    "item": "find",
    "item-ask": "find",
    "item-review": "find",
    "resolve-ask": "resolve",
    "workbench:decision-new": "workbench:decisions",
    "workbench:decision": "workbench:decisions",
    "workbench:case": "workbench:cases",
    "workbench:case-file": "workbench:cases",
    "my-case": "my-cases",
    "my-case-file": "my-cases",
    "my-calendar-file": "my",
    "workbench:indicator": "workbench:indicators",
    "workbench:indicator-csv": "workbench:indicators",
    "workbench:report": "workbench:reports",
    "workbench:report-file": "workbench:reports",
    "workbench:suggestion": "workbench:suggestions",
    "workbench:record": "workbench:records",
    "workbench:knowledge-entry": "workbench:knowledge",
    "workbench:document": "workbench:content",
    "workbench:document-page": "workbench:content",
    "workbench:booking-code": "workbench:bookings",
    "space-zone": "spaces",
    "station": "stations",
    "station-reading": "stations",
    "space-rooms": "spaces",
    "space-now": "spaces",
}
# Five readers, so that a period may be shown.
CASES = (
    "case_id,reader_id,service,flow,state,ending,opened_at,closed_at,tries,returns,version\n"
    + "".join(
        f"C{n},20240000{n},book_hold,hold,collected,success,2026-03-02,2026-03-03,1,0,2\n"
        for n in range(5)
    )
)
DATASETS = ("workbench:dataset",)
FIGURES = ("workbench:figure", "workbench:figure-csv")


@pytest.fixture
def furnished(library):
    load(library, "eholdings", EHOLDINGS, "list.csv")
    load(library, "reader_cases", CASES, "cases.csv")
    actions.build(library, actor=OPERATOR)
    return library


def named() -> Iterator[tuple[str, URLPattern]]:
    """Every named address a person opens; the API is asked apart."""
    for one in get_resolver().url_patterns:
        if isinstance(one, URLPattern):
            yield str(one.name), one
        elif str(one.pattern) == "workbench/":
            yield from ((f"workbench:{inner.name}", inner) for inner in one.url_patterns)


def addresses(site) -> Iterator[tuple[str, str]]:
    """(name, path) of everything that can be opened with a GET."""
    for name, pattern in named():
        short = name.removeprefix("workbench:")
        if short in POSTED or name in ("sign-in", "sign-out", "language", "theme", "styleguide"):
            continue
        if name == "find":
            yield name, reverse(name)  # asked nothing, it shows what the reader looked for last
        query = f"?{ASKED[name]}" if name in ASKED else ""
        if name == "workbench:dashboard":
            boards = (one.argument for one in pages(site).values() if one.address == name)
            yield from ((name, reverse(name, args=[board])) for board in boards)
            continue
        wanted = set(pattern.pattern.converters) - pattern.default_args.keys()
        try:
            yield name, reverse(name, kwargs={key: KNOWN[key] for key in wanted}) + query
        except (NoReverseMatch, KeyError):
            pytest.fail(f"No example of what stands in the address {name}: {list(wanted)}")


def signed_in(as_role, role: str) -> Client:
    """The client as somebody of a role; a reader has agreed to everything and chosen a subject."""
    client = as_role(role)
    reader = actor_of(Account.objects.get(username=f"a-{role}"))
    for one in consent.states(reader):
        consent.give(one.purpose.id, actor=reader, version=one.version)
    if reader.reader_key:
        choose_interests(settings.SITE, ["I2"], actor=reader)
        borrow(LETTERS[0])
    return client


def borrow(card: str) -> None:
    """Lend a copy at our own desk, which no snapshot knows of."""
    desk = Actor("li", "front_desk", doing="desk.serve")
    [(item,)] = data_queries.read(
        settings.SITE, "mart.copy_state", columns=["item_id"], limit=1, order_by=["item_id"],
        purpose="public_information", actor=desk,
    ).rows  # fmt: skip
    ils.check_out(settings.SITE, item, card=card, actor=desk)


def read_by(client, path: str) -> set[tuple[str, str]]:
    """(table, column) that opening it reads at the door."""
    before = UseRecord.objects.count()
    answer = client.get(path)
    b"".join(answer.streaming_content) if answer.streaming else answer.content
    uses = UseRecord.objects.order_by("id")[before:]
    return {
        (use.table, column)
        for use in uses
        if use.table.partition(".")[0] in ("mart", "conformed")
        for column in use.columns.split()
    }


def behind(graph, page: str) -> set[str]:
    """Everything a node and its parts are made from or narrowed by."""
    ids = [page, *(column.id for column in graph.columns(page))]
    return {id for one in ids for id in graph.upstream(one)}


def test_what_a_page_reads_is_what_the_lineage_says_of_it(furnished, as_role):
    graph = lineage(furnished, actor=OPERATOR)
    shown = pages(furnished)
    seen: set[str] = set()
    unsaid: dict[str, list[str]] = {}
    for role in ("administrator", "student"):
        client = signed_in(as_role, role)
        for name, path in addresses(furnished):
            read = read_by(client, path)
            if not read or name in OF_ANY_TABLE:
                continue
            address = ONE_PAGE.get(name, name)
            nodes = [
                f"page:{id}"
                for id, one in shown.items()
                if one.address == address and one.argument in ("", *path.split("/"))
            ]
            if name in FIGURES:
                nodes = [f"figure:{EXAMPLES['figure_id']}"]
            if name in DATASETS:
                nodes = [f"dataset:{KNOWN['dataset_id']}"]
            seen |= set(nodes)
            known: set[str] = set().union(*(behind(graph, node) for node in nodes))
            lost = {f"{table}.{column}" for table, column in read} - known
            if lost:
                unsaid[name] = sorted(lost)
    lines = [f"{name} reads {column}" for name, lost in unsaid.items() for column in lost]
    assert not lines, "not in web/lineage.py: " + "; ".join(lines)
    # A decision reads its indicator when it is noted, which is no GET.
    rows = {name: table.rows for name, table in current_snapshot(furnished).tables.items()}
    of = {figure.id: figure.table for figure in queries.figures(furnished)}
    fed = {
        f"page:{id}"
        for id, one in shown.items()
        if one.indicators or any(rows.get(of.get(name, name)) for name in one.figures + one.tables)
    }
    assert fed - {"page:decisions"} <= seen, "pages that read nothing"


def test_the_search_index_is_made_from_what_the_lineage_says_of_finding(furnished, db):
    before = UseRecord.objects.count()
    index(furnished, actor=OPERATOR, everything=True)
    read = {
        f"{use.table}.{column}"
        for use in UseRecord.objects.order_by("id")[before:]
        for column in use.columns.split()
        if use.table.partition(".")[0] in ("mart", "conformed")
    }
    said = {source for source in pages(furnished)["find"].indexed if source.count(".") == 2}
    assert read == said


def test_a_page_is_said_to_read_no_column_that_it_does_not(furnished, as_role):
    graph = lineage(furnished, actor=OPERATOR)
    listed = {
        one.address: (f"page:{id}", set(one.tables))
        for id, one in pages(furnished).items()
        if one.tables
    }
    read: set[str] = set()
    for role in ("administrator", "student"):
        client = signed_in(as_role, role)
        for name, path in addresses(furnished):
            if name in listed:
                page, _sources = listed[name]
                read |= {f"{page}.{t}.{c}" for t, c in read_by(client, path)}
    said = {
        node.id
        for page, sources in listed.values()
        for node in graph.columns(page)
        if node.id.removeprefix(f"{page}.") in sources
    }
    assert said - read == set()


def test_every_figure_indicator_and_dashboard_that_is_declared_has_its_consumers(furnished):
    graph = lineage(furnished, actor=OPERATOR)
    for figure in queries.figures(furnished):
        assert f"api:figures.{figure.id}" in graph.downstream(f"figure:{figure.id}")
    for id in queries.declared_indicators(furnished):
        down = graph.downstream(f"indicator:{id}")
        for page in ("indicators", "reports", "decisions"):
            assert f"page:{page}.{id}" in down
        assert f"api:indicators.{id}" in down
    for board in queries.dashboards(furnished):
        for id in (*board.numbers, *board.figures):
            assert {f"page:{board.id}.{id}", f"page:reports.{id}"} <= set(
                graph.downstream(f"figure:{id}")
            )


def test_the_lineage_offers_exactly_what_the_api_gives(furnished, program):
    graph = lineage(furnished, actor=OPERATOR)
    key = program()
    models = definitions.models(furnished)
    for table in current_snapshot(furnished).tables:
        names = [column.name for column in models[table].columns]
        offered = {kind: {c.name for c in graph.columns(node)} for kind, node in
                   (("rows", f"api:{table}"), ("counts", f"api:{table}/summary"))}  # fmt: skip
        assert {name for name in names if gives_row(key, table, name)} == offered["rows"], table
        assert {name for name in names if gives_count(key, table, name)} == offered["counts"], table


def gives_row(key, table: str, column: str) -> bool:
    asked = {"columns": column, "limit": 1}
    found = (
        key.get(f"/marts/{table}", asked | {"purpose": purpose}).status_code
        for purpose in ("data_exchange", "public_information")
    )
    return 200 in found


def gives_count(key, table: str, column: str) -> bool:
    """By the most that is offered: how many different values there are."""
    asked = {"measure": f"n=distinct:{column}"}
    return key.get(f"/marts/{table}/summary", asked).status_code == 200


def test_the_lineage_of_the_api_is_the_whole_one(furnished, program):
    ids = {node["id"] for node in program().json("/lineage")["nodes"]}
    assert ids == set(lineage(furnished, actor=OPERATOR).nodes)
