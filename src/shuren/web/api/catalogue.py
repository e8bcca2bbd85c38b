"""Which tables there are, and what is in them."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.data.shapes import SnapshotInfo, SnapshotTable
from shuren.kernel.i18n import gettext as _
from shuren.web.api import shapes
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import column_json, json_answer
from shuren.web.api.uses import note_use
from shuren.web.workbench.shell import current_site


@endpoint("/catalogue", tag="catalogue", response=shapes.Catalogue, scope="catalogue:read")
def catalogue(request: HttpRequest) -> HttpResponse:
    found = live()
    note_use(request, "api.catalogue", len(found.tables))
    lines = [_line(table) for _name, table in sorted(found.tables.items())]
    return json_answer(request, {"snapshot": found.id, "tables": lines})


@endpoint("/catalogue/{table}", tag="catalogue", response=shapes.TableShape, scope="catalogue:read")
def catalogue_table(request: HttpRequest, table: str) -> HttpResponse:
    found = known_table(live(), table)
    note_use(request, "api.catalogue", 1)
    columns = [column_json(column) for column in found.columns]
    return json_answer(request, _line(found) | {"columns": columns})


def live() -> SnapshotInfo:
    """raises  NoSnapshot"""
    found = data.current_snapshot(current_site())
    if found is None:
        raise NoSnapshot
    return found


def known_table(snapshot: SnapshotInfo, table: str) -> SnapshotTable:
    """raises  NoSuchTable with a suggestion"""
    if table not in snapshot.tables:
        raise NoSuchTable(_("table"), table[:80], list(snapshot.tables))
    return snapshot.tables[table]


def _line(table: SnapshotTable) -> dict[str, Any]:
    return {
        "table": table.name,
        "title": table.title,
        "rows": table.rows,
        "about_people": bool(table.person),
        "public": table.public,
    }
