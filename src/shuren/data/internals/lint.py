"""Naming and completeness rules for contracts, numbered so that a page and a person can
point at them. A contract that breaks one loads nothing."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shuren.data.shapes import DATA_CLASSES, DROP, KEEP, PSEUDONYM, VAULT, Contract, Field
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TIME_ENDS = ("_at", "_on", "_until", "_from")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_WORDS_OF_SQL = {
    "all", "and", "as", "asc", "between", "by", "case", "desc", "distinct", "else", "end", "from",
    "group", "having", "in", "is", "join", "like", "limit", "not", "null", "offset", "on", "or",
    "order", "select", "table", "then", "to", "union", "using", "when", "where", "with",
}  # fmt: skip
_LONGEST = 40
_PERSONAL = 3


@dataclass(frozen=True)
class Finding:
    """One broken rule. where: the contract's id, or `contract.column`."""

    rule: str
    where: str
    message: dict[str, str]


NAMING_RULES: dict[str, dict[str, str]] = {
    "N01": {
        "zh": "名称只用小写英文字母、数字和单个下划线，以字母开头。",
        "en": "Names are lower-case ASCII letters, digits and single underscores, a letter first.",
    },
    "N02": {
        "zh": f"名称不超过 {_LONGEST} 个字符。",
        "en": f"Names have at most {_LONGEST} characters.",
    },
    "N03": {"zh": "名称不用 SQL 保留字。", "en": "Names are no reserved words of SQL."},
    "N04": {
        "zh": "日期与时间列以 _at、_on、_until 或 _from 结尾，数与是否列不用这些结尾。",
        "en": "Date and time columns end in _at, _on, _until or _from; numbers and flags do not.",
    },
    "N05": {
        "zh": "主键列与假名列以 _id 结尾。",
        "en": "A key column of its own and every pseudonym column ends in _id.",
    },
    "N06": {"zh": "中英文标题都要有。", "en": "There is a title in Chinese and in English."},
    "N07": {"zh": "中英文说明都要有。", "en": "There is a description in Chinese and in English."},
    "N08": {
        "zh": "个人或敏感信息只能以假名、封存或写明用途的方式保存。",
        "en": "Personal and sensitive columns are pseudonyms, sealed, dropped, or name a purpose.",
    },
    "N09": {
        "zh": "一个来源列名在一份契约里只属于一列。",
        "en": "A source column name belongs to one column of a contract only.",
    },
    "N10": {
        "zh": "主键列必须原样或以假名保存。",
        "en": "Key columns are kept, as they are or as pseudonyms.",
    },
    "N11": {
        "zh": "契约要有负责人、数据类和用途。",
        "en": "A contract has an owner, a data class and purposes.",
    },
    "N12": {
        "zh": "版本号形如 1.0.0。",
        "en": "The version has the form 1.0.0.",
    },
    "N13": {
        "zh": "封存的列须与一个假名列在一起，否则无人可属。",
        "en": "A sealed column needs a pseudonym column beside it to belong to.",
    },
    "N14": {
        "zh": "同义词必须指向允许的值。",
        "en": "Synonyms point at values that are allowed.",
    },
    "N15": {
        "zh": "单位写在 unit 里，不写进标题。",
        "en": "A unit stands under `unit`, not in the title.",
    },
    "N16": {
        "zh": "数据类须是六类之一：bibliographic、content、operations、behaviour、knowledge、zero。",  # noqa: E501
        "en": "The data class is one of bibliographic, content, operations, behaviour, knowledge, zero.",  # noqa: E501
    },
}
_UNIT_IN_TITLE = re.compile(r"[（(][^（）()]*[）)]\s*$")


def lint_contract(contract: Contract) -> list[Finding]:
    """Every naming rule the contract breaks, in order of rule and place."""
    return [
        Finding(rule, where, NAMING_RULES[rule])
        for rule, check in _CHECKS.items()
        for where in check(contract)
    ]


def check_contract(contract: Contract, path: Path) -> None:
    """Raise DefinitionError with the first broken rule and how many more there are."""
    found = lint_contract(contract)
    if found:
        first = found[0]
        raise DefinitionError(
            _(
                "%(path)s breaks naming rule %(rule)s at %(where)s: %(why)s",
                path=path,
                rule=first.rule,
                where=first.where,
                why=pick(first.message),
            ),
            fix=_("%(count)s naming rules are broken in all.", count=len(found))
            if len(found) > 1
            else "",
        )


