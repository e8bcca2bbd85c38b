"""What is really in the exports, for tests that ask a reader of them to find it again."""

from collections import Counter

import numpy as np

from shuren.campus import seasons
from shuren.campus.catalogue import Catalogue
from shuren.campus.lending import Loans
from shuren.campus.people import Reader
from shuren.campus.space import zones

TOP, GOOD_HISTORY = 20, 45


def record(
    seed: int,
    scale: float,
    readers: list[Reader],
    catalogue: Catalogue,
    loans: Loans,
    good: np.ndarray,
    lost_readers: list[int],
    files: dict[str, dict[str, object]],
) -> dict[str, object]:
    """`good` marks loans whose line is not spoilt; only they are counted, as they alone
    can be read. `lent` counts all."""
    picked = np.flatnonzero(good)
    title_of = np.array([copy.title for copy in catalogue.copies])
    titles = Counter(title_of[loans.copy[picked]].tolist())
    best = sorted(titles.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]
    months = np.array([f"{day:%Y-%m}" for day in loans.days])[loans.day[picked]]
    kinds = np.array([reader.kind for reader in readers])[loans.reader[picked]]
    campuses = np.array([copy.campus for copy in catalogue.copies])[loans.copy[picked]]
    return {
        "seed": seed,
        "scale": scale,
        "data_date": loans.days[-1].isoformat(),
        "readers": len(readers),
        "titles": len(catalogue.titles),
        "real_titles": sum(title.real for title in catalogue.titles),
        "copies": len(catalogue.copies),
        "seats": sum(zone.seats for zone in zones()),
        "lent": len(loans.day),
        "open_loans": int((loans.returned < 0).sum()),
        "loans": len(picked),
        "loans_by_month": _count(months),
        "loans_by_reader_kind": _count(kinds),
        "loans_by_campus": _count(campuses),
        "top_titles": [
            {
                "title": catalogue.titles[number].title,
                "call_number": catalogue.titles[number].call_number,
                "loans": count,
            }
            for number, count in best
        ],
        "cards": _cards(readers, loans, good, lost_readers),
        "growth_per_month": seasons.GROWTH_PER_MONTH,
        "files": files,
    }


def _cards(
    readers: list[Reader], loans: Loans, good: np.ndarray, lost: list[int]
) -> dict[str, str]:
    """For each kind the card that is nearest to GOOD_HISTORY loans among those with a book
    out, of readers whose own line and card are good; students are undergraduates, those beyond
    are `postgraduate`."""
    lent = np.bincount(loans.reader[good], minlength=len(readers))
    out = np.bincount(loans.reader[good & (loans.returned < 0)], minlength=len(readers))
    spoilt = set(lost)
    best: dict[str, tuple[int, str]] = {}
    for index, reader in enumerate(readers):
        if out[index] and reader.status == "正常" and index not in spoilt:
            distance = abs(int(lent[index]) - GOOD_HISTORY)
            is_beyond = reader.study not in ("", "undergraduate")
            kind = "postgraduate" if is_beyond else reader.kind
            best[kind] = min(best.get(kind, (distance, reader.card)), (distance, reader.card))
    return {kind: card for kind, (_distance, card) in sorted(best.items())}


def _count(values: np.ndarray) -> dict[str, int]:
    return dict(sorted(Counter(values.tolist()).items()))
