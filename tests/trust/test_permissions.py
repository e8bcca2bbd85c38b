"""Who may do what, and for which purpose: docs/reference/permissions.md, cell by cell."""

from dataclasses import replace
from pathlib import Path

import pytest

from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.trust import consent, definitions, queries
from shuren.trust.errors import NotAllowed, UnknownName
from tests.approving import approve_all
from tools.reference.permissions import NO, NONE, YES, permissions_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "permissions.md"
READER = Actor("li", "student", reader_key="r_" + "a" * 26)


def documented():
    """(role, resource.action, purpose or "", granted) for each cell of the page's matrix."""
    text = PAGE.read_text("utf-8").split("## 资源 × 操作 × 用途 × 角色")[1]
    lines = [line for line in text.split("\n## ")[0].splitlines() if line[:1] == "|"]
    rows = [line.strip("| ").split(" | ") for line in lines]
    head, cells = rows[0], rows[2:]
    first = head.index("`alumni`")
    for row in cells:
        purpose = "" if row[2] == NONE else row[2].strip("`")
        for role, mark in zip(head[first:], row[first:], strict=True):
            yield role.strip("`"), ".".join(row[:2]), purpose, {YES: True, NO: False}[mark]


MATRIX = list(documented())
MAY = [(role, action, granted) for role, action, purpose, granted in MATRIX if not purpose]
PAIRS = {
    (role, action, purpose) for role, action, purpose, granted in MATRIX if granted and purpose
}
ROLES = list(dict.fromkeys(role for role, *_rest in MATRIX))


def test_the_page_of_permissions_is_current():
    assert PAGE.read_text("utf-8") == permissions_page(), "run `python -m tools.reference`"


def test_the_matrix_has_every_role_and_permission():
    kinds = [role.kind for role in definitions.roles(None).values()]
    assert (kinds.count("reader"), kinds.count("staff")) == (6, 8)
    assert len(MAY) == len(kinds) * len(definitions.PERMISSIONS)


@pytest.mark.parametrize("role, permission, granted", MAY, ids=lambda value: str(value))
def test_a_role_may_exactly_what_is_documented(role, permission, granted):
    actor = Actor("somebody", role)
    assert queries.may(actor, permission) is granted
    if granted:
        assert queries.require(actor, permission) == Actor("somebody", role, doing=permission)
    else:
        with pytest.raises(NotAllowed):
            queries.require(actor, permission)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_role_uses_data_for_the_documented_purpose_of_each_action_only(role):
    """Every action, and none, × every purpose, of a reader who has consented to all."""
    actor = Actor("somebody", role, reader_key=READER.reader_key)
    asking = [one for one in queries.purposes().values() if one.basis == consent.BASIS]
    for one in asking:
        if one.id in definitions.roles(None)[role].purposes:
            assert not queries.purpose_allowed(actor, one.id), "closed before consent"
            consent.give(one.id, actor=actor, version=one.consent_version)
    wrong = []
    for doing in ("", *definitions.PERMISSIONS):
        under = {"public.read", doing or "my_library.read"}
        for purpose in queries.purposes():
            wanted = any((role, action, purpose) in PAIRS for action in under)
            found = queries.purpose_allowed(replace(actor, doing=doing), purpose)
            if found is not wanted:
                wrong.append((doing, purpose, found))
    assert not wrong


def test_the_actions_of_a_shipped_role_read_what_they_are_known_to_read_for():
    """No shipped pair that no code asks for, and no action without anything to read for."""
    assert set(definitions.PERMISSION_PURPOSES) == set(definitions.PERMISSIONS)
    bare = []
    for role in definitions.roles(None).values():
        for action, given in role.grants.items():
            known = definitions.PERMISSION_PURPOSES[action]
            assert set(given) <= set(known), (role.id, action)
            if known and not given:
                bare.append((role.id, action))
    # They read the contracts and never a row; it loads and builds, looks after the outbox, and
    # sees nobody.
    assert bare == [
        ("director", "contracts.read"),
        ("ethics_board", "contracts.read"),
        ("subject_librarian", "contracts.read"),
        ("technical_librarian", "loads.run"),
        ("technical_librarian", "contracts.read"),
        ("technical_librarian", "messages.manage"),
    ]


def test_a_purpose_of_one_action_is_refused_under_another():
    wen = Actor("wen", "data_librarian")
    queries.require_purpose(queries.require(wen, "quarantine.read"), "data_quality")
    for doing in ("", "ledger.read", "dashboards.read", "workbench.open", "no.such"):
        with pytest.raises(NotAllowed) as refusal:
            queries.require_purpose(replace(wen, doing=doing), "data_quality")
        assert "quarantine.read" in refusal.value.message
        assert "definitions/roles/data_librarian.yaml" in refusal.value.fix


