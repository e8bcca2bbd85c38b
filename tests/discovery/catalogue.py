"""A small catalogue that shows what is hard about Chinese titles, and the index over it."""

from collections.abc import Iterable
from dataclasses import replace

from shuren.discovery.internals import searching, store, writing
from shuren.discovery.internals.records import Record
from shuren.discovery.search_shapes import Answer, Edition, Online, Query
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site


def book(id: str, title: str, author: str = "", call: str = "", **more: object) -> Record:
    """A book of the holdings, one copy on the shelf at 虎溪 unless more is said."""
    record = Record(
        id=id,
        titles=[title],
        authors=[author] if author else [],
        call_numbers=[call] if call else [],
        class_numbers=[call.partition("/")[0]] if call else [],
        language="chi",
        campuses=["虎溪"],
        copies=1,
        available=1,
        title_ids=[id],
        sources=["holdings"],
        editions=[Edition("title", f"{id}-t", title, author, "", None)],
    )
    return replace(record, **more)  # type: ignore[arg-type]


CATALOGUE = [
    book("san", "三国演义", "罗贯中", "I242.4/2", years=[1973], copies=9, available=9),
    book("shi", "三国演义的史学研究", "沈伯俊", "I207.41/8", years=[2002]),
    book("zhi", "三国志", "陈寿", "K236.042/1", publishers=["中华书局"], years=[1959]),
    book("hong", "红楼梦", "曹雪芹", "I242.4/1", years=[1982], available=0, on_loan=1),
    book("qing", "重庆通史", "周勇", "K297.19/2", years=[2014], campuses=["沙坪坝"]),
    book("ming", "明朝那些事儿（壹）", "当年明月", "K248/2"),
    book("shu", "高等数学（上册）", "同济大学数学系", "O13/1", isbns=["9787040396638"]),
    book("c", "C语言程序设计", "谭浩强", "TP312/1", subjects=["C语言", "程序设计"]),
    book("cpp", "C++ Primer中文版（第五版）", "Stanley B. Lippman", "TP312/9"),
    book("huo", "活着", "余华", "I247.57/1"),
    book("lü", "旅行的艺术", "阿兰·德波顿", "I561.65/3"),
    book("zip", "资治通鉴", "司马光", "K204.3/1", publishers=["中華書局"]),
    book("clean", "Clean Code", "Robert C. Martin", "TP311/9", language="eng"),
    book("clrs", "Introduction to Algorithms", "Cormen, Thomas H.", "TP301/4", language="eng"),
    book("rev", "Das Müller-Buch", "Müller, Jörg", "", language="ger"),
    Record(
        id="nature", kind="journal", titles=["Nature"], issns=["00280836"], language="eng",
        dois=["10.1038/nature"], sources=["SpringerLink"],
        online=[Online("Nature", "SpringerLink", "Journals", "https://example.org/n", False)],
    ),
    Record(
        id="plos", kind="journal", titles=["PLoS One"], issns=["19326203"], language="eng",
        sources=["DOAJ"], online=[Online("PLoS One", "DOAJ", "OA", "https://example.org/p", True)],
    ),
]  # fmt: skip


def indexed(site: Site, records: Iterable[Record] = CATALOGUE) -> Site:
    """A site with an index over these records, made as `shuren index` makes one."""
    with store.writing(site):
        writing.make(site, records, "S1", no_progress)
    return site


def asked(site: Site, text: str, **more: object) -> Answer:
    return searching.answer(store.reader(site), Query(text, **more))  # type: ignore[arg-type]


def ids(site: Site, text: str, **more: object) -> list[str]:
    return [hit.item.id for hit in asked(site, text, **more).hits]
