"""What the library's offices keep about the house itself, 2024 to 2026, as they would write it.

buildings.xlsx, populations.xlsx, staff.xlsx, training.xlsx, surveys.xlsx   the general office
budget-YYYY.csv      the university's accounts, one GB18030 CSV a year
acquisitions.csv     the acquisitions system, GB18030
interlibrary.csv     the document delivery system, GB18030, card numbers as readers have them

Area and spending are those of the whole house at any scale; people and requests scale.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from shuren.campus.people import Reader
from shuren.campus.space import BUILDINGS
from shuren.campus.university import JIANGWAN, LAST_DAY, YUNXI, colleges
from shuren.campus.xlsx import write_workbook
from shuren.kernel.calendar import LibraryCalendar
from shuren.kernel.files import write_atomically

STREAM = 4
YEARS = (2024, 2025, 2026)
FIRST_REQUEST = date(2024, 9, 1)
AREA = 59_362  # m², all buildings together
Cells = list[list[str | int | float]]
Made = tuple[str, str, str]  # contract, file, mapping

# Area, area for users, opened in, hours open in a teaching week.
_HOUSES = {"J": (27_480, 17_950, 1998, 112), "S": (9_062, 5_640, 2021, 105)}
_HOUSES |= {"Y": (22_820, 15_370, 2010, 112)}
# Persons the library serves at scale 1, besides students: they need no card to be counted.
_FACULTY = {JIANGWAN: 760, YUNXI: 540}
_OUTSIDE = {"校友": 4_200, "社会读者": 650}
_UNITS = {
    "综合办公室": (9.0, 0.5),
    "资源建设部": (17.5, 1.0),
    "流通部": (34.0, 32.5),
    "信息咨询部": (14.0, 13.0),
    "学习支持部": (11.5, 11.0),
    "技术与数据部": (12.0, 2.5),
    "特藏部": (7.0, 3.0),
}
# Yearly cost in 2024 and growth a year of every e-resource; names as COUNTER reports give them.
PLATFORMS = {
    "CNKI": ("同方知网", 1_980_000, 0.06),
    "Wanfang Data": ("万方数据", 760_000, 0.04),
    "ScienceDirect": ("Elsevier", 5_240_000, 0.05),
    "SpringerLink": ("Springer Nature", 2_310_000, 0.04),
    "IEEE Xplore": ("IEEE", 1_420_000, 0.05),
    "Web of Science": ("Clarivate", 1_130_000, 0.03),
    "EBSCOhost": ("EBSCO", 640_000, 0.02),
    "ProQuest": ("ProQuest", 820_000, 0.02),
    "Wiley Online Library": ("Wiley", 1_260_000, 0.05),
    "JSTOR": ("ITHAKA", 210_000, 0.03),
}
# Spread over the year in twelve or fewer entries: category → (vendor, yearly amount, entries).
_SPENDING = {
    "人员经费": ("山城大学", 13_600_000, 12),
    "纸本图书": ("", 4_900_000, 40),
    "纸本报刊": ("", 1_450_000, 6),
    "流通借阅业务": ("", 1_310_000, 12),
    "其他读者服务": ("", 980_000, 12),
    "日常运行": ("后勤集团", 2_760_000, 12),
    "馆员培训": ("", 118_000, 8),
    "设备购置": ("", 1_640_000, 9),
    "修缮基建": ("", 1_150_000, 4),
}
_INCOME = (("校拨经费", 40_300_000, 4), ("专项经费", 2_450_000, 2), ("自筹收入", 386_000, 11))
_BOOKSELLERS = ("山城新华书店", "两江图书有限公司", "北方图书供应", "环球外文书店")
_TOPICS = (
    "新生入馆教育",
    "数据库检索技巧",
    "文献管理软件",
    "学位论文写作规范",
    "专利检索",
    "开放获取",
)
_STAFF_TOPICS = ("数据素养", "服务礼仪", "编目规则更新", "消防演练", "个人信息保护")


def write_operations(
    folder: Path, readers: list[Reader], calendar: LibraryCalendar, seed: int, scale: float
) -> list[Made]:
    """Write all of them; what was written, in the order to load it."""
    rng = np.random.default_rng([seed, STREAM])
    made: list[Made] = []
    books: tuple[tuple[str, str, str, Cells], ...] = (
        ("buildings", "buildings", "馆舍", _buildings()),
        ("populations", "populations", "服务人口", _populations(scale)),
        ("staff_years", "staff", "馆员", _staff()),
        ("training_sessions", "training", "培训", _training(calendar, scale, rng)),
        ("survey_results", "surveys", "抽样与调查", _surveys(rng)),
    )
    for contract, name, sheet, cells in books:
        write_atomically(folder / f"{name}.xlsx", write_workbook(sheet, cells))
        made.append((contract, f"{name}.xlsx", f"demo-{name}"))
    for year in YEARS:
        _csv(folder / f"budget-{year}.csv", _budget(year, rng))
        made.append(("budget_entries", f"budget-{year}.csv", "demo-budget"))
    _csv(folder / "acquisitions.csv", _acquisitions(scale, rng))
    made.append(("acquisitions", "acquisitions.csv", "demo-acquisitions"))
    _csv(folder / "interlibrary.csv", _interlibrary(readers, calendar, scale, rng))
    made.append(("interlibrary_requests", "interlibrary.csv", "demo-interlibrary"))
    return made


def _csv(path: Path, cells: Cells) -> None:
    text = "".join(",".join(str(cell) for cell in row) + "\r\n" for row in cells)
    write_atomically(path, text.encode("gb18030"))


def _buildings() -> Cells:
    rows: Cells = [
        ["校区", "馆舍", "建筑面积（平方米）", "读者使用面积", "启用年份", "每周开放小时"]
    ]
    for letter, numbers in _HOUSES.items():
        campus, name, _place = BUILDINGS[letter]
        rows.append([campus, name, *numbers])
    return rows


def _populations(scale: float) -> Cells:
    rows: Cells = [["年度", "校区", "人员类别", "人数"]]
    for step, year in enumerate(YEARS):
        growth = 1 + 0.012 * (step - 1)
        for campus in (JIANGWAN, YUNXI):
            students = sum(college.students for college in colleges() if college.campus == campus)
            rows.append([year, campus, "学生", round(students * scale * growth)])
            rows.append([year, campus, "教职工", round(_FACULTY[campus] * scale)])
        for kind, persons in _OUTSIDE.items():
            rows.append([year, JIANGWAN, kind, round(persons * scale * growth)])
    return rows


def _staff() -> Cells:
    rows: Cells = [["年度", "部门", "全时当量", "其中：读者服务"]]
    for step, year in enumerate(YEARS):
        for unit, (fte, serving) in _UNITS.items():
            leaving = 0.5 * step if unit == "流通部" else 0.0
            rows.append([year, unit, fte - leaving, max(serving - leaving, 0.0)])
    return rows


def _training(calendar: LibraryCalendar, scale: float, rng: np.random.Generator) -> Cells:
    rows: Cells = [["场次编号", "日期", "对象", "主题", "校区", "时长（小时）", "实到人次"]]
    for day in _days(date(2024, 1, 1), LAST_DAY):
        if day.day == 18 and day.month not in (2, 8):
            topic = _STAFF_TOPICS[int(rng.integers(len(_STAFF_TOPICS)))]
            came = int(rng.integers(28, 61))
            rows.append([f"P{day:%Y%m%d}", f"{day:%Y-%m-%d}", "馆员", topic, "", 2, came])
        # The calendar begins with the autumn of 2024; before it the weekday must do.
        teaching = calendar.demand(day, "loans") > 0.5 or day < FIRST_REQUEST
        if day.weekday() in (1, 3) and teaching and day.month not in (1, 2, 7, 8):
            fresh = day.month in (9, 10)
            campus = (JIANGWAN, YUNXI)[int(rng.integers(2))]
            came = max(1, int(rng.normal(74 if fresh else 31, 9) * min(1.0, scale * 2)))
            topic = _TOPICS[0] if fresh else _TOPICS[1 + int(rng.integers(len(_TOPICS) - 1))]
            rows.append([f"T{day:%Y%m%d}", f"{day:%Y-%m-%d}", "读者", topic, campus, 1.5, came])
    return rows


def _surveys(rng: np.random.Generator) -> Cells:
    rows: Cells = [
        ["抽样编号", "年度", "日期", "项目", "校区", "样本数", "合格数", "平均值", "答卷人数"]
    ]
    samples = (
        ("所需文献可获得", 600, 0.71),
        ("所需文献馆藏", 600, 0.84),
        ("排架正确", 2_000, 0.963),
        ("咨询正确", 240, 0.88),
    )
    for step, year in enumerate(YEARS):
        held = f"{year}-05-24"
        for number, (measure, size, share) in enumerate(samples, start=1):
            good = int(rng.binomial(size, min(share + 0.012 * step, 0.99)))
            rows.append([f"S{year}-{number}", year, held, measure, "", size, good, "", ""])
        for number, (campus, hours) in enumerate(((JIANGWAN, 115.5), (YUNXI, 118.0)), start=5):
            asked = int(rng.integers(380, 460))
            wanted = hours + step
            name = f"S{year}-{number}"
            rows.append([name, year, held, "希望开放小时", campus, asked, "", wanted, asked])
    return rows


def _budget(year: int, rng: np.random.Generator) -> Cells:
    """One year's entries by day; the last year ends where the demo's data end."""
    rows: list[tuple[date, list[str | int | float]]] = []

    def book(day: date, *cells: str, amount: float) -> None:
        if day <= LAST_DAY:
            rows.append((day, [f"{day:%Y/%m/%d}", *cells, f"{amount:.2f}"]))

    growth = 1.03 ** (year - YEARS[0])
    for category, (vendor, yearly, entries) in _SPENDING.items():
        for part, day in zip(
            _parts(yearly * growth, entries, rng), _spread(year, entries), strict=True
        ):
            paid = vendor or _BOOKSELLERS[int(rng.integers(len(_BOOKSELLERS)))]
            book(day, "支出", category, "校拨经费", paid, "", amount=part)
    for platform, (vendor, cost, rise) in PLATFORMS.items():
        day = date(year, 1, 5) + timedelta(int(rng.integers(0, 80)))
        fund = "专项经费" if platform == "Wiley Online Library" else "校拨经费"
        amount = cost * (1 + rise) ** (year - YEARS[0])
        book(day, "支出", "电子资源", fund, vendor, platform, amount=amount)
    for fund, yearly, entries in _INCOME:
        for part, day in zip(
            _parts(yearly * growth, entries, rng), _spread(year, entries), strict=True
        ):
            book(day, "收入", "收入", fund, "", "", amount=part)
    header: list[str | int | float] = [
        *(
            "凭证号",
            "年度",
            "记账日期",
            "收支",
            "类别",
            "经费来源",
            "收款单位",
            "资源平台",
            "金额（元）",
        )
    ]
    ordered = sorted(rows, key=lambda row: row[0])
    numbered = ((f"{year}-{number:05}", cells) for number, (_day, cells) in enumerate(ordered, 1))
    return [header, *([entry, year, *cells] for entry, cells in numbered)]


def _parts(whole: float, entries: int, rng: np.random.Generator) -> list[float]:
    """Amounts of whole cents that add up to `whole`."""
    shares = rng.dirichlet(np.full(entries, 20.0))
    parts = [round(whole * float(share), 2) for share in shares]
    parts[-1] = round(whole - sum(parts[:-1]), 2)
    return parts


def _spread(year: int, entries: int) -> list[date]:
    first = date(year, 1, 10)
    return [first + timedelta(round(number * 345 / entries)) for number in range(entries)]


def _acquisitions(scale: float, rng: np.random.Generator) -> Cells:
    rows: Cells = [
        ["订单号", "订购日期", "到货日期", "上架日期", "文献类别", "书商", "册数", "码洋"]
    ]
    # Days from order to receipt and on to the shelf, price of a copy.
    kinds: dict[str, tuple[float, float, float]] = {
        "中文图书": (19, 9, 62.0),
        "外文图书": (58, 14, 540.0),
        "报刊": (12, 3, 95.0),
    }
    names = list(kinds)
    number = 0
    for day in _days(date(2024, 1, 2), LAST_DAY):
        if day.weekday() >= 5:
            continue
        for _order in range(int(rng.poisson(5.0 * max(scale, 0.1)))):
            number += 1
            name = names[int(rng.choice(3, p=(0.74, 0.19, 0.07)))]
            coming, making, each = kinds[name]
            received = day + timedelta(1 + int(rng.gamma(4.0, coming / 4.0)))
            shelved = received + timedelta(1 + int(rng.gamma(3.0, making / 3.0)))
            copies = 1 + int(rng.poisson(2.2))
            vendor = _BOOKSELLERS[3 if name == "外文图书" else int(rng.integers(3))]
            price = f"{copies * each * float(rng.uniform(0.6, 1.5)):.2f}"
            dates = [_known(day), _known(received), _known(shelved)]
            rows.append([f"G{number:06}", *dates, name, vendor, copies, price])
    return rows


def _known(day: date) -> str:
    return f"{day:%Y/%m/%d}" if day <= LAST_DAY else ""


def _interlibrary(
    readers: list[Reader], calendar: LibraryCalendar, scale: float, rng: np.random.Generator
) -> Cells:
    """Borrowed for our readers, mostly researchers, and supplied to other libraries."""
    rows: Cells = [["申请号", "读者证号", "业务方向", "形式", "申请时间", "完成时间", "处理结果"]]
    asking = [reader for reader in readers if reader.type in ("硕士生", "博士生", "教师")]
    weights = np.array([reader.eagerness for reader in asking])
    weights = weights / weights.sum()
    number = 0
    for day in _days(FIRST_REQUEST, LAST_DAY):
        wanted = 6.4 * scale * calendar.demand(day, "delivery")
        for _request in range(int(rng.poisson(wanted))):
            number += 1
            ours = bool(rng.random() < 0.72)
            card = asking[int(rng.choice(len(asking), p=weights))].card if ours else ""
            copy = bool(rng.random() < 0.81)
            at = datetime.combine(day, time(8)) + timedelta(minutes=int(rng.integers(0, 780)))
            filled = at + timedelta(hours=float(rng.gamma(2.0, 9.0 if copy else 48.0)))
            outcome = _outcome(filled, rng.random)
            done = f"{filled:%Y-%m-%d %H:%M}" if outcome == "满足" else ""
            way, form = ("借入" if ours else "借出"), ("复制件" if copy else "原书")
            rows.append([f"H{number:06}", card, way, form, f"{at:%Y-%m-%d %H:%M}", done, outcome])
    return rows


def _outcome(filled: datetime, chance: Callable[[], float]) -> str:
    drawn = chance()
    if drawn < 0.085:
        return "未满足"
    if drawn < 0.115:
        return "撤销"
    return "满足" if filled.date() <= LAST_DAY else "处理中"


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(offset) for offset in range((last - first).days + 1))
