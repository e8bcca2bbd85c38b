"""Accepted gifts on their way into the catalogue: call number, branch, barcode; page or sheet.

A copy is in the catalogue as being catalogued from the acknowledgement of its gift on, and to be
had once all three are given; the next build says so. The library's own system takes the titles as
CNMARC, and what comes back from it takes the place of what stands here (docs/decisions/0063).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from shuren.data.marc_out import cnmarc_of
from shuren.data.queries import current_snapshot, quarantine_counts, summarise
from shuren.data.tables import rows_of_file
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import NotNow, WrongField
from shuren.service.gift_shapes import READY, TO_DO, Stocked, StockLine
from shuren.service.internals.gift_rows import GiftCopy, GiftItem, GiftThanks
from shuren.service.internals.gifts import marc_rows, stock_checks, stocking
from shuren.service.internals.in_turn import in_turn
from shuren.trust.queries import require

EDIT = "records.edit"
PAGE, MOST = 50, stocking.MOST
VIEWS = (TO_DO, READY)
ENCODINGS = ("utf-8", "gb18030")
# Of a sheet that is loaded down; it comes back under these, or under either word of one.
HEADS = (
    "赠书登录号 Gift number", "题名 Title", "著者 Author", "出版社 Publisher", "年份 Year",
    "ISBN", "索书号 Call number", "校区 Campus", "馆藏地 Location", "条码 Barcode",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t")
COLUMNS: dict[str, tuple[str, ...]] = {
    "copy": ("赠书登录号", "gift number", "copy"),
    "title": ("题名", "title"),
    "author": ("著者", "author"),
    "publisher": ("出版社", "publisher"),
    "year": ("年份", "year"),
    "isbn": ("isbn",),
    "call_number": ("索书号", "call number", "call_number"),
    "campus": ("校区", "campus", "分馆", "branch"),
    "location": ("馆藏地", "location"),
    "barcode": ("条码", "barcode"),
}
_OF_LINE = ("title", "author", "publisher", "year", "isbn")
_OF_COPY = ("barcode", "call_number", "campus", "location")


def counts(gift: str = "", *, actor: Actor) -> dict[str, int]:
    """{view: copies}, of one gift or of all; raises trust's NotAllowed."""
    require(actor, EDIT)
    return {view: _viewed(gift, view).count() for view in VIEWS}


def lines(
    gift: str = "", *, view: str = TO_DO, page: int = 1, actor: Actor
) -> tuple[list[StockLine], int]:
    """(fifty copies of a view, how many it has); raises trust's NotAllowed."""
    require(actor, EDIT)
    found = _viewed(gift, view)
    start = (max(1, page) - 1) * PAGE
    return _lines(list(found[start : start + PAGE])), found.count()


def refused(site: Site) -> int:
    """Copies that the contract refused and that wait in quarantine to be mended."""
    return sum(
        one.open_rows for one in quarantine_counts(site) if one.contract == stocking.CONTRACT
    )


def campuses(site: Site, *, actor: Actor) -> list[str]:
    """Branches that hold anything, for a choice; none before the first build."""
    snapshot = current_snapshot(site)
    if snapshot is None or "mart.copy_state" not in snapshot.tables:
        return []
    table = summarise(
        site, "mart.copy_state", by=["campus"], measures={"copies": "count"}, actor=actor,
        purpose="public_information",
    )  # fmt: skip
    return sorted({str(row[0]) for row in table.rows if row[0]})


def sheet(gift: str = "", *, actor: Actor) -> list[tuple[str, ...]]:
    """The copies to be catalogued, heads first, to be filled in and sent back by `take_sheet`."""
    require(actor, EDIT)
    return [HEADS] + [
        tuple(map(_quoted, (
            one.copy, one.title, one.author, one.publisher, one.year, one.isbn, one.call_number,
            one.campus, one.location, one.barcode,
        )))
        for one in _lines(_viewed(gift, TO_DO))
    ]  # fmt: skip


