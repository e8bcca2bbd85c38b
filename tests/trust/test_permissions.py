"""Who may do what: the matrix of docs/reference/permissions.md, cell by cell."""

from pathlib import Path

import pytest

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.trust import consent, definitions, queries
from shuren.trust.errors import NotAllowed, UnknownName
from tools.reference.permissions import NO, YES, permissions_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "permissions.md"
READER = Actor("li", "student", reader_key="r_" + "a" * 26)


def documented(heading):
    """(role, name, granted) for each cell of the table under a heading of the page."""
    section = PAGE.read_text("utf-8").split(heading)[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    head, cells = rows[0], rows[2:]
    first = head.index("`alumni`")
    for row in cells:
        name = ".".join(row[:2]) if head[0] == "resource" else row[0].strip("`")
        for role, mark in zip(head[first:], row[first:], strict=True):
            yield role.strip("`"), name, {YES: True, NO: False}[mark]


MATRIX = list(documented("## 资源 × 操作 × 角色"))


def test_the_page_of_permissions_is_current():
    assert PAGE.read_text("utf-8") == permissions_page(), "run `python -m tools.reference`"


def test_the_matrix_has_every_role_and_permission():
    kinds = [role.kind for role in definitions.roles(None).values()]
    assert (kinds.count("reader"), kinds.count("staff")) == (6, 7)
    assert len(MATRIX) == len(kinds) * len(definitions.PERMISSIONS)


@pytest.mark.parametrize("role, permission, granted", MATRIX, ids=lambda value: str(value))
def test_a_role_may_exactly_what_is_documented(role, permission, granted):
    actor = Actor("somebody", role)
    assert queries.may(actor, permission) is granted
    if granted:
        queries.require(actor, permission)
    else:
        with pytest.raises(NotAllowed):
            queries.require(actor, permission)


@pytest.mark.django_db
@pytest.mark.parametrize("role, purpose, granted", list(documented("## 用途 × 角色")), ids=str)
def test_a_role_uses_data_for_the_documented_purposes_only(role, purpose, granted):
    actor = Actor("somebody", role, reader_key=READER.reader_key)
    if granted and queries.purpose(purpose).basis == consent.BASIS:
        assert not queries.purpose_allowed(actor, purpose), "closed before consent"
        consent.give(purpose, actor=actor, version=queries.purpose(purpose).consent_version)
    assert queries.purpose_allowed(actor, purpose) is granted


def test_a_role_that_comes_to_a_page_has_a_purpose_to_read_it_for():
    """A permission without any of its purposes would open an empty page."""
    assert set(definitions.PERMISSION_PURPOSES) == set(definitions.PERMISSIONS)
    bare = [
        (role.id, name)
        for role in definitions.roles(None).values()
        for name in role.permissions
        if definitions.PERMISSION_PURPOSES[name]
        and not set(definitions.PERMISSION_PURPOSES[name]) & set(role.purposes)
    ]
    assert bare == [("technical_librarian", "loads.run")]  # it loads and builds, and sees nobody


@pytest.mark.parametrize(
    "actor", [None, Actor("x", ""), Actor("x", "root")], ids=["nobody", "no role", "unknown role"]
)
def test_who_has_no_role_may_nothing(actor):
    assert not any(queries.may(actor, permission) for permission in definitions.PERMISSIONS)
    assert not any(queries.purpose_allowed(actor, purpose) for purpose in queries.purposes())


def test_own_rows_need_a_reader_behind_the_account():
    assert queries.purpose_allowed(READER, "own_records")
    assert not queries.purpose_allowed(Actor("li", "student"), "own_records")


def test_a_permission_nobody_defined_is_our_own_mistake():
    with pytest.raises(UnknownName, match=r"Did you mean 'loads\.run'"):
        queries.may(READER, "loads.rnu")


def test_a_refusal_names_the_roles_that_may():
    with pytest.raises(NotAllowed) as refusal:
        queries.require(READER, "ledger.read")
    assert "Ethics board" in refusal.value.fix


def test_a_site_may_redefine_a_role_and_add_one(site):
    folder = site.definitions / "roles"
    folder.mkdir(parents=True)
    text = "title: {zh: 志愿者, en: Volunteer}\ndescription: {zh: 帮忙, en: Helps}\nkind: staff\n"
    (folder / "volunteer.yaml").write_text(f"id: volunteer\n{text}permissions: [workbench.open]\n")
    (folder / "director.yaml").write_text(f"id: director\n{text}")
    found = definitions.roles(site)
    assert found["volunteer"].permissions == ("workbench.open",)
    assert found["director"].permissions == ()
    assert found["student"] == definitions.roles(None)["student"]


GOOD = {
    "id": "helper",
    "title": "{zh: 助手, en: Helper}",
    "description": "{zh: 帮忙, en: Helps}",
    "kind": "staff",
}


@pytest.mark.parametrize(
    "change, said",
    [
        ({"permissions": "[loads.red]"}, "Did you mean 'loads.read'"),
        ({"purposes": "[fun]"}, "'fun' is not known here"),
        ({"kind": "boss"}, "'boss' is not known here"),
        ({"permisions": "[]"}, "Did you mean 'permissions'"),
        ({"title": "Helper"}, "'title' must be"),
        ({"title": "{zh: 助手}"}, "'title' must be"),
        ({"id": "helfer"}, "must be the file's name"),
        ({"kind": ""}, "'kind' is missing"),
    ],
    ids=["permission", "purpose", "kind", "key", "one text", "one language", "id", "missing"],
)
def test_a_wrong_role_file_is_named(site, change, said):
    path = site.definitions / "roles" / "helper.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(f"{key}: {value}" for key, value in (GOOD | change).items()))
    with pytest.raises(DefinitionError) as error:
        definitions.roles(site)
    assert said in str(error.value)
    assert str(path) in error.value.message
