"""Declared flows and services: definitions/flows/*.yaml and definitions/services/*.yaml.

A site's file of the same id replaces ours. Adding a service is adding a file.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from shuren.data.definitions import headings
from shuren.kernel.definitions import DefinitionFile, Key, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service.document_shapes import Template
from shuren.service.errors import UnknownName
from shuren.service.flow_shapes import Declared, Flow, Service, ServiceIndicator, Supplier
from shuren.service.internals import (
    checking_services,
    reading_flows,
    reading_forms,
    reading_indicators,
    reading_reviews,
    reading_rosters,
    reading_services,
    reading_suppliers,
    reading_templates,
)
from shuren.service.internals.members import rules as member_rules
from shuren.service.internals.place_rules import BOOKING_KEYS, read_rules
from shuren.service.internals.projects import reading as reading_projects
from shuren.service.internals.publishing import until_published
from shuren.service.internals.reading_flows import read_flow
from shuren.service.internals.reading_services import read_service
from shuren.service.project_shapes import FLOW as PROJECT_FLOW
from shuren.service.project_shapes import ProjectKind
from shuren.service.review_shapes import Limits
from shuren.service.shift_shapes import Roster
from shuren.trust.definitions import purposes

# Kind → part of the file ("" is its top) → what it may say.
FORMATS: dict[str, dict[str, dict[str, Key]]] = {
    "services": {
        "": reading_services.SERVICE_KEYS,
        "rules": reading_services.RULE_KEYS,
        "rules.booking": BOOKING_KEYS,
        "rules.member": member_rules.MEMBER_KEYS,
        "rules.needs_member": member_rules.NEEDS_KEYS,
        "rules.delivery": reading_services.DELIVERY_KEYS,
        "maturity": reading_services.MATURITY_KEYS,
        "form.*": reading_forms.FIELD_KEYS,
    },
    "service_indicators": {"": reading_indicators.INDICATOR_KEYS},
    "suppliers": {"": reading_suppliers.SUPPLIER_KEYS},
    "rosters": {"": reading_rosters.ROSTER_KEYS, "needs.*": reading_rosters.NEED_KEYS},
    "reviews": {"": reading_reviews.LIMIT_KEYS},
    "flows": {
        "": reading_flows.FLOW_KEYS,
        "states.*": reading_flows.STATE_KEYS,
        "transitions.*": reading_flows.TRANSITION_KEYS,
        "transitions.*.after": reading_flows.AFTER_KEYS,
    },
    "report_templates": {
        "": reading_templates.TEMPLATE_KEYS,
        "parts.*": reading_templates.PART_KEYS,
    },
    "projects": {
        "": reading_projects.PROJECT_KEYS,
        "roles.*": reading_projects.ROLE_KEYS,
        "milestones.*": reading_projects.MILESTONE_KEYS,
        "milestones.*.documents.*": reading_projects.DOCUMENT_KEYS,
    },
}


@cache
def flows(site: Site | None) -> dict[str, Flow]:
    """All flows by id; raises DefinitionError naming file, key and fix."""
    return {
        file.id: read_flow(file.path, _said(file))
        for file in find_definitions("flows", site).values()
    }


@until_published
def services(site: Site | None) -> dict[str, Service]:
    """All services by id; raises DefinitionError naming file, facet and fix."""
    found = {
        file.id: (file.path, checked(site, file))
        for file in find_definitions("services", site).values()
    }
    paths = {id: path for id, (path, _one) in found.items()}
    known = {id: one for id, (_path, one) in found.items()}
    checking_services.check_packs(paths, known)
    member_rules.check_names(paths, known)
    return known


def checked(site: Site | None, file: DefinitionFile) -> Service:
    """What a file says, with all it names; raises DefinitionError. A `text` of the file's is read
    in its place."""
    known = flows(site)
    one = read_service(file.path, _said(file), known)
    checking_services.check_service(file.path, one, names(site), indicators(site))
    checking_services.check_delivery(file.path, one, known[one.flow])
    _check_purposes(site, file.path, one, known[one.flow])
    read_rules(file.path, one)
    member_rules.check(file.path, one)
    return one


@cache
def indicators(site: Site | None) -> dict[str, ServiceIndicator]:
    """What the indicators of services mean, by id; raises DefinitionError."""
    return {
        file.id: reading_indicators.read_indicator(file.path, _said(file))
        for file in find_definitions("service_indicators", site).values()
    }


@cache
def suppliers(site: Site | None) -> dict[str, Supplier]:
    """Who is asked for what the library lacks, in the order they are asked; raises
    DefinitionError, also for one that supplies a service nobody declares."""
    known = services(site)
    found = []
    for file in find_definitions("suppliers", site).values():
        one = reading_suppliers.read_supplier(file.path, _said(file))
        for id in one.services:
            reading_forms.one_of(file.path, "services", id, known)
        found.append(one)
    return {one.id: one for one in sorted(found, key=lambda one: (one.order, one.id))}


@cache
def rosters(site: Site | None) -> dict[str, Roster]:
    """When whom is needed for shifts, by id; raises DefinitionError, also for a service nobody
    declares."""
    known = services(site)
    found = {}
    for file in find_definitions("rosters", site).values():
        one = reading_rosters.read_roster(file.path, _said(file))
        reading_forms.one_of(file.path, "service", one.service, known)
        found[one.id] = one
    return found


@cache
def review_limits(site: Site | None) -> Limits:
    """What a review of a title may be; raises DefinitionError."""
    [file] = [one for one in find_definitions("reviews", site).values() if one.id == "titles"]
    return reading_reviews.read_limits(file.path, _said(file))


@cache
def names(site: Site | None) -> checking_services.Names:
    """What services may name, and what to call it: definitions/vocabularies/service_*.yaml."""
    lists = {
        "categories": "category", "fields": "field", "centres": "centre", "posts": "post",
        "audiences": "audience", "channels": "channel", "systems": "system",
        "modules": "module", "scenes": "scene", "modes": "mode", "levels": "maturity",
    }  # fmt: skip
    said = {part: headings(site, f"service_{name}") for part, name in lists.items()}
    return checking_services.Names(**said)


def service(site: Site | None, id: str) -> Service:
    """One service; raises UnknownName with a suggestion."""
    known = services(site)
    if id not in known:
        raise UnknownName(
            _("There is no service called '%(name)s'.", name=id[:40]), fix=did_you_mean(id, known)
        )
    return known[id]


@until_published
def declared(site: Site | None, id: str) -> Declared:
    """The service and its flow as they are declared now; raises UnknownName."""
    wanted = service(site, id)
    flow = flows(site)[wanted.flow]
    return Declared(fingerprint(flow.said, wanted.said), flow, wanted)


@cache
def report_templates(site: Site | None) -> dict[str, Template]:
    """How reports of commissions are made up, by id; raises DefinitionError."""
    return {
        file.id: reading_templates.read_template(file.path, _said(file))
        for file in find_definitions("report_templates", site).values()
    }


def report_template(site: Site | None, service: str) -> Template:
    """The template of a service's reports: the one that names it, else the one that names none."""
    known = report_templates(site).values()
    named = next((one for one in known if service in one.services), None)
    rest = next((one for one in known if not one.services), None)
    if named is None and rest is None:
        raise UnknownName(
            _("There is no report template for '%(name)s'.", name=service[:40]),
            fix=_("Add one to definitions/report_templates."),
        )
    return named or rest  # type: ignore[return-value]


