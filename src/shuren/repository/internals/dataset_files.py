"""Reads datasets and licences from their YAML files."""

import re
from collections.abc import Collection
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.repository.shapes import TIERS, Dataset, Licence, Measure, Part

PURPOSE = "open_data"
_ID = re.compile(r"[a-z][a-z0-9_]{1,59}")
# Measures that put out somebody's own value, or a list of persons, are not among them.
_MEASURES = re.compile(r"count|persons|distinct:\w+|sum:\w+|mean:\w+")
# fmt: off
DATASET_KEYS = {
    "id": Key(str, "与文件名相同：小写字母、数字、下划线", "The file's name: lower-case letters, digits, underscores", default="the file's name"),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "说明：是什么、怎么来的、不能怎么用 {zh, en}", "What it is, how it came about, what it is not fit for {zh, en}", required=True),  # noqa: E501
    "owner": Key(str, "负责部门，如 流通部 Circulation", "Department that answers for it", required=True),  # noqa: E501
    "contact": Key(str, "申请与咨询的去处", "Where to ask", default="the owner"),
    "licence": Key(str, "许可：definitions/licences/ 中的 SPDX 编号", "Licence: an SPDX id of definitions/licences/", required=True),  # noqa: E501
    "access": Key(str, "open、signed_in、on_request 或 closed", "open, signed_in, on_request or closed", required=True),  # noqa: E501
    "training": Key(dict, "可否用于训练模型，见下表", "Whether models may be trained on it, see below", required=True),  # noqa: E501
    "purpose": Key(str, "以何用途打开数据表", "Purpose its tables are opened for", default=PURPOSE),
    "anonymity": Key(dict, "如何保证找不到个人 {zh, en}", "Why nobody can be found in it {zh, en}", required=True),  # noqa: E501
    "keywords": Key(dict, "关键词 {zh: [], en: []}", "Keywords {zh: [], en: []}", required=True),
    "period": Key(str, "各部分中表示时间的列", "The column of every part that says when"),
    "running": Key(bool, "是否包括尚未结束的月或年", "Whether the month or year under way is in it", default="false"),  # noqa: E501
    "parts": Key(dict, "名称 → 数据表，见下表", "Name → table, see below", required=True),
}
PART_KEYS = {
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "table": Key(str, "所读的表，如 mart.loan_fact", "Table read, such as mart.loan_fact", required=True),  # noqa: E501
    "columns": Key(list, "给出这些列的每一行；只限不涉及人的表", "Give every row with these columns; tables without persons only"),  # noqa: E501
    "by": Key(list, "或：分组的列", "Or: columns to group by"),
    "measures": Key(dict, "分组的度量：名称 → 见下表", "Measures of the groups: name → see below"),
    "where": Key(dict, "固定条件：列 → 值或值的列表", "Fixed conditions: column → value or values", default="{}"),  # noqa: E501
}
MEASURE_KEYS = {
    "what": Key(str, "count、persons（人数）、distinct:列、sum:列 或 mean:列", "count, persons, distinct:<column>, sum:<column> or mean:<column>", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "unit": Key(str, "单位", "Unit"),
}
TRAINING_KEYS = {
    "allowed": Key(bool, "true 或 false", "true or false", required=True),
    "reason": Key(dict, "理由 {zh, en}", "Why {zh, en}", required=True),
}
LICENCE_KEYS = {
    "id": Key(str, "SPDX 编号，与文件名相同", "SPDX id, the file's name", required=True),
    "title": Key(dict, "名称 {zh, en}", "Name {zh, en}", required=True),
    "url": Key(str, "法律文本的网址", "Address of the legal text", required=True),
    "summary": Key(dict, "要点 {zh: [], en: []}", "In plain words {zh: [], en: []}", required=True),
}
# fmt: on


def read_licence(file: DefinitionFile) -> Licence:
    """raises DefinitionError naming the file and the key."""
    content = file.read_yaml()
    check_keys(file.path, content, LICENCE_KEYS)
    _check_text(file, "title", content["title"])
    _check_lists(file, "summary", content["summary"])
    if content["id"] != file.id or not content["url"].startswith("https://"):
        raise _mistake(file, _("'id' must be the file's name and 'url' begin with https://"))
    return Licence(**content)


def read_dataset(file: DefinitionFile, licences: Collection[str]) -> Dataset:
    """raises DefinitionError naming the file and the key."""
    content = file.read_yaml()
    check_keys(file.path, content, DATASET_KEYS)
    for key in ("title", "description", "anonymity"):
        _check_text(file, key, content[key])
    _check_lists(file, "keywords", content["keywords"])
    training = content["training"]
    check_keys(file.path, training, TRAINING_KEYS, "training")
    _check_text(file, "training.reason", training["reason"])
    if content.get("id", file.id) != file.id or not _ID.fullmatch(file.id):
        raise _mistake(file, _("'id' must be the file's name in lower-case letters and digits"))
    _check_one_of(file, "licence", content["licence"], licences)
    _check_one_of(file, "access", content["access"], TIERS)
    period = content.get("period") or ""
    parts = tuple(_part(file, name, one, period) for name, one in content["parts"].items())
    if not parts:
        raise _mistake(file, _("'parts' names no table"))
    return Dataset(
        id=file.id,
        title=content["title"],
        description=content["description"],
        owner=content["owner"],
        contact=content.get("contact") or content["owner"],
        licence=content["licence"],
        access=content["access"],
        training=training["allowed"],
        training_reason=training["reason"],
        purpose=content.get("purpose") or PURPOSE,
        anonymity=content["anonymity"],
        keywords=content["keywords"],
        parts=parts,
        period=period,
        running=bool(content.get("running", False)),
    )


def _part(file: DefinitionFile, name: str, content: Any, period: str) -> Part:
    where = f"parts.{name}"
    check_keys(file.path, content, PART_KEYS, where)
    _check_text(file, f"{where}.title", content["title"])
    columns, by = tuple(content.get("columns") or ()), tuple(content.get("by") or ())
    measures = content.get("measures") or {}
    if not _ID.fullmatch(str(name)):
        raise _mistake(file, _("'%(key)s' must be lower-case letters and digits", key=where))
    if bool(columns) == bool(by and measures) or bool(by) != bool(measures):
        raise _mistake(file, _("'%(key)s' has either columns, or by and measures", key=where))
    if period and period not in (columns or by):
        raise _mistake(file, _("'%(key)s' lacks the column '%(name)s' of 'period'", key=where,
                               name=period))  # fmt: skip
    for id, one in measures.items():
        check_keys(file.path, one, MEASURE_KEYS, f"{where}.measures.{id}")
        _check_text(file, f"{where}.measures.{id}.title", one["title"])
        if not _MEASURES.fullmatch(one["what"]):
            raise _mistake(file, _("the measure '%(name)s' counts nothing known", name=id))
    return Part(
        name=name,
        title=content["title"],
        table=content["table"],
        columns=columns,
        by=by,
        measures={id: Measure(m["what"], m["title"], m.get("unit", ""))
                  for id, m in measures.items()},
        where=tuple(
            (key, tuple(value) if isinstance(value, list) else (value,))
            for key, value in (content.get("where") or {}).items()
        ),
    )  # fmt: skip


def _check_one_of(file: DefinitionFile, key: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise DefinitionError(
            _("%(place)s: '%(value)s' is not known here.", place=f"{file.path}: {key}",
              value=value),
            fix=did_you_mean(value, list(known)),
        )  # fmt: skip


def _check_text(file: DefinitionFile, key: str, text: Any) -> None:
    if not isinstance(text, dict) or set(text) != {"zh", "en"} or not all(text.values()):
        raise _mistake(file, _("'%(key)s' must be {zh: …, en: …}", key=key))


def _check_lists(file: DefinitionFile, key: str, lists: Any) -> None:
    good = isinstance(lists, dict) and set(lists) == {"zh", "en"}
    if not good or not all(isinstance(one, list) and one for one in lists.values()):
        raise _mistake(file, _("'%(key)s' must be {zh: […], en: […]}", key=key))


def _mistake(file: DefinitionFile, what: str) -> DefinitionError:
    return DefinitionError(_("%(path)s: %(what)s.", path=file.path, what=what))
