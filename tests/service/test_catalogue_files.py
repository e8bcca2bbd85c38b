"""The catalogue of services as files: sixty-seven of them, whole, and nothing named that is not
there."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import use_language
from shuren.kernel.site import Site
from shuren.service.definitions import indicators, names, read_declared, service, services
from shuren.service.flow_shapes import LEVELS
from shuren.service.internals import limits
from shuren.service.internals.checking_services import FIVE_SCENES
from shuren.service.internals.limit_words import limits_in_words
from shuren.service.internals.reading_services import FACETS, read_service
from tests.conftest import ROOT

REFERENCE = ROOT.parent / "shared" / "reference" / "services.yaml"
FOLDER = ROOT / "src" / "shuren" / "definitions" / "services"
SERVICES = services(None)
# Ours besides the sixty-seven: what the law asks for, and the reader's voice.
BESIDES = {"record_correction", "reader_opinion", "supervised_task"}


def said_of(id: str) -> dict:
    return yaml.safe_load((FOLDER / f"{id}.yaml").read_text("utf-8"))


def write(site: Site, said: dict) -> Path:
    folder = site.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{said['id']}.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path


def test_there_are_sixty_seven_in_six_categories_and_nine_are_drafts():
    ours = [one for id, one in SERVICES.items() if id not in BESIDES]
    assert Counter(one.category for one in ours) == {
        "documents": 15, "space": 9, "teaching": 9, "intelligence": 16, "culture": 10, "society": 8,
    }  # fmt: skip
    assert Counter(one.source for one in ours) == {"talk": 58, "draft": 9}
    assert all(one.said["source"].get("quote") for one in ours if one.source == "talk")


@pytest.mark.shared
def test_every_service_of_the_reference_is_ours_with_what_it_says():
    if not REFERENCE.exists():
        pytest.skip("../shared/reference/services.yaml is not here")
    reference = yaml.safe_load(REFERENCE.read_text("utf-8"))
    known = {one["id"].replace("-", "_"): one for one in reference["services"]}
    assert set(known) == set(SERVICES) - BESIDES
    for id, theirs in known.items():
        ours = SERVICES[id]
        assert ours.category == theirs["category"], id
        assert ours.organisation["centre"] == theirs["centre"], id
        assert [one["zh"] for one in ours.organisation["roles"]] == theirs["roles"], id
        assert list(ours.showing["channels"]) == theirs["channels"], id
        assert list(ours.systems) == theirs["systems"], id
        assert list(ours.modules) == theirs["modules"], id
        assert ours.promise.respond == theirs["rules"]["sla"]["respond"], id
        if theirs["src"] == "seed":
            assert ours.said["source"]["quote"] == theirs["q"], id
        assert set(ours.pack) == {one.replace("-", "_") for one in theirs.get("items", [])}, id
    for id, theirs in reference["indicator_defs"].items():
        assert indicators(None)[id].title["zh"] == theirs["zh"]
    assert set(indicators(None)) == set(reference["indicator_defs"])


@pytest.mark.parametrize("facet", FACETS)
@pytest.mark.parametrize("id", SERVICES)
def test_without_a_facet_a_file_is_refused_naming_file_facet_and_fix(id, facet):
    said = said_of(id)
    said.pop(facet)
    with pytest.raises(DefinitionError) as refused:
        read_service(FOLDER / f"{id}.yaml", said, {SERVICES[id].flow: None})
    assert f"{id}.yaml" in refused.value.message
    assert FACETS[facet]["en"] in refused.value.message
    assert f"'{facet}'" in refused.value.fix


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda s: s["organisation"].update(owner=["circulation", "space"]), "two posts answer"),
        (lambda s: s["organisation"].update(owner=[]), "organisation.owner"),
        (lambda s: s["organisation"].update(owner="circulaton"), "Did you mean 'circulation'?"),
        (lambda s: s.pop("scenes"), "'scenes' is missing"),
        (lambda s: s.pop("maturity"), "'maturity' is missing"),
        (lambda s: s["maturity"].update(level="magic"), "'magic' is not known"),
        (lambda s: s["maturity"]["evidence"].update(place="nowhere"), "'nowhere' is not known"),
        (lambda s: s.update(use={"place": "moon", "zh": "月", "en": "Moon"}), "'moon' is not"),
        (
            lambda s: s.update(use={"url": "ftp://example.org", "zh": "去", "en": "Go"}),
            "begins with https://",
        ),
        (lambda s: s["indicators"].update(happiness="track"), "'happiness' is not known"),
        (lambda s: s.update(systems=["ilss"]), "Did you mean 'ils'?"),
        (lambda s: s.update(modules=["abacus"]), "'abacus' is not known"),
        (lambda s: s["showing"].update(channels=["pigeon"]), "'pigeon' is not known"),
        (lambda s: s["rules"]["limits"].update(moons=3), "says nothing to readers"),
        (lambda s: s["rules"].update(by_audience={"gov": {"active": 1}}), "'gov' is not known"),
        (lambda s: s.update(pack=["no_such"]), "'no_such' is not known"),
        (lambda s: s["form"].append({"name": "f", "type": "file", "title": s["title"]}), "accepts"),
        (
            lambda s: s["form"].append(
                {"name": "f", "type": "file", "title": s["title"], "accepts": ["exe"], "max_mb": 1}
            ),
            "'exe' is not known",
        ),
        (
            lambda s: s["form"].append(
                {"name": "f", "type": "file", "title": s["title"], "accepts": ["pdf"],
                 "max_mb": 9999}
            ),
            "at most 200 MB",
        ),
    ],
)  # fmt: skip
def test_what_a_service_names_is_there(site: Site, change, message):
    said = said_of("book_hold")
    change(said)
    write(site, said)
    with pytest.raises(DefinitionError) as refused:
        services(site)
    assert message in str(refused.value)
    assert "book_hold.yaml" in str(refused.value)


def test_each_of_the_five_scenes_has_services_and_each_service_a_scene_and_a_level():
    for scene in FIVE_SCENES:
        assert any(scene in one.scenes for one in SERVICES.values()), scene
    for one in SERVICES.values():
        assert one.scenes
        assert one.maturity.level in LEVELS


def test_every_post_answers_for_something():
    assert {one.owner for one in SERVICES.values()} == set(names(None).posts)


def test_readers_are_told_each_limit_in_words():
    for one in SERVICES.values():
        # Of a file that comes by a link: how often and how long, and whether one must sign in.
        of_files = 2 if one.delivery else 0
        assert len(limits_in_words(one)) == len(one.limits) + of_files, one.id
    use_language("zh")
    try:
        assert limits_in_words(SERVICES["book_hold"])[0] == "同时最多 5 件"
    finally:
        use_language(None)


def test_limits_of_an_audience_stand_before_the_others_and_the_most_generous_holds(site: Site):
    said = said_of("special_collections")
    said["rules"]["by_audience"] = {
        "undergrad": {"per_reader": 1, "per_reader_day": 2}, "postgrad": {"per_reader": 9},
        "public": {"per_reader": 1},
    }  # fmt: skip
    write(site, said)
    one = service(site, "special_collections")
    assert limits.of_role(one, "public_reader")["per_reader"] == 1
    assert limits.of_role(one, "student")["per_reader"] == 9
    # Postgraduates have no limit a day, and a role does not tell them from undergraduates.
    assert "per_reader_day" not in limits.of_role(one, "student")
    assert limits.of_role(one, "faculty") == one.limits
    # Where the kind of study is known there is nothing to guess.
    undergraduate = limits.of_role(one, "student", "undergraduate")
    assert (undergraduate["per_reader"], undergraduate["per_reader_day"]) == (1, 2)
    for study in ("master", "doctoral", "postgraduate"):
        assert limits.of_role(one, "student", study)["per_reader"] == 9
    assert limits.of_role(one, "student", "exchange") == limits.of_role(one, "student")


def test_a_version_kept_before_there_were_scenes_is_read_all_the_same():
    said = said_of("book_hold")
    for key in ("scenes", "modes", "maturity", "use"):
        said.pop(key)
    said["rules"]["limits"]["of_old"] = 3
    flow = yaml.safe_load((FOLDER.parent / "flows" / "hold.yaml").read_text("utf-8"))
    kept = read_declared("0" * 16, {"flow": flow, "service": said})
    assert kept.service.limits["of_old"] == 3
