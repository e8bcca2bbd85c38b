"""Everything held about a reader is told: no table and no contract is left out."""

import pytest
from django.apps import apps
from django.db import connection

from shuren.data.internals.forgotten import person_columns
from shuren.data.internals.own_rows import personal_contracts
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.stores import NOT_OF_READERS, every_store
from shuren.service.queries import held
from shuren.trust.actions import pseudonymise
from shuren.trust.errors import NotAllowed
from tests.service.library import CARD, NAME, PHONE, fill

pytestmark = pytest.mark.django_db

# Columns that name somebody: a pseudonym, an account, a session, or who did something.
NAMING = (
    "pseudonym", "reader_key", "new_key", "account", "account_id", "username", "user_id", "actor",
    "subject", "session_key", "blind", "taken_by", "closed_by", "recorded_by", "created_by",
)  # fmt: skip


@pytest.fixture
def actor(site: Site, settings) -> Actor:
    settings.SITE = site
    return fill(site)


def test_every_table_that_names_somebody_is_in_a_store_or_says_why_not() -> None:
    told = {table for store in every_store() for table in store.tables} | NOT_OF_READERS.keys()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        naming = {
            table
            for table in tables
            for column in connection.introspection.get_table_description(cursor, table)
            if column.name in NAMING
        }
    assert naming - told == set()
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert told - known - set(tables) <= {"django_admin_log"}


def test_every_contract_with_a_column_for_persons_is_told(actor: Actor, site: Site) -> None:
    told = {one.id for one in held(site, actor)}
    for contract in personal_contracts(site).values():
        assert f"lake:{contract.id}" in told, contract.id
        assert person_columns(contract)


def test_what_is_told_is_what_is_there(actor: Actor, site: Site) -> None:
    by_id = {one.id: one for one in held(site, actor)}
    assert by_id["identity"].facts[0].values["Name"] == NAME
    assert by_id["lake:loans"].count == 3
    assert [fact.keep != "" for fact in by_id["lake:loans"].facts] == [True, False, False]
    assert by_id["lake:gate_events"].count == 1
    assert by_id["quarantine"].count == 2
    assert PHONE not in str(by_id["quarantine"])
    assert CARD not in str([one for id, one in by_id.items() if id != "identity"])
    assert by_id["account"].facts[0].values["Account name"] == "ann"


def test_rows_of_others_are_never_told(actor: Actor, site: Site) -> None:
    other = Actor("ben", "student", pseudonymise(site, ["2020002"])[0])
    told = {one.id: one for one in held(site, other)}
    assert told["lake:loans"].count == 1
    assert NAME not in str(told)
    assert CARD not in str(told)


def test_who_is_no_reader_is_told_nothing(site: Site) -> None:
    for one in (
        Actor("x", "student"),
        Actor("d", "director", doing="dashboards.read"),
        Actor("", "anonymous"),
    ):
        with pytest.raises(NotAllowed):
            held(site, one)


def test_facts_may_be_limited_and_are_counted_all_the_same(actor: Actor, site: Site) -> None:
    [loans] = [one for one in held(site, actor, limit=1) if one.id == "lake:loans"]
    assert (loans.count, len(loans.facts)) == (3, 1)
