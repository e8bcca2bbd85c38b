"""Which indexes cover the demo university's journals, as its subject librarians keep them.

journal-indexes.csv   GB18030: index, title, ISSN, first and last year, date of the list

Every journal is invented, so what is said of it is as well. Planted dirt: an ISSN too short, an
index nobody knows.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from shuren.kernel.files import write_atomically

FILE, CONTRACT = "journal-indexes.csv", "journal_indexes"
STREAM = 11
Journal = tuple[str, int, str, bool]  # title, number, ISSN, Chinese
_HEAD = ("收录库", "刊名", "eISSN", "收录起始年", "收录终止年", "名单日期")
_SHARES_EN = {"SCIE": 0.55, "EI": 0.4, "Scopus": 0.75, "SSCI": 0.12, "ESCI": 0.1}
_SHARES_ZH = {"北大核心": 0.6, "CSCD": 0.45, "CSSCI": 0.25, "EI": 0.08}
_SINCE = (1990, 2022)
_ENDED = 0.04  # share of what is no longer covered


def write(folder: Path, journals: Iterable[Journal], day: str) -> dict[str, int]:
    """Write the list of a day; {index as the list calls it: journals that are covered now}."""
    covered: dict[str, int] = {}
    lines = [",".join(_HEAD)]
    for title, number, issn, is_chinese in journals:
        # A journal is in the same indexes whichever seed the lending has.
        rng = np.random.default_rng([STREAM, number])
        for index, share in (_SHARES_ZH if is_chinese else _SHARES_EN).items():
            if rng.random() > share:
                continue
            since = int(rng.integers(*_SINCE))
            ended = str(since + 2) if rng.random() < _ENDED else ""
            name = f'"{title}"' if "," in title else title
            lines.append(f"{index},{name},{issn},{since},{ended},{day}")
            covered[index] = covered.get(index, 0) + (not ended)
    lines += ["SCIE,山城大学学报,1672-12,2001,,", "某某索引,山城大学学报,9999-9994,2001,,"]
    write_atomically(folder / FILE, ("\r\n".join(lines) + "\r\n").encode("gb18030"))
    return covered
