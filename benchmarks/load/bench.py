"""CPU of loading a dirty CSV: DuckDB alone, pydantic row by row, and shuren load."""

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
SAMPLE = 50_000
PACKAGES = ("duckdb", "pyarrow", "numpy", "pydantic")

DUCKDB = """
import duckdb, sys
with duckdb.connect(config={"threads": 2}) as lake:
    lake.execute("SET enable_progress_bar = false")
    lake.execute(
        "CREATE TABLE loans AS SELECT * FROM read_csv(?, all_varchar=true, "
        "ignore_errors=true, strict_mode=false, header=true, delim=',', quote='\\"')", [sys.argv[1]]
    )
    print(lake.execute("SELECT count(*) FROM loans").fetchone()[0])
"""

PYDANTIC = """
import csv, itertools, json, resource, sys
from datetime import datetime
from pydantic import BaseModel, Field, ValidationError, model_validator

class Loan(BaseModel):
    loan_id: str = Field(max_length=64)
    reader_id: str = Field(min_length=1, max_length=40, pattern=r'^[^ ,;|"<>]+$')
    loaned_at: datetime
    returned_at: datetime | None
    barcode: str = Field(max_length=64)
    title: str = Field(max_length=1000)
    call_number: str = Field(max_length=200)
    campus: str = Field(max_length=100)

    @model_validator(mode="after")
    def in_order(self):
        if self.returned_at is not None and self.returned_at < self.loaned_at:
            raise ValueError("returned before it was lent")
        return self

def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

good, before = 0, cpu()
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in itertools.islice(csv.DictReader(file), int(sys.argv[2])):
        try:
            Loan(**row)
            good += 1
        except (ValidationError, TypeError):
            pass
print(json.dumps({"good": good, "cpu": round(cpu() - before, 2)}))
"""


def measure(command: list[str]) -> dict[str, object]:
    """CPU seconds (user + system) and wall seconds of one process with its children."""
    before, began = cpu_of_children(), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, cpu = time.monotonic() - began, cpu_of_children() - before
    return {"cpu": round(cpu, 2), "wall": round(wall, 2), "said": done.stdout.strip()}


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def machine() -> dict[str, object]:
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"cores": os.cpu_count(), "python": platform.python_version(), **versions}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--results", type=Path, default=HERE / "results.json")
    options = parser.parse_args()
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        path, site = str(Path(folder) / "loans.csv"), str(Path(folder) / "site")
        subprocess.run([python, str(HERE / "make_file.py"), str(options.rows), path], check=True)
        shuren = [python, "-m", "shuren"]
        subprocess.run([*shuren, "init", site], check=True, capture_output=True)
        found = {
            "duckdb": measure([python, "-c", DUCKDB, path]),
            "pydantic": measure([python, "-c", PYDANTIC, path, str(SAMPLE)]),
            "shuren": measure([*shuren, "--site", site, "load", "loans", path, "--json"]),
        }
        size = Path(path).stat().st_size
    # Without the start of its interpreter: on a small sample that would be most of it.
    found["pydantic"] |= json.loads(str(found["pydantic"].pop("said")))
    (receipt,) = json.loads(str(found["shuren"].pop("said")))
    per_million = {
        name: round(float(str(found[name]["cpu"])) / rows * 1e6, 2)
        for name, rows in (
            ("duckdb", options.rows),
            ("pydantic", min(SAMPLE, options.rows)),
            ("shuren", options.rows),
        )
    }
    results = {
        "machine": machine(),
        "rows": options.rows,
        "bytes": size,
        "runs": found,
        "receipt": {key: receipt[key] for key in ("records", "accepted", "refused", "rules")},
        "cpu_seconds_per_million_rows": per_million,
        "shuren_to_duckdb": round(per_million["shuren"] / per_million["duckdb"], 2),
        "pydantic_to_shuren": round(per_million["pydantic"] / per_million["shuren"], 2),
        "rows_per_second": round(options.rows / float(str(found["shuren"]["wall"]))),
    }
    options.results.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(results, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
