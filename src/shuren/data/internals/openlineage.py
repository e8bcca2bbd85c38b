"""OpenLineage events on disk, for tools that draw lineage over several systems.

data/lineage/openlineage-YYYY-MM.ndjson holds one RunEvent a line (openlineage.io, spec 2-0-2):
START and COMPLETE of every load and build, FAIL where one stopped. Events of loads are made from
their receipts, so one that was killed before it wrote them is caught up with by the next. Names
of files and columns only: no value of any row is in them.
"""

import json
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from shuren.data.internals.lineage.graph import graph, of_load
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.sources import SQL_TYPES
from shuren.data.internals.working import exclusively
from shuren.data.lineage import MATCHING, VALUE, Graph, Links, without_steps
from shuren.data.shapes import BuildReport, Receipt
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import pick
from shuren.kernel.masking import mask
from shuren.kernel.site import Site

logger = logging.getLogger(__name__)

SPEC = "https://openlineage.io/spec"
SCHEMA = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
PRODUCER = "https://github.com/OpenLineage/OpenLineage/blob/main/integration/shuren"
NAMESPACE = "shuren"
_RUNS = uuid.UUID("6f1b0f0e-5a53-4b7e-9a55-6c1d5b1f3c11")  # of loads: an id always gives one run

Event = dict[str, Any]


def note_loads(site: Site) -> int:
    """Write the events of loads that have none yet, oldest first; returns how many loads."""
    done = 0
    try:
        with exclusively(_folder(site) / ".lock"):
            noted = _noted(site)
            for receipt in reversed(all_receipts(site)):
                if receipt.id in noted or receipt.merges:  # those were each noted
                    continue
                _append(site, _load_events(site, receipt))
                with open(_folder(site) / "noted", "a", encoding="utf-8") as file:
                    file.write(f"{receipt.id}\n")
                done += 1
    except (OSError, KeyError, ShurenError) as error:
        logger.warning("OpenLineage events were not written: %s", mask(str(error)))
    return done


def note_failed_load(site: Site, contract: str, path: Path, error: Exception) -> None:
    """A load that stopped before there was a receipt."""
    run, begun = str(uuid.uuid4()), now()
    file = {"namespace": "file", "name": _file_name(path.name), "facets": {}}
    failed = _event("FAIL", begun, run, f"load.{contract}", [file], [], "LOAD")
    failed["run"]["facets"]["errorMessage"] = _error(error)
    started = _event("START", begun, run, f"load.{contract}", [file], [], "LOAD")
    _note(site, lambda: [started, failed])


def note_resolved(site: Site, what: str, begun: datetime, load: str) -> None:
    """A run of a matcher or a learned model: what it read, and what it wrote.

    load  the id of the load it came to, "" where nothing differed: then it wrote nothing
    """
    _note(site, lambda: _resolved(site, what, begun, load))


def _resolved(site: Site, what: str, begun: datetime, load: str) -> list[Event]:
    known, run = graph(site), str(uuid.uuid4())
    model = next((id for kind in MATCHING if (id := f"{kind}:{what}") in known.nodes), None)
    if model is None:
        return []
    inputs = [_dataset(id, {}) for id, _kind in known.own_sources(model)]
    files = dict.fromkeys(known.nodes[id].table for id in _written(known, model).values())
    outputs = [_dataset(table, _learned_facets(known, model, table)) for table in files]
    begin = _event("START", begun, run, f"resolve.{what}", inputs, [], "MODEL")
    done = _event(
        "COMPLETE", now(), run, f"resolve.{what}", inputs, outputs if load else [], "MODEL"
    )
    return [begin, done]


def _written(known: Graph, model: str) -> dict[str, str]:
    """{column of a matcher: the raw column it becomes}."""
    found: dict[str, str] = {}
    for column in known.columns(model):
        for id, (_before, via) in known.downstream(column.id).items():
            if via == VALUE and known.nodes[id].kind == "raw" and known.nodes[id].table:
                found.setdefault(column.id, id)  # the nearest
    return found


def _learned_facets(known: Graph, model: str, table: str) -> dict[str, Any]:
    fields = {
        known.nodes[raw].name: {
            "inputFields": [
                _input_field(known, source, kind) for source, kind in known.own_sources(column)
            ]
        }
        for column, raw in _written(known, model).items()
        if known.nodes[raw].table == table
    }
    facet = _facet("1-2-0/ColumnLineageDatasetFacet.json", fields=fields)
    return _facets(known, {}, table) | {"columnLineage": facet}


class Building:
    """The report of a build, once there is one."""

    report: BuildReport | None = None


@contextmanager
def building(site: Site) -> Iterator[Building]:
    """START now, then COMPLETE with every table that was made, or FAIL with why."""
    run, held = str(uuid.uuid4()), Building()
    _note(site, lambda: [_event("START", now(), run, "build", [], [], "BUILD")])
    try:
        yield held
    except Exception as error:
        failed = _event("FAIL", now(), run, "build", [], [], "BUILD")
        failed["run"]["facets"]["errorMessage"] = _error(error)
        _note(site, lambda: [failed])
        raise
    report = held.report
    if report is not None:
        _note(site, lambda: [_built(site, run, report)])


def _file_name(name: str) -> str:
    """Without a number that may be a person's, also right before the ending."""
    stem, dot, ending = name.rpartition(".")
    return f"{mask(stem)}{dot}{ending}" if stem else mask(name)


def _note(site: Site, make: Any) -> None:
    """Events tell of work; that they cannot be written must not undo the work."""
    try:
        with exclusively(_folder(site) / ".lock"):
            _append(site, make())
    except (OSError, ShurenError) as error:
        logger.warning("OpenLineage events were not written: %s", mask(str(error)))


