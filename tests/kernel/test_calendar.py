from datetime import date, timedelta

import pytest

from shuren.kernel.calendar import load_calendar
from shuren.kernel.errors import DefinitionError, UsageError
from shuren.kernel.site import Site


@pytest.fixture(scope="module")
def calendar():
    return load_calendar(None)


@pytest.fixture(scope="module")
def demo():
    return load_calendar(None, "demo-university")


@pytest.fixture
def site(tmp_path):
    (tmp_path / "shuren.toml").write_text('calendar = "ours"\n', "utf-8")
    (tmp_path / "definitions" / "calendars").mkdir(parents=True)
    return Site(tmp_path)


def write_calendar(site, text, name="ours"):
    (site.definitions / "calendars" / f"{name}.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    "day, kind",
    [
        (date(2024, 9, 2), "week1_2"),
        (date(2024, 10, 3), "long_holiday"),
        (date(2024, 10, 21), "teaching"),
        (date(2024, 12, 14), "cet_week"),
        (date(2025, 6, 2), "graduation"),
        (date(2025, 6, 25), "finals"),
        (date(2025, 7, 20), "break"),
        (date(2025, 12, 20), "pre_kaoyan"),
        (date(2025, 12, 4), "pre_kaoyan"),
        (date(2025, 12, 11), "cet_week"),
        (date(2026, 1, 8), "finals"),
        (date(2026, 2, 17), "break"),
        (date(2015, 3, 9), "unknown"),
        (date(2030, 3, 9), "unknown"),
    ],
    ids=lambda value: str(value),
)
def test_every_day_has_one_kind_of_week(calendar, day, kind):
    assert calendar.week_kind(day) == kind


@pytest.mark.parametrize(
    "day, holiday, works",
    [
        (date(2025, 10, 11), "", True),
        (date(2025, 10, 3), "国庆节中秋节", False),
        (date(2026, 2, 17), "春节", False),
        (date(2026, 2, 28), "", True),
        (date(2026, 3, 4), "", True),
        (date(2026, 3, 7), "", False),
        (date(2019, 3, 4), "", None),
    ],
    ids=[
        "Saturday worked for National Day",
        "National Day",
        "Spring Festival",
        "Saturday worked for Spring Festival",
        "ordinary Wednesday",
        "ordinary Saturday",
        "a year nobody has entered",
    ],
)
def test_working_days_follow_the_notices(calendar, day, holiday, works):
    found = calendar.holiday(day)
    assert (found.title["zh"] if found else "") == holiday
    assert calendar.is_working_day(day) is works


def test_weeks_are_counted_from_the_first_monday(calendar):
    assert calendar.teaching_week(date(2025, 9, 1)) == 1
    assert calendar.teaching_week(date(2025, 9, 7)) == 1
    assert calendar.teaching_week(date(2025, 9, 8)) == 2
    assert calendar.teaching_week(date(2026, 1, 18)) == 20
    assert calendar.term_of(date(2026, 1, 18)).id == "2025-autumn"
    assert calendar.term_of(date(2026, 1, 19)) is None
    assert calendar.break_of(date(2026, 1, 19)).title["zh"] == "寒假"


def test_the_entrance_exam_is_an_event_of_its_two_days(calendar):
    assert [e.id for e in calendar.events_on(date(2025, 12, 20))] == ["kaoyan-2025"]
    assert calendar.events_on(date(2025, 12, 19)) == []
    assert not next(e for e in calendar.events if e.id == "kaoyan-2026").confirmed


def test_terms_and_breaks_leave_no_gap_and_no_overlap(calendar):
    for before, after in zip(calendar.terms, calendar.terms[1:], strict=False):
        (holidays,) = before.breaks
        assert holidays.first == before.last + timedelta(1)
        assert after.first == holidays.last + timedelta(1)


