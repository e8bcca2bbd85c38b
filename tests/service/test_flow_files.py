"""The nineteen flows and the services as files: what the engine keeps to, and what is refused."""

from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import BY_ITSELF, READER
from shuren.service.cases import act, open_case
from shuren.service.definitions import declared, flows, service, services
from shuren.service.errors import NoSuchCase, NotNow, UnknownName
from shuren.service.flow_shapes import Transition
from shuren.service.ils_errors import CannotCirculate
from shuren.service.internals import acting
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.reading_services import FACETS
from tests.conftest import ROOT
from tests.service.delivering import incoming
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, reader

REFERENCE = ROOT.parent / "shared" / "reference" / "services.yaml"
SHIPPED = ROOT / "src" / "shuren" / "definitions"
LETTERS = {"r": "reader", "l": "librarian", "m": "manager", "s": "system", "p": "partner"}
FLOWS = flows(None)
VALUES = {
    "number": 1, "date": "2026-12-01", "moment": "2026-12-01T10:00:00+08:00", "text": "某",
    "long_text": "某", "boolean": True, "title": "b1", "file": incoming(b"%PDF-1.7\n"),
}  # fmt: skip
# Ours beside the reference's: a file's link ends, and its reader asks again; a membership that ends
# soon is told of, and can be renewed before it has.
BESIDE = {
    "request": [("delivered", "ask_again", "sourcing", READER)],
    "membership": [
        ("active", "remind", "active", "system"),
        ("active", "remind_last", "active", "system"),
        ("active", "renew", "active", READER),
    ],
}


@pytest.mark.shared
def test_every_template_of_the_reference_is_ours_step_for_step():
    if not REFERENCE.exists():
        pytest.skip("../shared/reference/services.yaml is not here")
    reference = yaml.safe_load(REFERENCE.read_text("utf-8"))
    assert set(reference["flow_templates"]) <= set(FLOWS)
    for id, template in reference["flow_templates"].items():
        flow = FLOWS[id]
        ours = [(one.source, one.event, one.target, one.by) for one in flow.transitions]
        ours = [one for one in ours if one not in BESIDE.get(id, ())]
        assert ours == [(a, e, b, LETTERS[by]) for a, e, b, by in template["t"]], id
        assert flow.start == template["start"]
        assert {s for s, state in flow.states.items() if state.end} == set(template["end"])
    known = {one["id"].replace("-", "_"): one for one in reference["services"]}
    for id, one in services(None).items():
        if id in known:
            assert one.flow == known[id]["flow"]
            assert list(one.audiences) == known[id]["audiences"]
            assert set(one.indicators) == set(known[id]["indicators"])
            finish = known[id]["rules"]["sla"]["finish"]
            assert one.promise.finish == (None if finish == "inherit" else finish)


def test_every_flow_stamps_what_it_delivers_and_says_everything_twice():
    for flow in FLOWS.values():
        stamped = {stamp for way in flow.transitions for stamp in way.stamps}
        assert {"match", "delivery"} <= stamped, flow.id
        for title in [*flow.events.values(), *(s.title for s in flow.states.values())]:
            assert all(title[language] for language in ("zh", "en"))


def probe(site: Site, flow: str) -> str:
    """A service of the site that runs by a flow, about nothing, with no limits."""
    folder = site.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    said = yaml.safe_load((SHIPPED / "services" / "book_hold.yaml").read_text("utf-8"))
    said |= {"id": f"probe_{flow}", "flow": flow, "about": ["none"], "form": []}
    said["rules"]["limits"] = {}
    path = folder / f"probe_{flow}.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return said["id"]


def placed(site: Site, service: str, state: str, own: Actor, other: Actor) -> str:
    """A case in a state, with two readers."""
    opened = open_case(site, service, actor=own, party=other.reader_key)
    Case.objects.filter(pk=opened.id).update(state=state)
    return opened.id


def fields_of(way: Transition) -> dict[str, object]:
    return {one.name: VALUES[one.type] for one in way.asks}


