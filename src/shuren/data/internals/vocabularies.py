"""Vocabularies: code lists that models join and pages show (definitions/vocabularies/*.yaml)."""

from dataclasses import dataclass
from functools import cache

from shuren.data.errors import UnknownName
from shuren.kernel.class_numbers import expand
from shuren.kernel.definitions import Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name"),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}"),
    "terms": Key(dict, "代码 → {zh, en}，依此顺序显示", "Code → {zh, en}, shown in this order"),
    "classes": Key(dict, "仅 clc：大类 → 条目，见下表", "Only clc: main class → entry, see below"),
}
CLASS_KEYS = {
    "zh": Key(str, "中文名", "Heading in Chinese", required=True),
    "en": Key(str, "英文名", "Heading in English", required=True),
    "covers": Key(list, "也归入此类的分类号开头，可写区间 D33/37", "Other beginnings of class numbers under it; ranges like D33/37"),  # noqa: E501
    "alternative": Key(bool, "交替类目，一般不用", "Not normally used", default="false"),
    "under": Key(dict, "二级类 → 条目", "Second level → entry"),
}
# fmt: on


@dataclass(frozen=True)
class Heading:
    """One class. `prefixes` are the beginnings of class numbers that belong to it."""

    code: str
    level: int
    parent: str
    title: dict[str, str]
    prefixes: tuple[str, ...]


@cache
def headings(site: Site | None, id: str) -> dict[str, dict[str, str]]:
    """What to show for each code of a vocabulary, in its own order.

    raises  UnknownName if there is no such vocabulary, DefinitionError
    """
    if id == "clc":
        return {heading.code: heading.title for heading in clc(site).values()}
    files = find_definitions("vocabularies", site)
    if id not in files:
        raise UnknownName(_("vocabulary"), id, list(files))
    content = files[id].read_yaml()
    check_keys(files[id].path, content, KEYS)
    terms = content.get("terms", {})
    name = files[id].path.name
    return {code: _heading(name, code, 1, "", entry).title for code, entry in terms.items()}


@cache
def clc(site: Site | None) -> dict[str, Heading]:
    """The Chinese Library Classification's outline, main classes before what is under them.

    raises  DefinitionError naming the code that cannot be read
    """
    file = find_definitions("vocabularies", site)["clc"]
    headings: dict[str, Heading] = {}
    content = file.read_yaml()
    check_keys(file.path, content, KEYS)
    for main, entry in content.get("classes", {}).items():
        headings[main] = _heading(file.path.name, main, 1, "", entry)
        for code, under in (entry.get("under") or {}).items():
            headings[code] = _heading(file.path.name, code, 2, main, under)
    return headings


def _heading(file: str, code: str, level: int, parent: str, entry: dict[str, str]) -> Heading:
    try:
        spans = [code, *entry.get("covers", [])]
        prefixes = tuple(prefix for span in spans for prefix in expand(str(span)))
        return Heading(code, level, parent, {"zh": entry["zh"], "en": entry["en"]}, prefixes)
    except (KeyError, TypeError, ValueError):
        raise DefinitionError(
            _("%(file)s: %(code)s needs zh and en.", file=file, code=code)
        ) from None
