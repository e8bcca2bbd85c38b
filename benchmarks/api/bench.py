"""Page 1 beside page 10,000 of a table, through the whole HTTP stack of the API.

The same table asked for by OFFSET through the data room's door is the peer: what a page costs
without a keyset.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
LIMIT = 100


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-api-"))
    try:
        prepare(folder)
        result = measure(folder, given.rows, given.rounds)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        os.write(1, json.dumps(result, indent=1).encode() + b"\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path) -> None:
    """A new site with Django ready on it."""
    (folder / "shuren.toml").write_text("", "utf-8")
    os.environ["SHUREN_SITE"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def publish(folder: Path, rows: int) -> None:
    """A snapshot with one table of titles, written as a build writes it: sorted by its key."""
    import duckdb

    from shuren.data.internals import snapshots
    from shuren.data.shapes import Column, SnapshotInfo, SnapshotTable
    from shuren.kernel.clock import now
    from shuren.kernel.files import write_atomically
    from shuren.kernel.site import open_site

    site = open_site(folder)
    target = site.snapshots / "S20260101T000000-000000"
    (target / "conformed").mkdir(parents=True)
    duckdb.connect().execute(
        "COPY (SELECT printf('t%010d', i) AS title_id, 'Title ' || hash(i) AS title,"
        " 1900 + i % 126 AS published_year FROM range(?) AS made(i) ORDER BY title_id)"
        f" TO '{target}/conformed/title.parquet' (FORMAT parquet, COMPRESSION zstd)",
        [rows],
    )
    names = {"title_id": "VARCHAR", "title": "VARCHAR", "published_year": "BIGINT"}
    columns = tuple(Column(name, kind, 1, {"zh": name, "en": name}) for name, kind in names.items())
    title = {"zh": "题名", "en": "Titles"}
    table = SnapshotTable("conformed.title", rows, columns, title, public=True, order=("title_id",))
    info = SnapshotInfo(target.name, now(), "", {table.name: table}, ())
    snapshots.write_manifest(target, info, {}, {})
    write_atomically(site.current_pointer, target.name.encode())


def measure(folder: Path, rows: int, rounds: int) -> dict[str, object]:
    publish(folder, rows)
    from django.test import Client

    from shuren.data import queries
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import open_site
    from shuren.trust.actions import create_api_key
    from shuren.web.api import cursors
    from shuren.web.middleware import ANONYMOUS

    _id, key = create_api_key(
        "bench", owner="bench", scopes=["marts:read:conformed"], purposes=["public_information"],
        per_minute=100_000, per_day=100_000, created_by=Actor("cli:bench", "administrator"),
    )  # fmt: skip
    client, site = Client(SERVER_NAME="localhost"), open_site(folder)
    page = min(10_000, rows // LIMIT)
    question = cursors.question_of(["conformed.title", "public_information", [], []])
    mark = cursors.write(
        cursors.Cursor("S20260101T000000-000000", question, (f"t{(page - 1) * LIMIT - 1:010d}",))
    )

    def ask(after: str) -> float:
        begun = time.perf_counter()
        query = {"limit": LIMIT, **({"after": after} if after else {})}
        answer = client.get(
            "/api/v1/marts/conformed.title", query, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 200, answer.content
        assert len(answer.json()["rows"]) == LIMIT
        return time.perf_counter() - begun

    def by_offset() -> float:
        begun = time.perf_counter()
        queries.read(
            site, "conformed.title", purpose="public_information", actor=ANONYMOUS,
            order_by=["title_id"], limit=LIMIT, offset=(page - 1) * LIMIT,
        )  # fmt: skip
        return time.perf_counter() - begun

    ask(""), ask(mark), by_offset()  # the first of each opens files
    taken = [(ask(""), ask(mark), by_offset()) for _round in range(rounds)]
    first, late, offset = (statistics.median(column) * 1000 for column in zip(*taken, strict=True))
    return {
        "rows": rows,
        "page": page,
        "first_page_ms": round(first, 1),
        "late_page_ms": round(late, 1),
        "late_to_first": round(late / first, 2),
        "late_page_by_offset_ms": round(offset, 1),
    }


if __name__ == "__main__":
    main()
