"""A report as words, tables and pictures, before it becomes a file of some format."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """What a table shows at one place.

    value    the number itself, None for words and for what is not known
    places   decimals it is shown with
    percent  a share of 1 with its sign, shown in per cent
    star     the number is of a time that is not complete
    shade    1 to 6: how much, in a heat map; 0 elsewhere
    """

    text: str
    value: float | int | None = None
    places: int = 0
    percent: bool = False
    star: bool = False
    shade: int = 0


@dataclass(frozen=True)
class Grid:
    """heads: (title, whether numbers stand below it); every row has as many cells."""

    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Picture:
    """What is drawn of a figure: its first measure along the labels.

    kind    "line" or "bar"
    before  the year before beside it, or ()
    marks   (title, first place, last place) of what the calendar explains
    growing the last label is of a month that is not over
    """

    kind: str
    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    unit: str
    alt: str
    places: int = 0
    before: tuple[float | None, ...] = ()
    marks: tuple[tuple[str, int, int], ...] = ()
    growing: bool = False
    legend: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Block:
    """One figure: the finding over it, what is counted, picture and table, remarks."""

    id: str
    finding: str
    title: str
    grid: Grid
    picture: Picture | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A chapter: words, one table of its own, then figures."""

    id: str
    title: str
    lead: tuple[str, ...] = ()
    grid: Grid | None = None
    blocks: tuple[Block, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A whole report in one language.

    language  "zh" or "en"; contents: the word over the list of chapters
    facts     (name, value) of the head: data date, snapshot
    page      "Page %(number)s of %(count)s" in that language
    """

    language: str
    title: str
    library: str
    month: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    contents: str
    page: str
    notice: str = ""
