"""The graph of the data room: connector → file → contract → raw → steps → tables.

Computed from the definitions alone, so it is there before anything is loaded and right after a
definition changed. Kept in memory and on disk for as long as no definition file changes.
"""

import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from shuren.data import definitions
from shuren.data.errors import ModelError
from shuren.data.internals import portable, sources
from shuren.data.internals.lineage import kept, matchers
from shuren.data.internals.lineage.kept import Origins
from shuren.data.internals.lineage.select import NOTHING, Shape, Traced, Tracer, table_shape
from shuren.data.lineage import ROWS, VALUE, Edge, Graph, Node
from shuren.data.shapes import VAULT, Contract, Field, Mapping, Model
from shuren.kernel.definitions import find_definitions
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

REFERENCES = {
    "calendar.day": {"zh": "校历", "en": "Library calendar"},
    "calendar.hours": {"zh": "校历的开放时间", "en": "Opening hours of the calendar"},
    "vocabulary.clc": {"zh": "中图法", "en": "Chinese Library Classification"},
    "vocabulary.clc_prefix": {"zh": "中图法类号前缀", "en": "Prefixes of CLC numbers"},
}
_ADDED = {
    "_key": {"zh": "行标识", "en": "Key of the row"},
    "_load": {"zh": "装载批次", "en": "Load"},
    "_line": {"zh": "来源行号", "en": "Line in the file"},
}
_KINDS = ("contracts", "mappings", "models", "sources", "vocabularies")
_graphs: dict[Path | None, tuple[Any, str, Graph]] = {}  # site → stamps, key on disk, graph
_used: dict[Path, tuple[set[str], set[str]]] = {}
_lock = threading.Lock()


def graph(site: Site | None) -> Graph:
    """raises  ModelError, DefinitionError as the definitions do"""
    return _graph(site)[1]


def _graph(site: Site | None) -> tuple[str, Graph]:
    """The graph, and the key under which it is kept on disk."""
    own = _loaded_without_mapping(site)
    stamp = (tuple(_stamps(site)), tuple(sorted(own)))
    root = site.root if site else None
    with _lock:
        known = _graphs.get(root)
    if known is not None and known[0] == stamp:
        return known[1:]
    key = kept.key_of((Path(path) for path, *_rest in stamp[0]), stamp[1])
    made = kept.read(site, key) if site else None
    if made is None:
        made = _Builder(site, own).build()
        if site:
            kept.write(site, key, made)
    with _lock:
        _graphs[root] = (stamp, key, made)
    return key, made


def of_load(site: Site, contract_id: str, mapping_id: str) -> Graph:
    """The little graph of one load: file → contract → raw. Quick: no model is looked at."""
    contract = definitions.contracts(site)[contract_id]
    builder = _Builder(site, set())
    builder._contract(contract)
    own = Mapping(id="", contract=contract_id, title=contract.title)
    builder._source(definitions.mappings(site).get(mapping_id, own), contract)
    return Graph(builder.nodes, tuple(builder.edges))


def origins_of(site: Site | None, selects: Sequence[str]) -> dict[str, Origins]:
    """{SELECT over tables of the graph: {column: (values, what decides)}}.

    raises  ModelError if something in one of them is not there
    """
    key, known = _graph(site)
    before = kept.read_origins(site, key) if site else {}
    found = {sql: before[sql] if sql in before else _origins(known, sql) for sql in selects}
    if site and not set(found) <= set(before):
        kept.write_origins(site, key, before | found)
    return found


def _origins(known: Graph, sql: str) -> Origins:
    def table(name: str) -> Shape | None:
        columns = known.columns(name)
        return table_shape(name, [column.name for column in columns]) if columns else None

    tracer = Tracer("SELECT", table)
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except ParseError as error:
        raise ModelError(str(error)) from None
    shape = tracer.trace(tree) if isinstance(tree, exp.Query) else Shape({}, NOTHING)
    if tracer.gaps:
        raise ModelError(_("There is no such column or table: %(what)s.", what=tracer.gaps[0]))
    steps = {step.id: step.shape for step in tracer.steps}
    return {
        name: (
            _through(origins.values, steps),
            _through(origins.order | shape.rows, steps) - _through(origins.values, steps),
        )
        for name, origins in shape.columns.items()
    }


def _through(ids: Iterable[str], steps: dict[str, Shape]) -> set[str]:
    """Named steps of the SELECT replaced by what they are made from."""
    found: set[str] = set()
    for id in ids:
        table, _dot, column = id.rpartition(".")
        if id in steps:
            found |= _through(steps[id].rows, steps)
        elif table in steps:
            found |= _through(steps[table].columns[column].all, steps)
        else:
            found.add(id)
    return found


