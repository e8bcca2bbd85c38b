"""Roles and purposes: who may do what, and what personal data may be read for.

definitions/roles/*.yaml and definitions/purposes/*.yaml; a site's file with the same id
replaces ours. What no file grants is denied.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.trust.internals import opening_more
from shuren.trust.internals.in_force import InForce, Read, read
from shuren.trust.internals.in_force import Waiting as Waiting
from shuren.trust.internals.permissions import PERMISSION_PURPOSES as PERMISSION_PURPOSES
from shuren.trust.internals.permissions import PERMISSIONS as PERMISSIONS
from shuren.trust.internals.permissions import SCOPES as SCOPES
from shuren.trust.internals.permissions import TABLES_READ as TABLES_READ
from shuren.trust.internals.role_files import GRANT_KEYS as GRANT_KEYS
from shuren.trust.internals.role_files import KINDS as KINDS
from shuren.trust.internals.role_files import READER as READER
from shuren.trust.internals.role_files import ROLE_KEYS as ROLE_KEYS
from shuren.trust.internals.role_files import STAFF as STAFF
from shuren.trust.internals.role_files import VISITOR as VISITOR
from shuren.trust.internals.role_files import Role as Role
from shuren.trust.internals.role_files import role_of
from shuren.trust.internals.role_files import rows_of as rows_of
from shuren.trust.internals.rule_files import SAME, checked, one_of, two_languages

# The most sensitive class there is; only a reader's look at their own rows opens it.
SENSITIVE = 4
BASES = ("service", "statistics", "operation", "consent")
# Whose data a purpose is about: of who has a card, who came without one, who works here, of none.
WHOSE = ("readers", "visitors", "staff", "nobody")
ALL, WITHDRAWN = "all", "withdrawn"
APPROVE = "purposes.approve"

# fmt: off
PURPOSE_KEYS = SAME | {
    "basis": Key(str, "依据：service、statistics、operation 或 consent", "service, statistics, operation or consent", required=True),  # noqa: E501
    "highest_class": Key(int, "可用的最高敏感级：1 公开 … 4 敏感", "The most sensitive class it opens: 1 public … 4 sensitive", default="1"),  # noqa: E501
    "aggregated_only": Key(bool, "只给分组计数，小组隐藏", "Only counts over groups, small ones hidden", default="false"),  # noqa: E501
    "own_rows_only": Key(bool, "只给读者本人的行", "Only rows of the asking reader", default="false"),  # noqa: E501
    "consent": Key(dict, "征求同意的文字 {version, zh, en}；basis 为 consent 时必填，改文字须升版本", "The text that asks for consent {version, zh, en}; needed with basis: consent, a new text needs a new version"),  # noqa: E501
    "is_profile": Key(bool, "据此对读者画像；未成年人等不适用", "Makes a profile of the reader, so never of the under-14s", default="false"),  # noqa: E501
    "break_glass": Key(bool, "只在紧急查看期间、只对被打开的那位读者有效", "Open only while a reader's records are opened in an emergency, and only theirs", default="false"),  # noqa: E501
    "why": Key(dict, "为什么需要 {zh, en}", "Why it is needed {zh, en}", required=True),
    "tables": Key(dict, "打开哪些表：`表: [列, …]`；不涉及个人的表可写 `表: all` 或 `conformed.*: all`", "What it opens: `table: [column, …]`; a table without persons may say `table: all`, or `conformed.*: all`", required=True),  # noqa: E501
    "whose": Key(list, "谁的数据：readers 读者、visitors 来访者、staff 馆员、nobody 无人", "Whose data: readers, visitors, staff, nobody", required=True),  # noqa: E501
    "keep_days": Key(int, "为此保存的内容最多留多少天，到期由 shuren work 删除；0 为不另存，表里的数据按契约的期限删除", "Days that what is kept for it stays at most; `shuren work` takes it away then. 0: it keeps nothing of its own, and rows go by the term of their contract", required=True),  # noqa: E501
    "legal_basis": Key(dict, "法律依据 {article, zh, en}：哪部法律第几条，为何适用", "Legal basis {article, zh, en}: which article, and why it applies", required=True),  # noqa: E501
    "approved_by": Key(str, "由哪个角色批准；须有 purposes.approve 权限", "The role that approved it, one with purposes.approve", required=True),  # noqa: E501
    "approved_until": Key((date, str), "批准到哪一天（含）；withdrawn 为到撤回为止，须另写 review_by", "The last day it is approved for; `withdrawn`: until it is withdrawn, and then review_by is said", required=True),  # noqa: E501
    "review_by": Key(date, "哪一天之前复审；到期提醒，不停用", "The day by which it is looked at again; reminded of, never refused"),  # noqa: E501
}
# fmt: on

# Who is not signed in, and a child whose guardian has not consented.
ANONYMOUS = "anonymous"
# The role of accounts for readers under 14.
PUPIL = "school_pupil"
# The role of a program that comes with a key. No file can grant it anything: its key does.
API_CLIENT = "api_client"
# The purpose that uses of the API are written down under when they touch no table.
EXCHANGE = "data_exchange"
PUBLIC_STATISTICS = "public_statistics"


# A scope for rows and counts names a layer or a table: marts:read:mart, marts:read:mart.loan_fact.
_NAMES = re.compile(r"[a-z_]\w*( [a-z_]\w*)*")
TABLE_SCOPE = re.compile(r"marts:read:(conformed|mart)(\.[a-z][a-z0-9_]{0,60})?")


@dataclass(frozen=True)
class Purpose:
    """Why data may be read.

    basis            service, statistics, operation or consent
    highest_class    the most sensitive column it opens: 1 public … 4 sensitive
    aggregated_only  only counts over groups, small groups hidden; never a person's row
    own_rows_only    only rows of the asking reader
    break_glass      only rows of the reader whose records the actor has opened (trust.glass)
    consent          {version, zh, en}: what a reader says yes to, where the basis is consent
    is_profile       makes a profile of the reader: never of who may have none
    tables           {table: its columns, or ("all",)}; `conformed.*` stands for tables without
                     persons only
    whose            of WHOSE
    keep_days        days that what is kept for it stays at most; 0: it keeps nothing of its own,
                     and what is in the tables goes by the term of its contract
    legal_basis      {article, zh, en}
    approved_until   the last day, in the library's time; None: until it is withdrawn
    """

    id: str
    title: dict[str, str]
    description: dict[str, str]
    basis: str
    highest_class: int = 1
    aggregated_only: bool = False
    own_rows_only: bool = False
    break_glass: bool = False
    consent: Mapping[str, Any] | None = None
    is_profile: bool = False
    why: dict[str, str] = field(default_factory=dict)
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    whose: tuple[str, ...] = ()
    keep_days: int = 0
    legal_basis: dict[str, str] = field(default_factory=dict)
    approved_by: str = ""
    approved_until: date | None = None
    review_by: date | None = None

    @property
    def consent_version(self) -> int:
        """Version of the text that asks for consent; 0 where none is asked."""
        return int(self.consent["version"]) if self.consent else 0

    @property
    def consent_text(self) -> dict[str, str]:
        """That text {zh, en}; empty where none is asked."""
        return {key: str(self.consent[key]) for key in ("zh", "en")} if self.consent else {}

    @property
    def file(self) -> str:
        """Where it is said, as a librarian would look for it."""
        return f"definitions/purposes/{self.id}.yaml"

    def is_approved(self, day: date) -> bool:
        return self.approved_until is None or day <= self.approved_until

    def covers(self, table: str, column: str = "", *, persons: bool) -> bool:
        """Whether the file names the table, and the column if one is asked for.

        persons  whether rows of the table are about persons: then only a line of its own with
                 its columns counts
        """
        columns = self.tables.get(table)
        if columns is None and not persons:
            columns = self.tables.get(f"{table.split('.')[0]}.*")
        if columns is None or (persons and columns == (ALL,)):
            return False
        return not column or columns == (ALL,) or column in columns

    @property
    def for_programs(self) -> bool:
        """Whether a key may have it: counts, or rows of tables in which nobody is found.

        A purpose of the library's own operation opens rows about people, one's own rows need
        a person who asks.
        """
        if self.own_rows_only or self.break_glass or self.basis in ("operation", "consent"):
            return False
        return self.aggregated_only or self.highest_class <= 2


def _read_purposes(site: Site | None) -> Read[Purpose]:
    return read("purposes", site, _purpose, opening_more.of_purpose)


def _read_roles(site: Site | None) -> Read[Role]:
    """What a role grants for a purpose that is not in force is no grant yet."""
    known = purposes.found(site)
    named = {*known.in_force, *known.waiting}
    found = read("roles", site, lambda file: role_of(file, named), opening_more.of_role)
    granted = [one.without(set(known.waiting) - set(known.in_force)) for one in
               found.in_force.values()]  # fmt: skip
    said = known.in_force | {id: one.said for id, one in known.waiting.items()}
    _check_approvers(site, said, granted)
    order = {kind: place for place, kind in enumerate(KINDS)}
    granted.sort(key=lambda role: (order[role.kind], role.id))
    return replace(
        found,
        in_force={role.id: role for role in granted},
        rests_on_approval=found.rests_on_approval or known.rests_on_approval,
    )


# All purposes that are in force, by id; `.waiting` are those whose file wants more than that.
purposes = InForce(_read_purposes)
# All roles that are in force, by id: readers, staff, visitors.
roles = InForce(_read_roles)


def _check_approvers(site: Site | None, known: dict[str, Purpose], found: list[Role]) -> None:
    """Raise DefinitionError for a purpose that nobody who may approve has approved."""
    able = [role.id for role in found if APPROVE in role.permissions]
    for id, file in find_definitions("purposes", site).items():
        one_of(file, "approved_by", known[id].approved_by, able)


def _purpose(file: DefinitionFile) -> Purpose:
    values = checked(file, PURPOSE_KEYS)
    for name, key in PURPOSE_KEYS.items():
        if values.get(name) is not None and not isinstance(values[name], key.kind):
            raise _wrong(file, name)
    one_of(file, "basis", values["basis"], BASES)
    one_of(file, "highest_class", values.get("highest_class", 1), (1, 2, 3, 4))
    _check_consent(file, values)
    two_languages(file, values, ("why",))
    for one in values["whose"]:
        one_of(file, "whose", one, WHOSE)
    values["whose"] = tuple(values["whose"])
    values["tables"] = {
        str(table): _columns(file, f"tables.{table}", listed)
        for table, listed in values["tables"].items()
    }
    if set(values["legal_basis"]) != {"article", "zh", "en"} or values["keep_days"] < 0:
        raise _wrong(file, "legal_basis" if values["keep_days"] >= 0 else "keep_days")
    until = values["approved_until"]
    if until == WITHDRAWN:
        values["approved_until"] = None
        if not values.get("review_by"):
            raise DefinitionError(
                _("%(path)s: '%(key)s' is missing.", path=file.path, key="review_by")
            )
    elif not isinstance(until, date):
        raise _wrong(file, "approved_until")
    if values.get("highest_class") == SENSITIVE and not values.get("own_rows_only"):
        raise DefinitionError(
            _("%(path)s: class 4 opens to readers themselves only.", path=file.path),
            fix=_("Write `highest_class: 3`, or `own_rows_only: true` as well."),
        )
    return Purpose(**values)


def _check_consent(file: DefinitionFile, values: dict[str, Any]) -> None:
    """A purpose that rests on consent says what is agreed to, and no other one does."""
    if values["basis"] != "consent":
        if values.get("consent") or values.get("is_profile"):
            raise DefinitionError(
                _("%(path)s: only a purpose with 'basis: consent' asks for it.", path=file.path)
            )
        return
    text = values.get("consent")
    if (
        not isinstance(text, dict)
        or set(text) != {"version", "zh", "en"}
        or not (text["zh"] and text["en"])
        or not _is_version(text["version"])
    ):
        raise DefinitionError(
            _("%(path)s: 'consent' must be {version: 1, zh: …, en: …}.", path=file.path),
            fix=_("Write what the reader agrees to, and count the version up when it changes."),
        )


def _is_version(value: Any) -> bool:
    return type(value) is int and 1 <= value < 2**31


def _columns(file: DefinitionFile, key: str, listed: Any) -> tuple[str, ...]:
    if listed == ALL:
        return (ALL,)
    if (
        not isinstance(listed, list)
        or not listed
        or not _NAMES.fullmatch(" ".join(map(str, listed)))
    ):
        raise _wrong(file, key)
    return tuple(listed)


def _wrong(file: DefinitionFile, key: str) -> DefinitionError:
    known = PURPOSE_KEYS[key.split(".")[0]]
    return DefinitionError(
        _("%(path)s: '%(key)s' has a value of the wrong kind.", path=file.path, key=key),
        fix=f"{known.zh}; {known.en}",
    )
