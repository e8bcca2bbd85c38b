"""CPU of reading MARC: pymarc, and the source `marc`, on one file of real records."""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data" / "marc21-real"
FILES = (
    "uva/uva_001_2000.mrc",
    "dnb/marc-00000000-00001999.mrc",
    "dnb/Btest.utf8.mrc",
    "evergreen/jazz_1k.mrc",
    "evergreen/lul_fre_500.mrc",
)
GOAL = 8

CPU = """
import resource, sys
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
"""

PYMARC = (
    CPU
    + """
import pymarc
from pathlib import Path
from shuren.data.definitions import mappings
from shuren.data.internals.marc.expression import parse

pick = sys.argv[2] == "pick"
columns = [parse(str(c.names[0])).terms for c in mappings(None)["marc21"].columns.values()]
found, before = 0, cpu()
with open(sys.argv[1], "rb") as file:
    for record in pymarc.MARCReader(file, permissive=True, utf8_handling="replace"):
        found += 1
        if record is None or not pick:
            continue
        row = []
        for terms in columns:
            values = []
            for term in terms:
                for field in record.get_fields(term.tag):
                    if term.codes:
                        values += field.get_subfields(*term.codes)
                    else:
                        values.append(field.data)
            row.append(" | ".join(values))
print(found, cpu() - before)
"""
)

SHUREN = (
    CPU
    + """
from pathlib import Path
from shuren.data.definitions import contract, mappings
from shuren.data.internals.marc.marc_source import MarcSource
from shuren.kernel.shapes import no_progress
import pyarrow.compute

bib, mapping = contract(None, "bib_records"), mappings(None)["marc21"]
found, before = 0, cpu()
table, _ = MarcSource().open(None, Path(sys.argv[1]), bib, mapping, no_progress)
for block in table.blocks():
    found += block.table.num_rows + len(block.refused)
print(found, cpu() - before)
"""
)


def make_file(path: Path, records: int) -> int:
    """Whole sources, one after another, until there are at least `records`."""
    sources = [(DATA / name).read_bytes() for name in FILES]
    count = 0
    with path.open("wb") as out:
        while count < records:
            for source in sources:
                out.write(source)
                count += source.count(b"\x1d")
    return count


def measure(code: str, *arguments: str) -> tuple[int, float]:
    out = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    ).stdout.split()
    return int(out[0]), float(out[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    asked = parser.parse_args()
    if not DATA.exists():
        raise SystemExit("../shared/data/marc21-real is not here")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.mrc"
        count = make_file(path, asked.records)
        size = path.stat().st_size
        ours, our_cpu = measure(SHUREN, str(path))
        theirs, their_cpu = measure(PYMARC, str(path), "pick")
        _read, reading_cpu = measure(PYMARC, str(path), "read")
    assert ours == theirs == count, (ours, theirs, count)
    result = {
        "records": count,
        "bytes": size,
        "shuren": {"cpu_s": round(our_cpu, 2), "records_per_cpu_s": round(count / our_cpu)},
        "pymarc": {"cpu_s": round(their_cpu, 2), "records_per_cpu_s": round(count / their_cpu)},
        "pymarc_reading_only": {"cpu_s": round(reading_cpu, 2)},
        "pymarc_to_shuren": round(their_cpu / our_cpu, 1),
        "reading_only_to_shuren": round(reading_cpu / our_cpu, 1),
        "goal": GOAL,
        "machine": {"cpus": os.cpu_count(), "system": platform.platform()},
        "pymarc_version": importlib.metadata.version("pymarc"),
        "when": time.strftime("%Y-%m-%d"),
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