def _stamps(site: Site | None) -> Iterable[tuple[str, int, int]]:
    for kind in _KINDS:
        suffix = ".sql" if kind == "models" else ".yaml"
        for file in find_definitions(kind, site, suffix=suffix).values():
            yield str(file.path), *file.stamp()
    yield from matchers.stamps(site)


def _loaded_without_mapping(site: Site | None) -> set[str]:
    """Contracts under which something was loaded by the contract's own names."""
    if site is None:
        return set()
    from shuren.data.internals.receipts import read_receipt

    with _lock:
        seen, own = _used.setdefault(site.root, (set(), set()))
    for path in site.receipts.glob("*.json"):
        if path.stem not in seen:  # a receipt never changes
            receipt = read_receipt(path)
            seen.add(path.stem)
            if not receipt.mapping:
                own.add(receipt.contract)
    return own


class _Builder:
    def __init__(self, site: Site | None, own_names: set[str]) -> None:
        self.site = site
        self.own_names = own_names
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}
        self.gaps: list[str] = []
        self.shapes: dict[str, Shape] = {}

    def build(self) -> Graph:
        contracts = definitions.contracts(self.site)
        mappings = definitions.mappings(self.site)
        fed = {mapping.contract for mapping in mappings.values()}
        for contract in contracts.values():
            self._contract(contract)
            if contract.id in self.own_names or contract.id not in fed:
                own = Mapping(id="", contract=contract.id, title=contract.title)
                self._source(own, contract)
        for mapping in mappings.values():
            self._source(mapping, contracts[mapping.contract])
        self._connectors()
        self._references()
        for model in definitions.models(self.site).values():
            self._model(model)
        self._matchers(contracts)
        return Graph(self.nodes, tuple(self.edges), tuple(self.gaps))

    def _table(self, id: str, kind: str, title: dict[str, str]) -> None:
        self.nodes[id] = Node(id, kind, title)

    def _edge(self, source: str, target: str, kind: str) -> None:
        if source != target:
            self.edges[Edge(source, target, kind)] = None

    def _contract(self, contract: Contract) -> None:
        table, raw = f"contract:{contract.id}", f"raw.{contract.id}"
        self._table(table, "contract", contract.title)
        self._table(raw, "raw", contract.title)
        for one in contract.fields:
            id = f"{table}.{one.name}"
            self.nodes[id] = Node(id, "contract", one.title, table, one.classification, one.type)
        kept = {f.name: f for f in contract.fields}
        for name, type_ in sources.raw_columns(contract):
            field = kept.get(name)
            title = field.title if field else _ADDED.get(name, {"zh": name, "en": name})
            level = field.classification if field else 2
            self.nodes[f"{raw}.{name}"] = Node(f"{raw}.{name}", "raw", title, raw, level, type_)
            if field:
                self._edge(f"{table}.{name}", f"{raw}.{name}", VALUE)
        self._sealed(contract)
        key = contract.key or tuple(kept)
        for name in dict.fromkeys((*key, *contract.fallback_key)):
            self._edge(f"{table}.{name}", f"{raw}._key", VALUE)
        for name in self._deciding(contract):
            self._edge(f"{table}.{name}", raw, ROWS)
        self._edge(table, raw, VALUE)
        self.shapes[raw] = table_shape(raw, (name for name, _t in sources.raw_columns(contract)))

    def _sealed(self, contract: Contract) -> None:
        for one in contract.fields:
            if one.storage == VAULT:
                vault = "vault:identity"
                self._table(vault, "vault", {"zh": "身份保险库", "en": "Identity vault"})
                id = f"{vault}.{contract.id}.{one.name}"
                self.nodes[id] = Node(id, "vault", one.title, vault, one.classification)
                self._edge(f"contract:{contract.id}.{one.name}", id, VALUE)

    def _deciding(self, contract: Contract) -> list[str]:
        """Fields without which a row is refused, or by which it takes another's place."""
        named = [f.name for f in contract.fields if f.required]
        named += [*contract.key, *contract.fallback_key]
        ruled = " ".join(rule.sql for rule in contract.row_rules)
        words = set(ruled.replace("(", " ").replace(")", " ").replace(",", " ").split())
        named += [f.name for f in contract.fields if f.name in words]
        return list(dict.fromkeys(named))

    def _source(self, mapping: Mapping, contract: Contract) -> None:
        table = f"source:{mapping.id}" if mapping.id else f"names:{contract.id}"
        self._table(table, "source", mapping.title or _same(mapping.id))
        for field in contract.fields:
            name = _column_named(mapping, field)
            if name is None:
                continue
            id = f"{table}.{name}"
            label = _same("/".join(_column_names(mapping, field)))
            self.nodes[id] = Node(id, "source", label, table)
            self._edge(id, f"contract:{contract.id}.{field.name}", VALUE)
        self._edge(table, f"contract:{contract.id}", VALUE)

    def _connectors(self) -> None:
        for connector in definitions.connectors(self.site).values():
            id = f"connector:{connector.id}"
            self._table(id, "connector", connector.title)
            fed = f"source:{connector.mapping}"
            if fed not in self.nodes:
                fed = f"names:{connector.contract}"
            if fed not in self.nodes:
                fed = f"contract:{connector.contract}"
            if fed in self.nodes:
                self._edge(id, fed, VALUE)

    def _references(self) -> None:
        for id, title in REFERENCES.items():
            schema, _dot, table = id.partition(".")
            if schema == "calendar":
                names = sources.calendar_rows(self.site, None, None, table).column_names
            else:
                names = sources.vocabulary_rows(self.site, table).column_names
            self._table(id, "reference", title)
            for name in names:
                self.nodes[f"{id}.{name}"] = Node(f"{id}.{name}", "reference", _same(name), id, 1)
            self.shapes[id] = table_shape(id, names)

    def _matchers(self, contracts: dict[str, Contract]) -> None:
        for name, one in matchers.matchers(self.site).items():
            nodes, edges, gaps = matchers.parts(self.nodes, contracts, name, one)
            self.nodes |= nodes
            self.edges |= dict.fromkeys(edges)
            self.gaps += gaps

    def _model(self, model: Model) -> None:
        known = tuple((t, tuple(self.shapes[t].columns)) for t in model.reads if t in self.shapes)
        shape, steps, gaps = _traced(model.name, model.sql, known)
        for step in steps:
            self._shape(step.id, step.shape, "step", _same(step.name), {})
        declared = {column.name: column for column in model.columns}
        self._shape(model.name, shape, model.layer, model.title, declared)
        marks = {"person": model.person, "headcount": model.headcount, "public": model.public}
        said = " ".join(name for name, is_so in marks.items() if is_so)
        self.nodes[model.name] = Node(model.name, model.layer, model.title, type=said)
        self.gaps += gaps
        self.gaps += [f"{model.name}: {name}" for name in declared if name not in shape.columns]
        self.shapes[model.name] = table_shape(model.name, declared)

    def _shape(
        self, id: str, shape: Shape, kind: str, title: dict[str, str], declared: dict[str, Any]
    ) -> None:
        self._table(id, kind, title)
        for name, origins in shape.columns.items():
            if declared and name not in declared:
                continue
            column = declared.get(name)
            self.nodes[f"{id}.{name}"] = Node(
                f"{id}.{name}",
                kind,
                column.title if column else _same(name),
                id,
                column.classification if column else 0,
                column.type if column else "",
            )
            for origin in sorted(origins.values):
                self._edge(origin, f"{id}.{name}", VALUE)
            for origin in sorted(origins.order - origins.values):
                self._edge(origin, f"{id}.{name}", ROWS)
        for origin in sorted(shape.rows):
            # Rows are made of rows: who counts a table's rows counts those of what it reads.
            node = self.nodes.get(origin)
            self._edge(origin, id, ROWS if node is None or node.table else VALUE)


@lru_cache(maxsize=2048)
def _traced(
    name: str, sql: str, known: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[Shape, tuple[Traced, ...], tuple[str, ...]]:
    tables = {table: table_shape(table, columns) for table, columns in known}
    tracer = Tracer(name, tables.get)
    shape = tracer.trace(portable.parse(sql))
    return shape, tuple(tracer.steps), tuple(tracer.gaps)


def _column_names(mapping: Mapping, field: Field) -> tuple[str, ...]:
    given = mapping.columns.get(field.name)
    if given is None:
        return tuple(dict.fromkeys((*field.names, field.name)))
    return tuple(f"#{name}" if isinstance(name, int) else name for name in given.names)


def _column_named(mapping: Mapping, field: Field) -> str | None:
    """The first name is the node's; the others are other spellings of it. None for a constant."""
    names = _column_names(mapping, field)
    return names[0] if names else None


def _same(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}
