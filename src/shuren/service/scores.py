"""How the services do: each declared indicator as it was counted, beside the target it declares.

Counted from our own cases as they stand in the lake: `mart.service_period`, `mart.audience_period`;
else from what other systems tell, of the whole library (internals/elsewhere.py). Where fewer than
five persons stand behind a service in a period, nothing of it is shown. What has no number
says why.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import indicators, services
from shuren.service.flow_shapes import Service, ServiceIndicator
from shuren.service.internals import elsewhere

PURPOSE = "library_statistics"
SERVICES, AUDIENCES = "mart.service_period", "mart.audience_period"
_SUMS = (
    "users", "opened", "succeeded", "failed", "withdrawn", "answers_due", "answered_ok", "promised",
    "finished_ok", "ratings", "rating_sum", "tried", "first_tries", "delivered", "reworked",
    "pickups", "not_picked_up", "reviewed", "adopted", "bookings", "no_shows",
)  # fmt: skip
_MEDIANS = ("median_hours", "median_wait")
# {indicator: (counted, of how many)}, in per cent
_SHARES = {
    "respond_ok": ("answered_ok", "answers_due"),
    "finish_ok": ("finished_ok", "promised"),
    "rework": ("reworked", "delivered"),
    "first_try": ("first_tries", "tried"),
    "hold_no_pickup": ("not_picked_up", "pickups"),
    "adopt": ("adopted", "reviewed"),
    "noshow": ("no_shows", "bookings"),
}
_PLAIN = {"volume": "succeeded", "users": "users", "submissions": "opened"}
_MIDDLES = {"median_h": ("median_hours", "succeeded"), "hold_wait": ("median_wait", "pickups")}
_TARGET = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)%?")
FROM_CASES = frozenset((*_PLAIN, *_SHARES, *_MIDDLES, "fill", "satisfaction", "reach"))
# The kinds of person of a reader file that a service's audiences are.
_KINDS = {
    "undergrad": "student", "postgrad": "student", "faculty": "faculty", "staff": "faculty",
    "retiree": "faculty", "alumni": "alumni", "public": "public", "dept": "department",
}  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """What was counted in one period.

    numbers  by the columns of mart.service_period; population: those it is for, None where the
             library has told none
    """

    numbers: Mapping[str, float | None]
    population: int | None = None

    def value(self, indicator: str) -> float | None:
        """None where nothing stands behind it, or it is not counted from cases."""
        if indicator in _PLAIN:
            return self._number(_PLAIN[indicator])
        if indicator == "fill":
            ended = self._number("succeeded") + self._number("failed")
            return 100 * self._number("succeeded") / ended if ended else None
        if indicator == "satisfaction":
            given = self._number("ratings")
            return self._number("rating_sum") / given if given else None
        if indicator == "reach":
            return 100 * self._number("users") / self.population if self.population else None
        if indicator in _SHARES:
            part, whole = (self._number(name) for name in _SHARES[indicator])
            return 100 * part / whole if whole else None
        if indicator in _MIDDLES:
            return self.numbers.get(_MIDDLES[indicator][0])
        return None

    def count(self, indicator: str) -> int | None:
        """How many cases stand behind a value, where it is a share, a mean or a middle."""
        if indicator == "fill":
            return int(self._number("succeeded") + self._number("failed"))
        if indicator == "satisfaction":
            return int(self._number("ratings"))
        of = _SHARES.get(indicator) or _MIDDLES.get(indicator)
        return int(self._number(of[1])) if of else None

    @property
    def response_rate(self) -> float | None:
        """Ratings in per cent of what was delivered and ended well."""
        done = self._number("succeeded")
        return 100 * self._number("ratings") / done if done else None

    def _number(self, name: str) -> float:
        return self.numbers.get(name) or 0


@dataclass(frozen=True)
class Line:
    """One declared indicator of one service.

    is_met    None without a value or a target
    is_whole  the value is that of the whole library, not of the service
    why       why there is no value, and what to load; "" where there is one
    """

    indicator: ServiceIndicator
    target: str
    value: float | None
    count: int | None
    is_met: bool | None
    response_rate: float | None = None
    is_whole: bool = False
    why: str = ""


@dataclass(frozen=True)
class Score:
    """counted  None where fewer than five persons asked, or nobody"""

    service: Service
    counted: Counted | None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class AudienceLine:
    """audience  of the vocabulary reader_kind; "" for kinds too small to stand alone"""

    audience: str
    persons: int
    figures: Counted = field(repr=False)


def scores(site: Site, actor: Actor, period: str) -> list[Score]:
    """Every declared service with its indicators in a year (YYYY) or month (YYYY-MM).

    raises  trust's NotAllowed for who may not see statistics
    """
    found, known, declared = counted(site, actor, period), indicators(site), services(site)
    wanted = {id for one in declared.values() for id in one.indicators}
    lake = elsewhere.Lake(site, actor, period)
    whole = {id: figure(lake) for id, figure in elsewhere.FIGURES.items() if id in wanted}
    each = {id: figure(lake) for id, figure in elsewhere.OF_EACH.items() if id in wanted}
    return [
        _score(
            one, found.get(one.id), known, whole, {id: of.get(one.id) for id, of in each.items()}
        )
        for one in declared.values()
    ]


def counted(site: Site, actor: Actor, period: str) -> dict[str, Counted]:
    """{service: what was counted} of those behind which five persons or more stand."""
    people = _population(site, actor, period[:4])
    declared = services(site)
    found = {}
    for id, numbers in _read(site, actor, SERVICES, "service", period).items():
        kinds = {_KINDS.get(one, "") for one in declared[id].audiences} if id in declared else {""}
        is_known = people and "" not in kinds and kinds <= set(people)
        population = sum(people[kind] for kind in kinds) if is_known else None
        found[id] = Counted(numbers, population)
    return found


def audiences(site: Site, actor: Actor, period: str) -> list[AudienceLine]:
    """All services together by kind of reader, the largest first."""
    found = [
        AudienceLine(kind, int(numbers["persons"] or 0), Counted(numbers))
        for kind, numbers in _read(site, actor, AUDIENCES, "audience", period).items()
    ]
    return sorted(found, key=lambda one: (-one.persons, one.audience))


def periods(site: Site, actor: Actor) -> list[str]:
    """Years and months with cases, the newest first, a year before its months."""
    try:
        rows = data.summarise(
            site, SERVICES, by=["period"], measures={"n": "count"}, purpose=PURPOSE, actor=actor
        ).rows
    except (NoSnapshot, NoSuchTable):
        return []
    return sorted((row[0] for row in rows), key=lambda one: (one[:4], len(one) == 4, one))[::-1]


def is_met(value: float | None, target: str) -> bool | None:
    """None without a value, or where the target is no number: track, or words of the talk."""
    told = _TARGET.fullmatch(target.strip())
    if value is None or told is None:
        return None
    sign, number = told.group(1), float(told.group(2))
    compare = {"<": value < number, "<=": value <= number, ">": value > number}
    return compare.get(sign, value >= number)


def _score(
    one: Service,
    found: Counted | None,
    known: Mapping[str, ServiceIndicator],
    whole: Mapping[str, float | None],
    own: Mapping[str, float | None],
) -> Score:
    lines = []
    for id, target in one.indicators.items():
        is_whole = id in whole and one.id not in elsewhere.NOT_OF.get(id, ())
        if is_whole or id in own:
            value = whole[id] if is_whole else own[id]
        else:
            value = found.value(id) if found else None
        lines.append(
            Line(
                known[id], target, value,
                found.count(id) if found and value is not None else None,
                is_met(value, target),
                found.response_rate if found and id == "satisfaction" else None,
                is_whole,
                "" if value is not None else _why(known[id], found),
            )
        )  # fmt: skip
    return Score(one, found, tuple(lines))


def _why(indicator: ServiceIndicator, found: Counted | None) -> str:
    """Why an indicator has no value, and what to do about it."""
    if indicator.lacks:
        return pick(dict(indicator.lacks))
    if found is None:
        return _("Nobody, or fewer than five readers, had a case in this period.")
    if indicator.id == "reach" and not found.population:
        return _("The library has not told how many those are it is for: load populations.")
    return _("No case of this period can be counted for it.")


def _read(
    site: Site, actor: Actor, table: str, by: str, period: str
) -> dict[str, dict[str, float | None]]:
    """{value of `by`: {column: number}}; of one period there is one row a group."""
    measures = {name: f"sum:{name}" for name in ("persons", *_SUMS)}
    measures |= {name: f"mean:{name}" for name in _MEDIANS}
    try:
        rows = data.summarise(
            site, table, by=[by], measures=measures, where=[("period", "=", period)],
            purpose=PURPOSE, actor=actor,
        ).dicts()  # fmt: skip
    except (NoSnapshot, NoSuchTable):
        return {}
    return {row.pop(by): row for row in rows}


def _population(site: Site, actor: Actor, year: str) -> dict[str, int]:
    """{kind of person: how many} of a year, {} where the library has told none."""
    try:
        rows = data.summarise(
            site, "conformed.population", by=["kind"], measures={"n": "sum:persons"},
            where=[("year", "=", int(year))], purpose=PURPOSE, actor=actor,
        ).dicts()  # fmt: skip
    except (NoSnapshot, NoSuchTable):
        return {}
    return {row["kind"]: int(row["n"]) for row in rows}
