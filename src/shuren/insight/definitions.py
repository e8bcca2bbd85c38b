"""Figures and indicators declared in definitions/figures/*.yaml and definitions/indicators/*.yaml,
ours and the site's."""

from functools import cache
from typing import Any

from shuren.insight.internals import indicator_files
from shuren.insight.shapes import Figure, Indicator
from shuren.kernel.definitions import DefinitionFile, Key, find_definitions, required
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean

CHARTS = ("line", "bar", "table")
FILTERS = ("period", "campus", "college", "clc_main", "reader_kind")
# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", default="the file's name"),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "定义：数的是什么、怎么数 {zh, en}", "Definition: what is counted and how {zh, en}", required=True),  # noqa: E501
    "unit": Key(dict, "单位 {zh, en}", "Unit {zh, en}", required=True),
    "table": Key(str, "所读的表，如 mart.loan_fact", "Table read, such as mart.loan_fact", required=True),  # noqa: E501
    "measures": Key(dict, "名称 → 度量，见下表", "Name → measure, see below", required=True),
    "by": Key(list, "分组的列", "Columns to group by", required=True),
    "chart": Key(str, "line、bar 或 table", "line, bar or table", required=True),
    "label": Key(str, "作为名称显示的分组列", "The grouping column shown as name", default="the first of by"),  # noqa: E501
    "order": Key(list, "排序的列或度量，前加 - 为降序", "Columns or measures to sort by, - for descending"),  # noqa: E501
    "limit": Key(int, "最多显示几行", "Most rows shown"),
    "filters": Key(list, "可用的筛选：period、campus、college、clc_main、reader_kind", "Filters offered: period, campus, college, clc_main, reader_kind"),  # noqa: E501
    "one_month": Key(bool, "只看一个月：所选时段的最后一个月", "Of one month: the last of the period", default="false"),  # noqa: E501
    "public": Key(bool, "门户也显示，任何人可看", "The portal shows it too, to anybody", default="false"),  # noqa: E501
    "vocabulary": Key(str, "代码取名的词表", "Vocabulary that names the codes"),
}
MEASURE_KEYS = {
    "what": Key(str, "count、distinct:列 或 sum:列", "count, distinct:<column> or sum:<column>", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "unit": Key(dict, "单位 {zh, en}", "Unit {zh, en}", default="the figure's"),
}
# fmt: on
INDICATOR_KEYS = indicator_files.KEYS


@cache
def figures(site: Site | None) -> dict[str, Figure]:
    """All figures by id; raises DefinitionError naming the file and the key."""
    return {id: _figure(file) for id, file in find_definitions("figures", site).items()}


@cache
def indicators(site: Site | None) -> dict[str, Indicator]:
    """All indicators by id, in the order of their numbers; raises DefinitionError."""
    files = find_definitions("indicators", site).values()
    read = sorted(map(indicator_files.read_indicator, files), key=lambda one: (one.number, one.id))
    return {one.id: one for one in read}


def _figure(file: DefinitionFile) -> Figure:
    content = file.read_yaml()
    for key in required(KEYS):
        if not content.get(key):
            raise _mistake(file, _("'%(key)s' is missing", key=key))
    for key in content:
        if key not in KEYS:
            raise _mistake(
                file,
                _("'%(key)s' is not known here", key=key),
                did_you_mean(key, tuple(KEYS)),
            )
    for key in ("title", "description", "unit"):
        _check_bilingual(file, key, content[key])
    measures = {name: _measure(file, name, entry) for name, entry in content["measures"].items()}
    by = tuple(content["by"])
    label = content.get("label", by[0])
    checks = {
        "id": content.get("id", file.id) == file.id,
        "label": label in by,
        "chart": content["chart"] in CHARTS,
        "filters": set(content.get("filters", ())) <= set(FILTERS),
        "order": {o.removeprefix("-") for o in content.get("order", ())} <= {*by, *measures},
        "limit": isinstance(content.get("limit", 1), int),
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
        chart=content["chart"],
        filters=tuple(content.get("filters", ())),
        one_month=bool(content.get("one_month", False)),
        public=content.get("public") is True,
        vocabulary=content.get("vocabulary", ""),
    )


def _measure(file: DefinitionFile, name: str, entry: Any) -> dict[str, Any]:
    what = entry.get("what", "") if isinstance(entry, dict) else ""
    kind, _sep, column = str(what).partition(":")
    if what != "count" and not (kind in ("distinct", "sum") and column):
        raise _mistake(
            file,
            _("the measure '%(name)s' counts nothing known", name=name),
            _("Write count, distinct:<column> or sum:<column>."),
        )
    _check_bilingual(file, name, entry.get("title"))
    if "unit" in entry:
        _check_bilingual(file, name, entry["unit"])
    return dict(entry)


def _check_bilingual(file: DefinitionFile, key: str, text: Any) -> None:
    if not isinstance(text, dict) or set(text) != {"zh", "en"} or not all(text.values()):
        raise _mistake(file, _("'%(key)s' must be {zh: …, en: …}", key=key))


def _mistake(file: DefinitionFile, what: str, fix: str = "") -> DefinitionError:
    return DefinitionError(_("%(path)s: %(what)s.", path=file.path, what=what), fix=fix)
