"""Undergraduates and postgraduates: what each is offered, lends and may open, and as before where
nobody knows which somebody is.

Ann is an undergraduate, Ben reads for a doctorate, Cai is an exchange student, Dan's card says
nothing. The undergraduate has 1 loan of 5 days, everybody else of the students 2 of 10.
"""

import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
import yaml

from shuren.data import queries as data
from shuren.data.errors import NotOpen
from shuren.data.internals import snapshots
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.shapes import Actor
from shuren.service import cases, catalogue, desk, ils
from shuren.service.errors import NotOffered
from shuren.service.ils_errors import CannotCirculate
from shuren.service.internals import own_stand, studies
from shuren.service.internals.circulation import readers
from shuren.service.offer_shapes import Wanted
from shuren.service.offers import offers
from shuren.trust import definitions
from shuren.trust.actions import pseudonymise
from shuren.trust.models import UseRecord
from tests.approving import approve_all
from tests.data.raw_helper import put_raw
from tests.service.circulating import ANN, BEN, CAI, LI, RULES, build, reader_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library

pytestmark = pytest.mark.django_db
DAN = "20230004"
READ_FOR = {ANN: "undergraduate", BEN: "doctoral", CAI: "exchange", DAN: None}
OWN_RULES = RULES + (
    "studies:\n  undergraduate: {loans: 1, days: 5, renewals: 0, renewal_days: 0, holds: 1}\n"
)
ARTICLE = Wanted("doi=10.1/x", {"kind": "article", "id": "10.1/x", "title": "A paper"}, "article")


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("SHUREN_LANG", "en")


def put_cards(site, place=9, **more):
    keys = pseudonymise(site, list(READ_FOR))
    rows = [
        {"reader_id": key, "kind": "student", "study": study} | more
        for key, study in zip(keys, READ_FOR.values(), strict=True)
    ]
    put_raw(site, "readers", rows, place=place)


@pytest.fixture
def known(library):
    """The library with the kinds of study told."""
    put_cards(library)
    (library.definitions / "circulation" / "lending.yaml").write_text(OWN_RULES, "utf-8")
    build(library)
    return library


def studies_of(site) -> dict[str, str]:
    return {card: studies.of_actor(site, reader_of(site, card)) for card in READ_FOR}


def test_a_card_says_what_its_reader_reads_for(known):
    assert studies_of(known) == {ANN: "undergraduate", BEN: "doctoral", CAI: "exchange", DAN: ""}


def test_nobody_but_students_has_a_kind_of_study(library):
    """A teacher's own degree is not what they read for."""
    put_cards(library, kind="faculty")
    build(library)
    assert set(studies_of(library).values()) == {""}


def standing_of(site, service, card) -> str:
    return catalogue.page(site, service, reader_of(site, card)).standing.state


def test_a_service_for_postgraduates_is_closed_to_undergraduates_alone(known):
    found = {card: standing_of(known, "interlibrary_loan", card) for card in READ_FOR}
    assert found == {ANN: "others", BEN: "open", CAI: "open", DAN: "open"}
    why = catalogue.page(known, "interlibrary_loan", reader_of(known, ANN)).standing
    assert why.why == "It serves: Postgraduates, Faculty."
    assert why.advice == "Ask a teacher to request it, or a librarian what there is for you."
    mine = {
        e.service.id: e.standing.state for e in catalogue.directory(known, reader_of(known, ANN))
    }
    assert (mine["interlibrary_loan"], mine["document_delivery"]) == ("others", "open")


def test_the_engine_refuses_what_the_directory_does_not_offer(known):
    asked = {"project": "x"}
    with pytest.raises(NotOffered) as refused:
        cases.open_case(known, "subject_consultation", actor=reader_of(known, ANN), fields=asked)
    assert refused.value.fix == "It serves: Postgraduates, Faculty, Colleges."


def test_the_card_is_looked_at_only_where_it_matters(known):
    """Services that are the same for all ask nothing of it."""
    assert not studies.differs(catalogue.found(known, "document_delivery"))
    assert studies.differs(catalogue.found(known, "thesis_submission"))
    before = UseRecord.objects.count()
    ann = reader_of(known, ANN)
    assert studies.of_actor(known, ann, catalogue.found(known, "document_delivery")) == ""
    assert studies.of_actor(known, replace(ann, role="faculty")) == ""
    assert UseRecord.objects.count() == before
    studies.of_actor(known, ann)
    assert UseRecord.objects.count() == before + 1


def buy(site, card):
    return next(
        one for one in offers(site, ARTICLE, actor=reader_of(site, card))
        if one.kind == "article_purchase"
    )  # fmt: skip


def test_an_article_is_bought_for_postgraduates_and_who_may_be_one(known):
    for card in READ_FOR:
        actor = reader_of(known, card)
        opened = cases.open_case(
            known, "document_delivery", actor=actor, subject=ARTICLE.subject,
            fields={"personal_study": "true"},
        )  # fmt: skip
        cases.act(known, opened.id, "reject", actor=LI, note="nobody has it")
    assert {card: buy(known, card).is_offered for card in READ_FOR} == {
        ANN: False, BEN: True, CAI: True, DAN: True,
    }  # fmt: skip
    assert buy(known, ANN).text.startswith("Single articles are bought for postgraduates")


