"""Reads the templates a reader fills in, and says which required field cites no need (row I15).

Staff's own forms (workbench/, api/) are not looked at: what staff must enter is their work.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.trust.forms import Form, FormProblem, forms, uncited

TEMPLATES = Path(__file__).parent / "templates"
STAFF, DRAWERS = ("workbench", "api"), ("components",)
# Draws the forms that services declare; what is required there cites its need in the service's
# file, or the service is not loaded.
DECLARED = ("portal/service_ask.html",)

_COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}|<!--.*?-->", re.S)
_TAG = re.compile(r"<(?:input|select|textarea)\b((?:\{[{%].*?[%}]\}|[^>])*)>", re.S)
_INCLUDE = re.compile(r"\{%\s*include\s+\"components/field\.html\"\s+with\s+(.*?)%\}", re.S)
_NAME = re.compile(r"\bname=\"([^\"]*)\"")
_BARE_REQUIRED = re.compile(r"(?<![\w-])required(?![\w-])")
_SAID_REQUIRED = re.compile(r"\brequired=(\S+)")
_PLAIN = re.compile(r"[A-Za-z_][\w.-]*")


def form_problems(site: Site | None, templates: Path = TEMPLATES) -> list[FormProblem]:
    """Every required field of a reader's form without a cited need, and every need cited for a
    field that is not asked. Raises DefinitionError for a declaration that cannot be read."""
    declared = forms(site)
    found = list(uncited(declared))
    by_template: dict[str, list[Form]] = {}
    for form in declared.values():
        if form.template:
            by_template.setdefault(form.template, []).append(form)
    seen = set()
    for path in sorted(templates.rglob("*.html")):
        name = path.relative_to(templates).as_posix()
        if name.split("/")[0] in (*STAFF, *DRAWERS) or name in DECLARED:
            continue
        seen.add(name)
        found += _of_template(name, path.read_text("utf-8"), by_template.get(name, []))
    for name, those in by_template.items():
        if name not in seen:
            found += [_gone(form, name) for form in those]
    return found


def required_fields(source: str) -> Iterator[str]:
    """Names of the fields a template makes somebody fill in; "" for one that cannot be read."""
    text = _COMMENT.sub("", source)
    for tag in _TAG.findall(text):
        if _BARE_REQUIRED.search(re.sub(r"\"[^\"]*\"", '""', tag)):
            yield _name(tag)
    for said in _INCLUDE.findall(text):
        wanted = _SAID_REQUIRED.search(said)
        if wanted and wanted[1] != "False":
            yield _name(said) if wanted[1] == "True" else ""


def _of_template(name: str, source: str, declared: list[Form]) -> Iterator[FormProblem]:
    cited = {one.name for form in declared for one in form.fields if one.required}
    asked = set(required_fields(source))
    for field in sorted(asked - cited):
        if not field:
            yield FormProblem(
                name, "",
                _("%(file)s: a required field has a name or a `required` that is worked out.",
                  file=name),
                _("Write both as plain words, so that they can be checked."),
            )  # fmt: skip
            continue
        yield FormProblem(
            name, field,
            _("%(file)s: the field '%(field)s' is required and cites no need.",
              file=name, field=field),
            _("Declare it in definitions/forms/ with purpose and why, or make it optional."),
        )  # fmt: skip
    for form in declared:
        for one in form.fields:
            if one.required and one.name not in asked:
                yield FormProblem(
                    form.file, one.name,
                    _("%(file)s: %(template)s does not require the field '%(field)s'.",
                      file=form.file, template=name, field=one.name),
                    _("Take it out of the file."),
                )  # fmt: skip


def _gone(form: Form, template: str) -> FormProblem:
    return FormProblem(
        form.file, "",
        _("%(file)s: there is no template %(template)s.", file=form.file, template=template),
        _("Correct the name, or remove the file."),
    )  # fmt: skip


def _name(attributes: str) -> str:
    match = _NAME.search(attributes)
    return match[1] if match and _PLAIN.fullmatch(match[1]) else ""