def take_sheet(site: Site, path: Path, *, actor: Actor) -> Stocked:
    """Take a filled-in sheet back: what a cell says replaces what stood, an empty one changes
    nothing. Good lines are taken although others have something wrong.

    raises  FileProblem, WrongField without a column of gift numbers; trust's NotAllowed
    """
    require(actor, EDIT)
    read = rows_of_file(site, path, most=MOST + 1)
    if read.left:
        raise WrongField("file", _("A list has at most %(count)s lines.", count=f"{MOST:,}"))
    plain = [head.strip().lstrip("\ufeff").casefold() for head in read.heads]
    places = {
        name: next((plain.index(one) for one in (head.casefold(), *known) if one in plain), None)
        for (name, known), head in zip(COLUMNS.items(), HEADS, strict=True)
    }
    if places["copy"] is None:
        raise WrongField(
            "file",
            _("The file has no column of gift numbers."),
            fix=_("Load the sheet of this page down, fill it in and send that."),
        )
    said = []
    for at, row in enumerate(read.rows, 2):
        cells = {
            name: _unquoted(row[place]) if place is not None and place < len(row) else ""
            for name, place in places.items()
        }
        if any(cells.values()):
            said.append((str(at), cells))
    found = _take(site, said, actor)
    torn = tuple((str(line), _("This is no row of the table.")) for line, _text in read.refused)
    return Stocked(found.changed, (*torn, *found.problems))


def catalogue(site: Site, entries: Iterable[Mapping[str, str]], *, actor: Actor) -> Stocked:
    """Give copies what they lack.

    entries  {copy, and any of title, author, publisher, year, isbn, call_number, campus, location,
             barcode}; "" changes nothing
    raises   trust's NotAllowed
    """
    require(actor, EDIT)
    return _take(site, [(one.get("copy", ""), one) for one in entries], actor)


def cnmarc(
    site: Site, gift: str = "", *, encoding: str = "utf-8", actor: Actor
) -> tuple[bytes, int]:
    """The accepted titles for the library's own system, as CNMARC (ISO 2709): a record a line of
    the list, a field 905 for each copy that has a barcode or call number. No donor is named.

    gift      of one gift; "" of all
    encoding  of ENCODINGS
    returns   (the file, how many records were left out: too long, or with signs that the encoding
              does not have)
    raises    WrongField; trust's NotAllowed
    """
    actor = require(actor, EDIT)
    if encoding not in ENCODINGS:
        raise WrongField("encoding", _("Choose UTF-8 or GB 18030."))
    copies: dict[tuple[str, int], list[GiftCopy]] = {}
    for one in _viewed(gift, ""):
        copies.setdefault((one.case_id, one.number), []).append(one)
    lines = _lines_of(copies)
    rows = (marc_rows.rows(lines[key], mine) for key, mine in copies.items() if key in lines)
    return cnmarc_of(site, rows, actor=actor, encoding=encoding)


def notes(barcodes: Sequence[str]) -> dict[str, str]:
    """{copy: what its donor wants to be called} of those that came as gifts and whose donor is
    named; asked each time, so that a name that was taken back is gone with the next page."""
    wanted = [one[:64] for one in barcodes if one]
    if not wanted:
        return {}
    found = GiftCopy.objects.filter(Q(barcode__in=wanted) | Q(pk__in=wanted))
    rows = list(found.values_list("copy_id", "barcode", "case_id"))
    cases = {case for _copy, _code, case in rows}
    thanked = GiftThanks.objects.filter(pk__in=cases, at__isnull=False).exclude(named="")
    named = dict(thanked.values_list("case_id", "named"))
    return {code or copy: named[case] for copy, code, case in rows if case in named}


