"""The columns of each export, and the demo library's records as cells of text."""

import codecs
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from shuren.campus.catalogue import Catalogue
from shuren.campus.dirt import Places
from shuren.campus.lending import Loans
from shuren.campus.people import Reader
from shuren.campus.space import Zone


@dataclass(frozen=True)
class Layout:
    """How one system writes its export. `day` writes a date, `closing` the last line's word;
    `mapping` reads it."""

    mapping: str
    columns: tuple[str, ...]
    places: Places
    delimiter: str = ","
    encoding: str = "gb18030"
    before: bytes = b""
    day: str = "%Y/%m/%d"
    closing: str = ""

    def footer(self, count: int) -> str:
        return f"{self.closing}{self.delimiter}{count}" if self.closing else ""


READERS = Layout(
    "demo-readers",
    (
        "证件号",
        "姓名",
        "性别",
        "读者类型",
        "单位",
        "专业",
        "年级",
        "校区",
        "手机",
        "状态",
        "有效期",
    ),
    Places(text=4, number=6, date=10, id=0, optional=5),
    day="%Y%m%d",
)
ITEMS = Layout(
    "demo-items",
    (
        *("条码号", "题名", "题名拼音", "责任者", "出版社", "出版年", "ISBN", "语种"),
        *("索书号", "分类号", "馆藏地", "校区", "价格", "状态", "入藏日期"),
    ),
    Places(text=1, number=None, date=14, id=0, optional=6, quotes=False),
    delimiter="|",
)
_LOANS = (
    *("流水号", "读者证号", "条码号", "题名", "索书号"),
    *("借出时间", "应还日期", "归还日期", "续借次数", "校区"),
)
_LOAN_PLACES = Places(text=3, number=8, date=5, id=1, optional=7)
OLD_LOANS = Layout("demo-loans", _LOANS, _LOAN_PLACES, closing="合计")
NEW_LOANS = Layout(
    "demo-loans-new",
    _LOANS,
    _LOAN_PLACES,
    encoding="utf-8",
    before=codecs.BOM_UTF8,
    day="%Y-%m-%d",
    closing="合计",
)
_LANGUAGES = {"zh": "chi", "en": "eng"}
_ZONE_COLUMNS = (
    *("区域编号", "校区", "馆舍", "楼层", "区域名称", "英文名称", "空间类型"),
    *("座位数", "面积（平方米）", "电源插座", "安静程度", "开门时间", "关门时间"),
)
_ZONE_KINDS = {
    "reading": "阅览",
    "study": "自习",
    "discussion": "研讨",
    "digital": "电子阅览",
    "lounge": "休闲",
    "accessible": "无障碍",
}


def quoted(text: str) -> str:
    """A CSV cell: in quotes when it must be."""
    if "," in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def of_readers(readers: list[Reader]) -> list[list[str]]:
    return [
        [
            *(reader.card, reader.name, reader.gender, reader.type, reader.unit, reader.major),
            *(reader.grade, reader.campus, reader.phone, reader.status),
            reader.until.strftime(READERS.day),
        ]
        for reader in readers
    ]


def of_items(catalogue: Catalogue, loans: Loans) -> list[list[str]]:
    """Copies that are out on the last day are 借出."""
    out = set(loans.copy[loans.returned < 0].tolist())
    cells = []
    for number, copy in enumerate(catalogue.copies):
        title = catalogue.titles[copy.title]
        cells.append(
            [
                *(copy.barcode, title.title, title.pinyin, title.author, title.publisher),
                *(str(title.year), title.isbn, _LANGUAGES[title.language], title.call_number),
                *(title.class_number, copy.location, copy.campus, title.price),
                "借出" if number in out else copy.status,
                copy.acquired,
            ]
        )
    return cells


def of_zones(zones: list[Zone]) -> list[list[str | int]]:
    header: list[str | int] = [*_ZONE_COLUMNS]
    return [
        header,
        *(
            [
                *(
                    zone.id,
                    zone.campus,
                    zone.building,
                    f"{zone.floor}层",
                    zone.title,
                    zone.title_en,
                ),
                *(_ZONE_KINDS[zone.kind], zone.seats, zone.area_m2, "有" if zone.power else "无"),
                *(zone.quiet_level, zone.opens_at, zone.closes_at),
            ]
            for zone in zones
        ),
    ]


def picked(loans: Loans, first: date, last: date) -> np.ndarray:
    """Indices of the loans lent from `first` to `last`."""
    start = loans.days[0]
    low, high = (first - start).days, (last - start).days
    return np.flatnonzero((loans.day >= low) & (loans.day <= high))


def of_loans(
    readers: list[Reader], catalogue: Catalogue, loans: Loans, picked: np.ndarray, layout: Layout
) -> list[list[str]]:
    days = _dates(loans, layout.day)
    titles = [quoted(title.title) for title in catalogue.titles]
    clock = [f" {minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60)]
    seconds = [f"{second:02d}" for second in range(60)]
    columns = (
        *(loans.reader[picked], loans.copy[picked], loans.day[picked], loans.minute[picked]),
        *(loans.due[picked], loans.returned[picked], loans.returned_minute[picked]),
        *(loans.renewals[picked], picked),
    )
    cells = []
    for reader, number, day, minute, due, back, late, renewals, serial in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        copy = catalogue.copies[number]
        cells.append(
            [
                f"L{serial + 1:08d}",
                readers[reader].card,
                copy.barcode,
                titles[copy.title],
                catalogue.titles[copy.title].call_number,
                days[day] + clock[minute] + seconds[serial * 7 % 60],
                days[due],
                "" if back < 0 else days[back] + clock[late] + seconds[number * 7 % 60],
                str(renewals),
                copy.campus,
            ]
        )
    return cells


def _dates(loans: Loans, form: str) -> list[str]:
    """Text of each day, some way past the last one, because due dates lie there."""
    length = int(loans.due.max()) + 1
    return [(loans.days[0] + timedelta(day)).strftime(form) for day in range(length)]
