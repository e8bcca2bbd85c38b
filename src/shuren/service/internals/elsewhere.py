"""Indicators of services that are not counted from cases: of gates, seats, loans, searches and
e-resources, which speak of the whole library and are marked so; of events, gifts and shifts by
service.

`FIGURES[indicator](lake)` gives the value in a period, or None where nothing was loaded for it;
`OF_EACH[indicator](lake)` gives one for each service that has any.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

PURPOSE = "library_statistics"
Condition = tuple[str, str, Any]


@dataclass(frozen=True)
class Lake:
    """What is asked of the lake for one period, a year (YYYY) or a month (YYYY-MM)."""

    site: Site
    actor: Actor
    period: str

    def months(self) -> list[Condition]:
        """For tables with a column of months."""
        if len(self.period) > 4:
            return [("month", "=", self.period)]
        return [("month", "in", [f"{self.period}-{month:02}" for month in range(1, 13)])]

    def one(self, table: str, what: str, where: Sequence[Condition] = ()) -> float | None:
        """One number; None where there is no such table, no such row, or fewer than five persons
        stand behind it."""
        try:
            rows = data.summarise(
                self.site, table, measures={"n": what}, where=where, purpose=PURPOSE,
                actor=self.actor,
            ).rows  # fmt: skip
        except (NoSnapshot, NoSuchTable):
            return None
        return float(rows[0][0]) if rows and rows[0][0] is not None else None

    def has(self, table: str, where: Sequence[Condition] = ()) -> bool:
        return bool(self.one(table, "count", where))


def _visits(lake: Lake) -> float | None:
    return lake.one("mart.visit_hour", "sum:entries", lake.months())


def _occupancy(lake: Lake) -> float | None:
    return lake.one("mart.occupancy_hour", "share:occupied_mean/seats", lake.months())


def _requests(metrics: Sequence[str], lake: Lake) -> float | None:
    """Counted once however many reports of a platform there are: mart.platform_month chose one."""
    is_known = lake.has("mart.platform_month", lake.months())
    where = [*lake.months(), ("metric_type", "in", list(metrics))]
    found = lake.one("mart.platform_month", "sum:usage", where)
    return (found or 0) if is_known else None


def _cost(lake: Lake) -> float | None:
    """Of a download, in a year whose use is known to its end."""
    if len(lake.period) > 4:
        return None
    where: list[Condition] = [("year", "=", int(lake.period)), ("kind", "=", "download")]
    return lake.one("mart.cost_per_use", "mean:cost_per_use", where)


def _searches(lake: Lake) -> float | None:
    return lake.one("conformed.search_event", "count", lake.months()) or None


def _zero_hits(lake: Lake) -> float | None:
    every = _searches(lake)
    none = lake.one("conformed.search_event", "count", [*lake.months(), ("is_zero", "=", True)])
    return 100 * (none or 0) / every if every else None


def _lent(lake: Lake) -> float | None:
    return lake.one("mart.loan_fact", "count", lake.months()) or None


def _per_reader(lake: Lake) -> float | None:
    lent, readers = _lent(lake), lake.one("conformed.reader", "count")
    return lent / readers if lent is not None and readers else None


def _turnover(lake: Lake) -> float | None:
    lent, copies = _lent(lake), lake.one("conformed.item", "count")
    return lent / copies if lent is not None and copies else None


FIGURES: Mapping[str, Callable[[Lake], float | None]] = {
    "visits": _visits,
    "occupancy": _occupancy,
    "downloads": partial(_requests, ("Total_Item_Requests",)),
    "unique_dl": partial(_requests, ("Unique_Item_Requests",)),
    "turnaways": partial(_requests, ("Limit_Exceeded", "No_License")),
    "cost_per": _cost,
    "searches": _searches,
    "zero_hit": _zero_hits,
    "loans": _lent,
    "loans_pc": _per_reader,
    "turnover": _turnover,
}


def _of_each(lake: Lake, table: str, what: str) -> dict[str, float]:
    """{service: number} of a period, {} where there is nothing of it."""
    try:
        rows = data.summarise(
            lake.site, table, by=["service"], measures={"n": what}, where=lake.months(),
            purpose=PURPOSE, actor=lake.actor,
        ).rows  # fmt: skip
    except (NoSnapshot, NoSuchTable):
        return {}
    return {row[0]: float(row[1]) for row in rows if row[1] is not None}


# Indicators that are counted for each service, from what its events and gifts came to.
OF_EACH: Mapping[str, Callable[[Lake], dict[str, float]]] = {
    "attend": lambda lake: _of_each(lake, "mart.event_month", "share:attended/enrolled"),
    "finish_rate": lambda lake: _of_each(lake, "mart.event_month", "share:completed/enrolled"),
    "occupancy": lambda lake: _of_each(lake, "mart.place_occupancy", "share:used_hours/open_hours"),
    "gifts": lambda lake: _of_each(lake, "conformed.gift_result", "sum:volumes"),
    "hours": lambda lake: _of_each(lake, "conformed.shift_month", "sum:hours"),
}
# Where a figure of the whole library says nothing of a service.
NOT_OF = {
    "cost_per": ("article_purchase",),
    "occupancy": ("group_study_room", "meeting_space"),  # rooms, not seats
}
