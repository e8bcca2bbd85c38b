"""Reads figures and dashboards from their YAML files."""

from typing import Any

from shuren.insight.shapes import Dashboard, Figure
from shuren.kernel.definitions import DefinitionFile, Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean

CHARTS = ("line", "bar", "table", "heat", "number")
FILTERS = (
    "period", "campus", "building", "college", "clc_main", "reader_kind", "platform", "service",
)  # fmt: skip
MEASURES = ("distinct", "sum", "mean", "max", "share", "ratio")
OF_TWO = ("share", "ratio")
# fmt: off
FIGURE_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", default="the file's name"),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "定义：数的是什么、怎么数 {zh, en}", "Definition: what is counted and how {zh, en}", required=True),  # noqa: E501
    "unit": Key(dict, "单位 {zh, en}", "Unit {zh, en}", required=True),
    "table": Key(str, "所读的表，如 mart.loan_fact", "Table read, such as mart.loan_fact", required=True),  # noqa: E501
    "measures": Key(dict, "名称 → 度量，见下表", "Name → measure, see below", required=True),
    "by": Key(list, "分组的列；number 为 []", "Columns to group by; [] for a number", required=True),  # noqa: E501
    "chart": Key(str, "line、bar、table、heat 或 number", "line, bar, table, heat or number", required=True),  # noqa: E501
    "label": Key(str, "作为名称显示的分组列", "The grouping column shown as name", default="the first of by"),  # noqa: E501
    "across": Key(str, "热力图横向展开的分组列", "Of a heat map: the grouping column that runs across"),  # noqa: E501
    "where": Key(dict, "固定条件：列 → 值或值的列表", "Fixed conditions: column → value or values", default="{}"),  # noqa: E501
    "order": Key(list, "排序的列或度量，前加 - 为降序", "Columns or measures to sort by, - for descending"),  # noqa: E501
    "limit": Key(int, "最多显示几行", "Most rows shown"),
    "filters": Key(list, "可用的筛选：period、campus、building、college、clc_main、reader_kind、platform、service", "Filters offered: period, campus, building, college, clc_main, reader_kind, platform, service"),  # noqa: E501
    "one_month": Key(bool, "只看一个月：所选时段的最后一个月", "Of one month: the last of the period", default="false"),  # noqa: E501
    "last_days": Key(int, "未选时段时只看数据的最后几天", "Without a period: only so many last days of the data"),  # noqa: E501
    "compare": Key(bool, "与上一年同期并列", "Beside the same period of the year before", default="false"),  # noqa: E501
    "annotate": Key(bool, "在图上标出考试周与节假日", "Exam weeks and holidays are marked on it", default="false"),  # noqa: E501
    "decimals": Key(int, "保留几位小数", "Decimal places shown", default="0"),
    "public": Key(bool, "门户也显示，任何人可看", "The portal shows it too, to anybody", default="false"),  # noqa: E501
    "vocabulary": Key(str, "代码取名的词表", "Vocabulary that names the codes"),
}
MEASURE_KEYS = {
    "what": Key(str, "count、distinct:列、sum:列、mean:列、max:列、ratio:列/列（两列之和相除），或 share:列/列（同上，百分比）", "count, distinct:<column>, sum:<column>, mean:<column>, max:<column>, ratio:<column>/<column> of their sums, or share:… in per cent", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "unit": Key(dict, "单位 {zh, en}", "Unit {zh, en}", default="the figure's"),
}
DASHBOARD_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", default="the file's name"),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "question": Key(dict, "这一页回答什么 {zh, en}", "What the page answers {zh, en}", required=True),  # noqa: E501
    "numbers": Key(list, "页首的数字：chart 为 number 的图表", "Numbers on top: figures whose chart is number", default="[]"),  # noqa: E501
    "figures": Key(list, "依次显示的图表", "Figures in order", required=True),
    "order": Key(int, "在工作台栏目中的次序", "Place in the workbench's rail", default="100"),
}
# fmt: on