@pytest.mark.django_db
@pytest.mark.parametrize("id", sorted(FLOWS))
def test_every_step_by_every_actor_is_allowed_or_refused_as_declared(id, site: Site, settings):
    settings.SITE = site
    flow, wanted = FLOWS[id], probe(site, id)
    own, other = reader(site), reader(site, "2020002")
    actors = {
        "own": own, "other": other, "librarian": LIBRARIAN, "manager": MANAGER,
        "system": BY_ITSELF,
    }  # fmt: skip
    # A partner has no account: a librarian enters what they say.
    parts = {"librarian": {"librarian", "partner"}, "manager": {"manager"}, "system": {"system"}}
    nobody = (reader(site, "2020003"), Actor("tech", "technical_librarian"), Actor("", "anonymous"))
    for way in flow.transitions:
        case = placed(site, wanted, way.source, own, other)
        for actor in nobody:  # to whom there is no such case
            with pytest.raises(NoSuchCase):
                act(site, case, way.event, actor=actor, note="因为", fields=fields_of(way))
        may = {name for name, mine in parts.items() if mine & set(way.actors)}
        if READER in way.actors:
            may |= {"own", "other"} if way.party == "either" else {way.party}
        for name, actor in actors.items():
            ask = {"actor": actor, "note": "因为", "fields": fields_of(way)}
            if name not in may:
                with pytest.raises(NotNow, match="is not yours to do"):
                    act(site, case, way.event, **ask)
                assert Case.objects.get(pk=case).state == way.source
                continue
            fresh = placed(site, wanted, way.source, own, other)
            if way.guards:
                with suppress(NotNow):
                    act(site, fresh, way.event, **ask)
                continue
            if "hand_over" in way.effects:  # the loan there is none of here; see test_offers.py
                with pytest.raises(CannotCirculate):
                    act(site, fresh, way.event, **ask)
                continue
            act(site, fresh, way.event, **ask)
            made = CaseStep.objects.filter(case=fresh, event=way.event).order_by("-number")[0]
            assert (made.from_state, made.to_state) == (way.source, way.target)
            assert made.by in way.actors


@pytest.mark.django_db
@pytest.mark.parametrize("id", sorted(FLOWS))
def test_what_a_state_does_not_offer_is_refused_to_everybody(id, site: Site, settings):
    settings.SITE = site
    flow, wanted = FLOWS[id], probe(site, id)
    own, other = reader(site), reader(site, "2020002")
    for state in flow.states:
        case = placed(site, wanted, state, own, other)
        for event in flow.events:
            if flow.find(state, event) is None:
                for actor in (own, LIBRARIAN, MANAGER, BY_ITSELF):
                    with pytest.raises(NotNow, match="cannot be done now"):
                        act(site, case, event, actor=actor, note="x")


@pytest.mark.parametrize("id", sorted(FLOWS))
def test_every_state_is_reached_and_has_an_exit_that_leads_to_an_end(id):
    flow = FLOWS[id]

    def spread(begin: set[str], onward) -> set[str]:
        found, edge = set(begin), list(begin)
        while edge:
            for state in onward(edge.pop()) - found:
                found.add(state)
                edge.append(state)
        return found

    def after(state: str) -> set[str]:
        return {way.target for way in flow.transitions if way.source == state}

    def before(state: str) -> set[str]:
        return {way.source for way in flow.transitions if way.target == state}

    ends = {state for state in flow.states if flow.states[state].end}
    assert spread({flow.start}, after) == set(flow.states)
    assert spread(ends, before) == set(flow.states)
    assert ends
    for state in set(flow.states) - ends:
        # Somebody leads on, or time does: no exit hangs on another case alone.
        assert any(way.by != "system" or way.also or way.after or way.at_once or not way.guards
                   for way in flow.leaving(state) if way.target != state), state  # fmt: skip


HOLD = yaml.safe_load((SHIPPED / "flows" / "hold.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda f: f["states"].update(lonely={"zh": "孤", "en": "Lonely"}), "no case ever comes"),
        (lambda f: f["states"]["expired"].pop("end"), "no way to an end"),
        (lambda f: f["transitions"].append(f["transitions"][1]), "twice"),
        (lambda f: f["transitions"][1].update(by="robot"), "'robot' is not known"),
        (lambda f: f["transitions"][1].update(guards=[{"is": "magic"}]), "'magic' is not known"),
        (lambda f: f["transitions"][1].update(effects=["magic"]), "'magic' is not known"),
        (lambda f: f["transitions"][1].update(to="nowhere"), "'nowhere' is not known"),
        (lambda f: f["events"].update(rest={"zh": "歇", "en": "Rest"}), "happens on 'rest'"),
        (lambda f: f["transitions"][4].update(after={"weeks": 2}), "'transitions.5.after.weeks'"),
        (lambda f: f["transitions"][4].update(by="reader"), "system"),
        (lambda f: f["events"]["cancel"].pop("zh"), "events.cancel"),
        (lambda f: f.update(start="begin"), "'begin' is not known"),
        (lambda f: f.update(colour="red"), "'colour' is not known"),
        (
            lambda f: f["transitions"].append(
                {"from": "queued", "event": "enqueue", "to": "requested", "by": "system",
                 "at_once": True}
            ),
            "for ever",
        ),
    ],
    ids=[
        "unreachable", "no exit", "twice", "actor", "guard", "effect", "target", "unused event",
        "unit", "a timer by a reader", "one language", "start", "unknown key", "at once for ever",
    ],
)  # fmt: skip
def test_a_flow_that_could_never_run_is_refused(site: Site, change, message):
    flow = yaml.safe_load(yaml.safe_dump(HOLD))
    change(flow)
    write(site, "flows", flow)
    with pytest.raises(DefinitionError) as refused:
        flows(site)
    assert message in str(refused.value)
    assert "hold.yaml" in str(refused.value)


