"""Releases for researchers: nobody is known by a few loans, and two releases cannot be tied.

The readers of a small university; each borrows of one or two subjects of their college, some once
in a while of another. One reader is the only one of their grade.
"""

import csv
import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shuren.data import actions, definitions
from shuren.data.errors import ExportTarget, NothingToRelease
from shuren.data.internals import anonymising, building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import DefinitionError, UsageError
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust import egress, releases
from shuren.trust.errors import ApprovalNeeded, EgressBlocked, NotAllowed
from tests.approving import approve_all
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

LIBRARIAN = Actor("lin", "data_librarian")
DIRECTOR = Actor("zhao", "director", doing="dashboards.read")
ID = "reading_by_term"
SUBJECTS = ["I247/1", "TP31/2", "O1/3", "F0/4", "H31/5", "G2/6", "B949/7"]
PERSONS = 300


def attack_script() -> Any:
    path = Path(__file__).parents[2] / "benchmarks" / "privacy" / "attack.py"
    spec = importlib.util.spec_from_file_location("attack", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lake(site: Site) -> Site:
    chance = random.Random(7)
    colleges = ["文学院", "数学学院", "计算机学院"]
    readers, loans = [], []
    for number in range(PERSONS):
        college = number % 3
        readers.append(
            {"reader_id": reader(number), "kind": "student", "college": colleges[college],
             "grade": 1999 if number == 0 else 2023 + number % 4}
        )  # fmt: skip
        own = [SUBJECTS[college], SUBJECTS[college + 1]]
        for nth in range(chance.randrange(2, 9)):
            place = chance.choice(own) if chance.random() < 0.9 else chance.choice(SUBJECTS)
            loans.append(
                {"loan_id": f"{number}-{nth}", "reader_id": reader(number),
                 "item_id": f"i{SUBJECTS.index(place)}",
                 "loaned_at": f"2026-{chance.randrange(1, 7):02}-03T09:00:00"}
            )  # fmt: skip
    items = [
        {"item_id": f"i{n}", "title": f"书{n}", "call_number": call}
        for n, call in enumerate(SUBJECTS)
    ]
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "items", items, place=2)
    put_raw(site, "loans", loans, place=3)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    return site


@pytest.fixture
def any_purpose(lake: Site, settings: Any) -> Site:
    """A library whose data librarians export for the quality of data, too."""
    settings.SITE = lake
    ours = (SHIPPED / "roles" / "data_librarian.yaml").read_text("utf-8")
    folder = lake.definitions / "roles"
    folder.mkdir(parents=True)
    text = ours.replace("purposes: [research]", "purposes: [research, data_quality]")
    (folder / "data_librarian.yaml").write_text(text, "utf-8")
    approve_all(lake)
    return lake


def export(site: Site, target: Path, id: str = ID) -> tuple[list[dict[str, str]], dict[str, Any]]:
    what = definitions.release(site, id).what
    code = egress.allow(egress.ask("research", what, "a study", actor=LIBRARIAN), actor=DIRECTOR)
    actions.export_release(site, id, target, actor=LIBRARIAN, code=code)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, json.loads(target.with_name(f"{target.name}.report.json").read_text("utf-8"))


def truth(site: Site, columns: dict[str, str], release: str) -> dict[str, Any]:
    """Everybody's loans as the release would write them, by the pseudonym they would have there."""
    place = site.snapshots / site.current_pointer.read_text("utf-8").strip()
    chosen = {n: "'*'" if c == "all" else f"coalesce({c}, '')" for n, c in columns.items()}
    with duckdb.connect() as connection:
        found = connection.execute(
            "WITH loan AS (SELECT reader_key, CAST(month AS VARCHAR) AS month, term,"
            " CAST(year AS VARCHAR) AS year, clc_main, clc_second"
            f" FROM read_parquet('{place}/mart/loan_fact.parquet')),"
            " person AS (SELECT reader_key, person_key, kind, college, grade"
            f" FROM read_parquet('{place}/conformed/reader.parquet'))"
            f" SELECT DISTINCT person_key, {', '.join(chosen.values())}"
            " FROM loan JOIN person USING (reader_key)"
        ).fetchall()
    people = sorted({row[0] for row in found})
    named = dict(zip(people, releases.pseudonyms(site, release, people), strict=True))
    result: dict[str, Any] = {}
    for person, *values in found:
        result.setdefault(named[person], (tuple(values[:3]), []))[1].append(tuple(values[3:]))
    return result


