"""CPU seconds to read a dirty CSV: our readers beside DuckDB's read_csv, which only skips errors.

python benchmarks/reading/run.py [ROWS]
"""

import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb

from shuren.data.internals.reading.opening import open_table
from shuren.data.shapes import Mapping

TITLES = ["深入理解计算机系统", "红楼梦", "高等数学", '"C++ Primer, 第5版"', "平凡的世界"]
HEADER = "loan_id,reader_id,loaned_at,returned_at,barcode,title,call_number,campus\n"


def write_dirty(path: Path, rows: int) -> None:
    """5 % of the lines lack a column, carry an impossible date or a quote without its pair."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for number in range(rows):
            dirt, title = chance.random(), chance.choice(TITLES)
            if 0.04 <= dirt < 0.05:
                title = '"' + title.strip('"')
            day = f"2025-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
            due = "2025-13-30" if 0.02 <= dirt < 0.04 else "2025-12-30"
            file.write(
                f"{number},S2019{chance.randrange(100_000):07d},{day} 10:00:00,{due} 11:00:00,"
                f"CQ{chance.randrange(10**6):08d},{title},TP312/{chance.randrange(999)}"
                f"{'' if dirt < 0.02 else ',A区'}\n"
            )


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dirty.csv"
        write_dirty(path, rows)
        size = path.stat().st_size
        print(f"{rows:,} rows, {size / 1e6:.0f} MB")
        accepted, refused = 0, Counter[str]()
        start = time.process_time()
        for block in open_table(path, Mapping("benchmark", "loans")).blocks():
            accepted += block.table.num_rows
            refused.update(item.rule for item in block.refused)
        ours = time.process_time() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        assert accepted + refused.total() == rows
        print(f"ours    {ours:6.2f} CPU s, {accepted:,} rows, refused {dict(refused)}, {memory} MB")
        start = time.process_time()
        with duckdb.connect() as lake:
            lake.execute(
                "CREATE TABLE t AS SELECT * FROM read_csv(?, all_varchar=true, ignore_errors=true)",
                [str(path)],
            )
            found = lake.execute("SELECT count(*) FROM t").fetchall()[0][0]
        duck = time.process_time() - start
        print(f"DuckDB  {duck:6.2f} CPU s, {found:,} rows; ours / DuckDB = {ours / duck:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
