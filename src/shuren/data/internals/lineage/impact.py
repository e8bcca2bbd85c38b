"""What a change of a contract or of a source's columns reaches, before it is made."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from shuren.data import definitions
from shuren.data.errors import UnknownName
from shuren.data.internals.contract_files import read_contract
from shuren.data.lineage import CONSUMERS, ROWS, VALUE, Change, Effect, Graph, Node, Trail
from shuren.data.shapes import KEEP, PSEUDONYM, Contract, Field
from shuren.kernel.definitions import DefinitionFile
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

BREAKING = ("drop", "rename", "retype", "store")
_STOPS = set(CONSUMERS) - {"vault"}
_CHECKS = ("required", "unique", "pattern", "minimum", "maximum", "allowed", "max_length")


def find_node(graph: Graph, name: str) -> Node:
    """A node by its id, or by the end of it where only one ends so (`loan_fact.college`).

    raises  UnknownName with the closest
    """
    if name in graph.nodes:
        return graph.nodes[name]
    if f"contract:{name}" in graph.nodes:
        return graph.nodes[f"contract:{name}"]
    ending = [n for n in graph.nodes.values() if n.kind != "step" and _ends(n.id, name)]
    tables = [n for n in ending if n.kind != "api"] or ending  # the API has every table again
    if len(tables) == 1:
        return tables[0]
    close = [node.id for node in ending] or list(graph.nodes)
    raise UnknownName(_("node of the lineage graph"), name, close)


def _ends(id: str, name: str) -> bool:
    return any(id.endswith(f"{sign}{name}") for sign in ":./")


def effects(graph: Graph, changes: Iterable[Change]) -> list[Effect]:
    """One for each table, figure, page … that a change reaches: what breaks first, then by
    values before by rows."""
    found = [effect for change in changes for effect in _of(graph, change)]
    order = {kind: place for place, kind in enumerate(CONSUMERS)}
    return sorted(
        found,
        key=lambda e: (not e.breaks, e.via != VALUE, order[e.table.kind], e.table.id, e.path),
    )


def _of(graph: Graph, change: Change) -> Iterable[Effect]:
    trail = graph.downstream(change.node)
    stopped = _stopped(graph, change, trail)
    reached: dict[str, list[str]] = {}
    for id in trail:
        node = graph.nodes[id]
        if node.kind in CONSUMERS and id != change.node:
            reached.setdefault(node.table or id, []).append(id)
    for table, ids in reached.items():
        ids.sort(key=lambda id: trail[id][1] != VALUE)
        columns = tuple((graph.nodes[i], trail[i][1]) for i in ids if graph.nodes[i].table)
        yield Effect(
            change=change,
            table=graph.nodes[table],
            columns=columns,
            via=trail[ids[0]][1],
            path=graph.path(trail, ids[0]),
            breaks=table in stopped,
        )


def _stopped(graph: Graph, change: Change, trail: Trail) -> set[str]:
    """Tables that cannot be made any more, and whatever is made from them; the latter are added
    to the trail. A model that names a column which is gone does not run. A source column that
    is gone stops only where its field is required: then files of that source are refused.
    """
    if change.action not in BREAKING:
        return set()
    if graph.nodes[change.node].kind == "source":
        fields = [target for target, _kind in graph.targets_of(change.node)]
        if change.action == "retype" or not any(_required(graph, one) for one in fields):
            return set()
        return {graph.nodes[id].table or id for id in trail if graph.nodes[id].kind in _STOPS}
    stopped: set[str] = set()
    for id, (before, _via) in list(trail.items()):
        if graph.nodes[id].kind not in ("step", "conformed", "mart"):
            continue
        if not before or graph.nodes[before].kind != "raw" or not graph.nodes[before].table:
            continue
        model = id if not graph.nodes[id].table else graph.nodes[id].table
        model = model.partition("/")[0]
        for further, (step, _how) in graph.downstream(model).items():
            trail.setdefault(further, (step or id, ROWS))
            if graph.nodes[further].kind in _STOPS:
                stopped.add(graph.nodes[further].table or further)
    return stopped


def _required(graph: Graph, field: str) -> bool:
    table = graph.nodes[field].table
    raw = table.replace("contract:", "raw.", 1)
    return any(target == raw and kind == ROWS for target, kind in graph.targets_of(field))


def changed(present: Contract, new: Contract) -> list[Change]:
    """What a new text of a contract changes, field by field; a field that only moved is none.

    A dropped field whose name is among the `names` of a new one, or whose titles are the
    same, was renamed.
    """
    table = f"contract:{present.id}"
    now = {f.name: f for f in new.fields}
    added = [f for f in new.fields if f.name not in {old.name for old in present.fields}]
    changes: list[Change] = []
    for old in present.fields:
        id = f"{table}.{old.name}"
        if old.name not in now:
            other = _renamed_to(old, added)
            action = "rename" if other else "drop"
            changes.append(Change(id, action, old.name, other.name if other else ""))
            continue
        changes += _field_changes(id, old, now[old.name])
    if (present.key, present.fallback_key) != (new.key, new.fallback_key):
        changes.append(Change(table, "rule", " + ".join(present.key), " + ".join(new.key)))
    if present.row_rules != new.row_rules:
        ids = [" ".join(rule.id for rule in c.row_rules) for c in (present, new)]
        changes.append(Change(table, "rule", *ids))
    return changes


def _renamed_to(old: Field, added: Sequence[Field]) -> Field | None:
    return next((f for f in added if old.name in f.names or f.title == old.title), None)


def _field_changes(id: str, old: Field, new: Field) -> Iterable[Change]:
    if old.type != new.type:
        yield Change(id, "retype", old.type, new.type)
    if old.storage != new.storage:
        gone = old.storage in (KEEP, PSEUDONYM) and new.storage not in (KEEP, PSEUDONYM)
        yield Change(id, "drop" if gone else "store", old.storage, new.storage)
    if old.classification != new.classification:
        yield Change(id, "level", str(old.classification), str(new.classification))
    for check in _CHECKS:
        before, after = getattr(old, check), getattr(new, check)
        if before != after:
            yield Change(id, "rule", f"{check}: {before}", f"{check}: {after}")
    if old.unit != new.unit:
        yield Change(id, "rule", f"unit: {old.unit}", f"unit: {new.unit}")


def changes_of_file(site: Site, contract_id: str, path: Path) -> list[Change]:
    """raises  UnknownName, DefinitionError if the file is not a contract of this id"""
    present = definitions.contract(site, contract_id)
    return changed(present, read_contract(DefinitionFile(contract_id, path.resolve(), True)))


def changes_of_fields(
    graph: Graph, owner: str, fields: Sequence[str], action: str, to: str = ""
) -> list[Change]:
    """owner  a contract's id, or a node of the graph (`source:demo-loans`)"""
    table = find_node(graph, owner if owner in graph.nodes else f"contract:{owner}")
    known = {node.name: node for node in graph.columns(table.id)}
    for name in fields:
        if name not in known:
            raise UnknownName(_("column"), name, list(known))
    return [Change(known[name].id, action, name, to) for name in fields]