EXACT = {"kind": "kind", "college": "college", "grade": "grade",
         "time": "month", "subject": "clc_second"}  # fmt: skip


@pytest.mark.parametrize("known", [1, 2])
def test_the_linkage_attack_finds_many_without_the_gate_and_nobody_behind_it(
    lake: Site, tmp_path: Path, known: int
) -> None:
    script = attack_script()
    rows, report = export(lake, tmp_path / "out.csv")
    given = [
        (r["person"], (r["kind"], r["college"], r["grade"]), (r["time"], r["subject"]))
        for r in rows
    ]
    coarse, exact = truth(lake, report["columns"], ID), truth(lake, EXACT, ID)
    bare = [(p, person, event) for p, (person, events) in exact.items() for event in events]
    # Who is asked for what is drawn by pseudonym, and pseudonyms are new each run: many attacks.
    behind = [script.attack(given, coarse, known, seed) for seed in range(30)]
    without = [script.attack(bare, exact, known, seed) for seed in range(30)]
    assert sum(one.right for one in behind) == 0
    assert sum(one.share for one in without) / 30 > (0.02 if known == 1 else 0.18)
    # the attack does find people, only not one
    assert sum(one.nobody for one in behind) < 0.3 * sum(one.targets for one in behind)
    assert report["persons"] > 0.8 * PERSONS  # and it is still of use


def test_one_release_is_consistent_and_two_cannot_be_tied(lake: Site, tmp_path: Path) -> None:
    folder = lake.definitions / "releases"
    folder.mkdir(parents=True)
    ours = definitions.releases(None)[ID]
    text = Path(building.__file__).parents[2] / "definitions" / "releases" / f"{ours.id}.yaml"
    (folder / "second.yaml").write_text(text.read_text("utf-8").replace(ID, "second"), "utf-8")
    first, _report = export(lake, tmp_path / "one.csv")
    again, _report = export(lake, tmp_path / "two.csv")
    other, _report = export(lake, tmp_path / "three.csv", "second")
    assert first == again
    assert not {r["person"] for r in first} & {r["person"] for r in other}
    assert all(r["person"].startswith("p_") for r in first)


def test_an_ended_release_has_no_key_and_is_never_taken_up_again(
    lake: Site, tmp_path: Path
) -> None:
    export(lake, tmp_path / "one.csv")
    releases.end(ID, actor=LIBRARIAN)
    with pytest.raises(UsageError, match="key is destroyed"):
        export(lake, tmp_path / "two.csv")
    assert not (tmp_path / "two.csv").exists()
    [line] = releases.register()
    assert (line.exports, line.ended_at is not None) == (1, True)


def test_nobody_and_nothing_sensitive_is_in_the_file_or_its_report(
    lake: Site, tmp_path: Path
) -> None:
    rows, report = export(lake, tmp_path / "out.csv")
    both = (tmp_path / "out.csv").read_text("utf-8") + json.dumps(report)
    assert "r_" not in both
    assert not {r["subject"] for r in rows} & {"B", "B9", ""}
    assert report["rows_sensitive"] > 0
    assert report["rows_before"] - report["rows_suppressed"] == report["rows"] == len(rows)


def test_the_report_says_which_groups_lost_what(lake: Site, tmp_path: Path) -> None:
    rows, report = export(lake, tmp_path / "out.csv")
    lost = report["lost_by"]["college"]
    assert [one["rows"] for one in lost] == [
        sum(r["college"] == one["value"] for r in rows) for one in lost
    ]
    assert "1999" not in json.dumps(report), "the only one of their grade is not named there"


def test_a_release_leaves_only_when_two_persons_want_it(lake: Site, tmp_path: Path) -> None:
    with pytest.raises(ApprovalNeeded):
        actions.export_release(lake, ID, tmp_path / "out.csv", actor=LIBRARIAN)
    with pytest.raises(NotAllowed):
        actions.export_release(lake, ID, tmp_path / "out.csv", actor=DIRECTOR)
    assert list(tmp_path.glob("out.csv*")) == []
    export(lake, tmp_path / "out.csv")
    with pytest.raises(ExportTarget):
        actions.export_release(lake, ID, tmp_path / "out.csv", actor=LIBRARIAN)


