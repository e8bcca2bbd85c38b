"""Reads an indicator: one performance figure of the library, computed by SQL over one table."""

from typing import Any

from shuren.insight.shapes import Indicator
from shuren.kernel.definitions import DefinitionFile, Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _

AREAS = ("resources", "use", "efficiency", "potentials")
DIRECTIONS = ("up", "down", "neutral")
# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", default="the file's name"),
    "number": Key(int, "在指标一览中的序号", "Its number in the list of indicators", required=True),
    "title": Key(dict, "名称 {zh, en}", "Name {zh, en}", required=True),
    "definition": Key(dict, "定义：算什么、怎么算 {zh, en}", "Definition: what is computed and how {zh, en}", required=True),  # noqa: E501
    "area": Key(str, "resources 资源、use 利用、efficiency 效率或 potentials 发展", "resources, use, efficiency or potentials", required=True),  # noqa: E501
    "table": Key(str, "所读的表，含 year 列", "Table read; it has a column year", required=True),
    "formula": Key(str, "SQL 汇总表达式", "SQL expression of aggregates", required=True),
    "numerator": Key(str, "分子的 SQL 表达式", "SQL expression of the numerator"),
    "denominator": Key(str, "分母的 SQL 表达式", "SQL expression of the denominator"),
    "where": Key(dict, "列 → 值：只算这些行", "Column → value: only these rows count"),
    "whole_year": Key(str, "SQL 汇总表达式：这一年的数据是否完整", "SQL expression of aggregates: whether a year is complete", default="the year is over"),  # noqa: E501
    "unit": Key(dict, "单位 {zh, en}", "Unit {zh, en}", required=True),
    "decimals": Key(int, "显示的小数位数", "Decimals shown", default="1"),
    "direction": Key(str, "up 越高越好、down 越低越好或 neutral", "up is better, down is better, or neutral", required=True),  # noqa: E501
    "breakdowns": Key(list, "可以细分的列", "Columns it can be broken down by", default="[]"),
    "reference": Key(dict, "标准出处 {zh, en}", "Where a standard defines it {zh, en}", required=True),  # noqa: E501
    "needs": Key(list, "需要哪些契约的数据", "Contracts whose data it needs", required=True),
    "lacks": Key(dict, "没有数据时缺的是什么 {zh, en}", "What is lacking when there is no value {zh, en}", required=True),  # noqa: E501
}
# fmt: on
_BILINGUAL = ("title", "definition", "unit", "reference", "lacks")


def read_indicator(file: DefinitionFile) -> Indicator:
    """One indicator; raises DefinitionError naming the file and the key that is wrong."""
    content = file.read_yaml()
    check_keys(file.path, content, KEYS)
    for key in _BILINGUAL:
        text = content[key]
        if set(text) != {"zh", "en"} or not all(text.values()):
            raise _mistake(file, _("'%(key)s' must be {zh: …, en: …}", key=key))
    checks = {
        "id": content.get("id", file.id) == file.id,
        "area": content["area"] in AREAS,
        "direction": content["direction"] in DIRECTIONS,
        "decimals": 0 <= content.get("decimals", 1) <= 6,
    }
    for key, good in checks.items():
        if not good:
            raise _mistake(file, _("'%(key)s' has a value that is not known here", key=key))
    return _indicator(file.id, content)


def _indicator(id: str, content: dict[str, Any]) -> Indicator:
    return Indicator(
        id=id,
        number=content["number"],
        title=content["title"],
        definition=content["definition"],
        area=content["area"],
        table=content["table"],
        formula=" ".join(content["formula"].split()),
        numerator=" ".join(content.get("numerator", "").split()),
        denominator=" ".join(content.get("denominator", "").split()),
        where=tuple(sorted((content.get("where") or {}).items())),
        whole_year=content.get("whole_year", ""),
        unit=content["unit"],
        decimals=content.get("decimals", 1),
        direction=content["direction"],
        breakdowns=tuple(content.get("breakdowns") or ()),
        reference=content["reference"],
        needs=tuple(content["needs"]),
        lacks=content["lacks"],
    )


def _mistake(file: DefinitionFile, what: str) -> DefinitionError:
    return DefinitionError(_("%(path)s: %(what)s.", path=file.path, what=what))
