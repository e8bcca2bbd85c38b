"""A thousand planted faults of five kinds: at least 95 of 100 are found (row E6)."""

import random

import pytest

from tests.data.loading import LOANS, load, refusals

KINDS = ("empty reader", "impossible date", "open quote", "column lost", "written twice")


def plant(kind: str, row: list[str], chance: random.Random, before: list[list[str]]) -> str:
    if kind == "empty reader":
        row[1] = chance.choice(["", " ", "NULL", "　"])
    elif kind == "impossible date":
        row[4] = chance.choice(["2025-13-01", "2025-02-30", "someday", "0000-00-00", "1025-01-01"])
    elif kind == "open quote":
        row[3] = '"' + row[3]
    elif kind == "column lost":
        del row[chance.randrange(9)]
    else:
        return ",".join(chance.choice(before))
    return ",".join(row)


@pytest.mark.django_db
def test_planted_faults_are_found_and_clean_rows_are_not_accused(site):
    chance = random.Random(20261122)
    lines, faulty, clean = [], set(), []
    places = set(chance.sample(range(100, 20_000), 1_000))
    for number in range(20_000):
        day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        row = [str(number), f"s{chance.randrange(900)}", f"b{chance.randrange(5000)}", "高等数学"]
        row += [f"{day} 10:00:00", "", "", str(chance.randrange(3)), "A"]
        if number in places:
            kind = KINDS[len(faulty) % len(KINDS)]
            faulty.add(number + 2)
            lines.append(plant(kind, row, chance, clean))
        else:
            clean.append(list(row))
            lines.append(",".join(row))
    receipt = load(site, "loans", LOANS + "\n".join(lines) + "\n")
    found = {line for line, _rule, _field in refusals(site, receipt)}
    assert len(faulty) == 1_000
    assert len(found & faulty) >= 950
    assert not found - faulty
    assert receipt.accepted + receipt.refused == 20_000
