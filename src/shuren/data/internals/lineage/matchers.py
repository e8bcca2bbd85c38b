"""Matchers and learned models in the graph: from the columns they read to those they write.

What a model's newest card names counts; before it has one, what is declared of it. So whatever
writes a card is in the lineage, whether or not this file has heard of it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from shuren.data.internals.resolution import cards
from shuren.data.internals.resolution.declared import CONTENT, MATCHERS, Matcher
from shuren.data.lineage import ROWS, VALUE, Edge, Node
from shuren.data.shapes import Contract
from shuren.kernel.site import Site

LEARNED, RULES = "learned_model", "matcher"


def matchers(site: Site | None) -> dict[str, Matcher]:
    """By name: those of every card that names what it reads, and those that are declared."""
    found = {**MATCHERS, **CONTENT}
    seen: set[str] = set()
    for card in cards.cards(site) if site else ():
        if card.inputs and card.name not in seen:  # the newest is first
            seen.add(card.name)
            found[card.name] = Matcher(dict(card.title), card.inputs, card.outputs)
    return found


def stamps(site: Site | None) -> Iterator[tuple[str, int, int]]:
    """Changes with every card that is written."""
    for path in card_files(site):
        about = path.stat()
        yield str(path), about.st_mtime_ns, about.st_size


def card_files(site: Site | None) -> list[Path]:
    found = (site.data / "models").glob("*.json") if site else ()
    return sorted(path for path in found if not path.stem.endswith("-weights"))


def parts(
    nodes: Mapping[str, Node], contracts: Mapping[str, Contract], name: str, one: Matcher
) -> tuple[dict[str, Node], list[Edge], list[str]]:
    """Nodes, edges and gaps of one matcher. It writes through the files of the contract's own
    names, as everything that is loaded comes from a file with a receipt."""
    kind = LEARNED if one.learned else RULES
    id = f"{kind}:{name}"
    made, edges = {id: Node(id, kind, one.title)}, []
    missing = [column for column in one.inputs if column not in nodes]
    known = [column for column in one.inputs if column in nodes]
    edges += [
        Edge(table, id, _how(nodes[table]))
        for table in dict.fromkeys(nodes[column].table for column in known)
    ]
    for written, origins in one.outputs.items():
        contract, _dot, field = written.partition(".")
        target = f"contract:{contract}.{field}"
        if target not in nodes:
            missing.append(target)
            continue
        about = nodes[target]
        part = f"{id}.{written}"
        made[part] = Node(part, kind, about.title, id, about.level, about.type)
        edges += [Edge(o, part, _how(nodes[o])) for o in origins or known if o in nodes]
        own = f"names:{contract}"
        names = next((f.names for f in contracts[contract].fields if f.name == field), ())
        file = next((f"{own}.{n}" for n in (*names, field) if f"{own}.{n}" in nodes), target)
        edges.append(Edge(part, file, VALUE))
        edges.append(Edge(id, own if own in nodes else f"contract:{contract}", VALUE))
    return made, list(dict.fromkeys(edges)), [f"{id}: {column}?" for column in missing]


def _how(origin: Node) -> str:
    """What is sealed is compared and decides which links there are; no value of it is in them."""
    return ROWS if origin.kind == "vault" else VALUE