def _quoted(text: str) -> str:
    """A donor's text that a spreadsheet would run as a formula is told to be text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _unquoted(text: str) -> str:
    plain = text.strip()
    return plain[1:] if plain.startswith("'") and plain[1:].startswith(_FORMULA) else plain


def _take(site: Site, said: Sequence[tuple[str, Mapping[str, str]]], actor: Actor) -> Stocked:
    # In turn, so that of two that give one barcode the second is told.
    with in_turn(site), transaction.atomic():
        copies = _some({one.get("copy", "")[:40] for _place, one in said})
        lines = _lines_of({(one.case_id, one.number): [] for one in copies.values()})
        checks = stock_checks.Checks(site, actor, [one for _place, one in said], copies)
        problems: list[tuple[str, str]] = []
        changed: dict[str, GiftCopy] = {}
        mended: dict[tuple[str, int], GiftItem] = {}
        for place, one in said:
            copy = copies.get(one.get("copy", ""))
            wrong = checks.wrong_with(copy, one)
            if wrong or copy is None:
                problems.append((place, wrong))
                continue
            line = lines[copy.case_id, copy.number]
            if _write_line(line, checks.plain(one)):
                mended[copy.case_id, copy.number] = line
            if _write_copy(copy, one):
                changed[copy.pk] = copy
        try:
            with transaction.atomic():
                kept = _keep(changed, mended)
        except IntegrityError:
            raise NotNow(
                _("Somebody else gave one of these barcodes a moment ago; nothing was taken."),
                fix=_("Look at the list again and send it once more."),
            ) from None
        return Stocked(kept, tuple(problems))


def _write_line(line: GiftItem, said: Mapping[str, str]) -> bool:
    fresh = {name: said[name] for name in _OF_LINE if said.get(name)}
    fresh = {name: text for name, text in fresh.items() if getattr(line, name) != text}
    for name, text in fresh.items():
        setattr(line, name, text)
    return bool(fresh)


def _write_copy(copy: GiftCopy, said: Mapping[str, str]) -> bool:
    fresh = {name: said[name].strip() for name in _OF_COPY if said.get(name, "").strip()}
    fresh = {name: text for name, text in fresh.items() if (getattr(copy, name) or "") != text}
    for name, text in fresh.items():
        setattr(copy, name, text)
    copy.class_number = re.split(r"[/\s]", copy.call_number, maxsplit=1)[0]
    copy.is_ready = bool(copy.barcode and copy.call_number and copy.campus)
    return bool(fresh)


def _keep(changed: Mapping[str, GiftCopy], mended: Mapping[tuple[str, int], GiftItem]) -> int:
    """Every copy of a line that was mended owes the lake its newest state, too."""
    names = [*_OF_COPY, "class_number", "is_ready"]
    GiftCopy.objects.bulk_update(changed.values(), names, batch_size=200)
    GiftItem.objects.bulk_update(mended.values(), _OF_LINE, batch_size=200)
    owing = set(changed)
    for case in {case for case, _number in mended}:
        numbers = {number for one, number in mended if one == case}
        found = GiftCopy.objects.filter(case_id=case).values_list("pk", "number")
        owing |= {key for key, number in found if number in numbers}
    keys = sorted(owing)
    for at in range(0, len(keys), 1_000):
        GiftCopy.objects.filter(pk__in=keys[at : at + 1_000]).update(version=F("version") + 1)
    return len(keys)


def _some(ids: Iterable[str]) -> dict[str, GiftCopy]:
    wanted = sorted(ids)
    found: dict[str, GiftCopy] = {}
    for at in range(0, len(wanted), 1_000):
        rows = GiftCopy.objects.filter(pk__in=wanted[at : at + 1_000]).select_for_update()
        found |= {one.pk: one for one in rows}
    return found


def _viewed(gift: str, view: str) -> "QuerySet[GiftCopy]":
    found = GiftCopy.objects.order_by("copy_id")
    if gift:
        found = found.filter(case_id=gift[:32])
    return found.filter(is_ready=view == READY) if view else found


def _lines_of(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], GiftItem]:
    cases: dict[str, set[int]] = {}
    for case, number in keys:
        cases.setdefault(case, set()).add(number)
    return {
        (case, one.number): one
        for case, numbers in cases.items()
        for one in GiftItem.objects.filter(case_id=case)
        if one.number in numbers
    }


def _lines(copies: Iterable[GiftCopy]) -> list[StockLine]:
    mine = list(copies)
    lines = _lines_of({(one.case_id, one.number) for one in mine})
    found = []
    for one in mine:
        line = lines[one.case_id, one.number]
        found.append(
            StockLine(
                one.copy_id, one.case_id, line.title, line.author, line.publisher, line.year,
                line.isbn, one.is_known, one.barcode or "", one.call_number, one.campus,
                one.location, one.is_ready,
            )
        )  # fmt: skip
    return found
