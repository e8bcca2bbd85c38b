"""A gift of books to the demo university: some its library has, most it has not."""

from collections.abc import Iterable

HEADS = ("题名", "著者", "出版社", "年份", "ISBN", "册数")
_SERIES = (
    ("山城文史资料选辑 第{n}辑", "山城文史资料委员会编", "内部印行", 1982),
    ("嘉陵江流域方志辑存 卷{n}", "江城方志办编", "江城出版社", 1991),
    ("校友回忆录 第{n}集", "山城大学校友总会编", "山城大学出版社", 1999),
    ("西部桥梁图录 {n}", "西部桥梁编写组编", "山城工学社", 2003),
)
Row = tuple[str, ...]
Known = tuple[str, str, str]  # title, author, ISBN, as the catalogue has them


def gift_rows(known: Iterable[Known], count: int) -> list[Row]:
    """The lines of a list under HEADS: `known` first, then `count` that no catalogue has."""
    found: list[Row] = [(title, author, "", "", isbn, "1") for title, author, isbn in known]
    for at in range(count):
        title, author, publisher, since = _SERIES[at % len(_SERIES)]
        number = at // len(_SERIES) + 1
        year, copies = str(since + number % 20), str(1 + (at % 7 == 0))
        found.append((title.format(n=number), author, publisher, year, "", copies))
    return found
