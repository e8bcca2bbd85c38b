"""Roles and purposes: who may do what, and what personal data may be read for.

definitions/roles/*.yaml and definitions/purposes/*.yaml; a site's file with the same id
replaces ours. What no file grants is denied.
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from shuren.kernel.definitions import DefinitionFile, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean

READER, STAFF, VISITOR = "reader", "staff", "visitor"
KINDS = (READER, STAFF, VISITOR)
BASES = ("service", "statistics", "operation", "consent")

# Every permission there is, and what it opens. A role names them; nothing else grants them.
PERMISSIONS: dict[str, dict[str, str]] = {
    "my_library.read": {"zh": "看自己的借阅", "en": "See one's own loans"},
    "workbench.open": {"zh": "打开工作台", "en": "Open the workbench"},
    "loads.read": {"zh": "看数据源与装载回执", "en": "See sources and receipts of loads"},
    "loads.run": {"zh": "装载数据、构建数据表", "en": "Load data and build tables"},
    "quarantine.read": {
        "zh": "看隔离区（身份列遮盖）",
        "en": "See refused rows, identities masked",
    },
    "quarantine.mend": {
        "zh": "修正并重放隔离区的行",
        "en": "Mend and replay refused rows, original bytes shown",
    },
    "quarantine.export": {"zh": "导出隔离区的原始行", "en": "Export refused rows as they came"},
    "contracts.read": {"zh": "看数据治理规范", "en": "Read the data contracts"},
    "dashboards.read": {"zh": "看统计看板", "en": "Read the dashboards"},
    "accounts.manage": {"zh": "管理账号", "en": "Manage accounts"},
    "site.operate": {"zh": "运行与备份站点", "en": "Operate and back up the site"},
    "ledger.read": {"zh": "看数据使用台账", "en": "Read the ledger of data uses"},
}


@dataclass(frozen=True)
class Purpose:
    """Why data may be read.

    basis            service, statistics, operation or consent
    highest_class    the most sensitive column it opens: 1 public … 4 sensitive
    aggregated_only  only counts over groups, small groups hidden; never a person's row
    own_rows_only    only rows of the asking reader
    """

    id: str
    title: dict[str, str]
    description: dict[str, str]
    basis: str
    highest_class: int = 1
    aggregated_only: bool = False
    own_rows_only: bool = False


@dataclass(frozen=True)
class Role:
    """A kind of person. `kind` is 'reader', 'staff', or 'visitor' for who is not signed in."""

    id: str
    title: dict[str, str]
    kind: str
    description: dict[str, str]
    permissions: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


@cache
def roles(site: Site | None) -> dict[str, Role]:
    """All roles by id: readers, staff, visitors; raises DefinitionError naming file and key."""
    known = purposes(site)
    found = [_role(file, known) for file in find_definitions("roles", site).values()]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return {role.id: role for role in sorted(found, key=lambda role: (order[role.kind], role.id))}


@cache
def purposes(site: Site | None) -> dict[str, Purpose]:
    """All purposes by id; raises DefinitionError naming file and key."""
    return {file.id: _purpose(file) for file in find_definitions("purposes", site).values()}


def _role(file: DefinitionFile, known: dict[str, Purpose]) -> Role:
    values = _checked(file, Role)
    _one_of(file, "kind", values["kind"], KINDS)
    for key, names in (("permissions", PERMISSIONS), ("purposes", known)):
        values[key] = tuple(values.get(key) or ())
        for name in values[key]:
            _one_of(file, key, name, names)
    return Role(**values)


def _purpose(file: DefinitionFile) -> Purpose:
    values = _checked(file, Purpose)
    _one_of(file, "basis", values["basis"], BASES)
    _one_of(file, "highest_class", values.get("highest_class", 1), (1, 2, 3, 4))
    return Purpose(**values)


def _checked(file: DefinitionFile, shape: type) -> dict[str, Any]:
    """The file's values, when they are the shape's fields, all required ones, in two languages."""
    values = file.read_yaml()
    names = [field.name for field in fields(shape)]
    for key in values:
        _one_of(file, "", key, names)
    needed = ["id", "title", "description", "kind" if shape is Role else "basis"]
    for key in needed:
        if not values.get(key):
            raise DefinitionError(_("%(path)s: '%(key)s' is missing.", path=file.path, key=key))
    for key in ("title", "description"):
        text = values[key]
        if not isinstance(text, dict) or set(text) != {"zh", "en"} or not all(text.values()):
            raise DefinitionError(
                _("%(path)s: '%(key)s' must be {zh: …, en: …}.", path=file.path, key=key)
            )
    if values["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    return values


def _one_of(file: DefinitionFile, key: str, value: Any, known: Any) -> None:
    if value in known:
        return
    names = [str(name) for name in known]
    place = f"{file.path}: {key}".rstrip(": ")
    raise DefinitionError(
        _("%(place)s: '%(value)s' is not known here.", place=place, value=value),
        fix=did_you_mean(str(value), names),
    )
