"""E-resources of the demo university: what platforms report, and lists of what they hold.

counter/<platform>-<report>-<period>.json|tsv|csv   COUNTER 5.1, and 5.0 of one vendor
kbart/{Provider}_China_{Package}_2026-09-01.txt      KBART phase II
journal-indexes.csv                                 which indexes cover the journals

All titles are invented. Use follows the calendar's downloads; titles with a word of GROWING grow
by 3 % a month. Planted dirt: a partial report, a line with a wrong total, a metric COUNTER does
not know, first years that are no dates.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from shuren.campus import journal_indexes
from shuren.campus.university import FIRST_DAY, LAST_DAY, NAME
from shuren.kernel.calendar import LibraryCalendar
from shuren.kernel.files import write_atomically

STREAM = 2
GROWING, GROWTH_PER_MONTH = ("Machine", "Quantum", "智能", "量子"), 0.03
ALWAYS = 0.1  # part of the use that goes on whatever the week
LIST_DAY = "2026-09-01"
_TOPICS_EN = (
    *("Machine Perception", "Quantum Materials", "Alpine Hydrology", "Bridge Dynamics"),
    *("River Ecology", "Urban Heat", "Catalytic Surfaces", "Power Grids", "Soil Mechanics"),
    *("Photonic Devices", "Battery Chemistry", "Tunnel Engineering", "Rare Earth Alloys"),
    *("Comparative Education", "Regional Economics", "Public Archives", "Early Medicine"),
)
_TOPICS_ZH = (
    *("智能感知", "量子材料", "山地水文", "桥梁动力学", "江河生态", "城市热环境", "催化表面"),
    *("电力网络", "岩土力学", "光子器件", "电池化学", "隧道工程", "稀土合金", "比较教育"),
    *("区域经济", "公共档案", "古代医学"),
)
_FORMS_EN = ("Shancheng Annals of {}", "Yunxi Letters in {}", "Jiangwan Reviews of {}")
_FORMS_ZH = ("山城{}学报", "云溪{}研究", "江湾{}进展")


@dataclass(frozen=True)
class Platform:
    """a_month: requests of all titles together in an ordinary month at scale 1."""

    name: str
    slug: str
    report: str
    kind: str
    titles: int
    a_month: int
    chinese: bool = False
    release: str = "5.1"
    form: str = "json"
    package: str = ""


PLATFORMS = (
    Platform("CNKI", "cnki", "TR", "Journal", 51, 92_000, True, package="AcademicJournals"),
    Platform("Wanfang Data", "wanfang", "TR_J1", "Journal", 30, 21_000, True, "5.0", "tsv",
             "Periodicals"),
    Platform("ScienceDirect", "sciencedirect", "TR", "Journal", 48, 38_000,
             package="FreedomCollection"),
    Platform("SpringerLink", "springerlink", "TR", "Book", 40, 16_000, package="eBooks"),
    Platform("IEEE Xplore", "ieee", "TR_J3", "Journal", 30, 14_500, package="IEL"),
    Platform("Web of Science", "wos", "DR", "Database_AI", 4, 26_000),
    Platform("EBSCOhost", "ebsco", "DR", "Database_Aggregated", 8, 4_200),
    Platform("ProQuest", "proquest", "DR_D1", "Database_Full", 6, 3_600, form="tsv"),
    Platform("Wiley Online Library", "wiley", "TR_J1", "Journal", 36, 9_800, form="csv",
             package="DatabaseModel"),
    Platform("JSTOR", "jstor", "TR", "Journal", 24, 2_900, package="ArtsSciences"),
)  # fmt: skip
PERIODS = ((FIRST_DAY, date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 10, 31)))


@dataclass
class Eresources:
    """Files in the order to load them: (contract, name); and what was planted."""

    files: list[tuple[str, str]] = field(default_factory=list)
    truth: dict[str, object] = field(default_factory=dict)


@dataclass
class Title:
    name: str
    number: int
    share: float


def write_eresources(
    folder: Path, calendar: LibraryCalendar, seed: int, scale: float
) -> Eresources:
    """The truth: {platform: {metric: total of what a correct load holds}}."""
    made, totals = Eresources(), dict[str, dict[str, int]]()
    journals: list[journal_indexes.Journal] = []
    season = _season(calendar)
    for place, platform in enumerate(PLATFORMS):
        rng = np.random.default_rng([seed, STREAM, place])
        titles = list(_titles(platform, place, rng))
        use = _use(platform, titles, season, scale, rng)
        if platform.kind == "Journal":
            journals += [(t.name, t.number, issn(t.number), platform.chinese) for t in titles]
        totals[platform.name] = {m: sum(map(sum, rows.values())) for m, rows in use.items()}
        for first, last in PERIODS:
            name = f"counter/{platform.slug}-{platform.report}-{first:%Y%m}-{last:%Y%m}"
            content = _report(platform, titles, use, (first, last), sorted(season))
            name = f"{name}.{platform.form}"
            write_atomically(folder / name, content)
            made.files.append(("counter_usage", name))
        if platform.package:
            name = f"kbart/{platform.name.replace(' ', '')}_China_{platform.package}_{LIST_DAY}.txt"
            write_atomically(folder / name, _list(platform, titles, place))
            made.files.append(("eholdings", name))
    covered = journal_indexes.write(folder, journals, LIST_DAY)
    made.files.append((journal_indexes.CONTRACT, journal_indexes.FILE))
    made.truth = {"eresources": totals, "journal_indexes": covered}
    return made


def _season(calendar: LibraryCalendar) -> dict[str, float]:
    """{yyyy-mm: use compared to an ordinary month}, all months that are over by the last day."""
    found: dict[str, list[float]] = {}
    day = FIRST_DAY
    while (day.year, day.month) < (LAST_DAY.year, LAST_DAY.month):
        found.setdefault(f"{day:%Y-%m}", []).append(calendar.demand(day, "downloads"))
        day += timedelta(1)
    means = {month: sum(days) / len(days) for month, days in found.items()}
    usual = sum(means.values()) / len(means)
    return {month: ALWAYS + (1 - ALWAYS) * mean / usual for month, mean in means.items()}


def _titles(platform: Platform, place: int, rng: np.random.Generator) -> Iterator[Title]:
    topics, forms = (_TOPICS_ZH, _FORMS_ZH) if platform.chinese else (_TOPICS_EN, _FORMS_EN)
    shares = rng.dirichlet(np.full(platform.titles, 0.35))
    for number in range(platform.titles):
        name = forms[number // len(topics) % len(forms)].format(topics[number % len(topics)])
        if platform.kind == "Book":
            name = f"{topics[number % len(topics)]}: Volume {number // len(topics) + 1}"
        elif platform.kind.startswith("Database"):
            name = f"{platform.name} {topics[number]} Index"
        elif number >= len(topics) * len(forms) or platform.chinese is False:
            name = f"{name}, Series {chr(65 + place)}"
        yield Title(name, place * 1000 + number, float(shares[number]))


def _use(
    platform: Platform,
    titles: list[Title],
    season: dict[str, float],
    scale: float,
    rng: np.random.Generator,
) -> dict[str, dict[int, list[int]]]:
    """{metric: {title: counts in the order of months}}"""
    found: dict[str, dict[int, list[int]]] = {}
    factors = np.array([season[month] for month in sorted(season)])
    for title in titles:
        grows = any(word in title.name for word in GROWING)
        growth = (1 + GROWTH_PER_MONTH) ** np.arange(len(factors)) if grows else 1.0
        total = rng.poisson(platform.a_month * scale * title.share * factors * growth)
        unique = rng.binomial(total, 0.78)
        counts = {"Total_Item_Requests": total, "Unique_Item_Requests": unique}
        if platform.kind == "Book":
            counts["Unique_Title_Requests"] = rng.binomial(unique, 0.4)
        if platform.kind == "Database_AI":
            counts = {"Total_Item_Investigations": total, "Unique_Item_Investigations": unique}
        if platform.kind.startswith("Database"):
            counts["Searches_Regular"] = total + rng.poisson(total * 0.6)
        if platform.report == "TR":
            counts["No_License"] = rng.binomial(total, 0.01)
        for metric, numbers in counts.items():
            found.setdefault(metric, {})[title.number] = [int(n) for n in numbers]
    return found


def _report(
    platform: Platform,
    titles: list[Title],
    use: dict[str, dict[int, list[int]]],
    period: tuple[date, date],
    months: list[str],
) -> bytes:
    first, last = (f"{day:%Y-%m}" for day in period)
    chosen = [n for n, month in enumerate(months) if first <= month <= last]
    lines = [
        (title, metric, {months[n]: rows[title.number][n] for n in chosen})
        for title in titles
        for metric, rows in use.items()
    ]
    if platform.form == "json":
        return _json_report(platform, lines, period)
    return _table_report(platform, lines, period, [months[n] for n in chosen])


Line = tuple[Title, str, dict[str, int]]


def _header(platform: Platform, period: tuple[date, date]) -> dict[str, Any]:
    header = {
        "Release": platform.release,
        "Report_ID": platform.report,
        "Report_Name": platform.report,
        "Created": f"{period[1] + timedelta(15):%Y-%m-%d}T02:10:00Z",
        "Created_By": platform.name,
        "Institution_Name": NAME["en"],
        "Report_Filters": {
            "Begin_Date": period[0].isoformat(),
            "End_Date": period[1].isoformat(),
        },
        "Exceptions": list[dict[str, object]](),
    }
    if platform.slug == "jstor" and period == PERIODS[-1]:
        partial = {"Code": 3040, "Message": "Partial Data Returned", "Data": "2026-10-31"}
        header["Exceptions"] = [partial]
    return header


def _json_report(platform: Platform, lines: list[Line], period: tuple[date, date]) -> bytes:
    items: dict[int, dict[str, Any]] = {}
    for title, metric, counts in lines:
        named = "Database" if platform.report.startswith("DR") else "Title"
        if title.number not in items:
            attributes = {"Data_Type": platform.kind, "Access_Method": "Regular"}
            if named == "Title":
                attributes |= {"YOP": "2024", "Access_Type": "Controlled"}
            items[title.number] = {
                named: title.name, "Platform": platform.name, "Publisher": platform.name,
                "Item_ID": _identifiers(platform, title),
                "Attribute_Performance": [{**attributes, "Performance": {}}],
            }  # fmt: skip
        performance = items[title.number]["Attribute_Performance"][0]["Performance"]
        performance[metric] = {month: count for month, count in counts.items() if count}
    if platform.slug == "ebsco":  # what its new version counts, and COUNTER does not
        first = next(iter(items.values()))["Attribute_Performance"][0]["Performance"]
        first["Player_Starts"] = {f"{period[0]:%Y-%m}": 12}
    content = {"Report_Header": _header(platform, period), "Report_Items": list(items.values())}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _identifiers(platform: Platform, title: Title) -> dict[str, str]:
    own = {"Proprietary": f"{platform.slug}:{title.number}"}
    if platform.kind == "Book":
        return own | {"ISBN": isbn(title.number)}
    if platform.kind.startswith("Database"):
        return own
    return own | {"Online_ISSN": issn(title.number)}


def _table_report(
    platform: Platform, lines: list[Line], period: tuple[date, date], months: list[str]
) -> bytes:
    parted = "\t" if platform.form == "tsv" else ","
    named = "Database" if platform.report.startswith("DR") else "Title"
    header = _header(platform, period)
    release = "5" if platform.release == "5.0" else platform.release
    span = f"Begin_Date={period[0]}; End_Date={period[1]}"
    above = [
        ("Report_Name", platform.report), ("Report_ID", platform.report), ("Release", release),
        ("Institution_Name", NAME["en"]), ("Institution_ID", ""), ("Metric_Types", ""),
        ("Report_Filters", ""), ("Report_Attributes", ""), ("Exceptions", ""),
        ("Reporting_Period", span), ("Created", header["Created"]), ("Created_By", platform.name),
        ("", ""),
    ]  # fmt: skip
    shown = [f"{date.fromisoformat(month + '-01'):%b-%Y}" for month in months]
    names = [named, "Publisher", "Platform", "Proprietary_ID", "Online_ISSN", "Metric_Type"]
    if named == "Database":
        names.remove("Online_ISSN")
    rows = [[*pair] for pair in above] + [[*names, "Reporting_Period_Total", *shown]]
    for number, (title, metric, counts) in enumerate(lines):
        ids = [f"{platform.slug}:{title.number}"]
        ids += [] if named == "Database" else [issn(title.number)]
        total = sum(counts.values())
        cells = [title.name, platform.name, platform.name, *ids, metric, str(total)]
        rows.append([*cells, *(str(count) for count in counts.values())])
        if platform.slug == "wiley" and number == 0:  # the line above once more, added up wrongly
            rows.append([*cells[:-1], str(total + 1), *(str(c) for c in counts.values())])
    quoted = [[f'"{cell}"' if parted in cell else cell for cell in row] for row in rows]
    return ("\ufeff" + "\r\n".join(parted.join(row) for row in quoted) + "\r\n").encode()


_KBART = (
    "publication_title print_identifier online_identifier date_first_issue_online "
    "num_first_vol_online num_first_issue_online date_last_issue_online num_last_vol_online "
    "num_last_issue_online title_url first_author title_id embargo_info coverage_depth notes "
    "publisher_name publication_type date_monograph_published_print "
    "date_monograph_published_online monograph_volume monograph_edition first_editor "
    "parent_publication_title_id preceding_publication_title_id access_type"
)
KBART = _KBART.split()


def _list(platform: Platform, titles: list[Title], place: int) -> bytes:
    book = platform.kind == "Book"
    lines = ["\t".join(KBART)]
    for number, title in enumerate(titles):
        year = str(1985 + (title.number * 7) % 35)
        cells = {
            "publication_title": title.name,
            "online_identifier": isbn(title.number) if book else issn(title.number),
            "date_first_issue_online": "" if book else year,
            "num_first_vol_online": "" if book else "1",
            "title_url": f"https://{platform.slug}.example/t/{title.number}",
            "title_id": f"{platform.slug}{title.number}",
            "embargo_info": "P1Y" if platform.slug == "jstor" else "",
            "coverage_depth": "fulltext",
            "publisher_name": platform.name,
            "publication_type": "monograph" if book else "serial",
            "date_monograph_published_online": year if book else "",
            "access_type": "F" if number % 9 == 8 else "P",
        }
        if number == 3 and place % 3 == 0:
            cells["date_first_issue_online"] = "vol. 1"  # as somebody typed it
        lines.append("\t".join(cells.get(name, "") for name in KBART))
    return ("\n".join(lines) + "\n").encode()


def issn(number: int) -> str:
    """An ISSN with a right check digit, in the block 9999 nobody has been given."""
    digits = f"9{number:06d}"
    total = sum(weight * int(d) for weight, d in zip(range(8, 1, -1), digits, strict=True))
    check = -total % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if check == 10 else check}"


def isbn(number: int) -> str:
    """An ISBN-13 with a right check digit, hyphenated as COUNTER wants it."""
    digits = f"97999{number:07d}"
    total = sum((3 if n % 2 else 1) * int(d) for n, d in enumerate(digits))
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:9]}-{digits[9:]}-{-total % 10}"
