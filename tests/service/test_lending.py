"""Lending rules are read from one file, refused by key, and counted by the library's calendar."""

from datetime import UTC, datetime

import pytest

from shuren.data.queries import headings
from shuren.kernel.errors import DefinitionError
from shuren.service.definitions import service
from shuren.service.internals.studies import STUDIES as STUDY_WORDS
from shuren.service.lending import lending
from tests.service.circulating import RULES


def put(site, text):
    path = site.definitions / "circulation" / "lending.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_the_shipped_rules_name_every_kind_of_reader(site):
    assert set(lending(site).kinds) == set(headings(site, "reader_kind"))


def test_a_changed_file_counts_at_once(site):
    put(site, RULES)
    assert lending(site).of("student").loans == 2
    put(site, RULES.replace("{loans: 2,", "{loans: 20,"))
    assert lending(site).of("student").loans == 20
    assert lending(site).of("no such kind") == lending(site).of("public")


STUDIES = """\
studies:
  undergraduate: {loans: 1, days: 7, renewals: 0, renewal_days: 0, holds: 1}
"""


def test_a_kind_of_study_stands_before_the_students_and_no_other_kind_has_one(site):
    put(site, RULES + STUDIES)
    rules = lending(site)
    assert rules.of("student", "undergraduate").days == 7
    assert rules.of("student", "doctoral") == rules.of("student") == rules.of("student", "")
    assert rules.of("public", "undergraduate") == rules.of("public")
    put(site, RULES)
    assert lending(site).of("student", "undergraduate") == lending(site).of("student")


def test_the_shipped_terms_are_those_the_service_tells(site):
    """20 volumes for 30 days, and 30 for 60: definitions/services/book_loan.yaml."""
    rules, said = lending(site), service(site, "book_loan").limits
    ours = [
        (r.loans, r.days) for r in (rules.of("student", one) for one in ("undergraduate", "master"))
    ]
    assert ours == [(said["copies_undergrad"], 30), (said["copies_postgrad"], 60)]
    assert set(rules.studies) <= set(STUDY_WORDS) == set(headings(site, "study"))


@pytest.mark.parametrize(
    "was, now, why",
    [
        (
            "unknown_kind: public",
            f"{STUDIES}unknown_kind: public".replace("undergraduate", "freshman"),
            "freshman",
        ),
        (
            "unknown_kind: public",
            f"{STUDIES}unknown_kind: public".replace("days: 7", "days: -7"),
            "studies.undergraduate.days",
        ),
        ("loans: 2", "loans: -1", "kinds.student.loans"),
        ("loans: 2", "loans: two", "kinds.student.loans"),
        ("unknown_kind: public", "unknown_kind: guest", "unknown_kind"),
        ("holds: 1}", "holds: 1, fines: 2}", "kinds.student.fines"),
        ("overdue_days: 3\n", "", "overdue_days"),
    ],
)
def test_what_cannot_be_meant_is_named(site, was, now, why):
    put(site, RULES.replace(was, now, 1))
    with pytest.raises(DefinitionError, match=why):
        lending(site)


@pytest.mark.parametrize(
    "lent, due",
    [
        ("2026-01-05T02:00", "2026-01-15"),
        ("2026-01-05T15:59", "2026-01-15"),
        ("2026-01-05T16:00", "2026-01-16"),
    ],
    ids=["in the morning", "in the last minute of the day", "a minute later"],
)
def test_days_are_those_of_the_librarys_clock(site, lent, due):
    put(site, RULES)
    moment = datetime.fromisoformat(lent).replace(tzinfo=UTC)
    found = lending(site).due(moment, 10)
    assert f"{found:%Y-%m-%d %H:%M}" == f"{due} 23:59"


def test_a_closed_day_moves_to_the_next_open_one(site):
    site.settings_file.write_text('calendar = "demo-university"\n', "utf-8")
    rules = lending(site)
    # The spring festival closes both campuses from 15 to 21 February 2026.
    before = datetime(2026, 2, 6, 2, tzinfo=UTC)
    assert f"{rules.due(before, 10):%Y-%m-%d}" == "2026-02-22"
    assert f"{rules.due(before, 8):%Y-%m-%d}" == "2026-02-14"
