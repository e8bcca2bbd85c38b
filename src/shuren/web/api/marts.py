"""Rows of tables, page by page, and counts over them. Everything goes through the data room's
door: permission, class of each column, purpose, small cells, ledger."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import Field

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.data.shapes import Column, SnapshotInfo, SnapshotTable, Table
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import egress
from shuren.trust.definitions import PUBLIC_STATISTICS, SENSITIVE
from shuren.web.api import cursors, shapes
from shuren.web.api.catalogue import known_table
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import table_answer, tag_of, unchanged, wanted_format
from shuren.web.api.offered import gives_rows
from shuren.web.api.problems import Problem
from shuren.web.api.questions import (
    chosen_columns,
    column_of,
    conditions,
    measures_of,
    ordered,
    wrong,
)
from shuren.web.workbench.shell import current_site

MOST = 10_000
Format = Literal["json", "csv", "parquet", ""]
Limit = Annotated[int, Field(ge=1, le=MOST)]
Text = Annotated[str, Field(max_length=2000)]
Texts = list[Annotated[str, Field(max_length=500)]]


@endpoint(
    "/marts/{table}",
    tag="marts",
    response=shapes.TableRows,
    scope="marts:read:{table}",
    tabular=True,
)
def rows(
    request: HttpRequest,
    table: str,
    purpose: Text = "public_information",
    columns: Text = "",
    filter: Texts = Query([], max_length=20),  # noqa: B008 - how ninja reads a list
    limit: Limit = 1000,
    after: Text = "",
    format: Format = "",
) -> HttpResponse:
    site, actor = current_site(), _actor(request)
    form = wanted_format(request, format)
    cursor = cursors.read(after) if after else None
    with _snapshot(site, cursor) as snapshot:
        found = known_table(_there(snapshot), table)
        tag = tag_of(request, _there(snapshot).id, form)
        if answer := unchanged(request, tag):
            return answer
        _nobody_in(found)
        names = chosen_columns(found, columns)
        _nothing_sensitive(actor, found, purpose, names)
        question = cursors.question_of([table, purpose, names, sorted(filter)])
        if cursor:
            cursors.same_question(cursor, question)
        page, last = _page(site, actor, found, purpose, names, filter, limit, cursor)
    mark = ""
    if last:
        mark = cursors.write(cursors.Cursor(page.snapshot, question, last))
    shown = [column_of(found, name, "columns") for name in page.columns]
    return table_answer(request, page, shown, form, tag, {"table": table}, mark)


def _nobody_in(table: SnapshotTable) -> None:
    if not gives_rows(table):
        raise Problem(
            "not-allowed",
            _("%(table)s is about people: it gives counts, not rows.", table=table.name),
            fix=_("Ask for /api/v1/marts/%(table)s/summary.", table=table.name),
        )


def _nothing_sensitive(actor: Actor, table: SnapshotTable, purpose: str, names: list[str]) -> None:
    """Who asks for a class-4 column by name is stopped before it is read, and it is reported."""
    asked = {name: column_of(table, name, "columns").classification for name in names}
    sensitive = {name: level for name, level in asked.items() if level >= SENSITIVE}
    egress.check("api.table", actor=actor, table=table.name, columns=sensitive, purpose=purpose)


def _page(
    site: Site,
    actor: Actor,
    table: SnapshotTable,
    purpose: str,
    names: list[str],
    filters: list[str],
    limit: int,
    cursor: cursors.Cursor | None,
) -> tuple[Table, tuple[Any, ...]]:
    """One page, and where the next begins; () where there is none."""
    order = data.row_order(site, table.name)
    # Columns that only tell rows apart are read along and left out again.
    helpers = [name for name in order if names and name not in names]
    found = data.read(
        site,
        table.name,
        purpose=purpose,
        actor=actor,
        columns=[*names, *helpers] or None,
        where=conditions(table, filters),
        order_by=order,
        limit=limit,
        after=cursor.values if cursor else None,
    )
    last: tuple[Any, ...] = ()
    if len(found.rows) == limit:
        places = [found.columns.index(name) for name in order]
        last = tuple(found.rows[-1][place] for place in places)
    if helpers:
        width = len(names)
        cut = [row[:width] for row in found.rows]
        found = replace(found, columns=tuple(names), rows=cut)
    return found, last


@endpoint(
    "/marts/{table}/summary",
    tag="marts",
    response=shapes.TableRows,
    scope="marts:read:{table}",
    tabular=True,
)
def summary(
    request: HttpRequest,
    table: str,
    measure: Texts = Query(..., min_length=1, max_length=20),  # noqa: B008 - a list
    purpose: Text = "library_statistics",
    by: Text = "",
    filter: Texts = Query([], max_length=20),  # noqa: B008 - how ninja reads a list
    order: Text = "",
    limit: Limit = 1000,
    format: Format = "",
) -> HttpResponse:
    site = current_site()
    form = wanted_format(request, format)
    if purpose == PUBLIC_STATISTICS:
        raise wrong(
            "purpose",
            _("Public statistics are not to be filtered or grouped anew."),
            _("Read the public figures: /api/v1/figures."),
        )
    with data.same_snapshot(site) as snapshot:
        found = known_table(_there(snapshot), table)
        tag = tag_of(request, _there(snapshot).id, form)
        if answer := unchanged(request, tag):
            return answer
        groups = chosen_columns(found, by)
        _nothing_sensitive(_actor(request), found, purpose, groups)
        measures = measures_of(found, measure, groups)
        counted = data.summarise(
            site,
            table,
            by=groups,
            measures={name: what for name, (what, _type) in measures.items()},
            purpose=purpose,
            actor=_actor(request),
            where=conditions(found, filter),
            order_by=ordered(order, [*groups, *measures]) or groups,
            limit=limit,
        )
    shown = [column_of(found, name, "by") for name in groups]
    shown += [Column(name, kind, 1, {}) for name, (_what, kind) in measures.items()]
    return table_answer(request, counted, shown, form, tag, {"table": table})


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _there(snapshot: SnapshotInfo | None) -> SnapshotInfo:
    if snapshot is None:
        raise NoSnapshot
    return snapshot


def _snapshot(
    site: Site, cursor: cursors.Cursor | None
) -> AbstractContextManager[SnapshotInfo | None]:
    """A page goes on in the snapshot its predecessor came from, whatever was published since."""
    return data.at_snapshot(site, cursor.snapshot) if cursor else data.same_snapshot(site)
