"""Reads a contract: Open Data Contract Standard v3.1 YAML into shapes.Contract.

The standard's own words carry what it has words for (logicalType, required, unique,
classification, enum, logicalTypeOptions); ours stand under customProperties. Any key that
neither knows is an error with a suggestion, because a misspelt rule is a rule not applied.
"""

import typing
from functools import lru_cache
from typing import Any

import pydantic
from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

from shuren.data.asset import AssetTerms
from shuren.data.internals.mistakes import Mistakes
from shuren.data.internals.terms import clock_of
from shuren.data.shapes import (
    CLASSES,
    DROP,
    KEEP,
    PSEUDONYM,
    VAULT,
    Contract,
    Field,
    RowRule,
)
from shuren.kernel.definitions import DefinitionFile, Key, required
from shuren.kernel.i18n import gettext as _

TYPES = ("string", "integer", "number", "date", "timestamp", "boolean")
STORAGE = (KEEP, PSEUDONYM, VAULT, DROP)
STATUSES = ("draft", "proposed", "active", "deprecated", "retired")
# fmt: off
# Keys of the standard that mean something here. Its other keys may be written and do nothing.
STANDARD_KEYS = {
    "apiVersion": Key(str, "标准的版本，v3 系列", "Version of the standard, one of v3", required=True),  # noqa: E501
    "kind": Key(str, "DataContract", "DataContract", required=True),
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "version": Key(str, "契约的版本，形如 1.0.0", "Version of the contract, like 1.0.0", required=True),  # noqa: E501
    "status": Key(str, "draft、proposed、active、deprecated 或 retired", "draft, proposed, active, deprecated or retired", required=True),  # noqa: E501
    "name": Key(str, "中文标题", "Title in Chinese", required=True),
    "description": Key(dict, "中文说明：purpose、usage、limitations", "Description in Chinese: purpose, usage, limitations", required=True),  # noqa: E501
    "schema": Key(list, "恰好一张表，列在其 properties 之下", "Exactly one table, its columns under properties", required=True),  # noqa: E501
    "customProperties": Key(list, "我们的补充：{property, value}，见下表", "Our additions: {property, value}, see below", required=True),  # noqa: E501
}
STANDARD_FIELD_KEYS = {
    "name": Key(str, "字段名", "Name of the column", required=True),
    "businessName": Key(str, "中文标题", "Title in Chinese", required=True),
    "description": Key(str, "中文说明", "Description in Chinese", required=True),
    "logicalType": Key(str, "string、integer、number、date、timestamp 或 boolean", "string, integer, number, date, timestamp or boolean", required=True),  # noqa: E501
    "classification": Key(str, "public、internal、personal 或 sensitive", "public, internal, personal or sensitive", required=True),  # noqa: E501
    "required": Key(bool, "不得为空（R01）", "May not be empty (R01)", default="false"),
    "unique": Key(bool, "不得重复（R06）", "May not repeat (R06)", default="false"),
    "enum": Key(list, "允许的值；label 与 synonyms 是它们的别名（R05）", "Values allowed; label and synonyms are other words for them (R05)"),  # noqa: E501
    "logicalTypeOptions": Key(dict, "见下表", "See below"),
    "customProperties": Key(list, "我们的补充：{property, value}，见下表", "Our additions: {property, value}, see below"),  # noqa: E501
}
CONTRACT_EXTRAS = {
    "titleEn": Key(str, "英文标题（N06）", "Title in English (N06)", required=True),
    "descriptionEn": Key(str, "英文说明（N07）", "Description in English (N07)", required=True),
    "limitationsEn": Key(str, "英文的限制说明，接在英文说明之后；有读者假名的契约必填", "Limitations in English, after the description; wanted where readers stand in it"),  # noqa: E501
    "dataClass": Key(str, "六类数据之一（N11、N16）", "One of the six classes of data (N11, N16)", required=True),  # noqa: E501
    "owner": Key(str, "负责人（N11）", "Who answers for it (N11)", required=True),
    "purposes": Key(list, "可以用于哪些用途（N11）", "Purposes it may be used for (N11)", required=True),  # noqa: E501
    "key": Key(list, "识别一行的列", "Columns that identify a row", default="all columns"),
    "fallbackKey": Key(list, "主键为空的行改用这些列识别", "Identifies rows whose key is empty"),
    "licence": Key(dict, "使用许可 {zh, en}", "Terms of use {zh, en}", default="by its most sensitive column"),  # noqa: E501
    "value": Key(dict, "为何保有 {zh, en}", "What it is kept for {zh, en}", default="what is made of it"),  # noqa: E501
    "cost": Key(dict, "取得与维护的代价 {zh, en}", "What it takes to get and keep {zh, en}", default="disk, measured"),  # noqa: E501
    "retentionDays": Key(int, "保存天数；到期的行从原始层、集市、隔离区和旧快照里删除", "Days to keep a row; then it goes from raw files, marts, quarantine and old snapshots", default="for ever"),  # noqa: E501
    "retentionColumn": Key(str, "从哪个日期列起算", "The date or timestamp column the days are counted from", default="the first required one, else the first"),  # noqa: E501
    "tombstone": Key(str, "为真时表示该主键的行已被来源删除的布尔列", "A boolean column; true in a row that says its key was deleted at the source"),  # noqa: E501
    "openWhile": Key(dict, "此时一行尚未了结、清除时须留下：{columns: {列: empty、filled 或某值}, because: {zh, en}}", "When something is still to come of a row, so that an erasure has to leave it: {columns: {column: empty, filled or a value}, because: {zh, en}}"),  # noqa: E501
    "lateAfterDays": Key(int, "发生后多少天到达算迟；0 不判", "So many days after it happened a row is late; 0 for never", default="31"),  # noqa: E501
    "formats": Key(list, "各日期列共用的格式", "Date formats of all columns"),
    "rowRules": Key(list, "列间规则：{id, sql, message}，见下表（R07）", "Rules over several columns: {id, sql, message}, see below (R07)"),  # noqa: E501
}
FIELD_EXTRAS = {
    "titleEn": Key(str, "英文标题（N06）", "Title in English (N06)", required=True),
    "descriptionEn": Key(str, "英文说明（N07）", "Description in English (N07)", required=True),
    "unit": Key(str, "单位", "Unit"),
    "storage": Key(str, "keep 原样、pseudonym 假名、vault 封存或 drop 不留", "keep, pseudonym, vault (sealed) or drop", default="keep"),  # noqa: E501
    "purposes": Key(list, "原样保存的个人信息可用于哪些用途（N08）", "Purposes of personal data kept as they are (N08)"),  # noqa: E501
    "names": Key(list, "导出文件里的列名", "Names of the column in exports", default="its own name"),  # noqa: E501
    "formats": Key(list, "日期格式，依次尝试；总是先试 ISO 8601", "Date formats, tried in order; ISO 8601 always first", default="the contract's"),  # noqa: E501
    "extract": Key(str, "RE2 正则，取第一个括号", "RE2 pattern; its first group is taken"),
    "expected": Key(bool, "false：空值属正常（如尚未归还），不算缺失", "false: it may well be empty, such as not returned yet, and is no gap", default="true"),  # noqa: E501
    "synonyms": Key(dict, "来源的说法 → 允许的值（N14）", "Other words → values allowed (N14)"),
}
OPTIONS = {
    "pattern": Key(str, "RE2 正则，整个值都要符合（R03）", "RE2 pattern of the whole value (R03)"),
    "minimum": Key((int, float, str), "最小值或最早日期（R04）", "Least value or earliest date (R04)"),  # noqa: E501
    "maximum": Key((int, float, str), "最大值或最晚日期（R04）", "Greatest value or latest date (R04)"),  # noqa: E501
    "maxLength": Key(int, "最多多少个字符（R03）", "Most characters (R03)"),
}
ROW_RULE_KEYS = {
    "id": Key(str, "规则的标识", "Its id", required=True),
    "sql": Key(str, "好的行为真的 SQL 条件", "A SQL condition that is true of good rows", required=True),  # noqa: E501
    "message": Key(dict, "给人看的原因 {zh, en}", "The reason people read {zh, en}", required=True),
}
# fmt: on