def _built(site: Site, run: str, report: BuildReport) -> Event:
    known = graph(site)
    links = without_steps(known)
    made = [table.name for table in report.tables if table.ran and table.name in known.nodes]
    read = {
        (known.nodes[source].table or source)
        for table in made
        for id in (table, *(column.id for column in known.columns(table)))
        for source in links.get(id, {})
    }
    rows = {table.name: table.rows for table in report.tables}
    outputs = [
        _dataset(table, _facets(known, links, table), rows.get(table)) for table in sorted(made)
    ]
    inputs = [_dataset(name, {}) for name in sorted(read - set(made))]
    return _event("COMPLETE", now(), run, "build", inputs, outputs, "BUILD")


def _load_events(site: Site, receipt: Receipt) -> list[Event]:
    run = str(uuid.uuid5(_RUNS, receipt.id))
    name = f"load.{receipt.contract}"
    file = {"namespace": "file", "name": _file_name(receipt.source_name), "facets": {}}
    known = of_load(site, receipt.contract, receipt.mapping)
    table = f"raw.{receipt.contract}"
    facets = _facets(known, {}, table)
    source = f"source:{receipt.mapping}"
    if source not in known.nodes:
        source = f"names:{receipt.contract}"
    facets["columnLineage"] = _facet(
        "1-2-0/ColumnLineageDatasetFacet.json",
        fields=_from_file(known, table, source, file),
    )
    output = _dataset(table, facets, receipt.accepted)
    return [
        _event("START", receipt.started_at, run, name, [file], [], "LOAD"),
        _event("COMPLETE", receipt.finished_at, run, name, [file], [output], "LOAD"),
    ]


def _from_file(known: Graph, table: str, source: str, file: dict[str, Any]) -> dict[str, Any]:
    fields = {}
    for column in known.columns(table):
        trail = known.upstream(column.id)
        names = [
            known.nodes[id].name
            for id, (_before, via) in trail.items()
            if via == VALUE and known.nodes[id].table == source
        ]
        if names:
            fields[column.name] = {
                "inputFields": [
                    {"namespace": file["namespace"], "name": file["name"], "field": name,
                     "transformations": [{"type": "DIRECT", "subtype": "TRANSFORMATION"}]}
                    for name in names
                ]
            }  # fmt: skip
    return fields


def _facets(known: Graph, links: Links, table: str) -> dict[str, Any]:
    columns = known.columns(table)
    fields = [
        {
            "name": column.name,
            "type": SQL_TYPES.get(column.type, column.type),
            "description": pick(column.title, "en"),
        }
        for column in columns
    ]
    facets = {"schema": _facet("1-1-1/SchemaDatasetFacet.json", fields=fields)}
    if links:
        lineage = {
            column.name: {
                "inputFields": [
                    _input_field(known, source, kind)
                    for source, kind in links.get(column.id, {}).items()
                    if known.nodes[source].table
                ]
            }
            for column in columns
        }
        decided = [
            _input_field(known, source, kind)
            for source, kind in links.get(table, {}).items()
            if known.nodes[source].table
        ]
        facets["columnLineage"] = _facet(
            "1-2-0/ColumnLineageDatasetFacet.json", fields=lineage, dataset=decided
        )
    return facets


def _input_field(known: Graph, id: str, kind: str) -> dict[str, Any]:
    node = known.nodes[id]
    how = "DIRECT" if kind == VALUE else "INDIRECT"
    step = "TRANSFORMATION" if kind == VALUE else "FILTER"
    return {
        "namespace": NAMESPACE,
        "name": node.table,
        "field": node.name,
        "transformations": [{"type": how, "subtype": step}],
    }


def _dataset(name: str, facets: dict[str, Any], rows: int | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"namespace": NAMESPACE, "name": name, "facets": facets}
    if rows is not None:
        made["outputFacets"] = {
            "outputStatistics": _facet(
                "1-0-2/OutputStatisticsOutputDatasetFacet.json", rowCount=rows
            )
        }
    return made


def _facet(schema: str, **content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{SPEC}/facets/{schema}", **content}


def _error(error: Exception) -> dict[str, Any]:
    return _facet(
        "1-0-1/ErrorMessageRunFacet.json",
        message=mask(str(error)),
        programmingLanguage="python",
    )


def _event(
    kind: str,
    at: datetime,
    run: str,
    job: str,
    inputs: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
    job_type: str,
) -> Event:
    what = _facet(
        "2-0-3/JobTypeJobFacet.json",
        processingType="BATCH",
        integration="SHUREN",
        jobType=job_type,
    )
    return {
        "eventType": kind,
        "eventTime": at.isoformat(),
        "run": {"runId": run, "facets": {}},
        "job": {"namespace": NAMESPACE, "name": job, "facets": {"jobType": what}},
        "inputs": inputs,
        "outputs": outputs,
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
    }


def _append(site: Site, events: list[Event]) -> None:
    """One write a call, flushed; a line that a kill cut in two is closed, so that readers lose it
    alone. Only for who holds the lock."""
    path = _folder(site) / f"openlineage-{now():%Y-%m}.ndjson"
    text = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    with open(path, "ab+") as file:
        if file.tell() and not _ends_whole(file):
            file.write(b"\n")
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def _noted(site: Site) -> set[str]:
    path = _folder(site) / "noted"
    return set(path.read_text("utf-8").split()) if path.exists() else set()


def _folder(site: Site) -> Path:
    folder = site.data / "lineage"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
