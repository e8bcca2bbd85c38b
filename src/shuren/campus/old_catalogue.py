"""The card catalogue of a branch, typed in by hand long ago, and the authority file of its authors.

old-catalogue.iso   CNMARC: books the library has, without ISBN; a third with a slip of the pen in
                    the title, a third under the author's other name, a third without author; none
                    of the last two has a class
authorities.iso     CNMARC authorities: the authors' names, with the other name each wrote under
"""

from pathlib import Path

import numpy as np

from shuren.campus.catalogue import Catalogue, Title
from shuren.campus.marc import field_data, iso_record
from shuren.campus.people import GIVEN
from shuren.kernel.files import write_atomically

STREAM = 12
Made = tuple[str, str, str]
RECORDS, AUTHORITIES = "old-catalogue.iso", "authorities.iso"
FEWEST, SHARE, LONG = 6, 0.02, 8  # of the titles; signs of a title in which a slip leaves it known


def write_old_catalogue(
    folder: Path, catalogue: Catalogue, seed: int
) -> list[tuple[str, str, str]]:
    """(contract, file, mapping) of what was written; nothing where a small university has hardly a
    title that was made up: of real authors nothing is invented."""
    rng = np.random.default_rng([seed, STREAM])
    usable = [
        title
        for title in catalogue.titles
        if title.language == "zh" and not title.real and len(title.title) >= LONG
        and "，" not in title.author and "、" not in title.author
    ]  # fmt: skip
    if len(usable) < FEWEST:
        return []
    chosen = rng.permutation(len(usable))[
        : max(FEWEST, round(SHARE * len(catalogue.titles)))
    ].tolist()
    titles = [usable[place] for place in chosen]
    names: dict[str, str] = {}
    for title in titles[1::3]:
        names.setdefault(title.author, _other_name(rng))
    records = [_record(n, title, names, rng) for n, title in enumerate(titles)]
    write_atomically(folder / RECORDS, b"".join(records))
    authorities = [_authority(n, *pair) for n, pair in enumerate(names.items())]
    write_atomically(folder / AUTHORITIES, b"".join(authorities))
    return [
        ("bib_records", RECORDS, "cnmarc"),
        ("authority_records", AUTHORITIES, "cnmarc-authority"),
    ]


def _other_name(rng: np.random.Generator) -> str:
    signs = rng.integers(0, len(GIVEN), 3).tolist()
    return "".join(GIVEN[sign] for sign in signs)


def _record(number: int, title: Title, names: dict[str, str], rng: np.random.Generator) -> bytes:
    kind = number % 3
    text, author = title.title, title.author
    if kind == 0:
        place = int(rng.integers(1, len(text) - 2))
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    author = names[author] if kind == 1 else "" if kind == 2 else author
    fields = [
        ("001", f"OLD{number + 1:06d}"),
        ("005", "19980601080000.0"),
        ("101", field_data("0 ", ("a", "chi"))),
        ("200", field_data("1 ", ("a", text), ("f", author))),
        ("210", field_data("  ", ("c", title.publisher), ("d", str(title.year)))),
    ]
    if kind == 0:
        fields.append(("690", field_data("  ", ("a", title.class_number), ("v", "4"))))
    if author:
        fields.append(("701", field_data(" 0", ("a", author))))
    return iso_record([*fields, ("801", field_data(" 0", ("a", "CN"), ("b", "OLD")))])


def _authority(number: int, heading: str, other: str) -> bytes:
    return iso_record(
        [
            ("001", f"A{number + 1:06d}"),
            ("005", "20240601080000.0"),
            ("100", field_data("  ", ("a", "20240601achiy0110    ea"))),
            ("200", field_data(" 0", ("a", heading))),
            ("400", field_data(" 0", ("a", other))),
            ("801", field_data(" 0", ("a", "CN"), ("b", "SCU"))),
        ],
        kind="x  ",
    )
