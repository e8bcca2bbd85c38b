"""A purpose says what it opens, whose, for how long and by whose approval; the rest is refused."""

from datetime import date

import pytest
import yaml

from shuren.data import queries as data
from shuren.data.definitions import contracts, models
from shuren.data.errors import NotOpen
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor, no_progress
from shuren.trust import definitions, queries
from shuren.trust.errors import NotAllowed, UnknownName
from tests.approving import approve_all
from tests.data.raw_helper import put_raw, reader

ANN = Actor("ann", "student", reader(0))
WEN = Actor("wen", "data_librarian", doing="contracts.read")
OWN_ROOMS = ("trust", "service", "management")
SHIPPED_PURPOSES = sorted(path.stem for path in (SHIPPED / "purposes").glob("*.yaml"))


def change(site, id, **said):
    """The site's own file of a purpose, with some of its keys said otherwise; None: left out."""
    content = yaml.safe_load((SHIPPED / "purposes" / f"{id}.yaml").read_text("utf-8")) | said
    path = site.definitions / "purposes" / f"{id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {key: value for key, value in content.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, allow_unicode=True), "utf-8")
    definitions.purposes.cache_clear()
    definitions.roles.cache_clear()
    return path


@pytest.fixture
def own(site, settings):
    settings.SITE = site
    yield site
    definitions.purposes.cache_clear()
    definitions.roles.cache_clear()


@pytest.fixture
def lake(own):
    person = {"reader_id": reader(0), "kind": "student", "college": "文学院"}
    put_raw(own, "readers", [person], place=1)
    loan = {"loan_id": "1", "reader_id": reader(0), "title": "三体", "call_number": "I247.57",
            "loaned_at": "2026-03-01T09:00:00"}  # fmt: skip
    put_raw(own, "loans", [loan], place=2)
    building.build_snapshot(own, load_models(own), all_receipts(own)[::-1], no_progress)
    return own


@pytest.mark.parametrize("id", SHIPPED_PURPOSES)
def test_a_shipped_purpose_is_whole_and_opens_nothing_that_is_not_there(id):
    purpose = definitions.purposes(None)[id]
    assert purpose.why["zh"]
    assert purpose.legal_basis["article"].startswith("PIPL ")
    assert purpose.approved_until is None, "a day in the package would stop every library on it"
    assert purpose.review_by is not None
    known = {m.name: ([c.name for c in m.columns], bool(m.person)) for m in models(None).values()}
    for one in contracts(None).values():
        fields = [f.name for f in one.fields]
        known[f"raw.{one.id}"] = fields, one.is_about_persons
        known[f"quarantine.{one.id}"] = ["raw"], one.is_about_persons
    known[queries.IDENTITY] = ["reader_id", "name", "phone", "email"], True
    for table, columns in purpose.tables.items():
        if table.endswith(".*"):
            assert columns == ("all",)
            continue
        if (
            table not in known and table.split(".")[0] in OWN_ROOMS
        ):  # the library's own records, not of the lake
            continue
        there, persons = known[table]
        assert columns != ("all",) if persons else columns == ("all",)
        assert columns == ("all",) or set(columns) <= set(there), table


@pytest.mark.parametrize("id", SHIPPED_PURPOSES)
def test_a_shipped_purpose_lists_no_column_above_its_own_class(id):
    purpose = definitions.purposes(None)[id]
    for model in models(None).values():
        for column in model.columns:
            if column.name in purpose.tables.get(model.name, ()):
                assert column.classification <= purpose.highest_class, f"{model.name}.{column.name}"


def test_where_somebody_was_is_for_counts_operation_emergencies_and_themselves_only():
    """PIPL 28: whereabouts are sensitive. Which reader passed a gate no purpose of ours opens."""
    opening = [p for p in definitions.purposes(None).values() if "conformed.gate_event" in p.tables]
    assert all(
        p.aggregated_only or p.own_rows_only or p.break_glass or p.basis in ("operation", "consent")
        for p in opening
    )
    assert not [p.id for p in opening if "reader_key" in p.tables["conformed.gate_event"]]


@pytest.mark.django_db
def test_a_purpose_nobody_declared_is_refused_and_the_file_named(lake):
    with pytest.raises(UnknownName, match=r"definitions/purposes/curiosity\.yaml"):
        data.read(lake, "mart.loan_fact", purpose="curiosity", actor=WEN)


@pytest.mark.django_db
def test_the_last_day_is_inside_the_approval_and_the_next_is_not(lake, monkeypatch):
    change(lake, "own_records", approved_until=date(2030, 6, 30), review_by=None)
    read = {"purpose": "own_records", "actor": ANN}
    monkeypatch.setenv("SHUREN_NOW", "2030-06-30T15:59:00+00:00")  # 23:59 in China
    assert len(data.read(lake, "mart.loan_fact", **read).rows) == 1
    monkeypatch.setenv("SHUREN_NOW", "2030-06-30T16:01:00+00:00")
    assert not queries.purpose_allowed(ANN, "own_records")
    with pytest.raises(NotAllowed, match=r"2030-06-30.*definitions/purposes/own_records\.yaml"):
        data.read(lake, "mart.loan_fact", **read)
    with pytest.raises(NotAllowed, match="2030-06-30"):
        data.summarise(lake, "mart.loan_fact", measures={"n": "count"}, **read)
    with pytest.raises(NotAllowed, match="2030-06-30"):
        data.calculate(lake, "mart.loan_fact", values={"n": "count(*)"}, **read)
    with pytest.raises(NotAllowed, match="2030-06-30"):
        queries.identity(lake, ANN.reader_key, actor=ANN, purpose="own_records")


