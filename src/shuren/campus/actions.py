"""Writes the demo library as the exports of four systems, and the truth about them.

readers-cards.csv      campus card system, GB18030 CSV
yunxi-cards.csv        the gates of the second campus, with card numbers of their own
items-ils.txt          integrated library system, GB18030, columns parted by |
loans-YYYY-YYYY.csv    the same system, one file an academic year, GB18030 CSV
loans-2026-autumn.csv.gz  its successor, UTF-8 with BOM, this term
seats.xlsx             the general office's list
catalogue-cnmarc.iso   cataloguing system, CNMARC as ISO 2709 in GB18030
old-catalogue.iso, authorities.iso   a branch's old card catalogue, and authors' names
library-documents.zip  scans, leaflets and a chapter on reserve
knowledge.xlsx          questions, rules and guides of the reference desk
reader-cases.csv        two years of cases of every service, as the platform's own events
place-hours.csv, event-results.csv, gift-results.csv  what bookings, events and gifts came to
counter/, kbart/        usage reports and title lists of e-resource platforms
and what campus/operations.py names: buildings, people served, staff, budget, orders …
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from shuren.campus import case_history, knowledge, marc, papers, rows, truth
from shuren.campus.catalogue import make_catalogue
from shuren.campus.dirt import soil
from shuren.campus.eresources import write_eresources
from shuren.campus.gate_cards import FILE, MAPPING, write_gate_cards
from shuren.campus.knowledge import write_knowledge
from shuren.campus.lending import LOANS, lend
from shuren.campus.old_catalogue import write_old_catalogue
from shuren.campus.operations import write_operations
from shuren.campus.papers import write_papers
from shuren.campus.people import make_readers
from shuren.campus.sensors import write_sensors
from shuren.campus.service_events import write_service_events
from shuren.campus.space import zones
from shuren.campus.university import CALENDAR, FIRST_DAY, LAST_DAY, colleges
from shuren.campus.use_history import write_use_history
from shuren.campus.xlsx import write_workbook
from shuren.kernel.calendar import load_calendar
from shuren.kernel.files import write_atomically
from shuren.kernel.shapes import Progress, no_progress

SEED = 2029


@dataclass(frozen=True)
class SourceFile:
    """An export: the contract and mapping by which to load it."""

    contract: str
    path: Path
    mapping: str


@dataclass(frozen=True)
class Year:
    """A file of loans: those lent from `first` to `last`."""

    name: str
    first: date
    last: date
    layout: rows.Layout


YEARS = (
    Year("loans-2024-2025.csv", FIRST_DAY, date(2025, 8, 31), rows.OLD_LOANS),
    Year("loans-2025-2026.csv", date(2025, 9, 1), date(2026, 8, 30), rows.OLD_LOANS),
    Year("loans-2026-autumn.csv.gz", date(2026, 8, 31), LAST_DAY, rows.NEW_LOANS),
)


def write_campus(
    folder: Path,
    *,
    seed: int = SEED,
    scale: float = 1.0,
    progress: Progress = no_progress,
) -> list[SourceFile]:
    """The exports in the order to load them, and truth.json beside them.

    The same seed and scale give the same bytes. At scale 1: 12,400 readers, 9,000 titles,
    48,000 copies, 180,000 loans; the seats do not scale. progress counts days of lending.
    """
    rng = np.random.default_rng(seed)
    calendar = load_calendar(None, CALENDAR)
    houses = colleges()
    readers = make_readers(houses, scale, rng)
    catalogue = make_catalogue(scale, rng)
    span = (FIRST_DAY, LAST_DAY)
    loans = lend(readers, catalogue, houses, calendar, span, LOANS * scale, rng, progress)
    writer = _Writer(folder, rng)
    files = [writer.write("readers", "readers-cards.csv", rows.READERS, rows.of_readers(readers))]
    lost_readers = writer.lost
    items = rows.of_items(catalogue, loans)
    files.append(writer.write("items", "items-ils.txt", rows.ITEMS, items))
    write_atomically(folder / "seats.xlsx", write_workbook("座位", rows.of_zones(zones())))
    files.append(SourceFile("seat_zones", folder / "seats.xlsx", "demo-seats"))
    good = np.ones(len(loans.day), bool)
    for year in YEARS:
        picked = rows.picked(loans, year.first, year.last)
        cells = rows.of_loans(readers, catalogue, loans, picked, year.layout)
        files.append(writer.write("loans", year.name, year.layout, cells))
        good[picked[writer.lost]] = False
    writer.counts[marc.FILE] = marc.write_bib_records(folder, catalogue, seed)
    files.append(SourceFile("bib_records", folder / marc.FILE, "cnmarc"))
    record = truth.record(seed, scale, readers, catalogue, loans, good, lost_readers, writer.counts)
    gates = write_gate_cards(folder, readers, seed)
    files.append(SourceFile("readers", folder / FILE, MAPPING))
    reported = write_sensors(folder, readers, calendar, seed, scale, gates.numbers)
    served = write_service_events(folder, catalogue, calendar, seed, scale)
    asked = case_history.write_case_history(folder, readers, calendar, seed, scale)
    files.append(SourceFile(case_history.CONTRACT, folder / case_history.FILE, ""))
    used, uses = write_use_history(folder, calendar, seed, scale)
    bought = write_eresources(folder, calendar, seed, scale)
    written = write_papers(folder)
    files.append(SourceFile(papers.CONTRACT, folder / papers.FILE, ""))
    known = write_knowledge(folder, calendar)
    files.append(SourceFile(knowledge.CONTRACT, folder / knowledge.FILE, knowledge.MAPPING))
    told = gates.truth | reported.truth | served.truth | asked | uses | bought.truth
    told |= written | known
    content = json.dumps(record | told, ensure_ascii=False, indent=1)
    write_atomically(folder / "truth.json", content.encode())
    for contract, name in (*reported.files, *served.files, *used, *bought.files):
        files.append(SourceFile(contract, folder / name, ""))
    operations = write_operations(folder, readers, calendar, seed, scale)
    for contract, name, mapping in [*write_old_catalogue(folder, catalogue, seed), *operations]:
        files.append(SourceFile(contract, folder / name, mapping))
    return files


class _Writer:
    """Writes text exports; keeps the dirt counts, and the lost rows of the last file."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self.folder, self.rng = folder, rng
        self.counts: dict[str, dict[str, object]] = {}
        self.lost: list[int] = []

    def write(
        self, contract: str, name: str, layout: rows.Layout, cells: list[list[str]]
    ) -> SourceFile:
        body, faults, self.lost = soil(
            cells,
            layout.places,
            layout.delimiter,
            layout.encoding,
            layout.footer(len(cells)),
            self.rng,
        )
        refused = len(self.lost) + faults.get("repeated_line", 0) + faults.get("footer", 0)
        records = len(cells) + faults.get("repeated_line", 0) + faults.get("footer", 0)
        self.counts[name] = {
            "contract": contract,
            "records": records,
            "refused": refused,
            "dirt": faults,
        }
        header = layout.delimiter.join(layout.columns).encode(layout.encoding) + b"\r\n"
        content = layout.before + header + body
        pack: Callable[[bytes], bytes] = _gzip if name.endswith(".gz") else bytes
        write_atomically(self.folder / name, pack(content))
        return SourceFile(contract, self.folder / name, layout.mapping)


def _gzip(content: bytes) -> bytes:
    # No time in the header, so that the bytes depend on the content alone.
    return gzip.compress(content, compresslevel=6, mtime=0)
