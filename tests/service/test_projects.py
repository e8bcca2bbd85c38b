"""A project from its case to its end: days on the calendar, documents, approvals, delays told."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages, projects
from shuren.service.case_shapes import Incoming
from shuren.service.cases import act, case, open_case
from shuren.service.definitions import project_kind
from shuren.service.definitions import projects as kinds_of
from shuren.service.errors import CaseChanged, NoSuchCase, NotNow, UnknownName, WrongField
from shuren.service.internals.messaging.rows import Message
from shuren.service.internals.project_rows import Project, ProjectPaper, ProjectPerson
from shuren.service.internals.projects.reminding import remind
from shuren.service.project_shapes import DONE, DROPPED, HANDED_IN, OPEN
from shuren.trust.actions import create_account
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, reader
from tests.service.test_flow_files import SHIPPED

pytestmark = pytest.mark.django_db(transaction=True)
SERVICE = "translation_publishing"
ASKED = {"book_title": "三峡史话", "language": "法语"}
ZONE = ZoneInfo("Asia/Shanghai")
# The order in which the milestones of the translation project are reached, with their document.
WAY = (
    ("topic", "proposal"), ("translator", "sample"), ("rights", "licence"),
    ("publisher", "contract"), ("manuscript", "manuscript"), ("launch", "book"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def served(site: Site, settings) -> None:
    settings.SITE = site
    for one in (LIBRARIAN, SECOND):
        create_account(one.id, "a long enough phrase", one.role)
    create_account(MANAGER.id, "a long enough phrase", MANAGER.role)


@pytest.fixture
def clock(monkeypatch):
    def fix(day: str, hour: str = "09:00") -> None:
        moment = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZONE)
        monkeypatch.setenv("SHUREN_NOW", moment.isoformat())

    return fix


def pdf(name: str = "文件.pdf", words: bytes = b"one") -> Incoming:
    content = b"%PDF-1.4\n" + words
    return Incoming(name, len(content), lambda: [content])


def begun(site: Site, asking: Actor) -> str:
    made = open_case(site, SERVICE, actor=asking, fields=ASKED).id
    act(site, made, "scope", actor=LIBRARIAN)
    act(site, made, "agree", actor=MANAGER)
    act(site, made, "start", actor=LIBRARIAN)
    return made


def teamed(site: Site, asking: Actor) -> str:
    made = begun(site, asking)
    projects.appoint(site, made, "coordinator", account=LIBRARIAN.id, actor=LIBRARIAN)
    projects.appoint(site, made, "approver", account=SECOND.id, actor=LIBRARIAN)
    projects.appoint(site, made, "translator", name="让·杜邦", actor=LIBRARIAN)
    projects.appoint(site, made, "publisher", name="某海外出版社", actor=LIBRARIAN)
    return made


def stand(site: Site, made: str, name: str, actor: Actor = LIBRARIAN):
    found = projects.project(site, made, actor)
    return next(one for one in found.milestones if one.id == name)


def test_milestones_are_due_on_working_days_over_a_holiday_and_a_make_up_day(site, clock):
    """Begun on Wednesday 23 September 2026. Mid-Autumn is 25–27 September; 20 September and
    10 October are worked for National Day, 1–7 October. Working days after the 23rd: 24, 28, 29,
    30 September, 8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21 October: the 15th is the 21st."""
    clock("2026-09-23")
    made = begun(site, reader(site, role="faculty"))
    found = projects.project(site, made, LIBRARIAN)
    assert found.begun_on == date(2026, 9, 23)
    assert {one.id: one.due_on for one in found.milestones[:1]} == {"topic": date(2026, 10, 21)}
    topic, translator, rights = found.milestones[:3]
    assert translator.due_on == rights.due_on == date(2026, 11, 18)  # 20 more, no holiday between
    assert topic.planned_on == topic.due_on


def test_a_sample_project_passes_every_milestone_with_its_documents(site):
    author = reader(site, role="faculty")
    made = teamed(site, author)
    with pytest.raises(NotNow, match="Still open"):
        act(site, made, "deliver", actor=LIBRARIAN)
    for milestone, document in WAY:
        by = author if milestone == "rights" else LIBRARIAN
        with pytest.raises(NotNow, match="Documents are missing"):
            projects.hand_in(site, made, milestone, actor=by)
        projects.add_paper(site, made, milestone, document, pdf(), actor=by)
        projects.hand_in(site, made, milestone, actor=by)
        if milestone in ("topic", "rights", "publisher"):
            assert stand(site, made, milestone).state == HANDED_IN
            with pytest.raises(NotNow):
                projects.approve(site, made, milestone, agrees=True, actor=LIBRARIAN)
            projects.approve(site, made, milestone, agrees=True, actor=SECOND)
        if milestone == "manuscript":
            with pytest.raises(NotNow, match="agreed to by: Author"):
                projects.approve(site, made, milestone, agrees=True, actor=SECOND)
            projects.approve(site, made, milestone, agrees=True, actor=author)
    found = projects.project(site, made, LIBRARIAN)
    assert [one.state for one in found.milestones] == [DONE] * 6
    assert all(one.papers for one in found.milestones)
    act(site, made, "deliver", actor=LIBRARIAN)
    over = act(site, made, "accept", actor=LIBRARIAN)
    assert over.is_success
    events = [step.event for step in over.history]
    for milestone, _document in WAY:
        assert f"paper:{milestone}" in events
        assert {f"done:{milestone}", f"agreed:{milestone}"} & set(events)
    titles = {step.event: step.title["en"] for step in case(site, made, author).history}
    assert titles["agreed:manuscript"] == "Manuscript: agreed to"
    assert {step.by for step in over.history if step.event == "agreed:manuscript"} == {"reader"}
    with pytest.raises(NotNow):
        projects.reopen(site, made, "topic", reason="再看", actor=LIBRARIAN)


def test_a_project_does_not_close_without_the_people_it_must_have(site):
    made = begun(site, reader(site, role="faculty"))
    for milestone, _document in WAY:
        projects.drop(site, made, milestone, reason="试办", actor=MANAGER)
    with pytest.raises(NotNow, match="Nobody is yet: Project librarian, Approver, Translator"):
        act(site, made, "deliver", actor=LIBRARIAN)


def test_dropping_takes_a_reason_and_does_not_get_round_an_approval(site):
    made = teamed(site, reader(site, role="faculty"))
    with pytest.raises(WrongField, match="reason"):
        projects.drop(site, made, "launch", reason=" ", actor=LIBRARIAN)
    dropped = projects.drop(site, made, "launch", reason="出版社自行首发", actor=LIBRARIAN)
    assert dropped.milestones[5].state == DROPPED
    assert dropped.milestones[5].note == "出版社自行首发"
    with pytest.raises(NotNow, match="who approves it, or a manager"):
        projects.drop(site, made, "topic", reason="不要了", actor=LIBRARIAN)
    assert projects.drop(site, made, "topic", reason="已论证", actor=SECOND).milestones[0].state
    assert stand(site, made, "topic").state == DROPPED
    step = case(site, made, LIBRARIAN).history[-1]
    assert (step.event, step.note, step.account) == ("dropped:topic", "已论证", SECOND.id)


def test_who_handed_it_in_never_agrees_to_it_even_holding_the_role(site):
    made = teamed(site, reader(site, role="faculty"))
    projects.add_paper(site, made, "topic", "proposal", pdf(), actor=SECOND)
    with pytest.raises(NotNow, match="Nobody but you holds the role"):
        projects.hand_in(site, made, "topic", actor=SECOND)
    projects.appoint(site, made, "approver", account=MANAGER.id, actor=LIBRARIAN)
    projects.hand_in(site, made, "topic", actor=SECOND)
    with pytest.raises(NotNow, match="somebody else agrees"):
        projects.approve(site, made, "topic", agrees=True, actor=SECOND)
    with pytest.raises(WrongField, match="reason"):
        projects.approve(site, made, "topic", agrees=False, actor=MANAGER)
    back = projects.approve(site, made, "topic", agrees=False, note="请补数据", actor=MANAGER)
    assert (back.milestones[0].state, back.milestones[0].note) == (OPEN, "请补数据")


def test_documents_have_versions_and_a_digest_and_are_sealed_on_the_disk(site):
    author = reader(site, role="faculty")
    made = teamed(site, author)
    projects.add_paper(site, made, "topic", "proposal", pdf(words=b"first"), actor=LIBRARIAN)
    projects.add_paper(site, made, "topic", "proposal", pdf(words=b"second"), actor=LIBRARIAN)
    new, old = stand(site, made, "topic").papers
    assert [(new.version, new.is_newest), (old.version, old.is_newest)] == [(2, True), (1, False)]
    # printf "%%PDF-1.4\nsecond" | sha256sum
    assert new.digest == "be0145365acd240ab594b139959098fe1b828edca4b884e65f0185ca630310a2"
    assert projects.paper(site, made, new.id, actor=LIBRARIAN)[2] == b"%PDF-1.4\nsecond"
    assert projects.paper(site, made, old.id, actor=author)[2] == b"%PDF-1.4\nfirst"
    assert all(b"%PDF" not in bytes(row.sealed) for row in ProjectPaper.objects.all())
    for bad in (pdf("a.exe"), Incoming("a.pdf", 4, lambda: [b"text"]), Incoming("a.pdf", 0, list)):
        with pytest.raises(WrongField):
            projects.add_paper(site, made, "topic", "proposal", bad, actor=LIBRARIAN)
    with pytest.raises(WrongField, match="which document"):
        projects.add_paper(site, made, "topic", "contract", pdf(), actor=LIBRARIAN)
    assert ProjectPaper.objects.count() == 2


def test_the_reader_sees_their_project_and_only_what_is_for_them(site):
    author, other = reader(site, role="faculty"), reader(site, "2020002", "faculty")
    made = teamed(site, author)
    projects.add_paper(site, made, "translator", "agreement", pdf(), actor=LIBRARIAN)
    projects.add_paper(site, made, "translator", "sample", pdf(), actor=LIBRARIAN)
    seen = projects.project(site, made, author)
    assert [one.document for one in seen.milestones[1].papers] == ["sample"]
    assert {(one.account, one.name) for one in seen.people} == {("", "")}
    assert seen.milestones[1].can == ()
    assert seen.milestones[2].can == ("add", "hand_in")  # the rights are the author's to bring
    hidden = ProjectPaper.objects.get(document="agreement").pk
    with pytest.raises(NoSuchCase):
        projects.paper(site, made, hidden, actor=author)
    for verb in (projects.project, lambda *a: projects.paper(a[0], a[1], hidden, actor=a[2])):
        with pytest.raises(NoSuchCase):
            verb(site, made, other)
    with pytest.raises(NoSuchCase):
        projects.appoint(site, made, "translator", name="我", actor=author)


def test_the_name_of_somebody_outside_is_sealed_and_goes_when_they_are_released(site):
    made = teamed(site, reader(site, role="faculty"))
    [translator] = [p for p in projects.project(site, made, LIBRARIAN).people
                    if p.role == "translator"]  # fmt: skip
    assert (translator.name, translator.account) == ("让·杜邦", "")
    kept = ProjectPerson.objects.get(pk=translator.id)
    assert "杜邦".encode() not in bytes(kept.sealed_name)
    assert "杜邦" not in str([step.note for step in case(site, made, LIBRARIAN).history])
    after = projects.release(site, made, translator.id, actor=LIBRARIAN)
    assert [one.id for one in after.vacant] == ["translator"]
    with pytest.raises(WrongField, match="no such account"):
        projects.appoint(site, made, "coordinator", account="nobody", actor=LIBRARIAN)
    with pytest.raises(UnknownName):
        projects.appoint(site, made, "author", name="某", actor=LIBRARIAN)


def test_delays_are_seen_and_told_once_and_a_pause_is_no_delay(site, clock):
    clock("2026-11-02")  # a Monday; no holiday until the new year
    author = reader(site, role="faculty")
    made = teamed(site, author)
    assert stand(site, made, "topic").due_on == date(2026, 11, 23)  # 15 working days
    told = Message.objects.filter(template__startswith="milestone")
    clock("2026-11-17")
    assert remind(site) == 0  # four working days ahead
    clock("2026-11-18")
    assert remind(site) == 1
    assert remind(site) == 0
    assert [(m.account, m.template) for m in told] == [(LIBRARIAN.id, "milestone_near")]
    clock("2026-11-25")
    assert (stand(site, made, "topic").late, remind(site)) == (2, 1)
    act(site, made, "pause", actor=MANAGER, note="作者出国")
    clock("2026-12-09")  # ten working days later
    assert stand(site, made, "topic").late == 2
    assert remind(site) == 0
    act(site, made, "resume", actor=MANAGER)
    found = stand(site, made, "topic")
    assert (found.due_on, found.late) == (date(2026, 12, 7), 2)
    assert found.planned_on == date(2026, 11, 23)
    clock("2026-12-14")  # five working days late
    assert remind(site) >= 2
    assert {m.account for m in told.filter(key__endswith="escalated")} == {MANAGER.id}
    assert {(m.about_kind, m.about_id) for m in told} == {("desk_case", made)}
    [line] = projects.projects(site, LIBRARIAN)
    assert (line.name, line.ended, line.total, line.late) == ("三峡史话", 0, 6, 1)
    moved = projects.move(
        site, made, "topic", day=date(2026, 12, 31), reason="等数据", actor=LIBRARIAN
    )
    assert (moved.late, moved.milestones[0].planned_on) == (0, date(2026, 11, 23))


def test_the_readers_own_milestone_is_told_to_the_reader(site, clock):
    clock("2026-11-02")
    author = reader(site, role="faculty")
    made = teamed(site, author)
    due = stand(site, made, "rights").due_on
    clock(due.isoformat())
    remind(site)
    [mine] = messages.inbox(site, author, kind="reminder").messages
    assert "“Rights” is due" in mine.title["en"]
    assert mine.about == {"kind": "case", "id": made}


def test_two_at_once_one_of_them_is_told_so_and_nothing_is_half_done(site, monkeypatch):
    made = teamed(site, reader(site, role="faculty"))
    real = projects._kept

    def meanwhile(seen, row, verb, note, *, by=""):
        monkeypatch.setattr(projects, "_kept", real)
        projects.move(site, made, "launch", day=date(2030, 1, 1), reason="甲", actor=SECOND)
        return real(seen, row, verb, note, by=by)

    monkeypatch.setattr(projects, "_kept", meanwhile)
    with pytest.raises(CaseChanged):
        projects.drop(site, made, "launch", reason="乙", actor=LIBRARIAN)
    assert stand(site, made, "launch").state == OPEN


def test_a_running_project_keeps_what_was_declared_when_it_began(site):
    made = teamed(site, reader(site, role="faculty"))
    write(site, "translation", milestones=[TWO], roles=ROLES)
    assert [one.id for one in project_kind(site, SERVICE).milestones] == ["only"]
    assert len(projects.project(site, made, LIBRARIAN).milestones) == 6


def test_another_service_of_the_flow_has_milestones_by_one_file(site):
    write(site, "database", services=["subject_database"], milestones=[TWO], roles=ROLES)
    staff = reader(site, role="faculty")
    made = open_case(
        site, "subject_database", actor=staff, fields=needed(site, "subject_database")
    ).id
    act(site, made, "scope", actor=LIBRARIAN)
    assert not projects.has_project(made)
    act(site, made, "agree", actor=MANAGER)
    act(site, made, "start", actor=LIBRARIAN)
    projects.appoint(site, made, "lead", account=LIBRARIAN.id, actor=LIBRARIAN)
    projects.hand_in(site, made, "only", actor=LIBRARIAN)
    act(site, made, "deliver", actor=LIBRARIAN)
    assert act(site, made, "accept", actor=LIBRARIAN).is_success
    assert Project.objects.get(pk=made).kind == "database"


TWO = {"id": "only", "title": {"zh": "建库", "en": "Build"}, "days": 5, "by": "lead"}
ROLES = {"lead": {"title": {"zh": "负责人", "en": "Lead"}, "held_by": "staff", "required": True}}


def needed(site: Site, service: str) -> dict[str, str]:
    from shuren.service.definitions import service as service_of

    return {one.name: "某" for one in service_of(site, service).form if one.required}


def write(site: Site, id: str, **said) -> Path:
    whole = yaml.safe_load((SHIPPED / "projects" / "translation.yaml").read_text("utf-8"))
    del whole["named_by"]
    path = site.definitions / "projects" / f"{id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(whole | {"id": id} | said, allow_unicode=True), "utf-8")
    kinds_of.cache_clear()
    return path


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"services": ["no_such"]}, "'no_such' is not known here"),
        ({"services": ["book_hold"]}, "does not run by the flow `project`"),
        ({"services": ["translation_publishing"]}, "runs by the project 'translation' already"),
        ({"named_by": "colour"}, "'colour' is not known here"),
        ({"milestones": []}, "'milestones' has a value of the wrong kind"),
        ({"milestones": [TWO | {"by": "leader"}]}, "'leader' is not known here"),
        ({"milestones": [TWO | {"approved_by": "lead"}]}, "who does it cannot be who agrees"),
        ({"milestones": [TWO | {"after": "later"}]}, "'later' is not known here"),
        ({"milestones": [TWO | {"days": 0}]}, "days"),
        ({"milestones": [TWO, TWO]}, "milestones.2.id"),
        ({"milestones": [TWO | {"dais": 3}]}, "'milestones.1.dais' is not known here"),
        ({"milestones": [TWO | {"documents": [{"id": "x"}]}]}, "documents.1"),
        ({"roles": {"lead": {"title": {"zh": "甲", "en": "A"}, "held_by": "anybody"}}}, "anybody"),
    ],
)
def test_a_file_that_cannot_be_followed_is_refused_with_the_place(site, said, sentence):
    whole = {"services": ["subject_database"], "milestones": [TWO], "roles": ROLES} | said
    write(site, "local", **whole)
    with pytest.raises(DefinitionError) as refused:
        kinds_of(site)
    kinds_of.cache_clear()
    assert sentence in refused.value.message
    assert "local.yaml" in refused.value.message
