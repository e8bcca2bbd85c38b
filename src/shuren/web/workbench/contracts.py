"""The contracts as a governance document that people read, print and agree on."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from shuren.data import definitions
from shuren.data.queries import retention_states
from shuren.data.shapes import Contract, Mapping, Model, RetentionState
from shuren.kernel.definitions import find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import pick
from shuren.trust.queries import purposes
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page


@dataclass(frozen=True)
class Chapter:
    """One contract with what surrounds it.

    readers   models whose SQL reads the contract's raw table, directly
    further   models that read those, at any distance
    findings  what the naming lint says, empty when all is well
    retention how its clock stands
    """

    contract: Contract
    mappings: tuple[Mapping, ...]
    readers: tuple[Model, ...]
    further: tuple[Model, ...]
    findings: tuple[str, ...] = ()
    retention: RetentionState | None = None


@requires("contracts.read")
def index(request: HttpRequest) -> HttpResponse:
    """All contracts, one after another, as one document."""
    return page(
        request,
        "contracts.html",
        {"chapters": _chapters(), "purposes": purposes()},
        place="contracts",
    )


@requires("contracts.read")
def contract(request: HttpRequest, contract_id: str) -> HttpResponse:
    chapters = _chapters()
    chapter = next((one for one in chapters if one.contract.id == contract_id), None)
    if chapter is None:
        raise Http404
    context = {
        "chapter": chapter,
        "purposes": purposes(),
        "source": _source(contract_id),
        "trail": crumbs("contracts", Crumb(pick(chapter.contract.title))),
    }
    return page(request, "contract.html", context, place="contracts")


@requires("contracts.read")
def odcs(request: HttpRequest, contract_id: str) -> HttpResponse:
    """The definition file itself, in Open Data Contract Standard form."""
    response = HttpResponse(_source(contract_id), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{contract_id}.yaml"'
    return response


def _source(contract_id: str) -> str:
    file = find_definitions("contracts", current_site()).get(contract_id)
    if file is None:
        raise Http404
    return file.path.read_text("utf-8")


def _chapters() -> list[Chapter]:
    site = current_site()
    mappings = definitions.mappings(site).values()
    models = definitions.models(site).values()
    clocks, chapters = retention_states(site), []
    for one in definitions.contracts(site).values():
        direct = [model for model in models if f"raw.{one.id}" in model.reads]
        chapters.append(
            Chapter(
                contract=one,
                mappings=tuple(m for m in mappings if m.contract == one.id),
                readers=tuple(direct),
                further=tuple(_further(direct, list(models))),
                findings=_lint(one.id),
                retention=clocks[one.id],
            )
        )
    return chapters


def _lint(contract_id: str) -> tuple[str, ...]:
    try:
        definitions.contract(current_site(), contract_id)
    except DefinitionError as error:
        return (str(error),)
    return ()


def _further(direct: list[Model], models: list[Model]) -> list[Model]:
    found: list[Model] = []
    names = {model.name for model in direct}
    while True:
        more = [m for m in models if m not in direct and m not in found and names & set(m.reads)]
        if not more:
            return found
        found += more
        names |= {model.name for model in more}
