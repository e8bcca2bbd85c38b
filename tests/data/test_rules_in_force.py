"""A changed purpose or role opens nothing more until somebody has approved it.

The library goes on with what was approved; what the file takes away is gone at once.
"""

from importlib import import_module

import pytest
import yaml
from django.apps import apps

from shuren.data import queries as data
from shuren.data.errors import NotOpen
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.shapes import Actor
from shuren.trust import approvals, definitions, queries
from shuren.trust.errors import NotAllowed
from shuren.trust.internals import in_force
from shuren.trust.internals.rule_rows import RuleText
from shuren.trust.models import UseRecord
from tests.approving import BOARD
from tests.data.raw_helper import reader
from tests.data.test_purposes import lake as lake
from tests.data.test_purposes import own as own

pytestmark = pytest.mark.django_db

DESK = Actor("li", "front_desk", doing="desk.serve")
DIRECTOR = Actor("jin", "director", doing="dashboards.read")


def change(site, folder, name, /, **said):
    """The site's own file, with some of its keys said otherwise; then the program starts again."""
    path = site.definitions / folder / f"{name}.yaml"
    source = path if path.exists() else SHIPPED / folder / f"{name}.yaml"
    content = yaml.safe_load(source.read_text("utf-8")) if source.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content | said, allow_unicode=True), "utf-8")
    start_again()


def start_again():
    definitions.purposes.cache_clear()
    definitions.roles.cache_clear()


def approve(kind, id):
    approvals.approve(kind, id, approvals.fingerprint(kind, id), actor=BOARD)


def tables(id="service_operation", **said):
    shipped = {t: list(c) for t, c in definitions.purposes(None)[id].tables.items()}
    shipped = {t: "all" if c == ["all"] else c for t, c in shipped.items()}
    return shipped | said


def look(site, *columns, table="conformed.reader"):
    return data.read(
        site, table, columns=columns, where=[("reader_key", "=", reader(0))],
        purpose="service_operation", actor=DESK,
    )  # fmt: skip


def test_a_column_that_the_file_adds_waits_for_the_board_and_then_opens(lake):
    card = ["reader_key", "kind"]
    change(lake, "purposes", "service_operation", tables=tables(**{"conformed.reader": card}))
    assert definitions.purposes(lake)["service_operation"].tables["conformed.reader"] == tuple(card)
    approve("purposes", "service_operation")
    change(lake, "purposes", "service_operation",
           tables=tables(**{"conformed.reader": [*card, "college"]}))  # fmt: skip
    uses = UseRecord.objects.count()
    with pytest.raises(NotOpen) as refusal:
        look(lake, "kind", "college")
    assert "conformed.reader.college" in refusal.value.message
    assert "definitions/purposes/service_operation.yaml lists it by now" in refusal.value.fix
    assert "/workbench/roles/" in refusal.value.fix
    assert UseRecord.objects.count() == uses
    assert look(lake, "kind").rows == [("student",)], "what was approved goes on"
    assert approvals.waiting() == {"purposes/service_operation": ("conformed.reader.college",)}
    approve("purposes", "service_operation")
    assert look(lake, "kind", "college").rows == [("student", "文学院")], "without a new start"
    assert approvals.waiting() == {}


def test_another_process_hears_of_an_approval_in_its_next_question(lake):
    """The other one approves through the database alone."""
    change(lake, "purposes", "service_operation",
           tables=tables(**{"mart.non_users": ["person_key"]}))  # fmt: skip
    assert "mart.non_users" not in definitions.purposes(lake)["service_operation"].tables
    text = (lake.definitions / "purposes" / "service_operation.yaml").read_bytes()
    RuleText.objects.create(
        kind="purposes", name="service_operation", text=text.decode(),
        fingerprint=in_force.fingerprint_of(text), entry=1,
    )  # fmt: skip
    assert "mart.non_users" in definitions.purposes(lake)["service_operation"].tables


