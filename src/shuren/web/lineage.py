"""The last part of the lineage graph: pages and the API, which only this room knows, and the
datasets of the repository.

tests/web/test_consumers.py opens every address and holds what it read against this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuren.data.lineage import ROWS, VALUE, Edge, Graph, Node
from shuren.discovery.queries import INDEXED
from shuren.insight import queries
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository import queries as repository
from shuren.repository.definitions import datasets
from shuren.trust.definitions import Purpose
from shuren.trust.queries import purposes
from shuren.web.api.offered import offers

PREFIX, KEPT = "page:", 4
_kept: list[tuple[Graph, dict[str, Purpose], Graph]] = []

# Addresses that show any table as it is: the table itself stands for them.
OF_ANY_TABLE = ("workbench:table", "workbench:rows-behind", "workbench:row")


@dataclass(frozen=True)
class Page:
    """What a page shows. Tables are read as `table` (its rows) or `table.column`.

    narrowed_by  columns that decide which rows it shows, and that it does not show
    indexed  what it shows out of the search index, which is made when tables are built
    address  name of its URL; argument, what stands in it
    """

    title: dict[str, str]
    address: str
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    narrowed_by: tuple[str, ...] = ()
    argument: str = ""
    indexed: tuple[str, ...] = ()


def _columns(table: str, names: str) -> tuple[str, ...]:
    return (table, *(f"{table}.{name}" for name in names.split()))


_SHOWN_OF_A_TITLE = (
    "title_id title title_pinyin author publisher published_year isbn call_number"
    " clc_main campus copies on_loan available"
)

_COPIES = "title_id item_id call_number campus location status catalogued lent_on due_at"

# What buttons are decided by: the copies now, and how the reader who looks stands.
_OF_COPIES = _columns(
    "mart.copy_state",
    "title_id item_id call_number campus location status catalogued lent_on due_at",
)
_OF_ONESELF = _columns("conformed.reader", "kind study status valid_until campus") + _columns(
    "mart.loan_fact", "loan_id item_id title_id loaned_at due_at renewals"
)
_ONES_OWN = (
    "conformed.reader.reader_key",
    "mart.loan_fact.reader_key",
    "mart.loan_fact.is_out",
)

# What all services are measured by, on their dashboard.
_COUNTED = (
    "persons users opened succeeded failed withdrawn answers_due answered_ok promised finished_ok"
    " ratings rating_sum tried first_tries delivered reworked pickups not_picked_up reviewed"
    " adopted bookings no_shows median_hours median_wait"
)
_OF_SERVICES = (
    *_columns("mart.service_period", f"period service {_COUNTED}"),
    *_columns("mart.audience_period", f"period audience {_COUNTED}"),
    *_columns("conformed.population", "year kind persons"),
    # What is not counted from cases.
    *_columns("mart.visit_hour", "month entries"),
    *_columns("mart.occupancy_hour", "month occupied_mean seats"),
    *_columns("mart.platform_month", "month metric_type usage"),
    *_columns("mart.cost_per_use", "year kind cost_per_use"),
    *_columns("mart.loan_fact", "month"),
    *_columns("mart.event_month", "month service enrolled attended completed"),
    *_columns("conformed.search_event", "month is_zero"),
    *_columns("conformed.gift_result", "month service volumes"),
    *_columns("conformed.shift_month", "month service hours"),
    *_columns("mart.place_occupancy", "month service used_hours open_hours"),
)
PAGES: dict[str, Page] = {
    "home": Page(
        {"zh": "门户首页", "en": "Portal: home"},
        "home",
        ("top_titles_monthly",),
        (
            "conformed.title",
            *_columns("mart.title_availability", "copies"),
            *_columns("conformed.seat_zone", "seats"),
        ),
    ),
    "find": Page(
        {"zh": "门户：查找", "en": "Portal: search"},
        "find",
        tables=_columns("mart.title_availability", "title_id campus copies on_loan available")
        + _columns("conformed.reader_search", "words searched_at")
        + _OF_COPIES
        + _OF_ONESELF,
        narrowed_by=("conformed.reader_search.reader_key", *_ONES_OWN),
        indexed=tuple(
            source
            for table, columns in INDEXED.items()
            for source in _columns(table, " ".join(columns))
        ),
    ),
    "spaces": Page(
        {"zh": "门户：空间", "en": "Portal: spaces"},
        "spaces",
        tables=_columns(
            "conformed.seat_zone",
            "zone_id campus building floor title title_en kind seats power quiet_level"
            " opens_at closes_at",
        )
        + _columns("mart.zone_now", "zone_id occupied free as_of"),
    ),
    "resolve": Page(
        {"zh": "门户：全文链接", "en": "Portal: full-text resolver"},
        "resolve",
        tables=(
            *_columns("mart.eholding_key", "holding_id"),
            *_columns(
                "conformed.eholding",
                "holding_id title package provider publisher title_url coverage_depth"
                " embargo_info notes access_type publication_type date_first_issue_online"
                " date_last_issue_online",
            ),
            *_OF_COPIES,
            *_OF_ONESELF,
        ),
        narrowed_by=("mart.eholding_key.look_up", *_ONES_OWN),
    ),
    "oai": Page(
        {"zh": "OAI-PMH 书目发布", "en": "OAI-PMH provider"},
        "oai",
        tables=_columns(
            "conformed.title",
            "title_id title author publisher published_year isbn language class_number clc_main",
        ),
    ),
    "records": Page(
        {"zh": "书目记录编辑", "en": "Editing records"},
        "workbench:records",
        tables=_columns(
            "conformed.bib_record",
            "bib_id record_id source_system title authors publisher published",
        ),
    ),
    "gift-copies": Page(
        {"zh": "赠书编目", "en": "Gifts to be catalogued"},
        "workbench:gift-copies",
        tables=_columns("mart.copy_state", "campus"),
    ),
    "content": Page(
        {"zh": "馆藏全文", "en": "Content"},
        "workbench:content",
        tables=_columns(
            "conformed.document",
            "document_id document_title bib_id record_id file_name media_type licence rights"
            " pages pages_layer pages_ocr pages_empty confidence",
        ),
    ),
    "knowledge": Page(
        {"zh": "知识库", "en": "Knowledge base"},
        "workbench:knowledge",
        tables=_columns(
            "conformed.knowledge_entry",
            "entry_id kind title_zh title_en answer_zh answer_en source source_url valid_from"
            " valid_until cite_from cite_until review_on owner status",
        ),
    ),
    "suggestions": Page(
        {"zh": "待审建议", "en": "Suggestions"},
        "workbench:suggestions",
        tables=(
            *_columns(
                "conformed.suggestion",
                "record_id field_name place title given suggested suggested_ref confidence method"
                " model_version",
            ),
            *_columns(
                "conformed.work_member",
                "record_kind record_id work_id method probability model_version",
            ),
            *_columns(
                "conformed.reader_pair", "reader_key other_key reason probability model_version"
            ),
        ),
    ),
    "my": Page(
        {"zh": "我的图书馆", "en": "My library"},
        "my",
        tables=_columns(
            "mart.loan_fact",
            "loan_id item_id title_id title author call_number campus loaned_at due_at"
            " returned_at renewals is_out",
        )
        + _columns("mart.title_availability", "title_id title author call_number")
        + _columns("mart.copy_state", _COPIES),
        narrowed_by=("mart.loan_fact.reader_key",),
    ),
    "service-list": Page(
        {"zh": "门户：服务目录", "en": "Portal: directory of services"},
        "services",
        tables=_columns("conformed.reader", "study"),
        narrowed_by=("conformed.reader.reader_key",),
    ),
    "service-forms": Page(
        {"zh": "门户：申请服务", "en": "Portal: asking for a service"},
        "service-ask",
        tables=_columns("conformed.reader", "college campus"),
        narrowed_by=("conformed.reader.reader_key",),
        argument="long_term_seat",
    ),
    "stations": Page(
        {"zh": "门户：学科服务站", "en": "Portal: subject service stations"},
        "stations",
        ("reading_by_college",),
    ),
    "stations-kept": Page(
        {"zh": "工作台：学科服务站", "en": "Workbench: subject service stations"},
        "workbench:stations",
        tables=_columns("conformed.reader", "college"),
    ),
    "my-cases": Page({"zh": "我的服务单", "en": "My cases"}, "my-cases"),
    "my-contributions": Page(
        {"zh": "我为图书馆做的", "en": "What I gave the library"}, "my-contributions"
    ),
    "bookings": Page(
        {"zh": "工作台：座位与研讨间", "en": "Workbench: seats and rooms"}, "workbench:bookings"
    ),
    "my-shifts": Page({"zh": "我的值班", "en": "My shifts"}, "my-shifts"),
    "my-duty": Page({"zh": "我在值班", "en": "On duty"}, "my-duty"),
    "shifts": Page({"zh": "工作台：志愿者值班", "en": "Workbench: shifts"}, "workbench:shifts"),
    "cases": Page({"zh": "工作台：服务单", "en": "Workbench: cases"}, "workbench:cases"),
    "my-held": Page(
        {"zh": "关于我的一切", "en": "What is held about me"},
        "my-held",
        tables=_columns("mart.title_availability", "title_id title author call_number"),
    ),
    "my-searches": Page({"zh": "保存的检索", "en": "Saved searches"}, "my-searches"),
    "my-interests": Page(
        {"zh": "我的兴趣", "en": "My interests"},
        "my-interests",
        tables=_columns("mart.title_availability", _SHOWN_OF_A_TITLE),
        narrowed_by=("mart.title_availability.clc_second",),
    ),
}


def lineage(site: Site, *, actor: Actor) -> Graph:
    """The whole graph, from connected systems to pages, the API and open datasets.

    raises  trust's NotAllowed without contracts.read
    """
    graph, allowed = queries.lineage(site, actor=actor), purposes()
    for known, under, made in list(_kept):
        if known is graph and under == allowed:
            return made
    made = _with_pages(graph, pages(site), allowed)
    made = repository.with_datasets(made, datasets(site))
    _kept.append((graph, allowed, made))
    del _kept[:-KEPT]
    return made


def pages(site: Site) -> dict[str, Page]:
    """Every page that shows what was loaded, dashboards and the monthly report among them."""
    boards = queries.dashboards(site)
    indicators = tuple(queries.declared_indicators(site))
    figures = dict.fromkeys(id for one in boards for id in (*one.numbers, *one.figures))
    found = PAGES | {
        one.id: Page(
            one.title,
            "workbench:dashboard",
            (*one.numbers, *one.figures),
            _OF_SERVICES if one.id == "services" else (),
            argument=one.id,
        )
        for one in boards
    }
    return found | {
        "indicators": Page(
            {"zh": "绩效指标", "en": "Indicators"},
            "workbench:indicators",
            indicators=indicators,
        ),
        "reports": Page(
            {"zh": "月度报告", "en": "Monthly reports"},
            "workbench:reports",
            tuple(figures),
            indicators=indicators,
        ),
        "decisions": Page(
            {"zh": "决策日志", "en": "Decisions"}, "workbench:decisions", indicators=indicators
        ),
    }


def _with_pages(
    graph: Graph, shown_pages: dict[str, Page], allowed: Mapping[str, Purpose]
) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for id, page in shown_pages.items():
        name = f"{PREFIX}{id}"
        nodes.append(Node(name, "page", page.title))
        for kind, shown in (("figure", page.figures), ("indicator", page.indicators)):
            for one in shown:
                _show(graph, name, f"{kind}:{one}", "page", nodes, edges)
        for source in dict.fromkeys((*page.tables, *page.indexed)):
            _read(graph, name, source, "page", nodes, edges)
        edges += [Edge(column, name, ROWS) for column in page.narrowed_by]
    for table, offer in offers(graph, allowed).items():
        words = {"zh": f"接口 {table}：行", "en": f"API {table}: rows"}
        _offered(f"api:{table}", words, table, offer.rows, nodes, edges)
        words = {"zh": f"接口 {table}：汇总", "en": f"API {table}: counts"}
        _offered(f"api:{table}/summary", words, table, offer.counts, nodes, edges)
    for kind, title in _SERIES.items():
        nodes.append(Node(f"api:{kind}s", "api", title))
        for node in (node for node in graph.tables() if node.kind == kind):
            _show(graph, f"api:{kind}s", node.id, "api", nodes, edges)
    return graph.extended(nodes, edges)


_SERIES = {
    "figure": {"zh": "接口 图表数字", "en": "API figures"},
    "indicator": {"zh": "接口 绩效指标", "en": "API indicators"},
}


def _show(
    graph: Graph, name: str, shown: str, kind: str, nodes: list[Node], edges: list[Edge]
) -> None:
    """A figure or an indicator on a page, with all its parts."""
    own = f"{name}.{shown.partition(':')[2]}"
    nodes.append(Node(own, kind, graph.nodes[shown].title, name))
    edges.append(Edge(shown, own, VALUE))
    edges += [Edge(part.id, own, VALUE) for part in graph.columns(shown)]


def _read(
    graph: Graph, name: str, source: str, kind: str, nodes: list[Node], edges: list[Edge]
) -> None:
    node = graph.nodes.get(source)
    if node is None:
        return
    if not node.table:
        edges.append(Edge(source, name, VALUE))
        return
    column = f"{name}.{source}"
    nodes.append(Node(column, kind, node.title, name, node.level, node.type))
    edges.append(Edge(source, column, VALUE))


def _offered(
    name: str,
    title: dict[str, str],
    table: str,
    columns: Sequence[Node],
    nodes: list[Node],
    edges: list[Edge],
) -> None:
    """What /api/v1/ hands out of a table, field by field; nothing where it hands out none."""
    if not columns:
        return
    nodes.append(Node(name, "api", title))
    edges.append(Edge(table, name, VALUE))
    for column in columns:
        id = f"{name}.{column.name}"
        nodes.append(Node(id, "api", column.title, name, column.level, column.type))
        edges.append(Edge(column.id, id, VALUE))
