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

from shuren.data.internals.mistakes import Mistakes
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
from shuren.kernel.definitions import DefinitionFile
from shuren.kernel.i18n import gettext as _

TYPES = ("string", "integer", "number", "date", "timestamp", "boolean")
STORAGE = (KEEP, PSEUDONYM, VAULT, DROP)
STATUSES = ("draft", "proposed", "active", "deprecated", "retired")
CONTRACT_EXTRAS = {
    "titleEn": str,
    "descriptionEn": str,
    "dataClass": str,
    "owner": str,
    "purposes": list,
    "key": list,
    "fallbackKey": list,
    "retentionDays": int,
    "formats": list,
    "rowRules": list,
}
FIELD_EXTRAS = {
    "titleEn": str,
    "descriptionEn": str,
    "unit": str,
    "storage": str,
    "purposes": list,
    "names": list,
    "formats": list,
    "extract": str,
    "synonyms": dict,
}
OPTIONS = ("pattern", "minimum", "maximum", "maxLength")


def read_contract(file: DefinitionFile) -> Contract:
    """One contract; raises DefinitionError naming the file and the key that is wrong."""
    return _read(file, file.stamp())


@lru_cache(maxsize=64)
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
        retention_days=extras.get("retentionDays"),
        local=file.local,
    )


def _description(parts: Any, extras: dict[str, Any]) -> dict[str, str]:
    chinese = [parts.purpose, parts.usage, parts.limitations] if parts else []
    return {
        "zh": "\n".join(part.strip() for part in chinese if part),
        "en": str(extras.get("descriptionEn", "")).strip(),
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
    options = entry.logicalTypeOptions or {}
    for option in options:
        mistakes.one_of(f"{where}.logicalTypeOptions", option, OPTIONS)
    timed = entry.logicalType in ("date", "timestamp")
    return Field(
        name=entry.name,
        type=entry.logicalType,
        title={"zh": entry.businessName or "", "en": extras.get("titleEn", "")},
        description={"zh": entry.description or "", "en": extras.get("descriptionEn", "")},
        required=bool(entry.required),
        unique=bool(entry.unique),
        unit=extras.get("unit", ""),
        classification=classes[entry.classification],
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
        extract=_pattern(extras.get("extract", ""), f"{where}.extract", mistakes),
    )


def _synonyms(entry: SchemaProperty) -> dict[str, str]:
    """{other word: value}: each enum entry's label, and its custom property `synonyms`."""
    words: dict[str, str] = {}
    for value in entry.enum or ():
        others = [value.label] if value.label else []
        for extra in value.customProperties or ():
            if extra.property == "synonyms":
                others += extra.value
        words.update({str(other): str(value.value) for other in others})
    return words


def _row_rule(entry: dict[str, Any], mistakes: Mistakes) -> RowRule:
    mistakes.keys("rowRules", entry, required=("id", "sql", "message"))
    return RowRule(entry["id"], entry["sql"], entry["message"])


def _extras(
    entries: Any, known: dict[str, type], where: str, mistakes: Mistakes
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries or ():
        place = f"{where}.{entry.property}".lstrip(".")
        mistakes.one_of(f"{where}.customProperties".lstrip("."), entry.property, tuple(known))
        if not isinstance(entry.value, known[entry.property]):
            kind = known[entry.property].__name__
            raise mistakes.at(place, _("it must be a %(kind)s.", kind=kind))
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