@cache
def projects(site: Site | None) -> dict[str, ProjectKind]:
    """Kinds of project by id; raises DefinitionError naming file, key and fix, also for a service
    that nobody declares, whose flow begins no project, or that another kind has already."""
    known = services(site)
    found: dict[str, ProjectKind] = {}
    taken: dict[str, str] = {}
    # A site's own come last, so that it is they that are said to be wrong.
    for file in sorted(find_definitions("projects", site).values(), key=lambda file: file.local):
        one = reading_projects.read_project(file.path, _said(file))
        for id in one.services:
            reading_forms.one_of(file.path, "services", id, known)
            if known[id].flow != PROJECT_FLOW:
                raise DefinitionError(
                    _("%(path)s: the service '%(id)s' does not run by the flow `project`.",
                      path=file.path, id=id),
                    fix=_("Name services with `flow: project`."),
                )  # fmt: skip
            fields = [field.name for field in known[id].form if field.type == "text"]
            if one.named_by:
                reading_forms.one_of(file.path, "named_by", one.named_by, fields)
            if id in taken:
                raise DefinitionError(
                    _("%(path)s: the service '%(id)s' runs by the project '%(other)s' already.",
                      path=file.path, id=id, other=taken[id]),
                    fix=_("Name each service in one file of definitions/projects."),
                )  # fmt: skip
            taken[id] = one.id
        found[one.id] = one
    return found


def project_kind(site: Site | None, service: str) -> ProjectKind | None:
    """By which kind of project a service runs, None where it has no milestones."""
    return next((one for one in projects(site).values() if service in one.services), None)


def fingerprint(flow: Any, service: Any) -> str:
    """16 hexadecimal digits over what both files say, whatever the order of their keys."""
    content = orjson.dumps({"flow": flow, "service": service}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:16]


def read_declared(print: str, said: dict[str, Any]) -> Declared:
    """A version that was kept, {flow, service}; raises DefinitionError if this programme's
    version can no longer read it."""
    path = Path(f"declaration {print}")
    flow = read_flow(path, said["flow"])
    return Declared(print, flow, read_service(path, said["service"], {flow.id: flow}))


def _said(file: DefinitionFile) -> dict[str, Any]:
    said = file.read_yaml()
    if said.get("id") != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    return said


def _check_purposes(site: Site | None, path: Path, one: Service, flow: Flow) -> None:
    asked = [*one.form, *(field for way in flow.transitions for field in way.asks)]
    known = purposes(site)
    for field in asked:
        if field.purpose and field.purpose not in known:
            raise DefinitionError(
                _("%(path)s: the field '%(field)s' cites no purpose there is: '%(purpose)s'.",
                  path=path, field=pick(field.title), purpose=field.purpose),
                fix=did_you_mean(field.purpose, known),
            )  # fmt: skip
