"""Every address × every role × GET and POST, against the matrix of docs/reference/permissions.md.

What each page then asks data for is held against it as well, as role, action and purpose.
Nothing is listed by hand but examples of what stands in an address: the addresses come from the
URL tables, the rules from the views and web/rules.py, the roles from their files.
"""

import re
from types import ModuleType

import pytest
from django.test import Client
from django.urls import NoReverseMatch, include, path, reverse

from shuren.data.queries import read
from shuren.trust.actions import create_account
from shuren.trust.definitions import PERMISSIONS, Role, purposes
from shuren.trust.errors import UnknownName
from shuren.trust.queries import roles
from shuren.web.access import requires
from shuren.web.api.document import document
from shuren.web.rules import EVERYBODY, OPEN, OWN, SIGNED_IN, Route, routes
from shuren.web.workbench.shell import current_site
from tests.trust.test_permissions import PAIRS
from tests.web.api_tools import EVERYTHING
from tests.web.api_tools import program as program
from tests.web.test_api import operations
from tests.web.test_workbench_access import EXAMPLES, ROLES, documented

KNOWN = EXAMPLES | {"identifier": "10.1/nothing"}
GRANTED = documented()
ALL = list(routes())
NOTHING = "nothing"
PASSWORD = "a long enough phrase"


def address(route: Route) -> str:
    wanted = set(route.pattern.pattern.converters) - route.pattern.default_args.keys()
    try:
        return reverse(route.name, kwargs={key: KNOWN[key] for key in wanted})
    except (NoReverseMatch, KeyError):
        pytest.fail(f"No example of what stands in the address {route.name}: {sorted(wanted)}")


def outcome(client: Client, method: str, url: str) -> str:
    """open, refused, sent to sign in, or no such thing to do there (405)."""
    answer = getattr(client, method)(url)
    if answer.status_code == 405:
        return NOTHING
    if answer.status_code == 403:
        return "refused"
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and location.startswith(f"{reverse('sign-in')}?next="):
        return "to sign in"
    return "open"


def expected(route: Route, method: str, role: str) -> str:
    """What the matrix says; role "" is nobody."""
    rule = (route.post or route.rule) if method == "post" else route.rule
    if rule == EVERYBODY:
        return "open"
    if not role:
        return "to sign in"
    if rule == SIGNED_IN:
        return "open"
    if route.rule in GRANTED[role] and rule in GRANTED[role]:
        return "open"
    return "refused"


def without_rule(found: list[Route]) -> list[str]:
    return [one.name for one in found if not one.rule]


def test_every_address_has_a_rule():
    missing = without_rule(ALL)
    assert not missing, f"no rule in web/rules.py, and no access.requires on: {missing}"


def test_every_rule_is_of_an_address_and_of_a_permission():
    names = {one.name for one in ALL}
    assert set(OPEN) | set(OWN) <= names
    assert not set(OPEN) & set(OWN)
    said = {rule for one in ALL for rule in (one.rule, one.post) if rule}
    assert said - {EVERYBODY, SIGNED_IN} <= set(PERMISSIONS)
    both = [one.name for one in ALL if one.name in (*OPEN, *OWN)
            and getattr(one.pattern.callback, "permission", "")]  # fmt: skip
    assert not both, "a permission and an open rule"


def test_an_address_that_somebody_adds_without_a_rule_is_named(settings):
    def forgotten(request):
        raise AssertionError("never called")

    guarded = requires("ledger.read")(forgotten)
    planted = [path("secrets/", forgotten, name="secrets"), path("kept/", guarded, name="kept")]
    table = ModuleType("planted_urls")
    table.urlpatterns = planted
    found = list(routes(table))
    assert without_rule(found) == ["secrets"]
    assert [one.rule for one in found] == ["", "ledger.read"]


@pytest.fixture
def asked(monkeypatch):
    """(role, action, purpose, answer) of every question whether data may be used for a purpose."""
    found, answer = set(), Role.opens

    def opens(role, doing, purpose):
        said = answer(role, doing, purpose)
        found.add((role.id, doing, purpose, said))
        return said

    monkeypatch.setattr(Role, "opens", opens)
    return found