def test_what_is_public_is_read_under_every_action():
    for role in definitions.roles(None):
        for doing in ("", *definitions.PERMISSIONS):
            assert queries.purpose_allowed(Actor("x", role, doing=doing), "public_information")


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


@pytest.mark.django_db
def test_a_site_may_redefine_a_role_and_add_one(site):
    folder = site.definitions / "roles"
    folder.mkdir(parents=True)
    text = "title: {zh: 志愿者, en: Volunteer}\ndescription: {zh: 帮忙, en: Helps}\nkind: staff\n"
    grants = "grants:\n  - {resource: workbench, actions: [open]}\n"
    (folder / "volunteer.yaml").write_text(f"id: volunteer\n{text}{grants}")
    (folder / "director.yaml").write_text(f"id: director\n{text}")
    approve_all(site)
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
        ({"grants": "[{resource: load, actions: [read]}]"}, "grants[1].resource: 'load' is not"),
        ({"grants": "[{resource: loads, actions: [red]}]"}, "'red' can be done with loads"),
        ({"grants": "[{resource: loads, actions: [red]}]"}, "Did you mean 'read'"),
        (
            {"grants": "[{resource: loads, actions: [run], purposes: [data_qualty]}]"},
            "grants[1].purposes: 'data_qualty' is not known here",
        ),
        ({"grants": "[{resource: loads, actions: run}]"}, "'grants[1].actions' has a value"),
        ({"grants": "[{resource: loads}]"}, "'grants[1].actions' is missing"),
        ({"grants": "[{resource: loads, action: [run]}]"}, "Did you mean 'actions'"),
        ({"grants": "[loads.run]"}, "'grants[1]' must be a list of"),
        ({"grants": "{loads: run}"}, "'grants' has a value of the wrong kind"),
        ({"grants": "[]", "permissions": "[]"}, "'permissions' cannot stand beside 'grants'"),
        ({"permissions": "[loads.red]"}, "Did you mean 'loads.read'"),
        ({"purposes": "[fun]"}, "'fun' is not known here"),
        ({"permissions": "loads.read"}, "'permissions' has a value of the wrong kind"),
        ({"kind": "boss"}, "'boss' is not known here"),
        ({"grant": "[]"}, "Did you mean 'grants'"),
        ({"title": "Helper"}, "'title' must be"),
        ({"title": "{zh: 助手}"}, "'title' must be"),
        ({"id": "helfer"}, "must be the file's name"),
        ({"kind": ""}, "'kind' is missing"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[:40],
)
def test_a_wrong_role_file_is_named(site, change, said):
    path = site.definitions / "roles" / "helper.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(f"{key}: {value}" for key, value in (GOOD | change).items()))
    with pytest.raises(DefinitionError) as error:
        definitions.roles(site)
    assert said in str(error.value)
    assert str(path) in error.value.message


@pytest.mark.django_db
def test_a_role_file_from_before_the_matrix_opens_no_more_than_it_did(site):
    """Its purposes go to the actions that read for them; one of the site's own to each action."""
    own = (SHIPPED / "purposes" / "library_statistics.yaml").read_text("utf-8")
    folder = site.definitions / "purposes"
    folder.mkdir(parents=True)
    (folder / "accreditation.yaml").write_text(
        own.replace("id: library_statistics", "id: accreditation"), "utf-8"
    )
    path = site.definitions / "roles" / "helper.yaml"
    path.parent.mkdir(parents=True)
    listed = {
        "permissions": "[quarantine.read, loads.read]",
        "purposes": "[public_information, data_quality, library_statistics, accreditation]",
    }
    path.write_text("\n".join(f"{key}: {value}" for key, value in (GOOD | listed).items()))
    approve_all(site)
    role = definitions.roles(site)["helper"]
    assert role.is_old
    assert role.grants == {
        "public.read": ("public_information", "public_statistics"),
        "quarantine.read": ("data_quality", "accreditation"),
        "loads.read": ("accreditation",),
    }
    rewritten = "\n".join(f"  {line}" for line in definitions.rows_of(role))
    text = "\n".join(f"{key}: {value}" for key, value in GOOD.items())
    path.write_text(f"{text}\ngrants:\n{rewritten}\n")
    definitions.roles.cache_clear()
    again = definitions.roles(site)["helper"]
    assert (again.grants, again.is_old) == (role.grants, False)
