"""Forms that readers fill in, and why each field that must be filled in is needed (row I15).

definitions/forms/<id>.yaml names the fields of one form. A field that is `required` cites the
purpose it serves and says why the service cannot do without it; a field that is not, need not.
A form drawn by a template names it in `template`; a form that a declared service draws from the
file itself has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import definitions

# fmt: off
FORM_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "template": Key(str, "画出它的页面模板；由服务直接画出的表单不写", "The template that draws it; a form drawn by a service from this file says none"),  # noqa: E501
    "fields": Key(list, "各个字段", "Its fields", required=True),
}
FIELD_KEYS = {
    "name": Key(str, "字段名", "Name of the field", required=True),
    "required": Key(bool, "是否必填", "Whether it must be filled in", default="false"),
    "purpose": Key(str, "必填时：为哪个用途，见 purposes/", "When required: the purpose it serves, see purposes/"),  # noqa: E501
    "why": Key(dict, "必填时：没有它服务为何做不成 {zh, en}", "When required: why the service cannot do without it {zh, en}"),  # noqa: E501
}
# fmt: on


@dataclass(frozen=True)
class FormField:
    """purpose, why: "" and {} when nothing is cited."""

    name: str
    required: bool = False
    purpose: str = ""
    why: dict[str, str] = field(default_factory=dict)

    @property
    def is_cited(self) -> bool:
        return bool(self.purpose and self.why.get("zh") and self.why.get("en"))


@dataclass(frozen=True)
class Form:
    """file is the name a person would look for."""

    id: str
    title: dict[str, str]
    template: str
    fields: tuple[FormField, ...]
    file: str


@dataclass(frozen=True)
class FormProblem:
    """A field somebody is made to fill in for nothing; where: file, field: its name."""

    where: str
    field: str
    message: str
    fix: str


def forms(site: Site | None) -> dict[str, Form]:
    """All declared forms by id; raises DefinitionError naming file and key."""
    known = definitions.purposes(site)
    return {file.id: _form(file, known) for file in find_definitions("forms", site).values()}


def uncited(declared: dict[str, Form]) -> Iterator[FormProblem]:
    """Required fields of declared forms that cite no need."""
    for form in declared.values():
        for one in form.fields:
            if one.required and not one.is_cited:
                yield FormProblem(
                    form.file,
                    one.name,
                    _("%(file)s: the field '%(field)s' is required and cites no need.",
                      file=form.file, field=one.name),
                    _("Give it purpose and why, or make it optional."),
                )  # fmt: skip


def _form(file: DefinitionFile, known: dict[str, Any]) -> Form:
    values = file.read_yaml()
    check_keys(file.path, values, FORM_KEYS)
    if values["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    fields = []
    for at, said in enumerate(values["fields"]):
        check_keys(file.path, said, FIELD_KEYS, where=f"fields.{at}")
        purpose = said.get("purpose") or ""
        if purpose and purpose not in known:
            raise DefinitionError(
                _("%(place)s: '%(value)s' is not known here.",
                  place=f"{file.path}: fields.{at}.purpose", value=purpose),
                fix=did_you_mean(purpose, known),
            )  # fmt: skip
        fields.append(
            FormField(
                said["name"], bool(said.get("required")), purpose, dict(said.get("why") or {})
            )
        )
    return Form(
        file.id,
        dict(values["title"]),
        values.get("template") or "",
        tuple(fields),
        f"definitions/forms/{file.path.name}",
    )
