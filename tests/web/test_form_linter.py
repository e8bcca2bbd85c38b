"""No reader is made to fill in what no service needs: 不强制收集."""

import shutil
import subprocess
import sys

import pytest

from shuren.kernel.errors import DefinitionError
from shuren.trust.forms import forms
from shuren.web.form_linter import TEMPLATES, form_problems, required_fields


def test_every_field_our_readers_must_fill_in_cites_a_need():
    assert form_problems(None) == []


def test_the_forms_we_know_are_all_read():
    assert list(required_fields((TEMPLATES / "sign_in/sign_in.html").read_text("utf-8"))) == [
        "username", "password",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source, names",
    [
        ('<input name="phone" required>', ["phone"]),
        ('<input required name="phone" value="{% if a > b %}x{% endif %}">', ["phone"]),
        ('<select class="input"\n name="college"\n required>', ["college"]),
        ('<textarea name="why" required="required"></textarea>', ["why"]),
        (
            '{% include "components/field.html" with name="phone" required=True hint="" %}',
            ["phone"],
        ),
        ('{% include "components/field.html" with required=True name="phone" %}', ["phone"]),
        ('{% include "components/field.html" with name=f.name required=f.required %}', [""]),
        ('<input name="{{ name }}" required>', [""]),
        ('<input name="phone">', []),
        ('<input name="phone" class="required" title="required">', []),
        ('<input name="phone" data-required>', []),
        ('{% include "components/field.html" with name="phone" required=False %}', []),
        ('{% include "components/field.html" with name="phone" %}', []),
        ('{% comment %}<input name="phone" required>{% endcomment %}', []),
        ('<!-- <input name="phone" required> -->', []),
    ],
)
def test_what_makes_a_field_required(source, names):
    assert list(required_fields(source)) == names


@pytest.fixture
def planted(tmp_path):
    """Our templates with one line more in a page readers fill in."""

    def plant(line, name="portal/home.html"):
        folder = tmp_path / "templates"
        if not folder.exists():
            shutil.copytree(TEMPLATES, folder)
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + line, "utf-8")
        return folder

    return plant


def test_a_planted_required_field_is_named_with_its_file(planted):
    [problem] = form_problems(None, planted('<input name="id_number" required>'))
    assert (problem.where, problem.field) == ("portal/home.html", "id_number")
    assert "portal/home.html" in problem.message
    assert "id_number" in problem.message
    assert problem.fix


def test_a_new_template_is_looked_at_wherever_it_is(planted):
    [problem] = form_problems(None, planted('<input name="x" required>', "services/new.html"))
    assert problem.where == "services/new.html"


def test_a_name_that_is_worked_out_is_no_way_around(planted):
    [problem] = form_problems(None, planted('<input name="{{ n }}" required>'))
    assert problem.field == ""


def test_staffs_own_forms_are_their_work(planted):
    assert form_problems(None, planted('<input name="x" required>', "workbench/today.html")) == []


def declare(site, id="room", **said):
    import yaml

    folder = site.definitions / "forms"
    folder.mkdir(parents=True, exist_ok=True)
    form = {"id": id, "title": {"zh": "订房", "en": "Book a room"}, **said}
    (folder / f"{id}.yaml").write_text(yaml.safe_dump(form, allow_unicode=True), "utf-8")


WHY = {"zh": "要知道几点开门。", "en": "Somebody has to unlock the door."}


@pytest.mark.parametrize(
    "cited, fits",
    [
        ({"purpose": "service_operation", "why": WHY}, True),
        ({"purpose": "service_operation"}, False),
        ({"why": WHY}, False),
        ({"purpose": "service_operation", "why": {"zh": "要"}}, False),
        ({}, False),
    ],
    ids=["both", "no why", "no purpose", "one language", "nothing"],
)
def test_a_form_a_service_declares_is_held_to_the_same(site, cited, fits):
    """A form without a template is drawn from the file itself."""
    declare(site, fields=[{"name": "starts_at", "required": True, **cited}, {"name": "note"}])
    problems = form_problems(site)
    assert (problems == []) is fits
    if not fits:
        [problem] = problems
        assert (problem.where, problem.field) == ("definitions/forms/room.yaml", "starts_at")


def test_a_purpose_that_does_not_exist_is_a_sentence(site):
    declare(site, fields=[{"name": "x", "required": True, "purpose": "service_operatio"}])
    with pytest.raises(DefinitionError, match=r"service_operation.*") as error:
        forms(site)
    assert "room.yaml" in error.value.message


def test_a_citation_for_what_nobody_asks_is_stale(site):
    cited = {"name": "phone", "required": True, "purpose": "service_operation", "why": WHY}
    declare(site, template="portal/home.html", fields=[cited])
    [problem] = form_problems(site)
    assert "does not require" in problem.message
    declare(site, template="portal/gone.html", fields=[cited])
    [problem] = form_problems(site)
    assert "no template" in problem.message


def test_doctor_says_it(site):
    declare(site, fields=[{"name": "id_number", "required": True}])
    done = subprocess.run(
        [sys.executable, "-m", "shuren", "--lang", "en", "--site", site.root, "doctor"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "room.yaml: the field 'id_number' is required and cites no need." in done.stdout
