"""Gifts of books: a list of any length, what the catalogue has of it, decisions in bulk, thanks.

A gift is a case of the flow `donation`. The list names no donor; what the donor is called in
public and on the certificate they say themselves, and take back when they like.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from shuren.data.tables import rows_of_file
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN, READER
from shuren.service.errors import NoSuchCase, NotNow, WrongField
from shuren.service.gift_shapes import DECISIONS, OPEN, GiftLine, GiftSum
from shuren.service.internals import acting
from shuren.service.internals.case_rows import Case
from shuren.service.internals.gift_rows import GiftItem, GiftThanks
from shuren.service.internals.gifts import matching

FLOW, LOADING, DECIDING = "donation", ("offered", "agreed", "received"), ("agreed", "received")
MOST, PAGE = 50_000, 50
COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("title", "题名", "书名", "正题名"),
    "author": ("author", "authors", "著者", "作者", "责任者"),
    "publisher": ("publisher", "出版社", "出版者"),
    "year": ("year", "published", "published_year", "出版年", "年份"),
    "isbn": ("isbn",),
    "copies": ("copies", "volumes", "册数", "复本数"),
}
# What a page narrows the list by.
VIEWS = ("", "open", "known", "new", *DECISIONS)


def load_list(site: Site, case_id: str, path: Path, *, actor: Actor) -> GiftSum:
    """Take a file as the list of a gift, in place of the one before; nothing decided is kept.

    raises  NoSuchCase, NotNow once volumes are processed, FileProblem, WrongField without a column
            of titles
    """
    with transaction.atomic():
        row = _row(case_id, actor, LOADING)
        read = rows_of_file(site, path, contract="bib_records", most=MOST + 1)
        if read.left or len(read.rows) > MOST:
            raise WrongField("file", _("A list has at most %(count)s lines.", count=f"{MOST:,}"))
        items = _items(row.pk, read.heads, read.rows)
        matching.mark_known(site, items, actor)
        GiftItem.objects.filter(case_id=row.pk).delete()
        GiftItem.objects.bulk_create(items, batch_size=1_000)
        found = _sum(row.pk, read.refused)
        GiftThanks.objects.update_or_create(
            case_id=row.pk,
            defaults={"pseudonym": row.pseudonym, "titles": found.titles,
                      "volumes": found.volumes},
        )  # fmt: skip
        return found


def decide(
    case_id: str,
    decision: str,
    *,
    view: str = "",
    numbers: Iterable[int] | None = None,
    reason: str = "",
    actor: Actor,
) -> int:
    """Decide about lines at once: those numbered, else all of a view; how many.

    view    of VIEWS: open, known (the catalogue has it), new, or what was decided before
    raises  NoSuchCase, NotNow before it is agreed or after it is processed, WrongField
    """
    if decision not in DECISIONS:
        raise WrongField("decision", _("Choose what is to be done with them."))
    with transaction.atomic():
        row = _row(case_id, actor, DECIDING)
        found = _viewed(row.pk, view)
        if numbers is not None:
            found = found.filter(number__in=list(numbers))
        return found.update(decision=decision, reason=reason.strip()[:200])


def gift(case_id: str, *, actor: Actor) -> GiftSum:
    return _sum(_row(case_id, actor).pk)


def lines(
    case_id: str, *, view: str = "", page: int = 1, actor: Actor
) -> tuple[list[GiftLine], int]:
    """(fifty lines of a view, how many it has)"""
    found = _viewed(_row(case_id, actor).pk, view).order_by("number")
    start = (max(1, page) - 1) * PAGE
    return [_line(one) for one in found[start : start + PAGE]], found.count()


def be_named(case_id: str, name: str, *, actor: Actor) -> None:
    """The donor says what they are called in thanks; "" takes it back, also from the page.

    raises  NoSuchCase for anybody else
    """
    row = Case.objects.filter(pk=case_id[:32], flow=FLOW).first()
    if row is None or READER not in acting.parts(actor, row):
        raise NoSuchCase
    plain = "".join(sign for sign in name if sign.isprintable()).strip()[:100]
    GiftThanks.objects.update_or_create(
        case_id=row.pk,
        defaults={"named": plain, "pseudonym": row.pseudonym},
        create_defaults={"named": plain, "pseudonym": row.pseudonym, "titles": 0, "volumes": 0},
    )


def name_of(case_id: str, *, actor: Actor) -> str:
    found = GiftThanks.objects.filter(pk=case_id[:32], pseudonym=actor.reader_key).first()
    return found.named if found and actor.reader_key else ""


def thanks(limit: int = 200) -> list[tuple[str, int, int, int]]:
    """(name or "", titles, volumes, year) of acknowledged gifts, the newest first."""
    rows = GiftThanks.objects.filter(at__isnull=False, titles__gt=0).order_by("-at")
    return [
        (one.named, one.titles, one.volumes, one.at.astimezone().year)
        for one in rows[:limit]
        if one.at
    ]


def _row(case_id: str, actor: Actor, states: Sequence[str] = ()) -> Case:
    row = Case.objects.filter(pk=case_id[:32], flow=FLOW).first()
    mine = acting.parts(actor, row) if row else frozenset()
    if row is None or not mine & {LIBRARIAN, acting.ONLOOKER}:
        raise NoSuchCase
    if states and (row.state not in states or LIBRARIAN not in mine):
        raise NotNow(
            _("The list can be worked on only until its volumes are processed."),
            fix=_("Agree to the gift first, or open another case for what came later."),
        )
    return row


def _items(case_id: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[GiftItem]:
    plain = [head.strip().casefold() for head in heads]
    places = {
        name: next((plain.index(one) for one in known if one in plain), None)
        for name, known in COLUMNS.items()
    }
    if places["title"] is None:
        raise WrongField(
            "file",
            _("The file has no column of titles."),
            fix=_(
                "Name the columns in its first row: title, author, publisher, year, isbn, copies."
            ),
        )
    items = []
    for at, row in enumerate(rows, 1):
        said = {
            name: row[place].strip() if place is not None and place < len(row) else ""
            for name, place in places.items()
        }
        if not said["title"]:
            continue
        items.append(
            GiftItem(
                case_id=case_id, number=at, title=said["title"][:500], author=said["author"][:300],
                publisher=said["publisher"][:200], year=said["year"][:10],
                isbn=matching.isbn13(said["isbn"]), copies=_copies(said["copies"]),
            )
        )  # fmt: skip
    if not items:
        raise WrongField("file", _("The file names no title."))
    return items


def _copies(text: str) -> int:
    return min(int(text), 10_000) if text.isdecimal() and int(text[:6]) > 0 else 1


def _viewed(case_id: str, view: str) -> "QuerySet[GiftItem]":
    found = GiftItem.objects.filter(case_id=case_id)
    narrowed: Mapping[str, Q] = {
        "": Q(), "open": Q(decision=OPEN), "known": ~Q(known=""), "new": Q(known=""),
    }  # fmt: skip
    return found.filter(narrowed.get(view, Q(decision=view)))


def _sum(case_id: str, refused: tuple[tuple[int, str], ...] = ()) -> GiftSum:
    found = GiftItem.objects.filter(case_id=case_id)
    counted = found.values_list("decision").annotate(n=Count("pk"), volumes=Sum("copies"))
    decided = {decision: (n, volumes) for decision, n, volumes in counted.order_by()}
    return GiftSum(
        sum(volumes for _n, volumes in decided.values()),
        sum(n for n, _volumes in decided.values()),
        found.exclude(known="").count(),
        {name: decided.get(name, (0, 0)) for name in (OPEN, *DECISIONS)},
        refused,
    )


def _line(one: GiftItem) -> GiftLine:
    return GiftLine(
        one.number, one.title, one.author, one.publisher, one.year, one.isbn, one.copies,
        one.known, one.by, one.decision, one.reason,
    )  # fmt: skip
