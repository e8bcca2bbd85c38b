"""What a process keeps in memory of loads that were put together, as lists and as files."""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

A_DAY = 43_200  # a load every two seconds
MOMENT = "2026-01-01T00:00:00+00:00"


def make(site: Path, days: int, as_lists: bool) -> str:
    """Receipts of so many days, written as a compaction writes them; returns one merged id."""
    from shuren.data.internals import merged_ids, receipts
    from shuren.data.shapes import Receipt
    from shuren.kernel.site import Site

    (site / "shuren.toml").touch()
    lake, chance = Site(site), random.Random(7)
    (lake.receipts / "merged").mkdir(parents=True)
    for day in range(days):
        stamp = f"L{2026 + day // 336}{day // 28 % 12 + 1:02}{day % 28 + 1:02}T"
        merges = [
            f"{stamp}{n // 1800:02}{n // 30 % 60:02}{n * 2 % 60:02}-{chance.randrange(1 << 24):06x}"
            for n in range(A_DAY)
        ]
        whole = f"{stamp}235959-whole{day}"
        known = dict.fromkeys(Receipt.__dataclass_fields__, "") | {
            "id": whole, "contract": "seat_events", "dialect": {}, "rules": {},
            "started_at": MOMENT, "finished_at": MOMENT, "accepted": 1, "refused": 0, "records": 1,
            "took": [], "notes": [], "barren": [],
        }  # fmt: skip
        if as_lists:
            known["merges"] = merges
        else:
            del known["merges"]
            known["merged"] = merged_ids.summary(merges)
            receipts.ids_file(lake, whole).write_bytes(merged_ids.content(merges))
        receipts.receipt_file(lake, whole).write_text(json.dumps(known), "utf-8")
    return merges[A_DAY // 2]


def asked(site: Path, load: str) -> dict[str, float]:
    """In a process of its own: all receipts read, read again, and one load asked for."""
    from shuren.data.internals import receipts
    from shuren.kernel.site import Site

    lake, before = Site(site), _resident()
    receipts.all_receipts(lake)
    kept, begun = _resident() - before, time.process_time()
    receipts.all_receipts(lake)
    again, begun = time.process_time() - begun, time.process_time()
    assert receipts.standing_for(lake, load).merges
    found = time.process_time() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {"kept_mb": kept, "most_mb": most, "again_cpu_s": again, "found_cpu_s": found}


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def main(days: int) -> None:
    for as_lists in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            load = make(Path(folder), days, as_lists)
            print("as lists" if as_lists else "as files", flush=True)
            subprocess.run([sys.executable, __file__, folder, load], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        costs = asked(Path(sys.argv[1]), sys.argv[2])
        print(json.dumps({name: round(cost, 3) for name, cost in costs.items()}))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
