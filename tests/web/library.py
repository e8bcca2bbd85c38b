"""A tiny library whose every figure can be counted by hand.

6 readers of 文学院 and 6 of 数学学院, 2 of 哲学系.
March 2026: 三体 by all 12 of the first two, 活着 by 5 of 文学院: 17 loans.
April 2026: 线性代数 by 6 of 数学学院, 存在与时间 by both of 哲学系: 8 loans.
Five more rows are refused.
"""

import json
from pathlib import Path

import pytest
from django.db import transaction

from shuren.data.actions import build, load_file
from shuren.data.shapes import Receipt
from shuren.discovery.actions import index
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site, open_site
from shuren.trust.internals.surrogate_rows import Surrogate
from tests.early import make_site

OPERATOR = Actor("cli:test", "administrator")
LETTERS = [f"20190001{n:02}" for n in range(1, 7)]
MATHEMATICS = [f"20190002{n:02}" for n in range(1, 7)]
PHILOSOPHY = ["2019000301", "2019000302"]
READERS = [*LETTERS, *MATHEMATICS, *PHILOSOPHY]
NAMES = {reader: f"郑重其{reader[-4:]}" for reader in READERS}
COLLEGES = {"文学院": LETTERS, "数学学院": MATHEMATICS, "哲学系": PHILOSOPHY}

ACCEPTED, REFUSED = 25, 5
BAD_DATE_LINE, BAD_DATE = 27, "2019000101,活着,I247.57/1,2026-13-45 10:00:00"
BAD_ROWS = [
    BAD_DATE,
    ",活着,I247.57/1,2026-03-09 10:00:00",
    "2019000102,活着,I247.57/1,",
    '2019000103,"活着,I247.57/1,2026-03-09 10:00:00',
    "2019000104,活着",
]


def readers_csv(path: Path) -> Path:
    lines = ["读者证号,姓名,读者类型,学院,校区"]
    for college, readers in COLLEGES.items():
        lines += [f"{reader},{NAMES[reader]},student,{college},本部" for reader in readers]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def loans_csv(path: Path) -> Path:
    march = [(reader, "三体", "I247.55/7") for reader in LETTERS + MATHEMATICS]
    march += [(reader, "活着", "I247.57/1") for reader in LETTERS[:5]]
    april = [(reader, "线性代数", "O151.2/3") for reader in MATHEMATICS]
    april += [(reader, "存在与时间", "B516.54/2") for reader in PHILOSOPHY]
    lines = ["读者证号,题名,索书号,借出时间"]
    lines += [f"{r},{t},{c},2026-03-{n:02} 10:00:00" for n, (r, t, c) in enumerate(march, 1)]
    lines += [f"{r},{t},{c},2026-04-{n:02} 10:00:00" for n, (r, t, c) in enumerate(april, 1)]
    path.write_text("\n".join(lines + BAD_ROWS) + "\n", "utf-8")
    return path


def load_and_build(site: Site, folder: Path) -> Receipt:
    """Both files through the same door as anybody's; the receipt of the loans."""
    load_file(site, "readers", readers_csv(folder / "readers.csv"), actor=OPERATOR)
    receipt = load_file(site, "loans", loans_csv(folder / "loans.csv"), actor=OPERATOR)
    build(site, actor=OPERATOR)
    index(site, actor=OPERATOR)
    rows = list(Surrogate.objects.values_list("blind", "pseudonym"))
    (site.root / "surrogates.json").write_text(json.dumps(rows), "utf-8")
    return receipt


def remember_cards(site: Site) -> None:
    """Put the surrogates of the built library, which went with its transaction, back."""
    rows = json.loads((site.root / "surrogates.json").read_text("utf-8"))
    Surrogate.objects.bulk_create(
        [Surrogate(blind=blind, pseudonym=name) for blind, name in rows], ignore_conflicts=True
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory, django_db_setup, django_db_blocker):
    """The tiny library, loaded and built once; tests get copies of it."""
    folder = tmp_path_factory.mktemp("library")
    site = open_site(make_site(folder / "site"))
    with django_db_blocker.unblock(), transaction.atomic():
        receipt = load_and_build(site, folder)
        transaction.set_rollback(True)
    return site, receipt
