"""Every table of the hub has an owner, terms, a class and a use; an orphan fails the check."""

import pytest

from shuren.data import queries
from shuren.data.shapes import DATA_CLASSES
from shuren.kernel.shapes import Actor
from shuren.web.lineage import lineage
from tests.data.lineage_models import put_model

ADMINISTRATOR = Actor("root", "administrator")
pytestmark = pytest.mark.django_db


def register(site):
    found = queries.assets(site, lineage(site, actor=ADMINISTRATOR))
    return {asset.id: asset for asset in found}


def test_every_shipped_table_is_in_the_register_and_none_is_an_orphan(site):
    known = register(site)
    assert [(id, one.orphan["en"]) for id, one in known.items() if one.orphan] == []
    for one in known.values():
        assert one.owner
        assert one.licence
        assert one.value
        assert one.data_class in DATA_CLASSES


def test_a_table_nobody_reads_is_an_orphan_until_its_value_is_said(site):
    columns = {"loan_id": "VARCHAR"}
    put_model(site, "unread", "SELECT loan_id FROM mart.loan_fact", columns)
    assert "no value" in register(site)["mart.unread"].orphan["en"]
    path = site.definitions / "models" / "mart" / "unread.sql"
    said = "data_class: operations\nvalue: {zh: 供校外分析, en: for outside analysts}"
    path.write_text(path.read_text("utf-8").replace("data_class: operations", said), "utf-8")
    assert register(site)["mart.unread"].orphan == {}


def test_a_table_belongs_to_who_owns_most_of_what_it_is_made_from(site):
    known = register(site)
    assert known["conformed.loan"].owner == known["raw.loans"].owner
    assert known["conformed.seat_zone"].owner == known["raw.seat_zones"].owner


def test_terms_follow_the_most_sensitive_column(site):
    known = register(site)
    assert "never given out" in known["mart.loan_fact"].licence["en"]
    assert "Open to read" in known["mart.title_availability"].licence["en"]


def test_words_are_found_in_titles_names_and_columns_of_both_languages(site):
    known = register(site)
    for words in ("借阅事实", "loan facts", "renewals", "续借", "loan_fact COLLEGE"):
        assert known["mart.loan_fact"].says(words), words
    assert not known["conformed.seat_zone"].says("续借")
