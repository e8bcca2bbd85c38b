"""How call numbers are shelved: definitions/shelving/call_numbers.yaml, ours or the site's."""

from dataclasses import dataclass
from functools import cache

from shuren.kernel.definitions import Key, check_keys, find_definitions
from shuren.kernel.site import Site

SHELVING_KEYS = {
    "id": Key(str, "标识，与文件名相同", "Id, the name of the file", required=True),
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "divider": Key(str, "分类号与书次号之间的符号", "Mark between class and book number", True),
    "volume": Key(list, "卷册号前的符号", "Marks before a volume", default="[]"),
    "edition": Key(list, "版本或年代号前的符号", "Marks before an edition or year", default="[]"),
    "copy": Key(list, "复本号前的符号", "Marks before a copy", default="[]"),
    "translation": Key(list, "译本号前的符号", "Marks before a translation", default="[]"),
    "running_numbers": Key(
        bool,
        "书次号为纯数字时按整数排（种次号），否则按小数排",
        "Book numbers of digits are whole numbers, not decimals",
        default="true",
    ),
}


@dataclass(frozen=True)
class Shelving:
    """marks  (mark, part) with the longest mark first; part: volume, edition, copy, translation"""

    divider: str
    marks: tuple[tuple[str, str], ...]
    running_numbers: bool


@cache
def shelving(site: Site | None) -> Shelving:
    """raises  DefinitionError naming the file and the key"""
    file = find_definitions("shelving", site)["call_numbers"]
    content = file.read_yaml()
    check_keys(file.path, content, SHELVING_KEYS)
    marks = [
        (str(mark), part)
        for part in ("volume", "edition", "copy", "translation")
        for mark in content.get(part) or ()
    ]
    marks.sort(key=lambda one: -len(one[0]))
    return Shelving(content["divider"], tuple(marks), content.get("running_numbers", True))