def read_contract(file: DefinitionFile) -> Contract:
    """One contract; raises DefinitionError naming the file and the key that is wrong."""
    return _read(file, file.stamp())


@lru_cache(maxsize=1_024)
def _read(file: DefinitionFile, _stamp: tuple[int, int]) -> Contract:
    content = file.read_yaml()
    mistakes = Mistakes(file.path)
    _refuse_unknown_keys(content, OpenDataContractStandard, "", mistakes)
    try:
        standard = OpenDataContractStandard(**content)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        raise mistakes.at(".".join(str(part) for part in first["loc"]), first["msg"]) from None
    return _compile(file, standard, mistakes)


def _compile(file: DefinitionFile, standard: Any, mistakes: Mistakes) -> Contract:
    if standard.id != file.id:
        raise mistakes.at("id", _("it must be the file's name, '%(id)s'.", id=file.id))
    if not str(standard.apiVersion or "").startswith("v3."):
        raise mistakes.at("apiVersion", _("Shuren reads v3 of the standard, such as v3.1.0."))
    mistakes.one_of("status", standard.status, STATUSES)
    if not standard.schema_ or len(standard.schema_) != 1:
        raise mistakes.at("schema", _("a contract describes exactly one table."))
    extras = _extras(standard.customProperties, CONTRACT_EXTRAS, "", mistakes)
    formats = tuple(extras.get("formats", ()))
    properties = standard.schema_[0].properties or []
    fields = tuple(_field(entry, formats, mistakes) for entry in properties)
    names = [f.name for f in fields]
    for twice in {name for name in names if names.count(name) > 1}:
        raise mistakes.at(f"schema.{twice}", _("the column is described twice."))
    for key in ("key", "fallbackKey"):
        for name in extras.get(key, ()):
            mistakes.one_of(key, name, names)
    return Contract(
        id=standard.id,
        version=str(standard.version or ""),
        status=standard.status,
        title={"zh": standard.name or "", "en": extras.get("titleEn", "")},
        description=_description(standard.description, extras),
        owner=extras.get("owner", ""),
        data_class=extras.get("dataClass", ""),
        purposes=tuple(extras.get("purposes", ())),
        key=tuple(extras.get("key", ())),
        fallback_key=tuple(extras.get("fallbackKey", ())),
        fields=fields,
        row_rules=tuple(_row_rule(entry, mistakes) for entry in extras.get("rowRules", ())),
        asset=_asset(extras, mistakes),
        retention_days=extras.get("retentionDays"),
        late_after_days=extras.get("lateAfterDays", 31),
        retention_column=_clock(extras, fields, mistakes),
        tombstone=_tombstone(extras, fields, mistakes),
        local=file.local,
        **_open_while(extras, names, mistakes),
    )