@pytest.mark.django_db
def test_a_column_the_file_does_not_list_stays_shut_however_it_is_asked_for(lake):
    change(lake, "own_records", tables={"mart.loan_fact": ["loan_id", "reader_key", "month"]})
    read = {"purpose": "own_records", "actor": ANN}
    named = r"mart\.loan_fact\.title.*definitions/purposes/own_records\.yaml"
    table = "mart.loan_fact"
    narrowed = {"columns": ["loan_id"], "where": [("title", "=", "三体")]}
    counted = {"measures": {"n": "count"}}
    for ask in (
        lambda: data.read(lake, table, columns=["title"], **read),
        lambda: data.read(lake, table, **narrowed, **read),
        lambda: data.summarise(lake, table, by=["title"], **counted, **read),
        lambda: data.summarise(lake, table, measures={"n": "distinct:title"}, **read),
        lambda: data.calculate(lake, table, values={"n": "count(title)"}, **read),
    ):
        with pytest.raises(NotOpen, match=named):
            ask()
    assert data.read(lake, "mart.loan_fact", **read).columns == ("loan_id", "reader_key", "month")


@pytest.mark.django_db
def test_a_wildcard_never_opens_a_table_about_persons(lake):
    change(lake, "data_quality", tables={"conformed.*": "all", "mart.*": "all", "raw.*": "all"})
    approve_all(lake)
    ask = {"purpose": "data_quality", "actor": WEN}
    assert data.read(lake, "conformed.title", **ask).rows
    for table in ("conformed.loan", "mart.loan_fact"):
        with pytest.raises(NotOpen, match=r"data_quality\.yaml does not list it"):
            data.read(lake, table, **ask)
    change(lake, "data_quality", tables={"conformed.loan": "all"})
    with pytest.raises(NotOpen):
        data.read(lake, "conformed.loan", **ask)


@pytest.mark.django_db
def test_samples_steps_raw_rows_and_identities_keep_to_the_file_as_well(lake):
    assert data.sample(lake, "conformed.loan", actor=WEN) is not None
    found = data.rows_behind(lake, "conformed.loan", actor=WEN)
    assert "title" in found.found[0].columns
    tables = dict(definitions.purposes(lake)["data_quality"].tables)
    tables = {name: "all" if c == ("all",) else list(c) for name, c in tables.items()}
    change(lake, "data_quality", tables=tables | {"raw.loans": ["loan_id", "reader_id"]})
    found = data.rows_behind(lake, "conformed.loan", actor=WEN)
    assert found.found[0].columns == ("loan_id", "reader_id")
    change(lake, "data_quality", tables={"conformed.title": "all"})
    assert data.sample(lake, "conformed.loan", actor=WEN) is None
    with pytest.raises(NotOpen, match="does not list it"):
        data.model_steps(lake, "loan", actor=WEN)
    with pytest.raises(NotOpen, match="does not list it"):
        data.rows_behind(lake, "conformed.loan", actor=WEN)
    change(lake, "own_records", tables={"conformed.loan": ["loan_id"]})
    with pytest.raises(NotAllowed, match=r"trust\.identity\.name"):
        queries.identity(lake, ANN.reader_key, actor=ANN, purpose="own_records")


@pytest.mark.django_db
def test_thirty_days_before_it_ends_it_is_told(own, monkeypatch):
    change(own, "own_records", approved_until=date(2026, 12, 31), review_by=None)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-30T12:00:00+00:00")
    assert queries.purposes_ending() == []
    monkeypatch.setenv("SHUREN_NOW", "2026-12-01T12:00:00+00:00")
    [ending] = queries.purposes_ending()
    assert (ending.id, ending.day, ending.ends, ending.is_over) == (
        "own_records", date(2026, 12, 31), True, False,
    )  # fmt: skip
    monkeypatch.setenv("SHUREN_NOW", "2027-01-01T12:00:00+00:00")
    assert queries.purposes_ending()[0].is_over


def test_a_review_that_is_due_is_told_and_refuses_nothing(own, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2099-01-01T00:00:00+00:00")
    endings = queries.purposes_ending()
    assert {ending.id for ending in endings} == set(SHIPPED_PURPOSES)
    assert not any(ending.ends or ending.is_over for ending in endings)
    assert queries.purpose_allowed(ANN, "own_records")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said, message",
    [
        ({"why": None}, "'why' is missing"),
        ({"why": {"en": "So"}}, "'why' must be"),
        ({"tables": {"conformed.loan": "loan_id"}}, "'tables.conformed.loan' has a value"),
        ({"tables": {"conformed.loan": ["loan id; DROP"]}}, "'tables.conformed.loan' has a value"),
        ({"tables": {"conformed.loan": []}}, "'tables.conformed.loan' has a value"),
        ({"whose": ["everybody"]}, "'everybody' is not known here"),
        ({"keep_days": -1}, "'keep_days' has a value"),
        ({"keep_days": "long"}, "'keep_days' has a value"),
        ({"legal_basis": {"zh": "有", "en": "Some"}}, "'legal_basis' has a value"),
        ({"approved_until": "for ever"}, "'approved_until' has a value"),
        ({"review_by": None}, "'review_by' is missing"),
        ({"approved_by": "director"}, "'director' is not known here"),
        ({"approved_by": "nobody"}, "Did you mean|'nobody' is not known here"),
    ],
    ids=str,
)
def test_a_purpose_that_does_not_say_enough_is_named_with_its_key(own, said, message):
    path = change(own, "own_records", **said)
    with pytest.raises(DefinitionError, match=message) as error:
        definitions.roles(own)
    assert str(path) in error.value.message