def read_figure(file: DefinitionFile) -> Figure:
    """raises DefinitionError naming the file and the key."""
    content = file.read_yaml()
    check_keys(file.path, content, FIGURE_KEYS)
    for key in ("title", "description", "unit"):
        _check_bilingual(file, key, content[key])
    measures = {name: _measure(file, name, entry) for name, entry in content["measures"].items()}
    by = tuple(content["by"])
    label = content.get("label", by[0] if by else "")
    across = content.get("across", "")
    chart = content["chart"]
    checks = {
        "id": content.get("id", file.id) == file.id,
        "measures": bool(measures),
        "by": (not by) == (chart == "number"),
        "label": label in by or not by,
        "across": (across in by and across != label) if chart == "heat" else not across,
        "chart": chart in CHARTS,
        "filters": set(content.get("filters", ())) <= set(FILTERS),
        "order": {o.removeprefix("-") for o in content.get("order", ())} <= {*by, *measures},
    }
    for key, good in checks.items():
        if not good:
            raise _mistake(file, _("'%(key)s' has a value that is not known here", key=key))
    return Figure(
        id=file.id,
        title=content["title"],
        description=content["description"],
        unit=content["unit"],
        table=content["table"],
        measures={name: entry["what"] for name, entry in measures.items()},
        measure_titles={name: entry["title"] for name, entry in measures.items()},
        measure_units={n: entry.get("unit", content["unit"]) for n, entry in measures.items()},
        by=by,
        label=label,
        order=tuple(content.get("order", ())),
        limit=content.get("limit"),
        chart=chart,
        filters=tuple(content.get("filters", ())),
        one_month=bool(content.get("one_month", False)),
        public=content.get("public") is True,
        vocabulary=content.get("vocabulary", ""),
        across=across,
        where=tuple((k, _values(v)) for k, v in (content.get("where") or {}).items()),
        last_days=content.get("last_days"),
        compare=bool(content.get("compare", False)),
        annotate=bool(content.get("annotate", False)),
        decimals=content.get("decimals", 0),
    )


def read_dashboard(file: DefinitionFile, figures: dict[str, Figure]) -> Dashboard:
    """raises DefinitionError naming the file and the key."""
    content = file.read_yaml()
    check_keys(file.path, content, DASHBOARD_KEYS)
    for key in ("title", "question"):
        _check_bilingual(file, key, content[key])
    numbers, shown = tuple(content.get("numbers") or ()), tuple(content["figures"])
    for key, ids in (("numbers", numbers), ("figures", shown)):
        for id in ids:
            if id not in figures:
                raise _mistake(
                    file, _("'%(key)s' names a figure that is not there: %(id)s", key=key, id=id),
                    did_you_mean(str(id), figures),
                )  # fmt: skip
            if (figures[id].chart == "number") != (key == "numbers"):
                raise _mistake(file, _("'%(id)s' does not belong under '%(key)s'", id=id, key=key))
    return Dashboard(
        id=file.id,
        title=content["title"],
        question=content["question"],
        numbers=numbers,
        figures=shown,
        order=content.get("order", 100),
    )


def _measure(file: DefinitionFile, name: str, entry: Any) -> dict[str, Any]:
    what = str(entry.get("what", "")) if isinstance(entry, dict) else ""
    kind, _sep, column = what.partition(":")
    halves = all(part for part in column.split("/")) and column.count("/") == 1
    if what != "count" and not (kind in MEASURES and column and (kind not in OF_TWO or halves)):
        raise _mistake(
            file,
            _("the measure '%(name)s' counts nothing known", name=name),
            _("Write count, distinct:<column> or sum:<column>."),
        )
    check_keys(file.path, entry, MEASURE_KEYS, f"measures.{name}")
    _check_bilingual(file, name, entry.get("title"))
    if "unit" in entry:
        _check_bilingual(file, name, entry["unit"])
    return dict(entry)


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _check_bilingual(file: DefinitionFile, key: str, text: Any) -> None:
    if not isinstance(text, dict) or set(text) != {"zh", "en"} or not all(text.values()):
        raise _mistake(file, _("'%(key)s' must be {zh: …, en: …}", key=key))


def _mistake(file: DefinitionFile, what: str, fix: str = "") -> DefinitionError:
    return DefinitionError(_("%(path)s: %(what)s.", path=file.path, what=what), fix=fix)
