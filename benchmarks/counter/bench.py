"""COUNTER JSON rows a second, beside `json.load` of the same file. See README.md."""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
METRICS = ("Total_Item_Investigations", "Total_Item_Requests", "Unique_Item_Investigations",
           "Unique_Item_Requests")  # fmt: skip
MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


def make_file(path: Path, titles: int) -> int:
    """A Title Report; returns how many rows a correct reader finds."""
    chance = random.Random(5)
    rows = 0
    header = {"Release": "5.1", "Report_ID": "TR", "Created": "2027-01-15T00:00:00Z",
              "Institution_Name": "Library", "Report_Filters": {"Begin_Date": "2026-01-01",
              "End_Date": "2026-12-31"}}  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write('{"Report_Header":' + json.dumps(header) + ',"Report_Items":[')
        for number in range(titles):
            sets = []
            for year in ("2025", "2026"):
                performance = {
                    metric: {m: chance.randint(1, 900) for m in MONTHS} for metric in METRICS
                }
                rows += len(METRICS) * len(MONTHS)
                sets.append({"Data_Type": "Journal", "YOP": year, "Access_Type": "Controlled",
                             "Access_Method": "Regular", "Performance": performance})  # fmt: skip
            item = {"Title": f"Journal {number}", "Publisher": "Publisher", "Platform": "Platform",
                    "Item_ID": {"Proprietary": f"p:{number}", "DOI": f"10.9999/{number}"},
                    "Attribute_Performance": sets}  # fmt: skip
            file.write(("," if number else "") + json.dumps(item))
        file.write("]}")
    return rows


def total_of(content: dict) -> int:
    return sum(
        count
        for item in content["Report_Items"]
        for one in item["Attribute_Performance"]
        for months in one["Performance"].values()
        for count in months.values()
    )


def step(name: str, path: Path) -> int:
    """One reading in this process; the total, or 0 where nothing is added up."""
    if name == "json":
        with path.open(encoding="utf-8") as file:
            return total_of(json.load(file))
    if name == "orjson":
        import orjson

        orjson.loads(path.read_bytes())
        return 0
    from shuren.data.definitions import contract
    from shuren.data.internals.counter.source import CounterSource
    from shuren.data.shapes import Mapping
    from shuren.kernel.shapes import no_progress

    found = contract(None, "counter_usage")
    mapping = Mapping(id="", contract="counter_usage")
    table, _mapping = CounterSource().open(None, path, found, mapping, no_progress)
    return sum(
        sum(map(int, block.table.column(block.table.num_columns - 1).to_pylist()))
        for block in table.blocks()
    )


def measured(command: list[str]) -> tuple[float, str]:
    """CPU seconds of a command and its children, and what it printed last."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, (done.stdout.strip().splitlines() or [""])[-1]


def lake_total(site: Path) -> int:
    import duckdb

    files = str(site / "data/lake/raw/counter_usage/*.parquet")
    return int(duckdb.sql(f"SELECT sum(usage_count) FROM read_parquet('{files}')").fetchall()[0][0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--titles", type=int, default=20_000)
    parser.add_argument("--step", default="")
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    if arguments.step:
        print(step(arguments.step, arguments.file))
        return
    with tempfile.TemporaryDirectory() as folder:
        path, site = Path(folder) / "report.json", Path(folder) / "site"
        rows = make_file(path, arguments.titles)
        shuren = str(Path(sys.executable).parent / "shuren")
        subprocess.run([shuren, "init", str(site)], check=True, capture_output=True, cwd=ROOT)
        own = [sys.executable, __file__, "--file", str(path), "--step"]
        cpu, totals = {}, {}
        for name in ("json", "orjson", "source"):
            cpu[name], totals[name] = measured([*own, name])
        load = [shuren, "--site", str(site), "load", "counter_usage", str(path)]
        cpu["load"], _said = measured(load)
        assert int(totals["json"]) == int(totals["source"]) == lake_total(site)
        result = {
            "rows": rows,
            "megabytes": round(path.stat().st_size / 1e6, 1),
            "cpu_seconds": {name: round(seconds, 2) for name, seconds in cpu.items()},
            "rows_per_cpu_second": {name: round(rows / cpu[name]) for name in ("source", "load")},
            "load_to_json_load": round(cpu["load"] / cpu["json"], 2),
            "cpus": os.cpu_count(),
        }
    print(json.dumps(result, indent=1))
    Path(__file__).with_name("results.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
