"""Reads of the repository: datasets with their versions, and how they are cited."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count

from shuren.data.lineage import ROWS, VALUE, Edge, Graph, Node
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository.definitions import dataset as find_dataset
from shuren.repository.definitions import datasets, licences
from shuren.repository.errors import UnknownName
from shuren.repository.internals import citing, making, packaging, shelf
from shuren.repository.models import Acceptance
from shuren.repository.shapes import Dataset, Licence, Part, Preview, Shelf, Version
from shuren.trust import queries as trust

PREVIEW_ROWS = 8


def shelves(site: Site) -> list[Shelf]:
    """Every dataset that is declared, or was published and is declared no more."""
    known = datasets(site)
    counted = Acceptance.objects.values_list("dataset").annotate(Count("pk"))
    accepted = {str(id): int(number) for id, number in counted}
    ids = sorted({*known, *shelf.published(site)})
    return [_shelf(site, id, accepted.get(id, 0)) for id in ids]


def published(site: Site) -> list[Shelf]:
    """Datasets that have a version, withdrawn or not."""
    return [one for one in shelves(site) if one.versions]


def find(site: Site, dataset_id: str) -> Shelf:
    """raises  UnknownName"""
    ids = sorted({*datasets(site), *shelf.published(site)})
    if dataset_id not in ids:
        raise UnknownName(_("dataset"), dataset_id[:80], ids)
    return _shelf(site, dataset_id, Acceptance.objects.filter(dataset=dataset_id).count())


def version(site: Site, dataset_id: str, number: int) -> Version:
    """raises  UnknownName"""
    found = find(site, dataset_id).versions
    for one in found:
        if one.number == number:
            return one
    known = [str(one.number) for one in found]
    raise UnknownName(_("version"), str(number), known)


def own_acceptances(actor: Actor) -> list[tuple[int, str, int, str, str, date]]:
    """(id, dataset, version, file, licence, day) of what the actor took under its name."""
    own = Acceptance.objects.filter(account=actor.id).order_by("-accepted_on", "-pk")
    names = ("pk", "dataset", "version", "file", "licence", "accepted_on")
    return [tuple(row) for row in own.values_list(*names)]


def preview(site: Site, dataset_id: str, *, actor: Actor) -> Preview:
    """What a version would hold now, and how much of it would be hidden or kept as it was.

    raises  as actions.publish
    """
    actor = trust.require(actor, "datasets.publish")
    dataset = find_dataset(site, dataset_id)
    before = shelf.versions(site, dataset_id)
    made = making.make(site, dataset, actor, shelf.released(site, dataset_id))
    standing = next((one for one in before if one.withdrawn is None), None)
    return Preview(
        parts=tuple(part.about for part in made.parts),
        rows={p.about.name: packaging.first_rows(p, PREVIEW_ROWS) for p in made.parts},
        begin=made.begin,
        end=made.end,
        data_date=made.data_date,
        next_number=before[0].number + 1 if before else 1,
        differs=packaging.differs(made, standing),
    )


def first_lines(site: Site, version: Version, part: str, count: int = PREVIEW_ROWS) -> list[str]:
    """The first lines of a part's CSV, as it was published; [] when it was withdrawn."""
    file = version.file(f"{part}.csv")
    if version.withdrawn or file is None:
        return []
    with open(shelf.path_of(site, version, file), encoding="utf-8", newline="") as lines:
        next(lines, "")
        return [line.rstrip("\r\n") for _at, line in zip(range(count), lines, strict=False)]


def publisher(site: Site) -> dict[str, str]:
    settings = read_settings(site)
    return {"zh": settings.name_zh, "en": settings.name_en}


def identifier(site: Site, dataset_id: str, number: int) -> str:
    """<prefix>/shuren.<dataset>.v<number>; this library resolves it, no agency does."""
    return f"{read_settings(site).dataset_prefix}/shuren.{dataset_id}.v{number}"


def url(site: Site, version: Version) -> str:
    """Where the identifier leads; without public_url, a path on this server."""
    return f"{read_settings(site).public_url}/id/{version.identifier}"


def resolved(site: Site, text: str) -> Version:
    """The version an identifier stands for; raises UnknownName."""
    for id in sorted({*datasets(site), *shelf.published(site)}):
        for one in shelf.versions(site, id):
            if one.identifier == text:
                return one
    raise UnknownName(_("identifier"), text[:120], [])


def citations(site: Site, version: Version, address: str, today: date) -> dict[str, str]:
    """{"gbt7714": …, "bibtex": …}; address: where the identifier leads."""
    name = publisher(site)
    return {
        "gbt7714": citing.gb7714(version, name, address, today),
        "bibtex": citing.bibtex(version, name, address),
    }


def json_ld(site: Site, version: Version, address: str) -> dict[str, Any]:
    """schema.org/Dataset"""
    return citing.json_ld(version, licences(site)[version.licence], publisher(site), address)


def licence(site: Site, id: str) -> Licence:
    return licences(site)[id]


def with_datasets(graph: Graph, declared: Mapping[str, Dataset]) -> Graph:
    """Datasets as consumers in the lineage graph: what each is counted from and narrowed by."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for dataset in declared.values():
        id = f"dataset:{dataset.id}"
        nodes.append(Node(id, "dataset", dataset.title))
        for part in dataset.parts:
            edges.append(Edge(part.table, id, VALUE))
            edges += [Edge(f"{part.table}.{name}", id, ROWS) for name, _values in part.where]
            edges += [Edge(f"{part.table}.{name}", id, ROWS) for name in part.by]
            for name, origin in _columns(part):
                column = f"{id}.{part.name}.{name}"
                source = graph.nodes.get(origin)
                title = source.title if source else {"zh": name, "en": name}
                if name in part.measures:
                    title = part.measures[name].title
                nodes.append(Node(column, "dataset", title, id))
                edges.append(Edge(origin, column, VALUE))
    return graph.extended(nodes, edges)


def _columns(part: Part) -> list[tuple[str, str]]:
    """(column of the dataset, what it is made from)"""
    found = [(name, f"{part.table}.{name}") for name in (*part.columns, *part.by)]
    for name, measure in part.measures.items():
        column = measure.what.partition(":")[2]
        found.append((name, f"{part.table}.{column}" if column else part.table))
    return found


def _shelf(site: Site, id: str, accepted: int) -> Shelf:
    found = tuple(shelf.versions(site, id))
    declared = datasets(site).get(id) or _as_published(id, found[0])
    licence = licences(site)[declared.licence]
    return Shelf(replace(declared, id=id), licence, found, accepted)


def _as_published(id: str, version: Version) -> Dataset:
    """A dataset that no file declares any more, as its newest version says it was."""
    names = ("title", "description", "owner", "contact", "licence", "access", "training",
             "training_reason", "anonymity", "keywords")  # fmt: skip
    said = {name: getattr(version, name) for name in names}
    return Dataset(id=id, purpose="open_data", parts=(), **said)