def test_terms_and_limits_of_loans_go_by_what_one_reads_for(known):
    """Ann has B4 by the snapshot, which is her limit of 1; Ben has 2, due in 10 days."""
    ann, ben = (ils.reader_standing(known, actor=reader_of(known, card)) for card in (ANN, BEN))
    assert (ann.loan_limit, ann.study, ben.loan_limit, ben.study) == (
        1,
        "undergraduate",
        2,
        "doctoral",
    )
    with pytest.raises(CannotCirculate, match="1 are on loan; the limit is 1"):
        ils.check_out(known, "B1", card=ANN, actor=LI)
    ils.check_in(known, "B4", actor=LI)
    assert f"{ils.check_out(known, 'B1', card=ANN, actor=LI).due_at:%Y-%m-%d}" == "2026-03-15"
    assert f"{ils.check_out(known, 'B2', card=BEN, actor=LI).due_at:%Y-%m-%d}" == "2026-03-20"
    assert f"{ils.check_out(known, 'B3', card=DAN, actor=LI).due_at:%Y-%m-%d}" == "2026-03-20"
    with pytest.raises(CannotCirculate, match="renewed 0 times"):
        ils.renew(known, "B1", card=ANN, actor=LI)


def test_the_desk_sees_it_on_the_card(known):
    assert desk.reader_at_desk(known, BEN, actor=LI).card["study"] == "doctoral"


def test_a_site_whose_cards_do_not_say_it_works_as_before(library):
    """The library as the other tests have it: no row of it has the column."""
    assert set(studies_of(library).values()) == {""}
    assert standing_of(library, "interlibrary_loan", BEN) == "open"
    assert ils.reader_standing(library, actor=reader_of(library, BEN)).loan_limit == 2


def drop_column(path):
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["study"]), path)


def without_the_column(site):
    """Make the live snapshot one of before there was the column."""
    folder = site.snapshots / snapshots.required(site).id
    drop_column(folder / "conformed" / "reader.parquet")
    note = folder / snapshots.MANIFEST
    said = json.loads(note.read_text("utf-8"))
    columns = said["tables"]["conformed.reader"]["columns"]
    kept = [one for one in columns if one["name"] != "study"]
    assert len(kept) == len(columns) - 1
    said["tables"]["conformed.reader"]["columns"] = kept
    said["models"]["conformed.reader"] = "as it was"
    note.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    snapshots.read_manifest.cache_clear()


def test_an_older_snapshot_is_read_as_far_as_it_goes_until_the_next_build(known):
    without_the_column(known)
    ben = reader_of(known, BEN)
    assert "study" not in readers.card_of(known, readers.oneself(ben))
    assert set(studies_of(known).values()) == {""}
    assert own_stand.own_stand(known, ben).study == "unknown"
    assert desk.reader_at_desk(known, BEN, actor=LI).card["kind"] == "student"
    assert ils.reader_standing(known, actor=ben).loan_limit == 2
    build(known)  # nothing new was loaded; the model is another
    assert studies_of(known)[BEN] == "doctoral"


def test_loads_of_before_there_was_the_column_are_built_beside_newer_ones(library):
    put_cards(library)
    [path] = [one for one in (library.raw / "readers").glob("*.parquet") if "0009" in one.name]
    drop_column(path)
    build(library)
    assert set(studies_of(library).values()) == {""}
    put_cards(library, place=10)
    build(library)
    assert studies_of(library)[BEN] == "doctoral"


def test_a_purpose_of_the_sites_own_that_does_not_list_it_goes_on_without(known):
    said = yaml.safe_load((SHIPPED / "purposes" / "own_records.yaml").read_text("utf-8"))
    columns = said["tables"]["conformed.reader"]
    said["tables"]["conformed.reader"] = [one for one in columns if one != "study"]
    path = known.definitions / "purposes" / "own_records.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    definitions.purposes.cache_clear()
    approve_all(known)
    ben = reader_of(known, BEN)
    assert studies.of_actor(known, ben) == ""
    assert readers.card_of(known, readers.oneself(ben))["kind"] == "student"


@pytest.mark.parametrize("purpose", ["research", "reader_linking", "data_exchange", "open_data"])
def test_purposes_that_do_not_need_it_do_not_open_it(purpose):
    shipped = definitions.purposes(None)[purpose]
    assert "study" not in shipped.tables.get("conformed.reader", ())


def test_counts_by_it_hide_groups_of_fewer_than_five(library):
    """Six undergraduates, five doctoral students, four exchange students."""
    cards = [f"2025{n:04}" for n in range(15)]
    told = ["undergraduate"] * 6 + ["doctoral"] * 5 + ["exchange"] * 4
    rows = [
        {"reader_id": key, "kind": "student", "study": study, "college": "文学院"}
        for key, study in zip(pseudonymise(library, cards), told, strict=True)
    ]
    put_raw(library, "readers", rows, place=9)
    build(library)
    director = Actor("jin", "director", doing="dashboards.read")
    found = data.summarise(
        library, "conformed.reader", by=["study"], measures={"n": "persons"},
        where=[("college", "=", "文学院")], purpose="library_statistics", actor=director,
    )  # fmt: skip
    # With four hidden, five of the others go too: else a total would tell the four.
    assert dict(found.rows).get("exchange") is None
    assert dict(found.rows).get("undergraduate") == 6
    with pytest.raises(NotOpen):
        data.read(
            library, "conformed.reader", columns=["study"], where=[("college", "=", "文学院")],
            purpose="library_statistics", actor=director,
        )  # fmt: skip
