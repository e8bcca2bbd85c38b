"""A role's file: what it grants, as rows of resource, actions and purposes."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.trust.internals.permissions import (
    OWN_READ,
    PERMISSION_PURPOSES,
    PERMISSIONS,
    PUBLIC_READ,
)
from shuren.trust.internals.rule_files import SAME, checked, one_of

READER, STAFF, VISITOR = "reader", "staff", "visitor"
KINDS = (READER, STAFF, VISITOR)
_OLD = ("permissions", "purposes")

# fmt: off
GRANT_KEYS = {
    "resource": Key(str, "资源，见“权限与用途”", "The resource; all are listed under permissions and purposes", required=True),  # noqa: E501
    "actions": Key(list, "可对它做什么", "What may be done with it", required=True),
    "purposes": Key(list, "做这些事时可为哪些用途使用数据；公开的内容不必写", "The purposes data may be used for while doing that; what is public need not be said", default="[]"),  # noqa: E501
}
ROLE_KEYS = SAME | {
    "kind": Key(str, "reader 读者、staff 馆员或 visitor 访客", "reader, staff or visitor", required=True),  # noqa: E501
    "grants": Key(list, "授权，每行一个资源：`{resource: quarantine, actions: [read], purposes: [data_quality]}`；没有写明的一律拒绝", "What it grants, a row for each resource: `{resource: quarantine, actions: [read], purposes: [data_quality]}`; the rest is denied", default="[]"),  # noqa: E501
}
_OLD_KEYS = {
    "permissions": Key(list, "旧写法", "The old form", default="[]"),
    "purposes": Key(list, "旧写法", "The old form", default="[]"),
}
# fmt: on


@dataclass(frozen=True)
class Role:
    """A kind of person. `kind` is 'reader', 'staff', or 'visitor' for who is not signed in.

    grants     {resource.action: purposes that data may be used for while doing that}
    is_old     the file is in the form from before `grants`, and was read as such
    """

    id: str
    title: dict[str, str]
    kind: str
    description: dict[str, str]
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_old: bool = False

    @property
    def permissions(self) -> tuple[str, ...]:
        return tuple(self.grants)

    @property
    def purposes(self) -> tuple[str, ...]:
        """Each purpose that some action of the role may use data for."""
        return tuple(dict.fromkeys(one for given in self.grants.values() for one in given))

    @property
    def file(self) -> str:
        """Where it is said, as a librarian would look for it."""
        return f"definitions/roles/{self.id}.yaml"

    def opens(self, doing: str, purpose: str) -> bool:
        """Whether data may be used for the purpose while doing that.

        What is public may be looked at under every action. Who came under none may look at that,
        and at what is their own.
        """
        under = (doing, PUBLIC_READ) if doing else (PUBLIC_READ, OWN_READ)
        return any(purpose in self.grants.get(action, ()) for action in under)

    def without(self, purposes: Container[str]) -> "Role":
        """The role without what it grants for some purposes."""
        given = {
            action: tuple(one for one in some if one not in purposes)
            for action, some in self.grants.items()
        }
        return replace(self, grants=given)

    def actions_for(self, purpose: str) -> tuple[str, ...]:
        return tuple(action for action, given in self.grants.items() if purpose in given)


def role_of(file: DefinitionFile, purposes: Container[str]) -> Role:
    """raises DefinitionError naming file and row"""
    said = file.read_yaml()
    old = [key for key in _OLD if key in said]
    if old and "grants" in said:
        raise DefinitionError(
            _("%(path)s: '%(key)s' cannot stand beside 'grants'.", path=file.path, key=old[0]),
            fix=_("Say it in the rows of `grants` alone."),
        )
    values = checked(file, ROLE_KEYS | _OLD_KEYS if old else ROLE_KEYS)
    one_of(file, "kind", values["kind"], KINDS)
    for key in ("grants", *_OLD):
        check_keys(file.path, {key: values.get(key)}, {key: (ROLE_KEYS | _OLD_KEYS)[key]})
    if old:
        permissions, given = (values.pop(key, None) or () for key in _OLD)
        return Role(**values, grants=_from_lists(file, permissions, given, purposes), is_old=True)
    grants: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(values.pop("grants", None) or (), 1):
        for action, given in _row(file, f"grants[{number}]", row, purposes):
            grants[action] = tuple(dict.fromkeys((*grants.get(action, ()), *given)))
    return Role(**values, grants=grants)


def rows_of(role: Role) -> list[str]:
    """The role's grants as lines of its file: what to write in place of the old lists."""
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for permission, given in role.grants.items():
        resource, action = permission.split(".")
        rows.setdefault((resource, given), []).append(action)
    return [
        f"- {{resource: {resource}, actions: [{', '.join(actions)}]"
        + (f", purposes: [{', '.join(given)}]}}" if given else "}")
        for (resource, given), actions in rows.items()
    ]


def _row(
    file: DefinitionFile, place: str, row: Any, purposes: Container[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """(resource.action, purposes) of each action of a row."""
    check_keys(file.path, row, GRANT_KEYS, place)
    resources: dict[str, list[str]] = {}
    for permission in PERMISSIONS:
        resource, action = permission.split(".")
        resources.setdefault(resource, []).append(action)
    one_of(file, f"{place}.resource", row["resource"], resources)
    for action in row["actions"]:
        _known_action(file, f"{place}.actions", row["resource"], action, resources)
    given = tuple(row.get("purposes") or ())
    for one in given:
        one_of(file, f"{place}.purposes", one, purposes)
    return [(f"{row['resource']}.{action}", given) for action in row["actions"]]


def _known_action(
    file: DefinitionFile, place: str, resource: str, action: Any, known: dict[str, list[str]]
) -> None:
    if action in known[resource]:
        return
    raise DefinitionError(
        _(
            "%(path)s: %(place)s: nothing called '%(action)s' can be done with %(resource)s.",
            path=file.path,
            place=place,
            action=action,
            resource=resource,
        ),
        fix=did_you_mean(str(action), known[resource]),
    )


def _from_lists(
    file: DefinitionFile, permissions: Any, given: Any, purposes: Container[str]
) -> dict[str, tuple[str, ...]]:
    """The matrix that the two lists of an old file stand for: never more than they opened.

    A purpose goes to the actions that read data for it. One that no action of ours reads for is
    the site's own, and goes to each action of the role.
    """
    for key, listed, names in (
        ("permissions", permissions, PERMISSIONS),
        ("purposes", given, purposes),
    ):
        for name in listed:
            one_of(file, key, name, names)
    ours = {one for some in PERMISSION_PURPOSES.values() for one in some}
    own = [one for one in given if one not in ours]
    public = PERMISSION_PURPOSES[PUBLIC_READ]  # what a visitor sees no role was refused
    implied = {PUBLIC_READ: public} if set(given) & set(public) else {}
    return implied | {
        action: tuple([one for one in given if one in PERMISSION_PURPOSES[action]] + own)
        for action in permissions
    }
