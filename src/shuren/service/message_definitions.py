"""Declared messages: definitions/messages/*.yaml; a site's file with the same id replaces ours."""

from functools import cache

from shuren.kernel.definitions import find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service.errors import UnknownName
from shuren.service.internals.messaging.templates import TEMPLATE_KEYS as TEMPLATE_KEYS
from shuren.service.internals.messaging.templates import read_template
from shuren.service.message_shapes import Template
from shuren.trust.definitions import purposes

FOLDER = "messages"


@cache
def templates(site: Site | None) -> dict[str, Template]:
    """All templates by id; raises DefinitionError naming file, key and fix."""
    ours = find_definitions(FOLDER, None)
    found = {}
    for file in find_definitions(FOLDER, site).values():
        said = file.read_yaml()
        if said.get("id") != file.id:
            raise DefinitionError(
                _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
            )
        one = read_template(file.path, said)
        if file.local and file.id in ours:
            passed = read_template(ours[file.id].path, ours[file.id].read_yaml()).values
            if one.values != passed:
                raise DefinitionError(
                    _("%(path)s: values must be those of the message it replaces.", path=file.path),
                    fix=_("They are: %(names)s.", names=listed(passed)),
                )
        if one.purpose:
            known = {id: p for id, p in purposes(site).items() if p.consent}
            if one.purpose not in known:
                raise DefinitionError(
                    _("%(path)s: no purpose called '%(name)s' asks for consent.",
                      path=file.path, name=one.purpose),
                    fix=did_you_mean(one.purpose, known),
                )  # fmt: skip
        found[file.id] = one
    return found


def template(site: Site | None, id: str) -> Template:
    """One template; raises UnknownName with a suggestion."""
    known = templates(site)
    if id not in known:
        raise UnknownName(
            _("There is no message called '%(name)s'.", name=id[:40]), fix=did_you_mean(id, known)
        )
    return known[id]
