"""Contracts and mappings: ours are clean, and every mistake is named where it stands."""

import dataclasses

import pytest

from shuren.data.definitions import contract, contracts, mapping_for, mappings
from shuren.data.errors import UnknownName
from shuren.data.internals.lint import NAMING_RULES, lint_contract
from shuren.data.shapes import Contract, Field
from shuren.kernel.definitions import find_definitions
from shuren.kernel.errors import DefinitionError, UsageError

TEXTS = {"zh": "题", "en": "Text"}


def field(name: str, type: str = "string", **more) -> Field:
    return Field(name=name, type=type, title=TEXTS, description=TEXTS, names=(name,), **more)


CLEAN = Contract(
    id="visits",
    version="1.0.0",
    status="active",
    title=TEXTS,
    description=TEXTS,
    owner="desk",
    data_class="operations",
    purposes=("library_statistics",),
    key=("visit_id",),
    fields=(
        field("visit_id"),
        field("reader_id", storage="pseudonym", classification=3),
        field("name", storage="vault", classification=3),
        field("kind", allowed=("in", "out"), values={"进": "in"}),
        field("entered_at", "timestamp"),
    ),
)


def with_field(place: int, **change) -> Contract:
    fields = list(CLEAN.fields)
    fields[place] = dataclasses.replace(fields[place], **change)
    return dataclasses.replace(CLEAN, fields=tuple(fields))


PLANTED = {
    "N01": with_field(3, name="Kind"),
    "N02": with_field(3, name="k" * 41),
    "N03": with_field(3, name="order"),
    "N04": with_field(4, name="entered"),
    "N05": with_field(1, name="reader"),
    "N06": with_field(3, title={"zh": "类"}),
    "N07": with_field(3, description={"zh": "", "en": "Kind"}),
    "N08": with_field(3, classification=3),
    "N09": with_field(3, names=("Visit ID",)),
    "N10": dataclasses.replace(CLEAN, fallback_key=("name",)),
    "N11": dataclasses.replace(CLEAN, owner=""),
    "N12": dataclasses.replace(CLEAN, version="1"),
    "N13": with_field(1, storage="keep", classification=2),
    "N14": with_field(3, values={"进": "inside"}),
    "N15": with_field(3, title={"zh": "面积（平方米）", "en": "Area"}),
    "N16": dataclasses.replace(CLEAN, data_class="service"),
}


@pytest.mark.parametrize("rule", NAMING_RULES)
def test_each_naming_rule_sees_its_violation(rule):
    found = lint_contract(PLANTED[rule])
    assert [finding.rule for finding in found] == [rule]
    assert found[0].message == NAMING_RULES[rule]


@pytest.mark.parametrize("id", ["readers", "items", "loans", "seat_zones"])
def test_our_contracts_keep_the_naming_rules(id):
    assert lint_contract(contract(None, id)) == []


def test_the_clean_contract_of_this_file_is_clean():
    assert lint_contract(CLEAN) == []


def local_contract(site, change: tuple[str, str]) -> None:
    from shuren.kernel.definitions import SHIPPED

    text = (SHIPPED / "contracts" / "seat_zones.yaml").read_text("utf-8")
    assert change[0] in text
    folder = site.definitions / "contracts"
    folder.mkdir(parents=True)
    (folder / "seat_zones.yaml").write_text(text.replace(*change, 1), "utf-8")


@pytest.mark.parametrize(
    "change, sentence",
    [
        (("    required: true", "    requierd: true"), "'requierd' is not known.*'required'"),
        (("logicalType: integer", "logicalType: interger"), "floor.logicalType.*'integer'"),
        (("classification: public", "classification: secret"), "classification.*'secret'"),
        (("property: titleEn", "property: titelEn"), "customProperties.*'titleEn'"),
        (("value: [zone_id]", "value: [zone]"), "key: 'zone' is not known.*'zone_id'"),
        (("minimum: -5", "minimun: -5"), "logicalTypeOptions.*'minimum'"),
        (("id: seat_zones", "id: zones"), "id: it must be the file's name, 'seat_zones'"),
        (("'([01]?[0-9]|2[0-3])", "'(?=[01]"), "opens_at.pattern: the pattern cannot be used"),
        (("status: active", "status: activ"), "status.*'active'"),
        (("apiVersion: v3.1.0", "apiVersion: v2.0.0"), "apiVersion.*v3"),
        (("apiVersion", "  apiVersion"), "line .* is not valid YAML"),
    ],
)
def test_a_mistake_in_a_contract_is_named_with_what_was_meant(site, change, sentence):
    local_contract(site, change)
    with pytest.raises(DefinitionError, match=sentence) as raised:
        contract(site, "seat_zones")
    assert "seat_zones.yaml" in str(raised.value)


