"""Two years of cases of every declared service, as the platform would have told the lake of them.

Opened on days of the calendar, within working hours, and done in hours on the service's own clock;
in every end state of its flow, with ratings; what was asked in the last days may be open still. The
truth planted in it: `LATE` of those with a promise are late, `RATED` of the successful are rated.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from shuren.campus.people import Reader
from shuren.campus.seasons import days_between
from shuren.campus.university import CAMPUSES, FIRST_DAY, LAST_DAY
from shuren.kernel.calendar import LibraryCalendar
from shuren.kernel.definitions import find_definitions
from shuren.kernel.files import write_atomically
from shuren.kernel.working_time import WorkingTime

STREAM, CONTRACT, FILE, ZONE = 66, "reader_cases", "reader-cases.csv", "Asia/Shanghai"
HEADER = (
    "case_id,reader_id,service,flow,state,ending,channel,campus,needed_at,opened_at,answer_due_at,"
    "answered_at,matched_at,delivered_at,feedback_at,closed_at,in_time,hours,rating,tries,returns,"
    "version"
)
# Cases a day of one service, by its flow, on an ordinary day at scale 1; others have 0.12.
A_DAY = {"hold": 2.0, "booking": 1.6, "request": 1.2, "enquiry": 1.0, "purchase": 0.7}
MEASURES = {"booking": "rooms", "request": "delivery", "commission": "citation", "hold": "loans"}
LATE, RATED, RETURNED, SECOND_TRY = 0.06, 0.33, 0.05, 0.25
ENDINGS = {"success": 0.88, "failure": 0.07, "withdrawn": 0.05}
_HOUR = 3600


@dataclass(frozen=True)
class Declared:
    """What a service's and its flow's files say that its cases hang on."""

    id: str
    flow: str
    channels: tuple[str, ...]
    respond: float | None
    finish: float | None
    is_working: bool
    ends: dict[str, list[str]]
    start: str


def write_case_history(
    folder: Path, readers: list[Reader], calendar: LibraryCalendar, seed: int, scale: float
) -> dict[str, Any]:
    """reader-cases.csv; the truth: {"reader_cases": {cases, services, open}}."""
    rng = np.random.default_rng([seed, STREAM])
    working = WorkingTime(calendar, ZONE)
    days = days_between(FIRST_DAY, LAST_DAY)
    # Who reads much asks much; a card that could not be used that day asks nothing.
    eager = np.cumsum([reader.eagerness for reader in readers])
    lines: list[str] = []
    is_open = 0
    services = declared()
    for service in services:
        measure = MEASURES.get(service.flow, "visits")
        rate = A_DAY.get(service.flow, 0.12) * max(scale, 0.02)
        counts = rng.poisson([rate * calendar.demand(day, measure) for day in days])
        for day, count in zip(days, counts.tolist(), strict=True):
            for _number in range(count):
                reader = readers[int(np.searchsorted(eager, rng.random() * eager[-1]))]
                if not reader.since <= day <= reader.until:
                    continue
                opened = datetime(day.year, day.month, day.day, tzinfo=working.zone) + timedelta(
                    seconds=int(8.5 * _HOUR + rng.integers(0, 9 * _HOUR))
                )
                line = _case(len(lines) + 1, service, reader, opened, working, rng)
                is_open += line.split(",")[5] == ""
                lines.append(line)
    write_atomically(folder / FILE, ("\n".join([HEADER, *lines]) + "\n").encode())
    truth = {"cases": len(lines), "services": len(services), "open": is_open}
    return {"reader_cases": truth}


def declared() -> list[Declared]:
    """Every service the platform comes with, by its files; those for the library itself are not
    asked for by readers."""
    flows = {id: _read(file.path) for id, file in find_definitions("flows", None).items()}
    found = []
    for id, file in sorted(find_definitions("services", None).items()):
        said = _read(file.path)
        if said["audiences"] == ["library"]:
            continue
        flow = flows[said["flow"]]
        ends: dict[str, list[str]] = {}
        for state, told in flow["states"].items():
            if told.get("end"):
                ends.setdefault(told["end"], []).append(state)
        promise = (said.get("rules") or {}).get("sla") or {}
        found.append(
            Declared(
                id, said["flow"], tuple(said["showing"]["channels"]) or ("web",),
                promise.get("respond"), promise.get("finish"),
                promise.get("clock", "working") == "working", ends, flow["start"],
            )
        )  # fmt: skip
    return found


def _read(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    said: dict[str, Any] = yaml.load(path.read_text("utf-8"), loader)
    return said


def _case(
    number: int,
    service: Declared,
    reader: Reader,
    opened: datetime,
    working: WorkingTime,
    rng: np.random.Generator,
) -> str:
    promised = service.finish or 24.0
    took = promised * float(rng.uniform(1.05, 1.8) if rng.random() < LATE else rng.beta(1.4, 2.6))
    answered_in = min(took, (service.respond or 8.0) * float(rng.beta(1.2, 3.0)))
    delivered = _after(service, opened, took, working)
    answered = _after(service, opened, answered_in, working)
    closed = delivered + timedelta(hours=float(rng.gamma(1.5, 12)))
    now = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 22, tzinfo=working.zone)
    ending = _ending(service, rng)
    if ending in ("failure", "withdrawn"):
        closed = delivered
    if closed > now or not ending:
        ending = ""
    fails = ending in ("failure", "withdrawn")
    state = service.start if not ending else service.ends[ending][int(
        rng.integers(len(service.ends[ending])))]  # fmt: skip
    tries = 1 + (service.flow == "request") * int(rng.geometric(1 - SECOND_TRY) - 1)
    returns = int(ending == "success" and rng.random() < RETURNED)
    rating = ""
    if ending == "success" and rng.random() < RATED:
        rating = str(int(np.clip(round(rng.normal(4.4 - 0.8 * returns, 0.7)), 1, 5)))
    due = _after(service, opened, service.respond, working) if service.respond else None
    was_answered = answered <= now and ending != "withdrawn"
    cells = (
        f"K{number:07}", reader.card, service.id, service.flow, state, ending,
        service.channels[int(len(service.channels) * rng.random() ** 1.5)],
        CAMPUSES[int(rng.random() < 0.36)], _wall(opened), _wall(opened), _wall(due),
        _wall(answered if was_answered else None),
        _wall(answered if was_answered and not fails else None),
        _wall(delivered if ending and not fails else None),
        _wall(closed if ending == "success" else None), _wall(closed if ending else None),
        "" if not ending or service.finish is None else str(took <= promised).lower(),
        f"{took:.2f}" if ending else "", rating, str(tries), str(returns),
        str(2 + tries + returns),
    )  # fmt: skip
    return ",".join(cells)


def _ending(service: Declared, rng: np.random.Generator) -> str:
    """Of those its flow has, by their shares; "" where it has none (a card in force)."""
    there = [(name, share) for name, share in ENDINGS.items() if name in service.ends]
    if not there:
        return ""
    shares = np.cumsum([share for _name, share in there])
    return there[int(np.searchsorted(shares, rng.random() * shares[-1]))][0]


def _after(service: Declared, start: datetime, hours: float, working: WorkingTime) -> datetime:
    if not service.is_working:
        return start + timedelta(hours=hours)
    return working.add(start.astimezone(UTC), hours * _HOUR).astimezone(working.zone)


def _wall(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