def test_hours_follow_building_and_kind_of_week(demo):
    teaching, summer = date(2025, 10, 22), date(2025, 7, 23)
    assert demo.opening_hours(teaching, "jw-science").closes == "22:30"
    assert demo.opening_hours(teaching, "江湾校区").opens == "07:00"
    assert not demo.opening_hours(summer, "江湾理工分馆").is_open
    assert demo.opening_hours(summer, "jw-main").is_open
    assert not demo.opening_hours(date(2026, 2, 17)).is_open
    assert demo.opening_hours(date(2015, 1, 1)) is None
    with pytest.raises(UsageError, match="no place called Moon"):
        demo.opening_hours(teaching, "Moon")


def test_demand_is_highest_at_the_start_of_term_and_nil_when_closed(demo):
    monday = demo.demand(date(2025, 9, 1), "loans")
    assert (
        monday > demo.demand(date(2025, 10, 20), "loans") > demo.demand(date(2026, 1, 5), "loans")
    )
    assert demo.demand(date(2026, 1, 5), "seats") > demo.demand(date(2025, 10, 20), "seats")
    assert demo.demand(date(2026, 2, 17), "loans") == 0
    # Saturday 2025-10-11 is worked for the National Day week, the next one is not.
    assert demo.demand(date(2025, 10, 11), "loans") > demo.demand(date(2025, 10, 18), "loans")


def test_the_day_table_is_complete_and_honest(demo):
    rows = demo.days(date(2023, 12, 30), date(2024, 9, 2))
    assert len(rows) == 248
    assert rows[0] == {
        "day": date(2023, 12, 30),
        "weekday": 6,
        "term": "",
        "teaching_week": None,
        "week_kind": "unknown",
        "holiday": "",
        "is_working_day": None,
        "is_open": None,
    }
    assert rows[-1]["term"] == "2024-autumn"
    assert rows[-1]["is_open"] is True


def test_a_site_names_its_own_calendar_and_states_only_what_differs(site, calendar):
    write_calendar(
        site,
        """
        extends: china-university
        title: {zh: 本校, en: Ours}
        places: {main: {title: {zh: 总馆, en: Main}, hours: {default: "06:00-24:00"}}}
        """,
    )
    ours = load_calendar(site)
    assert ours.id == "ours"
    assert ours.terms == calendar.terms
    assert ours.opening_hours(date(2025, 7, 23), "总馆").closes == "24:00"


def test_a_local_file_may_extend_the_shipped_one_of_its_own_id(site):
    write_calendar(site, "extends: china-university\ntitle: {en: Local}", "china-university")
    assert load_calendar(site, "china-university").title == {"en": "Local"}


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("title: {en: X}", "'places' is missing"),
        ("title: {en: X}\nplaces: {}\nholidys: []", "'holidys' is not known here"),
        (
            "title: {en: X}\nplaces: {}\nterms: [{id: t, titel: {}}]",
            "'terms.1.titel' is not known here",
        ),
        ("title: {en: X}\nplaces: []", "'places' has a value of the wrong kind"),
        (
            "title: {en: X}\nplaces: {a: {title: {}, hours: {default: 7-22}}}",
            "opening hours '7-22'",
        ),
        (
            "title: {en: X}\nplaces: {}\n"
            "terms: [{id: t, title: {}, first_day: 2025-09-02, weeks: 20}]",
            "2025-09-02 of term t is not a Monday",
        ),
    ],
    ids=[
        "key missing",
        "key misspelt",
        "key of a term misspelt",
        "list for a table",
        "hours unreadable",
        "term begins on a Tuesday",
    ],
)
def test_a_calendar_that_cannot_be_used_says_why(site, text, sentence):
    write_calendar(site, text)
    with pytest.raises(DefinitionError, match=sentence):
        load_calendar(site)


def test_an_unknown_calendar_and_a_circle_are_named(site):
    with pytest.raises(UsageError, match="no calendar called moon"):
        load_calendar(None, "moon")
    write_calendar(site, "extends: ours\ntitle: {en: X}")
    with pytest.raises(UsageError, match="no calendar called ours"):
        load_calendar(site)
