"""Alumni: checked against the roster, members for a term, with twelve articles in each year."""

import threading
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import catalogue, members
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import act, case, fire_timers, open_case
from shuren.service.definitions import service
from shuren.service.errors import NotNow, NotOffered, WrongField
from shuren.service.internals import running
from shuren.service.internals.case_rows import Case, CaseTimer
from shuren.service.internals.member_rows import (
    AlumniRecord,
    Member,
    MemberArticle,
    MemberCheck,
    MemberYear,
)
from shuren.service.internals.members import rules
from shuren.service.internals.members.dates import anniversary, year_of
from shuren.service.internals.messaging.rows import Message
from shuren.service.member_shapes import LAPSED, NONE, SPENT, VALID, WAITING
from shuren.service.queries import held
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
ZONE = ZoneInfo("Asia/Shanghai")
ROSTER = (
    "学号,姓名,入学年份,毕业年份,学院,学历\n"
    "9910203,韩伟,1999级,2003,文学院,本科\n"
    "0510407,欧阳·若水,2005,2009,理学院,硕士\n"
)
HAN = {"number": "9910203", "name": "韩伟", "fields": {"cohort": 1999, "consent": True}}
NOBODY = {"number": "123", "name": "无此人", "fields": {"cohort": 2001, "consent": True}}
ARTICLE = {"kind": "article", "id": "10.1/x", "title": "论文"}


