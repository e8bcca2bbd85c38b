"""What is offered to harvesters: the titles of the library, read as any visitor may read them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, SnapshotGone
from shuren.data.shapes import SnapshotInfo
from shuren.kernel.site import Site
from shuren.web.middleware import ANONYMOUS
from shuren.web.oai.asking import Wanted, selects, utc
from shuren.web.oai.errors import OaiError

TABLE = "conformed.title"
PURPOSE = "public_information"
PAGE = 100
SET = "clc:"
_COLUMNS = (
    "title_id", "title", "author", "publisher", "published_year",
    "isbn", "language", "class_number", "clc_main",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """size  of the whole list; place  where the next page begins, None at the end"""

    rows: list[dict[str, Any]]
    size: int
    place: Wanted | None


class Holdings:
    """The titles of one snapshot. Their datestamp is when this table last came out otherwise.

    A table that is built anew and comes out the same keeps it, so harvesters that ask for what
    is new since then are told that nothing is.
    """

    def __init__(self, site: Site, snapshot: SnapshotInfo) -> None:
        self.site, self.snapshot = site, snapshot
        changed = snapshot.tables[TABLE].changed_at
        moment = datetime.fromisoformat(changed) if changed else snapshot.built_at
        self.stamp = utc(moment)

    def page(self, wanted: Wanted) -> Page:
        """raises  OaiError noRecordsMatch"""
        where = self._where(wanted.set)
        size = self._count(where) if selects(wanted, self.stamp) else 0
        if not size:
            raise OaiError("noRecordsMatch", "No record is in this set and between these dates.")
        rows = self._read(where, PAGE, wanted.last)
        done = wanted.cursor + len(rows)
        place = None
        if done < size and rows:
            last = rows[-1]["title_id"]
            place = Wanted(wanted.begin, wanted.end, wanted.set, self.snapshot.id, last, done)
        return Page(rows, size, place)

    def record(self, title_id: str) -> dict[str, Any] | None:
        found = self._read([("title_id", "=", title_id)], 1, "")
        return found[0] if found else None

    def sets(self) -> list[tuple[str, str]]:
        """(spec, name) of the CLC main classes in which there is a title."""
        table = data.summarise(
            self.site, TABLE, by=["clc_main"], measures={"n": "count"},
            purpose=PURPOSE, actor=ANONYMOUS, order_by=["clc_main"],
        )  # fmt: skip
        names = data.headings(self.site, "clc")
        codes = [code for code, _count in table.rows if code]
        return [(f"{SET}{code}", names.get(code, {}).get("zh", code)) for code in codes]

    def _where(self, spec: str) -> list[tuple[str, str, Any]]:
        if not spec:
            return []
        if spec not in dict(self.sets()):
            raise OaiError("noRecordsMatch", "There is no such set; ListSets names them.")
        return [("clc_main", "=", spec.removeprefix(SET))]

    def _count(self, where: list[tuple[str, str, Any]]) -> int:
        table = data.summarise(
            self.site, TABLE, measures={"n": "count"},
            purpose=PURPOSE, actor=ANONYMOUS, where=where,
        )  # fmt: skip
        return int(table.rows[0][0])

    def _read(
        self, where: list[tuple[str, str, Any]], limit: int, last: str
    ) -> list[dict[str, Any]]:
        return data.read(
            self.site, TABLE, purpose=PURPOSE, actor=ANONYMOUS, columns=_COLUMNS, where=where,
            order_by=["title_id"], limit=limit, after=[last] if last else None,
        ).dicts()  # fmt: skip


@contextmanager
def holdings(site: Site, snapshot: str = "") -> Iterator[Holdings]:
    """Of the live snapshot, or of the one a list began in.

    raises  NoSnapshot; OaiError badResumptionToken when that one is gone
    """
    if not snapshot:
        with data.same_snapshot(site) as found:
            if found is None or TABLE not in found.tables:
                raise NoSnapshot
            yield Holdings(site, found)
        return
    try:
        opened = data.at_snapshot(site, snapshot)
        kept = opened.__enter__()
    except SnapshotGone:
        raise OaiError(
            "badResumptionToken", "The list this goes on with is no longer kept."
        ) from None
    try:
        yield Holdings(site, kept)
    finally:
        opened.__exit__(None, None, None)


def identifier(domain: str, title_id: str) -> str:
    return f"oai:{domain}:title/{quote(title_id, safe='')}"


def title_of(domain: str, text: str) -> str | None:
    """The title id in an identifier of ours; None if it is not one."""
    before = f"oai:{domain}:title/"
    return unquote(text.removeprefix(before)) if text.startswith(before) else None