def not_of_the_matrix(asked) -> list[str]:
    """Answers that the page of the reference does not give; actions that the role may not do."""
    wrong = []
    for role, doing, purpose, said in sorted(asked):
        under = ("public.read", doing or "my_library.read")
        if said != any((role, action, purpose) in PAIRS for action in under):
            wrong.append(f"{role} for {purpose} under {doing or 'no action'}: {said}")
        if doing and doing not in GRANTED[role]:
            wrong.append(f"{role} came in under {doing}, which is not its own")
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ["", *ROLES], ids=lambda role: role or "nobody")
def test_each_address_answers_as_the_matrix_says(settings, site, asked, role, method):
    settings.SITE = site
    client = Client()
    account = create_account("somebody", PASSWORD, role) if role else None
    wrong = []
    for route in ALL:
        if account:  # again for each: some forms end a session
            client.force_login(account)
        found, wanted = outcome(client, method, address(route)), expected(route, method, role)
        if found not in (wanted, NOTHING):
            wrong.append(f"{method} {route.name} ({route.rule}): {found}, not {wanted}")
    wrong += not_of_the_matrix(asked)
    assert not wrong, "\n".join(wrong)


@requires("ledger.read", post="accounts.manage")
def curious(request):
    """A page about the ledger that reads loans, as its role may on quite another page."""
    read(current_site(), "mart.loan_fact", purpose="data_quality", actor=request.actor)
    raise AssertionError("the door was open")


urlpatterns = [path("curious/", curious), path("", include("shuren.web.urls"))]


@pytest.mark.django_db
def test_a_page_cannot_read_for_the_purpose_of_another_page(settings, library, asked, monkeypatch):
    """The administrator may use data for their quality: in the quarantine, not in the ledger."""
    settings.ROOT_URLCONF = __name__
    client = Client()
    client.force_login(create_account("somebody", PASSWORD, "administrator"))
    assert "data_quality" in roles()["administrator"].purposes
    assert client.get("/curious/").status_code == 403
    assert client.post("/curious/").status_code == 403
    seen = {("ledger.read", False), ("accounts.manage", False)}
    assert {(one[1], one[3]) for one in asked if one[2] == "data_quality"} == seen
    assert not not_of_the_matrix(asked)
    # A door that forgets what the asker is doing is told by the walk above.
    asked.clear()
    monkeypatch.setattr("shuren.trust.internals.role_files.PUBLIC_READ", "quarantine.read")
    with pytest.raises(AssertionError, match="the door was open"):
        client.get("/curious/")
    assert not_of_the_matrix(asked) == ["administrator for data_quality under ledger.read: True"]


def api_paths():
    """(operation's id, an address) of each operation of the API that needs a key."""
    fill = {"table": "conformed.title", "direction": "upstream"}
    for where, one in document()["paths"].items():
        if one["get"]["operationId"] in operations():
            names = re.findall(r"{(\w+)}", where)
            yield (
                one["get"]["operationId"],
                where.format(**{name: fill.get(name, "nothing") for name in names}),
            )


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", *ROLES], ids=lambda role: role or "nobody")
def test_no_role_opens_the_api_without_a_key(settings, site, role):
    settings.SITE = site
    client = Client()
    if role:
        client.force_login(create_account("somebody", PASSWORD, role))
    found = dict(api_paths())
    assert set(found) == set(operations())
    for name, url in found.items():
        for method in ("get", "post", "put", "delete"):
            status = getattr(client, method)(f"/api/v1{url.removeprefix('/api/v1')}").status_code
            assert status == (401 if method == "get" else 405), (name, method)


@pytest.mark.django_db
def test_a_key_opens_no_page_of_the_workbench_nor_anybodys_own(program):
    one = program(EVERYTHING)
    for route in ALL:
        if route.rule == EVERYBODY:
            continue
        answer = one.client.get(address(route), headers={"Authorization": f"Bearer {one.key}"})
        assert answer.status_code in (302, 405), route.name


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", ["", *purposes(None)], ids=lambda id: id or "none")
def test_a_key_reads_for_its_own_purposes_only(program, library, purpose):
    """A key with one purpose, asking every table for every purpose: rows and counts."""
    known = purposes(None)
    if purpose and not known[purpose].for_programs:
        with pytest.raises(UnknownName):
            program(EVERYTHING, [purpose])
        return
    one = program(EVERYTHING, [purpose] if purpose else [])
    opened = set()
    for table in ("conformed.title", "conformed.item", "mart.loan_fact", "conformed.reader"):
        for asked in known:
            rows = one.get(f"/marts/{table}", {"purpose": asked, "limit": 1}).status_code
            counts = one.get(
                f"/marts/{table}/summary", {"purpose": asked, "measure": "n=count"}
            ).status_code
            opened |= {asked for status in (rows, counts) if status == 200}
            assert rows != 200 or not table.endswith(("loan_fact", "reader")), (table, asked)
    assert opened <= {purpose}