def write(site: Site, kind: str, said: dict) -> Path:
    folder = site.definitions / kind
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{said['id']}.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path


def said_of(id: str) -> dict:
    return yaml.safe_load((SHIPPED / "services" / f"{id}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("facet", FACETS)
def test_a_service_without_one_of_its_eight_facets_is_refused(site: Site, facet):
    said = said_of("book_hold")
    said.pop(facet)
    write(site, "services", said)
    with pytest.raises(DefinitionError) as refused:
        services(site)
    assert "book_hold.yaml" in str(refused.value)
    assert FACETS[facet]["en"] in str(refused.value)
    assert f"'{facet}'" in refused.value.fix


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda s: s["form"][0].update(required=True), "cites no need"),
        (
            lambda s: s["form"][0].update(
                required=True, purpose="curiosity", why={"zh": "好奇", "en": "Curious"}
            ),
            "cites no purpose",
        ),
        (lambda s: s["form"][0].update(type="colour"), "'colour' is not known"),
        (lambda s: s["organisation"].pop("owner"), "organisation.owner"),
        (lambda s: s["indicators"].update(volume="a lot"), "indicators.volume"),
        (lambda s: s.update(audiences=["pets"]), "'pets' is not known"),
        (lambda s: s["rules"]["limits"].update(per_reader=-1), "rules.limits.per_reader"),
        (lambda s: s.update(flow="holt"), "Did you mean 'hold'?"),
    ],
    ids=["no need", "no such purpose", "type", "no owner", "target", "audience", "limit", "flow"],
)
def test_a_service_says_nothing_that_cannot_be_kept(site: Site, change, message):
    said = said_of("book_hold")
    change(said)
    write(site, "services", said)
    with pytest.raises(DefinitionError) as refused:
        services(site)
    assert message in str(refused.value)


def test_one_more_file_is_one_more_service_and_the_librarys_own_goes_before_ours(site: Site):
    more = said_of("document_delivery") | {"id": "scan_on_demand"}
    write(site, "services", more)
    ours = said_of("book_hold")
    ours["rules"]["limits"]["per_reader"] = 9
    write(site, "services", ours)
    assert len(services(site)) == len(services(None)) + 1
    assert service(site, "scan_on_demand").flow == "request"
    assert service(site, "book_hold").limits["per_reader"] == 9
    assert declared(site, "book_hold").print != declared(None, "book_hold").print
    with pytest.raises(UnknownName, match="Did you mean 'book_hold'"):
        service(site, "book_holt")


@pytest.mark.django_db
def test_a_running_case_keeps_its_version_when_the_file_changes(site: Site, settings, monkeypatch):
    settings.SITE = site
    ann = reader(site)
    opened = open_case(site, probe(site, "hold"), actor=ann)
    said = yaml.safe_load(yaml.safe_dump(HOLD))
    said["states"]["on_shelf"] = {"zh": "上架", "en": "On the hold shelf", "waits": "reader"}
    for way in said["transitions"]:
        for end in ("from", "to"):
            way[end] = "on_shelf" if way[end] == "ready" else way[end]
    said["states"].pop("ready")
    write(site, "flows", said)
    for known in (flows, services, declared):
        known.cache_clear()
    try:
        newer = open_case(site, "probe_hold", actor=ann)
        assert newer.declared != opened.declared
        for case, state in ((opened, "ready"), (newer, "on_shelf")):
            act(site, case.id, "copy_free", actor=BY_ITSELF)
            assert act(site, case.id, "arrive", actor=LIBRARIAN).state == state
    finally:
        for known in (flows, services, declared):
            known.cache_clear()


def test_who_an_actor_is_takes_the_permission_and_the_purpose(site: Site, settings, db):
    settings.SITE = site
    row = Case(pseudonym="r_" + "a" * 26, party="")
    assert acting.parts(Actor("x", "student", ""), row) == frozenset()
    assert acting.parts(Actor("x", "technical_librarian"), row) == frozenset()
    assert "librarian" in acting.parts(LIBRARIAN, row)
    assert "librarian" not in acting.parts(MANAGER, row)