def test_a_contract_that_breaks_a_naming_rule_loads_nothing(site):
    local_contract(site, ("name: area_m2", "name: areaM2"))
    with pytest.raises(DefinitionError, match=r"naming rule N01 at seat_zones\.areaM2"):
        contract(site, "seat_zones")


def test_a_row_rule_that_is_no_sql_is_named(site):
    local_contract(
        site,
        (
            "schema:\n",
            "- property: rowRules\n  value: [{id: r, sql: seets > 1, message: {zh: 甲, en: b}}]\n"
            "schema:\n",
        ),
    )
    with pytest.raises(DefinitionError, match=r"rowRules\.r"):
        contract(site, "seat_zones")


def test_the_site_s_contract_takes_the_place_of_ours(site):
    local_contract(site, ("version: 1.0.0", "version: 2.0.0"))
    assert contracts(site)["seat_zones"].version == "2.0.0"
    assert contracts(site)["seat_zones"].local


def test_an_unknown_contract_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match=r"no contract called 'loan'\. Did you mean 'loans'\?"):
        contract(None, "loan")


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("contract: loan", "contract: 'loan' is not known.*'loans'"),
        ("title: {zh: 甲}", "contract: the key is missing"),
        ("contract: loans\ncolums: {}", "'colums' is not known.*'columns'"),
        ("contract: loans\ncolumns: {titel: 1}", "columns: 'titel' is not known.*'title'"),
        ("contract: loans\ncolumns: {title: {form: x}}", "title: 'form' is not known.*'from'"),
        ("contract: loans\ncolumns: {title: {extract: x}}", "title: it needs `from`"),
        ("contract: loans\ncolumns: {title: 0}", "counted from 1"),
        ("contract: loans\ncolumns: {title: {from: a, extract: '('}}", "cannot be used"),
        ("contract: loans\ndialect: {header: nein}", "dialect.header: it must be a bool"),
        ("contract: loans\ndialect: {header: false}\ncolumns: {title: t}", "by their number"),
        ("contract: loans\nduplicates: drop", "'drop' is not known"),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_what_was_meant(site, text, sentence):
    folder = site.definitions / "mappings"
    folder.mkdir(parents=True)
    (folder / "m.yaml").write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=sentence) as raised:
        mappings(site)
    assert "m.yaml" in str(raised.value)


def test_the_mapping_is_the_one_named_or_the_one_whose_files_fit(site):
    folder = site.definitions / "mappings"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("contract: loans\nfiles: ['lend_*.csv']", "utf-8")
    (folder / "b.yaml").write_text("contract: loans", "utf-8")
    assert mapping_for(site, "loans", "lend_2025.csv").id == "a"
    assert mapping_for(site, "loans", "lend_2025.csv", "b").id == "b"
    assert mapping_for(site, "loans", "other.csv").id == ""
    assert mapping_for(site, "items", "lend_2025.csv").id == ""
    with pytest.raises(UnknownName, match="mapping"):
        mapping_for(site, "items", "x.csv", "c")
    with pytest.raises(UsageError, match="mapping a is for the contract loans, not for items"):
        mapping_for(site, "items", "x.csv", "a")


def test_what_is_kept_of_readers_and_what_not_is_said_in_both_languages():
    """The reader's panel shows it in the reader's language."""
    files = find_definitions("contracts", None)
    of_readers = [
        one
        for one in contracts(None).values()
        if any(field.storage == "pseudonym" for field in one.fields)
    ]
    assert len(of_readers) >= 8
    for one in of_readers:
        text = files[one.id].path.read_text("utf-8")
        assert "limitations:" in text, one.id
        assert "property: limitationsEn" in text, f"{one.id}: English readers are told less"
        assert "\n" in one.description["en"], one.id
