"""Reads the fields that a service's form or an event asks for."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.service.case_shapes import AskedField

TYPES = (
    "text", "long_text", "choice", "date", "moment", "number", "boolean", "declaration", "title",
    "file",
)  # fmt: skip
# What a file may be, by its ending; internals/file_kinds.py knows each by its first bytes.
ENDINGS = ("pdf", "docx", "xlsx", "zip", "txt", "bib", "png", "jpg", "mp3", "mp4")
LARGEST_MB = 200
# fmt: off
FIELD_KEYS = {
    "name": Key(str, "字段名", "Name of the field", required=True),
    "type": Key(str, "类型：text、long_text、choice、date、moment、number、boolean、declaration、title、file", "text, long_text, choice, date, moment, number, boolean, declaration, title or file", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "required": Key(bool, "是否必填；必填须写 purpose 与 why", "Whether it must be filled in; then purpose and why say for what", default="false"),  # noqa: E501
    "purpose": Key(str, "必填时：为哪个用途，见 purposes/", "When required: the purpose it serves, see purposes/"),  # noqa: E501
    "why": Key(dict, "必填时：没有它服务为何做不成 {zh, en}", "When required: why the service cannot do without it {zh, en}"),  # noqa: E501
    "help": Key(dict, "提示 {zh, en}", "A hint {zh, en}"),
    "choices": Key(dict, "choice 的各个值：值 → {zh, en}", "Of a choice: value → {zh, en}"),
    "minimum": Key((int, float), "数的下限", "Of a number: the least"),
    "maximum": Key((int, float), "数的上限", "Of a number: the most"),
    "accepts": Key(list, "文件的类型：pdf、docx、xlsx、zip、txt、bib、png、jpg、mp3、mp4", "Of a file: pdf, docx, xlsx, zip, txt, bib, png, jpg, mp3, mp4"),  # noqa: E501
    "max_mb": Key((int, float), "文件的上限（MB）", "Of a file: its most megabytes"),
}
# fmt: on


def read_fields(path: Path, listed: Any, where: str) -> tuple[AskedField, ...]:
    """The fields in order; raises DefinitionError naming file, place and fix."""
    if not isinstance(listed, list):
        raise wrong(path, where, _("Write a list of fields: `- {name: …, type: …, title: …}`."))
    fields = tuple(_field(path, one, f"{where}.{at}") for at, one in enumerate(listed, 1))
    names = [one.name for one in fields]
    if len(set(names)) < len(names):
        raise wrong(path, where, _("Give each field a name of its own."))
    return fields


def _field(path: Path, said: Any, where: str) -> AskedField:
    check_keys(path, said, FIELD_KEYS, where)
    one_of(path, f"{where}.type", said["type"], TYPES)
    two_languages(path, f"{where}.title", said["title"])
    choices = said.get("choices") or {}
    for value, title in choices.items():
        two_languages(path, f"{where}.choices.{value}", title)
    if (said["type"] == "choice") != bool(choices):
        raise wrong(path, f"{where}.choices", _("A choice has choices, and nothing else has."))
    _check_file(path, said, where)
    why = said.get("why") or {}
    if said.get("required") and not (said.get("purpose") and why.get("zh") and why.get("en")):
        raise DefinitionError(
            _("%(file)s: the field '%(field)s' is required and cites no need.",
              file=path, field=said["name"]),
            fix=_("Give it purpose and why, or make it optional."),
        )  # fmt: skip
    return AskedField(
        said["name"],
        said["type"],
        said["title"],
        bool(said.get("required")),
        said.get("purpose") or "",
        why,
        said.get("help") or {},
        {str(value): title for value, title in choices.items()},
        said.get("minimum"),
        said.get("maximum"),
        tuple(said.get("accepts") or ()),
        float(said.get("max_mb") or 0),
    )


def _check_file(path: Path, said: dict[str, Any], where: str) -> None:
    accepts, most = said.get("accepts") or [], said.get("max_mb") or 0
    if (said["type"] == "file") != bool(accepts and most):
        raise wrong(
            path, f"{where}.accepts", _("A file says accepts and max_mb, and nothing else does.")
        )
    for ending in accepts:
        one_of(path, f"{where}.accepts", ending, ENDINGS)
    if not 0 <= most <= LARGEST_MB:
        raise wrong(path, f"{where}.max_mb", _("Write at most %(most)s MB.", most=LARGEST_MB))


def wrong(path: Path, key: str, fix: str) -> DefinitionError:
    return DefinitionError(
        _("%(path)s: '%(key)s' has a value of the wrong kind.", path=path, key=key), fix=fix
    )


def one_of(path: Path, key: str, value: Any, known: Any) -> None:
    if value not in known:
        raise DefinitionError(
            _("%(place)s: '%(value)s' is not known here.", place=f"{path}: {key}", value=value),
            fix=did_you_mean(str(value), [str(name) for name in known]),
        )


def two_languages(path: Path, key: str, text: Any) -> None:
    if not isinstance(text, dict) or not (text.get("zh") and text.get("en")):
        raise DefinitionError(_("%(path)s: '%(key)s' must be {zh: …, en: …}.", path=path, key=key))
