"""The roster of alumni: loaded from the office's list, compared with what somebody says.

Of numbers and names only keyed marks are kept, so that the roster says of nobody who they are.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from shuren.data.tables import rows_of_file
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.service.errors import WrongField
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import AlumniRecord, RosterLoad
from shuren.service.member_shapes import Compared, RosterSum
from shuren.trust.actions import marks

MOST, SHOWN, AT_ONCE = 500_000, 100, 5_000
FIRST_COHORT = 1900
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("number", "student_number", "student_no", "学号"),
    "name": ("name", "姓名"),
    "cohort": ("cohort", "entry_year", "入学年份", "入学年", "年级"),
    "left": ("left", "graduated", "graduation_year", "毕业年份", "毕业年", "离校年份"),
    "college": ("college", "学院", "院系"),
    "degree": ("degree", "学历", "学历层次"),
}
NEEDED = ("number", "name", "cohort")


def mark_of(site: Site, numbers: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
    """(mark of the number, mark of number and name) of each; written the same whatever the width
    of its signs, spaces, or the dot in a name."""
    plain = [(_plain(number), _plain(name)) for number, name in zip(numbers, names, strict=True)]
    by_number = marks(site, "alumnus-number", [number for number, _name in plain])
    by_name = marks(site, "alumnus-name", [f"{number}\0{name}" for number, name in plain])
    return list(zip(by_number, by_name, strict=True))


def compare(
    site: Site, number: str, name: str, cohort: int | None, case: str = ""
) -> tuple[Compared, AlumniRecord | None]:
    """What the roster says; cohort None: nobody said one, and it need not agree. case: the one
    whose own claim is no other's."""
    [(by_number, by_name)] = mark_of(site, [number], [name])
    row = AlumniRecord.objects.filter(pk=by_number).select_related("load").first()
    if row is None:
        return Compared((), False), None
    agreed = ["number"]
    if row.name == by_name:
        agreed.append("name")
    if cohort is not None and row.cohort == cohort:
        agreed.append("cohort")
    is_taken = _is_taken(row, case)
    good = "name" in agreed and (cohort is None or "cohort" in agreed)
    return Compared(tuple(agreed), good and not is_taken, is_taken), row


def claim(record: str, case: str) -> bool:
    """Let a membership stand on a line; False where another does. Of two at once one does."""
    known = AlumniRecord.objects.filter(pk=record).values_list("claimed", flat=True).first()
    if known == case:
        return True
    if known and not Case.objects.filter(pk=known, is_open=True).exists():
        release(known)
    return bool(AlumniRecord.objects.filter(pk=record, claimed="").update(claimed=case))


def release(case: str) -> None:
    AlumniRecord.objects.filter(claimed=case).update(claimed="")


def load(site: Site, path: Path, *, account: str, at: datetime) -> RosterSum:
    """Take a list in: new lines are added, known ones written anew, none is taken away, and who
    is a member stays one. Lines that cannot be used are named and not kept.

    raises  FileProblem, WrongField without the columns it needs
    """
    read = rows_of_file(site, path, most=MOST + 1)
    if read.left or len(read.rows) > MOST:
        raise WrongField("file", _("A list has at most %(count)s lines.", count=f"{MOST:,}"))
    refused = [(line, _("The line has other cells than its columns.")) for line, _text in
               read.refused]  # fmt: skip
    found = list(_lines(read.heads, read.rows, at.year, refused))
    if not found:
        raise WrongField(
            "file", _("The file names nobody."),
            fix=refused[0][1] if refused else _("Look whether it is the right file."),
        )  # fmt: skip
    made = RosterLoad.objects.create(
        at=at, account=account, print=_print(path), rows=len(found), fresh=0, refused=len(refused)
    )
    before = AlumniRecord.objects.count()
    for start in range(0, len(found), AT_ONCE):
        _write(site, found[start : start + AT_ONCE], made)
    made.fresh = AlumniRecord.objects.count() - before
    made.save(update_fields=["fresh"])
    refused.sort()
    return RosterSum(made.rows, made.fresh, made.refused, tuple(refused[:SHOWN]))


def _write(site: Site, some: Sequence[dict[str, str]], made: RosterLoad) -> None:
    marked = mark_of(site, [one["number"] for one in some], [one["name"] for one in some])
    AlumniRecord.objects.bulk_create(
        [
            AlumniRecord(
                number=number, name=name, cohort=int(one["cohort"]),
                left=int(one["left"]) if one["left"] else None,
                college=one["college"][:100], degree=one["degree"][:40], load=made,
            )
            for one, (number, name) in zip(some, marked, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name", "cohort", "left", "college", "degree", "load"],
    )  # fmt: skip


def _lines(
    heads: Sequence[str], rows: Iterable[Sequence[str]], year: int, refused: list[tuple[int, str]]
) -> Iterator[dict[str, str]]:
    places = _places(heads)
    seen: dict[str, int] = {}
    for line, row in enumerate(rows, 2):  # the first names the columns
        said = {
            name: row[place].strip() if place is not None and place < len(row) else ""
            for name, place in places.items()
        }
        why = _why_not(said, year)
        number = _plain(said["number"])
        if not why and number in seen:
            why = _("The same number stands in line %(line)s.", line=seen[number])
        if why:
            refused.append((line, why))
            continue
        seen[number] = line
        yield said


def _places(heads: Sequence[str]) -> dict[str, int | None]:
    plain = [head.strip().casefold() for head in heads]
    places = {
        name: next((plain.index(one) for one in known if one in plain), None)
        for name, known in COLUMNS.items()
    }
    if any(places[name] is None for name in NEEDED):
        raise WrongField(
            "file",
            _("The list needs a column each for number, name and year of entry."),
            fix=_("Name them in its first row: number, name, cohort; or 学号, 姓名, 入学年份."),
        )
    return places


def _why_not(said: dict[str, str], year: int) -> str:
    if not said["number"] or len(said["number"]) > 40:
        return _("There is no student number.")
    if not said["name"] or len(said["name"]) > 100:
        return _("There is no name.")
    for name in ("cohort", "left"):
        text = said[name]
        if text.endswith("级"):
            text = said[name] = text[:-1]
        is_year = text.isdecimal() and text.isascii() and FIRST_COHORT <= int(text[:5]) <= year + 1
        if not is_year and (text or name == "cohort"):
            return _("A year of entry or leaving is no year.")
    return ""


def _is_taken(row: AlumniRecord, case: str) -> bool:
    if not row.claimed or row.claimed == case:
        return False
    return Case.objects.filter(pk=row.claimed, is_open=True).exists()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def _print(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def counts() -> tuple[int, int]:
    """(lines, those a membership stands on)"""
    return AlumniRecord.objects.count(), AlumniRecord.objects.exclude(claimed="").count()