@pytest.fixture
def here(site: Site, settings, monkeypatch, tmp_path) -> Site:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T01:00")
    loaded(site, tmp_path, ROSTER)
    return site


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is, in Shanghai."""

    def fix(text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=ZONE)
        monkeypatch.setenv("SHUREN_NOW", moment.isoformat())

    return fix


def loaded(site: Site, folder: Path, text: str):
    path = folder / "alumni.csv"
    path.write_text(text, "utf-8")
    return members.load_roster(site, path, actor=LIBRARIAN)


def alumnus(site: Site, card: str = "A001") -> Actor:
    return reader(site, card, "alumni")


def member(site: Site, card: str = "A001") -> Actor:
    """One whom the roster has."""
    actor = alumnus(site, card)
    assert members.apply(site, **HAN, actor=actor).state == "active"
    return actor


def asks(site: Site, actor: Actor, title: str = "论文") -> str:
    about = ARTICLE | {"id": f"10.1/{title}", "title": title}
    made = open_case(
        site, "document_delivery", actor=actor, subject=about, fields={"personal_study": True}
    )
    return made.id


def left(site: Site, actor: Actor) -> int:
    pack = members.mine(site, actor).pack
    assert pack is not None
    return pack.left


@pytest.mark.parametrize(
    "began, years, last",
    [
        ("2026-03-02", 3, "2029-03-02"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 3, "2027-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2025-02-28", 3, "2028-02-28"),
        ("2025-12-31", 1, "2026-12-31"),
    ],
    ids=["ordinary", "leap day to none", "three years on", "leap day to leap day",
         "the 28th stays", "new year's eve"],
)  # fmt: skip
def test_a_term_ends_with_the_same_day_or_the_last_of_its_month(began, years, last):
    """Civil Code, articles 201 and 202: the first day does not count."""
    assert anniversary(date.fromisoformat(began), years) == date.fromisoformat(last)


@pytest.mark.parametrize(
    "began, day, number, first, last",
    [
        ("2026-03-02", "2026-03-02", 1, "2026-03-02", "2027-03-02"),
        ("2026-03-02", "2027-03-02", 1, "2026-03-02", "2027-03-02"),
        ("2026-03-02", "2027-03-03", 2, "2027-03-03", "2028-03-02"),
        ("2026-03-02", "2029-03-02", 3, "2028-03-03", "2029-03-02"),
        ("2024-02-29", "2025-02-28", 1, "2024-02-29", "2025-02-28"),
        ("2024-02-29", "2025-03-01", 2, "2025-03-01", "2026-02-28"),
        ("2024-02-29", "2028-02-29", 4, "2027-03-01", "2028-02-29"),
        ("2024-02-29", "2028-03-01", 5, "2028-03-01", "2029-02-28"),
    ],
)
def test_years_of_a_membership_touch_and_never_overlap(began, day, number, first, last):
    year = year_of(date.fromisoformat(began), date.fromisoformat(day))
    assert (year.number, str(year.first), str(year.last)) == (number, first, last)


def test_who_the_roster_has_is_a_member_at_once_and_nothing_said_is_kept(here):
    han = member(here)
    stand = members.mine(here, han)
    assert (stand.state, stand.began, stand.ends) == (VALID, date(2026, 3, 2), date(2029, 3, 2))
    assert stand.pack is not None
    assert (stand.pack.left, stand.pack.last) == (12, date(2027, 3, 2))
    [proof] = members.evidence(stand.case, actor=han)
    assert (proof.how, proof.is_good, proof.by) == ("roster", True, "")
    assert set(proof.agreed) == {"number", "name", "cohort"}
    assert case(here, stand.case, han).fields["valid_until"] == "2029-03-02"
    with connection.cursor() as cursor:
        for table in ("case", "casestep", "membercheck", "member", "alumnirecord", "message"):
            cursor.execute(f"SELECT * FROM service_{table}")
            assert not [row for row in cursor.fetchall() if "9910203" in str(row)
                        or "韩伟" in str(row)], table  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"number": " ９９１０２０３ ", "name": "韩 伟"},
        {"number": "0510407", "name": "欧阳若水", "fields": {"cohort": 2005, "consent": True}},
    ],
    ids=["width and spaces", "the dot in a name"],
)
def test_a_name_is_the_same_however_it_is_typed(here, said):
    assert members.apply(here, **(HAN | said), actor=alumnus(here)).state == "active"


@pytest.mark.parametrize(
    "said",
    [NOBODY, HAN | {"name": "韩维"}, HAN | {"fields": {"cohort": 1998, "consent": True}}],
    ids=["nobody", "another name", "another year"],
)
def test_whom_the_roster_does_not_have_whole_a_librarian_checks(here, said):
    made = members.apply(here, **said, actor=alumnus(here))
    assert made.state == "checking"
    assert members.mine(here, alumnus(here)).state == WAITING
    with pytest.raises(NotNow, match="Check it first"):
        act(here, made.id, "approve", actor=LIBRARIAN)


def test_what_must_be_filled_in_is_asked_for_and_nothing_is_left_of_it(here):
    for said in (HAN | {"name": " "}, HAN | {"fields": {"cohort": 1999}}):
        with pytest.raises(WrongField):
            members.apply(here, **said, actor=alumnus(here))
    assert not MemberCheck.objects.exists()
    assert not Case.objects.exists()


def test_the_desk_checks_by_the_roster_or_by_a_document_and_approves(here):
    made = members.apply(here, **NOBODY, actor=alumnus(here))
    found = members.check(here, made.id, number="9910203", name="韩维", actor=LIBRARIAN)
    assert (found.is_good, found.agreed) == (False, ("number",))
    found = members.check(here, made.id, document="degree", actor=LIBRARIAN)
    assert found.is_good
    assert act(here, made.id, "approve", actor=LIBRARIAN).state == "active"
    proofs = members.evidence(made.id, actor=LIBRARIAN)
    assert [(one.how, one.document, one.is_good) for one in proofs] == [
        ("document", "degree", True), ("roster", "", False), ("roster", "", False),
    ]  # fmt: skip
    assert [one.by for one in proofs] == ["lin", "lin", ""]
    assert [one.by for one in members.evidence(made.id, actor=alumnus(here))] == ["", "", ""]
    with pytest.raises(NotNow):
        members.check(here, made.id, document="degree", actor=LIBRARIAN)
    with pytest.raises(NotAllowed):
        members.check(here, made.id, document="degree", actor=Actor("x", "student"))


def test_a_wrong_year_typed_is_settled_by_the_document(here):
    wrong = HAN | {"fields": {"cohort": 1998, "consent": True}}
    made = members.apply(here, **wrong, actor=alumnus(here))
    said = {"number": "9910203", "name": "韩伟"}
    assert not members.check(here, made.id, **said, actor=LIBRARIAN).is_good
    assert members.check(here, made.id, **said, document="diploma", actor=LIBRARIAN).is_good
    assert act(here, made.id, "approve", actor=LIBRARIAN).state == "active"
    assert AlumniRecord.objects.get(claimed=made.id).cohort == 1999


def test_one_line_of_the_roster_makes_one_member(here):
    first, other = member(here), alumnus(here, "A002")
    made = members.apply(here, **HAN, actor=other)
    assert made.state == "checking"
    found = members.check(
        here, made.id, number="9910203", name="韩伟", document="degree", actor=LIBRARIAN
    )
    assert (found.is_taken, found.is_good) == (True, False)
    act(here, members.mine(here, first).case, "clear_and_leave", actor=first)
    found = members.check(here, made.id, number="9910203", name="韩伟", actor=LIBRARIAN)
    assert found.is_good
    assert act(here, made.id, "approve", actor=LIBRARIAN).state == "active"


def test_lines_that_cannot_be_used_are_named_and_members_stay_members(here, tmp_path):
    han = member(here)
    text = ("number,name,cohort\n9910203,韩伟,1999\n,无号,2000\n77,无年,\n78,有年,20x0\n"
            "0610001,新人,2006\n0610001,新人,2006\n")  # fmt: skip
    found = loaded(here, tmp_path, text)
    assert (found.rows, found.fresh, found.refused) == (2, 1, 4)
    assert [line for line, _why in found.why] == [3, 4, 5, 7]
    assert "line 6" in found.why[-1][1]
    assert AlumniRecord.objects.get(cohort=1999).claimed == members.mine(here, han).case
    with pytest.raises(WrongField, match="a column each"):
        loaded(here, tmp_path, "a,b\n1,2\n")
    with pytest.raises(NotAllowed):
        members.load_roster(here, tmp_path / "alumni.csv", actor=Actor("x", "subject_librarian"))


def test_reminders_come_sixty_and_seven_days_before_and_the_end_after_the_last_day(here, clock):
    """Until 2 March 2029: its end is 3 March, midnight; sixty and seven days before that are
    2 January and 24 February."""
    han = member(here)
    stand = members.mine(here, han)
    due = dict(CaseTimer.objects.filter(case=stand.case).values_list("event", "due_at"))
    assert {name: f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" for name, at in due.items()} == {
        "remind": "2029-01-02 00:00",
        "remind_last": "2029-02-24 00:00",
        "expire": "2029-03-03 00:00",
    }
    told = Message.objects.filter(pseudonym=han.reader_key).count()
    for moment, fires in (
        ("2029-01-01T23:59", 0), ("2029-01-02T00:01", 1), ("2029-02-24T09:00", 1),
        ("2029-03-02T23:59", 0),
    ):  # fmt: skip
        clock(moment)
        assert fire_timers(here) == fires, moment
        assert fire_timers(here) == 0
        assert members.mine(here, han).state == VALID
    assert Message.objects.filter(pseudonym=han.reader_key).count() == told + 2
    clock("2029-03-03T00:00")
    assert members.mine(here, han).state == LAPSED  # by the day, before the timer runs
    assert fire_timers(here) == 1
    assert case(here, stand.case, han).state == "expired"


def test_a_killed_end_of_a_term_comes_again_and_comes_once(here, clock, monkeypatch):
    han = member(here)
    stand = members.mine(here, han)
    clock("2029-03-05T09:00")
    CaseTimer.objects.exclude(event="expire").delete()

    class Killed(BaseException):
        pass

    def killed(self) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(running.Running, "save", killed)
        with pytest.raises(Killed):
            fire_timers(here)
    assert case(here, stand.case, han).state == "active"
    assert (fire_timers(here), fire_timers(here)) == (1, 0)
    events = [step.event for step in case(here, stand.case, han).history]
    assert events.count("expire") == 1


def test_renewed_early_no_day_is_lost_and_after_the_end_it_begins_anew(here, clock):
    han = member(here)
    id = members.mine(here, han).case
    clock("2028-12-31T23:00")
    with pytest.raises(NotNow, match="from 1 January 2029 on"):
        members.renew(here, id, actor=han)
    clock("2029-01-01T08:00")
    members.renew(here, id, actor=han)
    assert members.mine(here, han).ends == date(2032, 3, 2)
    clock("2032-03-10T08:00")
    fire_timers(here)
    assert members.mine(here, han).state == LAPSED
    assert members.renew(here, id, actor=han).state == "active"
    stand = members.mine(here, han)
    assert (stand.began, stand.ends) == (date(2032, 3, 10), date(2035, 3, 10))
    assert left(here, han) == 12


def test_a_membership_of_a_leap_day_keeps_its_day(here, clock):
    clock("2024-02-29T09:00")
    han = member(here)
    id = members.mine(here, han).case
    assert members.mine(here, han).ends == date(2027, 2, 28)
    for today, ends in (("2027-02-01", "2030-02-28"), ("2030-02-01", "2033-02-28"),
                        ("2033-02-01", "2036-02-29")):  # fmt: skip
        clock(f"{today}T09:00")
        members.renew(here, id, actor=han)
        assert str(members.mine(here, han).ends) == ends


def test_a_request_takes_one_of_twelve_and_gives_it_back_once_when_nothing_comes(here):
    han = member(here)
    first = asks(here, han)
    assert left(here, han) == 11
    act(here, first, "withdraw", actor=han)
    assert left(here, han) == 12
    second = asks(here, han, "被拒")
    act(here, second, "reject", actor=LIBRARIAN, note="已有全文")
    assert left(here, han) == 12
    third = asks(here, han, "找不到")
    act(here, third, "accept", actor=LIBRARIAN)
    assert left(here, han) == 11
    act(here, third, "exhausted", actor=LIBRARIAN, note="各家都没有")
    assert left(here, han) == 12
    fourth = asks(here, han, "送到了")
    act(here, fourth, "accept", actor=LIBRARIAN)
    act(here, fourth, "supply", actor=LIBRARIAN)
    act(here, fourth, "rate", actor=han, fields={"rating": 5})
    assert left(here, han) == 11
    assert MemberArticle.objects.exclude(given_back_at=None).count() == 3


def test_the_thirteenth_waits_for_the_next_year_of_membership(here, clock):
    han = member(here)
    for number in range(12):
        clock(f"2026-{number // 3 + 4:02}-{number % 3 + 10}T09:00")
        asks(here, han, f"第{number}篇")
    assert members.mine(here, han).state == SPENT
    with pytest.raises(NotOffered, match="used the 12 articles") as refused:
        asks(here, han, "第十三篇")
    assert "2 March 2027" in (refused.value.fix or "")
    assert catalogue.page(here, "document_delivery", han).standing.state == "member"
    assert catalogue.page(here, "meeting_space", han).standing.is_open
    clock("2027-03-03T09:00")
    asks(here, han, "新的一年")
    assert left(here, han) == 11
    assert sorted(MemberYear.objects.values_list("used", flat=True)) == [1, 12]


def test_of_many_requests_in_one_moment_as_many_are_taken_as_are_left(here):
    han = member(here)
    stand = members.mine(here, han)
    asks(here, han, "第一篇")
    MemberYear.objects.filter(member=stand.case).update(used=10)
    gate, made, refused = threading.Barrier(6), [], []

    def ask(number: int) -> None:
        try:
            gate.wait(60)
            made.append(asks(here, han, f"同时{number}"))
        except NotOffered as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (2, 4)
    assert MemberYear.objects.get().used == 12
    assert MemberArticle.objects.count() == 3


def test_who_is_no_member_is_told_why_and_where_to_go(here, clock):
    stranger = alumnus(here, "A009")
    standing = catalogue.page(here, "document_delivery", stranger).standing
    assert (standing.state, "you have none yet" in standing.why) == ("member", True)
    assert members.stand_with(here, "document_delivery", stranger).state == NONE
    with pytest.raises(NotOffered, match="you have none yet"):
        asks(here, stranger)
    assert catalogue.page(here, "book_donation", stranger).standing.is_open
    student = reader(here)
    assert catalogue.page(here, "document_delivery", student).standing.is_open
    asks(here, student)
    han = member(here)
    clock("2029-03-03T09:00")
    with pytest.raises(NotOffered, match="ended on 2 March 2029") as refused:
        asks(here, han)
    assert "Renew it" in (refused.value.fix or "")


def test_the_desk_asks_for_a_member_by_the_same_count(here):
    han = member(here)
    about = {"personal_study": True}
    open_case(here, "document_delivery", actor=LIBRARIAN, reader=han.reader_key, subject=ARTICLE,
              fields=about)  # fmt: skip
    assert left(here, han) == 11
    student = reader(here)
    open_case(here, "document_delivery", actor=LIBRARIAN, reader=student.reader_key,
              subject=ARTICLE, fields=about)  # fmt: skip
    assert MemberArticle.objects.count() == 1


def test_the_desk_lists_who_waits_who_is_a_member_and_whose_term_ends(here, clock):
    han = member(here)
    waits = members.apply(here, **NOBODY, actor=alumnus(here, "A002"))
    found = members.members(here, actor=LIBRARIAN)
    assert [(one.case, one.cohort, one.is_checked) for one in found.lines] == [
        (waits.id, "2001", False)
    ]
    assert found.counts == {"checking": 1, "active": 1, "ending": 0, "expired": 0, "all": 2}
    clock("2029-02-01T09:00")
    asks(here, han)
    [line] = members.members(here, view="ending", actor=LIBRARIAN).lines
    assert (line.case, str(line.ends), line.left) == (members.mine(here, han).case,
                                                      "2029-03-02", 11)  # fmt: skip
    clock("2029-03-03T00:00")
    assert members.members(here, view="expired", actor=LIBRARIAN).total == 1
    with pytest.raises(NotAllowed):
        members.members(here, actor=han)


def test_the_pack_has_twelve_services_three_of_them_first(here):
    first, others = members.pack(here)
    assert [one.id for one in first] == ["remote_access", "document_delivery", "meeting_space"]
    assert len(first) + len(others) == 12
    assert rules.gives(service(here, "alumni_account")).articles == 12


def test_what_a_membership_holds_is_told_and_goes_when_it_is_over(here):
    han = member(here)
    asks(here, han)
    store = next(one for one in held(here, han) if one.id == "membership")
    assert store.facts[0].values["Until"] == "2029-03-02"
    assert store.facts[0].values["Articles used"] == "1"
    assert store.facts[0].values["In the alumni office's list"] == "1999 · 2003 · 文学院 · 本科"
    assert store.facts[0].keep
    id = members.mine(here, han).case
    act(here, id, "clear_and_leave", actor=han)
    assert not AlumniRecord.objects.exclude(claimed="").exists()
    Case.objects.get(pk=id).delete()
    assert not Member.objects.exists()
    assert not MemberCheck.objects.exists()


def test_an_expired_membership_is_removed_after_half_a_year(here, clock):
    han = member(here)
    id = members.mine(here, han).case
    clock("2029-03-03T01:00")
    fire_timers(here)
    clock("2029-08-30T02:00")  # 180 days after 3 March
    fire_timers(here)
    assert case(here, id, han).state == "closed"
    assert members.mine(here, han).state == NONE
    assert members.apply(here, **HAN, actor=han).state == "active"


@pytest.mark.parametrize(
    "change, message",
    [
        ({"needs_member": {"of": "book_loan", "audiences": ["alumni"]}}, "book_loan"),
        ({"needs_member": {"of": "alumni_account", "audiences": ["public"]}}, "public"),
        ({"member": {"years": 3}}, "rules.member"),
    ],
    ids=["no membership of that service", "whom it does not serve", "no flow of memberships"],
)
def test_a_service_that_asks_for_what_is_not_there_is_refused(site, settings, change, message):
    from tests.service.test_flow_files import said_of, write

    settings.SITE = site
    said = said_of("meeting_space")
    said["rules"] |= change
    write(site, "services", said)
    with pytest.raises(DefinitionError, match=message):
        service(site, "meeting_space")


def test_nobody_renews_by_itself(here, clock):
    han = member(here)
    with pytest.raises(NotNow, match="is not yours to do"):
        act(here, members.mine(here, han).case, "renew", actor=BY_ITSELF)