def test_a_kept_text_that_is_not_what_was_approved_is_none(lake):
    change(lake, "purposes", "service_operation",
           tables=tables(**{"mart.non_users": ["person_key"]}))  # fmt: skip
    approve("purposes", "service_operation")
    RuleText.objects.update(text="id: service_operation\n")
    start_again()
    assert "mart.non_users" not in definitions.purposes(lake)["service_operation"].tables


def test_what_a_file_takes_away_is_gone_at_once(lake):
    change(lake, "purposes", "service_operation",
           tables=tables(**{"conformed.reader": ["reader_key", "kind"]}))  # fmt: skip
    with pytest.raises(NotOpen):
        look(lake, "college")
    assert approvals.waiting() == {}
    change(lake, "roles", "front_desk", grants=[{"resource": "workbench", "actions": ["open"]}])
    with pytest.raises(NotAllowed):
        look(lake, "kind")


MORE = {
    "a table": ({"tables": tables(**{"mart.non_users": ["person_key"]})}, "mart.non_users"),
    "a column": (
        {"tables": tables(**{"conformed.loan": ["loan_id", "note"]})},
        "conformed.loan.note",
    ),
    "a wildcard": ({"tables": tables(**{"mart.*": "all"})}, "mart.*"),
    "a class": ({"highest_class": 4, "own_rows_only": True}, "highest_class: 3 → 4"),
    "of more people": ({"whose": ["readers", "visitors"]}, "whose: visitors"),
    "another basis": ({"basis": "operation"}, "basis"),
}


@pytest.mark.parametrize("said, more", MORE.values(), ids=MORE)
def test_every_way_of_opening_more_is_told(own, said, more):
    change(own, "purposes", "service_operation", **said)
    shipped = definitions.purposes(None)["service_operation"]
    assert definitions.purposes(own)["service_operation"] == shipped
    assert definitions.purposes.waiting(own)["service_operation"].more == (more,)


def test_keeping_longer_waits_and_a_term_counts_at_once(own):
    """keep_days is a ceiling; 0 sets none."""
    change(own, "purposes", "service_operation", keep_days=30)
    assert definitions.purposes(own)["service_operation"].keep_days == 30
    approve("purposes", "service_operation")
    for days in (60, 0):
        change(own, "purposes", "service_operation", keep_days=days)
        [more] = definitions.purposes.waiting(own)["service_operation"].more
        assert more == f"keep_days: 30 → {days}"
        assert definitions.purposes(own)["service_operation"].keep_days == 30


def test_a_bar_that_is_taken_away_opens_more(own):
    change(own, "purposes", "library_statistics", aggregated_only=False)
    [more] = definitions.purposes.waiting(own)["library_statistics"].more
    assert more == "aggregated_only: true → false"
    change(own, "purposes", "own_records", own_rows_only=False, highest_class=3)
    assert definitions.purposes(own)["own_records"].own_rows_only


def test_a_line_left_out_opens_more_where_a_wildcard_stands_instead(own):
    """Of a table without persons the file gave two columns; the layer's wildcard gives them all."""
    given = tables("library_statistics", **{"mart.title_availability": ["title_id", "copies"]})
    change(own, "purposes", "library_statistics", tables=given)
    approve("purposes", "library_statistics")
    change(own, "purposes", "library_statistics", tables=tables("library_statistics"))
    [more] = definitions.purposes.waiting(own)["library_statistics"].more
    assert more == "mart.title_availability (mart.*)"


def test_an_approval_that_runs_longer_waits_and_words_do_not(own):
    change(own, "purposes", "service_operation", approved_until="withdrawn",
           why={"zh": "甲", "en": "Other words."})  # fmt: skip
    assert definitions.purposes(own)["service_operation"].why["en"] == "Other words."
    change(own, "purposes", "service_operation",
           approved_until=yaml.safe_load("2026-12-31"))  # fmt: skip
    approve("purposes", "service_operation")
    change(own, "purposes", "service_operation", approved_until="withdrawn")
    [more] = definitions.purposes.waiting(own)["service_operation"].more
    assert more == "approved_until: 2026-12-31 → withdrawn"


