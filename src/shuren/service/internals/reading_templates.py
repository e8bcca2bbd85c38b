"""Reads how a report of a commission is made up: definitions/report_templates/*.yaml."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.i18n import gettext as _
from shuren.service.document_shapes import PAPERS, PART_TYPES, TABLE, Template, TemplatePart
from shuren.service.internals.reading_forms import one_of, two_languages, wrong

# The columns of a list of papers; where it is indexed is added to each.
PAPER_COLUMNS = {
    "title": {"zh": "题名", "en": "Title"},
    "authors": {"zh": "作者", "en": "Authors"},
    "journal": {"zh": "刊名", "en": "Journal"},
    "issn": {"zh": "ISSN", "en": "ISSN"},
    "year": {"zh": "年份", "en": "Year"},
    "cited": {"zh": "被引", "en": "Cited"},
    "cited_by_others": {"zh": "他引", "en": "By others"},
}
# fmt: off
TEMPLATE_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "报告名称 {zh, en}", "What the report is called {zh, en}", required=True),
    "number": Key(str, "编号前的字母", "The letters before its number", required=True),
    "services": Key(list, "哪些服务用它；为空的供其余委托使用", "Services that use it; the one with none serves all other commissions", required=True),  # noqa: E501
    "parts": Key(list, "报告各部分，见下表", "The parts of the report, see below", required=True),
    "statement": Key(dict, "报告末的声明 {zh, en}", "What it states at its end {zh, en}", required=True),  # noqa: E501
}
PART_KEYS = {
    "id": Key(str, "部分的名称", "The part's name", required=True),
    "type": Key(str, "text 文字、table 表格、papers 论文清单", "text, table, or papers with their indexes", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "help": Key(dict, "给馆员的提示 {zh, en}", "A hint for the librarian {zh, en}"),
    "required": Key(bool, "没有它不能送审", "The draft is not done without it", default="false"),
    "columns": Key(dict, "表格的列 → {zh, en}", "Of a table: column → {zh, en}"),
}
# fmt: on


def read_template(path: Path, said: dict[str, Any]) -> Template:
    """The template; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, TEMPLATE_KEYS)
    two_languages(path, "title", said["title"])
    two_languages(path, "statement", said["statement"])
    if not said["number"].isascii() or not said["number"].isalpha():
        raise wrong(path, "number", _("Write a few Latin letters, such as CX."))
    parts = tuple(_part(path, one, f"parts.{at}") for at, one in enumerate(said["parts"], 1))
    if not parts or len({one.id for one in parts}) < len(parts):
        raise wrong(path, "parts", _("Give each part a name of its own."))
    services = tuple(str(one) for one in said["services"])
    return Template(said["id"], said["title"], said["number"], services, parts, said["statement"])


def _part(path: Path, said: Any, where: str) -> TemplatePart:
    check_keys(path, said, PART_KEYS, where)
    one_of(path, f"{where}.type", said["type"], PART_TYPES)
    two_languages(path, f"{where}.title", said["title"])
    columns = PAPER_COLUMNS if said["type"] == PAPERS else said.get("columns") or {}
    for name, title in columns.items():
        two_languages(path, f"{where}.columns.{name}", title)
    if bool(columns) != (said["type"] in (TABLE, PAPERS)):
        raise wrong(path, f"{where}.columns", _("A table has columns, and nothing else has."))
    return TemplatePart(
        said["id"],
        said["type"],
        said["title"],
        said.get("help") or {},
        bool(said.get("required")),
        columns,
    )