def _clock(extras: dict[str, Any], fields: tuple[Field, ...], mistakes: Mistakes) -> str:
    """The column by which a row's age is told."""
    days = extras.get("retentionDays")
    if days is None:
        return ""
    if days < 1:
        raise mistakes.at("retentionDays", _("it must be one day or more."))
    timed = [f for f in fields if f.type in ("date", "timestamp") and f.storage == KEEP]
    if extras.get("retentionColumn"):
        mistakes.one_of("retentionColumn", extras["retentionColumn"], [f.name for f in timed])
        return str(extras["retentionColumn"])
    return clock_of(fields)


def _asset(extras: dict[str, Any], mistakes: Mistakes) -> AssetTerms:
    for key in ("licence", "value", "cost"):
        if key in extras and set(extras[key]) != {"zh", "en"}:
            raise mistakes.at(key, _("it must be {zh: …, en: …}."))
    terms = {key: extras[key] for key in ("licence", "value", "cost") if key in extras}
    return AssetTerms(owner=extras.get("owner", ""), **terms)


def _tombstone(extras: dict[str, Any], fields: tuple[Field, ...], mistakes: Mistakes) -> str:
    name = str(extras.get("tombstone", ""))
    if name:
        flags = [f.name for f in fields if f.type == "boolean" and f.storage == KEEP]
        mistakes.one_of("tombstone", name, flags)
    return name


def _open_while(extras: dict[str, Any], names: list[str], mistakes: Mistakes) -> dict[str, Any]:
    """The test as SQL, and its reason."""
    found = extras.get("openWhile")
    if found is None:
        return {}
    mistakes.keys("openWhile", found, required=("columns", "because"))
    tests = []
    for name, wanted in found["columns"].items():
        mistakes.one_of("openWhile.columns", name, names)
        value = str(wanted).replace("'", "''")
        words = {"empty": "IS NULL", "filled": "IS NOT NULL"}
        tests.append(f'"{name}" ' + words.get(str(wanted), f"= '{value}'"))
    return {"open_while": " AND ".join(tests), "open_because": found["because"]}


def _description(parts: Any, extras: dict[str, Any]) -> dict[str, str]:
    chinese = [parts.purpose, parts.usage, parts.limitations] if parts else []
    english = [str(extras.get(name, "")) for name in ("descriptionEn", "limitationsEn")]
    return {
        "zh": "\n".join(part.strip() for part in chinese if part),
        "en": "\n".join(part.strip() for part in english if part.strip()),
    }


