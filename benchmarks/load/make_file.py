"""Writes a dirty CSV of loans: python make_file.py ROWS FILE. Deterministic."""

import random
import sys

TITLES = ("深入理解计算机系统", "红楼梦", "高等数学", '"C++ Primer, 第5版"', "平凡的世界")
HEADER = "loan_id,reader_id,loaned_at,returned_at,barcode,title,call_number,campus\n"


def make_line(number: int, chance: random.Random) -> str:
    title = chance.choice(TITLES)
    reader = f"S2019{chance.randrange(100_000):07d}"
    day = f"2025-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
    minute, copy = chance.randrange(60), chance.randrange(10**6)
    fault = chance.random()
    returned = "2025-13-30 11:00:00" if 0.02 <= fault < 0.04 else "2025-12-30 11:00:00"
    if 0.04 <= fault < 0.05:
        title = '"' + title.strip('"')
    campus = "" if fault < 0.02 else ",A区"
    call = f"TP312/{chance.randrange(999)}"
    book = f"CQ{copy:08d},{title},{call}{campus}"
    return f"{number},{reader},{day} 10:{minute:02d}:00,{returned},{book}\n"


def make_file(rows: int, path: str) -> None:
    chance = random.Random(1)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        file.writelines(make_line(number, chance) for number in range(rows))


if __name__ == "__main__":
    make_file(int(sys.argv[1]), sys.argv[2])
