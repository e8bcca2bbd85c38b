"""What files of roles and of purposes have in common, and what is said of one that is wrong."""

from collections.abc import Iterable
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, required
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean

# fmt: off
SAME = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "说明 {zh, en}", "Description {zh, en}", required=True),
}
# fmt: on


def checked(file: DefinitionFile, keys: dict[str, Key]) -> dict[str, Any]:
    """The file's values, when their keys are known, all required ones there, in two languages."""
    values = file.read_yaml()
    for key in values:
        one_of(file, "", key, keys)
    for key in required(keys):
        if not values.get(key) and values.get(key) != 0:
            raise DefinitionError(_("%(path)s: '%(key)s' is missing.", path=file.path, key=key))
    two_languages(file, values, ("title", "description"))
    if values["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    return values


def two_languages(file: DefinitionFile, values: dict[str, Any], keys: Iterable[str]) -> None:
    for key in keys:
        text = values[key]
        if not isinstance(text, dict) or set(text) != {"zh", "en"} or not all(text.values()):
            raise DefinitionError(
                _("%(path)s: '%(key)s' must be {zh: …, en: …}.", path=file.path, key=key)
            )


def one_of(file: DefinitionFile, key: str, value: Any, known: Any) -> None:
    if value in known:
        return
    names = [str(name) for name in known]
    place = f"{file.path}: {key}".rstrip(": ")
    raise DefinitionError(
        _("%(place)s: '%(value)s' is not known here.", place=place, value=value),
        fix=did_you_mean(str(value), names),
    )