def _field(entry: SchemaProperty, formats: tuple[str, ...], mistakes: Mistakes) -> Field:
    where = f"schema.{entry.name}"
    if not entry.name:
        raise mistakes.at("schema.properties", _("a column has no name."))
    extras = _extras(entry.customProperties, FIELD_EXTRAS, where, mistakes)
    mistakes.one_of(f"{where}.logicalType", entry.logicalType, TYPES)
    classes = {name: number for number, name in CLASSES.items()}
    mistakes.one_of(f"{where}.classification", entry.classification, tuple(classes))
    storage = extras.get("storage", KEEP)
    mistakes.one_of(f"{where}.storage", storage, STORAGE)
    if storage in (PSEUDONYM, VAULT) and entry.logicalType != "string":
        raise mistakes.at(f"{where}.logicalType", _("an identity is a string."))
    options = entry.logicalTypeOptions or {}
    for option in options:
        mistakes.one_of(f"{where}.logicalTypeOptions", option, tuple(OPTIONS))
    timed = entry.logicalType in ("date", "timestamp")
    return Field(
        name=entry.name,
        type=str(entry.logicalType),
        title={"zh": entry.businessName or "", "en": extras.get("titleEn", "")},
        description={"zh": entry.description or "", "en": extras.get("descriptionEn", "")},
        required=bool(entry.required),
        unique=bool(entry.unique),
        unit=extras.get("unit", ""),
        classification=classes[str(entry.classification)],
        storage=storage,
        purposes=tuple(extras.get("purposes", ())),
        pattern=_pattern(options.get("pattern", ""), f"{where}.pattern", mistakes),
        minimum=_text(options.get("minimum")),
        maximum=_text(options.get("maximum")),
        max_length=options.get("maxLength"),
        allowed=tuple(str(value.value) for value in entry.enum or ()),
        names=tuple(str(name) for name in extras.get("names", (entry.name,))),
        formats=tuple(extras.get("formats", formats)) if timed else (),
        values=_synonyms(entry) | {str(k): str(v) for k, v in extras.get("synonyms", {}).items()},
        expected=bool(extras.get("expected", True)),
        extract=_pattern(extras.get("extract", ""), f"{where}.extract", mistakes),
    )


def _synonyms(entry: SchemaProperty) -> dict[str, str]:
    """{other word: value}: each enum entry's label, and its custom property `synonyms`."""
    words: dict[str, str] = {}
    for value in entry.enum or ():
        others: list[Any] = [value.label] if value.label else []
        for extra in value.customProperties or ():
            if extra.property == "synonyms":
                others += extra.value or []
        words.update({str(other): str(value.value) for other in others})
    return words


def _row_rule(entry: dict[str, Any], mistakes: Mistakes) -> RowRule:
    mistakes.keys("rowRules", entry, required=required(ROW_RULE_KEYS))
    return RowRule(entry["id"], entry["sql"], entry["message"])


def _extras(entries: Any, known: dict[str, Key], where: str, mistakes: Mistakes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries or ():
        place = f"{where}.{entry.property}".lstrip(".")
        mistakes.one_of(f"{where}.customProperties".lstrip("."), entry.property, tuple(known))
        mistakes.kind(place, entry.value, known[entry.property].kind)
        found[entry.property] = entry.value
    return found


def _pattern(pattern: str, where: str, mistakes: Mistakes) -> str:
    mistakes.pattern(where, pattern)
    return pattern


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _refuse_unknown_keys(content: Any, model: Any, where: str, mistakes: Mistakes) -> None:
    """The standard's Python model ignores unknown keys below the top; here they are mistakes."""
    fields = {(info.alias or name): info.annotation for name, info in model.model_fields.items()}
    for key, value in content.items():
        place = f"{where}.{key}".lstrip(".")
        mistakes.one_of(place if where == "" else where, str(key), tuple(fields))
        inner = _model_within(fields[key])
        parts = value if isinstance(value, list) else [value]
        for number, part in enumerate(parts, 1):
            if inner is not None and isinstance(part, dict):
                name = part.get("name") or part.get("property") or number
                deeper = f"{place}.{name}" if isinstance(value, list) else place
                _refuse_unknown_keys(part, inner, deeper, mistakes)


def _model_within(annotation: Any) -> Any:
    """The pydantic model that an annotation such as `list[X] | None` speaks of, or None."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return annotation
    found = [_model_within(part) for part in typing.get_args(annotation)]
    return next((model for model in found if model is not None), None)