def test_a_release_that_wants_a_class_four_column_is_blocked_and_reported(
    any_purpose: Site, tmp_path: Path
) -> None:
    lake = any_purpose
    folder = lake.definitions / "releases"
    folder.mkdir(parents=True)
    (folder / "gates.yaml").write_text(
        "id: gates\ntitle: {zh: 门, en: gates}\nrecipient: 某组\npurpose: data_quality\n"
        "persons: {table: conformed.reader, columns: {college: [college]}}\n"
        "events: {table: conformed.gate_event, columns: {who: [reader_key]}}\n",
        "utf-8",
    )
    what = definitions.release(lake, "gates").what
    code = egress.allow(egress.ask("research", what, "x", actor=LIBRARIAN), actor=DIRECTOR)
    with pytest.raises(EgressBlocked, match="class 4"):
        actions.export_release(lake, "gates", tmp_path / "g.csv", actor=LIBRARIAN, code=code)
    [line] = egress.blocked(actor=DIRECTOR)
    assert (line.point, line.table, line.columns) == ("research", "conformed.gate_event", ("who",))


@pytest.mark.parametrize(
    "change", ["k: 4", "known: 4", "most_lost: 1", "persons: {table: t, columns: {a: [all]}}"]
)
def test_a_release_that_hides_nobody_is_refused(site: Site, change: str) -> None:
    folder = site.definitions / "releases"
    folder.mkdir(parents=True)
    said = {"k": "5", "known": "2", "most_lost": "0.1",
            "persons": "{table: conformed.reader, columns: {college: [college]}}"}  # fmt: skip
    key, _colon, value = change.partition(": ")
    lines = [f"{name}: {text}" for name, text in (said | {key: value}).items()]
    head = "id: mine\ntitle: {zh: 甲, en: a}\nrecipient: r\npurpose: research\n"
    body = "\n".join([*lines, "events: {table: mart.loan_fact, columns: {time: [month]}}"])
    (folder / "mine.yaml").write_text(head + body + "\n", "utf-8")
    with pytest.raises(DefinitionError):
        definitions.releases(site)


@pytest.mark.parametrize("known", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_whatever_k_and_known_every_set_that_is_left_is_shared_by_k(seed: int, known: int) -> None:
    """Against counting by hand, over every person and every set of so many of their events."""
    from itertools import combinations

    chance, k = random.Random(seed), 3 + seed
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE event (person INT, grp INT, ev INT)")
        rows = {(p, p % 4, min(chance.randrange(6), chance.randrange(6)))
                for p in range(60) for _n in range(4)}  # fmt: skip
        connection.executemany("INSERT INTO event VALUES (?, ?, ?)", sorted(rows))
        gone = anonymising.suppress(connection, k, known)
        left = connection.execute("SELECT * FROM event").fetchall()
        assert anonymising.is_anonymous(connection, k, known)
    assert len(rows) - gone == len(left) > 0
    events: dict[tuple[int, int], set[int]] = {}
    for person, group, event in left:
        events.setdefault((group, person), set()).add(event)
    for (group, _person), own in events.items():
        for size in range(1, known + 1):
            for some in combinations(sorted(own), size):
                fitting = sum(g == group and set(some) <= has for (g, _p), has in events.items())
                assert fitting >= k


def test_a_table_without_persons_is_no_release(any_purpose: Site, tmp_path: Path) -> None:
    lake = any_purpose
    folder = lake.definitions / "releases"
    folder.mkdir(parents=True)
    (folder / "zones.yaml").write_text(
        "id: zones\ntitle: {zh: 座, en: z}\nrecipient: 某组\npurpose: data_quality\n"
        "persons: {table: conformed.reader, columns: {college: [college]}}\n"
        "events: {table: conformed.seat_zone, columns: {zone: [zone_id]}}\n",
        "utf-8",
    )
    with pytest.raises(NothingToRelease, match="not about persons"):
        actions.export_release(lake, "zones", tmp_path / "z.csv", actor=LIBRARIAN)
