"""The asset register: one row for every table of the hub, made from its definition.

What a definition leaves out a rule says: the owner of a modelled table is the owner of the
contract that most of its columns come from; terms of use follow its most sensitive column; its
value is who reads it. A table that nobody reads and that nobody said a value of is an orphan.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from shuren.data import definitions
from shuren.data.asset import Asset, AssetColumn
from shuren.data.internals import measuring, snapshots, sources
from shuren.data.internals.receipts import all_receipts
from shuren.data.lineage import CONSUMERS, VALUE, Graph
from shuren.data.shapes import (
    DATA_CLASSES,
    KEEP,
    PSEUDONYM,
    Contract,
    Model,
    SnapshotInfo,
)
from shuren.kernel.site import Site

USES = tuple(kind for kind in CONSUMERS if kind not in ("vault", "conformed", "mart", "api"))
LICENCES = {
    1: {
        "zh": "可公开查阅；再利用请注明来源",
        "en": "Open to read; name the source when using it again",
    },
    2: {"zh": "限馆内工作使用", "en": "For the library's own work"},
    3: {
        "zh": "含个人信息（假名）：只能按写明的用途使用，不得对外提供",
        "en": "About persons (pseudonyms): for the named purposes only, never given out",
    },
    4: {
        "zh": "敏感：封存，逐条按用途开启，不得对外提供",
        "en": "Sensitive: sealed, opened one record at a time, never given out",
    },
}
NO_READER = {
    "zh": "没有数据表由它生成，也没有写明为何保有",
    "en": "No table is made from it, and no value is stated",
}
NO_USE = {
    "zh": "没有指标、页面或其他数据表使用它，也没有写明为何保有",
    "en": "No figure, page or other table uses it, and no value is stated",
}
NO_OWNER = {"zh": "没有负责人", "en": "Nobody answers for it"}
NO_CLASS = {"zh": "不属于六类数据", "en": "It belongs to none of the six classes of data"}


def register(site: Site, graph: Graph) -> list[Asset]:
    """Contracts first, then modelled tables in building order.

    graph  with the consumers that rooms above know
    """
    snapshot = snapshots.current(site)
    loaded: dict[str, datetime] = {}
    rows: Counter[str] = Counter()
    for receipt in all_receipts(site):
        loaded.setdefault(receipt.contract, receipt.finished_at)
        rows[receipt.contract] += receipt.accepted
    scores = {
        id: newest[-1].score
        for id in definitions.contracts(site)
        if (newest := measuring.measures(site, id))
    }
    contracts = definitions.contracts(site)
    found = [
        _contract(site, one, graph, loaded.get(one.id), rows[one.id], scores.get(one.id))
        for one in contracts.values()
    ]
    for model in definitions.models(site).values():
        found.append(_model(site, model, graph, contracts, loaded, scores, snapshot))
    return found


def _contract(
    site: Site,
    contract: Contract,
    graph: Graph,
    loaded_at: datetime | None,
    rows: int,
    score: float | None,
) -> Asset:
    kept = [f for f in contract.fields if f.storage in (KEEP, PSEUDONYM)]
    raw = f"raw.{contract.id}"
    readers = _readers(graph, raw)
    terms = contract.asset
    level = max((f.classification for f in kept), default=2)
    size = sum(path.stat().st_size for path in (site.raw / contract.id).glob("*.parquet"))
    return Asset(
        id=raw,
        layer="raw",
        title=contract.title,
        description=contract.description,
        data_class=contract.data_class,
        level=level,
        owner=contract.owner,
        licence=terms.licence or LICENCES[level],
        value=terms.value or _value(readers, ()),
        cost=terms.cost,
        columns=tuple(
            AssetColumn(f.name, f.type, f.classification, f.title, f.description, f.unit)
            for f in kept
        ),
        rows=rows,
        measured_bytes=size,
        score=score,
        loaded_at=loaded_at,
        readers=readers,
        local=contract.local,
        orphan=_orphan(
            contract.owner, contract.data_class, bool(readers or terms.value), NO_READER
        ),
    )


def _model(
    site: Site,
    model: Model,
    graph: Graph,
    contracts: Mapping[str, Contract],
    loaded: Mapping[str, datetime],
    scores: Mapping[str, float],
    snapshot: SnapshotInfo | None,
) -> Asset:
    fed = _contracts_of(graph, model)
    owner = model.asset.owner or next((contracts[id].owner for id in fed if id in contracts), "")
    readers = _readers(graph, model.name)
    consumers = _consumers(graph, model.name)
    published = snapshot.tables.get(model.name) if snapshot else None
    level = max(column.classification for column in model.columns)
    terms = LICENCES[1 if model.public and level == 1 else max(level, 2)]
    known = [scores[id] for id in fed if id in scores]
    moments = [loaded[id] for id in fed if id in loaded]
    return Asset(
        id=model.name,
        layer=model.layer,
        title=model.title,
        description=model.description,
        data_class=model.data_class,
        level=level,
        owner=owner,
        licence=model.asset.licence or terms,
        value=model.asset.value or _value(readers, consumers),
        cost=model.asset.cost,
        columns=tuple(
            AssetColumn(c.name, c.type, c.classification, c.title, {}, c.unit)
            for c in model.columns
        ),
        rows=published.rows if published else None,
        measured_bytes=_size(site, snapshot, model.name) if published else 0,
        score=min(known) if known else None,  # no better than the worst it is made from
        loaded_at=max(moments) if moments else None,
        data_date=snapshot.data_date if snapshot and model.speaks_until else "",
        readers=readers,
        consumers=consumers,
        public=model.public,
        person=model.person,
        local=model.local,
        orphan=_orphan(
            owner, model.data_class, bool(readers or consumers or model.asset.value), NO_USE
        ),
    )


def _orphan(owner: str, data_class: str, used: bool, unused: dict[str, str]) -> dict[str, str]:
    if not owner:
        return NO_OWNER
    if data_class not in DATA_CLASSES:
        return NO_CLASS
    return {} if used else unused


def _size(site: Site, snapshot: SnapshotInfo | None, table: str) -> int:
    assert snapshot is not None
    path: Path = site.snapshots / snapshot.id / sources.table_file(table)
    return path.stat().st_size if path.is_file() else 0


def _contracts_of(graph: Graph, model: Model) -> list[str]:
    """Contracts its values come from, the one that most columns come from first; by rows where
    no value does."""
    counted: Counter[str] = Counter()
    for column in model.columns:
        trail = graph.upstream(f"{model.name}.{column.name}")
        counted.update(_raws(graph, (id for id, (_b, via) in trail.items() if via == VALUE)))
    if not counted:
        counted.update(_raws(graph, graph.upstream(model.name)))
    return [id for id, _count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def _raws(graph: Graph, ids: Iterable[str]) -> set[str]:
    nodes = (graph.nodes[id] for id in ids)
    return {(n.table or n.id).partition(".")[2] for n in nodes if n.kind == "raw"}


def _readers(graph: Graph, table: str) -> tuple[str, ...]:
    """Modelled tables that read it themselves."""
    found = set()
    for id in (table, *(column.id for column in graph.columns(table))):
        for target, _kind in graph.targets_of(id):
            node = graph.nodes[target]
            owner = (node.table or node.id).partition("/")[0]
            if node.kind in ("step", "conformed", "mart") and owner != table:
                found.add(owner)
    return tuple(sorted(found))


def _consumers(graph: Graph, table: str) -> tuple[str, ...]:
    """Figures, indicators, pages and learned models that show it, or something made of it."""
    found: dict[str, None] = {}
    for id in graph.downstream(table):
        node = graph.nodes[id]
        if node.kind in USES and not node.table:
            found[id] = None
    return tuple(found)


def _value(readers: tuple[str, ...], consumers: tuple[str, ...]) -> dict[str, str]:
    if consumers:
        count = len(consumers)
        return {
            "zh": f"供 {count} 项指标与页面使用",
            "en": f"Shown by {count} figures and pages",
        }
    if readers:
        return {
            "zh": f"用于生成 {len(readers)} 张表",
            "en": f"{len(readers)} tables are made from it",
        }
    return {}