def test_a_new_purpose_opens_nothing_before_it_is_approved(lake):
    text = (SHIPPED / "purposes" / "library_statistics.yaml").read_text("utf-8")
    folder = lake.definitions / "purposes"
    folder.mkdir(parents=True)
    path = folder / "accreditation.yaml"
    path.write_text(text.replace("id: library_statistics", "id: accreditation"), "utf-8")
    pairs = [{"resource": "dashboards", "actions": ["read"], "purposes": ["accreditation"]}]
    change(lake, "roles", "director", grants=pairs)
    ask = {"by": ["kind"], "measures": {"n": "count"}, "purpose": "accreditation"}
    with pytest.raises(NotAllowed) as refusal:
        data.summarise(lake, "conformed.reader", **ask, actor=DIRECTOR)
    assert "definitions/purposes/accreditation.yaml" in refusal.value.message
    assert "/workbench/roles/" in refusal.value.fix
    assert "accreditation" not in queries.purposes()
    approve("purposes", "accreditation")
    with pytest.raises(NotAllowed) as refusal:  # the role waits still
        data.summarise(lake, "conformed.reader", **ask, actor=DIRECTOR)
    assert "definitions/roles/director.yaml says it" in refusal.value.fix
    approve("roles", "director")
    data.summarise(lake, "conformed.reader", **ask, actor=DIRECTOR)


def test_nobody_makes_themselves_an_approver_by_writing_a_file(own):
    grants = [{"resource": "purposes", "actions": ["approve"]}]
    change(own, "roles", "administrator", grants=grants)
    change(own, "roles", "new_board", id="new_board", kind="staff", grants=grants,
           title={"zh": "新", "en": "New"}, description={"zh": "新", "en": "New"})  # fmt: skip
    for role in ("administrator", "new_board"):
        with pytest.raises(NotAllowed) as refusal:
            approvals.approve("roles", role, approvals.fingerprint("roles", role),
                              actor=Actor("x", role))  # fmt: skip
        assert f"definitions/roles/{role}.yaml says it" in refusal.value.fix
    assert "new_board" not in queries.roles()
    approve("roles", "new_board")
    assert queries.may(Actor("x", "new_board"), "purposes.approve")


def test_an_approval_counts_for_what_was_approved_last(own):
    """A wider text of before is not approved any more when a narrower one was approved after it."""
    change(own, "purposes", "service_operation", whose=["readers", "visitors"])
    approve("purposes", "service_operation")
    change(own, "purposes", "service_operation", whose=["readers"])
    approve("purposes", "service_operation")
    change(own, "purposes", "service_operation", whose=["readers", "visitors"])
    assert definitions.purposes(own)["service_operation"].whose == ("readers",)
    assert approvals.approval("purposes", "service_operation") is None


adopt = import_module("shuren.trust.migrations.0010_rule_texts").adopt


def test_an_upgrade_goes_on_with_the_files_that_were_there(own):
    change(own, "purposes", "service_operation", whose=["readers", "visitors"])
    assert definitions.purposes(own)["service_operation"].whose == ("readers",)
    adopt(apps, None)
    assert not RuleText.objects.exists(), "a new library has nothing to go on with"
    approve("purposes", "own_records")  # an entry in the ledger: the library has been here
    adopt(apps, None)
    start_again()
    assert definitions.purposes(own)["service_operation"].whose == ("readers", "visitors")
    assert approvals.waiting() == {}


def test_a_site_without_files_of_its_own_asks_the_database_nothing(own, django_assert_num_queries):
    start_again()
    with django_assert_num_queries(0):
        for _time in range(3):
            assert definitions.roles(own) == definitions.roles(None)
            assert not definitions.purposes.waiting(own)


def test_approved_files_are_looked_up_once_and_not_in_each_read(own, django_assert_num_queries):
    change(own, "purposes", "service_operation", whose=["readers", "visitors"])
    approve("purposes", "service_operation")
    start_again()
    definitions.roles(own)
    with django_assert_num_queries(0):
        assert definitions.purposes(own)["service_operation"].whose == ("readers", "visitors")
        definitions.roles(own)