def _names(contract: Contract) -> Iterator[tuple[str, str]]:
    yield contract.id, contract.id
    for field in contract.fields:
        yield field.name, f"{contract.id}.{field.name}"


def _fields(broken: Callable[[Contract, Field], bool]) -> Callable[[Contract], Iterator[str]]:
    """A check of single columns as a check of the contract."""

    def check(contract: Contract) -> Iterator[str]:
        return (f"{contract.id}.{f.name}" for f in contract.fields if broken(contract, f))

    return check


def _by_name(broken: Callable[[str], bool]) -> Callable[[Contract], Iterator[str]]:
    def check(contract: Contract) -> Iterator[str]:
        return (where for name, where in _names(contract) if broken(name))

    return check


def _time_name(contract: Contract, field: Field) -> bool:
    """A time of day such as opens_at is text in the standard's types, so text may end so too."""
    ends = field.name.endswith(_TIME_ENDS)
    if field.type in ("date", "timestamp"):
        return not ends
    return ends and field.type != "string"


def _id_name(contract: Contract, field: Field) -> bool:
    lone_key = contract.key == (field.name,)
    return (lone_key or field.storage == PSEUDONYM) and not field.name.endswith("_id")


def _texts(name: str) -> Callable[[Contract], Iterator[str]]:
    def check(contract: Contract) -> Iterator[str]:
        for part, where in [(contract, contract.id)] + [
            (f, f"{contract.id}.{f.name}") for f in contract.fields
        ]:
            texts: dict[str, str] = getattr(part, name)
            if not (texts.get("zh", "").strip() and texts.get("en", "").strip()):
                yield where

    return check


def _unguarded(contract: Contract, field: Field) -> bool:
    return field.classification >= _PERSONAL and field.storage == KEEP and not field.purposes


def _shared_names(contract: Contract) -> Iterator[str]:
    owner: dict[str, str] = {}
    for field in contract.fields:
        for name in {plain_name(name) for name in (*field.names, field.name)}:
            if owner.setdefault(name, field.name) != field.name:
                yield f"{contract.id}.{field.name}"
                break


def plain_name(name: str) -> str:
    """A column name as compared: full-width forms, case, spaces, _ and - do not count."""
    return re.sub(r"[\s_\-﻿]+", "", unicodedata.normalize("NFKC", name)).casefold()


def _lost_key(contract: Contract) -> Iterator[str]:
    for name in (*contract.key, *contract.fallback_key):
        if contract.field(name).storage in (VAULT, DROP):
            yield f"{contract.id}.{name}"


def _incomplete(contract: Contract) -> Iterator[str]:
    if not (contract.owner and contract.data_class and contract.purposes):
        yield contract.id


def _no_class(contract: Contract) -> Iterator[str]:
    if contract.data_class and contract.data_class not in DATA_CLASSES:
        yield contract.id


def _version(contract: Contract) -> Iterator[str]:
    if not _VERSION.fullmatch(contract.version):
        yield contract.id


def _homeless(contract: Contract, field: Field) -> bool:
    return field.storage == VAULT and not any(f.storage == PSEUDONYM for f in contract.fields)


def _stray_synonym(contract: Contract, field: Field) -> bool:
    return bool(field.allowed) and not set(field.values.values()) <= set(field.allowed)


def _unit_in_title(contract: Contract, field: Field) -> bool:
    return any(_UNIT_IN_TITLE.search(text) for text in field.title.values())


_CHECKS: dict[str, Callable[[Contract], Iterator[str]]] = {
    "N01": _by_name(lambda name: not _SNAKE.fullmatch(name)),
    "N02": _by_name(lambda name: len(name) > _LONGEST),
    "N03": _by_name(lambda name: name.lower() in _WORDS_OF_SQL),
    "N04": _fields(_time_name),
    "N05": _fields(_id_name),
    "N06": _texts("title"),
    "N07": _texts("description"),
    "N08": _fields(_unguarded),
    "N09": _shared_names,
    "N10": _lost_key,
    "N11": _incomplete,
    "N12": _version,
    "N13": _fields(_homeless),
    "N14": _fields(_stray_synonym),
    "N15": _fields(_unit_in_title),
    "N16": _no_class,
}
